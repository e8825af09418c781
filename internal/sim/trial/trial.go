package trial

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/headline"
	"github.com/darkwake/darkwake/internal/sim/populate"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/score"
	"github.com/darkwake/darkwake/internal/sim/write"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/pipeline"
)

// Spec says which world is tried.
type Spec struct {
	Path             string // of the scenario file
	Seed             uint64
	SeedOfFile       bool // take the scenario's own seed
	scenario.Smaller      // changes to the scenario
	Shards           int  // of the engine; zero is one. Any number gives the same result
	Listener         pipeline.Listener
	Configure        func(*pipeline.Config) // changes to the engine's parameters; may be nil
	Software         string                 // name and version written into events
	Ceiling          Reader                 // is scored beside the engine; may be nil
	// Rules tells which silences could be told, for want of a ceiling that does; nil without either, and then no measure
	// of such silences has a value.
	Rules Reader
	// Span is the part of the world in which the daily estimate is scored by itself; nil for none.
	Span *headline.Span
}

// Reader makes claims from a feed, knowing the scenario's rules and nothing of what happens in its world. Package oracle
// has one that shows how much the feed gives away at most.
type Reader func(ctx context.Context, feed io.Reader, s *scenario.Scenario) ([]event.Event, error)

// Outcome is all that a trial yields.
type Outcome struct {
	Truth   *sim.Truth
	Found   *pipeline.Result
	Said    score.Output // the part of it that is scored
	Source  feed.SourceStats
	Sent    air.Counts
	Written write.Counts
	Report  score.Report
	Ceiling *score.Report // of the events that Spec.Ceiling claims; nil without one
	Number  *headline.Run // nil without Spec.Span

	best []event.Event
}

// Run tries one world.
func Run(ctx context.Context, spec Spec) (*Outcome, error) {
	world, err := spec.world()
	if err != nil {
		return nil, err
	}
	var vintages *headline.Vintages
	if spec.Span != nil {
		vintages = headline.NewVintages(*spec.Span)
		spec.Listener.Cut = vintages.Cut
	}
	out, err := spec.hear(ctx, world)
	if err != nil {
		return nil, fmt.Errorf("try %s, seed %d: %w", world.Scenario().Name, world.Scenario().Seed, err)
	}
	if out.Said, err = output(out.Found); err != nil {
		return nil, err
	}
	if spec.reader() != nil {
		out.Said.Rules = append([]event.Event{}, out.best...)
	}
	if out.Report, err = score.Of(out.Truth, out.Said); err != nil {
		return nil, fmt.Errorf("score %s, seed %d: %w", out.Truth.Scenario, out.Truth.Seed, err)
	}
	if spec.Ceiling != nil {
		best := score.OfEvents(out.Truth, score.Output{Events: out.best, Rules: out.Said.Rules})
		out.Ceiling = &best
	}
	if vintages != nil {
		var best []event.Event
		if spec.Ceiling != nil {
			best = append([]event.Event{}, out.best...)
		}
		scored := headline.Of(out.Truth, out.Found, out.Said, vintages, best)
		out.Number = &scored
	}
	return out, nil
}

// reader is who reads the feed beside the engine, nil for nobody.
func (s Spec) reader() Reader {
	if s.Ceiling != nil {
		return s.Ceiling
	}
	return s.Rules
}

// world makes the world.
func (s Spec) world() (*sim.World, error) {
	plan, err := scenario.Open(s.Path)
	if err != nil {
		return nil, err
	}
	if !s.SeedOfFile {
		plan.Seed = s.Seed
	}
	plan.Shrink(s.Smaller)
	if err := plan.Validate(); err != nil {
		return nil, fmt.Errorf("check %s: %w", plan.Name, err)
	}
	if err := populate.Fill(plan); err != nil {
		return nil, fmt.Errorf("populate %s, seed %d: %w", plan.Name, plan.Seed, err)
	}
	world, err := sim.New(plan)
	if err != nil {
		return nil, fmt.Errorf("make %s, seed %d: %w", plan.Name, plan.Seed, err)
	}
	return world, nil
}

