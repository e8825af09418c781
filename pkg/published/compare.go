package published

import (
	"fmt"
	"math"

	"github.com/darkwake/darkwake/pkg/record"
)

// Verdict is where a published figure lies.
type Verdict string

// The verdicts. Only of the first three there is a ratio.
const (
	Inside  Verdict = "inside"  // in the run's interval
	Above   Verdict = "above"   // the published figure is above the run's interval
	Below   Verdict = "below"   // or below
	Blind   Verdict = "blind"   // the run heard too little in these days to tell
	Partly  Verdict = "partly"  // the run has some of the days
	Apart   Verdict = "apart"   // the run has none of the days
	Inexact Verdict = "inexact" // it is not told which days the figure is about
)

// Comparison is a figure beside the run's own.
type Comparison struct {
	Figure
	Own      record.Mean
	Verdict  Verdict
	LogRatio float64 // ln(own mean / published middle); zero unless Told
	Told     bool    // there is a ratio
}

// Compare holds figures against a record, in their order.
func Compare(r *record.Record, figures []Figure) []Comparison {
	out := make([]Comparison, 0, len(figures))
	for _, f := range figures {
		c := Comparison{Figure: f, Own: r.Over(f.Basis, f.Span)}
		m, middle := c.Own, f.Middle()
		switch {
		case m.Covered == 0:
			c.Verdict = Apart
		case !f.Exact:
			c.Verdict = Inexact
		case m.Covered < f.Span.Days():
			c.Verdict = Partly
		case !m.Known || m.Blind > 0:
			c.Verdict = Blind
		case middle > float64(m.Barrels.P95):
			c.Verdict = Above
		case middle < float64(m.Barrels.P05):
			c.Verdict = Below
		default:
			c.Verdict = Inside
		}
		if c.Verdict.compared() && m.Barrels.Mean > 0 && middle > 0 {
			c.LogRatio, c.Told = math.Log(float64(m.Barrels.Mean)/middle), true
		}
		out = append(out, c)
	}
	return out
}

func (v Verdict) compared() bool { return v == Inside || v == Above || v == Below }

// Says tells a comparison in a few words.
func (c Comparison) Says() string {
	switch c.Verdict {
	case Inside:
		return "inside the interval"
	case Above, Below:
		return "published " + string(c.Verdict) + " the interval"
	case Blind:
		return "cannot tell: too little was heard"
	case Partly:
		return fmt.Sprintf("the run has %d of the %d days", c.Own.Covered, c.Span.Days())
	case Inexact:
		return "which days it is about is not told"
	}
	return "not in the run's time"
}

// Sum is what a list of comparisons comes to.
type Sum struct {
	Figures, Compared, Inside int
	MeanLog, SpreadLog        float64 // mean and standard deviation of the log ratios that are told
	Told                      int
}

// Summarise sums up.
func Summarise(all []Comparison) Sum {
	s := Sum{Figures: len(all)}
	var squares float64
	for _, c := range all {
		if c.Verdict.compared() {
			s.Compared++
		}
		if c.Verdict == Inside {
			s.Inside++
		}
		if c.Told {
			s.Told++
			s.MeanLog += c.LogRatio
			squares += c.LogRatio * c.LogRatio
		}
	}
	if s.Told > 0 {
		n := float64(s.Told)
		s.MeanLog /= n
		s.SpreadLog = math.Sqrt(max(0, squares/n-s.MeanLog*s.MeanLog))
	}
	return s
}
