package interference

import (
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
)

// Options are the parameters.
type Options struct {
	Reach    float64       // displaced fixes farther apart are not compared
	Window   time.Duration // nor those farther apart in time
	Ships    int           // distinct ones that make an event
	Point    geo.Metres    // fixes so near each other are one false place
	Share    float64       // of the fixes that must lie there
	Fixes    int           // least for a circle or a line: three points always lie on a circle
	Round    float64       // greatest deviation from a circle, as a share of its radius
	Across   geo.Metres    // greatest deviation from a line
	Line     geo.Metres    // a shorter one is a point or a circle's arc
	Shift    geo.Metres    // a jump must lead so far away
	Speed    geo.Knots     // from which standing still contradicts
	Moved    float64       // share of the reported way that must be missing to contradict: 1 - Moved
	Still    geo.Metres    // and the most she may have moved
	Blind    time.Duration // a ship must be without a position for so long
	Lost     float64       // share of the ships there that must be
	Fresh    time.Duration // a track that a jump began longer ago is not taken for another victim's
	Quiet    time.Duration // an event without a displaced fix for so long is over
	OwnTrack geo.Metres    // a jump so near her own track is a stale report
	Certain  float64       // probability with the least number of ships
	PerShip  float64       // factor on the rest of doubt for each further ship
	Coarsest float64       // never surer than one minus this
}

// Defaults returns the starting parameters. 0.5°, 2 h and three ships are the method's. 3 km: the false place off Dubai of
// 17 March 2026 held 1,035 fixes of 103 ships within 3 km. 25 km of shift and less are within a ship's reach in an hour,
// so that shorter ones rarely jump; 5 km are ten times the tolerance of a track. 8 kn and a quarter of the way: no
// current of the Gulf exceeds 4 kn. Quiet, shares and probabilities are judgement until they are fitted.
func Defaults() Options {
	return Options{
		Reach: 0.5, Window: 2 * time.Hour, Ships: 3, Point: 3 * geo.Kilometre, Share: 0.8, Fixes: 6, Round: 0.1, Across: 500,
		Line: 10 * geo.Kilometre, Shift: 5 * geo.Kilometre, Speed: 8, Moved: 0.25, Still: 2 * geo.Kilometre, Blind: 10 * time.Minute, Lost: 0.05, Fresh: 48 * time.Hour, Quiet: 6 * time.Hour,
		OwnTrack: 2 * geo.Kilometre, Certain: 0.9, PerShip: 0.7, Coarsest: 0.01,
	}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	return param.Group{Name: "interference", About: "interference: many ships displaced coherently", Params: []param.Param{
		param.Number("reach_deg", &o.Reach, 0.05, 5, "degrees", "displaced fixes farther apart are not compared", "METHODS 6"),
		param.Time("window", &o.Window, 15*time.Minute, 24*time.Hour, "nor those farther apart in time", "METHODS 6"),
		param.Number("ships", &o.Ships, 3, 100, "ships", "distinct ones that make an event; two are one shared number", "METHODS 6"),
		param.Number("point_m", &o.Point, 100, 20_000, "m", "fixes so near each other are one false place", "hormuz-aisstream, 17 March 2026: 1,035 fixes of 103 ships within 3 km"),
		param.Number("share", &o.Share, 0.5, 1, "", "of the fixes that must lie there", "judgement"),
		param.Number("fixes", &o.Fixes, 5, 100, "fixes", "least for a circle or a line; three points always lie on a circle", "judgement"),
		param.Number("round", &o.Round, 0.001, 0.5, "", "greatest deviation from a circle, as a share of its radius", "judgement"),
		param.Number("across_m", &o.Across, 10, 5_000, "m", "greatest deviation from a line", "judgement"),
		param.Number("line_m", &o.Line, 1_000, 100_000, "m", "a shorter line is a point or a circle's arc", "judgement"),
		param.Number("shift_m", &o.Shift, 1_000, 100_000, "m", "a jump must lead so far away", "ten times the tolerance of a track"),
		param.Number("speed_kn", &o.Speed, 4, 40, "kn", "from which standing still contradicts; currents make ships at anchor report 4", "no current of the Gulf exceeds 4 kn"),
		param.Number("moved", &o.Moved, 0, 0.9, "", "share of the reported way that may be made good and still contradict", "judgement"),
		param.Number("still_m", &o.Still, 100, 20_000, "m", "and the most she may have moved", "judgement"),
		param.Time("blind", &o.Blind, time.Minute, 6*time.Hour, "a ship must be without a position for so long", "judgement: three reports at anchor"),
		param.Number("lost", &o.Lost, 0, 1, "", "share of the ships heard there that must be without one", "judgement: of recorded reports 0.05 to 2 % are without one"),
		param.Time("fresh", &o.Fresh, time.Hour, 240*time.Hour, "a track that a jump began longer ago is not taken for another victim's", "judgement: jamming takes ships as they pass; who lies alone does so for days"),
		param.Time("quiet", &o.Quiet, o.Window, 72*time.Hour, "an event without a displaced fix for so long is over", "judgement"),
		param.Number("own_track_m", &o.OwnTrack, 0, 20_000, "m", "a jump so near her own track is a stale report", "METHODS 6, communication faults first; judgement"),
		param.Number("certain", &o.Certain, 0.5, 1, "", "probability with the least number of ships", "judgement"),
		param.Number("doubt_per_ship", &o.PerShip, 0, 1, "", "factor on the rest of doubt for each further ship", "judgement"),
		param.Number("least_doubt", &o.Coarsest, 0, 0.5, "", "never surer than one minus this", "judgement"),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }
