package pipeline

import (
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// presence tells the reception model where ships were heard, and by what.
type presence struct {
	model    *coverage.Model
	fleet    *vessel.Fleet
	stations map[heardBy]*coverage.Station
	astray   map[string][]displaced // by event, as its last version has them
}

// displaced is a time in which a ship was not where she said.
type displaced struct {
	ship     vessel.MMSI
	from, to time.Time
}

// heardBy is a station of a source.
type heardBy struct {
	source  string
	station ais.Label
}

func newPresence(m *coverage.Model, f *vessel.Fleet) *presence {
	return &presence{model: m, fleet: f, stations: map[heardBy]*coverage.Station{}, astray: map[string][]displaced{}}
}

// hear takes in interference and false positions: what was heard of displaced ships teaches nothing of where.
func (p *presence) hear(e event.Event, w time.Time) {
	var now []displaced
	note := func(m vessel.MMSI, from time.Time, to *time.Time) {
		if to == nil {
			to = &w
		}
		now = append(now, displaced{m, from, *to})
	}
	switch details := e.Details.(type) {
	case event.InterferenceDetails:
		for _, v := range details.Victims {
			note(v.MMSI, v.Start, v.End)
		}
	case event.FalsePositionDetails:
		for _, v := range e.Vessels {
			note(v.MMSI, e.Start, e.End)
		}
	default:
		return
	}
	if e.Status == event.Retracted || e.Probability < event.Believed {
		now = nil
	}
	for _, x := range p.astray[e.ID] {
		p.model.Displaced(uint32(x.ship), x.from, x.to, false)
	}
	for _, x := range now {
		p.model.Displaced(uint32(x.ship), x.from, x.to, true)
	}
	if p.astray[e.ID] = now; len(now) == 0 {
		delete(p.astray, e.ID)
	}
}

// observe takes what a fact says of presence.
func (p *presence) observe(f track.Fact) {
	switch f := f.(type) {
	case *track.Profile:
		p.model.Mark(uint32(f.MMSI), p.role(f))
	case *track.Sample:
		p.model.Heard(uint32(f.MMSI), p.moment(f.Before, f.Moving))
		p.model.Heard(uint32(f.MMSI), p.moment(f.After, f.Moving))
	case *track.Silence:
		p.silence(f)
	case *track.Reception:
		p.model.Observe(coverage.Input{
			Cell: int32(f.Cell), Hour: f.Start, Source: f.Source, Station: f.Station.String(),
			Receiver: uint8(f.Receiver), Class: uint8(f.Class), Messages: f.Messages, Emitters: f.Emitters,
			Coast: f.Receiver == ais.Terrestrial, Space: f.Receiver == ais.Satellite,
		})
	}
}

func (p *presence) silence(f *track.Silence) {
	if !f.MMSI.Ship() {
		return
	}
	underWay := f.Off.SOG > restBelow
	off := p.moment(&f.Off, underWay)
	p.model.Heard(uint32(f.MMSI), off)
	if f.On != nil {
		on := p.moment(f.On, f.On.SOG > restBelow)
		p.model.Heard(uint32(f.MMSI), on)
		if !f.Off.OnLand && !f.On.OnLand {
			p.model.Silent(uint32(f.MMSI), off, on)
		}
	}
}

// restBelow is the speed in knots up to which a transponder of class A sends every three minutes only, if the ship says
// that she is moored or at anchor (ITU-R M.1371: 3 kn).
const restBelow = 3

// role tells whom reception is learned from: class A cargo and passenger ships (AIS types 60 to 79: container ships and
// bulk carriers among them), which have no reason to hide. Ships of Iran's flag and of watch lists may have one. Tankers
// teach nothing, not even at a berth: where and when they switch off is the question.
func (p *presence) role(f *track.Profile) coverage.Role {
	s := p.fleet.About(f.MMSI)
	switch {
	case !f.MMSI.Ship() || f.ByClassB():
		return coverage.Bystander
	case vessel.Tanker(s.ShipType) || s.ShipType == 0:
		return coverage.Watched
	case s.ShipType >= 60 && s.ShipType <= 79 && s.Flag != "IR" && len(s.Listed) == 0:
		return coverage.Control
	}
	return coverage.Bystander
}

// moment tells by what kinds of receiver a fix was heard, all its copies included.
func (p *presence) moment(f *track.Fix, moving bool) coverage.Moment {
	m := coverage.Moment{Time: f.Time, Position: f.Position, Moving: moving}
	switch f.Receiver {
	case ais.Satellite:
		m.Space = true
		return m
	case ais.Terrestrial, ais.Shipborne:
		m.Coast = true
		return m
	}
	p.by(&m, heardBy{f.Source, f.Station})
	for _, s := range f.Stations {
		if s != f.Station {
			p.by(&m, heardBy{f.Source, s})
		}
	}
	return m
}

// by adds a receiver.
func (p *presence) by(m *coverage.Moment, by heardBy) {
	s := p.stations[by]
	if s == nil {
		s = p.model.Station(by.source, by.station.String())
		p.stations[by] = s
	}
	if s.Space() {
		m.Space = true
	} else {
		m.Coast = true
	}
}
