package event

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"
)

// shares is how finely explanations are divided: 1/10,000, the four decimals that JSON carries.
const shares = 10_000

// Normalise scales weights to probabilities that sum to exactly one after rounding to four decimals (largest
// remainder), adds up equal causes, drops those that round to zero and sorts the rest, likeliest first, equal ones by
// name. Weights that are negative, infinite or not a number count as zero; if nothing is left the answer is that the
// cause is unknown.
func Normalise(weights []Explanation) []Explanation {
	list, total := addUp(weights)
	if total <= 0 {
		return []Explanation{{Unknown, 1}}
	}
	units, rest := make([]int, len(list)), shares
	for i, e := range list {
		units[i] = int(math.Floor(e.P / total * shares))
		rest -= units[i]
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	remainder := func(i int) float64 { return list[i].P/total*shares - float64(units[i]) }
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainder(b), remainder(a)) })
	for i := 0; rest > 0; i, rest = i+1, rest-1 {
		units[order[i%len(order)]]++
	}
	return rank(list, units)
}

// addUp sums equal causes, in the order of their names, so that the answer does not depend on the order given.
func addUp(weights []Explanation) (list []Explanation, total float64) {
	sorted := slices.Clone(weights)
	slices.SortFunc(sorted, func(a, b Explanation) int {
		return cmp.Or(cmp.Compare(a.Cause, b.Cause), cmp.Compare(a.P, b.P))
	})
	for _, e := range sorted {
		if !(e.P > 0) || math.IsInf(e.P, 1) {
			continue
		}
		if n := len(list); n > 0 && list[n-1].Cause == e.Cause {
			list[n-1].P += e.P
		} else {
			list = append(list, e)
		}
		total += e.P
	}
	if math.IsInf(total, 1) {
		return nil, 0
	}
	return list, total
}

func rank(list []Explanation, units []int) []Explanation {
	out := make([]Explanation, 0, len(list))
	for i, e := range list {
		if units[i] > 0 {
			out = append(out, Explanation{e.Cause, float64(units[i]) / shares})
		}
	}
	slices.SortStableFunc(out, func(a, b Explanation) int { return cmp.Compare(b.P, a.P) })
	return out
}

// Probability returns the probability of a cause among explanations, zero if it is not among them.
func Probability(list []Explanation, c Cause) float64 {
	for _, e := range list {
		if e.Cause == c {
			return e.P
		}
	}
	return 0
}

// Seen explains an event that is its own claim: observed with probability p, and otherwise unknown.
func Seen(p float64) []Explanation {
	return Normalise([]Explanation{{Cause: Observed, P: p}, {Cause: Unknown, P: 1 - p}})
}

// Hours prints a duration as people say it, to the minute: 126h30m.
func Hours(t time.Duration) string {
	t = t.Round(time.Minute)
	return fmt.Sprintf("%dh%02dm", int(t.Hours()), int(t.Minutes())%60)
}
