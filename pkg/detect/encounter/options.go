package encounter

import (
	"time"

	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Options are the parameters.
type Options struct {
	Carries    vessel.Tonnes // deadweight of the smallest ship that takes part
	Together   time.Duration // the least that both could have spent at the place
	Draught    time.Duration // after a stay or a gap, in which a change of draught counts
	Remember   time.Duration // how long after its end a stay or gap is kept
	Least      float64       // probability from which one unseen ship is told
	Candidates int           // listed in an event
	UnseenCap  float64       // of the probability when neither was heard
	UnseenTold float64       // probability from which two unseen ships are told
}

// Defaults returns the starting parameters. 10,000 t and six hours are METHODS' (section 4), 72 h is as late as crews were
// found to type a draught, 30 days is as long as a gap may last in which a stay took place. 0.1 keeps what nobody saw
// below every headline; of such pairs in simulated worlds fewer than one in ten had met. The rest are start values.
func Defaults() Options {
	return Options{Carries: 10_000, Together: 6 * time.Hour, Draught: 72 * time.Hour, Remember: 30 * 24 * time.Hour, Least: 0.02,
		Candidates: 5, UnseenCap: 0.1, UnseenTold: 0.02}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	return param.Group{Name: "encounter", About: "meetings of which one ship was not heard, or neither", Params: []param.Param{
		param.Number("carries_t", &o.Carries, 0, 500_000, "t", "deadweight of the smallest ship that takes part", "METHODS 4"),
		param.Time("together", &o.Together, time.Hour, 72*time.Hour, "the least that both could have spent at the place", "METHODS 4"),
		param.Time("draught", &o.Draught, time.Hour, 240*time.Hour, "after a stay or a gap, in which a change of draught counts", "judgement: crews type late"),
		param.Time("remember", &o.Remember, 24*time.Hour, 2400*time.Hour, "how long after its end a stay or gap is kept", "judgement: gaps of tankers that hide last weeks"),
		param.Number("least", &o.Least, 0.001, 1, "", "probability from which one unseen ship is told", "judgement"),
		param.Number("candidates", &o.Candidates, 1, 100, "ships", "listed in an event", "judgement"),
		param.Number("unseen_cap", &o.UnseenCap, 0, 0.5, "", "the most that two silences can show", "METHODS 4: never a headline alone"),
		param.Number("unseen_told", &o.UnseenTold, 0.001, 1, "", "probability from which two unseen ships are told", "judgement"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }
