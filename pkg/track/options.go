package track

import (
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
)

// Options are the parameters of stage A. What the design fixes (grid, copy window, thinning, the silence's hour) is
// a constant beside the code instead.
type Options struct {
	MaxSpeed    geo.Knots     // no tanker sails faster
	FastSpeed   geo.Knots     // nor does any ship that reports a high speed
	FastFactor  float64       // allowance over the speed that a ship reports
	Pad         time.Duration // added to the time between two fixes, in quadrature
	Tolerance   geo.Metres    // added to the way
	SegmentEnd  time.Duration // a segment takes no fix after so long a silence
	MaxSegments int           // open at once for one MMSI
	Confirm     int           // fixes that make a candidate a segment
	CoarseQuiet time.Duration // message 27 is ignored so long after a precise fix
	Together    time.Duration // segments heard so close in time are two ships at once
	Ambiguous   time.Duration // at most one Ambiguity a pair of segments in this time
	Shared      time.Duration // so long after two ships at once the number counts as several ships'
	Doubt       float64       // beyond this share of the allowance a fix waits for others to agree
	Rival       float64       // a segment at most so many times less likely is another candidate
	Inland      geo.Metres    // a fix so far inside land is marked
	StopSpeed   geo.Knots     // slower is at rest
	BuoySpeed   geo.Knots     // slower is at rest at an anchorage or buoy mooring
	MoveSpeed   geo.Knots     // faster is under way again
	StopAfter   time.Duration // at rest so long is a stop
	StopRadius  geo.Metres    // farther from the mean position is under way again
	ExitMargin  geo.Metres    // beyond the shape, so that a ship on its line does not flap
	EntrySeen   time.Duration // a fix outside so shortly before makes an entry a seen one
	CrossWithin time.Duration // fixes farther apart claim no crossing of a gate
	Horizon     time.Duration // how long a late report may still revise
	MaxVessels  int           // MMSIs known to one tracker
	MaxVisits   int           // open visits of one segment
	MaxSilences int           // past silences of one MMSI that a late report may split
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

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	const day = 24 * time.Hour
	return param.Group{Name: "track", About: "tracks: segments, stops, visits and silences of every ship (stage A)", Params: []param.Param{
		param.Number("max_speed_kn", &o.MaxSpeed, 15, 60, "kn", "no tanker sails faster; less breaks the tracks of honest ones", "METHODS 1; gpsdio-segment DEFAULT_MAX_KNOTS"),
		param.Number("fast_speed_kn", &o.FastSpeed, float64(o.MaxSpeed), 100, "kn", "nor does any ship that reports a high speed", "IMO HSC Code: 40 to 50 kn"),
		param.Number("fast_factor", &o.FastFactor, 1, 3, "", "allowance over the speed that a ship reports", "judgement: gusts and currents put a third on top"),
		param.Time("pad", &o.Pad, time.Minute, 2*time.Hour, "added to the time between two fixes, in quadrature; zero would split ships over a bad clock", "METHODS 1 (padded hours); gpsdio-segment DEFAULT_BUFFER_HOURS"),
		param.Number("tolerance_m", &o.Tolerance, 0, 20_000, "m", "added to the way between two fixes", "ITU-R M.1371-5, position accuracy, and antennas at both ends of a ship"),
		param.Time("segment_end", &o.SegmentEnd, time.Hour, 48*time.Hour, "a segment takes no fix after so long a silence; the horizon keeps no more", "METHODS 1"),
		param.Number("max_segments", &o.MaxSegments, 2, 8, "segments", "open at once for one MMSI; memory grows with each", "judgement"),
		param.Number("confirm", &o.Confirm, 2, 10, "fixes", "make a candidate a segment", "judgement"),
		param.Time("coarse_quiet", &o.CoarseQuiet, 0, 24*time.Hour, "message 27 is ignored so long after a precise fix", "METHODS 1; ITU-R M.1371-5 table 84: 1/10 minute"),
		param.Time("together", &o.Together, 6*time.Minute, 24*time.Hour, "segments heard so close in time are two ships at once", "judgement"),
		param.Time("ambiguous", &o.Ambiguous, 6*time.Minute, 48*time.Hour, "at most one ambiguity of a pair of segments in this time", "judgement"),
		param.Time("shared", &o.Shared, 0, 90*day, "so long after two ships at once the number counts as several ships'", "judgement: as long as anything is remembered of a segment"),
		param.Number("doubt", &o.Doubt, 0.2, 1, "", "beyond this share of the allowance a fix waits for others to agree; little makes every turn wait", "judgement: 15 kn off both courses"),
		param.Number("rival", &o.Rival, 1, 1000, "", "a segment at most so many times less likely is another candidate", "METHODS 1; gpsdio-segment ambiguity_factor"),
		param.Number("inland_m", &o.Inland, 500, 50_000, "m", "a fix so far inside land is marked; the coastline is coarse", "geo.Sea.OnLand: berths lie on the wrong side of the coastline"),
		param.Number("stop_speed_kn", &o.StopSpeed, 0.1, 2, "kn", "slower is at rest", "METHODS 5, port call"),
		param.Number("buoy_speed_kn", &o.BuoySpeed, float64(o.StopSpeed), 3, "kn", "slower is at rest at an anchorage or buoy mooring", "METHODS 5, port call"),
		param.Number("move_speed_kn", &o.MoveSpeed, float64(o.BuoySpeed), 5, "kn", "faster is under way again", "METHODS 5, port call"),
		param.Time("stop_after", &o.StopAfter, 5*time.Minute, 6*time.Hour, "at rest so long is a stop", "judgement"),
		param.Number("stop_radius_m", &o.StopRadius, 100, 5_000, "m", "farther from the mean position is under way again", "METHODS 4: a VLCC swings on a circle of up to 550 m"),
		param.Number("exit_margin_m", &o.ExitMargin, 0, 10_000, "m", "beyond a place's shape, so that a ship on its line does not flap", "METHODS 5, port call"),
		param.Time("entry_seen", &o.EntrySeen, 6*time.Minute, 48*time.Hour, "a fix outside so shortly before makes an entry a seen one", "judgement"),
		param.Time("cross_within", &o.CrossWithin, 6*time.Minute, 24*time.Hour, "fixes farther apart claim no crossing of a gate", "judgement"),
		param.Time("horizon", &o.Horizon, 24*time.Hour, 96*time.Hour, "how long a late report may still revise; at least as long as segments live", "DESIGN 3"),
		param.Number("max_vessels", &o.MaxVessels, 1, 1<<28, "MMSIs", "known to one tracker; noise invents some", "700,000 were heard world-wide in a year"),
		param.Number("max_visits", &o.MaxVisits, 1, 256, "visits", "open at once of one segment", "judgement"),
		param.Number("max_silences", &o.MaxSilences, 1, 256, "silences", "of one MMSI that a late report may split", "judgement"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }

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
