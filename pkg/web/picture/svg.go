package picture

import (
	"encoding/xml"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/pkg/chart"
)

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
