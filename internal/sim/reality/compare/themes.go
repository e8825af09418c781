package compare

// The recordings that are samples of all traffic in their area, and those that say what ships leave out.
var (
	live   = []string{"aislib", "noaadata", "go-ais feed"}
	values = []string{"aislib", "noaadata", "go-ais feed", "go-ais bits", "gpsd", "pyais", "hormuz-aisstream"}
)

// m1371 is the standard of intervals and fields.
const m1371 = "ITU-R M.1371-5"

// Themes are the tables of the document. Each band comes from the figures and publications in its row, widened where the
// recordings are of other ships than the Gulf's; none comes from the simulator.
func Themes() []Theme {
	return []Theme{typeTheme(), intervalTheme(), receptionTheme(), silenceTheme(), absenceTheme(), statusTheme(), motionTheme(), restTheme(), identityTheme(), hormuzTheme()}
}

func typeTheme() Theme {
	return Theme{Title: "Messages by type", Drawings: []string{typeSheet}, Rows: []Row{
		{Key: "type.class_a", What: "types 1 to 3", Real: live, Band: [2]float64{0.5, 0.92}, Why: "few ships per base station and aid"},
		{Key: "type.05", What: "type 5", Real: live, Band: [2]float64{0.03, 0.2}, Why: "one for 36 positions of a ship under way, one for two of a ship at anchor: the mix of the two is off"},
		{Key: "type.04", What: "type 4", Real: live, Band: [2]float64{0.01, 0.15}, Why: "too few ships for its base stations"},
		{Key: "type.class_b", What: "types 18, 19 and 24", Real: live, Band: [2]float64{0, 0.15}, Why: "the share of class B craft is off"},
		{Key: "type.21", What: "type 21", Real: live, Band: [2]float64{0.002, 0.12}, Why: "too few aids for its ships"},
		{Key: "type.other", What: "binary, safety and channel management", Real: live, Band: [2]float64{0.02, 0.15}, Why: "the simulator sends none; nothing downstream reads them"},
		{Key: "type3_of_class_a", What: "type 3 among 1 to 3", Real: []string{"aislib", "noaadata", "go-ais feed", "gpsd", "pyais"}, Published: "sent while altering course, " + m1371, Band: [2]float64{0.03, 0.2}, Why: "reports while altering course come no oftener"},
	}}
}

func intervalTheme() Theme {
	station := "within 15 % and 1 s of it"
	return Theme{Title: "Intervals between reports of one ship at one station", Drawings: []string{"intervals.svg"}, Rows: []Row{
		{Key: "interval.under_14.median", What: "class A under 14 kn, median", Unit: Seconds, Published: "10 s, altering course 3 1/3 s, " + m1371, Band: [2]float64{9, 11}, Why: "off the standard"},
		{Key: "interval.under_14.on_time", What: "… " + station, Band: [2]float64{0.5, 0.95}, Why: "intervals are too regular, or too many reports are lost"},
		{Key: "interval.under_14.third", What: "… at a third of it", Band: [2]float64{0.02, 0.25}, Why: "ships that alter course keep their interval"},
		{Key: "interval.14_to_23.median", What: "class A 14 to 23 kn, median", Unit: Seconds, Published: "6 s, altering course 2 s, " + m1371, Band: [2]float64{5, 7}, Why: "off the standard"},
		{Key: "interval.14_to_23.third", What: "… at a third of it", Band: [2]float64{0.02, 0.25}, Why: "ships that alter course keep their interval"},
		{Key: "interval.over_23.median", What: "class A over 23 kn, median", Unit: Seconds, Published: "2 s, " + m1371, Band: [2]float64{2, 3}, Why: "off the standard"},
		{Key: "interval.at_rest_unstated.median", What: "class A that lies still and does not say so, median", Unit: Seconds, Published: "10 s, " + m1371, Band: [2]float64{9, 12}, Why: "a ship that drifts under way reports every 10 s, not every 3 min"},
		{Key: "interval.at_rest.median", What: "class A at anchor or moored, median", Unit: Seconds, Real: []string{}, Published: "180 s, " + m1371, Band: [2]float64{170, 190}, Why: "off the standard"},
		{Key: "interval.b_moving.median", What: "class B over 2 kn, median", Unit: Seconds, Real: []string{}, Published: "30 s, " + m1371, Band: [2]float64{28, 32}, Why: "off the standard"},
		{Key: "interval.b_slow.median", What: "class B up to 2 kn, median", Unit: Seconds, Real: []string{}, Published: "180 s, " + m1371, Band: [2]float64{170, 190}, Why: "off the standard"},
		{Key: "static.a.median", What: "message 5, median", Unit: Seconds, Real: []string{}, Published: "360 s, " + m1371, Band: [2]float64{330, 390}, Why: "off the standard"},
		{Key: "static.b.median", What: "message 24, median", Unit: Seconds, Real: []string{}, Published: "360 s, " + m1371, Band: [2]float64{330, 390}, Why: "off the standard"},
	}}
}

