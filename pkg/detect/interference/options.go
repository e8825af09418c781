package interference

import (
	"errors"
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Options are the parameters.
type Options struct {
	Reach    float64       `json:"reach_deg"`      // displaced fixes farther apart are not compared
	Window   time.Duration `json:"window"`         // nor those farther apart in time
	Ships    int           `json:"ships"`          // distinct ones that make an event
	Point    geo.Metres    `json:"point_m"`        // fixes so near each other are one false place
	Share    float64       `json:"share"`          // of the fixes that must lie there
	Fixes    int           `json:"fixes"`          // least for a circle or a line: three points always lie on a circle
	Round    float64       `json:"round"`          // greatest deviation from a circle, as a share of its radius
	Across   geo.Metres    `json:"across_m"`       // greatest deviation from a line
	Line     geo.Metres    `json:"line_m"`         // a shorter one is a point or a circle's arc
	Shift    geo.Metres    `json:"shift_m"`        // a jump must lead so far away
	Speed    geo.Knots     `json:"speed_kn"`       // from which standing still contradicts
	Moved    float64       `json:"moved"`          // share of the reported way that must be missing to contradict: 1 - Moved
	Still    geo.Metres    `json:"still_m"`        // and the most she may have moved
	Quiet    time.Duration `json:"quiet"`          // an event without a displaced fix for so long is over
	OwnTrack geo.Metres    `json:"own_track_m"`    // a jump so near her own track is a stale report
	Certain  float64       `json:"certain"`        // probability with the least number of ships
	PerShip  float64       `json:"doubt_per_ship"` // factor on the rest of doubt for each further ship
	Coarsest float64       `json:"least_doubt"`    // never surer than one minus this
}

// Defaults returns the starting parameters. 0.5°, 2 h and three ships are the method's. 3 km: the false place off Dubai of
// 17 March 2026 held 1,035 fixes of 103 ships within 3 km. 25 km of shift and less are within a ship's reach in an hour,
// so that shorter ones rarely jump; 5 km are ten times the tolerance of a track. 8 kn and a quarter of the way: no
// current of the Gulf exceeds 4 kn. Quiet, shares and probabilities are judgement until they are fitted.
func Defaults() Options {
	return Options{
		Reach: 0.5, Window: 2 * time.Hour, Ships: 3, Point: 3 * geo.Kilometre, Share: 0.8, Fixes: 6, Round: 0.1, Across: 500,
		Line: 10 * geo.Kilometre, Shift: 5 * geo.Kilometre, Speed: 8, Moved: 0.25, Still: 2 * geo.Kilometre, Quiet: 6 * time.Hour,
		OwnTrack: 2 * geo.Kilometre, Certain: 0.9, PerShip: 0.7, Coarsest: 0.01,
	}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error {
	limits := []struct {
		name          string
		value, lo, hi float64
		why           string
	}{
		{"interference.reach_deg", o.Reach, 0.05, 5, "degrees"},
		{"interference.window", o.Window.Hours(), 0.25, 24, "hours"},
		{"interference.ships", float64(o.Ships), 3, 100, "ships; two are one shared number"},
		{"interference.point_m", float64(o.Point), 100, 20_000, "metres"},
		{"interference.share", o.Share, 0.5, 1, "a share"},
		{"interference.fixes", float64(o.Fixes), 5, 100, "fixes; three points always lie on a circle"},
		{"interference.round", o.Round, 0.001, 0.5, "a share of the radius"},
		{"interference.across_m", float64(o.Across), 10, 5_000, "metres"},
		{"interference.line_m", float64(o.Line), 1_000, 100_000, "metres"},
		{"interference.shift_m", float64(o.Shift), 1_000, 100_000, "metres"},
		{"interference.speed_kn", float64(o.Speed), 4, 40, "knots; currents make ships at anchor report 4"},
		{"interference.moved", o.Moved, 0, 0.9, "a share"},
		{"interference.still_m", float64(o.Still), 100, 20_000, "metres"},
		{"interference.quiet", o.Quiet.Hours(), o.Window.Hours(), 72, "hours, not below window"},
		{"interference.own_track_m", float64(o.OwnTrack), 0, 20_000, "metres"},
		{"interference.certain", o.Certain, 0.5, 1, "a probability"},
		{"interference.doubt_per_ship", o.PerShip, 0, 1, "a factor"},
		{"interference.least_doubt", o.Coarsest, 0, 0.5, "a probability"},
	}
	var breaches []error
	for _, l := range limits {
		if !(l.value >= l.lo && l.value <= l.hi) {
			breaches = append(breaches, fmt.Errorf("check %s: %v is not within %v to %v: %s", l.name, l.value, l.lo, l.hi, l.why))
		}
	}
	return errors.Join(breaches...)
}
