package oracle

import (
	"cmp"
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
)

// slot is something that may have changed what a ship carries: a stay, a meeting, a stretch in which she was hidden.
// Between slots she carries what she carried.
type slot struct {
	from, to int32
	options  []option
	stretch  *stretch
	stay     *stay
	meeting  *meeting
	paired   float64 // chance that she met an unheard partner meanwhile
}

// option is one way in which a slot may have gone: its weight, and the cargo state before and after, 0 ballast and 1
// laden.
type option struct {
	weight      float64
	before, now int
	what        act
	gives       bool // what she lifted
	part        bool // a part of a cargo, which leaves the state as it was
	cause       event.Cause
	p           float64 // filled in: posterior
	source      geo.Point
}

// loads is the chance that the option is true, and a lift.
func (o option) loads() float64 {
	if o.what != lifted {
		return -1
	}
	return o.p
}

// act is what a ship did.
type act uint8

const (
	nothing act = iota
	lifted
	lawful
	gave
	took
)

// either adds an option for both states of cargo, which it leaves as they are.
func (o *slot) either(weight float64, what act, cause event.Cause) {
	for state := range 2 {
		o.options = append(o.options, option{weight: weight, before: state, now: state, what: what, cause: cause})
	}
}

func (o *slot) change(weight float64, to int, what act, cause event.Cause) {
	o.options = append(o.options, option{weight: weight, before: 1 - to, now: to, what: what, cause: cause})
}

// weighStay is a stay at a berth that was heard, or a long one elsewhere without company.
func (s *ship) weighStay(r *rules, x stay) (slot, bool) {
	out := slot{from: x.from, to: x.to, stay: &x}
	hours := float64(x.to-x.from) / 3600
	least, _ := r.load(s.kind.Class)
	switch {
	case x.berthed && hours < 0.7*least, !s.crude && !x.berthed, !x.berthed && hours < 14:
		return out, false
	case x.berthed && x.berth.sanctioned:
		share := 0.98
		if !s.crude {
			share = 0.05
		}
		out.change(share, 1, lifted, event.Observed)
		out.either(1-share, nothing, event.Observed)
		out.change(0.02, 0, lawful, event.Observed) // discharges there
	case x.berthed:
		out.change(0.9, 1, lawful, event.Observed)
		out.change(0.8, 0, lawful, event.Observed)
		out.either(0.1, nothing, event.Observed)
	default:
		company := r.company(x)
		out.either(1-company, nothing, event.Observed)
		out.change(company/2, 1, took, event.Observed)
		out.change(company/2, 0, gave, event.Observed)
		out.pretends(r, s, x)
	}
	return out, true
}

// company is the chance that a long stop alone hides a partner. Ships wait for each other in spots of their own, and one
// then goes alongside the other.
func (r *rules) company(x stay) float64 {
	f, ok := r.field(x.at)
	switch {
	case !ok:
		return r.habits.LonelyStop * min(1, r.meets(x.at))
	case x.goes:
		return 0.03
	case f.drift && !x.came:
		return r.habits.FieldStop / 4
	case x.came:
		return 0.97
	}
	return r.habits.FieldStop
}

// pretends adds that the whole stop is the far end of a false voyage that no receiver can contradict, and that she loads
// meanwhile. The way there and back is a part of it.
func (o *slot) pretends(r *rules, s *ship, x stay) {
	least, _ := r.load(s.kind.Class)
	for _, source := range r.sources {
		apart := r.hours(x.at, source.at)
		hours := float64(x.to-x.from)/3600 + 2*min(apart, 30)
		if (x.at[0] > 56.5) != (source.at[0] > 56.5) || hours < least+apart || r.coastal(x.at) {
			continue
		}
		weight := r.habits.FalseStop
		if x.vain {
			weight = r.habits.VainStop / (1 - r.habits.VainStop)
		}
		o.options = append(o.options, option{weight: weight * source.share, before: 0, now: 1, what: lifted, cause: event.OtherMeeting, source: source.at})
	}
}

