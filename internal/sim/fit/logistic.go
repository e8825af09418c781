package fit

import (
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/weights"
)

// sweeps bounds the search: a dozen weights settle within some hundred.
const sweeps = 500

// most bounds each weight whose prior is not larger: what two or three worlds show without an exception still has some.
const most = 3

// Logistic fits the weights of findings to examples by cyclic coordinate descent with Newton's steps, each bounded to 1,
// its sign and most. Ridge is the weight of the squares of the distances from the priors beside the examples' loss.
func Logistic(terms []weights.Term, cases []Example, ridge float64) []weights.Term {
	out := slices.Clone(terms)
	x := make([][]float64, len(cases))
	score := make([]float64, len(cases))
	for j := range out {
		out[j].Weight = out[j].Prior
	}
	for i, c := range cases {
		for _, w := range out {
			x[i] = append(x[i], c.Values[w.Finding])
			score[i] += w.Prior * c.Values[w.Finding]
		}
	}
	for range sweeps {
		moved := 0.0
		for j := range out {
			w := &out[j]
			slope, bend := 2*ridge*(w.Weight-w.Prior), 2*ridge
			for i, c := range cases {
				if x[i][j] != 0 {
					p := event.Logistic(score[i])
					slope += (p - indicator(c.True)) * x[i][j]
					bend += p * (1 - p) * x[i][j] * x[i][j]
				}
			}
			next := w.Weight - max(-1, min(1, slope/bend))
			limit := max(most, math.Abs(w.Prior))
			next = max(-limit, min(limit, next))
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
func ChooseRidge(terms []weights.Term, cases []Example, ridges []float64) float64 {
	return leaveOut(cases, Example.world, ridges, func(in, out []Example, ridge float64) float64 {
		return LogLoss(Logistic(terms, in, ridge), out)
	})
}

// LogLoss is the mean of minus the logarithm of the probability that weights give to what is true.
func LogLoss(terms []weights.Term, cases []Example) float64 {
	return MeanLoss(func(x Example) float64 { return Chance(terms, x) }, cases)
}

// Chance is the probability that weights give to an example.
func Chance(terms []weights.Term, x Example) float64 {
	score := 0.0
	for _, t := range terms {
		score += t.Weight * x.Values[t.Finding]
	}
	return event.Logistic(score)
}

func indicator(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
