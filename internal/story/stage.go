package story

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel/list"
)

// stage is a story as the engine hears it: reports in the order of delivery, and how far each advance went.
type stage struct {
	config pipeline.Config
	lifts  bool      // the story asks for the ledger
	now    time.Time // how far the story has been told
	script []feed.Record
}

func newStage() *stage {
	s := &stage{config: pipeline.Defaults(), now: dayOne.Add(-track.Grid)}
	s.config.Estimate.Draws = 100 // the least; no story tells of the estimate
	return s
}

// watch puts a hull on a watch list: list IMO [name=].
func (s *stage) watch(cmd command) error {
	if err := cmd.need(1, "IMO"); err != nil {
		return err
	}
	l, err := list.Read(strings.NewReader("imo,id\n"+cmd.args[0]+",1\n"), cmd.text("name", "LIST"))
	if err != nil {
		return err
	}
	s.config.Lists = append(s.config.Lists, l)
	return nil
}

// checked lets the reception model answer after so many controls of the story have been checked: checked N. A story
// lasts days and holds a handful of ships; the engine asks for more before it answers.
func (s *stage) checked(cmd command) error {
	if err := cmd.need(1, "N"); err != nil {
		return err
	}
	_, err := fmt.Sscanf(cmd.args[0], "%d", &s.config.Coverage.LeastChecks)
	if err == nil {
		err = s.config.Validate()
	}
	return err
}

// advance delivers what was sent before a moment, and lets the watermark come up to it. What is sent for a time that
// was walked already is late.
func (s *stage) advance(to time.Time, c *cast) error {
	if !to.After(s.now) {
		return fmt.Errorf("advance to %s: it is %s already", clock(to), clock(s.now))
	}
	slices.SortStableFunc(c.pending, func(a, b ais.Report) int { return cmp.Compare(a.Time, b.Time) })
	kept := c.pending[:0]
	for _, r := range c.pending {
		if r.Time >= ais.Milli(to) {
			kept = append(kept, r)
			continue
		}
		r.Late = r.Time < ais.Milli(s.now)
		c.deliver(&r)
		s.script = append(s.script, feed.Record{Report: &r})
	}
	c.pending, s.now = kept, to
	s.script = append(s.script, feed.Record{Punctuation: &feed.Punctuation{Source: "story", Watermark: ais.Milli(to),
		Marks: []feed.SourceMark{{Source: "story", State: feed.Alive, High: ais.Milli(to)}}}})
	return nil
}

// play lets an engine with so many shards hear the story, and returns all that it said up to the last advance, in order.
func (s *stage) play(shards int) ([]event.Event, error) {
	var said []event.Event
	engine, err := pipeline.New(s.config, shards, pipeline.Listener{Event: func(e event.Event) {
		ledger := e.Kind == event.Lift || e.Kind == event.Transfer || e.Kind == event.Discharge
		if (s.lifts || !ledger) && !e.Watermark.After(s.now) {
			said = append(said, e)
		}
	}})
	if err != nil {
		return nil, err
	}
	_, err = engine.Run(context.Background(), &script{records: s.script})
	return said, err
}

// script is a feed.Stream of records that are known beforehand.
type script struct{ records []feed.Record }

// Next returns the next record.
func (s *script) Next() (feed.Record, error) {
	if len(s.records) == 0 {
		return feed.Record{}, io.EOF
	}
	r := s.records[0]
	s.records = s.records[1:]
	return r, nil
}

// Close does nothing.
func (s *script) Close() error { return nil }
