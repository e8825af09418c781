package sim

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// TruthSchema names the form of the truth file.
const TruthSchema = "darkwake.truth/v2"

// Truth is what really happened in a world. Times are UTC and cut to the second, barrels whole.
//
// Items that could be asked of a detector say whether they are observable: whether the feed holds a sentence of a ship
// that takes part, or of any ship within half a degree, sent within a day of the item. All are until Mark has
// been told what reached the feed.
type Truth struct {
	Schema     string     `json:"schema"`
	Synthetic  bool       `json:"synthetic"`
	Scenario   string     `json:"scenario"`
	Seed       uint64     `json:"seed"`
	Start      time.Time  `json:"start"`
	End        time.Time  `json:"end"`
	Ships      int        `json:"ships"`
	Totals     Totals     `json:"totals"`
	Days       []Day      `json:"days"`
	Lifts      []Lift     `json:"lifts"`
	Blends     []Lift     `json:"blends"` // loadings whose oil goes on as another's: no part of lifts and their sums
	Transfers  []Move     `json:"transfers"`
	Lawful     []Loading  `json:"lawful_loadings"`
	Meetings   []Meeting  `json:"meetings"`
	Silences   []Silence  `json:"silences"`
	False      []Fake     `json:"false_positions"`
	Identities []Identity `json:"identities"`
	Shared     []Shared   `json:"shared_mmsis"`
	Outages    []Outage   `json:"outages"`
	Jams       []Jam      `json:"jams"`
	Halts      []Halt     `json:"halts"`

	world *World
	heard Heard // nil before Mark
}

// Totals sums the world up. The mean is that of whole days.
type Totals struct {
	Lifts             int   `json:"lifts"`
	ObservableLifts   int   `json:"observable_lifts"`
	LiftedBarrels     int64 `json:"lifted_bbl"`
	LiftedPerDay      int64 `json:"lifted_bbl_per_day"`
	LiftedPerDayLast  int64 `json:"lifted_bbl_per_day_last_28_days"`
	ExitedBarrels     int64 `json:"exited_bbl"`
	DischargedBarrels int64 `json:"discharged_bbl"`
	BlendedBarrels    int64 `json:"blended_bbl"`
	// TankerHours is how long tankers of 10,000 t deadweight and more were in the world, all together.
	TankerHours int64 `json:"tanker_hours"`
}

// Day is a UTC date. What is loaded over two days counts on both by time. Blended is sanctioned oil given into ships
// that go on as lawful; its loading is not in Lifted.
type Day struct {
	Date       string `json:"date"`
	Lifted     int64  `json:"lifted_bbl"`
	Exited     int64  `json:"exited_bbl"`
	Discharged int64  `json:"discharged_bbl"`
	Blended    int64  `json:"blended_bbl"`
}

// Vessel names a ship in the truth, as she was when she appeared.
type Vessel struct {
	MMSI  uint32 `json:"mmsi"`
	IMO   uint32 `json:"imo"`
	Name  string `json:"name"`
	Flag  string `json:"flag"`
	Class string `json:"class"`
}

// Lift is a loading of sanctioned crude. Mode is what the transponder did meanwhile, the worst of it: dark, open,
// false_anchored, false_sailing, false_circle or false_frozen.
type Lift struct {
	Vessel   Vessel    `json:"vessel"`
	Fleet    string    `json:"fleet"`  // iranian, listed, other or empty
	Source   string    `json:"source"` // the terminal
	Mode     string    `json:"mode"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Barrels  int64     `json:"barrels"`
	Complete bool      `json:"complete"` // false when the world ends before the loading does
	// Exit is when the loader next crossed the last gate outbound with sanctioned oil, before loading again; what she
	// gave to others may have left before. Null when she did not.
	Exit       *time.Time `json:"loader_exit"`
	Observable bool       `json:"observable"`
}

// Move is oil passing from hull to hull.
type Move struct {
	Donor      Vessel    `json:"donor"`
	Receiver   Vessel    `json:"receiver"`
	Start      time.Time `json:"start"`
	End        time.Time `json:"end"`
	Lon        float64   `json:"lon"`
	Lat        float64   `json:"lat"`
	Barrels    int64     `json:"barrels"`
	Sanctioned int64     `json:"sanctioned_barrels"`
	Blend      bool      `json:"blend"` // sanctioned oil that goes on as lawful
	DonorOff   bool      `json:"donor_silent"`
	ReceiveOff bool      `json:"receiver_silent"`
	Observable bool      `json:"observable"`
}

// Loading is a loading of oil that no sanction touches.
type Loading struct {
	Vessel   Vessel    `json:"vessel"`
	Terminal string    `json:"terminal"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Barrels  int64     `json:"barrels"`
}

// Meeting is two ships tied together, from the last line made fast to the first let go. Purpose is cargo, blend,
// bunkering or service.
type Meeting struct {
	Visitor    Vessel    `json:"visitor"`
	Host       Vessel    `json:"host"`
	Purpose    string    `json:"purpose"`
	Start      time.Time `json:"start"`
	End        time.Time `json:"end"`
	Observable bool      `json:"observable"`
	// Every is how often both were heard, in minutes, as Heard.Every tells it. Null when one of them was not heard, and
	// before Mark.
	Every *int `json:"heard_every_min"`
}

// Silence is a time in which a ship of the world sent nothing, or none of what she sent reached the feed. Without
// an end it lasts beyond the world's. Causes are switched_off, faulty_transponder and left_area, which the world tells,
// and not_received, feed_outage and interference, which Mark adds for tankers.
type Silence struct {
	Vessel     Vessel     `json:"vessel"`
	Start      time.Time  `json:"start"`
	End        *time.Time `json:"end"`
	Cause      string     `json:"cause"`
	Observable bool       `json:"observable"`
}

