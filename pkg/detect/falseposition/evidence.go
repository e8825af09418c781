package falseposition

import (
	_ "embed"
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/weights"
)

//go:embed data/weights.json
var defaultWeights []byte

// DefaultWeights returns the weights that the program carries. They are data, so that fitting replaces a file and not
// code: simulate fit false_position makes them.
func DefaultWeights() weights.Set {
	s, err := ReadWeights(defaultWeights)
	if err != nil {
		panic(err) // the file is embedded and a test reads it
	}
	return s
}

// WeightsHash is the SHA-256 of the weights that the program carries, in hex.
func WeightsHash() string { return weights.Hash(defaultWeights) }

// ReadWeights reads weights from JSON and checks them.
func ReadWeights(b []byte) (weights.Set, error) { return weights.Read(b, nil, findings()) }

// The findings: 1 where they hold, if nothing else is said.
const (
	always        = "always"
	lasted        = "lasted"        // ln(1 + days) of the doubtful time, lastedMost at most
	arrived       = "arrived"       // a kept jump that no hull can have sailed
	stayed        = "stayed"        // and she stays near where it led: 1 and the days, staysMost at most
	sailed        = "sailed"        // or sails on: another ship does that, too
	back          = "back"          // and comes back to where she could have sailed
	drawnThere    = "drawn"         // interference drew others there
	alternations  = "alternations"  // how often both tracks are heard in turn, alternateMost at most
	vouched       = "vouched"       // hours in which a station hears her there that hears ships there, vouchedMost at most
	repeated      = "repeated"      // -ln of the share of ships at rest whose fixes repeat to the metre as hers do
	tied          = "tied_up"       // the same once more, where ships are tied up
	circled       = "circle"        // a circle sailed
	unheard       = "unheard"       // log-odds of stations that hear ships there and did not hear her
	never         = "never_hears"   // log-odds of stations that heard her and never hear the place
	left          = "left"          // a leap ends other signs, to where stations hear her
	contradiction = "contradiction" // speed and displacement contradict each other
	shared        = "number_shared" // an identity event says that two ships have the number
	onLand        = "on_land"       // share of the fixes that lie on land, from a half on
)

func findings() []string {
	return []string{always, lasted, arrived, stayed, sailed, back, drawnThere, alternations, vouched, repeated, tied, circled,
		unheard, never, left, contradiction, shared, onLand}
}

// How much of a finding counts at most (judgement): what goes on for longer says nothing new.
const (
	lastedMost    = 2.5
	staysMost     = 3
	alternateMost = 3
	vouchedMost   = 3
)

// found is one finding, and how much of it.
type found struct {
	name  string
	value float64
}

// weight is the log-odds of a sign.
func (d *Detector) weight(x *sign) float64 {
	sum := 0.0
	for _, f := range x.found {
		sum += d.weights[f.name] * f.value
	}
	return sum
}

// logOdds are the weights by finding.
func logOdds(s weights.Set) map[string]float64 {
	out := map[string]float64{}
	for _, t := range s.Terms {
		out[t.Finding] += t.Weight
	}
	return out
}

// weigh adds up the log-odds: of each sort of sign those of the strongest.
func (d *Detector) weigh(m vessel.MMSI, s *ship, g group) event.FalsePositionDetails {
	var details event.FalsePositionDetails
	add := func(block string, list ...found) {
		for _, f := range list {
			if f.value != 0 {
				details.Terms = append(details.Terms, event.ScoreTerm{Block: block, Name: f.name, Value: f.value, Weight: d.weights[f.name]})
				details.Score += d.weights[f.name] * f.value
			}
		}
	}
	add("prior", found{always, 1}, found{lasted, min(lastedMost, math.Log1p(g.to.Sub(g.from).Hours()/24))})
	most := math.Inf(-1)
	for _, x := range d.strongest(g) {
		add("position", x.found...)
		details.Rules.Rules = append(details.Rules.Rules, x.rules...)
		if w := d.weight(x); w > most {
			most, details.Sort = w, x.sort
		}
	}
	for _, x := range g.signs {
		details.Fixes = max(details.Fixes, x.fixes)
		details.NotHeardBy, details.HeardBy = union(details.NotHeardBy, x.near), union(details.HeardBy, x.far)
	}
	if d.isShared(m, g) {
		add("position", found{shared, 1})
		details.Rules.Rules = append(details.Rules.Rules, rule("number_shared", 1, "<=", 0, "", "an identity event says that two ships have her number"))
	}
	if share := s.onLand(g); share > 0.5 {
		add("position", found{onLand, share})
		details.Rules.Rules = append(details.Rules.Rules, rule("on_land", share, ">", 0.5, "of the fixes", "well inside land"))
	}
	return details
}

// strongest is of each sort of sign the one that weighs most, in order of their names.
func (d *Detector) strongest(g group) []*sign {
	best := map[string]*sign{}
	var sorts []string
	for _, x := range g.signs {
		if best[x.sort] == nil {
			sorts = append(sorts, x.sort)
		}
		if best[x.sort] == nil || d.weight(x) > d.weight(best[x.sort]) {
			best[x.sort] = x
		}
	}
	slices.Sort(sorts)
	var out []*sign
	for _, sort := range sorts {
		out = append(out, best[sort])
	}
	return out
}
