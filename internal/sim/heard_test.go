package sim

import (
	"slices"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// ear is a feed of single messages: who sent them, when and where.
type ear struct {
	messages []heardMessage
	gaps     map[uint32][]Span
}

type heardMessage struct {
	sender uint32
	at     time.Duration
	from   geo.Point
}

func (e ear) Ship(sender uint32, from, to time.Duration) bool {
	return slices.ContainsFunc(e.messages, func(m heardMessage) bool { return m.sender == sender && m.at >= from && m.at <= to })
}

func (e ear) Near(at geo.Point, from, to time.Duration) bool {
	return slices.ContainsFunc(e.messages, func(m heardMessage) bool {
		return motion.Length(m.from, at) <= 30*geo.NauticalMile && m.at >= from && m.at <= to
	})
}

func (e ear) Gaps(sender uint32, least time.Duration) []Span {
	return slices.DeleteFunc(slices.Clone(e.gaps[sender]), func(s Span) bool { return s.To-s.From < least })
}

func (e ear) Every(uint32, uint32, Span) (time.Duration, bool) {
	return 7 * time.Minute, e.messages != nil
}

func (e ear) Why(uint32, Span) string { return "feed_outage" }

// dark loads in silence from day 1.5 on, for 40 hours, and then lies 300 km off.
const dark = `
  - {name: SYN ONE, mmsi: 636999001, hull: vlcc, from: [50.60, 29.00], steps: [{drift: {until_day: 1.5}}, {off: {cause: switched_off}}, {berth: {at: jetty, hours: 36, load_bbl: 2000000, sanctioned: true}}, {sail: {via: [[50.6, 29.0]], knots: 12}}, {on: {}}, {sail: {via: [west, [53.0, 27.0]], knots: 13}}, {anchor: {at: [53.1, 26.9], until_day: 11.9}}]}
  - {name: SYN TWO, mmsi: 636999002, hull: vlcc, from: [52.60, 27.00], steps: [{anchor: {at: [52.7, 27.0], until_day: 11.9}}]}
`

func TestObservable(t *testing.T) {
	w := world(t, dark)
	lift := w.Truth().Lifts[0]
	begin, end := lift.Start.Sub(w.At(0)), lift.End.Sub(w.At(0))
	kharg, far := geo.Point{50.34, 29.23}, geo.Point{55, 26}
	cases := []struct {
		name    string
		message heardMessage
		want    bool
	}{
		{"the ship herself in it", heardMessage{636999001, begin + time.Hour, kharg}, true},
		{"the ship herself 23 h before, anywhere", heardMessage{636999001, begin - 23*time.Hour, far}, true},
		{"the ship herself 25 h before", heardMessage{636999001, begin - 25*time.Hour, kharg}, false},
		{"the ship herself 25 h after", heardMessage{636999001, end + 25*time.Hour, kharg}, false},
		{"another 20 km off", heardMessage{99, begin, geo.Point{50.54, 29.23}}, true},
		{"another 23 h after, near", heardMessage{99, end + 23*time.Hour, kharg}, true},
		{"another 100 km off", heardMessage{99, begin, geo.Point{51.4, 29.23}}, false},
		{"another near, days after", heardMessage{99, end + 50*time.Hour, kharg}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			truth := w.Truth()
			truth.Mark(ear{messages: []heardMessage{c.message}})
			if truth.Lifts[0].Observable != c.want || truth.Totals.ObservableLifts == 1 != c.want {
				t.Errorf("observable: got %v and %d in all, want %v", truth.Lifts[0].Observable, truth.Totals.ObservableLifts, c.want)
			}
		})
	}
}

func TestSilencesOfReception(t *testing.T) {
	off := Days(1.5)
	cases := []struct {
		name string
		gap  Span
		want string
	}{
		{"while she spoke", Span{Days(5), Days(5.3)}, "feed_outage"},
		{"too short to tell", Span{Days(5), Days(5.2)}, ""},
		{"her own silence", Span{off - time.Hour, off + 40*time.Hour}, ""},
		{"mostly not her own", Span{off - 30*time.Hour, off + 20*time.Hour}, "feed_outage"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			truth := world(t, dark).Truth()
			own := len(truth.Silences)
			truth.Mark(ear{gaps: map[uint32][]Span{636999001: {c.gap}}})
			got := ""
			for _, s := range truth.Silences {
				if s.Cause == "feed_outage" && s.Start.Equal(truth.Start.Add(c.gap.From)) && s.End.Equal(truth.Start.Add(c.gap.To)) {
					got = s.Cause
				}
			}
			if got != c.want || c.want == "" && len(truth.Silences) != own {
				t.Errorf("got cause %q of %d silences, want %q", got, len(truth.Silences), c.want)
			}
			if !slices.IsSortedFunc(truth.Silences, func(a, b Silence) int { return a.Start.Compare(b.Start) }) {
				t.Error("silences are not in order of time")
			}
		})
	}
}

// lashed is a tanker that lies at another's side for 20 hours, and a small one that stays in a corner.
const lashed = `
  - {name: SYN HOST, mmsi: 636999001, imo_serial: 900001, hull: vlcc, from: [56.60, 25.20], steps: [{anchor: {at: roads, until_day: 8}}]}
  - {name: SYN VISITOR, mmsi: 636999002, imo_serial: 900002, hull: vlcc, day: 0.2, from: [56.90, 25.30], steps: [{alongside: {ship: SYN HOST, side: port, ahead_m: 10, hours: 20, purpose: service}}, {sail: {via: [[57.6, 25.0]], knots: 11}}]}
`

