package scenario

import (
	"fmt"
	"maps"
	"slices"
)

// Reporting thins what the transponders send: after a report was kept the next is kept no sooner than this. Zero
// keeps the rates of ITU-R M.1371-5 (2 to 10 s under way, 3 min at anchor, 6 min for message 5).
type Reporting struct {
	Moving Span `yaml:"moving"`
	Still  Span `yaml:"still"`
	Static Span `yaml:"static"`
	Base   Span `yaml:"base"`
	Aid    Span `yaml:"aid"`
}

// Faults are the ills of receivers and lines, as shares of the sentences.
type Faults struct {
	Corrupted float64 `yaml:"corrupted"` // one character changed
	Cut       float64 `yaml:"cut"`       // the line ends early
}

// Station is a coast station: it hears ships within its range and sends message 4 itself.
type Station struct {
	ID         string      `yaml:"id"` // of the TAG block
	MMSI       uint32      `yaml:"mmsi"`
	At         Point       `yaml:"at"`
	RangeKM    float64     `yaml:"range_km"` // on a day without ducting
	ClockS     float64     `yaml:"clock_s"`  // its clock's error
	ClockJumps []ClockJump `yaml:"clock_jumps"`
	Shadows    []Shadow    `yaml:"shadows"`
	Repeats    float64     `yaml:"repeats"` // share of its messages whose lines come twice, the same to the byte
	Outages    []Window    `yaml:"outages"`
}

// ClockJump is a time in which a station's clock is wrong by some more seconds.
type ClockJump struct {
	From    float64 `yaml:"from_day"`
	To      float64 `yaml:"to_day"`
	Seconds float64 `yaml:"seconds"`
}

// Shadow is a sector, clockwise from one bearing to another, in which land takes some of a station's range.
type Shadow struct {
	From  float64 `yaml:"from_deg"`
	To    float64 `yaml:"to_deg"`
	Share float64 `yaml:"share"` // of the range that is left
}

// Duct is the weather of radio waves over some waters. Its days are good and bad ones for all stations there together,
// one day much like the next; summer and winter are the factors by which an ordinary day of that season stretches a
// range. Stations outside all ducts have 1.1 all the year.
type Duct struct {
	Name     string  `yaml:"name"`
	At       Point   `yaml:"at"`
	RadiusKM float64 `yaml:"radius_km"`
	Summer   float64 `yaml:"summer"`
	Winter   float64 `yaml:"winter"`
	Sway     float64 `yaml:"sway"` // from day to day, as a share of the factor: standard deviation of its logarithm
}

// Satellite hears ships during its passes. It has an orbit, or passes by the clock: every and pass.
type Satellite struct {
	ID        string     `yaml:"id"`
	Orbit     *Orbit     `yaml:"orbit"`
	Every     Span       `yaml:"every"` // from pass to pass
	First     Span       `yaml:"first"`
	Pass      Span       `yaml:"pass"`      // how long one lasts
	Heard     float64    `yaml:"heard"`     // chance that a ship is heard at all in one pass, in an empty sea
	Delay     [2]float64 `yaml:"delay_min"` // to delivery, drawn between
	Relay     bool       `yaml:"relay"`     // delivers at once, by way of others; else the delay runs from the pass's end
	LongShare float64    `yaml:"message_27_share"`
	Outages   []Window   `yaml:"outages"`
}

// Orbit is a circle round the Earth.
type Orbit struct {
	AltitudeKM  float64 `yaml:"altitude_km"`
	Inclination float64 `yaml:"inclination_deg"`
	Node        float64 `yaml:"node_deg"`    // longitude of the ascending node at the world's start
	Anomaly     float64 `yaml:"anomaly_deg"` // from that node to the satellite at the world's start
	// Others are class A ships within a footprint besides the scenario's own: their messages collide with these.
	Others float64 `yaml:"others"`
}