// weighMeeting is one side of a meeting that was heard.
func (s *ship) weighMeeting(m *meeting) slot {
	out := slot{from: m.from, to: m.to, meeting: m}
	out.either(1-m.prior, nothing, event.Bunkering)
	out.change(m.prior*0.40, 0, gave, event.CargoTransfer)
	out.change(m.prior*0.40, 1, took, event.CargoTransfer)
	out.either(m.prior*0.20, nothing, event.CargoTransfer)
	for i := len(out.options) - 2; i < len(out.options); i++ {
		out.options[i].part = true
	}
	return out
}

// weighHidden is a stretch in which she was unheard or false. Weights are rates a day times densities a day.
func (s *ship) weighHidden(r *reception, h stretch) slot {
	out := slot{from: h.from, to: h.to, stretch: &h}
	hb, days := r.rules.of(s), float64(h.to-h.from)/86400
	idle := density(days*24, hb.FaultHours, h.noA || h.noB)
	trade := 1.0
	if !s.crude {
		trade = 0.1
	}
	if h.fake && !h.jammed {
		out.cheats(r.rules, s, h, trade)
		return out
	}
	now, usual := 1.0, 1.0
	if !h.noA && !h.noB {
		now, usual = r.unheard(h.a, h.b, h.from, h.to)
	}
	out.unheard(r, s, h, now, usual)
	if h.jammed {
		out.either(1, nothing, event.Interfered)
	}
	if h.noA {
		out.appears(r.rules, h)
	} else {
		out.leaves(r, h, days)
	}
	out.either(trade*hb.DarkIdle*idle, nothing, event.SwitchedOff)
	out.either(hb.Fault*idle, nothing, event.FaultyTransponder)
	meets := trade * r.rules.meetsIn(h) * r.rules.meetingLasts(s, h)
	out.change(meets*hb.Takes*r.rules.comesFor(h, took), 1, took, event.SwitchedOff)
	out.change(meets*hb.Gives*r.rules.comesFor(h, gave), 0, gave, event.SwitchedOff)
	if s.crude {
		out.hides(r.rules, s, h, hb.DarkLift*r.rules.liftsFrom(h))
	}
	return out
}

// tied is how long a ship's cargo takes from ship to ship, in hours, with coming alongside and letting go.
func (r *rules) tied(s *ship) float64 { return 6 + max(6, 0.94*6.74*s.kind.DWT/r.habits.Rate) }

// lingers is how long ships usually wait for each other and stay after it, in hours, and how far that spreads: the
// standard deviation of the logarithm of all that she does not sail.
const (
	lingers = 24.0
	spreads = 0.4
)

// meetingLasts is the density, a day, of a silence's length when she meets somebody in it: what is left over the way to the
// nearest field and from there is log-normal. Where an end is open it is the chance to last so long.
func (r *rules) meetingLasts(s *ship, h stretch) float64 {
	spare := math.Inf(-1)
	hours := float64(h.to-h.from) / 3600
	places := r.areas
	if len(places) == 0 {
		places = []geo.Point{h.place()}
	}
	for _, at := range places {
		way := 0.0
		if !h.noA {
			way += r.hours(h.a, at)
		}
		if !h.noB {
			way += r.hours(at, h.b)
		}
		spare = max(spare, hours-way)
	}
	if spare <= 1 {
		spare = 1
	}
	z := math.Log(spare/(r.tied(s)+lingers)) / spreads
	last := 0.5 * math.Erfc(z/math.Sqrt2)
	switch {
	case h.noB:
		return r.habits.Never + (1-r.habits.Never)*last
	case h.noA:
		return last
	}
	return 24 * math.Exp(-z*z/2) / (math.Sqrt(2*math.Pi) * spreads * spare)
}

