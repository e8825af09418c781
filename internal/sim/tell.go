package sim

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// Truth tells what happens in the world.
func (w *World) Truth() *Truth {
	s := w.scenario
	t := &Truth{Schema: TruthSchema, Synthetic: true, Scenario: s.Name, Seed: s.Seed, Start: s.Start.Time, End: w.At(w.end), Ships: len(w.ships),
		Lifts: []Lift{}, Blends: []Lift{}, Transfers: []Move{}, Lawful: []Loading{}, Meetings: []Meeting{}, Silences: []Silence{},
		False: []Fake{}, Identities: []Identity{}, Shared: []Shared{}, Outages: []Outage{}, Jams: []Jam{}, Halts: []Halt{}, world: w}
	w.operations(t)
	for _, ship := range w.ships {
		ship.meet(t)
		ship.radio(t)
		ship.leave(t)
		if ship.tanker() && ship.kind.DWT >= leastTanker {
			t.Totals.TankerHours += int64(ship.present().Round(time.Hour) / time.Hour)
		}
	}
	for _, st := range s.Stations {
		t.outages(w, st.ID, st.Outages)
	}
	for _, sat := range s.Satellites {
		t.outages(w, sat.ID, sat.Outages)
	}
	t.outages(w, "", s.FeedOutages)
	for _, j := range s.Jams {
		t.Jams = append(t.Jams, Jam{j.Name, w.stamp(Days(j.From)), w.stamp(Days(j.To)), j.At[0], j.At[1], j.RadiusKM, j.Kind})
	}
	if p := s.Population; p != nil && p.Trade != nil && p.Trade.Halt != nil {
		t.Halts = append(t.Halts, Halt{w.stamp(Days(p.Trade.Halt.From)), w.stamp(Days(p.Trade.Halt.To))})
	}
	t.sort()
	w.daily(t)
	return t
}

// sort brings what is collected ship by ship into order of time.
func (t *Truth) sort() {
	slices.SortStableFunc(t.Silences, func(a, b Silence) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Vessel.MMSI, b.Vessel.MMSI))
	})
	slices.SortStableFunc(t.Meetings, func(a, b Meeting) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.Visitor.MMSI, b.Visitor.MMSI))
	})
}

func (t *Truth) outages(w *World, station string, windows []scenario.Window) {
	for _, o := range windows {
		t.Outages = append(t.Outages, Outage{station, w.stamp(Days(o.From)), w.stamp(Days(o.To))})
	}
}

// stamp is a time of the world on the calendar, to the second; what came before the world is told as of its begin,
// what comes after as of its end.
func (w *World) stamp(at time.Duration) time.Time {
	return w.At(max(0, min(at, w.end))).Truncate(time.Second)
}

func (s *Ship) vessel() Vessel {
	return Vessel{MMSI: s.spec.MMSI, IMO: s.IMO(), Name: s.spec.Name, Flag: s.spec.Flag, Class: s.kind.Class}
}

// operations tells of oil moved, as far as it happens while the world lasts.
func (w *World) operations(t *Truth) {
	for _, op := range w.ops {
		if op.begin >= w.end || op.end <= 0 {
			continue
		}
		start, end, barrels := w.stamp(op.begin), w.stamp(op.end), op.part(op.barrels, 0, w.end)
		switch {
		case op.from != nil && op.to != nil:
			at := op.to.track.Pose((op.begin + op.end) / 2).At
			t.Transfers = append(t.Transfers, Move{Donor: op.from.vessel(), Receiver: op.to.vessel(), Start: start, End: end,
				Lon: round5(at[0]), Lat: round5(at[1]), Barrels: barrels, Sanctioned: op.part(op.counted, 0, w.end), Blend: op.purpose == blend,
				DonorOff: op.from.Silent(op.begin), ReceiveOff: op.to.Silent(op.begin), Observable: true})
		case op.to != nil && op.sanctioned:
			lift := Lift{Vessel: op.to.vessel(), Fleet: op.to.spec.Fleet, Source: op.place, Mode: op.to.mode(op.begin, op.end), Start: start, End: end,
				Barrels: barrels, Complete: op.end <= w.end, Exit: op.to.exit(op.end, op.to.loadsAgain(op)), Observable: true}
			if op.blended {
				t.Blends = append(t.Blends, lift)
			} else {
				t.Lifts = append(t.Lifts, lift)
			}
		case op.to != nil:
			t.Lawful = append(t.Lawful, Loading{Vessel: op.to.vessel(), Terminal: op.place, Start: start, End: end, Barrels: barrels})
		}
	}
}

