// Package lots follows oil from where it was lifted to where it was discharged, as a graph of lots, and keeps a journal
// from which every past state of that graph can be rebuilt.
//
// A lot is oil of one source. It is born once: by a lift, or as a provisional lot by a laden ship of which nobody knows
// where her oil comes from. It has an existence q, the probability that it is sanctioned oil carried away, and a volume,
// the barrels that there are if it exists. A provisional lot counts only the part of its ship's cargo that no known lot
// explains (q·r0·V): donors count in their own lifts, so that a cargo seen at Kharg, at a transfer and at its destination
// counts once. One that nobody claims has q = 0; it carries no barrels and is there so that blending comes out right.
//
// # Moves
//
// Everything that happens to a lot is a Move: lift or provisional (birth), transfer, exit (the way out of the Gulf of Oman),
// storage, discharge, return (discharged at its own side), and unseen, when a ship is in ballast and nobody saw where her
// cargo went. A transfer with probability r moves r·v barrels; v is the inverse-variance mean of what the donor lost and the
// receiver gained, no more than the one holds and the other has room for, and all of it where draughts cannot tell the
// difference (a tenth). A ship with oil of several lots gives of each
// its share. Each move carries two amounts: barrels if the lot exists, and expected barrels, q times as many. Both are
// whole, splits are by largest remainder, and what leaves one ship is what comes to the other: nothing is lost to
// rounding.
//
// # Floating storage
//
// A ship laden and stationary for 20 days is floating storage. What she seems to lift afterwards is withheld, with no
// barrels, until she has been seen in ballast.
//
// # Build and Journal
//
// Build is a pure function from what is known (History) to moves. Their order in the history and doubles of them change
// nothing. The Journal is told the moves of every new state and writes down what became different: moves added, and moves taken
// back. It only grows. Once one of a lot's moves changes, all its later ones are taken back, newest first, and written
// anew, so that every prefix of the journal is a state in which no ship holds less than nothing.
package lots
