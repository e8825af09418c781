package picture

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/timeline"
)

// plot is a chart of days in the making.
type plot struct {
	*scene
	rows                  []estimate.Row // within from and to
	from, to              time.Time
	left, top, wide, high float64 // of the field in which the bars stand
	slot                  float64 // width of a day
	most                  float64 // barrels a day at the field's upper edge
	step                  float64 // from line to line
}

const day = 24 * time.Hour

// newPlot picks the rows that are shown.
func newPlot(name string, rows []estimate.Row, from, to time.Time, width, height int) (*plot, error) {
	for i := range rows {
		if i > 0 && !rows[i].Date.After(rows[i-1].Date) {
			return nil, fmt.Errorf("draw %s: %s comes after %s, want days that rise", name, rows[i].Date.Format(time.DateOnly), rows[i-1].Date.Format(time.DateOnly))
		}
	}
	if n := len(rows); n > 0 && from.IsZero() {
		from = rows[0].Date
	}
	if n := len(rows); n > 0 && to.IsZero() {
		to = rows[n-1].Date
	}
	p := &plot{from: from.UTC().Truncate(day), to: to.UTC().Truncate(day)}
	if p.to.Before(p.from) {
		return nil, fmt.Errorf("draw %s: the last day, %s, is before the first, %s", name, p.to.Format(time.DateOnly), p.from.Format(time.DateOnly))
	}
	for _, r := range rows {
		if !r.Date.Before(p.from) && !r.Date.After(p.to) {
			p.rows = append(p.rows, r)
		}
	}
	p.scene = &scene{name: name, width: float64(max(width, 240)), height: float64(max(height, 40))}
	return p, nil
}

// frame leaves room round the field.
func (p *plot) frame(left, top, right, bottom float64) {
	p.left, p.top = left, top
	p.wide, p.high = max(p.width-left-right, 40), max(p.height-top-bottom, 20)
	p.slot = p.wide / float64(p.count())
}

func (p *plot) count() int { return int(p.to.Sub(p.from)/day) + 1 }

// fit chooses the scale: the bars and the band fit, and intervals up to half as high again as their bar.
func (p *plot) fit(most float64) {
	for _, r := range p.rows {
		if shown(r) {
			most = max(most, float64(r.Day.Mean)*1.08, float64(r.Month.P95), math.Min(float64(r.Day.P95), 1.5*float64(r.Day.Mean)))
		}
	}
	p.step = nice(max(most, 1000) / 5)
	p.most = math.Ceil(max(most, 1000)/p.step) * p.step
}

// nice is the least of 1, 2 and 5 times a power of ten that is not below x.
func nice(x float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(x)))
	for _, f := range []float64{1, 2, 5} {
		if f*power >= x {
			return f * power
		}
	}
	return 10 * power
}

// shown tells whether a row has a bar: a blind day has none.
func shown(r estimate.Row) bool { return r.Known && r.Status != estimate.Blind }

// x is the left edge of a moment, y the height of barrels a day; above the field is its upper edge.
func (p *plot) x(t time.Time) float64 {
	return p.left + min(max(t.Sub(p.from).Hours()/24, 0), float64(p.count()))*p.slot
}

func (p *plot) y(barrels float64) float64 {
	return p.top + p.high*(1-min(max(barrels, 0), p.most)/p.most)
}

func (p *plot) grid() {
	var lines path
	for v := p.step; v <= p.most*1.0001; v += p.step {
		lines.move(p.left, p.y(v))
		lines.line(p.left+p.wide, p.y(v))
	}
	p.draw(inkGrid, lines)
	for v := 0.0; v <= p.most*1.0001; v += p.step {
		p.say(inkTick, p.left-7, p.y(v)+4, atEnd, fmt.Sprintf("%g", math.Round(v/100)/1e4))
	}
	p.draw(inkAxis, path{{verb: 'M', to: [3][2]float64{{p.left, p.y(0)}}}, {verb: 'L', to: [3][2]float64{{p.left + p.wide, p.y(0)}}}})
}

// outages shades the times in which a source delivered too little, each with a strip under the axis that names it.
func (p *plot) outages(events []event.Event) {
	for _, e := range events {
		end := p.to.Add(day)
		if e.End != nil {
			end = *e.End
		}
		if e.Kind != event.Outage || e.Status == event.Retracted || !e.Start.Before(p.to.Add(day)) || !end.After(p.from) {
			continue
		}
		source := "a source"
		if d, ok := e.Details.(event.OutageDetails); ok && d.Source != "" {
			source = d.Source
		}
		from, to := p.x(e.Start), p.x(end)
		var field path
		field.rect(from, p.top, max(to-from, 1), p.high+6)
		p.titled(inkOutage, field, "/event/"+e.ID, fmt.Sprintf("Outage of %s, %s", source, export.Span(e.Start, e.End)))
	}
}

