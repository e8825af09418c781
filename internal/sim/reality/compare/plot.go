package compare

import (
	"bytes"
	"fmt"
	"image/color"
	"io"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/darkwake/darkwake/internal/sim/reality"
)

// Drawing is one plot as SVG.
type Drawing struct {
	File  string // name without folder
	Title string
	SVG   []byte
}

// curve turns a histogram into the points of a line. Shares are of all its values.
type curve func(f *reality.Figures, h *reality.Histogram) plotter.XYs

// sheet says what a drawing shows.
type sheet struct {
	file, title  string
	x, y         string
	keys         []string // histograms, the first that a feed has is drawn
	recordings   []string
	least        int64 // fewer values are no distribution
	draw         curve
	logX, logY   bool
	names        corner
	fromX, tillX float64
}

var sheets = []sheet{
	{file: "intervals.svg", title: "Between position reports of one ship of class A under 14 kn", x: "seconds", y: "share of intervals",
		keys: []string{"interval.under_14"}, recordings: []string{"aislib"}, least: 50, draw: shares, fromX: 0, tillX: 45},
	{file: "silences.svg", title: "Times without a reception of a ship", x: "longer than, minutes", y: "times per ship and day",
		keys: []string{"silence"}, recordings: []string{"gpsdio-segment", "hormuz-aisstream"}, least: 100, draw: survival, logX: true, logY: true, names: bottomLeft, fromX: 1, tillX: 10_000},
	{file: "speeds.svg", title: "Speed of ships of class A under way", x: "knots", y: "share of reports",
		keys: []string{"sog"}, recordings: []string{"aislib", "noaadata", "go-ais bits", "gpsd"}, least: 200, draw: shares, fromX: 0, tillX: 30},
	{file: "spacing.svg", title: "Distance to the nearest ship at anchor", x: "metres", y: "share of ships nearer",
		keys: []string{"spacing.anchored"}, recordings: []string{"aislib", "noaadata", "hormuz-aisstream"}, least: 6, draw: cumulated, logX: true, names: topLeft, fromX: 100, tillX: 20_000},
	{file: "rest.svg", title: "Distance between two positions of a ship at rest, 15 s apart at most", x: "metres", y: "share of pairs nearer",
		keys: []string{"rest.step"}, recordings: []string{"aislib", "gpsdio-segment"}, least: 50, draw: cumulated, logX: true, names: topLeft, fromX: 0.05, tillX: 30},
}

// corner is where the names of the lines stand: where no line is.
type corner uint8

const (
	topRight corner = iota
	topLeft
	bottomLeft
)

// margin is left round a drawing for the last label of an axis, in points.
const margin = 8

// typeSheet is the drawing of messages by type.
const typeSheet = "types.svg"

// inks are the colours of the feeds, the simulated one first: dark blue, then hues that stay apart in grey.
var inks = []color.Color{
	color.RGBA{16, 60, 140, 255}, color.RGBA{214, 96, 20, 255}, color.RGBA{60, 150, 70, 255}, color.RGBA{150, 150, 150, 255}, color.RGBA{170, 70, 160, 255},
}