// comesFor tells how well a silence begins for one who comes to take, from the open sea, or to give: within a few hours of
// the field.
func (r *rules) comesFor(h stretch, what act) float64 {
	if h.noA || len(r.areas) == 0 {
		return 1
	}
	least := math.Inf(1)
	for _, a := range r.areas {
		least = min(least, float64(geo.Distance(a, h.a)))
	}
	near, far := least < 110_000, h.a[0] > 57.2 && h.a[0] < 60
	switch {
	case what == took && far:
		return 1.5 * r.onWay(r.across, h.a)
	case what == gave && near && h.a[0] > 56.3:
		return 1.5
	}
	return 0.1
}

// meetsIn tells how near the ends of a stretch are to where ships pass cargo on.
func (r *rules) meetsIn(h stretch) float64 {
	switch {
	case h.noA:
		return r.meets(h.b)
	case h.noB:
		return r.meets(h.a)
	}
	return r.meets(h.a, h.b)
}

// density is that of a length with an exponential tail, a day; of a stretch with an open end the chance to last so long.
func density(hours, mean float64, open bool) float64 {
	p := math.Exp(-hours / mean)
	if open {
		return p
	}
	return p * 24 / mean
}

// lasts is the density of what a stretch has over the least time of what she does in it. Some are not heard again.
func (r *rules) lasts(spare, mean float64, h stretch) float64 {
	fit := density(max(0, spare), mean, h.noA || h.noB) * math.Exp(min(0, spare)/3)
	if h.noB {
		fit = r.habits.Never*math.Exp(min(0, spare)/3) + (1-r.habits.Never)*fit
	}
	return fit
}

// cheats are the ways of a ship that reported where she was not.
func (o *slot) cheats(r *rules, s *ship, h stretch, trade float64) {
	share := r.of(s).FalseLift
	before := len(o.options)
	if s.crude {
		o.hides(r, s, h, share)
	}
	for i := before; i < len(o.options); i++ {
		o.options[i].cause = event.OtherMeeting
	}
	rest := trade * (1 - share) * density(float64(h.to-h.from)/3600, 2*r.habits.FaultHours, h.noA || h.noB)
	o.either(rest/2, nothing, event.OtherMeeting)
	o.change(rest/4, 1, took, event.OtherMeeting)
	o.change(rest/4, 0, gave, event.OtherMeeting)
}

// unheard adds what happens when nobody hears a ship that speaks: each hour in which she is heard may be the last.
func (o *slot) unheard(r *reception, s *ship, h stretch, now, usual float64) {
	if h.noA {
		return
	}
	last, _ := r.at(h.a, h.from/3600)
	rate, back := 24*last, 1.0
	if !h.noB {
		next, _ := r.at(h.b, h.to/3600)
		back = 24 * next
	}
	if h.noB {
		now, usual = r.unheard(h.a, h.a, h.from, h.to)
	}
	o.either(rate*back*min(usual, now), nothing, event.NotReceived)
	if now > usual {
		o.either(rate*back*(now-usual), nothing, event.FeedOutage)
	}
	if !s.crude {
		return
	}
	// An honest ship loads where nobody hears her, lawfully or at a sanctioned berth with the radio on.
	for _, b := range r.rules.ports {
		hours := float64(h.to-h.from) / 3600
		least, _ := r.rules.load(s.kind.Class)
		if straight := float64(geo.Distance(h.a, b.at)) / 1852 / r.rules.habits.Knots; hours < 0.9*straight+least {
			continue
		}
		sail := r.rules.hours(h.a, b.at)
		if !h.noB {
			sail += r.rules.hours(b.at, h.b)
		}
		if hours < 0.9*sail+least {
			continue
		}
		quiet, _ := r.unheard(b.at, b.at, h.from+int32(1800*sail), h.to-int32(1800*sail))
		what, share := lawful, 0.3
		if b.sanctioned {
			what, share = lifted, r.rules.of(s).OpenLift
		}
		o.options = append(o.options, option{weight: share * rate * back * quiet, before: 0, now: 1, what: what, cause: event.NotReceived, source: b.at})
	}
}

