package oracle

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// leastClaim is the probability below which nothing is claimed.
const leastClaim = 0.01

// Claims reads a feed of NMEA sentences to its end and tells what can be known from it of lifts, of silences that crews
// made, and of cargo that passed from ship to ship. Of the scenario it uses rules only: its ships are not looked at. The
// events are in the canonical order, each with its posterior probability.
func Claims(ctx context.Context, feed io.Reader, s *scenario.Scenario) ([]event.Event, error) {
	r, err := newRules(s)
	if err != nil {
		return nil, fmt.Errorf("load coastline: %w", err)
	}
	return listen(ctx, feed, s, r)
}

// listen makes claims by some rules.
func listen(ctx context.Context, feed io.Reader, s *scenario.Scenario, r *rules) ([]event.Event, error) {
	c, ships, err := witness(ctx, feed, s, r)
	if err != nil {
		return nil, err
	}
	met := meetings(r, ships)
	for _, v := range ships {
		v.build(c.reception, met, c.newest)
		v.infer(r)
	}
	couple(ships)
	for _, v := range ships {
		v.infer(r)
	}
	c.meetings(ships, met)
	for _, m := range unseen(r, ships) {
		c.meeting(m)
	}
	for _, v := range ships {
		c.ship(v)
	}
	slices.SortFunc(c.events, event.Compare)
	return c.events, nil
}

// Silences reads a feed as Claims does, and tells only which silences are none of reception's: those whose chance under the
// world's own rules is at most 0.01. It weighs no story, so that it takes a fraction of the time; its events have that
// chance as a rule and no probability.
func Silences(ctx context.Context, feed io.Reader, s *scenario.Scenario) ([]event.Event, error) {
	r, err := newRules(s)
	if err != nil {
		return nil, fmt.Errorf("load coastline: %w", err)
	}
	c, ships, err := witness(ctx, feed, s, r)
	if err != nil {
		return nil, err
	}
	for _, v := range ships {
		for _, h := range v.hidden(c.newest) {
			if !h.told() {
				continue
			}
			if d := c.gap(&h); tellable(d) {
				c.add(event.Gap, h.from, h.to, h.noB, 0, h.place(), c.vessel(event.Subject, v)).Details = d
			}
		}
	}
	slices.SortFunc(c.events, event.Compare)
	return c.events, nil
}

// witness reads a feed and learns what could be heard in its world; of the positions it believes those that can be true.
func witness(ctx context.Context, feed io.Reader, s *scenario.Scenario, r *rules) (*claimant, []*ship, error) {
	heard, err := hear(ctx, feed, r)
	if err != nil {
		return nil, nil, err
	}
	world := learn(heard)
	ships := heard.ships()
	r.count(s, ships)
	for _, v := range ships {
		v.believe(world)
	}
	jam(ships)
	world.air = air.NewRules(s, heard.present())
	return &claimant{rules: r, reception: world, newest: heard.newest}, ships, nil
}

// build makes the slots of a ship's story.
func (s *ship) build(r *reception, met []meeting, newest int32) {
	for i := range met {
		if m := &met[i]; m.a == s || m.b == s {
			s.slots = append(s.slots, s.weighMeeting(m))
		}
	}
	company := len(s.slots)
	hidden := s.hidden(newest)
	for _, x := range s.stays(r.rules) {
		alone := !slices.ContainsFunc(s.slots[:company], func(o slot) bool { return o.from < x.to && x.from < o.to && o.meeting.prior > 0.1 })
		apart := !slices.ContainsFunc(hidden, func(h stretch) bool { return h.adjoins(x) && h.to-h.from > 12*3600 })
		if o, ok := s.weighStay(r.rules, x); ok && (alone && apart || x.berthed) {
			s.slots = append(s.slots, o)
		}
	}
	for _, h := range hidden {
		o := s.weighHidden(r, h)
		within := func(x slot) bool { return x.stay != nil && x.stay.berthed && x.from <= h.from && h.to <= x.to }
		if slices.ContainsFunc(s.slots, within) {
			o.options = slices.DeleteFunc(o.options, func(o option) bool { return o.before != o.now })
		}
		s.slots = append(s.slots, o)
	}
	s.order()
}

