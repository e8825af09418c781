package track

import (
	"errors"
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// Options are the parameters of stage A. What the design fixes (grid, copy window, thinning, the silence's hour) is
// a constant beside the code instead.
type Options struct {
	MaxSpeed    geo.Knots     `json:"max_speed_kn"`  // no tanker sails faster
	FastSpeed   geo.Knots     `json:"fast_speed_kn"` // nor does any ship that reports a high speed
	FastFactor  float64       `json:"fast_factor"`   // allowance over the speed that a ship reports
	Pad         time.Duration `json:"pad"`           // added to the time between two fixes, in quadrature
	Tolerance   geo.Metres    `json:"tolerance_m"`   // added to the way
	SegmentEnd  time.Duration `json:"segment_end"`   // a segment takes no fix after so long a silence
	MaxSegments int           `json:"max_segments"`  // open at once for one MMSI
	Confirm     int           `json:"confirm"`       // fixes that make a candidate a segment
	CoarseQuiet time.Duration `json:"coarse_quiet"`  // message 27 is ignored so long after a precise fix
	Together    time.Duration `json:"together"`      // segments heard so close in time are two ships at once
	Ambiguous   time.Duration `json:"ambiguous"`     // at most one Ambiguity a pair of segments in this time
	Shared      time.Duration `json:"shared"`        // so long after two ships at once the number counts as several ships'
	Doubt       float64       `json:"doubt"`         // beyond this share of the allowance a fix waits for others to agree
	Rival       float64       `json:"rival"`         // a segment at most so many times less likely is another candidate
	Inland      geo.Metres    `json:"inland_m"`      // a fix so far inside land is marked
	StopSpeed   geo.Knots     `json:"stop_speed_kn"` // slower is at rest
	BuoySpeed   geo.Knots     `json:"buoy_speed_kn"` // slower is at rest at an anchorage or buoy mooring
	MoveSpeed   geo.Knots     `json:"move_speed_kn"` // faster is under way again
	StopAfter   time.Duration `json:"stop_after"`    // at rest so long is a stop
	StopRadius  geo.Metres    `json:"stop_radius_m"` // farther from the mean position is under way again
	ExitMargin  geo.Metres    `json:"exit_margin_m"` // beyond the shape, so that a ship on its line does not flap
	EntrySeen   time.Duration `json:"entry_seen"`    // a fix outside so shortly before makes an entry a seen one
	CrossWithin time.Duration `json:"cross_within"`  // fixes farther apart claim no crossing of a gate
	Horizon     time.Duration `json:"horizon"`       // how long a late report may still revise
	MaxVessels  int           `json:"max_vessels"`   // MMSIs known to one tracker
	MaxVisits   int           `json:"max_visits"`    // open visits of one segment
	MaxSilences int           `json:"max_silences"`  // past silences of one MMSI that a late report may split
}

// Defaults returns the starting parameters.
func Defaults() Options {
	return Options{
		// gpsdio-segment's DEFAULT_MAX_KNOTS = 25 and DEFAULT_BUFFER_HOURS = 0.25; a quarter of an hour also
		// covers receivers that stamp a line when they forward it.
		MaxSpeed: 25, Pad: 15 * time.Minute,
		// High-speed craft (IMO HSC Code) reach 40–50 kn; gusts and currents put a third on top of a stated speed.
		FastSpeed: 50, FastFactor: 1.3,
		// Two fixes of 10–100 m error (ITU-R M.1371-5, position accuracy) and antennas at both ends of a ship.
		Tolerance:  500,
		SegmentEnd: 24 * time.Hour, MaxSegments: 4, Confirm: 3,
		// Message 27 says 1/10 minute, 185 m (ITU-R M.1371-5 table 84).
		CoarseQuiet: time.Hour,
		Together:    time.Hour, Ambiguous: 6 * time.Hour,
		// As long as anything is remembered of a segment. Judgement: clones are heard again soon, and the ships of
		// jammed waters are one each when it is over.
		Shared: 48 * time.Hour,
		// 15 kn off both courses: a turn is within the way of the one or the other. Judgement.
		Doubt: 0.6,
		// gpsdio-segment's ambiguity_factor.
		Rival: 10,
		// What geo.Sea.OnLand asks for in the Gulf: berths and quays lie on the wrong side of its coastline.
		Inland: 3 * geo.Kilometre,
		// Port calls: below 0.5 kn, 1.0 at a buoy or anchor, under way above 1.5 kn. A VLCC swings on a circle of
		// up to 550 m round her anchor, so that 600 m from the mean position is drift, not swing.
		StopSpeed: 0.5, BuoySpeed: 1, MoveSpeed: 1.5, StopAfter: 30 * time.Minute, StopRadius: 600,
		ExitMargin: geo.Kilometre, EntrySeen: 6 * time.Hour, CrossWithin: 6 * time.Hour,
		Horizon: 48 * time.Hour,
		// 700,000 MMSIs were heard world-wide in a year; noise invents others.
		MaxVessels: 2_000_000, MaxVisits: 16, MaxSilences: 16,
	}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error {
	type limit struct {
		name          string
		value, lo, hi float64
		why           string
	}
	limits := []limit{
		{"track.max_speed_kn", float64(o.MaxSpeed), 15, 60, "knots; slower breaks the tracks of honest tankers"},
		{"track.fast_speed_kn", float64(o.FastSpeed), float64(o.MaxSpeed), 100, "knots, not below max_speed_kn"},
		{"track.fast_factor", o.FastFactor, 1, 3, "a factor"},
		{"track.pad", o.Pad.Minutes(), 1, 120, "minutes; zero would split ships over a bad clock"},
		{"track.tolerance_m", float64(o.Tolerance), 0, 20_000, "metres"},
		{"track.segment_end", o.SegmentEnd.Hours(), 1, 48, "hours; the horizon keeps no more"},
		{"track.max_segments", float64(o.MaxSegments), 2, 8, "segments; memory grows with each"},
		{"track.confirm", float64(o.Confirm), 2, 10, "fixes"},
		{"track.coarse_quiet", o.CoarseQuiet.Hours(), 0, 24, "hours"},
		{"track.together", o.Together.Hours(), 0.1, 24, "hours"},
		{"track.ambiguous", o.Ambiguous.Hours(), 0.1, 48, "hours"},
		{"track.shared", o.Shared.Hours(), 0, 24 * 90, "hours"},
		{"track.doubt", o.Doubt, 0.2, 1, "a share; little makes every turn wait"},
		{"track.rival", o.Rival, 1, 1000, "a factor"},
		{"track.inland_m", float64(o.Inland), 500, 50_000, "metres; the coastline is coarse"},
		{"track.stop_speed_kn", float64(o.StopSpeed), 0.1, 2, "knots"},
		{"track.buoy_speed_kn", float64(o.BuoySpeed), float64(o.StopSpeed), 3, "knots, not below stop_speed_kn"},
		{"track.move_speed_kn", float64(o.MoveSpeed), float64(o.BuoySpeed), 5, "knots, not below buoy_speed_kn"},
		{"track.stop_after", o.StopAfter.Minutes(), 5, 360, "minutes"},
		{"track.stop_radius_m", float64(o.StopRadius), 100, 5_000, "metres"},
		{"track.exit_margin_m", float64(o.ExitMargin), 0, 10_000, "metres"},
		{"track.entry_seen", o.EntrySeen.Hours(), 0.1, 48, "hours"},
		{"track.cross_within", o.CrossWithin.Hours(), 0.1, 24, "hours"},
		{"track.horizon", o.Horizon.Hours(), 24, 96, "hours; at least as long as segments live"},
		{"track.max_vessels", float64(o.MaxVessels), 1, 1 << 28, "MMSIs"},
		{"track.max_visits", float64(o.MaxVisits), 1, 256, "visits"},
		{"track.max_silences", float64(o.MaxSilences), 1, 256, "silences"},
	}
	var breaches []error
	for _, l := range limits {
		if !(l.value >= l.lo && l.value <= l.hi) {
			breaches = append(breaches, fmt.Errorf("check %s: %v is not within %v to %v: %s", l.name, l.value, l.lo, l.hi, l.why))
		}
	}
	return errors.Join(breaches...)
}

// Listener is told what a tracker refuses. Unset functions are no-ops; none may block or keep its argument.
type Listener struct {
	// Rejected is called for a report that becomes a dead letter: bad_position, no_time or too_late.
	Rejected func(ais.Reject)
}

// Counts says what became of the reports since the tracker began.
type Counts struct {
	Reports      int64 // taken by Add
	Rejected     int64 // told to the listener
	NoPosition   int64 // position reports without a position
	NotShips     int64 // of MMSIs that are only counted for reception
	Overflow     int64 // of new MMSIs beyond Options.MaxVessels
	Uncounted    int64 // beyond the bound of one emitter's reception counters
	Copies       int64 // merged into an earlier copy
	Thinned      int64 // another fix of the minute and cell was kept
	Coarse       int64 // message 27 shortly after a precise fix
	Fixes        int64 // that joined a segment
	Candidates   int64 // fixes of candidates, kept or not
	Late         int64 // fixes behind the last grid point
	LateDense    int64 // between points so close that they change nothing
	LateFits     int64 // restated facts
	LateJumps    int64 // did not fit
	LateUnplaced int64 // older than all that is kept of the ship
	LateStatics  int64 // static data that is never revised
	Vessels      int   // MMSIs known
}