func receptionTheme() Theme {
	return Theme{Title: "Reception and the way to us", Rows: []Row{
		{Key: "copies", What: "the same message from another station", Why: "recordings had copies removed"},
		{Key: "repeats", What: "the same message from the same station", Real: []string{"aislib", "noaadata", "go-ais feed", "pyais", "gpsd"}, Band: [2]float64{0, 0.05}, Why: "too many"},
		{Key: "spoilt", What: "sentences that cannot be read", Real: []string{"aislib", "noaadata", "go-ais feed", "pyais"}, Band: [2]float64{0, 0.02}, Why: "too many"},
		{Key: "lost_parts", What: "messages of which a part is missing", Real: []string{"aislib", "noaadata", "go-ais feed", "pyais"}, Band: [2]float64{0, 0.03}, Why: "too many"},
		{Key: "behind.ground", What: "stamped over 1 s before a report that came earlier, from shore", Real: live, Band: [2]float64{0.005, 0.75}, Why: "shore stations are too punctual"},
		{Key: "lag.ground.p90", What: "… by how much, 9 of 10", Unit: Seconds, Real: live, Band: [2]float64{2, 15}, Why: "the spread of delays is off"},
		{Key: "lag.space.median", What: "how far satellites' reports lie behind, median", Unit: Seconds, Published: "polls of 2 to 8 h (straitofhormuz.report)", Why: "no recording marks its satellites' delays"},
		{Key: "messages_ship_hour", What: "messages of a ship in an hour in which she is heard", Unit: Count, Real: []string{}, Published: "120 to 220 if all were received (1.5 to 2.5 k ships, 50 to 150 messages a second; reference, derived)", Band: [2]float64{20, 250}, Why: "reception or the mix of ships under way and at rest is off"},
	}}
}

func silenceTheme() Theme {
	return Theme{Title: "Silences between receptions", Drawings: []string{"silences.svg"}, About: "A silence is a time between two minutes with a reception of the ship, from shore or space.", Rows: []Row{
		{Key: "silence.a_day_over_1h", What: "over 1 h, per ship and day", Unit: Count, Band: [2]float64{0.3, 5}, Why: "coverage is off"},
		{Key: "silence.a_day_over_6h", What: "over 6 h, per ship and day", Unit: Count, Published: "satellites are swamped in the Gulf (IHS Markit 2018); one commercial feed polls every 8 h (straitofhormuz.report)", Band: [2]float64{0.03, 0.6}, Why: "coverage is too good or too bad"},
		{Key: "silence.a_day_over_24h", What: "over 24 h, per ship and day", Unit: Count, Band: [2]float64{0.0005, 0.2}, Why: "long silences are too rare or too many"},
		{Key: "silence.share_of_time", What: "share of time in silences over 1 h", Band: [2]float64{0.05, 0.7}, Why: "coverage is off"},
	}}
}

