package reality

import (
	"math"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// fields measures what reports leave out and what their values are like.
type fields struct {
	position  [2]absences // class A, class B
	calm      [16]int64   // class A at rest by navigational status
	wrong     [2]int64    // class A over 3 kn: all, and those that say at anchor or moored
	moored    [2]int64    // at anchor or moored and under 3 kn: all, and those with a speed
	turns     [2]int64    // class A over 5 kn with a rate of turn: all, and those under 1° a minute
	types     [2]int64    // messages 1 to 3: all, and message 3
	sog       Histogram   // class A, over half a knot
	turn      Histogram   // class A over 5 kn, °/min by the compass
	accurate  [2]int64    // positions of class A: all, and better than 10 m
	static    statics
	coarse    [2]int64 // positions: all, and message 27
	secondOff int64    // positions of class A whose second says that there is none
}

// absences count position reports and what they do not carry.
type absences struct{ all, position, sog, cog, heading, turn, status int64 }

// statics count static messages 5 and what they do not carry.
type statics struct{ all, imo, badIMO, callSign, name, kind, size, draught, destination, eta int64 }

func newFields() fields {
	return fields{sog: newHistogram("sog", "sog"), turn: newHistogram("turn", "turn")}
}

// hear takes a report that is no copy. Fix still holds the ship's position before it.
func (x *fields) hear(s *ship, r *ais.Report) {
	switch {
	case r.Kind == ais.Static:
		x.still(s, r)
	case r.Kind != ais.Position || r.Flags&ais.OwnShip != 0:
	case r.Flags&ais.Coarse != 0:
		x.coarse[0]++
		x.coarse[1]++
	default:
		x.coarse[0]++
		x.absent(r)
		if r.Class != ais.ClassB {
			x.moves(r)
		}
	}
}

func (x *fields) absent(r *ais.Report) {
	a := &x.position[0]
	if r.Class == ais.ClassB {
		a = &x.position[1]
	}
	a.all++
	for _, f := range []struct {
		n     *int64
		field ais.Field
	}{{&a.position, ais.HasPosition}, {&a.sog, ais.HasSOG}, {&a.cog, ais.HasCOG}, {&a.heading, ais.HasHeading}, {&a.turn, ais.HasROT}, {&a.status, ais.HasNavStatus}} {
		if !r.Carries(f.field) {
			*f.n++
		}
	}
}

// moves takes a report of class A, or of a table that names no class.
func (x *fields) moves(r *ais.Report) {
	if r.Message >= 1 && r.Message <= 3 {
		x.types[0]++
		x.accurate[0]++
		if r.Message == 3 {
			x.types[1]++
		}
		if r.Accuracy {
			x.accurate[1]++
		}
		if r.Second >= 60 {
			x.secondOff++
		}
	}
	if !r.Carries(ais.HasSOG) {
		return
	}
	says := status(r) == 1 || status(r) == 5
	if says && r.SOG <= 3 {
		x.moored[0]++
		if r.SOG > 0 {
			x.moored[1]++
		}
	}
	if r.SOG <= 0.5 {
		x.calm[status(r)&15]++
		return
	}
	x.sog.add(float64(r.SOG))
	if r.SOG > 3 {
		x.wrong[0]++
		if says {
			x.wrong[1]++
		}
	}
	if r.SOG > 5 && r.Carries(ais.HasROT) {
		x.turns[0]++
		if math.Abs(r.ROT) < 1 {
			x.turns[1]++
		}
	}
}

// compass measures how fast a ship of class A over 5 kn turns, over 20 s to a minute at one station: a compass is
// sent in whole degrees, so that over less a degree looks like a turn.
func (x *fields) compass(l *link, r *ais.Report) {
	if r.Kind != ais.Position || r.Message < 1 || r.Message > 3 {
		return
	}
	took := r.Time - l.headed
	able := r.SOG > 5 && r.Carries(ais.HasHeading)
	if able && l.headed != 0 && took < 20_000 {
		return
	}
	if able && l.headed != 0 && took <= 60_000 {
		x.turn.add(float64(geo.AngleBetween(l.heading, r.Heading)) * 60_000 / float64(took))
	}
	l.headed = 0
	if able {
		l.headed, l.heading = r.Time, r.Heading
	}
}

// still takes static data: names under one MMSI, and what message 5 leaves out.
func (x *fields) still(s *ship, r *ais.Report) {
	s.statics++
	if r.Carries(ais.HasName) {
		if s.name.Len() > 0 && s.name != r.Name {
			s.renamed = true
		}
		s.name = r.Name
	}
	if r.Message != 5 {
		return
	}
	a := &x.static
	a.all++
	for _, f := range []struct {
		n     *int64
		field ais.Field
	}{{&a.imo, ais.HasIMO}, {&a.callSign, ais.HasCallSign}, {&a.name, ais.HasName}, {&a.kind, ais.HasShipType}, {&a.size, ais.HasDimensions},
		{&a.draught, ais.HasDraught}, {&a.destination, ais.HasDestination}, {&a.eta, ais.HasETA}} {
		if !r.Carries(f.field) {
			*f.n++
		}
	}
	if r.Flags&ais.BadIMO != 0 {
		a.badIMO++
	}
}

func (x *fields) figures(f *Figures, ships []*ship) {
	for i, class := range []string{"a", "b"} {
		p := x.position[i]
		f.share("absent.position."+class, p.position, p.all)
		f.share("absent.sog."+class, p.sog, p.all)
		f.share("absent.cog."+class, p.cog, p.all)
		f.share("absent.heading."+class, p.heading, p.all)
		if i == 0 {
			f.share("absent.turn.a", p.turn, p.all)
			f.share("absent.status.a", p.status, p.all)
		}
	}
	still := int64(0)
	for _, n := range x.calm {
		still += n
	}
	f.share("at_rest.says_anchored", x.calm[1], still)
	f.share("at_rest.says_moored", x.calm[5], still)
	f.share("at_rest.says_under_way", x.calm[0]+x.calm[8], still)
	f.share("at_rest.says_nothing", x.calm[15], still)
	f.share("moving.says_at_rest", x.wrong[1], x.wrong[0])
	f.share("moored.shows_speed", x.moored[1], x.moored[0])
	f.share("turn.below_1", x.turns[1], x.turns[0])
	f.share("type3_of_class_a", x.types[1], x.types[0])
	f.share("accuracy_high", x.accurate[1], x.accurate[0])
	f.share("second_absent", x.secondOff, x.accurate[0])
	f.share("long_range", x.coarse[1], x.coarse[0])
	f.spread(x.sog)
	f.spread(x.turn)
	f.share("sog.over_23", x.sog.Above(23.2), x.sog.N())
	f.share("turn.over_30", x.turn.Above(30), x.turn.N())
	x.static.figures(f)
	identities(f, ships)
}

func (a *statics) figures(f *Figures) {
	for _, v := range []struct {
		key string
		n   int64
	}{{"imo", a.imo}, {"call_sign", a.callSign}, {"name", a.name}, {"type", a.kind}, {"size", a.size}, {"draught", a.draught}, {"destination", a.destination}, {"eta", a.eta}} {
		f.share("static.absent."+v.key, v.n, a.all)
	}
	f.share("static.bad_imo", a.badIMO, a.all-a.imo)
}

// identities measures MMSIs: those of class B, of tankers, default-looking ones (six equal digits at the end or an
// ascending row), and those that gave two names.
func identities(f *Figures, ships []*ship) {
	var n, b, tankers, odd, named, renamed int64
	for _, s := range ships {
		n++
		if s.class == ais.ClassB {
			b++
		}
		if s.tanker {
			tankers++
		}
		if defaultMMSI(s.mmsi) {
			odd++
		}
		if s.name.Len() > 0 {
			named++
			if s.renamed {
				renamed++
			}
		}
	}
	f.share("ships.class_b", b, n)
	f.share("ships.tankers", tankers, n)
	f.share("ships.default_mmsi", odd, n)
	f.share("ships.two_names", renamed, named)
}

// defaultMMSI tells whether a number looks like one that nobody was given.
func defaultMMSI(n ais.MMSI) bool {
	tail := n % 1_000_000
	return tail%111_111 == 0 || n == 123_456_789 || n == 987_654_321
}
