package score

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/reliability"
	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
)

// Detectors are the numbers that each detector has an aim for, beyond what it finds and invents.
type Detectors struct {
	LongGaps   LongGaps               `json:"long_gaps"`
	Meetings   []MeetingRate          `json:"meetings_by_rate"`
	Bunkering  Accused                `json:"bunkerings_called_cargo"`
	FalseLifts FalseLifts             `json:"false_lifts"`
	Jams       []Told                 `json:"jams"`       // true ones by kind; events in a row of their own
	Identities []Told                 `json:"identities"` // likewise
	Reception  []coverage.Calibration `json:"reception"`  // silences of controls, predicted and observed
}

// scoreDetectors scores what the detectors are held to.
func scoreDetectors(t *sim.Truth, o Output, gaps, meetings, loads []item) Detectors {
	met := allMeetings(t)
	return Detectors{
		LongGaps:   scoreLongGaps(silences(t), gaps, tellable(o.Rules, t.End), o.Rules != nil),
		Meetings:   scoreRates(t, meetings),
		Bunkering:  scoreBunkering(met, meetings),
		FalseLifts: scoreFalseLifts(t, lifts(t), loads),
		Jams:       scoreJams(t, o.Events),
		Identities: scoreIdentities(t, o.Events),
		Reception:  plusReception(o.Reception, nil),
	}
}

func (d Detectors) plus(o Detectors) Detectors {
	out := Detectors{LongGaps: d.LongGaps.plus(o.LongGaps), Bunkering: d.Bunkering.plus(o.Bunkering), FalseLifts: d.FalseLifts.plus(o.FalseLifts),
		Jams: plusTold(d.Jams, o.Jams), Identities: plusTold(d.Identities, o.Identities), Reception: plusReception(d.Reception, o.Reception)}
	for i, m := range d.Meetings {
		x := o.Meetings[i]
		out.Meetings = append(out.Meetings, MeetingRate{m.Name, m.Count.plus(x.Count), m.Calibration.Plus(x.Calibration)})
	}
	return out
}

// MeetingRate is how cargo meetings are told in which both ships were heard so often. For half of the time alongside,
// the received positions of neither lay farther apart than that. A false claim belongs to the rate at which its two ships
// were heard in its time.
type MeetingRate struct {
	Name string `json:"rate"`
	Count
	Calibration reliability.Calibration `json:"calibration"`
}

// rates are the classes of meetings, densest first. What is in none of the first three was not heard of both.
var rates = []struct {
	name string
	most time.Duration
}{{"every 10 min", 10 * time.Minute}, {"every 30 min", 30 * time.Minute}, {"sparser", 1 << 62}, {notBoth, 0}}

const notBoth = "not both heard"

// rateOf is the class of a rate of reception.
func rateOf(every time.Duration, ok bool) int {
	for i, r := range rates {
		if ok && every <= r.most {
			return i
		}
	}
	return len(rates) - 1
}

// heardRate is the class of a claim: that of a true meeting of the two at the time, whatever for, or what the world
// remembers of both.
func heardRate(t *sim.Truth, met []item, claim item) int {
	for _, m := range met {
		if sameShips(m, claim) && m.from.Before(claim.to) && claim.from.Before(m.to) {
			return m.rate
		}
	}
	if len(claim.ships) != 2 {
		return len(rates) - 1
	}
	a, b := claim.ships[0], claim.ships[1]
	return rateOf(t.Every(sim.Vessel{MMSI: uint32(a.mmsi), IMO: uint32(a.imo)}, sim.Vessel{MMSI: uint32(b.mmsi), IMO: uint32(b.imo)}, claim.from, claim.to))
}

// scoreRates scores cargo meetings apart by how often both were heard.
func scoreRates(t *sim.Truth, claims []item) []MeetingRate {
	out := make([]MeetingRate, len(rates))
	outcomes := make([][]reliability.Outcome, len(rates))
	truth, met := cargoMeetings(t), allMeetings(t)
	each := func(claims []item, paired, missed func(t item, claim item), invented func(claim item, rate int)) {
		pairs := pair(truth, claims, overlapping)
		for i, j := range pairs.claim {
			switch {
			case truth[i].excused:
			case j >= 0:
				paired(truth[i], claims[j])
			default:
				missed(truth[i], item{})
			}
		}
		for _, j := range pairs.leftOver(truth) {
			invented(claims[j], heardRate(t, met, claims[j]))
		}
	}
	each(reaching(claims, cut),
		func(t, _ item) { out[t.rate].note(t, true); out[t.rate].Claimed++ },
		func(t, _ item) { out[t.rate].note(t, false) },
		func(_ item, rate int) { out[rate].Claimed++ })
	each(claims,
		func(t, c item) { outcomes[t.rate] = append(outcomes[t.rate], reliability.Outcome{P: c.p, True: true}) },
		func(item, item) {},
		func(c item, rate int) { outcomes[rate] = append(outcomes[rate], reliability.Outcome{P: c.p}) })
	for i := range out {
		out[i].Name, out[i].Count, out[i].Calibration = rates[i].name, out[i].Count.plus(Count{}), reliability.Of(outcomes[i])
	}
	return out
}