// leaves adds that she went out of the world, and perhaps came back: she was not heard on the way to its edge.
func (o *slot) leaves(r *reception, h stretch, days float64) {
	out := r.rules.atEdge(h.a)
	if math.IsInf(out, 1) {
		return
	}
	quiet := func(p geo.Point, from int32, hours float64) float64 {
		x := 0.0
		for k := range min(72, int(hours)) {
			now, _ := r.at(p, from/3600+int32(k))
			x += math.Log1p(-now)
		}
		return math.Exp(x)
	}
	weight := r.rules.habits.Leaves * quiet(h.a, h.from+3600, out-1)
	if !h.noB {
		in := r.rules.atEdge(h.b)
		weight *= quiet(h.b, h.to-int32(in*3600), in-1) * density(days*24, 240, false)
		if days*24 < 0.7*(in+out) {
			return
		}
	}
	o.change(weight*0.6, 0, nothing, event.LeftArea)
	o.change(weight*0.3, 1, nothing, event.LeftArea)
	o.either(weight*0.5, nothing, event.LeftArea)
}

// appears adds that a ship was not in the world before her first fix.
func (o *slot) appears(r *rules, h stretch) {
	weight := 1.0
	if r.atEdge(h.b) > 8 {
		weight = 0.05
		if r.made {
			weight = 0.0005
		}
	}
	o.either(weight, nothing, event.LeftArea)
}

// hides adds the loadings that a stretch leaves time for: the way in, the least time at the berth, the way out, and a
// rest with an exponential tail for waiting. Of a stretch that has not ended the loading must be over by now.
func (o *slot) hides(r *rules, s *ship, h stretch, rate float64) {
	least, _ := r.load(s.kind.Class)
	hours := float64(h.to-h.from) / 3600
	for _, source := range r.sources {
		in, out := 0.0, 0.0
		if !h.noA {
			in = r.hours(h.a, source.at)
		}
		if !h.noB {
			out = r.hours(source.at, h.b)
		}
		spare := hours - 0.9*(in+out) - least
		switch {
		case h.noA:
			spare += least - 6 // she may have begun before the world
		case h.noB:
			spare -= 10 // papers, waiting: by now the hoses are off
		}
		rate := rate
		if ways := r.inside; !h.noA {
			if source.at[0] > 56.4 {
				ways = r.outside
			}
			rate *= r.onWay(ways, h.a)
		}
		weight := rate * source.share * r.lasts(spare, r.habits.WaitHours, h)
		o.options = append(o.options, option{weight: weight, before: 0, now: 1, what: lifted, cause: event.SwitchedOff, source: source.at})
		if !h.noB && r.where != nil && r.region(h.b) != oman {
			continue
		}
		// She passes the cargo on before she is heard again.
		weight = rate * source.share * r.habits.PassesOn * r.lasts(spare-r.tied(s), r.habits.WaitHours+40, h)
		o.options = append(o.options, option{weight: weight, before: 0, now: 0, what: lifted, gives: true, cause: event.SwitchedOff, source: source.at})
		if h.noB && spare < 0 { // on her way there
			o.either(rate*source.share, nothing, event.SwitchedOff)
		}
	}
}

