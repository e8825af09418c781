package mapfile

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Track is what an event quotes of one ship, in pieces within which she was heard without a break, by time.
type Track struct {
	MMSI   vessel.MMSI
	Name   string // as the event has it, unescaped; empty where it does not name the ship
	Pieces [][]explain.Fix
}

// A line joins two quoted positions if they are no farther apart in time than joined, as in the charts of pkg/explain
// (events quote samples of what was heard), and if she need not have gone faster than leap: the fastest ferries make 45 kn.
const (
	joined = 3 * time.Hour
	leap   = geo.Knots(60)
)

// Tracks are the quoted positions of an event: of its ships in their order, then of others by MMSI. Positions without a
// time are left out. In an event that says positions are false, so may these be: they are what was sent.
func Tracks(e event.Event) []Track {
	found := map[vessel.MMSI][]explain.Fix{}
	for _, f := range explain.Fixes(e) {
		found[f.MMSI] = append(found[f.MMSI], f)
	}
	var all []Track
	take := func(m vessel.MMSI, name string) {
		if fixes := found[m]; len(fixes) > 0 {
			all = append(all, Track{m, name, pieces(e, fixes)})
			delete(found, m)
		}
	}
	for _, v := range e.Vessels {
		take(v.MMSI, v.Name)
	}
	others := make([]vessel.MMSI, 0, len(found))
	for m := range found {
		others = append(others, m)
	}
	slices.Sort(others)
	for _, m := range others {
		take(m, "")
	}
	return all
}

// pieces cuts fixes where they must not be joined.
func pieces(e event.Event, fixes []explain.Fix) [][]explain.Fix {
	slices.SortStableFunc(fixes, func(a, b explain.Fix) int {
		return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.At[0], b.At[0]), cmp.Compare(a.At[1], b.At[1]))
	})
	from, to := silence(e)
	var all [][]explain.Fix
	var last explain.Fix
	for i, f := range fixes {
		same := i > 0 && f.Time.Equal(last.Time) && f.At == last.At // heard by two stations
		switch {
		case same:
			continue
		case i == 0 || apart(last, f) || last.Time.Before(to) && f.Time.After(from):
			all = append(all, []explain.Fix{f})
		default:
			all[len(all)-1] = append(all[len(all)-1], f)
		}
		last = f
	}
	return all
}

// apart tells whether two positions, one after the other, must not be joined.
func apart(a, b explain.Fix) bool {
	if b.Time.Sub(a.Time) > joined || math.Abs(a.At[0]-b.At[0]) > 180 {
		return true
	}
	away := geo.Distance(a.At, b.At)
	const unsure = geo.Metres(500) // of clocks and positions, that one second does not make a leap
	return away > unsure && float64(away-unsure) > leap.MetresPerSecond()*b.Time.Sub(a.Time).Seconds()
}

// silence is the time in which an event says that nobody heard its ship; both zero where it says no such thing.
func silence(e event.Event) (from, to time.Time) {
	if off, on := unheardBetween(e); off != nil && on != nil {
		return off.Time, on.Time
	}
	return from, to
}

// unheardBetween are the reports between which an event says that nobody heard its ship; nil where it quotes none.
func unheardBetween(e event.Event) (off, on *event.FixRef) {
	switch d := e.Details.(type) {
	case event.GapDetails:
		return &d.Off, d.On
	case event.IdentityDetails:
		return d.Off, d.On
	}
	return nil, nil
}
