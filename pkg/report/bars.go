package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// part is a part of a day's mean, the surest first. Colours go from dark to light as sureness does, so that they can be told
// apart in grey as well.
type part struct {
	Name, Colour, Means string
	of                  func(estimate.Row) vessel.Barrels
}

func parts() []part {
	return []part{
		{"seen", "#0b3d6b", "loading at a terminal was watched", func(r estimate.Row) vessel.Barrels { return r.Seen }},
		{"inferred", "#3f87c4", "hidden, and inferred from what surrounds it", func(r estimate.Row) vessel.Barrels { return r.Inferred }},
		{"pending", "#a3c9e6", "will probably still become known", func(r estimate.Row) vessel.Barrels { return r.Pending }},
		{"unobserved", "#dfe3e8", "will never be found; from the share that is", func(r estimate.Row) vessel.Barrels { return r.Unobserved }},
	}
}

// The size of the chart in its own units.
const (
	barsWidth, barsHeight = 720.0, 214.0
	barsLeft, barsRight   = 40.0, 6.0
	barsTop, barsBottom   = 10.0, 36.0
)

// bars draws days as stacked bars with their 90 % intervals and the running 28-day mean. A blind day is hatched; a
// day without a number is a gap, never zero. Nothing in it is text from outside.
func bars(rows []estimate.Row) string {
	if len(rows) == 0 {
		return ""
	}
	top := 0.0
	for _, r := range rows {
		if r.Known {
			top = max(top, float64(r.Day.Mean)*1.08, float64(r.Month.P95), math.Min(float64(r.Day.P95), 2.2*float64(r.Day.Mean)))
		}
	}
	step := nice(max(top, 1000) / 4)
	top = math.Ceil(max(top, 1000)/step) * step
	p := plot{rows: rows, top: top, slot: (barsWidth - barsLeft - barsRight) / float64(len(rows))}
	p.f(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %g %g" role="img" aria-label="Barrels a day, stacked by part, with 90 %% intervals">`, barsWidth, barsHeight)
	p.f(`<defs><pattern id="blind" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="5" height="5" fill="#fff"/><path d="M0 0v5" stroke="#9aa3ad" stroke-width="2"/></pattern></defs>`)
	p.grid(step)
	p.mean(true)
	for i := range rows {
		p.day(i)
	}
	p.mean(false)
	p.f(`</svg>`)
	return p.b.String()
}

// plot is a chart in the making.
type plot struct {
	b    strings.Builder
	rows []estimate.Row
	top  float64
	slot float64
}

func (p *plot) f(format string, args ...any) { fmt.Fprintf(&p.b, format+"\n", args...) }

func (p *plot) y(barrels float64) float64 {
	return round(barsTop + (barsHeight-barsTop-barsBottom)*(1-math.Min(barrels, p.top)/p.top))
}

func (p *plot) x(i int) float64 { return barsLeft + p.slot*float64(i) }

func (p *plot) grid(step float64) {
	for v := 0.0; v <= p.top+1; v += step {
		label := fmt.Sprintf("%g M", math.Round(v/1e4)/100)
		if p.top < 1e6 {
			label = fmt.Sprintf("%g k", math.Round(v/1e3))
		}
		p.f(`<path d="M%g %gH%g" stroke="#d5dae0" stroke-width="%g"/><text x="%g" y="%g" text-anchor="end" class="tick">%s</text>`,
			barsLeft, p.y(v), barsWidth-barsRight, map[bool]float64{true: 1, false: 0.6}[v == 0], barsLeft-5, p.y(v)+3.5, label)
	}
	every := max(1, int(math.Ceil(float64(len(p.rows))/14)))
	for i, r := range p.rows {
		if (len(p.rows)-1-i)%every == 0 {
			p.f(`<text x="%g" y="%g" text-anchor="middle" class="tick">%s</text>`, round(p.x(i)+p.slot/2), barsHeight-barsBottom+24, r.Date.Format("2 Jan"))
		}
	}
}

// day draws one day: its parts, its interval, and below the axis how firm it is.
func (p *plot) day(i int) {
	r := p.rows[i]
	x, width := round(p.x(i)+p.slot*0.14), round(p.slot*0.72)
	base := p.y(0)
	switch r.Status {
	case estimate.Blind:
		p.f(`<rect x="%g" y="%g" width="%g" height="5" fill="url(#blind)"/>`, x, base+4, width)
	case estimate.Provisional:
		p.f(`<rect x="%g" y="%g" width="%g" height="4" fill="#fff" stroke="#5b6672" stroke-width="0.8"/>`, x, base+4.5, width)
	default:
		p.f(`<rect x="%g" y="%g" width="%g" height="5" fill="#5b6672"/>`, x, base+4, width)
	}
	if !r.Known {
		p.f(`<rect x="%g" y="%g" width="%g" height="%g" fill="url(#blind)" opacity="0.6"/>`, round(p.x(i)), barsTop, round(p.slot), base-barsTop)
		return
	}
	sum := 0.0
	p.f(`<g><title>%s: %s b/d, 90 %% between %s and %s, %s</title>`, r.Date.Format(time.DateOnly), thousands(r.Day.Mean), thousands(r.Day.P05), thousands(r.Day.P95), r.Status)
	for _, part := range parts() {
		v := float64(part.of(r))
		if v <= 0 {
			continue
		}
		p.f(`<rect x="%g" y="%g" width="%g" height="%g" fill="%s"/>`, x, p.y(sum+v), width, round(p.y(sum)-p.y(sum+v)), part.Colour)
		sum += v
	}
	middle := round(p.x(i) + p.slot/2)
	p.f(`<path d="M%g %gV%g" stroke="#1c242c" stroke-width="0.9" opacity="0.75"/>`, middle, p.y(float64(r.Day.P05)), p.y(float64(r.Day.P95)))
	if float64(r.Day.P95) > p.top { // the interval goes on: an arrow
		p.f(`<path d="M%g %gl2.6 4h-5.2z" fill="#1c242c" opacity="0.75"/>`, middle, barsTop-1)
	}
	p.f(`</g>`)
}

// mean draws the running mean or the band of its interval, in pieces where it is not known.
func (p *plot) mean(band bool) {
	var line, high, low []string
	flush := func() {
		switch {
		case len(line) < 2:
		case band:
			slices.Reverse(low)
			p.f(`<path d="M%sL%sZ" fill="#d55e00" opacity="0.12"/>`, strings.Join(high, "L"), strings.Join(low, "L"))
		default:
			path := strings.Join(line, "L")
			p.f(`<path d="M%s" fill="none" stroke="#fff" stroke-width="3.4"/><path d="M%s" fill="none" stroke="#c24f00" stroke-width="1.8"/>`, path, path)
		}
		line, high, low = nil, nil, nil
	}
	for i, r := range p.rows {
		if !r.Known || r.WindowDays < 7 {
			flush()
			continue
		}
		x := round(p.x(i) + p.slot/2)
		at := func(b vessel.Barrels) string { return fmt.Sprintf("%g %g", x, p.y(float64(b))) }
		line, low, high = append(line, at(r.Month.Mean)), append(low, at(r.Month.P05)), append(high, at(r.Month.P95))
	}
	flush()
}

func round(x float64) float64 { return math.Round(x*10) / 10 }

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