// Jam is an episode in which receivers of satellite navigation within a circle are deceived or deaf. What a ship
// sends then is one of: point, the same place for all; circle, a ring round it that all run through together; line, a
// way to it and back that all run together; absent, position not available.
type Jam struct {
	Name     string  `yaml:"name"`
	At       Point   `yaml:"at"`
	RadiusKM float64 `yaml:"radius_km"`
	From     float64 `yaml:"from_day"`
	To       float64 `yaml:"to_day"`
	Share    float64 `yaml:"share"` // of the ships within, drawn for each ship and hour
	Kind     string  `yaml:"kind"`
	False    Point   `yaml:"to"`
	FalseKM  float64 `yaml:"radius_false_km"` // of the ring
}

// Window is a time from one day of the world to another, counted from its start.
type Window struct {
	From float64 `yaml:"from_day"`
	To   float64 `yaml:"to_day"`
}

// Aid is an aid to navigation, which sends message 21 all the time.
type Aid struct {
	Name string `yaml:"name"`
	MMSI uint32 `yaml:"mmsi"`
	At   Point  `yaml:"at"`
	Kind int    `yaml:"kind"`
}

// fail hands outages on to the receivers that they befall.
func (s *Scenario) fail() error {
	for _, id := range slices.Sorted(maps.Keys(s.Outages)) {
		known := false
		for i := range s.Stations {
			if s.Stations[i].ID == id {
				s.Stations[i].Outages, known = append(s.Stations[i].Outages, s.Outages[id]...), true
			}
		}
		for i := range s.Satellites {
			if s.Satellites[i].ID == id {
				s.Satellites[i].Outages, known = append(s.Satellites[i].Outages, s.Outages[id]...), true
			}
		}
		if !known {
			return fmt.Errorf("outages: no receiver %q", id)
		}
	}
	return nil
}

// radio checks receivers and what befalls them.
func (c *check) radio() {
	for _, s := range c.s.Stations {
		what := "station " + s.ID
		c.point(what, s.At)
		c.that(s.ID != "" && len(s.ID) <= 15, "station %q: the id needs 1 to 15 characters", s.ID)
		c.that(s.RangeKM >= 0 && s.RangeKM <= 500, "%s: range_km %g, want up to 500", what, s.RangeKM)
		c.that(s.Repeats >= 0 && s.Repeats <= 1, "%s: repeats %g, want a share", what, s.Repeats)
		for _, h := range s.Shadows {
			c.that(h.Share >= 0 && h.Share <= 1, "%s: a shadow leaves %g of the range, want a share", what, h.Share)
		}
		for _, j := range s.ClockJumps {
			c.that(j.From < j.To, "%s: clock jump from day %g to %g", what, j.From, j.To)
		}
		c.windows(what, s.Outages)
	}
	for i := range c.s.Satellites {
		c.satellite(&c.s.Satellites[i])
	}
	for _, d := range c.s.Ducts {
		c.point("duct "+d.Name, d.At)
		c.that(d.RadiusKM > 0 && d.Summer > 0 && d.Winter > 0 && d.Sway >= 0, "duct %s: radius_km, summer and winter must be above zero", d.Name)
	}
	c.windows("feed_outages", c.s.FeedOutages)
	for i := range c.s.Jams {
		c.jam(&c.s.Jams[i])
	}
}

func (c *check) satellite(s *Satellite) {
	what := "satellite " + s.ID
	c.that(s.ID != "" && len(s.ID) <= 15, "satellite %q: the id needs 1 to 15 characters", s.ID)
	c.that(s.Delay[0] >= 0 && s.Delay[0] <= s.Delay[1], "%s: delay_min %v, want two rising numbers", what, s.Delay)
	c.that(s.Heard >= 0 && s.Heard <= 1 && s.LongShare >= 0 && s.LongShare <= 1, "%s: heard and message_27_share are shares", what)
	c.windows(what, s.Outages)
	o := s.Orbit
	if o == nil {
		c.that(s.Every > 0 && s.Pass > 0 && s.Pass < s.Every, "%s: every and pass must be above zero, pass the shorter, or it needs an orbit", what)
		return
	}
	c.that(s.Every == 0 && s.Pass == 0 && s.First == 0, "%s: has an orbit, and passes by the clock too", what)
	c.that(o.AltitudeKM >= 300 && o.AltitudeKM <= 2000, "%s: altitude_km %g, want 300 to 2000", what, o.AltitudeKM)
	c.that(o.Inclination >= 0 && o.Inclination <= 180, "%s: inclination_deg %g, want 0 to 180", what, o.Inclination)
	c.that(o.Others >= 0, "%s: others %g, want zero or more", what, o.Others)
}