// unobserved calls do for each run of days without a bar, within the days between the first row and the last.
func (p *plot) unobserved(do func(from, to time.Time)) {
	if len(p.rows) == 0 {
		return
	}
	next := p.rows[0].Date
	var began time.Time
	for _, r := range p.rows {
		if began.IsZero() && (r.Date.After(next) || !shown(r)) {
			began = next
		}
		if shown(r) && !began.IsZero() {
			do(began, r.Date)
			began = time.Time{}
		}
		next = r.Date.Add(day)
	}
	if !began.IsZero() {
		do(began, next)
	}
}

// blind hatches the days that were not observed, over the whole height: there is nothing known there, and not zero.
func (p *plot) blind(named bool) {
	var field path
	p.unobserved(func(from, to time.Time) { field.rect(p.x(from), p.top, p.x(to)-p.x(from), p.high) })
	p.draw(inkBlind, field)
	p.unobserved(func(from, to time.Time) {
		if width := p.x(to) - p.x(from); named && width > 84 {
			p.say(inkFaint, p.x(from)+width/2, p.top+16, atMiddle, "not observed")
		}
	})
}

// bars draws each part of all days, and over provisional days a hatching.
func (p *plot) bars() {
	inset := p.slot * 0.14
	if p.slot < 3 {
		inset = 0
	}
	parts := Parts()
	stacks := make([]path, len(parts))
	var provisional path
	for _, r := range p.rows {
		if !shown(r) {
			continue
		}
		sum := 0.0
		for i, part := range parts {
			v := float64(part.Of(r))
			if v > 0 {
				stacks[i].rect(p.x(r.Date)+inset, p.y(sum+v), p.slot-2*inset, p.y(sum)-p.y(sum+v))
			}
			sum += max(v, 0)
		}
		if r.Status == estimate.Provisional && sum > 0 {
			provisional.rect(p.x(r.Date)+inset, p.y(sum), p.slot-2*inset, p.y(0)-p.y(sum))
		}
	}
	for i, part := range parts {
		p.draw(ink(part.Name), stacks[i])
	}
	p.draw(inkProvisional, provisional)
}

// intervals draws each day's 90 % interval where there is room for it; one that goes on above the field has an arrow.
func (p *plot) intervals() {
	if p.slot < 6 {
		return
	}
	var lines path
	for _, r := range p.rows {
		if !shown(r) {
			continue
		}
		x := p.x(r.Date) + p.slot/2
		lines.move(x, p.y(float64(r.Day.P05)))
		lines.line(x, p.y(float64(r.Day.P95)))
		if float64(r.Day.P95) > p.most {
			lines.move(x-2.5, p.top+4)
			lines.line(x, p.top)
			lines.line(x+2.5, p.top+4)
		}
	}
	p.draw(inkInterval, lines)
}

// leastWindow is the shortest running mean that is drawn, in days: those of the first week are hardly means.
const leastWindow = 7

// runs calls do for each run of days that follow each other and have a running mean.
func (p *plot) runs(do func([]estimate.Row)) {
	begin := 0
	for i := 0; i <= len(p.rows); i++ {
		ends := i == len(p.rows) || !shown(p.rows[i]) || p.rows[i].WindowDays < leastWindow
		if ends || i > begin && p.rows[i].Date.Sub(p.rows[i-1].Date) != day {
			if i-begin > 1 {
				do(p.rows[begin:i])
			}
			begin = i
			if ends {
				begin = i + 1
			}
		}
	}
}

func (p *plot) band() {
	p.runs(func(run []estimate.Row) {
		var around []float64
		for _, r := range run {
			around = append(around, p.x(r.Date)+p.slot/2, p.y(float64(r.Month.P95)))
		}
		for _, r := range slices.Backward(run) {
			around = append(around, p.x(r.Date)+p.slot/2, p.y(float64(r.Month.P05)))
		}
		var band path
		band.polygon(around...)
		p.draw(inkBand, band)
	})
}

// mean draws the running mean, in pieces where it is not known.
func (p *plot) mean() {
	var line path
	p.runs(func(run []estimate.Row) {
		for i, r := range run {
			x, y := p.x(r.Date)+p.slot/2, p.y(float64(r.Month.Mean))
			if i == 0 {
				line.move(x, y)
			} else {
				line.line(x, y)
			}
		}
	})
	p.draw(inkMeanRim, line)
	p.draw(inkMean, line)
}

