package rendezvous

import (
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
)

// Options are the parameters.
type Options struct {
	Antennas   geo.Metres  // greatest distance, besides half of both lengths
	Relative   geo.Knots   // greatest difference of velocities
	Slow       geo.Knots   // below it courses do not matter
	Underway   geo.Knots   // no transfer is faster
	SameCourse geo.Degrees // under way, and of headings alongside

	Hold    time.Duration // the least run
	Missing time.Duration // without a close point
	Merge   time.Duration // breaks that are shorter are none
	Unheard time.Duration // a break in which one ship is not heard and the other stays may be as long as this
	Passes  time.Duration // and one in which neither is heard as long as this, twice if there were others before
	Decide  time.Duration // how long after a bin it is decided

	Bracket    time.Duration // the longest bracket over which a position is interpolated
	Turns      time.Duration // the longest silence in which a ship at rest is placed by the fixes on both sides of it
	Skew       time.Duration // beyond a bracket a position is carried on for so long
	Looks      int           // with silences between them that show a meeting which was not followed for Hold
	Touch      geo.Metres    // median gap alongside, besides 2σ
	Close      geo.Metres    // gap of a close point, besides 2σ
	CloseShare float64
	Points     int // with hulls

	AntennaPoints int // without hulls
	AntennaClose  geo.Metres
	AntennaLeast  geo.Metres // closer antennas are two radios on one ship, or a false position
	AntennaCap    float64

	RaftAfter time.Duration // how long three ships may lie together and pass cargo without a sign of it
	RaftCap   float64       // the most that is believed of cargo after that

	CargoAfter time.Duration // run from which a cargo transfer is likely
	Longest    time.Duration // that a transfer takes; where nobody heard its begin or end
	Bunkers    time.Duration // that bunkering takes, likewise
	Draught    time.Duration // after the end, in which a draught change counts
}

