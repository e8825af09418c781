package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// TruthSchema names the form of the truth file.
const TruthSchema = "darkwake.truth/v1"

// Truth is what really happened in a world. Times are UTC and cut to the second, barrels whole.
type Truth struct {
	Schema    string    `json:"schema"`
	Synthetic bool      `json:"synthetic"`
	Scenario  string    `json:"scenario"`
	Seed      uint64    `json:"seed"`
	Start     time.Time `json:"start"`
	End       time.Time `json:"end"`
	Ships     int       `json:"ships"`
	Totals    Totals    `json:"totals"`
	Days      []Day     `json:"days"`
	Lifts     []Lift    `json:"lifts"`
	Transfers []Move    `json:"transfers"`
	Lawful    []Loading `json:"lawful_loadings"`
	Meetings  []Meeting `json:"meetings"`
	Silences  []Silence `json:"silences"`
	False     []Fake    `json:"false_positions"`
	Outages   []Outage  `json:"outages"`
}

// Totals sums the world up. The mean is that of whole days.
type Totals struct {
	Lifts             int   `json:"lifts"`
	LiftedBarrels     int64 `json:"lifted_bbl"`
	LiftedPerDay      int64 `json:"lifted_bbl_per_day"`
	LiftedPerDayLast  int64 `json:"lifted_bbl_per_day_last_28_days"`
	ExitedBarrels     int64 `json:"exited_bbl"`
	DischargedBarrels int64 `json:"discharged_bbl"`
}

// Day is a UTC date. What is loaded over two days counts on both by time.
type Day struct {
	Date       string `json:"date"`
	Lifted     int64  `json:"lifted_bbl"`
	Exited     int64  `json:"exited_bbl"`
	Discharged int64  `json:"discharged_bbl"`
}

// Vessel names a ship in the truth.
type Vessel struct {
	MMSI  uint32 `json:"mmsi"`
	IMO   uint32 `json:"imo"`
	Name  string `json:"name"`
	Flag  string `json:"flag"`
	Class string `json:"class"`
}

// Lift is a loading of sanctioned crude. Mode is dark, open or false_position: what the transponder did meanwhile.
type Lift struct {
	Vessel   Vessel    `json:"vessel"`
	Terminal string    `json:"terminal"`
	Mode     string    `json:"mode"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Barrels  int64     `json:"barrels"`
	Complete bool      `json:"complete"` // false when the world ends before the loading does
	// Exit is when the loader next crossed the last gate outbound with sanctioned oil, before loading again; what she
	// gave to others may have left before. Null when she did not.
	Exit *time.Time `json:"loader_exit"`
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
	DonorOff   bool      `json:"donor_silent"`
	ReceiveOff bool      `json:"receiver_silent"`
}

// Loading is a loading of oil that no sanction touches.
type Loading struct {
	Vessel   Vessel    `json:"vessel"`
	Terminal string    `json:"terminal"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	Barrels  int64     `json:"barrels"`
}

