package motion

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Leg is a stretch of a voyage: the point it leads to, and the speed on it.
type Leg struct {
	To    geo.Point
	Speed geo.Knots
}

// Habit makes ships of one kind differ: four phases in turns (0..1) of the slow swings round course and speed.
type Habit [4]float64

// Voyage is a ship under way from one standstill to the next. It gathers way and loses it at rates fit for
// the hull, rounds its waypoints, and wanders a little round course and speed.
type Voyage struct {
	begin  time.Duration
	path   *path
	pieces []piece
	marks  []time.Duration
	habit  Habit
}

// piece is a stretch of constant acceleration.
type piece struct {
	begin     float64 // seconds since the voyage's begin
	along     float64 // metres at the begin
	speed     float64 // metres a second at the begin
	increment float64 // metres a second, each second
}

// NewVoyage plans the way from a place over legs, from rest to rest.
func NewVoyage(begin time.Duration, from geo.Point, legs []Leg, length geo.Metres, habit Habit) *Voyage {
	return NewPassage(begin, from, legs, length, habit, 0, 0)
}

// NewPassage plans the way from a place over legs for a ship that already makes way, and has way on at the end. Neither
// speed is more than the next or last leg's.
func NewPassage(begin time.Duration, from geo.Point, legs []Leg, length geo.Metres, habit Habit, first, last geo.Knots) *Voyage {
	points := []geo.Point{from}
	var speeds []float64
	for _, l := range legs {
		if Length(points[len(points)-1], l.To) >= 1 {
			points = append(points, l.To)
			speeds = append(speeds, l.Speed.MetresPerSecond())
		}
	}
	if len(speeds) == 0 {
		speeds = append(speeds, 1)
	}
	v := &Voyage{begin: begin, path: newPath(points, TurningRadius), habit: habit}
	gather, lose := wayRates(length)
	v.plan(speeds, first.MetresPerSecond(), last.MetresPerSecond(), gather, lose)
	for _, m := range v.path.marks {
		v.marks = append(v.marks, begin+v.reach(float64(m)))
	}
	return v
}

// Trim gives back memory that was only needed for planning.
func (v *Voyage) Trim() {
	v.pieces, v.marks = exact(v.pieces), exact(v.marks)
	v.path.knots, v.path.marks = exact(v.path.knots), exact(v.path.marks)
}

// exact copies a list without room to grow.
func exact[T any](list []T) []T {
	out := make([]T, len(list))
	copy(out, list)
	return out
}

// wayRates are the greatest gain and loss of speed in metres a second, each second. A VLCC of 333 m comes from
// rest to 13 kn in three quarters of an hour and needs as long and longer to stop; a boat is ten times as quick.
func wayRates(length geo.Metres) (gather, lose float64) {
	f := min(10, 333/float64(max(length, 20)))
	return 0.0025 * f, 0.0020 * f
}

// plan finds the quickest profile of speeds that no leg's speed and no rate forbids: the speed at each
// mark is limited from both sides, then each leg is a trapezium.
func (v *Voyage) plan(speeds []float64, first, last, gather, lose float64) {
	n := len(speeds)
	at := make([]float64, n+1)
	at[0], at[n] = min(first, speeds[0]), min(last, speeds[n-1])
	for i := 1; i < n; i++ {
		at[i] = min(speeds[i-1], speeds[i])
	}
	leg := func(i int) float64 { return float64(v.path.marks[i+1] - v.path.marks[i]) }
	for i := n - 1; i >= 0; i-- {
		at[i] = min(at[i], math.Sqrt(at[i+1]*at[i+1]+2*lose*leg(i)))
	}
	for i := 0; i < n; i++ {
		at[i+1] = min(at[i+1], math.Sqrt(at[i]*at[i]+2*gather*leg(i)))
	}
	v.pieces = make([]piece, 0, 3*n+1)
	clock, along := 0.0, 0.0
	for i := range n {
		peak := min(speeds[i], math.Sqrt((2*gather*lose*leg(i)+lose*at[i]*at[i]+gather*at[i+1]*at[i+1])/(gather+lose)))
		up, down := (peak-at[i])/gather, (peak-at[i+1])/lose
		flat := max(0, (leg(i)-(at[i]+peak)/2*up-(at[i+1]+peak)/2*down)/peak)
		for _, p := range []piece{{0, up, at[i], gather}, {0, flat, peak, 0}, {0, down, peak, -lose}} {
			lasts := p.along
			if lasts <= 0 {
				continue
			}
			v.pieces = append(v.pieces, piece{clock, along, p.speed, p.increment})
			clock += lasts
			along += p.speed*lasts + p.increment*lasts*lasts/2
		}
	}
	v.pieces = append(v.pieces, piece{clock, along, 0, 0})
}