// Fake is a time in which a ship sent positions where she was not. The place is that of the first. Kind is
// anchored, sailing, circle or frozen.
type Fake struct {
	Vessel     Vessel    `json:"vessel"`
	Kind       string    `json:"kind"`
	Start      time.Time `json:"start"`
	End        time.Time `json:"end"`
	Lon        float64   `json:"lon"`
	Lat        float64   `json:"lat"`
	Observable bool      `json:"observable"`
}

// Identity is a ship's becoming another, but for her IMO number.
type Identity struct {
	IMO      uint32    `json:"imo"`
	FromMMSI uint32    `json:"from_mmsi"`
	ToMMSI   uint32    `json:"to_mmsi"`
	FromName string    `json:"from_name"`
	ToName   string    `json:"to_name"`
	Time     time.Time `json:"time"`
	Heard    bool      `json:"both_heard"` // something that she sent as either was received: else nobody can tell
}

// As returns a vessel with the MMSI that she sent at a time: things are told of ships as they first were.
func (t *Truth) As(v Vessel, at time.Time) Vessel {
	var newest time.Time
	for _, c := range t.Identities {
		if c.IMO == v.IMO && v.IMO != 0 && !c.Time.After(at) && !c.Time.Before(newest) {
			v.MMSI, newest = c.ToMMSI, c.Time
		}
	}
	return v
}

// Shared is a time in which a ship sent an MMSI that is another's.
type Shared struct {
	Vessel Vessel    `json:"vessel"`
	MMSI   uint32    `json:"mmsi"` // the other's
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
}

// Senders are the IMO numbers of the ships that send an MMSI at any time, in order: of all ships of a world, of those
// whose changes are told in a truth that was read from a file.
func (t *Truth) Senders(mmsi uint32) []uint32 {
	var out []uint32
	if t.world != nil {
		for _, s := range t.world.ships {
			if s.sends(mmsi) {
				out = append(out, s.IMO())
			}
		}
	}
	for _, x := range t.Identities {
		if x.FromMMSI == mmsi || x.ToMMSI == mmsi {
			out = append(out, x.IMO)
		}
	}
	for _, x := range t.Shared {
		if x.MMSI == mmsi || x.Vessel.MMSI == mmsi {
			out = append(out, x.Vessel.IMO)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Outage is a time in which a receiver heard nothing. Without a station it is the whole feed.
type Outage struct {
	Station string    `json:"station"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
}

// Jam is a time and an area in which ships report where they are not, or nowhere.
type Jam struct {
	Name     string    `json:"name"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Lon      float64   `json:"lon"`
	Lat      float64   `json:"lat"`
	RadiusKM float64   `json:"radius_km"`
	Kind     string    `json:"kind"`
}

// Halt is a time in which no sanctioned loading begins.
type Halt struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Write writes the truth as indented JSON.
func (t *Truth) Write(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	if err := e.Encode(t); err != nil {
		return fmt.Errorf("write truth: %w", err)
	}
	return nil
}

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
	// Every is how often two ships were heard at once: for half of the time, neither's received true positions before and
	// after lay farther apart than this. Not ok when one of them was not heard within the time.
	Every(one, other uint32, s Span) (every time.Duration, ok bool)
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

// markIdentities fills in which changes of identity lie between reports that were received.
func (t *Truth) markIdentities(h Heard) {
	for i := range t.Identities {
		x := &t.Identities[i]
		first, from, to := *x, t.Start, t.End
		for _, y := range t.Identities {
			switch {
			case y.IMO != x.IMO:
			case y.Time.Before(x.Time):
				from = later(from, y.Time)
				if y.Time.Before(first.Time) {
					first = y
				}
			case y.Time.After(x.Time) && y.Time.Before(to):
				to = y.Time
			}
		}
		x.Heard = h.Ship(first.FromMMSI, from.Sub(t.Start), x.Time.Sub(t.Start)) && h.Ship(first.FromMMSI, x.Time.Sub(t.Start), to.Sub(t.Start))
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Mark fills in what is observable in the feed, and the silences of tankers whose transponder was on and
// whose messages were not received. It belongs to the truth that World.Truth gives, and is called once.
func (t *Truth) Mark(h Heard) {
	w := t.world
	t.heard = h
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
		if every, ok := h.Every(m.Visitor.MMSI, m.Host.MMSI, Span{m.Start.Sub(t.Start), m.End.Sub(t.Start)}); ok {
			minutes := int(every / time.Minute)
			m.Every = &minutes
		}
	}
	for i := range t.False {
		f := &t.False[i]
		f.Observable = seen(f.Start, f.End, f.Vessel)
	}
	t.markIdentities(h)
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

// Every tells how often two ships were heard at once, as Heard.Every does, whether they met or not. Ships go by the
// MMSI of their begin or by IMO number. Only a truth that Mark was called of knows it; one that was read does not.
func (t *Truth) Every(one, other Vessel, from, to time.Time) (every time.Duration, ok bool) {
	a, b := t.sender(one), t.sender(other)
	if t.heard == nil || a == 0 || b == 0 {
		return 0, false
	}
	return t.heard.Every(a, b, Span{from.Sub(t.Start), to.Sub(t.Start)})
}

// sender is the MMSI of a ship's begin, zero for a ship that is not of the world.
func (t *Truth) sender(v Vessel) uint32 {
	if t.world == nil {
		return 0
	}
	for _, s := range t.world.ships {
		if v.IMO != 0 && s.IMO() == v.IMO {
			return s.spec.MMSI
		}
	}
	if s := t.world.byMMSI[v.MMSI]; s != nil {
		return s.spec.MMSI
	}
	return 0
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
