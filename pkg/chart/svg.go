package chart

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/darkwake/darkwake/pkg/geo"
)

// The size of an SVG chart without its notes, in pixels.
const (
	svgWidth  = 800
	svgHeight = 560
	noteLine  = 18
)

// inks are the colours of ships: blue and vermilion first, which colour-blind people tell apart (Okabe and Ito 2008).
var inks = []string{"#222", "#0072b2", "#d55e00", "#009e73", "#cc79a7"}

func ink(n int) string {
	if n <= 0 {
		return inks[0]
	}
	return inks[1+(n-1)%(len(inks)-1)]
}

// SVG draws the chart as a stand-alone image, without scripts or references to anything else.
func (c *Chart) SVG(w io.Writer) error {
	v := c.look(svgWidth, svgHeight)
	d := &drawing{view: v}
	total := svgHeight + noteLine*len(c.Notes) + 16
	d.f("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\">\n", svgWidth, total, svgWidth, total)
	d.f("<title>%s</title>\n<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n<clipPath id=\"sea\"><rect width=\"%d\" height=\"%d\"/></clipPath>\n<g clip-path=\"url(#sea)\">\n<rect width=\"%d\" height=\"%d\" fill=\"#e8f1f7\"/>\n",
		escape(c.Title), svgWidth, total, svgWidth, svgHeight, svgWidth, svgHeight)
	if err := c.svgLand(d); err != nil {
		return fmt.Errorf("draw chart: %w", err)
	}
	c.svgAreas(d)
	for _, l := range c.Lines {
		dash := ""
		if l.Dashed {
			dash = ` stroke-dasharray="6 5"`
		}
		d.f("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\"%s/>\n", d.path(l.Points, false), ink(l.Ink), dash)
	}
	for _, m := range c.Marks {
		d.mark(m)
	}
	d.scale()
	d.f("</g>\n<text x=\"10\" y=\"22\" font-size=\"16\" font-weight=\"bold\">%s</text>\n", escape(c.Title))
	for i, note := range c.Notes {
		d.f("<text x=\"10\" y=\"%d\" fill=\"#333\">%s</text>\n", svgHeight+noteLine*(i+1), escape(note))
	}
	d.f("</svg>\n")
	if _, err := io.WriteString(w, d.b.String()); err != nil {
		return fmt.Errorf("draw chart: %w", err)
	}
	return nil
}

func (c *Chart) svgLand(d *drawing) error {
	land, err := d.view.land(c)
	if err != nil {
		return err
	}
	for _, polygon := range land {
		var path strings.Builder
		for _, ring := range polygon {
			path.WriteString(d.path(ring, true))
		}
		d.f("<path d=\"%s\" fill=\"#e9e2cf\" stroke=\"#a99b78\" stroke-width=\"0.8\" fill-rule=\"evenodd\"/>\n", path.String())
	}
	return nil
}

func (c *Chart) svgAreas(d *drawing) {
	for _, a := range c.Areas {
		if a.Hull {
			d.f("<path d=\"%s\" fill=\"%s\" fill-opacity=\"0.35\" stroke=\"%s\" stroke-width=\"1.2\"/>\n", d.path(a.Ring, true), ink(a.Ink), ink(a.Ink))
		} else {
			d.f("<path d=\"%s\" fill=\"none\" stroke=\"#6b7f8c\" stroke-width=\"1\" stroke-dasharray=\"2 3\"/>\n", d.path(a.Ring, true))
		}
		if a.Label != "" && len(a.Ring) > 0 {
			x, y := d.view.at(top(a.Ring))
			d.label(x, y-5, "middle", ink(a.Ink), a.Label)
		}
	}
}

// top is the northernmost point of a ring.
func top(ring []geo.Point) geo.Point {
	best := ring[0]
	for _, p := range ring {
		if p[1] > best[1] {
			best = p
		}
	}
	return best
}

// drawing collects the text of an SVG.
type drawing struct {
	view  view
	b     strings.Builder
	taken [][4]float64 // boxes of labels so far
}