func absenceTheme() Theme {
	sensors := "sensors that are not connected are missing in the simulator"
	return Theme{Title: "Not available", About: "Share of position reports, or of messages 5, without the value.", Rows: []Row{
		{Key: "absent.position.a", What: "position, class A", Real: values, Band: [2]float64{0.0005, 0.02}, Why: "units without a fix are missing"},
		{Key: "absent.heading.a", What: "heading, class A", Real: values, Band: [2]float64{0.05, 0.5}, Why: sensors},
		{Key: "absent.heading.b", What: "heading, class B", Real: values, Band: [2]float64{0.75, 1}, Why: sensors},
		{Key: "absent.turn.a", What: "rate of turn, class A", Real: []string{"aislib", "noaadata", "go-ais feed", "go-ais bits", "gpsd", "pyais"}, Band: [2]float64{0.1, 0.6}, Why: sensors},
		{Key: "absent.sog.a", What: "speed, class A", Real: values, Band: [2]float64{0.0005, 0.03}, Why: "units without a fix are missing"},
		{Key: "absent.cog.a", What: "course, class A", Real: values, Band: [2]float64{0.003, 0.16}, Why: "units without a fix, and ships at rest that send no course, are missing"},
		{Key: "accuracy_high", What: "positions that claim better than 10 m", Real: values, Band: [2]float64{0.15, 0.65}, Why: "all units claim to be differential"},
		{Key: "static.absent.eta", What: "arrival time", Real: values, Band: [2]float64{0.15, 0.5}, Why: "no crew types one"},
		{Key: "static.absent.draught", What: "draught", Real: values, Band: [2]float64{0.02, 0.25}, Why: "all crews type one"},
		{Key: "static.absent.destination", What: "destination", Real: values, Band: [2]float64{0.02, 0.25}, Why: "all crews type one"},
		{Key: "static.absent.imo", What: "IMO number", Real: values, Band: [2]float64{0.02, 0.55}, Why: "small craft of class A without a number are missing"},
		{Key: "static.bad_imo", What: "IMO number with a wrong check digit", Real: values, Band: [2]float64{0, 0.2}, Why: "too many"},
	}}
}

func statusTheme() Theme {
	return Theme{Title: "What crews set", Rows: []Row{
		{Key: "at_rest.says_anchored", What: "class A at rest that says at anchor", Real: values, Why: "the recordings are of ports and fishing grounds, the simulated sea of anchorages"},
		{Key: "at_rest.says_under_way", What: "class A at rest that says under way", Real: values, Band: [2]float64{0.05, 0.65}, Why: "no crew forgets to set the status, or drifts"},
		{Key: "moving.says_at_rest", What: "class A over 3 kn that says at anchor or moored", Real: []string{"aislib", "noaadata", "go-ais feed", "go-ais bits", "gpsd", "pyais"}, Band: [2]float64{0.002, 0.06}, Why: "no crew forgets to set it back"},
		{Key: "moored.shows_speed", What: "class A at anchor or moored with a speed over 0", Real: values, Band: [2]float64{0.1, 0.55}, Why: "speed of ships at rest is too noisy, or too still"},
	}}
}

func motionTheme() Theme {
	moving := []string{"aislib", "noaadata", "go-ais feed", "go-ais bits", "gpsd", "pyais", "gpsdio-segment"}
	return Theme{Title: "Speed and turns", Drawings: []string{"speeds.svg"}, Rows: []Row{
		{Key: "sog.median", What: "speed under way, median of reports", Unit: Knots, Real: moving, Band: [2]float64{7, 14}, Why: "too few slow ships"},
		{Key: "sog.p10", What: "… 1 of 10 below", Unit: Knots, Real: moving, Band: [2]float64{1, 8}, Why: "too few slow ships"},
		{Key: "sog.p90", What: "… 1 of 10 above", Unit: Knots, Real: moving, Band: [2]float64{11, 22}, Why: "too few fast ships"},
		{Key: "sog.over_23", What: "… over 23 kn", Real: moving, Band: [2]float64{0.0005, 0.05}, Why: "too few fast ships"},
		{Key: "turn.below_1", What: "rate of turn below 1 °/min, of ships over 5 kn that send one", Real: moving, Band: [2]float64{0.78, 0.97}, Why: "ships keep their course too well: no swell, no helmsman"},
		{Key: "turn.p90", What: "turn by the compass over 20 to 60 s, 1 of 10 above", Unit: DegreesMinute, Real: moving, Band: [2]float64{2, 10}, Why: "ships keep their course too well, or turn too fast"},
	}}
}

