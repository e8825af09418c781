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
	headingErrorDeg = 2.0
)

// point is the relative position of two ships at a real fix of one of them.
type point struct {
	at        time.Time
	middle    geo.Point
	antennas  float64 // m
	gap       float64 // m between the hulls, negative inside; only if hull
	sigma     float64 // m
	hull      bool
	diff      float64 // degrees between the headings; only if hull
	speed     float64 // kn of the slower
	close     bool
	fixA      *track.Fix // the real fixes nearest in time
	fixB      *track.Fix
	antiAlike bool // headings opposite
}

// points evaluates a pair at a bin: at the latest fix before it and at the earliest after it, of either ship. Both
// moments lie within the brackets of both ships, so that one position is real and the other interpolated.
func (o Options) points(a, b *track.Sample, shipA, shipB vessel.Ship, after time.Time) []point {
	first, last := a.Before.Time, a.After.Time
	if b.Before.Time.After(first) {
		first = b.Before.Time
	}
	if b.After.Time.Before(last) {
		last = b.After.Time
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
	p.hull = pa.headed && pb.headed && measured(shipA) && measured(shipB)
	arm := 0.0
	if p.hull {
		arm = math.Hypot(float64(shipA.Hull.AntennaOffset()), float64(shipB.Hull.AntennaOffset()))
		p.diff = float64(geo.AngleBetween(pa.heading, pb.heading))
		p.antiAlike = p.diff > 90
		p.gap = float64(geo.HullClearance(
			geo.Placed{At: pa.at, Heading: pa.heading, Hull: shipA.Hull},
			geo.Placed{At: pb.at, Heading: pb.heading, Hull: shipB.Hull}))
	}
	p.sigma = sigma(max(pa.bracket, pb.bracket), arm)
	if p.hull {
		p.close = p.gap <= float64(o.Close)+2*p.sigma && p.gap >= -float64(o.Touch)-2*p.sigma
	} else {
		p.close = p.antennas <= float64(o.AntennaClose)+2*p.sigma
	}
	return p
}

// sigma is the standard error of a hull gap. The bracket is that of the ship that was interpolated, zero for none.
func sigma(bracket time.Duration, arm float64) float64 {
	s := bracket.Seconds()
	missed := swing * s * s / 8
	turned := arm * math.Sin(headingErrorDeg*math.Pi/180)
	return math.Sqrt(2*positionError*positionError + missed*missed + turned*turned + dimensionError*dimensionError)
}

// placed is a ship at a moment.
type placed struct {
	at      geo.Point
	heading geo.Degrees
	headed  bool
	bracket time.Duration // zero at a real fix
	fix     *track.Fix
}

func placeAt(s *track.Sample, t time.Time) placed {
	switch {
	case !t.After(s.Before.Time):
		h, ok := headingOf(s.Before)
		return placed{at: s.Before.Position, heading: h, headed: ok, fix: s.Before}
	case !t.Before(s.After.Time):
		h, ok := headingOf(s.After)
		return placed{at: s.After.Position, heading: h, headed: ok, fix: s.After}
	}
	bracket := s.After.Time.Sub(s.Before.Time)
	f := t.Sub(s.Before.Time).Seconds() / bracket.Seconds()
	p := placed{at: geo.Interpolate(s.Before.Position, s.After.Position, f), bracket: bracket, fix: s.Before}
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
