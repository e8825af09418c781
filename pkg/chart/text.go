package chart

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Text draws the chart with characters: braille patterns of two by four dots each, or ASCII. Marks are letters that the
// lines below explain. Columns and rows must be at least 20 and 8; smaller ones are taken as these.
func (c *Chart) Text(w io.Writer, columns, rows int, ascii bool) error {
	columns, rows = max(columns, 20), max(rows, 8)
	s := newScreen(columns, rows, ascii)
	v := c.look(float64(columns*s.across), float64(rows*s.down)*s.squat())
	s.view, s.stretch = v, s.squat()
	land, err := v.land(c)
	if err != nil {
		return fmt.Errorf("draw chart: %w", err)
	}
	for _, polygon := range land {
		for _, ring := range polygon {
			s.line(ring, '#', 1)
		}
	}
	for _, a := range c.Areas {
		s.line(a.Ring, 'o', 1)
	}
	for _, l := range c.Lines {
		gap := 1
		if l.Dashed {
			gap = 3
		}
		s.line(l.Points, '.', gap)
	}
	legend := s.marks(c)
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", Plain(c.Title))
	s.print(&b)
	length, units := v.scale()
	bar := max(1, int(math.Round(units/float64(s.across))))
	fmt.Fprintf(&b, "|%s| %s, north is up%s\n", strings.Repeat("-", bar), distance(length), s.key())
	for _, line := range append(legend, c.Notes...) {
		fmt.Fprintf(&b, "%s\n", Plain(line))
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("draw chart: %w", err)
	}
	return nil
}

// screen is a raster of dots, some to a character.
type screen struct {
	view          view
	stretch       float64 // units of the plane a row of dots: characters are taller than wide
	columns, rows int
	across, down  int // dots of a character
	ascii         bool
	dots          []byte // of braille: the bits of each character; of ASCII: the character
	letters       map[int]rune
}

func newScreen(columns, rows int, ascii bool) *screen {
	s := &screen{columns: columns, rows: rows, across: 2, down: 4, ascii: ascii, dots: make([]byte, columns*rows), letters: map[int]rune{}}
	if ascii {
		s.across, s.down = 1, 1
	}
	return s
}

// squat is how much taller than wide a dot is: a character is about twice as tall as wide.
func (s *screen) squat() float64 { return 2 * float64(s.across) / float64(s.down) }

func (s *screen) key() string {
	if s.ascii {
		return "; # coast, . track, o place or hull"
	}
	return ""
}

// brailleBits are the dots of U+2800, by row and column.
var brailleBits = [4][2]byte{{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}}

func (s *screen) dot(x, y float64, char byte) {
	column, row := int(math.Floor(x)), int(math.Floor(y/s.stretch))
	if column < 0 || row < 0 || column >= s.columns*s.across || row >= s.rows*s.down {
		return
	}
	cell := row/s.down*s.columns + column/s.across
	if s.ascii {
		s.dots[cell] = char
	} else {
		s.dots[cell] |= brailleBits[row%4][column%2]
	}
}

// line draws a line of dots, every so-manieth.
func (s *screen) line(points []geo.Point, char byte, every int) {
	for i := 1; i < len(points); i++ {
		x0, y0 := s.view.at(points[i-1])
		x1, y1 := s.view.at(points[i])
		steps := int(math.Ceil(max(math.Abs(x1-x0), math.Abs(y1-y0))))
		if steps > 100_000 {
			continue // far outside at both ends
		}
		for k := 0; k <= steps; k += every {
			f := float64(k) / float64(max(steps, 1))
			s.dot(x0+f*(x1-x0), y0+f*(y1-y0), char)
		}
	}
}

// names are the letters of labelled marks and areas, in order.
const names = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// marks sets a letter at each labelled mark and area, and returns the lines that say what they are. Labels at one
// character share its letter.
func (s *screen) marks(c *Chart) []string {
	type name struct {
		at    geo.Point
		label string
	}
	var all []name
	for _, m := range c.Marks {
		if m.Label == "" {
			x, y := s.view.at(m.At)
			s.dot(x, y, '*')
			continue
		}
		all = append(all, name{m.At, m.Label})
	}
	for _, a := range c.Areas {
		if a.Label != "" && len(a.Ring) > 0 {
			all = append(all, name{centre(a.Ring), a.Label})
		}
	}
	var legend []string
	line := map[int]int{} // of a character, in the legend
	for _, n := range all {
		x, y := s.view.at(n.at)
		if !s.view.inside(x, y) {
			continue
		}
		cell := int(y/s.stretch)/s.down*s.columns + int(x)/s.across
		if i, shared := line[cell]; shared {
			legend[i] += "; " + n.label
		} else if len(legend) < len(names) {
			letter := names[len(legend)]
			s.letters[cell], line[cell] = rune(letter), len(legend)
			legend = append(legend, "  "+string(letter)+"  "+n.label)
		}
	}
	return legend
}

// centre is the mean of a ring's points.
func centre(ring []geo.Point) geo.Point {
	var east, north float64
	for _, p := range ring {
		east, north = east+shortWay(p[0]-ring[0][0]), north+p[1]
	}
	n := float64(len(ring))
	return geo.Point{ring[0][0] + east/n, north / n}
}

func (s *screen) print(b *strings.Builder) {
	edge := "+" + strings.Repeat("-", s.columns) + "+\n"
	b.WriteString(edge)
	for row := range s.rows {
		b.WriteByte('|')
		for column := range s.columns {
			b.WriteRune(s.at(row*s.columns + column))
		}
		b.WriteString("|\n")
	}
	b.WriteString(edge)
}

func (s *screen) at(cell int) rune {
	if letter, ok := s.letters[cell]; ok {
		return letter
	}
	switch d := s.dots[cell]; {
	case d == 0:
		return ' '
	case s.ascii:
		return rune(d)
	default:
		return 0x2800 + rune(d)
	}
}