// Meeting is two ships tied together, from the last line made fast to the first let go.
type Meeting struct {
	Visitor Vessel    `json:"visitor"`
	Host    Vessel    `json:"host"`
	Purpose string    `json:"purpose"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
}

// Silence is a time in which a ship of the world sent nothing. Without an end it lasts beyond the world's.
type Silence struct {
	Vessel Vessel     `json:"vessel"`
	Start  time.Time  `json:"start"`
	End    *time.Time `json:"end"`
	Cause  string     `json:"cause"`
}

// Fake is a time in which a ship sent positions where she was not.
type Fake struct {
	Vessel Vessel    `json:"vessel"`
	Start  time.Time `json:"start"`
	End    time.Time `json:"end"`
	Lon    float64   `json:"lon"`
	Lat    float64   `json:"lat"`
}

// Outage is a time in which a receiver heard nothing.
type Outage struct {
	Station string    `json:"station"`
	Start   time.Time `json:"start"`
	End     time.Time `json:"end"`
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

// Truth tells what happens in the world.
func (w *World) Truth() *Truth {
	s := w.scenario
	t := &Truth{Schema: TruthSchema, Synthetic: true, Scenario: s.Name, Seed: s.Seed, Start: s.Start.Time, End: w.At(w.end), Ships: len(w.ships),
		Lifts: []Lift{}, Transfers: []Move{}, Lawful: []Loading{}, Meetings: []Meeting{}, Silences: []Silence{}, False: []Fake{}, Outages: []Outage{}}
	w.operations(t)
	for _, ship := range w.ships {
		ship.tell(t)
	}
	for _, st := range s.Stations {
		t.outages(w, st.ID, st.Outages)
	}
	for _, sat := range s.Satellites {
		t.outages(w, sat.ID, sat.Outages)
	}
	slices.SortStableFunc(t.Silences, func(a, b Silence) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Vessel.MMSI, b.Vessel.MMSI))
	})
	slices.SortStableFunc(t.Meetings, func(a, b Meeting) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Visitor.MMSI, b.Visitor.MMSI))
	})
	w.daily(t)
	return t
}

func (t *Truth) outages(w *World, station string, windows []scenario.Window) {
	for _, o := range windows {
		t.Outages = append(t.Outages, Outage{station, w.stamp(Days(o.From)), w.stamp(Days(o.To))})
	}
}

// stamp is a time of the world on the calendar, to the second.
func (w *World) stamp(at time.Duration) time.Time { return w.At(at).Truncate(time.Second) }

func (s *Ship) vessel() Vessel {
	return Vessel{MMSI: s.spec.MMSI, IMO: s.IMO(), Name: s.spec.Name, Flag: s.spec.Flag, Class: s.kind.Class}
}

// operations tells of oil moved, as far as it happens while the world lasts.
func (w *World) operations(t *Truth) {
	for _, op := range w.ops {
		if op.begin >= w.end || op.end <= 0 {
			continue
		}
		start, end, barrels := w.stamp(max(op.begin, 0)), w.stamp(min(op.end, w.end)), op.part(op.barrels, 0, w.end)
		switch {
		case op.from != nil && op.to != nil:
			at := op.to.track.Pose((op.begin + op.end) / 2).At
			t.Transfers = append(t.Transfers, Move{Donor: op.from.vessel(), Receiver: op.to.vessel(), Start: start, End: end,
				Lon: round5(at[0]), Lat: round5(at[1]), Barrels: barrels, Sanctioned: op.part(op.counted, 0, w.end),
				DonorOff: op.from.Silent(op.begin), ReceiveOff: op.to.Silent(op.begin)})
		case op.to != nil && op.sanctioned:
			t.Lifts = append(t.Lifts, Lift{Vessel: op.to.vessel(), Terminal: op.place, Mode: op.to.mode(op.begin, op.end), Start: start, End: end,
				Barrels: barrels, Complete: op.end <= w.end, Exit: op.to.exit(op.end, op.to.loadsAgain(op))})
		case op.to != nil:
			t.Lawful = append(t.Lawful, Loading{Vessel: op.to.vessel(), Terminal: op.place, Start: start, End: end, Barrels: barrels})
		}
	}
}

// part is how much of some barrels an operation moves between two times.
func (o *operation) part(barrels int64, from, to time.Duration) int64 {
	share := func(at time.Duration) int64 {
		f := float64(at-o.begin) / float64(o.end-o.begin)
		return int64(math.Round(float64(barrels) * max(0, min(1, f))))
	}
	return share(to) - share(from)
}

// mode tells what the transponder did during a loading: the worst of it.
func (s *Ship) mode(begin, end time.Duration) string {
	for _, e := range s.effects {
		if e.Kind == FalsePosition && e.At < end && e.Till > begin {
			return "false_position"
		}
	}
	for at := begin; at <= end; at += time.Hour {
		if s.Silent(at) {
			return "dark"
		}
	}
	return "open"
}

// crossing is a way over the last gate.
type crossing struct {
	at         time.Duration
	sanctioned int64
}

// exits finds when a ship crosses an exit gate outbound, that is from the left of the line to its right. The track is
// looked at every two minutes, in which a ship makes less than 1.5 km.
func (s *Ship) exits() []crossing {
	const step = 2 * time.Minute
	var out []crossing
	for _, part := range s.track.Parts() {
		if _, sails := part.Phase.(*motion.Voyage); !sails {
			continue
		}
		for at := max(0, part.Begin); at < min(part.End, s.world.end); at += step {
			a, b := s.track.Pose(at).At, s.track.Pose(at+step).At
			for _, gate := range s.world.scenario.Gates {
				if crosses(a, b, gate[0].Geo(), gate[1].Geo()) {
					_, sanctioned := s.Barrels(at)
					out = append(out, crossing{at, sanctioned})
				}
			}
		}
	}
	slices.SortFunc(out, func(a, b crossing) int { return cmp.Compare(a.at, b.at) })
	return out
}

// crosses tells whether a way crosses a line from its left to its right.
func crosses(a, b, from, to geo.Point) bool {
	side := func(p, q, r geo.Point) float64 { return (q[0]-p[0])*(r[1]-p[1]) - (q[1]-p[1])*(r[0]-p[0]) }
	return side(from, to, a) > 0 && side(from, to, b) <= 0 && side(a, b, from)*side(a, b, to) <= 0
}

// loadsAgain is when a ship next takes oil from the shore after an operation.
func (s *Ship) loadsAgain(o *operation) time.Duration {
	for _, next := range s.world.ops { // in order of time
		if next.to == s && next.from == nil && next.begin > o.begin {
			return next.begin
		}
	}
	return never
}

// exit is the first crossing with sanctioned oil between two times.
func (s *Ship) exit(after, before time.Duration) *time.Time {
	for _, c := range s.exits() {
		if c.at >= after && c.at < before && c.sanctioned > 0 {
			t := s.world.stamp(c.at)
			return &t
		}
	}
	return nil
}

// tell adds a ship's meetings, silences and false positions.
func (s *Ship) tell(t *Truth) {
	w := s.world
	for _, lies := range s.stays {
		if begin := max(0, lies.Begin+alongsideFade); lies.Kind == Alongside && begin < w.end && lies.End > 0 {
			t.Meetings = append(t.Meetings, Meeting{s.vessel(), lies.With.vessel(), lies.Purpose, w.stamp(begin), w.stamp(min(lies.End, w.end))})
		}
	}
	for i, e := range s.effects {
		begin := max(0, e.At)
		switch {
		case e.At >= w.end:
		case e.Kind == RadioOff:
			if back := s.backOn(i); back == nil || back.After(w.At(0)) {
				t.Silences = append(t.Silences, Silence{s.vessel(), w.stamp(begin), back, e.Text})
			}
		case e.Kind == FalsePosition && e.Till > 0:
			at := e.Fake.Pose(begin).At
			t.False = append(t.False, Fake{s.vessel(), w.stamp(begin), w.stamp(min(e.Till, w.end)), round5(at[0]), round5(at[1])})
		}
	}
	parts := s.track.Parts()
	for i := 1; i < len(parts); i++ {
		if parts[i].Begin > max(0, parts[i-1].End) && parts[i-1].End < w.end {
			t.left(s, max(0, parts[i-1].End), parts[i].Begin)
		}
	}
	if s.track.End() < w.end {
		t.left(s, max(0, s.track.End()), w.end)
	}
}

// left notes that a ship went out of the world.
func (t *Truth) left(s *Ship, from, to time.Duration) {
	silence := Silence{Vessel: s.vessel(), Start: s.world.stamp(from), Cause: "left_area"}
	if to < s.world.end {
		back := s.world.stamp(to)
		silence.End = &back
	}
	t.Silences = append(t.Silences, silence)
}

// backOn is when the transponder speaks again after it fell silent.
func (s *Ship) backOn(i int) *time.Time {
	for _, e := range s.effects[i:] {
		if e.Kind == RadioOn && e.At < s.world.end {
			t := s.world.stamp(e.At)
			return &t
		}
	}
	return nil
}

// daily fills in barrels by day, and their sums.
func (w *World) daily(t *Truth) {
	exited := map[string]int64{}
	for _, s := range w.ships {
		for _, c := range s.exits() {
			exited[w.At(c.at).Format(time.DateOnly)] += c.sanctioned
			t.Totals.ExitedBarrels += c.sanctioned
		}
	}
	first := w.scenario.Start.Truncate(24 * time.Hour)
	for day := first; day.Before(w.At(w.end)); day = day.AddDate(0, 0, 1) {
		from, to := day.Sub(w.scenario.Start.Time), min(day.AddDate(0, 0, 1).Sub(w.scenario.Start.Time), w.end)
		d := Day{Date: day.Format(time.DateOnly), Exited: exited[day.Format(time.DateOnly)]}
		for _, op := range w.ops {
			switch {
			case op.from == nil:
				d.Lifted += op.part(op.counted, from, to)
			case op.to == nil && !op.beyond:
				d.Discharged += op.part(op.counted, from, to)
			}
		}
		t.Totals.LiftedBarrels += d.Lifted
		t.Totals.DischargedBarrels += d.Discharged
		t.Days = append(t.Days, d)
	}
	t.Totals.Lifts = len(t.Lifts)
	t.Totals.LiftedPerDay = mean(t.Days)
	t.Totals.LiftedPerDayLast = mean(t.Days[max(0, len(t.Days)-28):])
}

// mean is barrels lifted a day.
func mean(days []Day) int64 {
	sum := int64(0)
	for _, d := range days {
		sum += d.Lifted
	}
	return int64(math.Round(float64(sum) / float64(max(1, len(days)))))
}

func round5(x float64) float64 { return math.Round(x*1e5) / 1e5 }
