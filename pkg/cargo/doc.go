// Package cargo keeps the ledger: which ship lifted sanctioned crude, when, how much, and how sure that is.
//
// Its input is events. An opportunity is a stay at an Iranian loading terminal; a silence or a false track into which a
// loading fits; or the time before a ship was first heard, if she came out of the Gulf and never was heard to go in. A stay
// that was heard in pieces lasted at least as long as she was seen at rest and at most from the last fix outside to the next:
// it counts with the chance that it was long enough. An outcome is a load that turned from ballast to laden, cargo
// given to another ship later, or coming empty and sailing out again after an open stay, a silence that was no chance or a
// false track. What she took in from another ship, or at a lawful terminal, ends what her draught says of a loading before.
// The ship's flag, class and the lists that name her are who. A logistic model over these three blocks, each capped, gives q,
// the probability that the candidate is a lift. The weights are data (data/weights.json),
// fitted by simulate fit lift on simulated worlds. What is not known adds nothing to either side, and a silence of a ship
// that had left, or of a feed that was out, is no opportunity. That a track is false is no opportunity of its own: false
// positions that others make must not raise a lift.
//
// What speaks for a silence is its likelihood ratio, how likely it is of a ship that was switched off over how likely of one
// that kept sending; not the gap's probability, in which the list stands already. Rivals are weighed where they fit into the
// same time: a lawful terminal, or, for a ship that was outside Hormuz before and after, a transfer there.
//
// A hull that goes on under another number is one ship.
//
// A lift is born once. Candidates of one ship that overlap or touch within one laden voyage are one lift however many
// routes led to it, and the best observed route gives its window. Transfers, discharges and returns are those of package lots.
//
// A tanker that becomes laden at a lonely stop where cargo is passed on has it from a ship that nobody saw. Of the origins that
// compete there (Iran, Russia, Venezuela, lawful; priors by area) Iran's share is the probability of an inferred lift, times
// the share of the cargo that no lift in the ledger may account for,
//
//	q = P(Iran)·u / (u + Σ q over lifts not yet out of the Gulf of Oman),  u = (1 − a)/a with a = 0.6,
//
// for a donor counts in its own lift. In Iraqi waters it is a blend, which is told and is in no sum.
//
// The Ledger is pure: the same events and the same fleet give the same lifts to the byte. It holds no clock and is
// not safe for concurrent use.
package cargo
