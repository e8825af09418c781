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

// sail moves a ship along a straight line at a steady speed: sail MMSI TIME LAT LON TIME LAT LON.
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
	c.play(a, scene{begin, end, func(t time.Time) pose {
		return pose{geo.Interpolate(from, to, t.Sub(begin).Hours()/hours), course, course, speed}
	}}, 0)
	return nil
}

// anchor holds a ship at a place: anchor MMSI TIME TIME LAT LON [heading=] [swing=]. She swings by so many degrees to
// both sides of her heading in twelve hours, on a circle of 300 m round her anchor; berth is anchor without swing.
func (c *cast) anchor(cmd command) error {
	if err := cmd.need(5, "MMSI TIME TIME LAT LON"); err != nil {
		return err
	}
	a, begin, end, err := c.span(cmd, 1, 2)
	if err != nil {
		return err
	}
	p, err := position(cmd.args[3], cmd.args[4])
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
	c.play(a, scene{begin, end, func(t time.Time) pose {
		h, at := geo.Degrees(heading), p
		if swing > 0 {
			turned := swing * math.Sin(t.Sub(dayOne).Hours()*math.Pi/6)
			h = geo.Degrees(math.Mod(heading+turned+360, 360))
			at = geo.Destination(p, h+180, 300)
		}
		return pose{at, h, h, 0.1}
	}}, 0)
	return nil
}

// circle leads a ship round a place, clockwise: circle MMSI TIME TIME LAT LON radius=KM speed=KNOTS.
func (c *cast) circle(cmd command) error {
	if err := cmd.need(5, "MMSI TIME TIME LAT LON radius=… speed=…"); err != nil {
		return err
	}
	a, begin, end, err := c.span(cmd, 1, 2)
	if err != nil {
		return err
	}
	p, err := position(cmd.args[3], cmd.args[4])
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
	c.play(a, scene{begin, end, func(t time.Time) pose {
		turned := geo.Knots(speed).MetresPerSecond() * t.Sub(begin).Seconds() / (1000 * radius) * 180 / math.Pi
		course := geo.Degrees(math.Mod(turned+90, 360))
		at := geo.Destination(p, geo.Degrees(math.Mod(turned, 360)), geo.Metres(1000*radius))
		return pose{at, course, course, geo.Knots(speed)}
	}}, 0)
	return nil
}

// beside lays a ship along another: beside MMSI OTHER TIME TIME abeam=METRES [turned=DEGREES]. Abeam is the distance of
// the antennas, to starboard of the other; her reports come 70 s after the other's.
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
	for _, t := range [2]time.Time{begin, end} {
		if _, ok := other.poseAt(t); !ok {
			return fmt.Errorf("lay %s beside %s: nothing is told of her at %s", a.mmsi, other.mmsi, clock(t))
		}
	}
	c.play(a, scene{begin, end, func(t time.Time) pose {
		p, _ := other.poseAt(t)
		return pose{geo.Destination(p.at, p.heading+90, geo.Metres(abeam)), geo.Degrees(math.Mod(float64(p.heading)+turned, 360)), p.course, p.speed}
	}}, 70*time.Second)
	return nil
}

// crowd anchors container ships round a place, so that the feed has a habit: crowd N TIME TIME LAT LON [source=].
func (c *cast) crowd(cmd command) error {
	if err := cmd.need(5, "N TIME TIME LAT LON"); err != nil {
		return err
	}
	n, err := strconv.Atoi(cmd.args[0])
	if err != nil || n < 1 || n > 99 {
		return fmt.Errorf("read number of ships %q: want 1 to 99", cmd.args[0])
	}
	source := cmd.text("source", "feed")
	for i := range n {
		name := strconv.Itoa(235_900_001 + i)
		one := command{"anchor", append([]string{name}, cmd.args[1:]...), map[string]string{}}
		p, err := position(cmd.args[3], cmd.args[4])
		if err != nil {
			return err
		}
		p = geo.Destination(p, geo.Degrees(360*i/n), 8*geo.Kilometre)
		one.args[3], one.args[4] = written(p)
		a, err := c.of(name)
		if err != nil {
			return err
		}
		a.static.ShipType, a.static.Has, a.source, a.every = 71, ais.HasShipType, source, 10*time.Minute
		if err := c.anchor(one); err != nil {
			return err
		}
	}
	return nil
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
