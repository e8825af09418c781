package story

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// dayOne is the first day of every story.
var dayOne = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// command is one line: a verb, what it is about, and options as name=value.
type command struct {
	verb string
	args []string
	opts map[string]string
}

func parse(line string) command {
	fields := strings.Fields(line)
	c := command{verb: fields[0], opts: map[string]string{}}
	for _, f := range fields[1:] {
		if name, value, ok := strings.Cut(f, "="); ok {
			c.opts[name] = value
		} else {
			c.args = append(c.args, f)
		}
	}
	return c
}

// need checks the number of arguments.
func (c command) need(n int, form string) error {
	if len(c.args) != n {
		return fmt.Errorf("read %s: %d words, want %s %s", c.verb, len(c.args), c.verb, form)
	}
	return nil
}

// number is an option with a default.
func (c command) number(name string, otherwise float64) (float64, error) {
	text, ok := c.opts[name]
	if !ok {
		return otherwise, nil
	}
	x, err := strconv.ParseFloat(strings.TrimRight(text, "knmh°"), 64)
	if err != nil {
		return 0, fmt.Errorf("read %s of %s: %w", name, c.verb, err)
	}
	return x, nil
}

// text is an option with a default.
func (c command) text(name, otherwise string) string {
	if v, ok := c.opts[name]; ok {
		return v
	}
	return otherwise
}

// moment reads 3T14:30 or 3T14:30:15, day 3 of the story.
func moment(s string) (time.Time, error) {
	day, clock, ok := strings.Cut(s, "T")
	n, err := strconv.Atoi(day)
	if !ok || err != nil || n < 1 {
		return time.Time{}, fmt.Errorf("read time %q: want a day and a time such as 3T14:30", s)
	}
	layout := "15:04"
	if strings.Count(clock, ":") == 2 {
		layout = "15:04:05"
	}
	t, err := time.Parse(layout, clock)
	if err != nil {
		return time.Time{}, fmt.Errorf("read time %q: %w", s, err)
	}
	return dayOne.AddDate(0, 0, n-1).Add(time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute +
		time.Duration(t.Second())*time.Second), nil
}

// clock prints a time as moment reads it.
func clock(t time.Time) string {
	days := int(t.Sub(dayOne) / (24 * time.Hour))
	if t.Before(dayOne) {
		return t.UTC().Format(time.RFC3339)
	}
	return fmt.Sprintf("%dT%s", days+1, t.UTC().Format("15:04"))
}

// position reads 26.40N and 55.90E.
func position(lat, lon string) (geo.Point, error) {
	y, err := degrees(lat, "N", "S", 90)
	if err != nil {
		return geo.Point{}, err
	}
	x, err := degrees(lon, "E", "W", 180)
	if err != nil {
		return geo.Point{}, err
	}
	return geo.PointFromDegrees(x, y), nil
}

func degrees(s, plus, minus string, most float64) (float64, error) {
	sign := 1.0
	number, ok := strings.CutSuffix(s, plus)
	if !ok {
		if number, ok = strings.CutSuffix(s, minus); !ok {
			return 0, fmt.Errorf("read position %q: want degrees and %s or %s", s, plus, minus)
		}
		sign = -1
	}
	x, err := strconv.ParseFloat(number, 64)
	if err != nil || x < 0 || x > most {
		return 0, fmt.Errorf("read position %q: want 0 to %g degrees", s, most)
	}
	return sign * x, nil
}

func mmsi(s string) (ais.MMSI, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || len(s) != 9 {
		return 0, fmt.Errorf("read MMSI %q: want nine digits", s)
	}
	return ais.MMSI(n), nil
}
