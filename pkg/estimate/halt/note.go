package halt

import (
	"time"

	"gonum.org/v1/gonum/mathext"
)

// Change is what became of the trade at a date that somebody noted: a round of talks, a strike, a new list.
type Change struct {
	Date   time.Time `json:"date"`
	Text   string    `json:"text"`
	Word   Word      `json:"word"`
	Before float64   `json:"rate_before"` // candidates a day at full exposure
	After  float64   `json:"rate_after"`
	// Ratio is after over before: median and 90 % interval.
	P05  float64 `json:"ratio_p05"`
	P50  float64 `json:"ratio_p50"`
	P95  float64 `json:"ratio_p95"`
	Lost float64 `json:"lost"` // candidates that would have been counted since, had nothing changed, and were not
	Days int     `json:"days_since"`
}

// Since compares the days from a date on, up to MostReference of them, with those before. With independent Gamma
// posteriors of both rates their ratio is a scaled beta prime variable. The words follow METHODS.md section 8.
func Since(s Series, date time.Time, text string, o Options) Change {
	date = date.UTC().Truncate(oneDay)
	c := Change{Date: date, Text: text, Word: CannotTell}
	tau, n := int(date.Sub(s.First)/oneDay), len(s.Health)
	if date.Before(s.First) || tau >= n {
		return c
	}
	upTo := min(n, tau+o.MostReference)
	sums := s.tally()
	shape, base, ok := sums.reference(tau, o)
	counted, exposed := sums.counts[upTo]-sums.counts[tau], sums.exposure[upTo]-sums.exposure[tau]
	after, time := counted+0.5, exposed+0.5
	c.Before, c.After, c.Days = shape/base, after/time, upTo-tau
	c.Lost = max(0, shape/base*exposed-counted)
	r := ratio{after, time, shape, base}
	c.P05, c.P50, c.P95 = r.quantile(0.05), r.quantile(0.5), r.quantile(0.95)
	switch {
	case !ok:
	case r.below(0.1) >= 0.95 && shape/base*exposed >= o.LostLifts:
		c.Word = Halted
	case r.below(0.8) >= 0.9:
		c.Word = Falling
	case 1-r.below(1.25) >= 0.9:
		c.Word = Rising
	case r.below(1.5)-r.below(0.67) >= 0.8:
		c.Word = Steady
	}
	return c
}

// ratio is the distribution of Gamma(a, b) over Gamma(c, d).
type ratio struct{ a, b, c, d float64 }

// below is its distribution function: with y = x·b/d, y/(1+y) is Beta(a, c).
func (r ratio) below(x float64) float64 {
	y := x * r.b / r.d
	return mathext.RegIncBeta(r.a, r.c, y/(1+y))
}

// quantile inverts below.
func (r ratio) quantile(p float64) float64 {
	z := min(mathext.InvRegIncBeta(r.a, r.c, p), 1-1e-12) // a ratio of a million millions is enough
	return z / (1 - z) * r.d / r.b
}