func TestMeetingsTellHowOftenBothWereHeard(t *testing.T) {
	truth := world(t, lashed).Truth()
	a, b := truth.Meetings[0].Visitor, truth.Meetings[0].Host
	from, to := truth.Meetings[0].Start, truth.Meetings[0].End
	if _, ok := truth.Every(a, b, from, to); ok || truth.Meetings[0].Every != nil {
		t.Error("a truth that nobody heard knows how often both were heard")
	}
	truth.Mark(ear{messages: []heardMessage{{636999001, 0, geo.Point{}}}})
	if m := truth.Meetings[0]; m.Every == nil || *m.Every != 7 {
		t.Errorf("got %v, want 7 minutes", m.Every)
	}
	if every, ok := truth.Every(Vessel{MMSI: 1, IMO: a.IMO}, b, from, to); !ok || every != 7*time.Minute {
		t.Errorf("by IMO number: got %v, want 7 minutes", every)
	}
	if _, ok := truth.Every(Vessel{MMSI: 1}, b, from, to); ok {
		t.Error("a ship that is not of the world was heard")
	}
}

func TestTankerHoursAreThoseInTheWorld(t *testing.T) {
	// One stays for the eight of twelve days, the other for the 20 hours and her way there and off.
	if got := world(t, lashed).Truth().Totals.TankerHours; got < 192+20 || got > 192+40 {
		t.Errorf("got %d hours, want 192 of one and some 30 of the other", got)
	}
}

// borrowed is a ship that sends another's MMSI for two days, and one that becomes another.
const borrowed = `
  - {name: SYN ONE, mmsi: 636999001, imo_serial: 900001, hull: vlcc, mmsi_of: SYN TWO, mmsi_of_days: {from_day: 2, to_day: 4}, from: [56.60, 25.20], steps: [{anchor: {at: roads, until_day: 8}}]}
  - {name: SYN TWO, mmsi: 538999002, imo_serial: 900002, hull: vlcc, from: [58.60, 25.00], steps: [{anchor: {at: [58.7, 25.0], until_day: 5}}, {identity: {name: SYN NEW, mmsi: 620999002}}, {sail: {via: [[59, 24.8]], knots: 10}}, {anchor: {at: [59, 24.8], until_day: 9}}]}
  - {name: SYN THREE, mmsi: 636999003, imo_serial: 900003, hull: vlcc, mmsi_of: SYN TWO, from: [56.70, 25.20], steps: [{anchor: {at: roads, until_day: 8}}]}
`

func TestIdentitiesAreTold(t *testing.T) {
	w := world(t, borrowed)
	truth := w.Truth()
	if want := (Identity{9000027, 538999002, 620999002, "SYN TWO", "SYN NEW", truth.Start.Add(Days(5)), false}); len(truth.Identities) != 1 || truth.Identities[0] != want {
		t.Errorf("identities: got %+v, want %+v", truth.Identities, want)
	}
	for day, want := range map[float64]uint32{4: 538999002, 6: 620999002} {
		if got := truth.As(Vessel{MMSI: 538999002, IMO: 9000027}, truth.Start.Add(Days(day))); got.MMSI != want || got.IMO != 9000027 {
			t.Errorf("on day %v she sends %d, want %d", day, got.MMSI, want)
		}
	}
	if len(truth.Shared) != 2 || truth.Shared[0].MMSI != 538999002 || !truth.Shared[0].Start.Equal(truth.Start.Add(Days(2))) ||
		!truth.Shared[0].End.Equal(truth.Start.Add(Days(4))) || !truth.Shared[1].Start.Equal(truth.Start) || !truth.Shared[1].End.Equal(truth.End) {
		t.Errorf("shared: got %+v, want one for two days and one for ever", truth.Shared)
	}
	var sent []uint32
	for _, e := range w.byName["SYN ONE"].effects {
		if e.Kind == NewIdentity {
			sent = append(sent, e.ID.MMSI)
		}
	}
	if !slices.Equal(sent, []uint32{538999002, 636999001}) {
		t.Errorf("SYN ONE sends %v, want the other's MMSI and then her own", sent)
	}
	for mmsi, want := range map[uint32][]uint32{538999002: {9000015, 9000027, 9000039}, 620999002: {9000027}} {
		if got := truth.Senders(mmsi); !slices.Equal(got, want) {
			t.Errorf("senders of %d: got %v, want %v: her own and those who borrow it", mmsi, got, want)
		}
	}
}

func TestHaltsAreTold(t *testing.T) {
	w := world(t, borrowed)
	w.scenario.Population = &scenario.Population{Trade: &scenario.Trade{Halt: &scenario.Window{From: 3, To: 20}}}
	truth := w.Truth()
	if len(truth.Halts) != 1 || !truth.Halts[0].Start.Equal(truth.Start.Add(Days(3))) || !truth.Halts[0].End.Equal(truth.End) {
		t.Errorf("halts: got %+v, want one from day 3 to the world's end", truth.Halts)
	}
}
