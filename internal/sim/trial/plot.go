package trial

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/darkwake/darkwake/internal/sim/score"
)

// The size of a picture of two panels.
const (
	pictureWidth  = 9 * vg.Inch
	pictureHeight = 4.2 * vg.Inch
)

// Colours that the colour-blind can tell apart (Okabe & Ito 2008).
var (
	blue   = color.RGBA{0, 114, 178, 255}
	orange = color.RGBA{213, 94, 0, 255}
	green  = color.RGBA{0, 158, 115, 255}
	grey   = color.Gray{160}
)

// Picture draws a pool as SVG: on the left how often what was said with some probability came true, on the right the
// 28-day mean that each run ended with against the truth. The same pool gives the same bytes.
func Picture(w io.Writer, p *score.Pool) error {
	left, err := diagram(p.Sum)
	if err != nil {
		return fmt.Errorf("draw reliability: %w", err)
	}
	right, err := months(p.Runs())
	if err != nil {
		return fmt.Errorf("draw barrels: %w", err)
	}
	canvas := vgsvg.New(pictureWidth, pictureHeight)
	page := draw.New(canvas)
	page.SetColor(color.White)
	page.Fill(page.Rectangle.Path())
	tiles := draw.Tiles{Rows: 1, Cols: 2, PadX: vg.Points(18), PadTop: vg.Points(6), PadBottom: vg.Points(6), PadLeft: vg.Points(6), PadRight: vg.Points(10)}
	left.Draw(tiles.At(page, 0, 0))
	right.Draw(tiles.At(page, 1, 0))
	if _, err := canvas.WriteTo(w); err != nil {
		return fmt.Errorf("write picture: %w", err)
	}
	return nil
}

// axes is an empty panel with the same range on both axes and the line on which what is said is true.
func axes(title, x, y string, most float64) (*plot.Plot, error) {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.Title.Padding = vg.Points(6)
	for _, style := range []*text.Style{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label, &p.Legend.TextStyle} {
		style.Font.Variant = "Sans"
	}
	p.Title.TextStyle.Font.Size, p.Legend.TextStyle.Font.Size = vg.Points(11), vg.Points(9)
	p.Legend.Padding, p.Legend.YOffs, p.Legend.XOffs = vg.Points(3), vg.Points(6), vg.Points(-6)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, most, 0, most
	diagonal, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: most, Y: most}})
	if err != nil {
		return nil, err
	}
	diagonal.Color, diagonal.Dashes = grey, []vg.Length{vg.Points(3), vg.Points(3)}
	p.Add(diagonal)
	return p, nil
}

// points are places with a range in y.
type points struct {
	plotter.XYs
	plotter.YErrors
}

func (s *points) add(x, y, low, high float64) {
	s.XYs = append(s.XYs, plotter.XY{X: x, Y: y})
	s.YErrors = append(s.YErrors, struct{ Low, High float64 }{y - low, high - y})
}

// draw adds points with their ranges to a panel.
func (s *points) draw(p *plot.Plot, name string, c color.Color, shape draw.GlyphDrawer) error {
	if len(s.XYs) == 0 {
		return nil
	}
	bars, err := plotter.NewYErrorBars(s)
	if err != nil {
		return err
	}
	bars.Color, bars.CapWidth = c, vg.Points(3)
	dots, err := plotter.NewScatter(s.XYs)
	if err != nil {
		return err
	}
	dots.GlyphStyle = draw.GlyphStyle{Color: c, Radius: vg.Points(3), Shape: shape}
	p.Add(bars, dots)
	if name != "" {
		p.Legend.Add(name+"  ", dots)
	}
	return nil
}

// diagram draws the reliability tables of all kinds, with 90 % Wilson intervals of the shares.
func diagram(r score.Report) (*plot.Plot, error) {
	p, err := axes("What was said, and how often it was so", "mean probability said", "share that came true", 1)
	if err != nil {
		return nil, err
	}
	for _, k := range []struct {
		name  string
		kind  score.Kind
		color color.Color
		shape draw.GlyphDrawer
	}{{"gap: switched off", r.Gaps, blue, draw.CircleGlyph{}}, {"rendezvous: cargo", r.Rendezvous, green, draw.SquareGlyph{}}, {"lift", r.Lifts, orange, draw.PyramidGlyph{}}} {
		var s points
		for _, b := range k.kind.Calibration.Bins {
			low, high := wilson(b.Right, b.Claims)
			s.add(b.P, b.Right, low, high)
		}
		if err := s.draw(p, k.name, k.color, k.shape); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// wilson is the 90 % interval of a share of n (Wilson 1927).
func wilson(share float64, n int) (low, high float64) {
	const z = 1.6449
	m := float64(n)
	middle := (share + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(share*(1-share)/m+z*z/(4*m*m))
	return max(0, min(share, middle-half)), min(1, max(share, middle+half))
}

// months draws the 28-day mean that each run ended with, in millions a day.
func months(runs []score.Report) (*plot.Plot, error) {
	var now, final points
	most := 0.5
	add := func(s *points, w *score.Window) {
		if w != nil {
			s.add(w.True/1e6, w.Estimate/1e6, w.P05/1e6, w.P95/1e6)
			most = max(most, w.True/1e6, w.P95/1e6)
		}
	}
	for _, r := range runs {
		add(&now, r.Barrels.Last)
		add(&final, r.Barrels.Final)
	}
	p, err := axes("Mean of 28 days, million barrels a day", "truth", "estimate, 90 % interval", 1.05*most)
	if err != nil {
		return nil, err
	}
	if err := now.draw(p, "to the last day", orange, draw.CircleGlyph{}); err != nil {
		return nil, err
	}
	return p, final.draw(p, "to the last final day", blue, draw.SquareGlyph{})
}
