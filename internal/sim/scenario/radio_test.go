package scenario

import (
	"strings"
	"testing"
)

const radio = `
stations:
  - {id: FUJ-1, mmsi: 4709991, at: [56.3, 25.1], range_km: 60, repeats: 0.02, shadows: [{from_deg: 340, to_deg: 20, share: 0.5}],
     clock_jumps: [{from_day: 0.5, to_day: 1, seconds: -90}], outages: [{from_day: 0.2, to_day: 0.4}]}
satellites:
  - {id: SAT-1, heard: 0.9, delay_min: [20, 300], orbit: {altitude_km: 650, inclination_deg: 98, node_deg: 30, anomaly_deg: 200, others: 1200}}
ducts: [{name: north-gulf, at: [49.5, 28.5], radius_km: 350, summer: 1.9, winter: 1.05, sway: 0.25}]
feed_outages: [{from_day: 1.2, to_day: 1.5}]
jams: [{name: strait, at: [56.8, 25.2], radius_km: 60, from_day: 0.5, to_day: 1.5, share: 0.7, kind: circle, to: [55.0, 26.5], radius_false_km: 4}]
`

func TestRadio(t *testing.T) {
	s, err := Load(strings.NewReader(least + radio))
	if err != nil {
		t.Fatal(err)
	}
	st, o, j := s.Stations[0], s.Satellites[0].Orbit, s.Jams[0]
	if st.Shadows[0] != (Shadow{340, 20, 0.5}) || st.ClockJumps[0] != (ClockJump{0.5, 1, -90}) || st.Repeats != 0.02 ||
		*o != (Orbit{650, 98, 30, 200, 1200}) || s.Ducts[0].Summer != 1.9 || s.FeedOutages[0] != (Window{1.2, 1.5}) ||
		j.False != (Point{55, 26.5}) || j.FalseKM != 4 {
		t.Errorf("got %+v %+v %+v %+v", st, o, s.Ducts, j)
	}
}

func TestMistakesOfRadioAreNamed(t *testing.T) {
	cases := []struct{ name, old, new, want string }{
		{"id of a station", "id: FUJ-1", "id: FUJAIRAH-NORTH-EAST", "1 to 15 characters"},
		{"range", "range_km: 60", "range_km: 6000", "range_km 6000"},
		{"repeats", "repeats: 0.02", "repeats: 2", "repeats 2"},
		{"shadow", "share: 0.5", "share: 1.5", "a shadow leaves 1.5"},
		{"clock jump", "from_day: 0.5, to_day: 1,", "from_day: 1.5, to_day: 1,", "clock jump from day 1.5"},
		{"outage", "from_day: 0.2", "from_day: 0.9", "station FUJ-1: from day 0.9"},
		{"neither orbit nor clock", "orbit: {altitude_km: 650, inclination_deg: 98, node_deg: 30, anomaly_deg: 200, others: 1200}", "relay: true", "or it needs an orbit"},
		{"orbit and clock", "heard: 0.9", "heard: 0.9, every: 90m", "by the clock too"},
		{"altitude in metres", "altitude_km: 650", "altitude_km: 650000", "altitude_km 650000"},
		{"falling delays", "[20, 300]", "[300, 20]", "two rising numbers"},
		{"chance", "heard: 0.9", "heard: 90", "shares"},
		{"duct", "winter: 1.05", "winter: 0", "above zero"},
		{"outage of the feed", "from_day: 1.2", "from_day: 2.2", "feed_outages: from day 2.2"},
		{"kind of jam", "kind: circle", "kind: spiral", `kind "spiral"`},
		{"circle without a radius", ", radius_false_km: 4", "", "radius_false_km"},
		{"jam without an end", "to_day: 1.5, share", "to_day: 0.1, share", "jam strait: from day 0.5 to 0.1"},
		{"share of a jam", "share: 0.7", "share: 70", "share 70"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(radio, c.old) {
				t.Fatalf("the radio holds no %q", c.old)
			}
			_, err := Load(strings.NewReader(least + strings.Replace(radio, c.old, c.new, 1)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}