// Draw makes all drawings.
func Draw(simulated *reality.Figures, recorded []*reality.Figures) ([]Drawing, error) {
	var out []Drawing
	for _, s := range sheets {
		p := newPlot(s.title, s.x, s.y)
		for i, f := range s.feeds(simulated, recorded) {
			if err := s.line(p, f, i); err != nil {
				return nil, fmt.Errorf("draw %s: %w", s.file, err)
			}
		}
		s.scale(p)
		d, err := render(s.file, p)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	bars, err := drawTypes(simulated, recorded)
	return append(out, bars), err
}

// newPlot sets what all drawings share.
func newPlot(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.TextStyle.Font.Size, p.Title.Padding = 11, 6
	// Names stand to the right of their line, so that a reader's wider font leaves the line alone.
	p.Legend.Top, p.Legend.Left, p.Legend.XOffs, p.Legend.Padding = true, true, 8.5*vg.Centimeter, 2
	p.BackgroundColor = color.White
	grid := plotter.NewGrid()
	grid.Horizontal.Color, grid.Vertical.Color = color.Gray{225}, color.Gray{225}
	p.Add(grid)
	return p
}

func (s *sheet) scale(p *plot.Plot) {
	p.X.Min, p.X.Max = s.fromX, s.tillX // lines have widened it
	p.Legend.Top = s.names != bottomLeft
	if s.names != topRight {
		p.Legend.XOffs = margin
	}
	if s.logX {
		p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, decades{}
	}
	if !s.logY {
		p.Y.Min = 0
	} else {
		if p.Y.Min > p.Y.Max { // no line at all
			p.Y.Min, p.Y.Max = 0.1, 10
		}
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, decades{}
	}
}

// decades marks powers of ten and the steps between, without the library's exponents.
type decades struct{}

// Ticks implements plot.Ticker.
func (decades) Ticks(low, high float64) []plot.Tick {
	var out []plot.Tick
	for _, power := range []float64{1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000, 10_000, 100_000} {
		for step := 1.0; step < 10; step++ {
			if v := power * step; v >= low*0.999 && v <= high*1.001 {
				tick := plot.Tick{Value: v}
				if step == 1 {
					tick.Label = fmt.Sprintf("%g", v)
				}
				out = append(out, tick)
			}
		}
	}
	return out
}

// feeds are the simulated figures and the sheet's recordings, in their order.
func (s *sheet) feeds(simulated *reality.Figures, recorded []*reality.Figures) []*reality.Figures {
	out := []*reality.Figures{simulated}
	for _, name := range s.recordings {
		if i := slices.IndexFunc(recorded, func(f *reality.Figures) bool { return f.Name == name }); i >= 0 {
			out = append(out, recorded[i])
		}
	}
	return out
}

func (s *sheet) line(p *plot.Plot, f *reality.Figures, ink int) error {
	var h *reality.Histogram
	for _, key := range s.keys {
		if found := f.Histogram(key); found != nil && h == nil {
			h = found
		}
	}
	if h == nil || h.N() < s.least {
		return nil
	}
	points := slices.DeleteFunc(s.draw(f, h), func(p plotter.XY) bool { return p.X < s.fromX || p.X > s.tillX || s.logY && p.Y <= 0 })
	if len(points) < 2 {
		return nil
	}
	line, err := plotter.NewLine(points)
	if err != nil {
		return err
	}
	line.Color, line.Width = inks[ink%len(inks)], vg.Points(1.2)
	if ink == 0 {
		line.Width = vg.Points(2)
	}
	p.Add(line)
	p.Legend.Add(fmt.Sprintf("%s (n = %s)", f.Name, grouped(h.N())), line)
	return nil
}

// shares is a histogram's outline, of bins that are all equally wide.
func shares(_ *reality.Figures, h *reality.Histogram) plotter.XYs {
	n := float64(max(1, h.N()))
	var out plotter.XYs
	for i, c := range h.Counts {
		out = append(out, plotter.XY{X: h.Middle(i), Y: float64(c) / n})
	}
	return out
}

// cumulated is the share of values below each edge.
func cumulated(_ *reality.Figures, h *reality.Histogram) plotter.XYs {
	n, sum := float64(max(1, h.N())), int64(0)
	var out plotter.XYs
	for i := 0; i+1 < len(h.Edges); i++ {
		sum += h.Counts[i]
		out = append(out, plotter.XY{X: h.Edges[i+1], Y: float64(sum) / n})
	}
	return out
}

// survival is the number of values above each edge, per ship and day.
func survival(f *reality.Figures, h *reality.Histogram) plotter.XYs {
	days, ok := f.Find("silence.ship_days")
	if !ok || days.Value <= 0 {
		return nil
	}
	left := h.N()
	var out plotter.XYs
	for i, edge := range h.Edges {
		if left == 0 {
			break
		}
		out = append(out, plotter.XY{X: edge, Y: float64(left) / days.Value})
		left -= h.Counts[i]
	}
	return out
}

// drawTypes sets the shares of the message types side by side, types nobody sends left out.
func drawTypes(simulated *reality.Figures, recorded []*reality.Figures) (Drawing, error) {
	p := newPlot("Messages by type, copies left out", "message type", "share of messages")
	s := sheet{recordings: []string{"aislib", "noaadata", "go-ais feed"}}
	feeds := s.feeds(simulated, recorded)
	var names []string
	var kinds []int
	for kind := 1; kind <= 27; kind++ {
		if slices.ContainsFunc(feeds, func(f *reality.Figures) bool { v, _ := f.Find(reality.TypeKey(kind)); return v.Value >= 0.002 }) {
			kinds, names = append(kinds, kind), append(names, fmt.Sprint(kind))
		}
	}
	if len(kinds) == 0 {
		return render(typeSheet, p)
	}
	width := vg.Points(6)
	for i, f := range feeds {
		values := make(plotter.Values, len(kinds))
		for j, kind := range kinds {
			v, _ := f.Find(reality.TypeKey(kind))
			values[j] = v.Value
		}
		bars, err := plotter.NewBarChart(values, width)
		if err != nil {
			return Drawing{}, fmt.Errorf("draw %s: %w", typeSheet, err)
		}
		bars.Color, bars.LineStyle.Width = inks[i], 0
		bars.Offset = vg.Length(float64(i)-float64(len(feeds)-1)/2) * width
		p.Add(bars)
		p.Legend.Add(f.Name, bars)
	}
	p.NominalX(names...)
	p.Y.Min = 0
	return render(typeSheet, p)
}

// render draws on a sheet of 18 by 9 cm.
func render(file string, p *plot.Plot) (Drawing, error) {
	c := vgsvg.New(18*vg.Centimeter, 9*vg.Centimeter)
	p.Draw(draw.Crop(draw.New(c), margin, -margin, margin, -margin))
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return Drawing{}, fmt.Errorf("draw %s: %w", file, err)
	}
	return Drawing{File: file, Title: p.Title.Text, SVG: b.Bytes()}, nil
}

// WriteTo implements io.WriterTo.
func (d Drawing) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(d.SVG)
	return int64(n), err
}