func (d *drawing) f(format string, args ...any) { fmt.Fprintf(&d.b, format, args...) }

// path is the data of a path, in tenths of a pixel; points that fall together are left out.
func (d *drawing) path(points []geo.Point, closed bool) string {
	var b strings.Builder
	last := ""
	for i, p := range points {
		x, y := d.view.at(p)
		at := tenths(x) + " " + tenths(y)
		if at == last {
			continue
		}
		last = at
		if i == 0 {
			b.WriteByte('M')
		} else {
			b.WriteByte('L')
		}
		b.WriteString(at)
	}
	if closed {
		b.WriteByte('Z')
	}
	return b.String()
}

func tenths(x float64) string { return strconv.FormatFloat(float64(int64(x*10+0.5))/10, 'f', -1, 64) }

func (d *drawing) mark(m Mark) {
	x, y := d.view.at(m.At)
	sx, sy, colour := tenths(x), tenths(y), ink(m.Ink)
	switch m.Shape {
	case Ring:
		d.f("<circle cx=\"%s\" cy=\"%s\" r=\"6\" fill=\"#fff\" stroke=\"%s\" stroke-width=\"2.2\"/>\n", sx, sy, colour)
	case Cross:
		d.f("<path d=\"M%s %sl10 10m0 -10l-10 10\" stroke=\"%s\" stroke-width=\"2.6\" fill=\"none\"/>\n", tenths(x-5), tenths(y-5), colour)
	default:
		d.f("<circle cx=\"%s\" cy=\"%s\" r=\"2.6\" fill=\"%s\"/>\n", sx, sy, colour)
	}
	if m.Label != "" {
		d.label(x+10, y+4, "start", colour, m.Label)
	}
}

// label writes a text where none is yet, moving it down line by line, with a white rim so that it is read on anything.
func (d *drawing) label(x, y float64, anchor, colour, text string) {
	text = Plain(text)
	width := 7 * float64(len([]rune(text)))
	left := x
	if anchor == "middle" {
		left = x - width/2
	}
	if anchor == "start" && x+width > svgWidth {
		anchor, x = "end", x-20
		left = x - width
	}
	if anchor == "middle" {
		left = max(4, min(left, svgWidth-4-width)) // a name that the edge would cut is moved
		x = left + width/2
	}
	for range 12 {
		if !d.crowded(left, y, width) {
			break
		}
		y += 15
	}
	d.taken = append(d.taken, [4]float64{left, y - 13, left + width, y})
	d.f("<text x=\"%s\" y=\"%s\" text-anchor=\"%s\" fill=\"%s\" stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\">%s</text>\n", tenths(x), tenths(y), anchor, colour, escape(text))
}

func (d *drawing) crowded(left, y, width float64) bool {
	for _, t := range d.taken {
		if left < t[2] && left+width > t[0] && y-13 < t[3] && y > t[1] {
			return true
		}
	}
	return false
}

// scale draws the scale bar and the arrow to the north.
func (d *drawing) scale() {
	length, units := d.view.scale()
	y := svgHeight - 16
	d.f("<path d=\"M16 %dv6h%sv-6\" fill=\"none\" stroke=\"#222\" stroke-width=\"1.6\"/>\n<text x=\"20\" y=\"%d\">%s</text>\n", y, tenths(units), y, distance(length))
	d.f("<path d=\"M%d 52v-26l-6 11m6 -11l6 11\" fill=\"none\" stroke=\"#222\" stroke-width=\"1.6\"/>\n<text x=\"%d\" y=\"68\" text-anchor=\"middle\">N</text>\n", svgWidth-24, svgWidth-24)
}

// distance prints a length of the scale.
func distance(m geo.Metres) string {
	if m >= 1000 {
		return strconv.Itoa(int(m/1000)) + " km"
	}
	return strconv.Itoa(int(m)) + " m"
}

// escape makes text safe in XML.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(Plain(s))) // a builder takes every byte
	return b.String()
}
