package trace

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// speaks is how long after an operation a draught typed anew still tells of it (start value: crews type it hours to days
// late; a longer time meets the next operation).
const speaks = 72 * time.Hour

// typedSD is the error of a typed draught in metres: steps of 0.1 m, and crews round to half metres.
const typedSD = 0.25

// loads are a ship's draughts before and after an operation, with what they say. A zero draught is not known.
type loads struct {
	ship          vessel.Ship
	before, after geo.Metres
}

// loads reads the draughts round an operation. After it only one typed anew counts, and only before the next operation;
// before it only one typed since the one before. Where operations overlap, as of a mother with a daughter on either side,
// her draughts do not tell which of them they are of, and neither is known.
func (t *Tracer) loads(m vessel.MMSI, start, end time.Time) loads {
	l := loads{ship: t.fleet.About(m)}
	since, until := time.Time{}, end.Add(speaks)
	for id := range t.ships[m] {
		e := t.heard[id]
		if e.Kind != event.Rendezvous && e.Kind != event.PortCall || rests(e) || e.Start.Equal(start) {
			continue
		}
		switch {
		case !e.End.After(start):
			since = later(since, e.Start)
		case !e.Start.Before(end):
			until = earlier(until, e.Start)
		default:
			return loads{ship: l.ship}
		}
	}
	for _, d := range l.ship.Draughts {
		switch {
		case !d.Since.After(start):
			l.before = d.Draught
			if d.Since.Before(since) {
				l.before = 0
			}
		case !d.Since.After(until):
			l.after = d.Draught
		}
	}
	return l
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// content is what a ship had aboard at a draught; zero unless she was laden.
func (l loads) content(d geo.Metres) vessel.Uncertain {
	if d == 0 || l.ship.LoadOf(d) != vessel.Laden {
		return vessel.Uncertain{}
	}
	return l.ship.Cargo(d, place.DefaultBarrelsPerTonne)
}

// loss is what a ship gave away by her draught; zero when that is not known.
func (l loads) loss() vessel.Uncertain { return l.change(l.before, l.after) }

// gain is what a ship took in by her draught; zero when that is not known.
func (l loads) gain() vessel.Uncertain { return l.change(l.after, l.before) }

// change is the cargo between a deep and a shallow draught: all of it if the shallow one is in ballast, whose water hides
// the difference; else by the tonnes a centimetre.
func (l loads) change(deep, shallow geo.Metres) vessel.Uncertain {
	all := l.content(deep)
	switch {
	case all.Value <= 0 || shallow == 0:
		return vessel.Uncertain{}
	case l.ship.LoadOf(shallow) == vessel.Ballast:
		return all
	case deep <= shallow || l.ship.TPC <= 0:
		return vessel.Uncertain{}
	}
	v := min(all.Value, 100*l.ship.TPC*float64(deep-shallow)*place.DefaultBarrelsPerTonne)
	return vessel.Uncertain{Value: v, LogSD: math.Sqrt2 * typedSD / float64(deep-shallow)}
}

// meeting reads a rendezvous.
func (t *Tracer) meeting(e event.Event, c lots.Cause) lots.Meeting {
	giver, taker := e.Vessels[0], e.Vessels[1]
	if giver.Role == event.Receiver || taker.Role == event.Donor {
		giver, taker = taker, giver
	}
	m := lots.Meeting{Cause: c, Donor: giver.MMSI, Receiver: taker.MMSI, Start: e.Start, End: *e.End, R: e.Probability}
	if giver.Role != event.Donor || taker.Role != event.Receiver {
		m.Either = true
		return m
	}
	gave, took := t.loads(m.Donor, m.Start, m.End), t.loads(m.Receiver, m.Start, m.End)
	m.Loss, m.Gain, m.Content, m.Tanks = gave.loss(), took.gain(), gave.content(gave.before), took.ship.CargoCap()
	return m
}

// chance is how probable it is that a laden ship discharges at a place: when a draught says that she left it in ballast, and when
// none was typed anew.
type chance struct{ empty, unknown float64 }

// odds are start values, judged by what each kind of place is for: a discharge terminal has no other use for a laden
// ship; a port has bunkers, repairs and shelter; a terminal that loads takes oil in only where it stores oil.
func odds(k place.Kind) chance {
	switch k {
	case place.Discharge:
		return chance{0.98, 0.9}
	case place.TransitTerminal:
		return chance{0.98, 0.8}
	case place.Port:
		return chance{0.95, 0.4}
	case place.LawfulTerminal, place.Terminal, place.Berth:
		return chance{0.9, 0.05}
	}
	return chance{}
}

// leastStop is the shortest stop in which a cargo is discharged: 60,000 t at 9,000 t/h and an hour for the hoses.
const leastStop = 8 * time.Hour

// call reads a stay that may have brought oil ashore.
func (t *Tracer) call(e event.Event, c lots.Cause) lots.Call {
	d := e.Details.(event.PortCallDetails)
	m := e.Vessels[0].MMSI
	call := lots.Call{Cause: c, Hull: m, Start: e.Start, End: *e.End, Zone: zone(e.Place.Country), Place: e.Place.Name}
	chance, l := odds(place.Kind(e.Place.Kind)), t.loads(m, e.Start, *e.End)
	switch stopped := time.Duration(d.StoppedH * float64(time.Hour)); {
	case stopped < leastStop && e.End.Sub(e.Start) < 2*leastStop:
		return call
	case l.after != 0 && l.ship.LoadOf(l.after) == vessel.Ballast:
		call.P = chance.empty
	case l.after == 0 || l.before == 0:
		call.P = chance.unknown
	default:
		call.Loss = l.loss()
		if call.Loss.Value <= 0 { // typed anew, and no less: nothing was discharged
			return call
		}
		call.P = chance.empty
	}
	call.P *= e.Probability
	return call
}

// zone is the destination to which a country belongs: where a cargo goes is told by region, for the Iranian trade knows
// few. The country's own code where it is none of these.
func zone(country string) string {
	switch country {
	case "IR":
		return lots.HomeZone
	case "CN", "HK":
		return "china"
	case "SY", "LB":
		return "syria"
	case "MY", "SG", "ID":
		return "southeast_asia"
	case "IQ", "KW", "SA", "BH", "QA", "AE", "OM":
		return "gulf"
	case "EG":
		return "egypt"
	case "":
		return "unknown"
	}
	return country
}