// errHeard ends a feed that nobody listens to any more.
var errHeard = errors.New("nobody listens")

// hear lets the engine read the world's feed while it is made.
func (s Spec) hear(ctx context.Context, world *sim.World) (*Outcome, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	config := pipeline.Defaults()
	if s.Software != "" {
		config.Software = s.Software
	}
	if s.Configure != nil {
		s.Configure(&config)
	}
	engine, err := pipeline.New(config, max(1, s.Shards), s.Listener)
	if err != nil {
		return nil, err
	}
	in, pipe := io.Pipe()
	options := feed.Defaults()
	options.Stdin = in
	stream, err := feed.Open(ctx, []feed.SourceConfig{{ID: world.Scenario().Name + ".nmea", Paths: []string{"-"}}}, options)
	if err != nil {
		return nil, err
	}
	out := &Outcome{}
	var making sync.WaitGroup
	var made, read error
	var to io.Writer = pipe
	finish := pipe.CloseWithError
	if reader := s.reader(); reader != nil {
		beside, copied := io.Pipe()
		to = io.MultiWriter(pipe, copied)
		finish = func(err error) error { return errors.Join(pipe.CloseWithError(err), copied.CloseWithError(err)) }
		making.Go(func() {
			out.best, read = reader(ctx, beside, world.Scenario())
			_, _ = io.Copy(io.Discard, beside) // or the engine would wait for what is not read here
		})
	}
	making.Go(func() {
		made = out.make(ctx, world, to)
		_ = finish(made) // closing a pipe always succeeds
	})
	out.Found, err = engine.Run(ctx, stream)
	if err != nil {
		cancel()
	}
	in.CloseWithError(errHeard)
	making.Wait()
	if err := errors.Join(err, made, read, stream.Close()); err != nil {
		return nil, err
	}
	if p := stream.Problems(); len(p) > 0 {
		return nil, p[0]
	}
	out.Source = stream.Stats()[0]
	return out, nil
}

// make writes the feed and tells the truth.
func (o *Outcome) make(ctx context.Context, world *sim.World, to io.Writer) error {
	nmea := write.NewNMEA(to, world)
	sent, heard, err := air.Run(ctx, world, nmea.Deliver)
	if err != nil {
		return err
	}
	o.Sent, o.Written, o.Truth = sent, nmea.Counts(), world.Truth()
	o.Truth.Mark(heard)
	return nmea.Flush()
}

// scored are the kinds of events that a score reads.
var scored = []event.Kind{event.Gap, event.Rendezvous, event.Lift, event.FalsePosition, event.Interference, event.Identity}

// output gives what was found the form in which a score reads it from files, so that both are scored alike.
func output(r *pipeline.Result) (score.Output, error) {
	var o score.Output
	var events, days, halts bytes.Buffer
	for _, e := range r.Events {
		if !slices.Contains(scored, e.Kind) {
			continue // scored by no measure
		}
		if err := export.Event(&events, e); err != nil {
			return o, err
		}
	}
	if err := export.Estimate(&days, r.Estimate, r.Beside); err != nil {
		return o, err
	}
	if err := export.Halts(&halts, r.Beside.Barometer); err != nil {
		return o, err
	}
	calls, err := score.ReadHalts(&halts)
	if err != nil {
		return o, err
	}
	o.Halts = &calls
	if o.Events, err = score.ReadEvents(&events); err != nil {
		return o, err
	}
	o.Reception = r.Heard
	o.Days, err = score.ReadDays(&days)
	return o, err
}

// Summary is what a replay of the feed would sum up, but for timings.
func (o *Outcome) Summary() export.Summary {
	return o.Found.Summary([]feed.SourceStats{o.Source}, nil)
}
