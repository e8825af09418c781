package estimate

import (
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo"
)

// stratum is a group of lifts that share a rate and a chance of detection.
type stratum struct {
	members []string
	lifts   []int // indices into the input
	recent  float64
}

// name joins the members; all of them together are "all".
func (s *stratum) name() string {
	if len(s.members) == len(fleets)*2 {
		return "all"
	}
	return strings.Join(s.members, "+")
}

// fleets are the strata's first property; the second is the side of Hormuz.
var fleets = [...]cargo.Fleet{cargo.FleetIran, cargo.FleetListed, cargo.FleetOther}

func stratumOf(l cargo.Lift) string {
	if l.Outside {
		return string(l.Fleet) + "/outside"
	}
	return string(l.Fleet) + "/inside"
}

// stratify divides lifts by fleet and side of Hormuz, and merges the group with the fewest lifts into its other side,
// else into its smaller neighbour, until each has enough. Groups keep their order, so that ties fall the same way.
func stratify(lifts []cargo.Lift, asOf time.Time, o Options) []*stratum {
	var groups []*stratum
	index := map[string]*stratum{}
	for _, f := range fleets {
		for _, side := range []string{"/inside", "/outside"} {
			s := &stratum{members: []string{string(f) + side}}
			groups, index[s.members[0]] = append(groups, s), s
		}
	}
	for i, l := range lifts {
		s := index[stratumOf(l)]
		if s == nil {
			s = index[string(cargo.FleetOther)+"/inside"]
		}
		s.lifts = append(s.lifts, i)
		if asOf.Sub(l.Start) <= o.LeastSpan {
			s.recent += l.Q
		}
	}
	for len(groups) > 1 {
		least := 0
		for i, s := range groups {
			if s.recent < groups[least].recent {
				least = i
			}
		}
		if groups[least].recent >= o.LeastLifts {
			break
		}
		groups = merge(groups, least)
	}
	return groups
}

// merge joins group i with a neighbour and keeps the order of members.
func merge(groups []*stratum, i int) []*stratum {
	into := i - 1
	switch {
	case i == 0:
		into = 1
	case i == len(groups)-1:
	case sameFleet(groups[i], groups[i+1]) && !sameFleet(groups[i], groups[i-1]):
		into = i + 1
	case !sameFleet(groups[i], groups[i-1]) && groups[i+1].recent < groups[i-1].recent:
		into = i + 1
	}
	a, b := min(i, into), max(i, into)
	groups[a].members = append(groups[a].members, groups[b].members...)
	groups[a].lifts = append(groups[a].lifts, groups[b].lifts...)
	groups[a].recent += groups[b].recent
	return append(groups[:b], groups[b+1:]...)
}

func sameFleet(a, b *stratum) bool {
	fleet := func(s *stratum) string { f, _, _ := strings.Cut(s.members[0], "/"); return f }
	return len(a.members) == 1 && len(b.members) == 1 && fleet(a) == fleet(b)
}
