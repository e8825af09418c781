// Package reliability tells how well stated probabilities hold: whether of all that is claimed with 0.7 about 0.7 is true.
package reliability
