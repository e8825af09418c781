// Package cargo keeps the ledger: which ship lifted sanctioned crude, when, how much, and how sure that is.
//
// Its input is events. A stay at an Iranian loading terminal, or a silence long enough to hide one, is an
// opportunity; a load that turned from ballast to laden is an outcome; the ship's flag and the lists that name her
// are who. A logistic model over these three blocks gives q, the probability that the candidate is a lift. The
// weights are data (data/weights.json), start values until they are fitted. What is not known adds nothing to
// either side.
//
// A lift is born once. Candidates of one ship that overlap or touch within one laden voyage are one lift however many
// routes led to it, and the best observed route gives its window. A lift is one lot for now: transfers, discharges
// and returns are not in this package yet, and neither are lifts inferred from meetings at sea.
//
// The Ledger is pure: the same events and the same fleet give the same lifts to the byte. It holds no clock and is
// not safe for concurrent use.
package cargo
