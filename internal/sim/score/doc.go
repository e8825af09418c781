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
// What is not here: whether a receiver could have heard an item at all. Recall is of everything that happened, so
// that even a perfect detector may stay below one. Scores over many seeds, and how soon a halt is noticed, are not
// here either.
package score
