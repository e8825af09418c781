package picture

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	"git.sr.ht/~sbinet/gg"
	"github.com/darkwake/darkwake/pkg/chart"
	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// typefaces are Liberation Sans (SIL Open Font Licence), regular and bold. They are parsed once.
var typefaces = sync.OnceValues(func() ([2]*sfnt.Font, error) {
	var faces [2]*sfnt.Font
	for i, ttf := range [2][]byte{liberationsansregular.TTF, liberationsansbold.TTF} {
		f, err := opentype.Parse(ttf)
		if err != nil {
			return faces, fmt.Errorf("read font: %w", err)
		}
		faces[i] = f
	}
	return faces, nil
})

// painter paints scenes as pixels.
type painter struct {
	*gg.Context
	theme Theme
	faces map[face]font.Face
	fonts [2]*sfnt.Font
}

// face is a size of a typeface.
type face struct {
	size float64
	bold bool
}

func newPainter(width, height int, theme Theme) (*painter, error) {
	fonts, err := typefaces()
	if err != nil {
		return nil, err
	}
	return &painter{Context: gg.NewContext(width, height), theme: theme, faces: map[face]font.Face{}, fonts: fonts}, nil
}

// face returns a face for drawing and measuring. It belongs to the painter: faces are not to be shared.
func (p *painter) face(size float64, bold bool) (font.Face, error) {
	key := face{size, bold}
	if f, ok := p.faces[key]; ok {
		return f, nil
	}
	i := 0
	if bold {
		i = 1
	}
	f, err := opentype.NewFace(p.fonts[i], &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		return nil, fmt.Errorf("size font: %w", err)
	}
	p.faces[key] = f
	return f, nil
}

