package air

import (
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// quirks is a day of a station that hears ships whose units or crews do not tell all, or tell it wrong.
const quirks = `
name: quirks
seed: 3
start: "2025-03-01T00:00:00Z"
days: 1
hulls:
  vlcc: {class: VLCC, ship_type: 80, bow_m: 283, stern_m: 50, port_m: 30, starboard_m: 30, dwt_t: 318000, scantling_m: 22.5, ballast_m: 9.7, tpc: 177}
places:
  roads: {at: [56.50, 25.20], spacing_m: 1500}
stations:
  - {id: FUJ-1, mmsi: 4709991, at: [56.345, 25.150], range_km: 80}
ships:
  - {name: SYN PLAIN, mmsi: 636999001, hull: vlcc, from: [56.55, 25.2], steps: [{anchor: {at: roads, hours: 30}}]}
  - {name: SYN MUTE, mmsi: 636999002, hull: vlcc, without: [speed, heading, dimensions], from: [56.55, 25.2], steps: [{anchor: {at: roads, hours: 30}}]}
  - {name: SYN IDLE, mmsi: 636999003, hull: vlcc, from: [56.55, 25.2], steps: [{status: {code: 8}}, {anchor: {at: roads, hours: 10}}, {status: {}}, {sail: {via: [[56.7, 25.1]], knots: 5}}, {anchor: {at: roads, hours: 30}}]}
  - {name: SYN DEEP, mmsi: 636999004, hull: vlcc, from: [56.55, 25.2], steps: [{draught: {wrong_by_m: 4.5}}, {anchor: {at: roads, hours: 30}}]}
  - {name: SYN STUCK, mmsi: 636999005, hull: vlcc, from: [56.55, 25.2], steps: [{anchor: {at: roads, hours: 4}}, {false_position: {kind: frozen, hours: 30}}, {sail: {via: [[56.8, 25.1]], knots: 9}}, {drift: {hours: 30}}]}
  - {name: SYN OTHER, mmsi: 538999006, hull: vlcc, mmsi_of: SYN PLAIN, mmsi_of_days: {from_day: 0.5, to_day: 2}, from: [56.55, 25.2], steps: [{anchor: {at: roads, hours: 30}}]}
`

func TestQuirksOfUnitsAndCrews(t *testing.T) {
	s, err := scenario.Load(strings.NewReader(quirks))
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.New(s)
	if err != nil {
		t.Fatal(err)
	}
	positions, statics := map[uint32][]encode.Position{}, map[uint32][]encode.Static{}
	var asOther int
	if _, _, err := Run(t.Context(), w, func(d *Delivery) error {
		switch m := d.Message.(type) {
		case encode.Position:
			if d.Sender == 538999006 && m.MMSI == 636999001 {
				asOther++
			}
			if at := d.Stamp.Sub(w.At(0)); d.Sender != 636999005 || at > 6*time.Hour {
				positions[d.Sender] = append(positions[d.Sender], m)
			}
		case encode.Static:
			statics[d.Sender] = append(statics[d.Sender], m)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	status := map[int]int{}
	for _, p := range positions[636999003] {
		status[p.Status]++
	}
	stuck := map[[3]int]int{}
	for _, p := range positions[636999005] {
		stuck[[3]int{p.Longitude, p.Latitude, p.Speed}]++
	}
	plain, mute, deep := positions[636999001][100], positions[636999002][100], statics[636999004][10].Draught
	cases := []struct {
		name string
		ok   bool
	}{
		{"a plain ship tells all", plain.Speed < encode.NoSpeed && plain.Heading < 360 && statics[636999001][10].Size.Bow == 283},
		{"speed is not available", mute.Speed == encode.NoSpeed},
		{"heading is not available", mute.Heading == encode.NoHeading},
		{"dimensions are not known", statics[636999002][10].Size == encode.Dimensions{}},
		{"a status stays until it is kept right again", status[8] > 100 && status[0] > 10 && status[1] > 100},
		{"a draught is wrong by metres", deep >= 140 && deep <= 144},
		{"a fix repeats to the metre", len(stuck) == 1},
		{"an MMSI is another's for half the day", asOther > 100 && asOther < len(positions[538999006])},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !c.ok {
				t.Errorf("plain %+v, mute %+v, status %v, draught %d, %d places of the stuck, %d as another", plain, mute, status, deep, len(stuck), asOther)
			}
		})
	}
}
