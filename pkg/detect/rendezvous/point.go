package rendezvous

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// The error budget of a point, in metres unless said otherwise; the package comment has the formula.
const (
	positionError   = 5.0  // of each position: AIS "accurate" is better than 10 m at 95 % (ITU-R M.1371-5)
	dimensionError  = 3.0  // typed in whole metres, antennas moved and not retyped
	swing           = 4e-4 // m/s², what a straight line misses
	roundedSpeed    = 0.03 // m/s: half of the tenth of a knot in which speed is sent
	headingErrorDeg = 2.0
	borrowedDeg     = 10.0 // of a heading that is taken from the ship alongside: how far tied hulls lie from parallel
	vague           = 60.0 // m; a point that is less certain than this is no closer for it
)

// point is the relative position of two ships at a real fix of one of them.
type point struct {
	at       time.Time
	middle   geo.Point
	antennas float64 // m
	gap      float64 // m between the hulls, negative inside; only if hull
	sigma    float64 // m
	hull     bool
	borrowed bool    // the gap rests on one ship's heading and both hulls; never with hull
	diff     float64 // degrees between the headings; only if hull
	speed    float64 // kn of the slower
	close    bool
	bracket  time.Duration // the longer of both ships'
	fixA     *track.Fix    // the real fixes nearest in time
	fixB     *track.Fix
	headed   bool // heading of the first ship is known
	heading  geo.Degrees
	east     float64 // m from the first antenna to the second
	north    float64
}

// points evaluates a pair at a bin: at the latest fix before it and at the earliest after it, of either ship. Both
// moments lie within the brackets of both ships, so that one position is real and the other interpolated. A fix without a
// bracket is set against the other ship's nearest, if that is no more than Options.Skew away.
func (o Options) points(a, b *track.Sample, shipA, shipB vessel.Ship, after time.Time) []point {
	first, last := a.Before.Time, a.After.Time
	if b.Before.Time.After(first) {
		first = b.Before.Time
	}
	if b.After.Time.Before(last) {
		last = b.After.Time
	}
	if first.Sub(last) > o.Skew {
		return nil
	}
	var out []point
	for _, t := range [2]time.Time{first, last} {
		if t.After(after) {
			out = append(out, o.point(t, a, b, shipA, shipB))
			after = t
		}
	}
	return out
}

func (o Options) point(t time.Time, a, b *track.Sample, shipA, shipB vessel.Ship) point {
	pa, pb := placeAt(a, t), placeAt(b, t)
	p := point{
		at: t, middle: geo.Interpolate(pa.at, pb.at, 0.5), antennas: float64(geo.Distance(pa.at, pb.at)),
		speed: min(float64(motionOf(a).speed), float64(motionOf(b).speed)), fixA: pa.fix, fixB: pb.fix,
	}
	p.bracket = max(a.After.Time.Sub(a.Before.Time), b.After.Time.Sub(b.Before.Time))
	p.heading, p.headed = pa.heading, pa.headed
	east, north := geo.Offset(pa.at, pb.at)
	p.east, p.north = float64(east), float64(north)
	known := measured(shipA) && measured(shipB) && p.bracket <= o.Bracket
	p.hull, p.borrowed = known && pa.headed && pb.headed, known && pa.headed != pb.headed
	arm := math.Hypot(float64(shipA.Hull.AntennaOffset()), float64(shipB.Hull.AntennaOffset()))
	missed := max(pa.missed, pb.missed)
	switch {
	case p.hull:
		p.diff = float64(geo.AngleBetween(pa.heading, pb.heading))
		p.gap = clearance(pa, pb, shipA, shipB)
		p.sigma = sigma(missed, arm, headingErrorDeg)
	case p.borrowed:
		p.gap = borrowedGap(pa, pb, shipA, shipB)
		p.sigma = sigma(missed, arm, borrowedDeg)
	default:
		p.sigma = sigma(missed, 0, 0)
	}
	margin := 2 * min(p.sigma, vague)
	if p.hull || p.borrowed {
		p.close = p.gap <= float64(o.Close)+margin && p.gap >= -float64(o.Touch)-margin
	} else {
		p.close = p.antennas <= float64(o.AntennaClose)+margin
	}
	return p
}

func clearance(a, b placed, shipA, shipB vessel.Ship) float64 {
	return float64(geo.HullClearance(
		geo.Placed{At: a.at, Heading: a.heading, Hull: shipA.Hull},
		geo.Placed{At: b.at, Heading: b.heading, Hull: shipB.Hull}))
}

// borrowedGap is the hull gap if the ship without a heading lay along the other: the same way round or opposite,
// whichever would touch more nearly.
func borrowedGap(a, b placed, shipA, shipB vessel.Ship) float64 {
	if !a.headed {
		a.heading = b.heading
	} else {
		b.heading = a.heading
	}
	same := clearance(a, b, shipA, shipB)
	if !a.headed {
		a.heading += 180
	} else {
		b.heading += 180
	}
	opposite := clearance(a, b, shipA, shipB)
	if math.Abs(opposite) < math.Abs(same) {
		return opposite
	}
	return same
}

