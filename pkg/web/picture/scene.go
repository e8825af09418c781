package picture

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/darkwake/darkwake/pkg/chart"
)

// path is a figure of straight lines and cubic curves in pixels, x to the right and y down. Figures are filled by the
// even-odd rule: what lies within two outlines is a hole.
type path []segment

// segment is a step: a move (M), a line (L), a curve (C) to the last of its points, or the way back to the start (Z).
type segment struct {
	verb byte
	to   [3][2]float64
}

func (p *path) move(x, y float64) {
	*p = append(*p, segment{verb: 'M', to: [3][2]float64{{x, y}}})
}
func (p *path) line(x, y float64) {
	*p = append(*p, segment{verb: 'L', to: [3][2]float64{{x, y}}})
}
func (p *path) close() { *p = append(*p, segment{verb: 'Z'}) }

func (p *path) curve(x1, y1, x2, y2, x, y float64) {
	*p = append(*p, segment{verb: 'C', to: [3][2]float64{{x1, y1}, {x2, y2}, {x, y}}})
}

func (p *path) rect(x, y, width, height float64) {
	p.polygon(x, y, x+width, y, x+width, y+height, x, y+height)
}

// polygon closes a figure round pairs of x and y.
func (p *path) polygon(xy ...float64) {
	for i := 0; i+1 < len(xy); i += 2 {
		if i == 0 {
			p.move(xy[0], xy[1])
		} else {
			p.line(xy[i], xy[i+1])
		}
	}
	p.close()
}

// quarter is how far the handles of a curve reach that stands for a quarter of a circle of radius 1; it errs by 0.03 %.
const quarter = 0.5522847

func (p *path) circle(x, y, r float64) {
	k := r * quarter
	p.move(x+r, y)
	p.curve(x+r, y+k, x+k, y+r, x, y+r)
	p.curve(x-k, y+r, x-r, y+k, x-r, y)
	p.curve(x-r, y-k, x-k, y-r, x, y-r)
	p.curve(x+k, y-r, x+r, y-k, x+r, y)
	p.close()
}

// anchor is which end of a text its place is.
type anchor string

const (
	atStart  anchor = "start"
	atMiddle anchor = "middle"
	atEnd    anchor = "end"
)

// element is a path, a text or a mark of a scene.
type element struct {
	ink    ink
	path   path
	text   string // not yet escaped, but made plain
	mark   string // name of a shape, drawn at x, y
	x, y   float64
	anchor anchor
	href   string // the element is a link
	title  string // what the pointer shows and a screen reader says
}

// scene is a picture before it is written.
type scene struct {
	name          string // begins its identifiers: two pictures may stand in one page
	label         string // the picture in a sentence
	width, height float64
	elements      []element
	shapes        map[string]path // drawn by name in more than one ink, beside the marks
}

// named is a shape of the scene, or of a mark.
func (s *scene) named(name string) path {
	if p, ok := s.shapes[name]; ok {
		return p
	}
	return symbolPath(name)
}

func (s *scene) draw(i ink, p path) {
	if len(p) > 0 {
		s.elements = append(s.elements, element{ink: i, path: p})
	}
}

func (s *scene) say(i ink, x, y float64, a anchor, text string) {
	s.elements = append(s.elements, element{ink: i, text: text, x: x, y: y, anchor: a})
}

// titled draws a path that explains itself and, with a href, is a link.
func (s *scene) titled(i ink, p path, href, title string) {
	s.elements = append(s.elements, element{ink: i, path: p, href: href, title: title})
}

// tenth rounds to a tenth of a pixel; what is no number, or lies too far off to be drawn, becomes the farthest place.
func tenth(x float64) int {
	const far = 1e6
	if math.IsNaN(x) {
		return far
	}
	return int(math.Round(min(max(x, -far), far) * 10))
}

// appendTenths prints tenths in the fewest characters: 1.5, -.5, 12.
func appendTenths(b []byte, n int) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	if n >= 10 || n == 0 {
		b = strconv.AppendInt(b, int64(n/10), 10)
	}
	if n%10 != 0 {
		b = append(b, '.', byte('0'+n%10))
	}
	return b
}

// appendPair prints two numbers with a separator only where they need one.
func appendPair(b []byte, x, y int) []byte {
	b = appendTenths(b, x)
	if y >= 0 {
		b = append(b, ' ')
	}
	return appendTenths(b, y)
}

// data prints a path for SVG, each point relative to the one before it, rounded so that errors do not add up. Lines of no
// length are left out.
func (p path) data() string {
	var b []byte
	var x, y, startX, startY int
	for _, s := range p {
		switch s.verb {
		case 'M':
			x, y = tenth(s.to[0][0]), tenth(s.to[0][1])
			startX, startY = x, y
			b = appendPair(append(b, 'M'), x, y)
		case 'L':
			toX, toY := tenth(s.to[0][0]), tenth(s.to[0][1])
			switch {
			case toX == x && toY == y:
			case toY == y:
				b = appendTenths(append(b, 'h'), toX-x)
			case toX == x:
				b = appendTenths(append(b, 'v'), toY-y)
			default:
				b = appendPair(append(b, 'l'), toX-x, toY-y)
			}
			x, y = toX, toY
		case 'C':
			for i, to := range s.to {
				b = append(b, "c  "[i])
				b = appendPair(b, tenth(to[0])-x, tenth(to[1])-y)
			}
			x, y = tenth(s.to[2][0]), tenth(s.to[2][1])
		case 'Z':
			b = append(b, 'Z')
			x, y = startX, startY
		}
	}
	return string(b)
}

// Theme is light or dark.
type Theme int

