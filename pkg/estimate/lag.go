package estimate

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo"
)

// Lag is how long a true lift takes from loading to being raised, as a mixture of two log-normal delays: a loading
// seen at the terminal is confirmed by the next draught or gate, one made in the dark when the ship shows up laden.
type Lag struct {
	// DirectMedian is 1.3 d and DirectSD (of the logarithm) 1.0: start values.
	DirectMedian time.Duration
	DirectSD     float64
	// DarkMedian is 20 d and 80 % are known at 45 d, which makes DarkSD ln(45/20)/0.8416 = 0.96. Compare: dark periods
	// of NITC's ships of 30 days and more (Windward), 14, 14 and 55 days in three cases (UANI).
	DarkMedian time.Duration
	DarkSD     float64
	// DirectLifts and AllLifts are the pseudo-counts of the share that is seen loading: 2 of 4 until lifts old enough
	// have been seen.
	DirectLifts float64
	AllLifts    float64
}

// DefaultLag returns the start values.
func DefaultLag() Lag {
	const d = 24 * time.Hour
	return Lag{DirectMedian: 31*time.Hour + 12*time.Minute, DirectSD: 1.0, DarkMedian: 20 * d, DarkSD: 0.9636, DirectLifts: 2, AllLifts: 4}
}

// matured is the age from which nearly all lifts that will be raised have been, so that the share seen loading is not
// flattered by those that are raised at once.
const matured = 45 * 24 * time.Hour

// directShare is the share of lifts that are seen loading, from matured lifts and pseudo-counts.
func (l Lag) directShare(lifts []cargo.Lift, asOf time.Time) float64 {
	direct, all := l.DirectLifts, l.AllLifts
	for _, x := range lifts {
		if asOf.Sub(x.End) < matured {
			continue
		}
		all += x.Q
		if x.Direct {
			direct += x.Q
		}
	}
	if all <= 0 {
		return 0.5
	}
	return direct / all
}

// raised is F: the share of lifts of an age that have been raised.
func (l Lag) raised(age time.Duration, direct float64) float64 {
	return float64(direct*delayed(age, l.DirectMedian, l.DirectSD)) + float64((1-direct)*delayed(age, l.DarkMedian, l.DarkSD))
}

// delayed is the distribution function of a log-normal delay.
func delayed(age, median time.Duration, sd float64) float64 {
	if age <= 0 {
		return 0
	}
	z := math.Log(float64(age)/float64(median)) / sd
	return 0.5 * math.Erfc(-z/math.Sqrt2)
}