// sigma is the standard error of a hull gap, from what interpolation may have missed, the antennas' distance from
// midships and the error of the heading in degrees.
func sigma(missed, arm, degrees float64) float64 {
	turned := arm * math.Sin(degrees*math.Pi/180)
	return math.Sqrt(2*positionError*positionError + missed*missed + turned*turned + dimensionError*dimensionError)
}

// missedBy is what a straight line misses of a ship that swings, at a time within a bracket: a·t·(Δ−t)/2, which in the
// middle is a·Δ²/8 and beside a real fix nothing.
func missedBy(t, bracket time.Duration) float64 {
	return swing * t.Seconds() * (bracket - t).Seconds() / 2
}

// placed is a ship at a moment.
type placed struct {
	at      geo.Point
	heading geo.Degrees
	headed  bool
	missed  float64 // m, by interpolation; zero at a real fix
	fix     *track.Fix
}

func placeAt(s *track.Sample, t time.Time) placed {
	switch {
	case !t.After(s.Before.Time):
		return carried(s.Before, t)
	case !t.Before(s.After.Time):
		return carried(s.After, t)
	}
	bracket := s.After.Time.Sub(s.Before.Time)
	f := t.Sub(s.Before.Time).Seconds() / bracket.Seconds()
	p := placed{at: geo.Interpolate(s.Before.Position, s.After.Position, f), missed: missedBy(t.Sub(s.Before.Time), bracket), fix: s.Before}
	if f > 0.5 {
		p.fix = s.After
	}
	h1, ok1 := headingOf(s.Before)
	h2, ok2 := headingOf(s.After)
	switch {
	case ok1 && ok2:
		p.heading, p.headed = turn(h1, h2, f), true
	default:
		p.heading, p.headed = headingOf(p.fix)
	}
	return p
}

// carried is a ship some time before or after a fix, by dead reckoning.
func carried(f *track.Fix, t time.Time) placed {
	h, ok := headingOf(f)
	p := placed{at: f.Position, heading: h, headed: ok, fix: f}
	seconds := t.Sub(f.Time).Seconds()
	if seconds == 0 {
		return p
	}
	speed, moves := f.Speed()
	course, points := f.Course()
	if moves && points {
		p.at = geo.Destination(p.at, course, geo.Metres(speed.MetresPerSecond()*seconds))
	}
	p.missed = roundedSpeed*math.Abs(seconds) + swing*seconds*seconds/2
	return p
}

// turn is the heading at a fraction of the way from one to another, the short way round.
func turn(from, to geo.Degrees, f float64) geo.Degrees {
	d := math.Mod(float64(to-from)+540, 360) - 180
	return geo.Degrees(math.Mod(float64(from)+f*d+360, 360))
}

// headingOf is a fix's true heading; the course stands in only above 3 kn, where ships go where they point.
func headingOf(f *track.Fix) (geo.Degrees, bool) {
	if heading, ok := f.TrueHeading(); ok {
		return heading, true
	}
	speed, moves := f.Speed()
	course, ok := f.Course()
	return course, ok && moves && speed > 3
}

// measured tells whether a ship's outline is known: dimensions of a ship, and the antenna's place in them.
func measured(s vessel.Ship) bool {
	return s.HasHull && !s.Hull.AntennaUnknown && s.Hull.Length() >= 20 && s.Hull.Beam() >= 4
}

// Turning together: of two ships that are tied the second lies always at the same place in the first one's frame; of two
// that swing each round her own anchor, at nearly the same place in the earth's frame.
const (
	turnLeast = 30.0 // degrees of turning below which nothing can be told
	turnMost  = 6.0  // the ratio is held within this: points near in time do not err independently
)

// turning sums the second ship's place in both frames, with weights, and how far the first has turned.
type turning struct {
	n            int
	weight       float64
	earth, frame moments
	last         geo.Degrees
	now, lo, hi  float64 // heading since the first point, unwound, and its range
}

// moments are weighted sums of a place and of its square.
type moments struct{ x, y, square float64 }

func (m *moments) add(x, y, w float64) {
	m.x += w * x
	m.y += w * y
	m.square += w * (x*x + y*y)
}

// spread is the weighted sum of squares round the mean: in units of the points' errors.
func (m moments) spread(weight float64) float64 {
	return max(0, m.square-(m.x*m.x+m.y*m.y)/weight)
}

func (t *turning) add(p point, w float64) {
	if !p.headed || !p.close {
		return
	}
	if t.n > 0 {
		t.now += math.Mod(float64(p.heading-t.last)+540, 360) - 180
	}
	t.n++
	t.last, t.lo, t.hi = p.heading, min(t.lo, t.now), max(t.hi, t.now)
	t.weight += w
	t.earth.add(p.east, p.north, w)
	sin, cos := math.Sincos(p.heading.Radians())
	t.frame.add(p.east*cos-p.north*sin, p.east*sin+p.north*cos, w)
}

// ratio is the log-likelihood ratio of a constant place in the ship's frame against one in the earth's, a point: zero
// while the heading has changed by less than turnLeast. It is evidence and never a veto.
func (t *turning) ratio() float64 {
	if t.n < 4 || t.hi-t.lo < turnLeast {
		return 0
	}
	r := (t.earth.spread(t.weight) - t.frame.spread(t.weight)) / 2
	return max(-turnMost, min(turnMost, r))
}
