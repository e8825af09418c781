package story

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// span reads the ship and the two times with which most acts begin.
func (c *cast) span(cmd command, from, to int) (*actor, time.Time, time.Time, error) {
	a, err := c.of(cmd.args[0])
	if err != nil {
		return nil, time.Time{}, time.Time{}, err
	}
	begin, err := moment(cmd.args[from])
	if err != nil {
		return nil, time.Time{}, time.Time{}, err
	}
	end, err := moment(cmd.args[to])
	if err == nil && !end.After(begin) {
		err = fmt.Errorf("read %s: %s is not after %s", cmd.verb, cmd.args[to], cmd.args[from])
	}
	return a, begin, end, err
}

// sail moves a ship along a straight line at a steady speed, beyond 75° of latitude along a great circle: sail MMSI TIME
// LAT LON TIME LAT LON.
func (c *cast) sail(cmd command) error {
	if err := cmd.need(7, "MMSI TIME LAT LON TIME LAT LON"); err != nil {
		return err
	}
	a, begin, end, err := c.span(cmd, 1, 4)
	if err != nil {
		return err
	}
	from, err := position(cmd.args[2], cmd.args[3])
	if err != nil {
		return err
	}
	to, err := position(cmd.args[5], cmd.args[6])
	if err != nil {
		return err
	}
	hours := end.Sub(begin).Hours()
	speed := geo.Knots(geo.DistanceExact(from, to).NauticalMiles() / hours)
	course := geo.Bearing(from, to)
	return c.play(cmd, a, scene{begin, end, func(t time.Time) pose {
		gone := t.Sub(begin).Hours() / hours
		if polar := 75.0; max(from[1], to[1]) > polar || min(from[1], to[1]) < -polar {
			at := geo.Destination(from, course, geo.Metres(gone)*geo.DistanceExact(from, to))
			ahead := geo.Bearing(at, to)
			return pose{at, ahead, ahead, speed}
		}
		return pose{geo.Interpolate(from, to, gone), course, course, speed}
	}}, 0)
}

// round reads what anchor and circle begin with: a ship, two times and a place.
func (c *cast) round(cmd command) (a *actor, begin, end time.Time, at geo.Point, err error) {
	if err = cmd.need(5, "MMSI TIME TIME LAT LON"); err != nil {
		return
	}
	if a, begin, end, err = c.span(cmd, 1, 2); err != nil {
		return
	}
	at, err = position(cmd.args[3], cmd.args[4])
	return
}

// anchor holds a ship at a place: anchor MMSI TIME TIME LAT LON [heading=] [swing=]. She swings by so many degrees to
// both sides of her heading in twelve hours, on a circle of 300 m round her anchor; berth is anchor without swing.
func (c *cast) anchor(cmd command) error {
	a, begin, end, p, err := c.round(cmd)
	if err != nil {
		return err
	}
	heading, err := cmd.number("heading", 0)
	if err != nil {
		return err
	}
	swing, err := cmd.number("swing", 0)
	if err != nil {
		return err
	}
	return c.play(cmd, a, scene{begin, end, func(t time.Time) pose {
		h, at := geo.Degrees(heading), p
		if swing > 0 {
			turned := swing * math.Sin(t.Sub(dayOne).Hours()*math.Pi/6)
			h = geo.Degrees(math.Mod(heading+turned+360, 360))
			at = geo.Destination(p, h+180, 300)
		}
		return pose{at, h, h, 0.1}
	}}, 0)
}

// circle leads a ship round a place, clockwise: circle MMSI TIME TIME LAT LON radius=KM speed=KNOTS.
func (c *cast) circle(cmd command) error {
	a, begin, end, p, err := c.round(cmd)
	if err != nil {
		return err
	}
	radius, err := cmd.number("radius", 3)
	if err != nil {
		return err
	}
	speed, err := cmd.number("speed", 8)
	if err != nil {
		return err
	}
	return c.play(cmd, a, scene{begin, end, func(t time.Time) pose {
		turned := geo.Knots(speed).MetresPerSecond() * t.Sub(begin).Seconds() / (1000 * radius) * 180 / math.Pi
		course := geo.Degrees(math.Mod(turned+90, 360))
		at := geo.Destination(p, geo.Degrees(math.Mod(turned, 360)), geo.Metres(1000*radius))
		return pose{at, course, course, geo.Knots(speed)}
	}}, 0)
}

