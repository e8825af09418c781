package estimate

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo"
)

// Lag is how long a true lift takes from loading to being raised, before any has been seen: a mixture of two log-normal
// delays. A loading seen at the terminal is confirmed by the next draught or gate, one made in the dark when the ship
// shows up laden. What is then seen corrects it (ladder).
type Lag struct {
	// DirectMedian is 1.3 d and DirectSD (of the logarithm) 1.0: start values.
	DirectMedian time.Duration
	DirectSD     float64
	// DarkMedian is 20 d and 80 % are known at 45 d, which makes DarkSD ln(45/20)/0.8416 = 0.96. Compare: dark periods
	// of NITC's ships of 30 days and more (Windward), 14, 14 and 55 days in three cases (UANI).
	DarkMedian time.Duration
	DarkSD     float64
	// DirectLifts and AllLifts: the mixture counts as much as AllLifts lifts that were followed to the end, of which
	// DirectLifts were seen loading.
	DirectLifts float64
	AllLifts    float64
}

// DefaultLag returns the start values.
func DefaultLag() Lag {
	const d = 24 * time.Hour
	return Lag{DirectMedian: 31*time.Hour + 12*time.Minute, DirectSD: 1.0, DarkMedian: 20 * d, DarkSD: 0.9636, DirectLifts: 2, AllLifts: 4}
}

// mixture is the share of lifts of an age that have been raised, if a share of them is seen loading.
func (l Lag) mixture(age time.Duration, direct float64) float64 {
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

// start is F before any lift was seen.
func (l Lag) start() *raising {
	direct := 0.5
	if l.AllLifts > 0 {
		direct = min(1, l.DirectLifts/l.AllLifts)
	}
	f := &raising{}
	for k := range f {
		f[k] = l.mixture(time.Duration(k)*oneDay, direct)
	}
	return f
}

// reach is the longest delay that is learned, days: the ledger changes nothing older than 90 (cargo.Options.Keep).
const reach = 120

// raising is F: the share of lifts that have been raised at an age of so many whole days.
type raising [reach + 1]float64

// at is F at an age, linear between whole days.
func (f *raising) at(age time.Duration) float64 {
	if age <= 0 {
		return 0
	}
	k := int(age / oneDay)
	if k >= reach {
		return f[reach]
	}
	part := float64(age-time.Duration(k)*oneDay) / float64(oneDay)
	return f[k] + float64(part*(f[k+1]-f[k]))
}

// ladder is the triangle of origin day by delay, summed over origin days. A lift that takes long is missing from the
// youngest days, so that the delays that were seen are too short. Counted backwards nothing is missing: of the lifts that
// were raised within k+1 days, on days at least that old, the share that took longer than k days is not biased
// (reverse-time hazard, Lagakos, Barraj and De Gruttola 1988; chain ladder to actuaries).
type ladder struct {
	raised [reach + 1]float64 // by delay in whole days
	since  [reach + 2]float64 // differences: how many were raised within so many days, on days at least that old
}

// add counts a lift of some weight that was raised so long after its origin, on a day of an age.
func (l *ladder) add(weight float64, delay, age time.Duration) {
	k, over := max(0, int(delay/oneDay)), min(reach, int(age/oneDay)) // delays below over could have been seen
	if k >= over {
		return
	}
	l.raised[k] += weight
	l.since[k] += weight
	l.since[over] -= weight
}

// learn is F after what the ladder holds; before stands for as many lifts as weight says, followed to the end. The
// longest delays cannot be learned: there before holds.
func (l *ladder) learn(before *raising, weight float64) *raising {
	f, within := &raising{}, 0.0
	var seen [reach]float64
	for k := range reach {
		within += l.since[k]
		seen[k] = within
	}
	f[reach] = before[reach]
	for k := reach - 1; k >= 0; k-- {
		took := l.raised[k] + float64(weight*(before[k+1]-before[k]))
		all := max(0, seen[k]) + float64(weight*before[k+1])
		hazard := 1.0
		if all > 0 {
			hazard = max(0, min(1, took/all))
		}
		f[k] = float64(f[k+1] * (1 - hazard))
	}
	f[0] = 0
	return f
}

// learnLag sums up the lifts, day by day of their windows, on days that were heard. A lift without a time at which it was
// raised says nothing.
func (m *model) learnLag(lifts []int, before *raising) *raising {
	var l ladder
	for _, i := range lifts {
		x := m.in.Lifts[i]
		if x.Raised.IsZero() || x.Raised.After(m.in.AsOf) {
			continue
		}
		for _, s := range m.shares[i] {
			if m.heard[s.day] {
				noon := m.day(s.day).Add(oneDay / 2)
				l.add(float64(x.Q*s.part), x.Raised.Sub(noon), m.in.AsOf.Sub(noon))
			}
		}
	}
	return l.learn(before, m.e.o.Lag.AllLifts)
}

// matured is the age from which nearly all that will be heard of a lift has been.
const matured = 45 * 24 * time.Hour

// seenOf is how many lifts are old enough, and how many of those a test holds for.
func seenOf(lifts []cargo.Lift, asOf time.Time, holds func(cargo.Lift) bool) (seen, all float64) {
	for _, l := range lifts {
		if asOf.Sub(l.End) < matured {
			continue
		}
		all += l.Q
		if holds(l) {
			seen += l.Q
		}
	}
	return seen, all
}
