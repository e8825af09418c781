package cargo

import (
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Fleet is the stratum of a lift by who carries it: a property that every lift has whether it is found or not.
type Fleet string

// The fleets. FleetIran flies Iran's flag or is on a list as NITC's; FleetListed is on a watch list under another flag.
const (
	FleetIran   Fleet = "iran_flag"
	FleetListed Fleet = "listed_foreign"
	FleetOther  Fleet = "other"
)

// Lift is one ship carrying sanctioned crude away from its source, with one lot. Counted once, however it was found.
type Lift struct {
	ID         string
	MMSI       vessel.MMSI
	Q          float64   // probability that it is a lift
	Start, End time.Time // loading window
	Triangular bool      // the window is an observed stay: loading is likeliest in its middle; else uniform
	Direct     bool      // found by an observed stay at the terminal
	Route      Route
	Barrels    vessel.Barrels
	LogSD      float64        // of the barrels, this ship's own; the scale error that all ships share is apart
	Cap        vessel.Barrels // the tanks hold no more
	Fleet      Fleet
	Outside    bool // loaded outside Hormuz
	Grade      string
	Raised     time.Time  // watermark at which q first reached the cut
	Exited     *time.Time // first outbound crossing of the Gulf of Oman's exit after loading; nil when none was seen
	// Origin is when evidence at the source alone told of the loading, before she was seen anywhere else, and Far when
	// evidence far away told that she is laden; zero where it did not. What both find tells what neither finds
	// (METHODS.md section 8).
	Origin, Far time.Time
}

// farGates lead from the Indian Ocean eastward.
var farGates = []string{"MALACCA_ONE_FATHOM", "SINGAPORE_STRAIT", "SINGAPORE_EAST", "LOMBOK", "SUNDA"}

// A crossing far away belongs to a loading from farLeast to farReach after it: METHODS.md section 8.
const (
	farLeast = 15 * 24 * time.Hour
	farReach = 90 * 24 * time.Hour
)

// foundBy tells by which lists a loading was found. An observed stay is evidence of the source alone, a silence is not: it
// is over only when she is seen again. Far away she is found by the first gate eastward that she crosses laden.
func foundBy(transits map[string]event.Event, stay bool, loaded time.Time) (origin, far time.Time) {
	if stay {
		origin = loaded
	}
	for _, e := range transits {
		d, load := e.Details.(event.TransitDetails), e.Vessels[0].Load.Before
		if !d.Outbound || !slices.Contains(farGates, d.Gate) || load == nil || *load != vessel.Laden.String() ||
			e.Start.Before(loaded.Add(farLeast)) || e.Start.After(loaded.Add(farReach)) {
			continue
		}
		if far.IsZero() || e.Start.Before(far) {
			far = e.Start
		}
	}
	return origin, far
}

// Share is the part of the loading window's probability that lies in [from, to): uniform, or triangular with its top
// in the middle of an observed stay. A window without length lies wholly at its start.
func (l Lift) Share(from, to time.Time) float64 { return l.before(to) - l.before(from) }

// before is the probability that the loading's middle lies before t.
func (l Lift) before(t time.Time) float64 {
	whole := l.End.Sub(l.Start)
	part := t.Sub(l.Start)
	switch {
	case part <= 0:
		return 0
	case part >= whole:
		return 1
	}
	x := float64(part) / float64(whole)
	if !l.Triangular {
		return x
	}
	if x < 0.5 {
		return 2 * x * x
	}
	return 1 - 2*(1-x)*(1-x)
}

// Volume is the lift's cargo with its interval, given that it is one: log-normal with the ship's own and the shared
// error, cut at the cap.
func (l Lift) Volume() event.Volume {
	if l.Barrels <= 0 {
		return event.Volume{}
	}
	sd := math.Hypot(l.LogSD, vessel.ScaleLogSD)
	median, limit := float64(l.Barrels), float64(l.Cap)
	at := func(z float64) vessel.Barrels {
		return vessel.Barrels(math.Round(min(limit, median*math.Exp(z*sd))))
	}
	return event.Volume{P05: at(-z95), P50: at(0), P95: at(z95), Mean: vessel.Barrels(math.Round(cappedMean(median, sd, limit)))}
}

// z95 is the 95th percentile of the normal distribution.
const z95 = 1.6448536269514722

// cappedMean is the mean of min(X, limit) for a log-normal X.
func cappedMean(median, sd, limit float64) float64 {
	if sd <= 0 {
		return min(median, limit)
	}
	z := math.Log(limit/median) / sd
	return median*math.Exp(sd*sd/2)*normalBelow(z-sd) + limit*(1-normalBelow(z))
}

// normalBelow is the normal distribution function.
func normalBelow(z float64) float64 { return 0.5 * math.Erfc(-z/math.Sqrt2) }