// Accused counts things that are lawful, and those of them that are said not to be.
type Accused struct {
	True    int `json:"true"`
	Accused int `json:"accused"`
}

func (a Accused) plus(o Accused) Accused { return Accused{a.True + o.True, a.Accused + o.Accused} }

// scoreBunkering counts the bunkerings during which a claim says that the two passed cargo.
func scoreBunkering(met, claims []item) Accused {
	var out Accused
	said := reaching(claims, cut)
	for _, m := range met {
		if m.mode != "bunkering" {
			continue
		}
		out.True++
		out.Accused += count(slices.ContainsFunc(said, func(c item) bool {
			return sameShips(m, c) && m.from.Before(c.to) && c.from.Before(m.to)
		}))
	}
	return out
}

// FalseLifts is what is claimed to be loaded and is not, against the size of the world.
type FalseLifts struct {
	TankerMonths float64 `json:"tanker_months"` // of tankers of 10,000 t and more, 30 days each
	Events       int     `json:"events"`
	Sum          float64 `json:"sum_q"`        // of all of them
	Ledger       float64 `json:"sum_q_ledger"` // of those with a probability that enters the ledger
}

// scoreFalseLifts adds up the probabilities of lifts to which no loading belongs.
func scoreFalseLifts(t *sim.Truth, truth, loads []item) FalseLifts {
	out := FalseLifts{TankerMonths: float64(t.Totals.TankerHours) / 24 / 30}
	pairs := pair(truth, loads, nearby)
	for _, j := range pairs.leftOver(truth) {
		out.Events++
		out.Sum += loads[j].p
		if loads[j].p >= liftCut {
			out.Ledger += loads[j].p
		}
	}
	return out
}

func (f FalseLifts) plus(o FalseLifts) FalseLifts {
	return FalseLifts{f.TankerMonths + o.TankerMonths, f.Events + o.Events, f.Sum + o.Sum, f.Ledger + o.Ledger}
}

// Per500 is the sum of probabilities in 500 tanker-months, nil without tankers.
func (f FalseLifts) Per500() *float64 { return f.per500(f.Sum) }

func (f FalseLifts) per500(sum float64) *float64 {
	if f.TankerMonths == 0 {
		return nil
	}
	x := 500 * sum / f.TankerMonths
	return &x
}

// Told is how many true things of a kind some events tell of, and how many of the events are of nothing true. One thing
// may be told of by many events.
type Told struct {
	Name     string `json:"name"`
	True     int    `json:"true"`
	Found    int    `json:"found"`
	Events   int    `json:"events"`
	Invented int    `json:"invented"`
}

// tally counts by name.
type tally map[string]Told

func (y tally) thing(name string, found bool) {
	x := y[name]
	x.True, x.Found = x.True+1, x.Found+count(found)
	y[name] = x
}

func (y tally) event(name string, holds bool) {
	x := y[name]
	x.Events, x.Invented = x.Events+1, x.Invented+count(!holds)
	y[name] = x
}

// rows are in order of name.
func (y tally) rows() []Told {
	var out []Told
	for _, name := range slices.Sorted(maps.Keys(y)) {
		x := y[name]
		x.Name = name
		out = append(out, x)
	}
	return out
}

// standing are the events of a kind that are claimed: not retracted, and likelier than not.
func standing(events []event.Event, kind event.Kind) []event.Event {
	return slices.DeleteFunc(slices.Clone(events), func(e event.Event) bool {
		return e.Kind != kind || e.Status == event.Retracted || e.Probability < cut
	})
}

// slackOfTime is by how much the time of an event may miss that of what it tells.
const slackOfTime = time.Hour

// scoreJams compares interference events with the jams. An event tells of a jam that lasts at the time, if the ships it
// names really were, on the average, within the jam's circle and their own; one that knows no real place, by time alone.
// Jams after which ships report no place at all displace nobody, and are counted all the same.
func scoreJams(t *sim.Truth, events []event.Event) []Told {
	out, list := tally{}, standing(events, event.Interference)
	tells := func(e event.Event, j sim.Jam) bool {
		if e.Start.After(j.End.Add(slackOfTime)) || until(e.End, t.End).Before(j.Start.Add(-slackOfTime)) {
			return false
		}
		d, ok := e.Details.(event.InterferenceDetails)
		return !ok || d.AreaM == 0 || geo.Distance(geo.Point{d.RealLon, d.RealLat}, geo.Point{j.Lon, j.Lat}) <= geo.Metres(1000*j.RadiusKM)+d.AreaM
	}
	for _, j := range t.Jams {
		out.thing("jam: "+j.Kind, slices.ContainsFunc(list, func(e event.Event) bool { return tells(e, j) }))
	}
	for _, e := range list {
		out.event("events", slices.ContainsFunc(t.Jams, func(j sim.Jam) bool { return tells(e, j) }))
	}
	return out.rows()
}