// reach is when a distance has been run.
func (v *Voyage) reach(along float64) time.Duration {
	p := v.pieces[len(v.pieces)-1]
	for i, next := range v.pieces[1:] {
		if next.along >= along {
			p = v.pieces[i]
			break
		}
	}
	left := max(0, along-p.along)
	seconds := 0.0
	switch {
	case p.increment != 0:
		seconds = (math.Sqrt(max(0, p.speed*p.speed+2*p.increment*left)) - p.speed) / p.increment
	case p.speed > 0:
		seconds = left / p.speed
	}
	return time.Duration((p.begin + seconds) * float64(time.Second))
}

// Marks are the times at which the start and each leg's end are passed. Legs shorter than a metre have none.
func (v *Voyage) Marks() []time.Duration { return v.marks }

// Duration is how long the voyage takes.
func (v *Voyage) Duration() time.Duration {
	return time.Duration(v.pieces[len(v.pieces)-1].begin * float64(time.Second))
}

// Arrival is the heading on which the last waypoint is reached.
func (v *Voyage) Arrival() geo.Degrees { return v.path.knots[len(v.path.knots)-1].heading }

// Crossings are the times at which the way crosses a line from its left to its right. She wanders round the way
// by up to a hundred metres, so that they are good to half a minute.
func (v *Voyage) Crossings(from, to geo.Point) []time.Duration {
	side := func(p, q, r geo.Point) float64 { return (q[0]-p[0])*(r[1]-p[1]) - (q[1]-p[1])*(r[0]-p[0]) }
	var out []time.Duration
	for i := 1; i < len(v.path.knots); i++ {
		a, b := v.path.knots[i-1], v.path.knots[i]
		before, after := side(from, to, a.at), side(from, to, b.at)
		if before > 0 && after <= 0 && side(a.at, b.at, from)*side(a.at, b.at, to) <= 0 {
			along := a.along + (b.along-a.along)*geo.Metres(before/(before-after))
			out = append(out, v.begin+v.reach(float64(along)))
		}
	}
	return out
}

// Pose implements Phase.
func (v *Voyage) Pose(at time.Duration) Pose {
	t := (at - v.begin).Seconds()
	end := v.pieces[len(v.pieces)-1].begin
	t = max(0, min(end, t))
	along, abeam, yaw := v.wander(t, end)
	p := v.path.at(geo.Metres(max(0, min(v.run(t)+along, float64(v.path.length())))))
	p.At = p.Point(0, geo.Metres(abeam))
	p.Heading = wrap(float64(p.Heading) + yaw)
	return p
}

// run is the distance run after some seconds, wandering apart.
func (v *Voyage) run(t float64) float64 {
	lo, hi := 0, len(v.pieces)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; v.pieces[mid].begin <= t {
			lo = mid
		} else {
			hi = mid
		}
	}
	p := v.pieces[lo]
	d := t - p.begin
	return p.along + p.speed*d + p.increment*d*d/2
}

// wander is how far a ship is ahead and to starboard of where she should be, and the angle of her yawing: a
// quarter of a knot, some 25 m and a degree, with none of it in the first and last half hour.
func (v *Voyage) wander(t, end float64) (along, abeam, yaw float64) {
	const taper = 1800
	w := ease(t/taper) * ease((end-t)/taper)
	wave := func(i int, period float64) float64 { return math.Sin(2 * math.Pi * (t/period + v.habit[i])) }
	return w * (30*wave(0, 2400) + 70*wave(1, 7900)), w * 25 * wave(2, 5300), w * 1.2 * wave(3, 1100)
}