// mode tells what the transponder did during a loading: the worst of it.
func (s *Ship) mode(begin, end time.Duration) string {
	for _, e := range s.effects {
		if e.Kind == FalsePosition && e.At < end && e.Till > begin {
			return "false_" + e.Text
		}
	}
	for _, q := range s.quiet {
		if q.From < end && q.To > begin {
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

// exits finds when a ship with sanctioned oil crosses an exit gate outbound, that is from the left of the line to
// its right, while the world lasts.
func (s *Ship) exits() []crossing {
	if s.crossings != nil || !s.carries() {
		return s.crossings
	}
	s.crossings = []crossing{}
	for _, part := range s.track.Parts() {
		voyage, sails := part.Phase.(*motion.Voyage)
		if !sails {
			continue
		}
		for _, gate := range s.world.scenario.Gates {
			for _, at := range voyage.Crossings(gate[0].Geo(), gate[1].Geo()) {
				if _, sanctioned := s.Barrels(at); at >= 0 && at < s.world.end && sanctioned > 0 {
					s.crossings = append(s.crossings, crossing{at, sanctioned})
				}
			}
		}
	}
	slices.SortFunc(s.crossings, func(a, b crossing) int { return cmp.Compare(a.at, b.at) })
	return s.crossings
}

// loadsAgain is when a ship next takes oil from the shore after an operation.
func (s *Ship) loadsAgain(o *operation) time.Duration {
	for _, next := range s.ops { // in order of time
		if next.to == s && next.from == nil && next.begin > o.begin {
			return next.begin
		}
	}
	return never
}

// exit is the first crossing with sanctioned oil between two times.
func (s *Ship) exit(after, before time.Duration) *time.Time {
	for _, c := range s.exits() {
		if c.at >= after && c.at < before {
			t := s.world.stamp(c.at)
			return &t
		}
	}
	return nil
}

// meet tells of a ship's times alongside others.
func (s *Ship) meet(t *Truth) {
	w := s.world
	for _, lies := range s.stays {
		if begin := lies.Begin + alongsideFade; lies.Kind == Alongside && begin < w.end && lies.End > 0 {
			t.Meetings = append(t.Meetings, Meeting{Visitor: s.vessel(), Host: lies.With.vessel(), Purpose: lies.Purpose,
				Start: w.stamp(begin), End: w.stamp(lies.End), Observable: true})
		}
	}
}

// radio tells of a ship's silences, false positions and identities.
func (s *Ship) radio(t *Truth) {
	w := s.world
	for _, q := range s.quiet {
		if q.To > 0 && q.From < w.end {
			t.Silences = append(t.Silences, Silence{s.vessel(), w.stamp(q.From), s.ended(q.To), q.cause, true})
		}
	}
	mmsi, name := s.spec.MMSI, s.spec.Name
	for _, e := range s.effects {
		inside := e.At < w.end && e.At >= 0
		switch {
		case e.Kind == FalsePosition && e.At < w.end && e.Till > 0:
			at := e.Fake.Pose(max(0, e.At)).At
			t.False = append(t.False, Fake{s.vessel(), e.Text, w.stamp(e.At), w.stamp(e.Till), round5(at[0]), round5(at[1]), true})
		case e.Kind == NewIdentity && e.Text == sharing:
			if e.At < w.end && e.Till > 0 {
				t.Shared = append(t.Shared, Shared{s.vessel(), e.ID.MMSI, w.stamp(e.At), w.stamp(e.Till)})
			}
		case e.Kind == NewIdentity && e.Text != own:
			next := Identity{s.IMO(), mmsi, cmp.Or(e.ID.MMSI, mmsi), name, cmp.Or(e.ID.Name, name), w.stamp(e.At), false}
			if mmsi, name = next.ToMMSI, next.ToName; inside {
				t.Identities = append(t.Identities, next)
			}
		}
	}
}

// sends tells whether a ship sends an MMSI while the world lasts.
func (s *Ship) sends(mmsi uint32) bool {
	now := s.spec.MMSI
	for _, e := range s.effects {
		if e.Kind != NewIdentity || e.ID.MMSI == 0 || e.At >= s.world.end {
			continue
		}
		if e.At > 0 && now == mmsi {
			return true
		}
		now = e.ID.MMSI
	}
	return now == mmsi
}

// ended is the end of something on the calendar, nil when it lasts beyond the world's.
func (s *Ship) ended(at time.Duration) *time.Time {
	if at >= s.world.end {
		return nil
	}
	t := s.world.stamp(at)
	return &t
}

// leave tells of the times that a ship is out of the world.
func (s *Ship) leave(t *Truth) {
	parts := s.track.Parts()
	gone := func(from, to time.Duration) {
		if from < s.world.end && to > max(0, from) {
			t.Silences = append(t.Silences, Silence{s.vessel(), s.world.stamp(from), s.ended(to), "left_area", true})
		}
	}
	for i := 1; i < len(parts); i++ {
		if parts[i].Begin > parts[i-1].End {
			gone(parts[i-1].End, parts[i].Begin)
		}
	}
	gone(s.track.End(), s.world.end)
}

// leastTanker is the deadweight from which a tanker counts as one that could carry an export, tonnes: smaller ones carry
// products along the coast (METHODS.md, section 4).
const leastTanker = 10_000

// present is how long a ship is in the world while it lasts.
func (s *Ship) present() time.Duration {
	sum := time.Duration(0)
	for _, part := range s.track.Parts() {
		sum += max(0, min(part.End, s.world.end)-max(part.Begin, 0))
	}
	return sum
}

// daily fills in barrels by day, and their sums.
func (w *World) daily(t *Truth) {
	first := w.scenario.Start.Truncate(24 * time.Hour)
	for day := first; day.Before(w.At(w.end)); day = day.AddDate(0, 0, 1) {
		t.Days = append(t.Days, Day{Date: day.Format(time.DateOnly)})
	}
	shift := w.scenario.Start.Sub(first)
	day := func(at time.Duration) int { return int((at + shift) / (24 * time.Hour)) }
	for _, s := range w.ships {
		for _, c := range s.exits() {
			t.Days[day(c.at)].Exited += c.sanctioned
		}
	}
	for _, op := range w.ops {
		begin, end := max(0, op.begin), min(op.end, w.end)
		for at := begin; at < end; {
			n := day(at)
			next := min(end, time.Duration(n+1)*24*time.Hour-shift)
			t.Days[n].add(op, at, next)
			at = next
		}
	}
	t.sum()
}

// add counts what an operation moves between two times of a day.
func (d *Day) add(op *operation, from, to time.Duration) {
	barrels := op.part(op.counted, from, to)
	switch {
	case op.from == nil && !op.blended:
		d.Lifted += barrels
	case op.to == nil && !op.beyond:
		d.Discharged += barrels
	case op.purpose == blend:
		d.Blended += barrels
	}
}

func (t *Truth) sum() {
	for _, d := range t.Days {
		t.Totals.LiftedBarrels += d.Lifted
		t.Totals.ExitedBarrels += d.Exited
		t.Totals.DischargedBarrels += d.Discharged
		t.Totals.BlendedBarrels += d.Blended
	}
	t.Totals.Lifts, t.Totals.ObservableLifts = len(t.Lifts), len(t.Lifts)
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