// couple lets the two sides of each meeting speak to each other: what one gave the other took. A side's word is its
// posterior over the weight that it was given.
func couple(ships []*ship) {
	type side struct {
		slot *slot
		said map[act]float64
	}
	sides := map[*meeting][]side{}
	var order []*meeting
	for _, s := range ships {
		for i := range s.slots {
			o := &s.slots[i]
			if o.meeting == nil {
				continue
			}
			if len(sides[o.meeting]) == 0 {
				order = append(order, o.meeting)
			}
			said := map[act]float64{}
			for _, x := range o.options {
				if x.cause == event.CargoTransfer && x.what != nothing {
					said[x.what] = x.p / x.weight
				}
			}
			sides[o.meeting] = append(sides[o.meeting], side{o, said})
		}
	}
	for _, m := range order {
		two := sides[m]
		if len(two) != 2 {
			continue
		}
		for i := range two {
			other := two[1-i].said
			sum := other[gave] + other[took]
			if sum <= 0 {
				continue
			}
			for k, x := range two[i].slot.options {
				switch {
				case x.cause != event.CargoTransfer:
				case x.what == gave:
					two[i].slot.options[k].weight *= 2 * other[took] / sum
				case x.what == took:
					two[i].slot.options[k].weight *= 2 * other[gave] / sum
				}
			}
		}
	}
}

// claimant turns posteriors into events.
type claimant struct {
	rules     *rules
	reception *reception
	newest    int32
	events    []event.Event
}

func (c *claimant) time(at int32) time.Time {
	return c.rules.start.Add(time.Duration(at) * time.Second)
}

func (c *claimant) vessel(role event.Role, s *ship) event.Vessel {
	return event.Vessel{Role: role, MMSI: s.mmsi(), IMO: s.imo, Name: s.radios[0].name, Flag: vessel.Flag(s.mmsi()), Class: s.kind.Class, DWT: s.kind.DWT}
}

// add completes an event. It ends at the feed's end when open is set.
func (c *claimant) add(kind event.Kind, from, to int32, open bool, p float64, at geo.Point, vessels ...event.Vessel) *event.Event {
	e := event.Event{Schema: event.Schema, Version: 1, Kind: kind, Status: event.Closed, Start: c.time(from), Lon: at[0], Lat: at[1],
		Vessels: vessels, Probability: p, Watermark: c.time(c.newest)}
	e.ID = fmt.Sprintf("%s-%s-%s", kind, vessels[0].MMSI, e.Start.Format("20060102T150405"))
	if len(vessels) > 1 {
		e.ID += "-" + vessels[1].MMSI.String()
	}
	if end := c.time(to); !open {
		e.End = &end
	} else {
		e.Status = event.Open
	}
	c.events = append(c.events, e)
	return &c.events[len(c.events)-1]
}

// ship claims a ship's silences and lifts.
func (c *claimant) ship(s *ship) {
	for i := range s.slots {
		o := &s.slots[i]
		if o.stretch != nil && o.stretch.told() {
			c.silence(s, o)
		}
		if p := o.sum(func(o option) bool { return o.what == lifted }); p >= leastClaim {
			c.lift(s, o, p)
		}
	}
}

// told is a stretch that is claimed as a silence: a false track by the ship's own doing is none.
func (h *stretch) told() bool { return !h.fake || h.jammed }

// tellable tells whether a silence is none of reception's.
func tellable(d event.GapDetails) bool { return len(d.Rules.Rules) > 0 && d.Rules.Rules[0].Passed }

func (c *claimant) silence(s *ship, o *slot) {
	causes := map[event.Cause]float64{}
	for _, x := range o.options {
		causes[x.cause] += x.p * (1 - o.paired)
	}
	causes[event.SwitchedOff] += o.paired
	d := c.gap(o.stretch)
	if o.stretch.noA && causes[event.SwitchedOff] < 0.2 || causes[event.NotReceived]+causes[event.FeedOutage] > 0.9 && !tellable(d) {
		return
	}
	e := c.add(event.Gap, o.from, o.to, o.stretch.noB, causes[event.SwitchedOff], o.stretch.place(), c.vessel(event.Subject, s))
	e.Details = d
	for _, cause := range slices.Sorted(maps.Keys(causes)) {
		e.Explanations = append(e.Explanations, event.Explanation{Cause: cause, P: causes[cause]})
	}
}

// gap tells how likely a silence is by the rules of reception. Before the first fix no rule says that she was there.
func (c *claimant) gap(h *stretch) event.GapDetails {
	d := event.GapDetails{DurationH: float64(h.to-h.from) / 3600, ReceptionModel: "rules of the world"}
	if h.noA {
		d.ReceptionModel = "none"
		return d
	}
	d.Off = event.FixRef{Time: c.time(h.from), Lon: h.a[0], Lat: h.a[1]}
	if !h.noB {
		d.On = &event.FixRef{Time: c.time(h.to), Lon: h.b[0], Lat: h.b[1]}
	}
	p0 := c.reception.p0(*h)
	d.Rules.Rules = []event.Rule{{Name: "p0", Value: p0, Op: "<=", Threshold: determinable, Passed: p0 <= determinable}}
	return d
}