// figures draws what others published as boxes over their days, from low to high.
func (p *plot) figures(all []published.Figure) {
	for _, f := range all {
		from, to := p.x(f.Span.From), p.x(f.Span.To.Add(day))
		if to <= from || len(p.rows) > 0 && f.Basis != p.rows[0].Basis {
			continue
		}
		var box path
		if f.High-f.Low < p.most/200 {
			box.move(from, p.y(f.Middle()))
			box.line(to, p.y(f.Middle()))
		} else {
			box.rect(from, p.y(f.High), to-from, p.y(f.Low)-p.y(f.High))
		}
		p.titled(inkFigure, box, "", fmt.Sprintf("Published by %s for %s: %s to %s b/d", f.Source, f.Period, thousands(f.Low), thousands(f.High)))
	}
}

// overlays draws series of the user's own, each between its least and its greatest value, which stand at the right.
func (p *plot) overlays(all []timeline.Overlay) {
	for i, o := range all[:min(len(all), 2)] {
		var line path
		least, greatest := math.Inf(1), math.Inf(-1)
		var in []timeline.Value
		for _, v := range o.Values {
			if !v.Date.Before(p.from) && !v.Date.After(p.to) && !math.IsNaN(v.Value) && !math.IsInf(v.Value, 0) {
				in = append(in, v)
				least, greatest = min(least, v.Value), max(greatest, v.Value)
			}
		}
		if len(in) < 2 || greatest <= least {
			continue
		}
		for k, v := range in {
			x, y := p.x(v.Date.Time)+p.slot/2, p.top+p.high*(1-(v.Value-least)/(greatest-least)*0.94-0.03)
			if k == 0 {
				line.move(x, y)
			} else {
				line.line(x, y)
			}
		}
		p.titled([]ink{inkOverlay, inkOverlay2}[i], line, "", o.Name)
		x := p.left + p.wide + 6 + 46*float64(i)
		p.say(inkTick, x, p.top+p.high*0.03+4, atStart, fmt.Sprintf("%.4g", greatest))
		p.say(inkTick, x, p.top+p.high*0.97+4, atStart, fmt.Sprintf("%.4g", least))
	}
}

// notes draws a line at the beginning of each noted day, with a flag that says what became of the trade since.
func (p *plot) notes(all []halt.Change) {
	for _, n := range all {
		date := n.Date.UTC()
		if date.Before(p.from) || date.After(p.to) {
			continue
		}
		x := p.x(date)
		flag := path{{verb: 'M', to: [3][2]float64{{x, p.top}}}, {verb: 'L', to: [3][2]float64{{x, p.top + p.high}}}}
		title := fmt.Sprintf("%s: %s. Since then: %s", date.Format(time.DateOnly), n.Text, n.Word)
		if n.Days > 0 && n.Before > 0 {
			title += fmt.Sprintf(", × %.2f (%.2f to %.2f) in %d days", n.P50, n.P05, n.P95, n.Days)
		}
		p.titled(inkNote, flag, "", title)
		p.elements = append(p.elements, element{ink: inkFlag, path: shape(func(q *path) { q.polygon(x-4.5, p.top-8, x+4.5, p.top-8, x, p.top-0.5) }), title: title})
	}
}

// dates writes the days under the axis, months where days do not fit.
func (p *plot) dates() {
	base := p.top + p.high
	last := math.Inf(-1)
	monthly := p.slot*float64(p.count()) > 0 && p.count() > 120
	var ticks path
	for t := p.from; !t.After(p.to); t = t.Add(day) {
		x, text := p.x(t)+p.slot/2, t.Format("2 Jan")
		wanted := t.Weekday() == time.Monday || p.count() <= 14
		if monthly {
			x, text, wanted = p.x(t), t.Format("Jan 2006"), t.Day() == 1
		}
		if !wanted || x-last < 58 || x > p.left+p.wide-18 {
			continue
		}
		last = x
		ticks.move(x, base)
		ticks.line(x, base+5)
		p.say(inkTick, x, base+18, atMiddle, text)
	}
	p.draw(inkAxis, ticks)
}

// leastColumn is the width in pixels from which a day has a column of its own; in longer charts a week has.
const leastColumn = 4.0

