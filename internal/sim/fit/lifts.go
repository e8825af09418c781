package fit

import (
	"cmp"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/pkg/cargo"
)

// apart is how far a candidate's window may lie from a true loading and still be it: as scores are counted.
const apart = 72 * time.Hour

// Lifts are the examples of a world's candidates that show a sign of having loaded. A true loading makes one of them
// true, that whose window is closest to it. Candidates that stand for a loading cut short by the world's end, or whose oil
// went on as another's, are neither right nor wrong, and left out.
func Lifts(t *sim.Truth, candidates []cargo.Candidate) []Example {
	type pair struct {
		candidate, lift int
		far             time.Duration
	}
	loads := slices.Concat(t.Lifts, t.Blends)
	var pairs []pair
	for i, c := range candidates {
		for j, l := range loads {
			hull := uint32(c.MMSI) == l.Vessel.MMSI || c.IMO != 0 && uint32(c.IMO) == l.Vessel.IMO
			if hull && c.Start.Sub(l.End) <= apart && l.Start.Sub(c.End) <= apart {
				pairs = append(pairs, pair{i, j, middle(c.Start, c.End).Sub(middle(l.Start, l.End)).Abs()})
			}
		}
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return cmp.Compare(a.far, b.far) })
	stands, taken := map[int]int{}, map[int]bool{}
	for _, p := range pairs {
		if _, known := stands[p.candidate]; !known && !taken[p.lift] {
			stands[p.candidate], taken[p.lift] = p.lift, true
		}
	}
	var out []Example
	for i, c := range candidates {
		j, stand := stands[i]
		if stand && (j >= len(t.Lifts) || !loads[j].Complete) || !c.Shows {
			continue
		}
		x := Example{Values: map[string]float64{}, True: stand, World: t.Seed}
		for _, v := range c.Values {
			x.Values[v.Name] = v.Value
		}
		out = append(out, x)
	}
	return out
}

func middle(from, to time.Time) time.Time { return from.Add(to.Sub(from) / 2) }