func (c *check) jam(j *Jam) {
	what := "jam " + j.Name
	c.point(what, j.At)
	c.point(what, j.False)
	c.that(j.From < j.To, "%s: from day %g to %g", what, j.From, j.To)
	c.that(j.RadiusKM > 0, "%s: radius_km must be above zero", what)
	c.that(j.Share >= 0 && j.Share <= 1, "%s: share %g, want 0 to 1", what, j.Share)
	switch j.Kind {
	case "point", "line", "absent":
	case "circle":
		c.that(j.FalseKM > 0, "%s: a circle needs radius_false_km", what)
	default:
		c.that(false, "%s: kind %q, want point, circle, line or absent", what, j.Kind)
	}
}

func (c *check) windows(what string, windows []Window) {
	for _, w := range windows {
		c.that(w.From < w.To, "%s: from day %g to %g", what, w.From, w.To)
	}
}

// Habits are what ships' instruments lack and what crews forget. All zero is an orderly world, in which every sensor is
// connected and every field filled in. Shares are of ships of class A unless said otherwise; which ship has which habit
// is drawn once for her.
type Habits struct {
	NoCompass     float64 `yaml:"no_compass"`     // share of ships without a heading
	CompassB      float64 `yaml:"compass_b"`      // share of class B craft with one
	NoTurn        float64 `yaml:"no_turn_sensor"` // share of ships without a rate of turn
	PlainFix      float64 `yaml:"plain_fix"`      // share of ships that claim no position better than 10 m
	NoFix         float64 `yaml:"no_fix"`         // share of ship-hours without a position
	NoCourse      float64 `yaml:"no_course"`      // share of ships that send no course while they make no way
	ForgetStay    float64 `yaml:"forget_stay"`    // share of stays at which she says under way, and reports every 10 s
	ForgetSailing float64 `yaml:"forget_sailing"` // share of departures after which she says at anchor or moored for two hours
	NoETA         float64 `yaml:"no_eta"`         // share of ships that type no arrival time; the rest type one
	NoDraught     float64 `yaml:"no_draught"`     // share of ships other than tankers that type no draught
	NoDestination float64 `yaml:"no_destination"` // share of ships other than tankers that type no destination
	NoIMO         float64 `yaml:"no_imo"`         // share of ships other than tankers, under 70 m, that give no IMO number
	// Wander is how far errors of position wander off within some ten minutes, as a standard deviation. Zero draws each
	// position's error afresh.
	Wander float64 `yaml:"wander_m"`
	// Yaw is the standard deviation of the rate of turn of ships that keep their course, in degrees a minute.
	Yaw float64 `yaml:"yaw_deg_min"`
}

// habits checks shares and lengths.
func (c *check) habits() {
	h := &c.s.Habits
	for _, s := range []struct {
		name  string
		share float64
	}{
		{"no_compass", h.NoCompass}, {"compass_b", h.CompassB}, {"no_turn_sensor", h.NoTurn}, {"plain_fix", h.PlainFix}, {"no_fix", h.NoFix},
		{"no_course", h.NoCourse}, {"forget_stay", h.ForgetStay}, {"forget_sailing", h.ForgetSailing}, {"no_eta", h.NoETA},
		{"no_draught", h.NoDraught}, {"no_destination", h.NoDestination}, {"no_imo", h.NoIMO},
	} {
		c.that(s.share >= 0 && s.share <= 1, "habits: %s %g, want a share", s.name, s.share)
	}
	c.that(h.Wander >= 0 && h.Wander <= 50, "habits: wander_m %g, want up to 50", h.Wander)
	c.that(h.Yaw >= 0 && h.Yaw <= 10, "habits: yaw_deg_min %g, want up to 10", h.Yaw)
}