// order puts the slots of a ship in order of time.
func (s *ship) order() {
	slices.SortStableFunc(s.slots, func(a, b slot) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
}

// infer weighs all ways to tell a ship's story against the draughts that were typed, by the forward and backward sums
// of a chain of two states. It fills in the posterior of every option.
func (s *ship) infer(r *rules) {
	n := len(s.slots)
	if n == 0 {
		return
	}
	said := s.said()
	likely := func(i int, o option) float64 {
		until := int32(math.MaxInt32)
		if i+1 < n {
			until = s.slots[i+1].from
		}
		return r.typing(o, said[i], said[i+1], float64(until-s.slots[i].to)/3600)
	}
	forward, backward := make([][2]float64, n+1), make([][2]float64, n+1)
	forward[0] = r.first(said[0].laden)
	for i, x := range s.slots {
		for _, o := range x.options {
			forward[i+1][o.now] += forward[i][o.before] * o.weight * likely(i, o)
		}
		scale(&forward[i+1])
	}
	backward[n] = [2]float64{1, 1}
	for i := n - 1; i >= 0; i-- {
		for _, o := range s.slots[i].options {
			backward[i][o.before] += backward[i+1][o.now] * o.weight * likely(i, o)
		}
		scale(&backward[i])
	}
	for i := range s.slots {
		sum := 0.0
		options := s.slots[i].options
		for k, o := range options {
			options[k].p = forward[i][o.before] * o.weight * likely(i, o) * backward[i+1][o.now]
			sum += options[k].p
		}
		for k := range options {
			if sum > 0 {
				options[k].p /= sum
			}
		}
	}
}

// first is what a ship carries by the first draught typed.
func (r *rules) first(typed int) [2]float64 {
	wrong := r.habits.Stale
	switch typed {
	case 0:
		return [2]float64{1 - wrong, wrong}
	case 1:
		return [2]float64{wrong, 1 - wrong}
	}
	return [2]float64{0.6, 0.4}
}

func scale(x *[2]float64) {
	if sum := x[0] + x[1]; sum > 0 {
		x[0], x[1] = x[0]/sum, x[1]/sum
	}
}

// word is what crews said of the cargo: 1 laden, 0 in ballast, -1 nothing yet; and the draught itself.
type word struct {
	laden   int
	draught float64
}

// said is the draught on the air when each slot begins, and at the end. One heard early in the first slot stands for the time
// before it.
func (s *ship) said() []word {
	at := func(t int32) word { return word{s.laden(s.typedAt(t)), s.typedAt(t)} }
	var out []word
	for _, x := range s.slots {
		out = append(out, at(x.from))
	}
	if x := s.slots[0]; out[0].laden < 0 && len(s.draughts) > 0 && s.draughts[0].at < x.from+(x.to-x.from)/3 {
		out[0] = at(s.draughts[0].at)
	}
	return append(out, at(math.MaxInt32-2))
}

// movedBy is a change of draught that shows some cargo, metres.
const movedBy = 1.0

// typing is the chance of the draughts typed over a slot and after it, by what the cargo did: a new one is typed with
// the habit's share, and within half a day or so of it.
func (r *rules) typing(o option, old, new word, hours float64) float64 {
	if new.laden < 0 {
		return 1
	}
	switch {
	case old.laden < 0 && o.before != o.now && o.what != nothing && new.laden != o.now:
		return 1 - r.habits.Typed
	case old.laden < 0:
		return r.first(new.laden)[o.now]
	}
	types := r.habits.Typed * (1 - math.Exp(-max(1, hours)/8))
	change := r.habits.Lies
	switch {
	case o.gives: // two changes, of which both may have been typed
		if old.laden != new.laden {
			return 0.25 * types
		}
		return 1 - 0.5*types
	case o.before != o.now && old.laden == o.before, o.part:
		change = types
	case o.before == o.now && old.laden != o.now:
		change = 0.05 * types // what was late is put right
	}
	moved := math.Abs(new.draught-old.draught) > movedBy
	switch {
	case o.part && moved && new.laden == o.now, !o.part && old.laden != new.laden:
		return change
	case moved, o.part && old.laden != new.laden:
		return r.habits.Lies
	}
	return 1 - change
}

// told is the chance that she passed cargo in one direction meanwhile.
func (o *slot) told(what act) float64 {
	return o.sum(func(x option) bool { return x.what == what || x.gives && what == gave })
}

// sum adds up the posteriors of a slot's options that fit.
func (o *slot) sum(fits func(x option) bool) float64 {
	p := 0.0
	for _, x := range o.options {
		if fits(x) {
			p += x.p
		}
	}
	return p
}