// days lays a clear column over each day that says its figures and is its link; where days are too narrow to be hit, over
// each ISO week, which leads to its report.
func (p *plot) days() {
	if len(p.rows) == 0 {
		return
	}
	first, last := p.rows[0].Date.UTC(), p.rows[len(p.rows)-1].Date.UTC()
	if p.slot < leastColumn {
		p.weeks(first, last)
		return
	}
	i := 0
	for t := first; !t.After(last); t = t.Add(day) {
		r, known := p.rows[i], p.rows[i].Date.Equal(t)
		if known {
			i++
		}
		var column path
		column.rect(p.x(t), p.top, p.slot, p.high)
		p.titled(inkDay, column, "/day/"+t.Format(time.DateOnly), dayTitle(t, r, known))
	}
}

func (p *plot) weeks(first, last time.Time) {
	for from := first; !from.After(last); {
		to := from.AddDate(0, 0, (7-int(from.Weekday()))%7) // Sunday
		if to.After(last) {
			to = last
		}
		sum, n := 0.0, 0
		for _, r := range p.rows {
			if shown(r) && !r.Date.Before(from) && !r.Date.After(to) {
				sum, n = sum+float64(r.Day.Mean), n+1
			}
		}
		title := fmt.Sprintf("%s to %s: ", from.Format("2 Jan"), to.Format("2 Jan 2006"))
		if n > 0 {
			title += fmt.Sprintf("%s b/d; ", thousands(sum/float64(n)))
		}
		title += fmt.Sprintf("%d of %d days observed", n, int(to.Sub(from)/day)+1)
		var column path
		column.rect(p.x(from), p.top, p.x(to.Add(day))-p.x(from), p.high)
		year, week := from.ISOWeek()
		p.titled(inkDay, column, fmt.Sprintf("/report/%d-W%02d", year, week), title)
		from = to.Add(day)
	}
}

// dayTitle tells a day in a line.
func dayTitle(t time.Time, r estimate.Row, ok bool) string {
	date := t.Format("Mon 2 Jan 2006")
	switch {
	case !ok:
		return date + ": not observed"
	case !r.Known:
		return date + ": not observed; there is no number"
	case r.Status == estimate.Blind:
		return date + ": not observed (blind); what is known of other days allows no bar here"
	}
	title := fmt.Sprintf("%s: %s b/d, 90 %% between %s and %s;", date, export.Thousands(int64(r.Day.Mean)), export.Thousands(int64(r.Day.P05)), export.Thousands(int64(r.Day.P95)))
	for i, part := range Parts() {
		title += fmt.Sprintf("%s %s %s", map[bool]string{true: ","}[i > 0], part.Name, export.Thousands(int64(part.Of(r))))
	}
	return title + "; " + string(r.Status)
}

// legend explains above the field and below it.
func (p *plot) legend(b Barometer) {
	units := "million barrels a day · days in UTC"
	for i, o := range b.Overlays[:min(len(b.Overlays), 2)] {
		name := []rune(o.Name)
		if len(name) > 24 {
			name = append(name[:23], '…')
		}
		units += fmt.Sprintf(" · %s: %s", [2]string{"dashed", "dotted"}[i], string(name))
	}
	p.say(inkFaint, p.left, p.height-8, atStart, units)
	p.say(inkFaint, p.width-8, p.height-8, atEnd, "hatched: provisional, will still move")
	x, y := p.left, 14.0
	swatch := func(i ink, width float64, text string) {
		var box path
		box.rect(x, y-9, 12, 10)
		p.draw(i, box)
		p.say(inkTick, x+17, y, atStart, text)
		x += width
	}
	for _, part := range Parts() {
		swatch(ink(part.Name), 32+6.7*float64(len(part.Name)), part.Name)
	}
	line := path{{verb: 'M', to: [3][2]float64{{x, y - 4}}}, {verb: 'L', to: [3][2]float64{{x + 16, y - 4}}}}
	var band path
	band.rect(x, y-9, 16, 10)
	p.draw(inkBand, band)
	p.draw(inkMean, line)
	p.say(inkTick, x+21, y, atStart, "28-day mean, 90 % interval")
	x += 196
	if n := len(p.elements); n > 0 && p.uses(inkBlind) {
		swatch(inkBlind, 98, "not observed")
	}
	if p.uses(inkOutage) {
		swatch(inkOutage, 62, "outage")
	}
	if p.uses(inkFigure) {
		swatch(inkFigure, 76, "published")
	}
}

func (p *plot) uses(i ink) bool {
	return slices.ContainsFunc(p.elements, func(e element) bool { return e.ink == i })
}

func thousands(barrels float64) string { return export.Thousands(int64(math.Round(barrels))) }
