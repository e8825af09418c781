package sim

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Heard tells what of a world reached its feed. Times are those of sending, since the world's start; a ship goes by the
// MMSI of her begin.
type Heard interface {
	// Ship tells whether any message of the ship sent between two times was received.
	Ship(sender uint32, from, to time.Duration) bool
	// Near tells whether any message was received that a ship sent between two times within half a degree of a place.
	Near(at geo.Point, from, to time.Duration) bool
	// Gaps are the times of at least some length in which no true position of the ship was received, between the
	// first and the last that were.
	Gaps(sender uint32, least time.Duration) []Span
	// Why gives the cause of a gap, for a ship that did transmit: not_received, feed_outage or interference.
	Why(sender uint32, s Span) string
}

// Span is a time from one instant of the world to another.
type Span struct{ From, To time.Duration }

const (
	// witness is how long before and after an item a sentence still makes it observable.
	witness = 24 * time.Hour
	// unheard is the shortest silence of reception that is told: gaps are published from six hours.
	unheard = 6 * time.Hour
	// glance is how often a ship is looked at in a silence.
	glance = 15 * time.Minute
)

// Mark fills in what is observable in the feed, and the silences of tankers whose transponder was on and
// whose messages were not received. It belongs to the truth that World.Truth gives, and is called once.
func (t *Truth) Mark(h Heard) {
	w := t.world
	seen := func(start, end time.Time, vessels ...Vessel) bool {
		return w.observable(h, Span{start.Sub(t.Start), end.Sub(t.Start)}, vessels...)
	}
	t.Totals.ObservableLifts = 0
	for i := range t.Lifts {
		l := &t.Lifts[i]
		if l.Observable = seen(l.Start, l.End, l.Vessel); l.Observable {
			t.Totals.ObservableLifts++
		}
	}
	for i := range t.Blends {
		l := &t.Blends[i]
		l.Observable = seen(l.Start, l.End, l.Vessel)
	}
	for i := range t.Transfers {
		m := &t.Transfers[i]
		m.Observable = seen(m.Start, m.End, m.Donor, m.Receiver)
	}
	for i := range t.Meetings {
		m := &t.Meetings[i]
		m.Observable = seen(m.Start, m.End, m.Visitor, m.Host)
	}
	for i := range t.False {
		f := &t.False[i]
		f.Observable = seen(f.Start, f.End, f.Vessel)
	}
	for _, s := range w.ships {
		t.Silences = append(t.Silences, s.unheard(h)...)
	}
	for i := range t.Silences {
		s := &t.Silences[i]
		end := t.End
		if s.End != nil {
			end = *s.End
		}
		s.Observable = seen(s.Start, end, s.Vessel)
	}
	t.sort()
}

// observable is the fixed rule: a sentence of one of the ships, or of any ship near her at begin, middle or end.
func (w *World) observable(h Heard, item Span, vessels ...Vessel) bool {
	from, to := item.From-witness, item.To+witness
	for _, v := range vessels {
		if h.Ship(v.MMSI, from, to) {
			return true
		}
	}
	for _, v := range vessels {
		for _, at := range []time.Duration{item.From, (item.From + item.To) / 2, item.To} {
			if h.Near(w.byMMSI[v.MMSI].track.Pose(at).At, from, to) {
				return true
			}
		}
	}
	return false
}

// tanker tells whether the ship's type is one of 80 to 89.
func (s *Ship) tanker() bool { return s.kind.Type/10 == 8 }

// unheard are a tanker's silences that are no doing of hers: for most of the time she was there, and sent where she was.
func (s *Ship) unheard(h Heard) []Silence {
	if !s.tanker() {
		return nil
	}
	var out []Silence
	for _, gap := range h.Gaps(s.spec.MMSI, unheard) {
		if s.sent(gap) {
			out = append(out, Silence{s.vessel(), s.world.stamp(gap.From), s.ended(gap.To), h.Why(s.spec.MMSI, gap), true})
		}
	}
	return out
}

// sent tells whether a ship sent true positions for most of a time.
func (s *Ship) sent(gap Span) bool {
	sent, all := 0, 0
	for at := gap.From + glance/2; at < gap.To; at += glance {
		all++
		if s.track.Present(at) && !s.Silent(at) && !s.pretends(at) {
			sent++
		}
	}
	return 2*sent > all
}

// pretends tells whether she sends positions where she is not.
func (s *Ship) pretends(at time.Duration) bool {
	return slices.ContainsFunc(s.effects, func(e Effect) bool { return e.Kind == FalsePosition && e.At <= at && at < e.Till })
}
