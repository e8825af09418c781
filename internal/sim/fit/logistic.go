package fit

import (
	"math"
	"slices"
)

// Outcome is what was found, with how much of it, and whether the claim is true.
type Outcome struct {
	Found map[string]float64
	True  bool
	World uint64 // the seed of the world that it is of
}

// Weight is the weight of a finding for each unit of it, in natural log-odds.
type Weight struct {
	Finding string
	Sign    int     // +1 or -1: the weight's sign; 0 is free
	Prior   float64 // what it is held to where the cases say little
	Weight  float64
}

// sweeps bounds the search: a dozen weights settle within some hundred.
const sweeps = 500

// most bounds each weight: what two or three worlds show without an exception still has some.
const most = 3

// Logistic fits the weights of findings to outcomes by cyclic coordinate descent with Newton's steps, each bounded to 1,
// its sign and most. Ridge is the weight of the squares of the distances from the priors beside the outcomes' loss.
func Logistic(weights []Weight, cases []Outcome, ridge float64) []Weight {
	out := slices.Clone(weights)
	x := make([][]float64, len(cases))
	score := make([]float64, len(cases))
	for j := range out {
		out[j].Weight = out[j].Prior
	}
	for i, c := range cases {
		for _, w := range out {
			x[i] = append(x[i], c.Found[w.Finding])
			score[i] += w.Prior * c.Found[w.Finding]
		}
	}
	for range sweeps {
		moved := 0.0
		for j := range out {
			w := &out[j]
			slope, bend := 2*ridge*(w.Weight-w.Prior), 2*ridge
			for i, c := range cases {
				if x[i][j] != 0 {
					p := sigmoid(score[i])
					slope += (p - indicator(c.True)) * x[i][j]
					bend += p * (1 - p) * x[i][j] * x[i][j]
				}
			}
			next := w.Weight - max(-1, min(1, slope/bend))
			next = max(-most, min(most, next))
			if float64(w.Sign)*next < 0 {
				next = 0
			}
			for i := range cases {
				score[i] += (next - w.Weight) * x[i][j]
			}
			moved = max(moved, math.Abs(next-w.Weight))
			w.Weight = next
		}
		if moved < 1e-6 {
			break
		}
	}
	for j := range out {
		out[j].Weight = math.Round(out[j].Weight*1000) / 1000
	}
	return out
}

// ChooseRidge finds the ridge that predicts best what it did not see, as Choose does.
func ChooseRidge(weights []Weight, cases []Outcome, ridges []float64) float64 {
	return leaveOut(cases, func(c Outcome) uint64 { return c.World }, ridges, func(in, out []Outcome, ridge float64) float64 {
		return LogLoss(Logistic(weights, in, ridge), out)
	})
}

// LogLoss is the mean of minus the logarithm of the probability that weights give to what is true.
func LogLoss(weights []Weight, cases []Outcome) float64 {
	sum := 0.0
	for _, c := range cases {
		p := Chance(weights, c)
		if !c.True {
			p = 1 - p
		}
		sum -= math.Log(max(1e-12, p))
	}
	return sum / max(1, float64(len(cases)))
}

// Chance is the probability that weights give to a case.
func Chance(weights []Weight, c Outcome) float64 {
	score := 0.0
	for _, w := range weights {
		score += w.Weight * c.Found[w.Finding]
	}
	return sigmoid(score)
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
