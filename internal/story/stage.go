package story

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/call"
	"github.com/darkwake/darkwake/pkg/cargo"
	"github.com/darkwake/darkwake/pkg/detect/draught"
	"github.com/darkwake/darkwake/pkg/detect/falseposition"
	"github.com/darkwake/darkwake/pkg/detect/gap"
	"github.com/darkwake/darkwake/pkg/detect/identity"
	"github.com/darkwake/darkwake/pkg/detect/interference"
	"github.com/darkwake/darkwake/pkg/detect/loitering"
	"github.com/darkwake/darkwake/pkg/detect/outage"
	"github.com/darkwake/darkwake/pkg/detect/portcall"
	"github.com/darkwake/darkwake/pkg/detect/rendezvous"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/vessel/list"
)

// World is what never changes between stories. It may be shared.
type World struct {
	Places *place.Gazetteer
	Sea    *geo.Sea
}

// detector is what the pipeline asks of each.
type detector interface {
	Observe(track.Fact)
	Hear(event.Event)
	Advance(time.Time) []event.Event
}

// stage is the engine of one story.
type stage struct {
	tracker   *track.Tracker
	fleet     *vessel.Fleet
	detectors []detector
	ledger    *cargo.Ledger
	lists     []list.List
	lifts     bool      // the story asks for the ledger
	now       time.Time // the last grid point walked
	said      []event.Event
}

func newStage(w World) *stage {
	fleet, calls := vessel.NewFleet(), call.New(call.Defaults(), w.Places, w.Sea)
	return &stage{
		tracker: track.New(track.Defaults(), w.Places, w.Sea, track.Listener{}),
		fleet:   fleet,
		// The pipeline's order, DESIGN.md section 4.
		detectors: []detector{
			outage.New(outage.Defaults(), fleet, w.Places, w.Sea),
			interference.New(interference.Defaults(), fleet, w.Places, w.Sea),
			identity.New(identity.Defaults(), fleet, w.Places, w.Sea),
			falseposition.New(falseposition.Defaults(), fleet, w.Places, calls),
			portcall.New(portcall.Defaults(), fleet, w.Places, w.Sea),
			draught.New(draught.Defaults(), fleet, w.Places, w.Sea),
			loitering.New(loitering.Defaults(), fleet, w.Places, w.Sea),
			gap.New(gap.Defaults(), fleet, w.Places, w.Sea, calls),
			rendezvous.New(rendezvous.Defaults(), fleet, w.Places, w.Sea),
		},
		ledger: cargo.New(cargo.Defaults(), fleet, w.Places, calls),
		now:    dayOne.Add(-track.Grid),
	}
}

// watch puts a hull on a watch list: list IMO [name=]. It is told before the first advance.
func (s *stage) watch(cmd command) error {
	if err := cmd.need(1, "IMO"); err != nil {
		return err
	}
	l, err := list.Read(strings.NewReader("imo,id\n"+cmd.args[0]+",1\n"), cmd.text("name", "LIST"))
	if err != nil {
		return err
	}
	s.lists = append(s.lists, l)
	s.fleet.Watch(list.NewBook(s.lists))
	return nil
}

// advance delivers what was sent before a moment and walks the grid up to it. What is sent for a time that was walked
// already is late.
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
		s.tracker.Add(&r)
	}
	c.pending = kept
	for tick := s.now.Add(track.Grid); !tick.After(to); tick = tick.Add(track.Grid) {
		s.tracker.Advance(tick, s.observe)
		s.tick(tick)
		s.now = tick
	}
	return nil
}

func (s *stage) observe(f track.Fact) {
	switch f := f.(type) {
	case *track.Profile:
		s.fleet.Update(f.Particulars)
	case *track.DraughtStep:
		s.fleet.Mark(f.MMSI, vessel.DraughtMark{Since: f.FirstSeen, Draught: f.After})
	}
	for _, d := range s.detectors {
		d.Observe(f)
	}
}

func (s *stage) tick(at time.Time) {
	for i, d := range s.detectors {
		for _, e := range d.Advance(at) {
			s.said = append(s.said, e)
			if from, to, holds := event.OneHull(e); holds {
				s.fleet.Link(from, to)
			} else if from != 0 {
				s.fleet.Unlink(from, to)
			}
			for _, later := range s.detectors[i+1:] {
				later.Hear(e)
			}
			s.ledger.Hear(e)
		}
	}
	for _, e := range s.ledger.Advance(at) {
		if s.lifts {
			s.said = append(s.said, e)
		}
	}
}
