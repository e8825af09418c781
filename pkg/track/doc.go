// Package track is stage A: it turns the reports of one MMSI after another into facts.
//
// A Tracker is driven by two calls. Add takes reports in any order; Advance walks one grid point of event time and
// hands out every fact that it caused. A report with event time e is taken at the first grid point after e, so that
// the minute [e, e+60 s) to which it belongs is always complete when it is judged: nothing depends on how delivery
// and ticks interleave. Finish is the last Advance and takes the reports on the grid point itself, too. One goroutine
// drives a tracker; trackers of different MMSIs share nothing that changes.
//
// # What happens to a report
//
//	Add ─► bucket of its tick ─► copies merged ─► thinned ─► matched to a segment ─► facts
//	  └──► reception counters         (sift)        (sift)        (segment)         (sample, silence, stop, visit …)
//
// Copies carry the same hash within 60 s of the first of them (the window does not slide); the smallest by (event
// time, source, station, offset) is kept. Of what is left the smallest is kept in each event-time minute and cell of
// 0.02°. Both are functions of the set of reports alone. The stations of what is dropped stay with what is kept,
// unless a grid point lies between them.
//
// A fix p can follow the last fix q of a segment when
//
//	distance(q, p) <= V · hypot(Δt, pad) + tolerance,  V = max(25 kn, min(50 kn, 1.3 · reported speed))
//
// which is the allowance of gpsdio-segment (SkyTruth and Global Fishing Watch). Of several segments the one wins with
// the least cost
//
//	(5·r)²/2 + ln hypot(Δt, pad),  r = discrepancy / allowance
//
// where the discrepancy is the distance of p from the way that q's course and speed would have brought her, q itself
// included, or of q from the way that p's came, the lesser of the two. A fix that can follow none is a Jump and begins
// a candidate; three fixes that agree make it a segment, otherwise it was noise and leaves no other fact. A fix with
// r > 0.6 waits in the same way, but without a Jump: when the ship is heard again where she was expected it was noise
// in between, and when others agree with it the segment goes on there. A segment ends 24 h after its last fix.
//
// A number that several ships send (it looks like a maker's default, or two segments were heard within an hour in the
// last 48 h) is split further: what costs more than a fix of no discrepancy after 24 h begins a candidate. Two segments
// heard within an hour, or a fix whose second best segment is less than ten times less likely, are an Ambiguity. It
// is evidence: one number, two ships at once. On the two tracks that gpsdio-segment labels, 95.1 and 97.5 % of the
// fixes lie in the segment of their label, where a label is cut only at steps of more than a day or of an impossible
// speed; every segment of all its tracks is possible.
//
// A position report without a position makes no fix. That a ship sent one is told once for each five minutes (Blind):
// several that do so at once are jammed.
//
// A silence is a time of an hour or more without a kept fix in any segment of the MMSI. Samples lie on the 5-minute
// grid between two fixes of a segment less than an hour apart; stops, visits and gate crossings are found on the way.
//
// # Keys, restatements, late reports
//
// A fact is restated under its old key, (kind, MMSI, segment, start) and for Visit and Crossing also the place, at
// most once a tick. Reception is a delta: what comes later adds and replaces nothing. A report behind the grid point
// walked last is late. It never changes segments. Where it fits between its neighbours in the segment's points of the
// last 48 h it splits the silence it falls in and restates the samples beside it, with the reason; where it does not it
// is a Jump. Between points not more than two bins apart it would change nothing and is only counted. Stops and
// visits in the past are not restated: their entry and end are the first and last fixes heard in time.
//
// Positions are kept to 1e-7 degrees (11 mm), speeds to 0.01 kn, times to the millisecond.
//
// What several ships have to say to each other (reception, interference, identity, meetings) is not here, but in
// stage B, which hears facts only.
package track
