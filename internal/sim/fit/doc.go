// Package fit finds the weights of evidence that agree best with simulated truth.
//
// A case is what a detector found in one thing that it claims, and the explanation that is true of it. Softmax fits a
// multinomial logistic model of such cases: each explanation's score is the sum of the weights of what was found, and the
// probabilities are the softmax of the scores. A ridge holds the weights near those of judgement where the cases
// say little, and a weight whose sign is given never turns round: judgement says which way a finding points, the cases
// how far. The ridge is the one that predicts left-out worlds best, but not below 0.3: all worlds share one geography, so
// that leaving one out does not show how much of it was learned by heart. The sum is convex, so that the answer does not depend on where the search begins, and no randomness is used.
//
// Meetings takes cases from trials: rendezvous events and the truth's meetings. Silences takes examples: gap events and
// whether the crew switched off; Pretences those of false positions, Identities those of numbers and hulls. Logistic fits the
// weights of such claims, which are true or not, in the same manner; findings may have sizes.
package fit
