package life

import (
	"bufio"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/chart"
)

// JSON writes a graph of lots as it stands at a watermark. All quantities are barrels.
func JSON(w io.Writer, g lots.Graph, watermark time.Time) error {
	to := json.NewEncoder(w)
	to.SetEscapeHTML(false)
	to.SetIndent("", " ")
	err := to.Encode(struct {
		Schema    string         `json:"schema"`
		Watermark time.Time      `json:"watermark"`
		Lots      []lots.Lot     `json:"lots"`
		Aboard    []lots.Holding `json:"aboard"`
		Moves     []lots.Move    `json:"moves"`
	}{lots.Schema, watermark.UTC(), g.Lots, g.Aboard, g.Moves})
	if err != nil {
		return fmt.Errorf("write lots: %w", err)
	}
	return nil
}

// DOT writes the life of one lot in Graphviz's language. It refuses a lot that the graph does not have.
func DOT(w io.Writer, g lots.Graph, lot string, names Names) error {
	d, err := draw(g, lot, names)
	if err != nil {
		return err
	}
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "digraph lot {\n  rankdir=LR;\n  label=%s;\n  node [fontname=\"sans-serif\", fontsize=11];\n  edge [fontname=\"sans-serif\", fontsize=10];\n", quote(d.title))
	shapes := map[form]string{source: "invhouse", ship: "box", end: "house", lost: "note"}
	for i, n := range d.nodes {
		fmt.Fprintf(b, "  n%d [shape=%s, label=%s];\n", i, shapes[n.form], quote(n.lines...))
	}
	for _, a := range d.arrows {
		fmt.Fprintf(b, "  n%d -> n%d [label=%s];\n", a.from, a.to, quote(a.label))
	}
	fmt.Fprintln(b, "}")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write drawing of lot: %w", err)
	}
	return nil
}

// quote makes a string of DOT out of lines. Backslashes are doubled: DOT knows escapes of its own.
func quote(lines ...string) string {
	for i, l := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(chart.Plain(l))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

// The measures of the SVG in pixels, and how many characters of a line are shown.
const (
	boxWidth, boxHeight = 190, 78
	gapWidth, gapHeight = 170, 34
	margin, head        = 20, 50
	longest             = 30
)

// colours by form: of the box and its edge. They differ in lightness as well as in hue.
var colours = map[form][2]string{
	source: {"#fdebd0", "#b9770e"}, ship: {"#eaf2f8", "#2471a3"}, end: {"#d5f5e3", "#1e8449"}, lost: {"#f2f3f4", "#707b7c"},
}

// SVG draws the life of one lot in columns: its source, the ships in the order in which it came to them, its ends. It
// refuses a lot that the graph does not have.
func SVG(w io.Writer, g lots.Graph, lot string, names Names) error {
	d, err := draw(g, lot, names)
	if err != nil {
		return err
	}
	columns, rows := 0, 0
	for _, n := range d.nodes {
		columns, rows = max(columns, n.column+1), max(rows, n.row+1)
	}
	width, height := 2*margin+columns*(boxWidth+gapWidth)-gapWidth, head+margin+rows*(boxHeight+gapHeight)
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">\n", width, height)
	fmt.Fprintf(b, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n<text x=\"%d\" y=\"28\" font-size=\"14\">%s</text>\n", escape(d.title), margin, escape(d.title))
	fmt.Fprintln(b, "<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" orient=\"auto\" markerUnits=\"userSpaceOnUse\"><path d=\"M0 0L8 4L0 8z\" fill=\"#444\"/></marker></defs>")
	for i, a := range d.arrows {
		d.svgArrow(b, i, a)
	}
	for _, n := range d.nodes {
		svgNode(b, n)
	}
	fmt.Fprintln(b, "</svg>")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write drawing of lot: %w", err)
	}
	return nil
}

// corner is the upper left corner of a node.
func corner(n node) (x, y int) {
	return margin + n.column*(boxWidth+gapWidth), head + n.row*(boxHeight+gapHeight)
}

func svgNode(b io.Writer, n node) {
	x, y := corner(n)
	c := colours[n.form]
	fmt.Fprintf(b, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\" fill=\"%s\" stroke=\"%s\"/>\n", x, y, boxWidth, boxHeight, c[0], c[1])
	for i, line := range n.lines {
		if i == 5 {
			break // the box holds five lines
		}
		weight := ""
		if i == 0 {
			weight = " font-weight=\"bold\""
		}
		fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\"%s>%s</text>\n", x+8, y+16+14*i, weight, escape(cut(line)))
	}
}

// svgArrow draws oil's way; arrows that share an end leave and arrive a little apart.
func (d drawing) svgArrow(b io.Writer, i int, a arrow) {
	before := 0
	for _, o := range d.arrows[:i] {
		if o.from == a.from || o.to == a.to {
			before++
		}
	}
	x1, y1 := corner(d.nodes[a.from])
	x2, y2 := corner(d.nodes[a.to])
	if x2 <= x1 { // back to a ship of an earlier column, or of the same: from below to below
		x1, x2, y1, y2 = x1+boxWidth/2, x2+boxWidth/2, y1+boxHeight, y2+boxHeight
		low := max(y1, y2) + gapHeight - 6
		fmt.Fprintf(b, "<path d=\"M%d %dC%d %d %d %d %d %d\" fill=\"none\" stroke=\"#444\" stroke-dasharray=\"5 3\" marker-end=\"url(#tip)\"/>\n",
			x1, y1, x1, low, x2, low, x2, y2)
		svgLabel(b, (x1+x2)/2, low+4, a.label)
		return
	}
	shift := boxHeight/2 + before%4*9 - 12
	x1, y1, y2 = x1+boxWidth, y1+shift, y2+shift
	middle := (x1 + x2) / 2
	fmt.Fprintf(b, "<path d=\"M%d %dC%d %d %d %d %d %d\" fill=\"none\" stroke=\"#444\" marker-end=\"url(#tip)\"/>\n", x1, y1, middle, y1, middle, y2, x2, y2)
	svgLabel(b, x2-gapWidth/2, y2-5, a.label)
}

// svgLabel writes an arrow's label, white round its letters so that lines below do not hide it.
func svgLabel(b io.Writer, x, y int, label string) {
	fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\" font-size=\"9\" text-anchor=\"middle\" paint-order=\"stroke\" stroke=\"#fff\" stroke-width=\"3\">%s</text>\n",
		x, y, escape(label))
}

// cut shortens a line to what a box holds.
func cut(s string) string {
	if utf8.RuneCountInString(s) <= longest {
		return s
	}
	return string([]rune(s)[:longest-1]) + "…"
}

// escape makes text safe in XML.
func escape(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(chart.Plain(s))) // a builder takes every byte
	return b.String()
}