// lift claims a loading: within the stay, or between the earliest and latest that the way in and out leave.
func (c *claimant) lift(s *ship, o *slot, p float64) {
	from, to, at := o.from, o.to, geo.Point{}
	if o.stay != nil {
		at = o.stay.berth.at
	} else {
		best := slices.MaxFunc(o.options, func(a, b option) int {
			return cmp.Compare(a.loads(), b.loads())
		})
		at = best.source
		if !o.stretch.noA {
			from += int32(3600 * c.rules.hours(o.stretch.a, at))
		}
		if !o.stretch.noB {
			to -= int32(3600 * c.rules.hours(at, o.stretch.b))
		}
		least, most := c.rules.load(s.kind.Class)
		if float64(to-from) < 3600*least { // the ways are longer than they need to be
			middle := from/2 + to/2
			from, to = middle-int32(1800*least), middle+int32(1800*least)
		}
		if o.stretch.noA {
			from = max(from, to-int32(3600*(most+24)))
		}
	}
	e := c.add(event.Lift, from, to, false, p, at, c.vessel(event.Loader, s))
	e.Barrels = s.cargo(to)
}

// cargo is the size of a full cargo by the class table, or of what the next draught typed says.
func (s *ship) cargo(at int32) *event.Volume {
	perTonne := s.kind.BBLPerTon
	if perTonne == 0 {
		perTonne = 7.25 // the Iranian export mix (33.1 °API)
	}
	mean := 0.93 * 6.74 * s.kind.DWT
	if d := s.typedAt(at + 2*86400); s.laden(d) == 1 && s.kind.TPC > 0 {
		mean = min(6.74*s.kind.DWT, perTonne*(0.972*s.kind.DWT-100*s.kind.TPC*(s.kind.Scantling-d)))
	}
	round := func(x float64) vessel.Barrels { return vessel.Barrels(math.Round(x)) }
	return &event.Volume{P05: round(0.93 * mean), P50: round(mean), P95: round(1.06 * mean), Mean: round(mean)}
}

// meetings claims the meetings that were heard: cargo passed when both sides' stories say so.
func (c *claimant) meetings(ships []*ship, met []meeting) {
	sides := map[*meeting][]*slot{}
	for _, s := range ships {
		for i := range s.slots {
			if o := &s.slots[i]; o.meeting != nil {
				sides[o.meeting] = append(sides[o.meeting], o)
			}
		}
	}
	cargo := func(o option) bool { return o.cause == event.CargoTransfer }
	for i := range met {
		m := &met[i]
		m.p = 0
		logs := -logit(m.prior)
		for _, o := range sides[m] {
			logs += logit(o.sum(cargo))
		}
		m.p = 1 / (1 + math.Exp(-logs))
		if len(sides[m]) == 2 {
			if given := func(o option) bool { return o.what == gave }; sides[m][1].sum(given) > sides[m][0].sum(given) {
				m.a, m.b = m.b, m.a
			}
			c.meeting(*m)
		}
	}
}

// meeting claims one meeting; the first ship is the donor.
func (c *claimant) meeting(m meeting) {
	if m.p < leastClaim {
		return
	}
	e := c.add(event.Rendezvous, m.from, m.to, false, m.p, m.at, c.vessel(event.Donor, m.a), c.vessel(event.Receiver, m.b))
	e.Explanations = []event.Explanation{{Cause: event.CargoTransfer, P: m.p}, {Cause: event.OtherMeeting, P: 1 - m.p}}
}

func logit(p float64) float64 {
	p = max(1e-6, min(1-1e-6, p))
	return math.Log(p / (1 - p))
}

// half is one side of a meeting of which one or both were unheard: a long stop, or a stretch in which she was hidden.
type half struct {
	ship *ship
	slot *slot
}

// unknown is how many partners, in chances, may have been where nobody heard them before or after.
const unknown = 0.12

// party is one side of possible meetings: its chance P that it passed cargo, and the sum S of the chances of all with
// whom it may have.
type party struct {
	half
	p, sum float64
}

// with is the chance that it met one whose own chance is q: P·q/(S + u).
func (x party) with(q float64) float64 { return x.p * q / (x.sum + unknown) }

