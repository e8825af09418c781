package encounter

import (
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

// unseen is two gaps in which two ships may have met, and nobody heard either.
type unseen struct {
	a, b     *gap // by id
	from, to time.Time
	area     place.ID
	told     *event.Event
}

// shifts are how far a gap is moved to count what chance makes: whole weeks, so that days of the week stay what they are.
func shifts() []time.Duration {
	const week = 7 * 24 * time.Hour
	return []time.Duration{-3 * week, -2 * week, -week, week, 2 * week, 3 * week}
}

// tellUnseen judges the pairs of gaps of which one is new or changed.
func (d *Detector) tellUnseen(w time.Time) []event.Event {
	var out []event.Event
	emptied := d.swaps()
	for _, gid := range sorted(d.fresh) {
		g := d.gaps[gid]
		for _, o := range emptied {
			if g != nil && o.id != gid {
				if e, ok := d.judgeUnseen(g, o, emptied, w); ok {
					out = append(out, e)
				}
			}
		}
		for _, key := range sortedKeys(d.both) {
			if u := d.both[key]; (u.a.id == gid || u.b.id == gid) && (g == nil || !d.swap(d.gaps[u.a.id], d.gaps[u.b.id])) && u.told.Status != event.Retracted {
				e := d.retracted(u.told, "a silence is known to be another")
				e.Version, e.Watermark = u.told.Version+1, w
				u.told = &e
				out = append(out, e)
			}
		}
	}
	return out
}

func sortedKeys(m map[string]*unseen) []string {
	keys := make(map[string]bool, len(m))
	for k := range m {
		keys[k] = true
	}
	return sorted(keys)
}

// swaps are the gaps over which a draught changed, by id.
func (d *Detector) swaps() []*gap {
	var out []*gap
	for _, g := range d.gaps {
		if g.crew >= byCrewFrom && d.change(g.ship, g.off.time, g.on.time) != 0 {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b *gap) int { return strings.Compare(a.id, b.id) })
	return out
}

// swap tells whether of two ships one came up and the other went down over their gaps.
func (d *Detector) swap(a, b *gap) bool {
	return a != nil && b != nil && min(a.crew, b.crew) >= byCrewFrom && a.ship != b.ship && !d.alias(a.ship, b.ship) &&
		d.change(a.ship, a.off.time, a.on.time)*d.change(b.ship, b.off.time, b.on.time) < 0
}

// judgeUnseen weighs two gaps against what chance makes of them.
func (d *Detector) judgeUnseen(a, b *gap, all []*gap, w time.Time) (event.Event, bool) {
	if a.id > b.id {
		a, b = b, a
	}
	area, from, to, ok := d.meets(a, b, 0)
	if !ok || !d.swap(a, b) {
		return event.Event{}, false
	}
	observed, chance := 0.0, 0.0
	for _, o := range all {
		if !d.swap(a, o) {
			continue
		}
		if _, _, _, now := d.meets(a, o, 0); now {
			observed++
		}
		for _, shift := range shifts() {
			if _, _, _, then := d.meets(a, o, shift); then {
				chance += 1 / float64(len(shifts()))
			}
		}
	}
	p := d.o.UnseenCap * max(0, observed-chance) / (observed * observed) // one of those observed, each as likely
	u := d.both[a.id+b.id]
	if p < d.o.UnseenTold || u != nil && u.told.Status != event.Retracted && round(u.told.Probability) == round(p) {
		return event.Event{}, false
	}
	if u == nil {
		u = &unseen{a: a, b: b}
		d.both[a.id+b.id] = u
	}
	u.a, u.b, u.from, u.to, u.area = a, b, from, to, area
	e := d.describeUnseen(u, p, chance, w)
	u.told = &e
	return e, true
}

// meets finds the STS area that the prisms of two gaps share for longest, the second moved in time.
func (d *Detector) meets(a, b *gap, shift time.Duration) (area place.ID, from, to time.Time, ok bool) {
	moved := *b
	moved.off.time, moved.on.time = b.off.time.Add(shift), b.on.time.Add(shift)
	if overlap(a.off.time, a.on.time, moved.off.time, moved.on.time) < d.o.Together {
		return area, from, to, false
	}
	longest := d.o.Together
	for _, id := range d.areas {
		at := d.places.At(id).Centre
		f1, t1 := d.section(a, at)
		f2, t2 := d.section(&moved, at)
		if both := overlap(f1, t1, f2, t2); both >= longest {
			longest, area, from, to, ok = both, id, later(f1, f2), earlier(t1, t2), true
		}
	}
	return area, from, to, ok
}

// section is when a ship can have been at a place, by great circle: land makes it shorter and never longer.
func (d *Detector) section(g *gap, at geo.Point) (from, to time.Time) {
	_, service := d.speeds(g.ship)
	return window(g, geo.Distance(g.off.at, at), geo.Distance(at, g.on.at), service)
}

func (d *Detector) describeUnseen(u *unseen, p, chance float64, w time.Time) event.Event {
	area := d.places.At(u.area)
	at, end := area.Centre, u.to
	roleA, roleB := event.Donor, event.Receiver
	if d.change(u.a.ship, u.a.off.time, u.a.on.time) > 0 {
		roleA, roleB = event.Receiver, event.Donor
	}
	e := event.Event{
		Schema: event.Schema, ID: event.ID(event.Rendezvous, u.from, at[0], at[1], u.a.ship, u.b.ship), Version: 1, Kind: event.Rendezvous, Status: event.Closed,
		Why: "both fell silent, and one came back laden where the other came back empty", Start: u.from, End: &end, Lon: at[0], Lat: at[1],
		Place: &event.Place{Name: area.Name, Kind: string(area.Kind), Country: area.Country}, Evidence: u.a.evidence, Watermark: w,
		Vessels: []event.Vessel{
			event.FromShip(roleA, d.fleet.About(u.a.ship), u.a.off.time, u.a.on.time.Add(d.o.Draught)),
			event.FromShip(roleB, d.fleet.About(u.b.ship), u.b.off.time, u.b.on.time.Add(d.o.Draught)),
		},
	}
	if u.told != nil {
		e.ID, e.Version = u.told.ID, u.told.Version+1
	}
	e.Explanations = event.Normalise([]event.Explanation{{Cause: event.CargoTransfer, P: p}, {Cause: event.Unknown, P: 1 - p}})
	e.Probability = event.Probability(e.Explanations, event.CargoTransfer)
	details := event.RendezvousDetails{Form: event.BothUnseen, DurationH: end.Sub(u.from).Hours(), AntennaOnly: true, Findings: []string{swapped}}
	details.Rules.Rules = []event.Rule{
		atLeast("together", end.Sub(u.from).Hours(), d.o.Together.Hours(), "h", "that both gaps leave in the area"),
		{Name: "by_chance", Value: chance, Op: "<=", Threshold: 1, Unit: "pairs", Passed: chance <= 1, Note: "the same gaps moved by 7 to 21 days"},
	}
	e.Details = details
	return e
}