// The themes.
const (
	Light Theme = iota
	Dark
)

// Look is where a picture will stand.
type Look struct {
	Theme Theme
	// Inline is for a picture within a page: as wide as its place, without ground of its own, its parts links.
	Inline bool
	// Base goes before the links of an inline picture: "" makes /event/ID of them.
	Base string
}

// svg writes a scene.
func (s *scene) svg(w io.Writer, look Look) error {
	var b strings.Builder
	if look.Inline {
		fmt.Fprintf(&b, `<svg class="picture %s" viewBox="0 0 %g %g" role="group" aria-label="%s"`, s.name, s.width, s.height, escape(s.label))
	} else {
		fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" viewBox="0 0 %g %g" role="img" aria-label="%s"`, s.width, s.height, s.width, s.height, escape(s.label))
	}
	fmt.Fprintf(&b, " font-family=\"%s\">\n", fonts)
	s.definitions(&b, look)
	if !look.Inline {
		var ground path
		ground.rect(0, 0, s.width, s.height)
		s.element(&b, element{ink: inkGround, path: ground}, look)
	}
	for _, e := range s.elements {
		s.element(&b, e, look)
	}
	b.WriteString("</svg>\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}

const fonts = "system-ui, 'Liberation Sans', 'DejaVu Sans', Arial, sans-serif"

// definitions writes the hatchings and symbols that the scene uses, in the order of their first use.
func (s *scene) definitions(b *strings.Builder, look Look) {
	var hatched []ink
	var marks []string
	for _, e := range s.elements {
		if inks[e.ink].hatch && !slices.Contains(hatched, e.ink) {
			hatched = append(hatched, e.ink)
		}
		if e.mark != "" && !slices.Contains(marks, e.mark) {
			marks = append(marks, e.mark)
		}
	}
	if len(hatched)+len(marks) == 0 {
		return
	}
	b.WriteString("<defs>")
	for _, i := range hatched {
		st := inks[i]
		fmt.Fprintf(b, `<pattern id="%s-%s" width="%g" height="%g" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="%s-line" d="M%g 0v%g" stroke="%s" stroke-width="%g"/></pattern>`,
			s.name, i, hatchStep, hatchStep, i, hatchStep/2, hatchStep, st.stroke[look.Theme], st.width)
	}
	for _, name := range marks {
		fmt.Fprintf(b, `<path id="%s-%s" d="%s"/>`, s.name, name, s.named(name).data())
	}
	b.WriteString("</defs>\n")
}

func (s *scene) element(b *strings.Builder, e element, look Look) {
	link := e.href != "" && look.Inline
	switch {
	case link:
		fmt.Fprintf(b, `<a href="%s">`, escape(look.Base+e.href))
	case e.title != "":
		b.WriteString("<g>")
	}
	if e.title != "" {
		fmt.Fprintf(b, "<title>%s</title>", escape(e.title))
	}
	paint := s.paint(e.ink, look.Theme)
	switch {
	case e.mark != "":
		fmt.Fprintf(b, `<use href="#%s-%s"%s%s/>`, s.name, e.mark, offset(e), paint)
	case e.path != nil:
		fmt.Fprintf(b, `<path%s d="%s"/>`, paint, e.path.data())
	default:
		if e.anchor != atStart {
			paint += ` text-anchor="` + string(e.anchor) + `"`
		}
		fmt.Fprintf(b, `<text x="%s" y="%s"%s>%s</text>`, appendTenths(nil, tenth(e.x)), appendTenths(nil, tenth(e.y)), paint, escape(e.text))
	}
	switch {
	case link:
		b.WriteString("</a>")
	case e.title != "":
		b.WriteString("</g>")
	}
	b.WriteByte('\n')
}

// offset moves a shape to where it stands.
func offset(e element) string {
	if e.x == 0 && e.y == 0 {
		return ""
	}
	return fmt.Sprintf(` x="%s" y="%s"`, appendTenths(nil, tenth(e.x)), appendTenths(nil, tenth(e.y)))
}

// paint gives the class and the attributes of an ink.
func (s *scene) paint(i ink, theme Theme) string {
	st := inks[i]
	var b strings.Builder
	fmt.Fprintf(&b, ` class="%s"`, i)
	switch {
	case st.hatch:
		fmt.Fprintf(&b, ` fill="url(#%s-%s)"`, s.name, i)
		return b.String()
	case st.fill[theme] == "":
		b.WriteString(` fill="none"`)
	default:
		fmt.Fprintf(&b, ` fill="%s"`, st.fill[theme])
		if st.size == 0 {
			b.WriteString(` fill-rule="evenodd"`)
		}
	}
	if st.stroke[theme] != "" {
		fmt.Fprintf(&b, ` stroke="%s" stroke-width="%g"`, st.stroke[theme], st.width)
		if st.width > 1 {
			b.WriteString(` stroke-linejoin="round"`)
		}
	}
	if st.dash > 0 {
		fmt.Fprintf(&b, ` stroke-dasharray="%g %g"`, st.dash, st.dash)
	}
	if st.opacity > 0 {
		fmt.Fprintf(&b, ` opacity="%g"`, st.opacity)
	}
	if st.halo {
		b.WriteString(` paint-order="stroke"`)
	}
	if st.size > 0 {
		fmt.Fprintf(&b, ` font-size="%g"`, st.size)
	}
	if st.bold {
		b.WriteString(` font-weight="bold"`)
	}
	return b.String()
}

// escape makes text fit for XML, with marks that steer a screen as their codes.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(chart.Plain(s))) // a builder takes every byte
	return b.String()
}
