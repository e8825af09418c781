package scenario

import "time"

// Expect is what the present detectors are held to in a world: the least and the most of measures of package score,
// pooled over some seeds of a smaller world. They are floors against falling back, not aims.
type Expect struct {
	Seeds    int                `yaml:"seeds"`   // how many, counted up from the scenario's own; zero is one
	Days     float64            `yaml:"days"`    // zero: the scenario's
	Traffic  float64            `yaml:"traffic"` // of the population; zero: the scenario's
	Thin     bool               `yaml:"thin"`
	Floors   map[string]float64 `yaml:"floors"`
	Ceilings map[string]float64 `yaml:"ceilings"`
}

func (e *Expect) check(c *check) {
	c.that(e.Seeds >= 0 && e.Seeds <= 100, "expect.seeds: %d, want 0 to 100", e.Seeds)
	c.that(e.Days >= 0 && e.Days <= mostDays, "expect.days: %g, want 0 to %d", e.Days, mostDays)
	c.that(e.Traffic >= 0 && e.Traffic <= 10, "expect.traffic: %g, want 0 to 10", e.Traffic)
}

// Smaller is a change to a scenario that makes it cheaper to run. Zero values change nothing.
type Smaller struct {
	Days    float64       // how long the world lasts
	Traffic float64       // share of the lawful ships of the population
	Thin    bool          // transmit as seldom as Thinned says
	Every   time.Duration // with Thin: positions at this interval, under way and at rest; zero leaves Thinned's
}

// Smaller is the change that an expectation asks for.
func (e *Expect) Smaller() Smaller { return Smaller{Days: e.Days, Traffic: e.Traffic, Thin: e.Thin} }

// Thinned is how often ships report in a thinned world. A tanker then has some 200 positions a day, which is what vendors
// of archives sell; stations show every 25 minutes that they are alive, five to ten times within any silence that
// counts.
func Thinned() Reporting {
	minutes := func(n int) Span { return Span(time.Duration(n) * time.Minute) }
	return Reporting{Moving: minutes(5), Still: minutes(9), Static: minutes(45), Base: minutes(25), Aid: minutes(60)}
}

// Shrink applies a change. It never makes a scenario report more often than it did.
func (s *Scenario) Shrink(c Smaller) {
	if c.Days > 0 {
		s.Days = c.Days
	}
	if c.Traffic > 0 && s.Population != nil {
		t := s.Population.Traffic.Or(1)
		s.Population.Traffic = Dial{From: c.Traffic * t.From, To: c.Traffic * t.To, Set: true}
	}
	if c.Thin {
		most, r := Thinned(), &s.Reporting
		if c.Every > 0 {
			most.Moving, most.Still = Span(c.Every), Span(c.Every)
		}
		r.Moving, r.Still, r.Static = max(r.Moving, most.Moving), max(r.Still, most.Still), max(r.Static, most.Static)
		r.Base, r.Aid = max(r.Base, most.Base), max(r.Aid, most.Aid)
	}
}
