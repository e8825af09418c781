package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/populate"
	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// worldOptions are the flags that change a scenario before it becomes a world.
type worldOptions struct {
	seed    uint64
	days    float64
	traffic float64
	thin    bool
	command *cobra.Command
}

// register adds the flags to a command's.
func (o *worldOptions) register(c *cobra.Command) {
	o.command = c
	f := c.Flags()
	f.Uint64Var(&o.seed, "seed", 0, "seed in place of the scenario's")
	f.Float64Var(&o.days, "days", 0, "days that the world lasts, in place of the scenario's")
	f.Float64Var(&o.traffic, "traffic", 0, "scale of the lawful traffic of a scenario with a population")
	f.BoolVar(&o.thin, "thin", false, "report at most every 5 min under way and every 9 min at rest, as thinned archives do")
}

// open makes the world of a scenario file. A mistake in the file or in a flag is one of the command line.
func (o *worldOptions) open(path string) (*sim.World, error) {
	s, err := scenario.Open(path)
	if err != nil {
		return nil, usageError{err}
	}
	flags := o.command.Flags()
	if flags.Changed("seed") {
		s.Seed = o.seed
	}
	for _, name := range []string{"days", "traffic"} {
		if v, _ := flags.GetFloat64(name); flags.Changed(name) && !(v > 0) {
			return nil, usageError{fmt.Errorf("--%s %g: above 0 expected", name, v)}
		}
	}
	if o.traffic > 0 && s.Population == nil {
		return nil, usageError{fmt.Errorf("--traffic %g: scenario %s has no population to scale", o.traffic, s.Name)}
	}
	s.Shrink(scenario.Smaller{Days: o.days, Traffic: o.traffic, Thin: o.thin})
	if err := s.Validate(); err != nil {
		return nil, usageError{fmt.Errorf("check scenario %s: %w", s.Name, err)}
	}
	if err := populate.Fill(s); err != nil {
		return nil, fmt.Errorf("populate %s, seed %d: %w", s.Name, s.Seed, err)
	}
	w, err := sim.New(s)
	if err != nil {
		return nil, fmt.Errorf("make %s, seed %d: %w", s.Name, s.Seed, err)
	}
	return w, nil
}

// stem is a scenario file's name without folder and ending.
func stem(path string) string {
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}
