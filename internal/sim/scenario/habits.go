package scenario

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
