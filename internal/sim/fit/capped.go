package fit

import (
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/event"
)

// Example is a thing that was weighed, and whether it was true.
type Example struct {
	Values map[string]float64 // what was observed, by name; what is not there says nothing
	True   bool
	World  uint64 // the seed of the world that it is of
}

func (x Example) world() uint64 { return x.World }

// BlockWeight is the weight of one observed value in log-odds.
type BlockWeight struct {
	Name   string
	Block  string  // the sum of each block is capped
	Sign   int     // +1 or -1: the weight's sign; 0 is free
	Prior  float64 // what it is held to where the examples say little
	Weight float64
}

// always is the name of the weight that every example has: the intercept.
const always = ""

// Capped fits weights to examples: the sum of the logarithmic loss and of ridge times the squared distances from the
// priors becomes small, and no weight has the other sign. Each block's sum is held within ±limit, as it will be where the
// weights are used. A weight without a name is the intercept: it is of no block, and no ridge holds it. The search is the one
// that Softmax uses, from the priors; with a limit the loss is not convex, so that a better answer may exist elsewhere.
func Capped(weights []BlockWeight, examples []Example, ridge, limit float64) []BlockWeight {
	d := newDesign(weights, examples, ridge, limit)
	start := make([]float64, len(weights))
	for i, w := range weights {
		start[i] = w.Prior
	}
	out := slices.Clone(weights)
	for i, x := range descend(start, d.step) {
		out[i].Weight = math.Round(x*1000) / 1000
	}
	return out
}

// ChooseCapped finds the ridge that predicts best what it did not see: each world's examples by weights of all other
// worlds. Of equally good ones it takes the first.
func ChooseCapped(weights []BlockWeight, examples []Example, ridges []float64, limit float64) float64 {
	return leaveOut(examples, Example.world, ridges, func(in, out []Example, ridge float64) float64 {
		fitted := Capped(weights, in, ridge, limit)
		return MeanLoss(func(x Example) float64 {
			return event.Logistic(newDesign(fitted, []Example{x}, 0, limit).sum(0, weightsIn(fitted)))
		}, out)
	})
}

// Recalibrate finds the line that makes probabilities of sums: log-odds = offset + slope·sum, on examples that the sums
// were not fitted on. Slope is not below zero, and both are held to 0 and 1 as by one example in doubt.
func Recalibrate(sum func(Example) float64, examples []Example) (offset, slope float64) {
	var lines []Example
	for _, x := range examples {
		lines = append(lines, Example{Values: map[string]float64{"sum": sum(x), "one": 1}, True: x.True})
	}
	line := Capped([]BlockWeight{{Name: "one", Prior: 0}, {Name: "sum", Sign: 1, Prior: 1}}, lines, 0.5, math.Inf(1))
	return line[0].Weight, line[1].Weight
}

// MeanLoss is the mean of minus the logarithm of the probability that is given to what is true.
func MeanLoss(probability func(Example) float64, examples []Example) float64 {
	sum := 0.0
	for _, x := range examples {
		p := probability(x)
		if !x.True {
			p = 1 - p
		}
		sum -= math.Log(max(1e-12, p))
	}
	return sum / max(1, float64(len(examples)))
}

func weightsIn(weights []BlockWeight) []float64 {
	out := make([]float64, len(weights))
	for i, w := range weights {
		out[i] = w.Weight
	}
	return out
}

// design is the examples as rows of numbers.
type design struct {
	weights []BlockWeight
	rows    [][]float64
	truth   []float64
	blocks  []int // of each weight; -1 is the intercept
	sums    []float64
	ridge   float64
	limit   float64
	rate    float64
}

func newDesign(weights []BlockWeight, examples []Example, ridge, limit float64) *design {
	d := &design{weights: weights, ridge: ridge, limit: limit}
	var names []string
	for _, w := range weights {
		i := slices.Index(names, w.Block)
		if w.Name != always && i < 0 {
			i, names = len(names), append(names, w.Block)
		}
		if w.Name == always {
			i = -1
		}
		d.blocks = append(d.blocks, i)
	}
	d.sums = make([]float64, len(names))
	steepest := 0.0
	for _, x := range examples {
		row, y := make([]float64, len(weights)), 0.0
		for i, w := range weights {
			row[i] = x.Values[w.Name]
			if w.Name == always {
				row[i] = 1
			}
			steepest += row[i] * row[i] / 4
		}
		if x.True {
			y = 1
		}
		d.rows, d.truth = append(d.rows, row), append(d.truth, y)
	}
	d.rate = 1 / (steepest + 2*ridge + 1)
	return d
}

// sum is a row's capped sum; the sums of its blocks before they are capped stay in d.sums.
func (d *design) sum(row int, w []float64) float64 {
	clear(d.sums)
	total := 0.0
	for i, x := range d.rows[row] {
		if d.blocks[i] < 0 {
			total += float64(w[i] * x)
		} else {
			d.sums[d.blocks[i]] += float64(w[i] * x)
		}
	}
	for _, s := range d.sums {
		total += max(-d.limit, min(d.limit, s))
	}
	return total
}

// step goes down from some weights by one gradient, and back to the signs that are given.
func (d *design) step(w []float64) []float64 {
	gradient := make([]float64, len(w))
	for i := range w {
		if d.blocks[i] >= 0 {
			gradient[i] = 2 * d.ridge * (w[i] - d.weights[i].Prior)
		}
	}
	for k, row := range d.rows {
		miss := event.Logistic(d.sum(k, w)) - d.truth[k]
		for i, x := range row {
			if b := d.blocks[i]; b < 0 || math.Abs(d.sums[b]) < d.limit {
				gradient[i] += float64(miss * x)
			}
		}
	}
	next := make([]float64, len(w))
	for i := range w {
		next[i] = w[i] - d.rate*gradient[i]
		if d.blocks[i] >= 0 { // a weight beyond the limit would only hide the others of its block
			next[i] = max(-2*d.limit, min(2*d.limit, next[i]))
		}
		if float64(d.weights[i].Sign)*next[i] < 0 {
			next[i] = 0
		}
	}
	return next
}