// beside lays a ship along another: beside MMSI OTHER TIME TIME abeam=METRES [ahead=METRES] [turned=DEGREES]. Abeam
// and ahead is where her antenna lies from the other's, to starboard and forward; her reports come 70 s after the other's.
func (c *cast) beside(cmd command) error {
	if err := cmd.need(4, "MMSI OTHER TIME TIME abeam=…"); err != nil {
		return err
	}
	a, begin, end, err := c.span(cmd, 2, 3)
	if err != nil {
		return err
	}
	other, err := c.of(cmd.args[1])
	if err != nil {
		return err
	}
	abeam, err := cmd.number("abeam", 60)
	if err != nil {
		return err
	}
	turned, err := cmd.number("turned", 0)
	if err != nil {
		return err
	}
	ahead, err := cmd.number("ahead", 0)
	if err != nil {
		return err
	}
	for _, t := range [2]time.Time{begin, end} {
		if _, ok := other.poseAt(t); !ok {
			return fmt.Errorf("lay %s beside %s: nothing is told of her at %s", a.mmsi, other.mmsi, clock(t))
		}
	}
	return c.play(cmd, a, scene{begin, end, func(t time.Time) pose {
		p, _ := other.poseAt(t)
		return pose{geo.Destination(geo.Destination(p.at, p.heading+90, geo.Metres(abeam)), p.heading, geo.Metres(ahead)),
			geo.Degrees(math.Mod(float64(p.heading)+turned, 360)), p.course, p.speed}
	}}, 70*time.Second)
}

// crowd anchors container ships round a place, so that the feed has a habit: crowd N TIME TIME LAT LON [source=]
// [every=]. Towers are base stations, which are heard whatever the ships do.
func (c *cast) crowd(cmd command) error {
	if err := cmd.need(5, "N TIME TIME LAT LON"); err != nil {
		return err
	}
	n, err := strconv.Atoi(cmd.args[0])
	if err != nil || n < 1 || n > 99 {
		return fmt.Errorf("read number of ships %q: want 1 to 99", cmd.args[0])
	}
	every, err := cmd.number("every", 10)
	if err != nil {
		return err
	}
	p, err := position(cmd.args[3], cmd.args[4])
	if err != nil {
		return err
	}
	for i := range n {
		one := command{"anchor", append([]string{""}, cmd.args[1:]...), map[string]string{}}
		one.args[3], one.args[4] = written(geo.Destination(p, geo.Degrees(360*i/n), 8*geo.Kilometre))
		a := c.extra(cmd.verb == "towers", i)
		one.args[0] = a.mmsi.String()
		a.source, a.every = cmd.text("source", "feed"), time.Duration(every*float64(time.Minute))
		if err := c.anchor(one); err != nil {
			return err
		}
	}
	return nil
}

// extra is a container ship or a base station of a crowd.
func (c *cast) extra(tower bool, i int) *actor {
	m := ais.MMSI(235_900_001 + i)
	if tower {
		m = ais.MMSI(2_359_001 + i)
	}
	a := c.actors[m]
	if a == nil {
		a = c.enter(m)
		a.tower = tower
		if !tower {
			a.static.ShipType, a.static.Has = 71, ais.HasShipType
		}
	}
	return a
}

// written is a point as position reads it.
func written(p geo.Point) (lat, lon string) {
	side := func(x float64, plus, minus string) string {
		if x < 0 {
			plus = minus
		}
		return strings.TrimSuffix(strconv.FormatFloat(math.Abs(x), 'f', 6, 64), ".") + plus
	}
	return side(p[1], "N", "S"), side(p[0], "E", "W")
}