// legible makes text fit for a font without shaping: what chart.Plain shows as codes, writing from right to left, and
// whatever the font has no sign for.
func (p *painter) legible(s string) string {
	s = chart.Plain(s)
	var buf sfnt.Buffer
	var b strings.Builder
	for _, r := range s {
		i, err := p.fonts[0].GlyphIndex(&buf, r)
		if err != nil || i == 0 || unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Syriac, unicode.Thaana, unicode.Nko, unicode.Mn) {
			fmt.Fprintf(&b, `\u%04x`, r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// scene paints a scene at a place of the image, so many times as large, and nothing beyond its edges.
func (p *painter) scene(s *scene, x, y, scale float64) error {
	width, height := int(math.Ceil(s.width*scale)), int(math.Ceil(s.height*scale))
	inner := &painter{Context: gg.NewContext(width, height), theme: p.theme, faces: p.faces, fonts: p.fonts}
	inner.paint(inkGround, func() { inner.DrawRectangle(0, 0, float64(width), float64(height)) }, scale)
	for _, e := range s.elements {
		if err := inner.element(s, e, scale); err != nil {
			return err
		}
	}
	p.DrawImage(inner.Image(), int(math.Round(x)), int(math.Round(y)))
	return nil
}

func (p *painter) element(s *scene, e element, scale float64) error {
	switch {
	case e.mark != "":
		p.paint(e.ink, func() { p.trace(s.named(e.mark), e.x, e.y, scale) }, scale)
	case e.path != nil:
		p.paint(e.ink, func() { p.trace(e.path, 0, 0, scale) }, scale)
	default:
		return p.words(e.ink, e.text, e.x*scale, e.y*scale, scale, e.anchor)
	}
	return nil
}

// trace lays a path into the context.
func (p *painter) trace(figure path, x, y, scale float64) {
	at := func(to [2]float64) (float64, float64) {
		const far = 50_000
		return min(max((to[0]+x)*scale, -far), far), min(max((to[1]+y)*scale, -far), far)
	}
	for _, s := range figure {
		x1, y1 := at(s.to[0])
		switch s.verb {
		case 'M':
			p.MoveTo(x1, y1)
		case 'L':
			p.LineTo(x1, y1)
		case 'C':
			x2, y2 := at(s.to[1])
			x3, y3 := at(s.to[2])
			p.CubicTo(x1, y1, x2, y2, x3, y3)
		case 'Z':
			p.ClosePath()
		}
	}
}

// paint fills and strokes what draw lays into the context, as an ink asks.
func (p *painter) paint(i ink, draw func(), scale float64) {
	st := inks[i]
	p.ClearPath()
	draw()
	p.SetFillRuleEvenOdd()
	p.SetLineJoinRound()
	p.SetLineWidth(st.width * scale)
	p.SetDash()
	if st.dash > 0 {
		p.SetDash(st.dash*scale, st.dash*scale)
	}
	switch {
	case st.hatch:
		p.SetFillStyle(hatching{colour(st.stroke[p.theme], 0), hatchStep * scale, st.width * scale})
		p.FillPreserve()
	case st.halo:
		p.SetColor(colour(st.stroke[p.theme], st.opacity))
		p.StrokePreserve()
		p.SetColor(colour(st.fill[p.theme], st.opacity))
		p.FillPreserve()
	default:
		if c := st.fill[p.theme]; c != "" {
			p.SetColor(colour(c, st.opacity))
			p.FillPreserve()
		}
		if c := st.stroke[p.theme]; c != "" {
			p.SetColor(colour(c, st.opacity))
			p.StrokePreserve()
		}
	}
	p.ClearPath()
}

// hatching is a fill of lines that rise at 45 degrees, as a style's pattern is in an SVG.
type hatching struct {
	colour      color.NRGBA
	step, width float64
}

// ColorAt is the colour of a pixel, fainter at a line's edge.
func (h hatching) ColorAt(x, y int) color.Color {
	off := math.Mod((float64(x)+float64(y)+1)/math.Sqrt2, h.step)
	c := h.colour
	c.A = uint8(math.Round(255 * min(max(h.width/2+0.5-math.Abs(off-h.step/2), 0), 1)))
	return c
}

// words writes text with its halo, if the ink has one.
func (p *painter) words(i ink, text string, x, y, scale float64, a anchor) error {
	st := inks[i]
	f, err := p.face(st.size*scale, st.bold)
	if err != nil {
		return err
	}
	p.SetFontFace(f)
	text = p.legible(text)
	width, _ := p.MeasureString(text)
	switch a {
	case atMiddle:
		x -= width / 2
	case atEnd:
		x -= width
	}
	if st.halo {
		p.SetColor(colour(st.stroke[p.theme], 0))
		r := st.width * scale / 2
		for k := range 12 {
			angle := float64(k) * math.Pi / 6
			p.DrawString(text, x+r*math.Cos(angle), y+r*math.Sin(angle))
		}
	}
	p.SetColor(colour(st.fill[p.theme], st.opacity))
	p.DrawString(text, x, y)
	return nil
}

// fitted writes text in a size of its own, cut to a width, and returns how far it reached.
func (p *painter) fitted(text string, x, y, size float64, isBold bool, i ink, most float64) (float64, error) {
	f, err := p.face(size, isBold)
	if err != nil {
		return x, err
	}
	p.SetFontFace(f)
	text = p.legible(text)
	width, _ := p.MeasureString(text)
	if width > most {
		runes := []rune(text)
		for n := len(runes); n >= 0; n-- {
			text = strings.TrimRight(string(runes[:n]), " ") + "…"
			if width, _ = p.MeasureString(text); width <= most {
				break
			}
		}
	}
	p.SetColor(colour(inks[i].fill[p.theme], inks[i].opacity))
	p.DrawString(text, x, y)
	return x + width, nil
}

// colour reads #rrggbb, with an opacity of which 0 is full.
func colour(hex string, opacity float64) color.NRGBA {
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		return color.NRGBA{}
	}
	if opacity == 0 {
		opacity = 1
	}
	return color.NRGBA{R: uint8(n >> 16), G: uint8(n >> 8), B: uint8(n), A: uint8(math.Round(opacity * 255))}
}

// writePNG compresses with little effort: it is done while somebody waits, and flat colours are small anyway.
func writePNG(w io.Writer, m image.Image) error {
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(w, m); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}