func restTheme() Theme {
	return Theme{Title: "Ships at rest", Drawings: []string{"rest.svg", "spacing.svg"}, Rows: []Row{
		{Key: "rest.step.median", What: "distance between two positions up to 15 s apart, median", Unit: Metres, Band: [2]float64{0, 1.5}, Why: "receivers' errors are drawn afresh for each report; real ones wander slowly"},
		{Key: "rest.same_position", What: "… to the last digit the same", Band: [2]float64{0.1, 0.7}, Why: "receivers' errors are drawn afresh for each report; real ones wander slowly"},
		{Key: "rest.moored.median", What: "scatter of a moored ship within an hour, rms, median", Unit: Metres, Band: [2]float64{0.5, 10}, Why: "noise of positions is off"},
		{Key: "rest.swing.median", What: "half of a day's box at anchor, median", Unit: Metres, Published: "general knowledge: cable of 5 to 8 depths and the ship's length: 150 to 700 m", Band: [2]float64{100, 700}, Why: "cables are too short or too long"},
		{Key: "spacing.anchored.median", What: "to the nearest ship at anchor, median", Unit: Metres, Published: "general knowledge: 300 to 1,000 m in crowded anchorages", Band: [2]float64{300, 2500}, Why: "anchorages are too crowded or too empty"},
		{Key: "spacing.anchored.p10", What: "… 1 of 10 nearer", Unit: Metres, Published: "as above", Band: [2]float64{150, 1000}, Why: "anchorages are too crowded or too empty"},
	}}
}

func identityTheme() Theme {
	return Theme{Title: "Positions and identities that cannot be", Rows: []Row{
		{Key: "jumps_per_10000", What: "jumps (over 2 km at over 60 kn) in 10,000 pairs of positions", Unit: Count, Real: []string{"aislib", "gpsdio-segment", "hormuz-aisstream"}, Band: [2]float64{0, 280}, Why: "too many"},
		{Key: "jammed", What: "positions after a jump to where five ships and more jumped", Real: []string{"aislib", "gpsdio-segment", "hormuz-aisstream"}, Published: "a quarter of all ships once a day in late June 2025 (MarEx)", Band: [2]float64{0, 0.2}, Why: "too many"},
		{Key: "ships.default_mmsi", What: "default-looking MMSIs", Real: values, Band: [2]float64{0, 0.015}, Why: "too many"},
		{Key: "ships.two_names", What: "MMSIs with two names", Real: values, Band: [2]float64{0, 0.02}, Why: "too many"},
		{Key: "ships.class_b", What: "MMSIs of class B", Real: live, Band: [2]float64{0.05, 0.2}, Why: "the share of class B craft is off"},
	}}
}

func hormuzTheme() Theme {
	return Theme{Title: "Hormuz", About: "Ships of class A seen on both sides of the Strait within two days; the dark ones are not among them.", Rows: []Row{
		{Key: "hormuz.transits_a_day", What: "transits a day", Unit: Count, Published: "100 to 135 before February 2026, 112 in March 2025, some 70 later (AP, AFP, Lloyd's List Intelligence)", Band: [2]float64{60, 150}, Why: "the scenario holds fewer ships than the Gulf, or too many"},
		{Key: "hormuz.tankers_a_day", What: "tankers a day", Unit: Count, Published: "oil tankers 44 to 46 in June 2025 (S&P), 15 to 21 by another size cut-off (LLI)", Band: [2]float64{15, 60}, Why: "the scenario holds fewer tankers than the Gulf, or too many"},
		{Key: "hormuz.eastward", What: "share eastward", Band: [2]float64{0.4, 0.6}, Published: "as many out as in, over weeks", Why: "a few days' chance, or ships that never leave"},
	}}
}
