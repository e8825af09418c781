package reality

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/geo"
)

// Meter measures a feed. It remembers a few hundred bytes and a bit a minute for each ship.
type Meter struct {
	timed       bool
	ships       map[ais.MMSI]*ship
	first, last ais.UnixMilli
	high        ais.UnixMilli
	rejects     [ais.Reasons]int64
	rates       rates
	fields      fields
	rest        rest
	traffic     traffic
}

// NewMeter starts a measurement. Of a recording without times, whose reports carry made-up ones, only what
// does not depend on time is measured.
func NewMeter(timed bool) *Meter {
	return &Meter{timed: timed, ships: map[ais.MMSI]*ship{}, rates: newRates(), fields: newFields(), rest: newRest(), traffic: newTraffic()}
}

// ship is what is remembered of one MMSI; of base stations and aids no more than is needed to tell copies.
type ship struct {
	mmsi    ais.MMSI
	class   ais.Class
	tanker  bool
	copies  [6]copyKey // of the latest messages
	next    int
	links   []link
	heard   [2]minutes // from the ground, from space
	fix     fix        // the latest with a position
	stay    stay
	side    side
	sideAt  ais.UnixMilli
	jumped  bool // the latest fixes follow a jump into cell
	cell    cell
	name    ais.Text
	renamed bool
	statics int
}

// copyKey is a transmission as one station heard it.
type copyKey struct {
	hash    uint64
	at      ais.UnixMilli
	station ais.Label
}

// link is one ship at one station.
type link struct {
	station ais.Label
	at      ais.UnixMilli // of the latest position, zero before
	class   string        // interval class it was in
	headed  ais.UnixMilli // of heading, zero where the ship is slow or has none
	heading geo.Degrees
	static  [2]ais.UnixMilli // of messages 5 and 24A
}

// fix is a position with its time.
type fix struct {
	at    ais.UnixMilli
	place geo.Point
	sog   geo.Knots
	rests bool
	calm  uint8 // navigational status, 15 where none
}

// copyWindow is how far apart two stations' copies of one transmission may be stamped: clocks are off by seconds, and a
// ship at rest repeats the same payload after three minutes at the earliest.
const copyWindow = 60_000

// Reject counts a refused line.
func (m *Meter) Reject(r ais.Reject) { m.rejects[r.Reason]++ }

// Observe takes the next report, in order of arrival.
func (m *Meter) Observe(r *ais.Report) {
	if m.first == 0 || r.Time < m.first {
		m.first = r.Time
	}
	m.last = max(m.last, r.Time)
	space := fromSpace(r)
	if m.timed {
		m.rates.order(r.Time, m.high, space)
	}
	m.high = max(m.high, r.Time)
	s := m.ship(r)
	l := s.link(r.Station)
	known, same := s.copy(r)
	m.rates.copied(known, same)
	if same {
		return
	}
	if !r.MMSI.Ship() {
		if !known {
			m.rates.count(r)
		}
		return
	}
	if m.timed {
		m.rates.hear(s, l, r)
		m.fields.compass(l, r)
	}
	if known {
		return
	}
	m.rates.count(r)
	m.fields.hear(s, r)
	if m.timed {
		s.heard[space].set(r.Time)
		m.rest.snapshots(m, r.Time)
		m.traffic.hear(s, r)
		m.rest.hear(s, r)
	}
	if r.Kind == ais.Position && r.Carries(ais.HasPosition) && r.Flags&ais.Coarse == 0 {
		s.fix = fix{r.Time, r.Position, r.SOG, rests(r), status(r)}
	}
}

func (m *Meter) ship(r *ais.Report) *ship {
	s := m.ships[r.MMSI]
	if s == nil {
		s = &ship{mmsi: r.MMSI, class: r.Class}
		m.ships[r.MMSI] = s
	}
	if r.Carries(ais.HasShipType) {
		s.tanker = r.ShipType >= 80 && r.ShipType <= 89
	}
	return s
}

func (s *ship) link(station ais.Label) *link {
	for i := range s.links {
		if s.links[i].station == station {
			return &s.links[i]
		}
	}
	s.links = append(s.links, link{station: station})
	return &s.links[len(s.links)-1]
}

// copy tells whether a message is one of the latest again, and whether it is from the same station.
func (s *ship) copy(r *ais.Report) (known, same bool) {
	key := copyKey{r.Hash, r.Time, r.Station}
	for _, c := range s.copies {
		if c.hash == key.hash && c.at != 0 && max(c.at-key.at, key.at-c.at) <= copyWindow {
			known = true
			same = same || c.station == key.station
		}
	}
	s.copies[s.next%len(s.copies)] = key
	s.next++
	return known, same
}

// fromSpace is 1 for a report of a satellite, by the source's configuration or by the station's name.
func fromSpace(r *ais.Report) int {
	if r.Receiver == ais.Satellite {
		return 1
	}
	if name := r.Station.String(); strings.Contains(name, "SAT") || strings.Contains(name, "ORBCOMM") {
		return 1
	}
	return 0
}

// status is the navigational status, 15 where there is none.
func status(r *ais.Report) uint8 {
	if r.Carries(ais.HasNavStatus) {
		return r.NavStatus
	}
	return 15
}

// rests tells whether a report is of a ship that lies still: at most half a knot.
func rests(r *ais.Report) bool { return r.Carries(ais.HasSOG) && r.SOG <= 0.5 }

// Figures ends the measurement.
func (m *Meter) Figures(name string) *Figures {
	f := &Figures{Name: name}
	ships := make([]*ship, 0, len(m.ships))
	for _, s := range m.ships {
		if s.mmsi.Ship() {
			ships = append(ships, s)
		}
	}
	slices.SortFunc(ships, func(a, b *ship) int { return int(a.mmsi) - int(b.mmsi) })
	span := float64(m.last-m.first) / 1000
	f.add("ships", int64(len(ships)), float64(len(ships)))
	m.rates.figures(f, ships, span)
	m.fields.figures(f, ships)
	if m.timed {
		f.add("span_s", 1, span)
		m.rest.finish(m, ships)
		m.rest.figures(f)
		m.traffic.figures(f, span/86400)
	}
	spoilt := m.rejects[ais.BadChecksum] + m.rejects[ais.BadPayload] + m.rejects[ais.Truncated] + m.rejects[ais.NotNMEA]
	f.share("spoilt", spoilt, spoilt+m.rates.messages)
	f.share("lost_parts", m.rejects[ais.IncompleteGroup], m.rates.messages)
	f.Sort()
	return f
}

// Measure reads feeds to their end and gives their figures.
func Measure(ctx context.Context, name string, sources []feed.SourceConfig, o feed.Options) (*Figures, error) {
	timed := !slices.ContainsFunc(sources, func(s feed.SourceConfig) bool { return !s.AssumeStart.IsZero() })
	m := NewMeter(timed)
	o.Rejected = m.Reject
	stream, err := feed.Open(ctx, sources, o)
	if err != nil {
		return nil, fmt.Errorf("measure %s: %w", name, err)
	}
	defer stream.Close() // only its goroutines are left to end
	for {
		r, err := stream.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("measure %s: %w", name, err)
		}
		if r.Report != nil {
			m.Observe(r.Report)
		}
	}
	for _, p := range stream.Problems() {
		return nil, fmt.Errorf("measure %s: %w", name, p)
	}
	return m.Figures(name), nil
}
