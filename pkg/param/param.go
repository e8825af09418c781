package param

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Param is one parameter. Its name is its key in YAML; a dot in it makes a map within the group's.
type Param struct {
	Name   string
	Unit   string // of a number; empty where the name or the value says it
	Bounds string // for people: "1h to 3d"
	About  string // what it decides
	Source string // where the default comes from
	Plain  bool   // decides memory and speed only, never the outcome: no part of the hash

	at    any             // the address of the value
	list  bool            // takes a list
	text  func() []string // the values as YAML
	parse func([]string) error
	check func() error // nil when within bounds
}

// Group is the parameters of one part.
type Group struct {
	Name   string // the key in YAML
	About  string
	Params []Param
}

// number is what a numeric parameter may be.
type number interface{ ~float64 | ~int | ~int64 }

// Number describes a number with its bounds, both allowed, and its unit.
func Number[T number](name string, v *T, lo, hi float64, unit, about, source string) Param {
	p := Param{Name: name, Unit: unit, About: about, Source: source, at: v, Bounds: format(lo) + " to " + format(hi)}
	p.text = func() []string { return []string{numeral(*v)} }
	p.parse = func(s []string) error { return parseNumber(s[0], v) }
	p.check = func() error { return within(float64(*v), lo, hi, numeral(*v), p.Bounds) }
	return p
}

// Time describes a length of time with its bounds, both allowed.
func Time(name string, v *time.Duration, lo, hi time.Duration, about, source string) Param {
	p := Param{Name: name, About: about, Source: source, at: v, Bounds: length(lo) + " to " + length(hi)}
	p.text = func() []string { return []string{length(*v)} }
	p.parse = func(s []string) (err error) {
		*v, err = parseTime(s[0])
		return err
	}
	p.check = func() error { return within(float64(*v), float64(lo), float64(hi), length(*v), p.Bounds) }
	return p
}

// Numbers describes a list of numbers, each within the bounds, from least to most of them.
func Numbers(name string, v *[]float64, least, most int, lo, hi float64, unit, about, source string) Param {
	p := series(name, func() []float64 { return *v }, least, most, lo, hi, unit, about, source)
	p.at = v
	p.parse = func(s []string) error {
		list := make([]float64, len(s))
		for i := range s {
			if err := parseNumber(s[i], &list[i]); err != nil {
				return err
			}
		}
		*v = list
		return nil
	}
	return p
}

// Fixed describes a list of as many numbers as the array at v has; v is the slice of the whole array.
func Fixed(name string, v []float64, lo, hi float64, unit, about, source string) Param {
	p := series(name, func() []float64 { return v }, len(v), len(v), lo, hi, unit, about, source)
	p.at = &v[0]
	p.parse = func(s []string) error {
		if len(s) != len(v) {
			return fmt.Errorf("%d values: %d expected", len(s), len(v))
		}
		for i := range s {
			if err := parseNumber(s[i], &v[i]); err != nil {
				return err
			}
		}
		return nil
	}
	return p
}

func series(name string, v func() []float64, least, most int, lo, hi float64, unit, about, source string) Param {
	p := Param{Name: name, Unit: unit, About: about, Source: source, list: true, Bounds: "each " + format(lo) + " to " + format(hi)}
	p.text = func() (out []string) {
		for _, x := range v() {
			out = append(out, format(x))
		}
		return out
	}
	p.check = func() error {
		if n := len(v()); n < least || n > most {
			return fmt.Errorf("%d values are not within %d to %d", n, least, most)
		}
		for _, x := range v() {
			if err := within(x, lo, hi, format(x), p.Bounds); err != nil {
				return err
			}
		}
		return nil
	}
	return p
}

// OfMachine marks a parameter that decides memory and speed only. The same input gives the same output whatever it is.
func OfMachine(p Param) Param {
	p.Plain = true
	return p
}

// Address is the pointer that the parameter was described by: how a test finds fields that nobody described.
func (p Param) Address() any { return p.at }

func within(v, lo, hi float64, said, bounds string) error {
	if v >= lo && v <= hi {
		return nil
	}
	return fmt.Errorf("%s is not within %s", said, strings.TrimPrefix(bounds, "each "))
}

// format prints a number as briefly as it can be read back, without exponents where people would not write one.
func format(v float64) string {
	if a := math.Abs(v); a >= 1e15 || a > 0 && a < 1e-6 || math.IsNaN(v) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func numeral[T number](v T) string { return format(float64(v)) }

// length prints days where there are at least two and nothing is left over, and otherwise hours, minutes and seconds
// without those that are zero.
func length(d time.Duration) string {
	const day = 24 * time.Hour
	if d >= 2*day && d%day == 0 {
		return strconv.Itoa(int(d/day)) + "d"
	}
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// parseTime reads what length prints, and any length of time that Go reads.
func parseTime(s string) (time.Duration, error) {
	if days, ok := strings.CutSuffix(s, "d"); ok {
		n, err := strconv.ParseFloat(days, 64)
		if d := n * 24 * float64(time.Hour); err == nil && math.Abs(d) < math.MaxInt64/2 {
			return time.Duration(math.Round(d)), nil
		}
	} else if d, err := time.ParseDuration(s); err == nil {
		return d, nil
	}
	return 0, fmt.Errorf("%q: a length of time such as 90m, 6h or 2d expected", s)
}

func parseNumber[T number](s string, v *T) error {
	x, err := strconv.ParseFloat(s, 64)
	switch {
	case err != nil || math.IsNaN(x) || math.IsInf(x, 0):
		return fmt.Errorf("%q: a number expected", s)
	case float64(T(x)) != x: // an integer
		return fmt.Errorf("%q: a whole number expected", s)
	}
	*v = T(x)
	return nil
}
