// Package seen answers "seen in A, then in B": which ships reported from one part of the sea and later from another.
//
// Only quoted reports count: positions in sentences that an event which stands carries as its evidence. A ship that passed without
// an event is not found, and nothing is claimed of the way between two reports. What an event calls false is left out, and so are
// pairs of reports that no ship can sail between.
//
// An area is a place of the gazetteer, several of them, or corners (Atlas). Reports are those of a hull: numbers that share a valid
// IMO number are one ship, unless an identity event says that two ships send it, and so are numbers that an identity event joins. A
// passage is a report in A and a report in B after it, with no report in either between. Asked for B and A of a sea in which time
// ran backwards, the answer would be the same.
//
//		f := seen.New(m, places)
//		q, problems := f.Read(state)         // parameters a, b, within_days and max_kn, and filters
//		found, err := f.Find(ctx, q)
//
//	  - area.go: areas by name
//	  - history.go: who reported from where
//	  - question.go: what is asked, and by whom it is answered
//	  - passage.go: passages, and what lies between their ends
//	  - row.go: a passage as a row of a table
package seen
