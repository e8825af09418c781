package fit

import (
	"math"
	"slices"

	"github.com/darkwake/darkwake/internal/sim/headline"
)

// Finds is how many of the lifts of a world came to stand in the ledger.
type Finds struct {
	Scenario    string
	World       uint64
	True, Found int
	Health      float64 // mean of the feed's
}

// FindsOf counts the lifts that began in the scored days of a world, long enough before its end for those that ever are found.
func FindsOf(r headline.Run) Finds {
	out := Finds{Scenario: r.Scenario, World: r.Seed, Health: r.Health}
	for _, m := range r.Engine.Modes {
		out.True, out.Found = out.True+m.True, out.Found+m.Found
	}
	return out
}

// share is that of the lifts that a full feed would have told of, as far as a share of those heard says.
func share(of []Finds) float64 {
	found, all, health := 0.0, 0.0, 0.0
	for _, x := range of {
		found, all, health = found+float64(x.Found), all+float64(x.True), health+x.Health/float64(len(of))
	}
	return min(1, found/all/health)
}

// Detection is what worlds say of the chance that a lift is ever found with a full feed: its mean, each scenario counting alike,
// and its standard deviation between worlds and scenarios, less what luck with so few lifts makes of it. A and B are the Beta
// distribution with that mean and deviation, but with a strength A+B of at most the given number of lifts: worlds that were
// made by one simulator differ less from each other than from the sea. A world without lifts or without a feed is left out.
func Detection(worlds []Finds, most float64) (mean, spread, a, b float64) {
	by := map[string][]Finds{}
	var names []string
	for _, w := range worlds {
		if w.True == 0 || w.Health <= 0 {
			continue
		}
		if by[w.Scenario] == nil {
			names = append(names, w.Scenario)
		}
		by[w.Scenario] = append(by[w.Scenario], w)
	}
	slices.Sort(names)
	for _, n := range names {
		mean += share(by[n]) / float64(len(names))
	}
	mean = max(0.02, min(0.98, mean)) // no number of worlds says never, or always
	variance := 0.0
	for _, n := range names {
		p := share(by[n])
		for _, w := range by[n] {
			off := share([]Finds{w}) - mean
			luck := p * w.Health * (1 - p*w.Health) / float64(w.True) / (w.Health * w.Health)
			variance += (float64(off*off) - luck) / float64(len(by[n])*len(names))
		}
	}
	strength := most
	if variance > 0 {
		spread = math.Sqrt(variance)
		strength = min(most, max(2, mean*(1-mean)/variance-1))
	}
	return mean, spread, mean * strength, (1 - mean) * strength
}