// scoreIdentities compares identity events with the changes and loans of identities. The truth does not know which IMO
// numbers are typed wrong, so that such events count nowhere.
func scoreIdentities(t *sim.Truth, events []event.Event) []Told {
	out, list := tally{}, standing(events, event.Identity)
	told := func(holds func(event.Event, event.IdentityDetails) bool) bool {
		return slices.ContainsFunc(list, func(e event.Event) bool {
			d, ok := e.Details.(event.IdentityDetails)
			return ok && holds(e, d)
		})
	}
	for _, x := range t.Identities {
		out.thing(alteration(x), told(func(e event.Event, d event.IdentityDetails) bool { return tellsOf(e, d.Form, x) }))
	}
	for _, x := range t.Shared {
		out.thing("loan: another's MMSI", told(func(e event.Event, d event.IdentityDetails) bool {
			return d.Form == "number_shared" && tellsOfLoan(e, d.Form, x, t.End)
		}))
	}
	for _, e := range list {
		d, ok := e.Details.(event.IdentityDetails)
		if !ok || d.Form == "bad_number" {
			continue
		}
		out.event("events: "+d.Form, slices.ContainsFunc(t.Identities, func(x sim.Identity) bool { return tellsOf(e, d.Form, x) }) ||
			d.Claim == "two_ships" && len(e.Vessels) == 1 && len(t.Senders(uint32(e.Vessels[0].MMSI))) > 1 ||
			slices.ContainsFunc(t.Shared, func(x sim.Shared) bool { return tellsOfLoan(e, d.Form, x, t.End) }))
	}
	return out.rows()
}

// alteration names a change of identity. One before or after which nothing of the ship was received cannot be told.
func alteration(x sim.Identity) string {
	name := "change: a new MMSI"
	switch first := x.ToMMSI / 100_000_000; { // 2 to 7 for ships
	case x.FromMMSI == x.ToMMSI:
		name = "change: name alone"
	case first < 2 || first > 7:
		name = "change: a default MMSI"
	}
	if !x.Heard {
		name += ", not heard before and after"
	}
	return name
}

// tellsOf tells whether an identity event of a form can be about a change: that one hull goes on under another number, that
// a number which she took is nobody's or another's, or, where her numbers stay, that her particulars are others.
func tellsOf(e event.Event, form string, x sim.Identity) bool {
	has := func(number uint32) bool {
		return slices.ContainsFunc(e.Vessels, func(v event.Vessel) bool { return uint32(v.MMSI) == number })
	}
	hull := slices.ContainsFunc(e.Vessels, func(v event.Vessel) bool { return v.IMO != 0 && uint32(v.IMO) == x.IMO })
	switch form {
	case "continued":
		return x.FromMMSI != x.ToMMSI && has(x.FromMMSI) && has(x.ToMMSI)
	case "default_number", "number_shared":
		return x.FromMMSI != x.ToMMSI && has(x.ToMMSI)
	case "changed":
		return has(x.ToMMSI) || hull
	case "hull_shared":
		return hull
	}
	return false
}

// tellsOfLoan tells whether an identity event can be about the time in which a ship sent another's number: then two are
// heard under it, or its particulars change, or her hull goes on under it.
func tellsOfLoan(e event.Event, form string, x sim.Shared, end time.Time) bool {
	if e.Start.After(x.End.Add(24*time.Hour)) || until(e.End, end).Before(x.Start.Add(-24*time.Hour)) {
		return false
	}
	switch form {
	case "continued", "number_shared", "changed":
		return slices.ContainsFunc(e.Vessels, func(v event.Vessel) bool { return uint32(v.MMSI) == x.MMSI })
	case "hull_shared":
		return slices.ContainsFunc(e.Vessels, func(v event.Vessel) bool { return v.IMO != 0 && uint32(v.IMO) == x.Vessel.IMO })
	}
	return false
}

func plusTold(a, b []Told) []Told {
	sums := tally{}
	for _, x := range slices.Concat(a, b) {
		s := sums[x.Name]
		sums[x.Name] = Told{x.Name, s.True + x.True, s.Found + x.Found, s.Events + x.Events, s.Invented + x.Invented}
	}
	return sums.rows()
}

// plusReception adds up what was predicted and observed of controls.
func plusReception(a, b []coverage.Calibration) []coverage.Calibration {
	sums := map[coverage.Check]coverage.Calibration{}
	for _, x := range slices.Concat(a, b) {
		k := coverage.Check{Receiver: x.Receiver, Region: x.Region, Hours: x.Hours}
		s := sums[k]
		x.Windows, x.Predicted, x.Observed = x.Windows+s.Windows, x.Predicted+s.Predicted, x.Observed+s.Observed
		sums[k] = x
	}
	return slices.SortedFunc(maps.Values(sums), func(a, b coverage.Calibration) int {
		return cmp.Or(cmp.Compare(a.Receiver, b.Receiver), cmp.Compare(a.Region, b.Region), cmp.Compare(a.Hours, b.Hours))
	})
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
