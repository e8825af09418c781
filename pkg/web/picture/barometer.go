package picture

import (
	"cmp"
	"fmt"
	"io"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/timeline"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Barometer is the chart of the daily estimate: what is drawn, and how large.
type Barometer struct {
	Rows     []estimate.Row // of one basis, by date; a date without a row is not observed
	From, To time.Time      // the first and the last day shown; zero for those of the rows
	Outages  []event.Event  // shaded; events of other kinds are left out
	Notes    []halt.Change  // marked on their day
	Figures  []published.Figure
	Overlays []timeline.Overlay // the first two are drawn, each to a scale of its own
	// Width and Height are pixels; 960 by 340 where they are zero. Less than 240 by 120 is taken as that.
	Width, Height int
	Synthetic     bool // says so across the chart
}

// Part is a part of a day's mean.
type Part struct {
	Name   string // and the class of its bars
	Colour string // on a light ground
	Means  string
	Of     func(estimate.Row) vessel.Barrels
}

// Parts are the parts of a day's mean, the surest first. They sum to the mean.
func Parts() []Part {
	return []Part{
		{string(inkSeen), inks[inkSeen].fill[Light], "loading at a terminal was watched", func(r estimate.Row) vessel.Barrels { return r.Seen }},
		{string(inkInferred), inks[inkInferred].fill[Light], "hidden, and inferred from what surrounds it", func(r estimate.Row) vessel.Barrels { return r.Inferred }},
		{string(inkPending), inks[inkPending].fill[Light], "will probably still become known", func(r estimate.Row) vessel.Barrels { return r.Pending }},
		{string(inkUnobserved), inks[inkUnobserved].fill[Light], "will never be found; from the share that is", func(r estimate.Row) vessel.Barrels { return r.Unobserved }},
	}
}

// SVG writes the chart. Inline, each day is a link to /day/DATE. Rows whose days do not rise are an error.
func (b Barometer) SVG(w io.Writer, look Look) error {
	s, err := b.scene()
	if err != nil {
		return err
	}
	return s.svg(w, look)
}

func (b Barometer) scene() (*scene, error) {
	p, err := newPlot("barometer", b.Rows, b.From, b.To, cmp.Or(b.Width, 960), max(cmp.Or(b.Height, 340), 120))
	if err != nil {
		return nil, err
	}
	p.label = fmt.Sprintf("Barrels a day, %s to %s, UTC days: stacked bars of what was seen, inferred, pending and unobserved, and the mean of 28 days with its 90 %% interval", p.from.Format(time.DateOnly), p.to.Format(time.DateOnly))
	p.frame(56, 26, 14+46*float64(min(len(b.Overlays), 2)), 46)
	p.fit(b.highest())
	p.grid()
	p.outages(b.Outages)
	p.blind(true)
	p.band()
	p.bars()
	p.intervals()
	p.mean()
	p.figures(b.Figures)
	p.overlays(b.Overlays)
	p.notes(b.Notes)
	p.dates()
	p.days()
	p.legend(b)
	if b.Synthetic {
		p.say(inkStamp, p.left+p.wide/2, p.top+p.high*0.62, atMiddle, "SYNTHETIC")
	}
	return p.scene, nil
}

// highest is what else than rows must fit the scale.
func (b Barometer) highest() float64 {
	top := 0.0
	for _, f := range b.Figures {
		top = max(top, f.High)
	}
	return top
}

// TimeBar is a small barometer under the map: the days, and the span that is looked at.
type TimeBar struct {
	Rows          []estimate.Row
	From, To      time.Time // the first and the last day shown; zero for those of the rows
	Begin, End    time.Time // the span that is looked at; zero for all
	Outages       []event.Event
	Width, Height int // 960 by 72 where they are zero
}

// SVG writes the bar. Inline, each day is a link to /day/DATE.
func (t TimeBar) SVG(w io.Writer, look Look) error {
	s, err := t.scene()
	if err != nil {
		return err
	}
	return s.svg(w, look)
}

func (t TimeBar) scene() (*scene, error) {
	width, height := t.Width, t.Height
	if width == 0 {
		width = 960
	}
	if height == 0 {
		height = 72
	}
	p, err := newPlot("timebar", t.Rows, t.From, t.To, width, height)
	if err != nil {
		return nil, err
	}
	p.label = fmt.Sprintf("Time bar, %s to %s, UTC", p.from.Format(time.DateOnly), p.to.Format(time.DateOnly))
	p.frame(8, 4, 8, 22)
	p.fit(0)
	p.outages(t.Outages)
	p.blind(false)
	p.bars()
	p.brush(t.Begin, t.End)
	p.draw(inkAxis, path{{verb: 'M', to: [3][2]float64{{p.left, p.y(0)}}}, {verb: 'L', to: [3][2]float64{{p.left + p.wide, p.y(0)}}}})
	p.dates()
	p.days()
	return p.scene, nil
}

// brush marks the span that is looked at with its two edges.
func (p *plot) brush(begin, end time.Time) {
	if begin.IsZero() && end.IsZero() {
		return
	}
	from, to := p.left, p.left+p.wide
	if !begin.IsZero() {
		from = p.x(begin)
	}
	if !end.IsZero() {
		to = p.x(end)
	}
	var field, edges path
	field.rect(from, p.top, max(to-from, 1), p.high)
	for _, x := range []float64{from, max(to, from+1)} {
		edges.move(x, p.top)
		edges.line(x, p.top+p.high)
	}
	p.draw(inkBrush, field)
	p.draw(inkNow, edges)
}