// unseen pairs stops and hidden stretches whose stories ask for a partner.
func unseen(r *rules, ships []*ship) []meeting {
	givers, takers := parties(ships, gave), parties(ships, took)
	type match struct {
		meeting
		i, j int
		fit  float64
	}
	var all []match
	for i := range givers {
		for j := range takers {
			a, b := &givers[i], &takers[j]
			if a.ship == b.ship || a.slot.stay != nil && b.slot.stay != nil || a.slot.from >= b.slot.to || b.slot.from >= a.slot.to {
				continue
			}
			m, fit := couldMeet(r, a.half, b.half)
			if fit == 0 {
				continue
			}
			all = append(all, match{m, i, j, fit})
			a.sum += b.p * fit
			b.sum += a.p * fit
		}
	}
	var out []meeting
	for _, m := range all {
		a, b := givers[m.i], takers[m.j]
		m.p = min(0.99, max(a.with(b.p*m.fit), b.with(a.p*m.fit)))
		for _, o := range []*slot{a.slot, b.slot} {
			o.paired = max(o.paired, m.p)
		}
		out = append(out, m.meeting)
	}
	return out
}

// leastChance is the chance of a transfer from which a partner is looked for.
const leastChance = 0.02

// parties are all who may have given, or taken, unheard.
func parties(ships []*ship, what act) []party {
	var out []party
	for _, s := range ships {
		for i := range s.slots {
			if o := &s.slots[i]; o.meeting == nil {
				if p := o.told(what); p > leastChance {
					out = append(out, party{half: half{s, o}, p: p})
				}
			}
		}
	}
	return out
}

// couldMeet tells when two ships can have lain together, and how well that fits, at most 1 and 0 when it cannot be: where one
// was heard to stop, or in the field that fits best. What a silence has over the time of the transfer counts against it.
func couldMeet(r *rules, a, b half) (best meeting, fit float64) {
	places := r.areas
	switch {
	case a.slot.stay != nil:
		places = []geo.Point{a.slot.stay.at}
	case b.slot.stay != nil:
		places = []geo.Point{b.slot.stay.at}
	case len(places) == 0:
		places = []geo.Point{geo.Interpolate(a.slot.stretch.place(), b.slot.stretch.place(), 0.5)}
	}
	tied := int32(3600 * min(r.tied(a.ship), r.tied(b.ship)))
	for _, at := range places {
		from, to := a.slot.there(r, at)
		from2, to2 := b.slot.there(r, at)
		both := [2]int32{max(from, from2), min(to, to2)}
		length := both[1] - both[0]
		if length < max(12*3600, tied/2) {
			continue
		}
		whole := length
		if length > tied && !a.slot.visits() && !b.slot.visits() {
			both[0] += (length - tied) / 2
			both[1] = both[0] + tied
			if a.slot.open() || b.slot.open() { // she waits as others do, and nobody knows for how long she lies there after it
				both[0] = max(from, from2) + min((length-tied)/2, lingers*3600)
				both[1] = both[0] + tied
			}
		}
		over := a.slot.idles(from, to, both) + b.slot.idles(from2, to2, both)
		if f := math.Exp(-over/patience) * min(1, float64(whole)/float64(tied)); f > fit {
			best, fit = meeting{a: a.ship, b: b.ship, from: both[0], to: both[1], at: at}, f
		}
	}
	return best, fit
}

// patience is the mean of the hours that two ships lie silent round a transfer without one.
const patience = 80.0

// open tells whether she was not heard again.
func (o *slot) open() bool { return o.stretch != nil && o.stretch.noB }

// idles is how many hours of a time a transfer leaves over, as far as its ends are known.
func (o *slot) idles(from, to int32, tied [2]int32) float64 {
	sum := 0.0
	if o.stretch == nil || !o.stretch.noA {
		sum += float64(max(0, tied[0]-from)) / 3600
	}
	if !o.open() {
		sum += float64(max(0, to-tied[1])) / 3600
	}
	return sum
}

// visits tells whether a slot is the stop of a ship at another's side, to which she came from a spot of her own.
func (o *slot) visits() bool { return o.stay != nil && o.stay.came }

// place is where a stretch begins, or ends when that is not known.
func (h stretch) place() geo.Point {
	if h.noA {
		return h.b
	}
	return h.a
}

// there is the time in which a ship can have been at a place.
func (o *slot) there(r *rules, at geo.Point) (from, to int32) {
	from, to = o.from, o.to
	p, best := 0.0, option{}
	for _, x := range o.options {
		if x.gives && x.p > best.p {
			best = x
		}
		if x.what == gave || x.what == took {
			p += x.p
		}
	}
	switch {
	case o.stretch == nil || o.stretch.noA:
	case best.p > p: // after her loading
		from += int32(3600 * (r.hours(o.stretch.a, best.source) + 30 + r.hours(best.source, at)))
	default:
		from += int32(3600 * r.hours(o.stretch.a, at))
	}
	if o.stretch != nil && !o.stretch.noB {
		to -= int32(3600 * r.hours(at, o.stretch.b))
	}
	return from, to
}