// Defaults returns the starting parameters. 500 m and 2 h are Global Fishing Watch's (pipe-encounters) and the Kerch
// Strait study's; breaks of 4 h are GFW's too. 10 kn: ships come together at less than 5 kn (OCIMF ship-to-ship guide,
// chapter 6), doubled for a following current and for trials. 250 m and the error model: METHODS' hull geometry. Brackets
// of an hour are the longest that stage A gives; METHODS' half hour would lose ships that report every half hour and are
// heard a moment late, and their points weigh little. 36 h unheard: transfers of two million barrels take 33 to 66 h, so
// that longer breaks would join meetings. 3 min and three looks: METHODS' satellite-only pairs. 12 h: sun-synchronous
// satellites come by so often, and in them two ships that drift each her own way part by miles. A close pair of antennas
// below 10 m would have to stand on one hull, since the beams of two tankers are wider. The rest are start values.
func Defaults() Options {
	return Options{
		Antennas: 500, Relative: 1, Slow: 3, Underway: 10, SameCourse: 15,
		Hold: 2 * time.Hour, Missing: 30 * time.Minute, Merge: 4 * time.Hour, Unheard: 36 * time.Hour, Passes: 12 * time.Hour, Decide: 30 * time.Minute,
		Bracket: time.Hour, Turns: 12 * time.Hour, Skew: 3 * time.Minute, Looks: 3, Touch: 15, Close: 50, CloseShare: 0.8, Points: 6,
		AntennaPoints: 3, AntennaClose: 250, AntennaLeast: 10, AntennaCap: 0.7,
		RaftAfter: 48 * time.Hour, RaftCap: 0.4,
		CargoAfter: 6 * time.Hour, Longest: 66 * time.Hour, Bunkers: 10 * time.Hour, Draught: 24 * time.Hour,
	}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	return param.Group{Name: "rendezvous", About: "meetings of two ships", Params: []param.Param{
		param.Number("antennas_m", &o.Antennas, 50, 5000, "m", "greatest distance, besides half of both lengths", "METHODS 4; Global Fishing Watch pipe-encounters"),
		param.Number("relative_kn", &o.Relative, 0.1, 5, "kn", "greatest difference of velocities", "METHODS 4"),
		param.Number("slow_kn", &o.Slow, 0.5, 6, "kn", "below it courses do not matter", "METHODS 4"),
		param.Number("underway_kn", &o.Underway, float64(o.Slow), 25, "kn", "no transfer is faster", "OCIMF ship-to-ship guide, chapter 6: ships come together below 5 kn, doubled"),
		param.Number("same_course_deg", &o.SameCourse, 1, 45, "degrees", "under way, and of headings alongside", "METHODS 4"),
		param.Time("hold", &o.Hold, 30*time.Minute, 24*time.Hour, "the least run", "METHODS 4; Global Fishing Watch and the Kerch Strait study"),
		param.Time("missing", &o.Missing, 5*time.Minute, 4*time.Hour, "without a close point", "METHODS 4"),
		param.Time("merge", &o.Merge, o.Missing, 48*time.Hour, "breaks that are shorter are none", "METHODS 4; Global Fishing Watch"),
		param.Time("unheard", &o.Unheard, o.Merge, 96*time.Hour, "a break in which one ship is not heard and the other stays may be as long", "transfers of two million barrels take 33 to 66 h"),
		param.Time("passes", &o.Passes, o.Merge, o.Unheard, "and one in which neither is heard, twice that if there were others before", "METHODS 3: sun-synchronous passes are 12 h apart"),
		param.Time("decide", &o.Decide, 5*time.Minute, 4*time.Hour, "how long after a bin it is decided", "start value"),
		param.Time("bracket", &o.Bracket, time.Minute, time.Hour, "the longest bracket over which a position is interpolated", "METHODS 4 has 30 min; an hour is what stage A gives, at little weight"),
		param.Time("turns", &o.Turns, o.Bracket, 24*time.Hour, "the longest silence in which a ship at rest is placed by the fixes on both sides", "METHODS 3: sun-synchronous passes are 12 h apart"),
		param.Time("skew", &o.Skew, 0, 30*time.Minute, "beyond a bracket a position is carried on for so long", "METHODS 4: satellite-only pairs"),
		param.Number("looks", &o.Looks, 2, 100, "looks", "with silences between them that show a meeting which was not followed for hold", "METHODS 4: satellite-only pairs"),
		param.Number("touch_m", &o.Touch, 0, 100, "m", "median gap alongside, besides 2σ", "METHODS 4"),
		param.Number("close_m", &o.Close, float64(o.Touch), 300, "m", "gap of a close point, besides 2σ", "METHODS 4"),
		param.Number("close_share", &o.CloseShare, 0.5, 1, "", "of points that must be close", "METHODS 4"),
		param.Number("points", &o.Points, 2, 100, "points", "with hulls", "METHODS 4"),
		param.Number("antenna_points", &o.AntennaPoints, 2, 100, "points", "without hulls", "METHODS 4"),
		param.Number("antenna_close_m", &o.AntennaClose, 50, 1000, "m", "antennas alongside, without hulls", "METHODS 4: 249 m between opposite headings"),
		param.Number("antenna_least_m", &o.AntennaLeast, 0, 50, "m", "closer antennas are two radios on one ship, or a false position", "the beams of two tankers are wider"),
		param.Number("antenna_cap", &o.AntennaCap, 0, 1, "", "the most that antennas alone can show", "METHODS 4"),
		param.Time("raft_after", &o.RaftAfter, 12*time.Hour, 240*time.Hour, "how long three ships may lie together and pass cargo without a sign of it", "judgement: transfers of two million barrels take 33 to 66 h, those of daughters less"),
		param.Number("raft_cap", &o.RaftCap, 0, 1, "", "the most that is believed of cargo after that", "judgement"),
		param.Time("cargo_after", &o.CargoAfter, time.Hour, 48*time.Hour, "run from which a cargo transfer is likely", "METHODS 4"),
		param.Time("longest", &o.Longest, o.CargoAfter, 240*time.Hour, "that a transfer takes, where it began or ended in an outage", "METHODS 4: 20 to 66 h are typical"),
		param.Time("bunkers", &o.Bunkers, time.Hour, 48*time.Hour, "that bunkering takes, likewise", "METHODS 4: 2 to 10 h"),
		param.Time("draught", &o.Draught, time.Hour, 240*time.Hour, "after the end, in which a draught change counts", "METHODS 4"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }
