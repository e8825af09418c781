// Package score measures what a replay claims against what really happened in a simulated world.
//
// It reads the truth that package sim wrote and the files that a replay wrote, pairs claims with true items one to
// one, and counts. Two things are the same when
//
//	gap         the ship is the same and the times overlap by at least half of what they cover together
//	rendezvous  both ships are the same, in any order, and the times overlap likewise
//	lift        the ship is the same and the windows lie at most three days apart (overlapping is no distance)
//
// A ship is the same by her MMSI or by her IMO number. As many pairs are made as can be, the closest first. What is
// left over is missed on the side of the truth, and on the side of the claims counted double (something true was
// near, but another claim has it) or invented.
//
// A number that nothing supports is absent, never zero or one: the precision of a detector that says nothing is
// unknown. Probabilities are judged on claims alone; a true item without a claim lowers recall, not calibration.
//
// Recall is told twice: of everything that happened, so that even a perfect detector may stay below one, and of
// what the feed could have told of. The truth says which is which: an item is unobservable when no message of its
// ships, nor of any ship within half a degree and a day, reached the feed. Silences of ships that are no tankers, or
// shorter than the six hours from which gaps are published, are nobody's business and count nowhere.
//
// One run gives a Report. A Pool adds the reports of many: counts, claims and days add up, and what follows from them is
// worked out anew; beside it stands how far each measure spreads from seed to seed.
package score
