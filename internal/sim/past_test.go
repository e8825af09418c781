package sim

import (
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// past is a world that begins while one ship loads in silence, and after another has loaded.
const past = `
name: past
seed: 1
start: "2025-03-01T00:00:00Z"
days: 4
hulls:
  vlcc: {class: VLCC, ship_type: 80, bow_m: 283, stern_m: 50, port_m: 30, starboard_m: 30, dwt_t: 318000, scantling_m: 22.5, ballast_m: 9.7, tpc: 177}
places:
  jetty: {at: [50.3421, 29.2290], heading_deg: 358, seaward_deg: 90}
gates:
  line: [[50.6, 28.0], [50.6, 29.5]]
ships:
  - name: SYN ONE
    mmsi: 636999001
    hull: vlcc
    days_before: 10
    from: [50.50, 29.10]
    day: 8.8
    steps:
      - off: {cause: switched_off}
      - berth: {at: jetty, until_day: 11, load_bbl: 2000000, sanctioned: true}
      - sail: {via: [[50.5, 29.1]], knots: 10}
      - on: {}
      - sail: {via: [[50.7, 29.0]], knots: 10}
  - name: SYN TWO
    mmsi: 636999002
    hull: vlcc
    days_before: 10
    from: [50.50, 29.10]
    day: 5
    steps:
      - berth: {at: jetty, until_day: 7, load_bbl: 2000000, sanctioned: true}
      - off: {cause: switched_off}
      - sail: {via: [[50.5, 29.1]], knots: 10}
      - on: {}
      - sail: {via: [[50.55, 29.05]], knots: 10}
      - anchor: {at: [50.55, 29.05], until_day: 11}
      - sail: {via: [[50.7, 29.0]], knots: 10}
      - away: {hours: 12, back_at: [50.7, 29.0], empty: true}
      - draught: {}
      - sail: {via: [[50.5, 29.1]], knots: 10}
      - drift: {until_day: 13}
`

func TestAShipMayHaveAPast(t *testing.T) {
	s, err := scenario.Load(strings.NewReader(past))
	if err != nil {
		t.Fatal(err)
	}
	w, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	truth := w.Truth()
	if len(truth.Lifts) != 1 || truth.Lifts[0].Barrels < 800_000 || truth.Lifts[0].Barrels > 1_000_000 || !truth.Lifts[0].Start.Equal(truth.Start) {
		t.Errorf("lifts: got %+v, want the second half of one", truth.Lifts)
	}
	if truth.Totals.ExitedBarrels != 4_000_000 {
		t.Errorf("exited: got %d, want what both ships carry", truth.Totals.ExitedBarrels)
	}
	if all, _ := w.byName["SYN TWO"].Barrels(2*24*time.Hour + 12*time.Hour); all != 0 || truth.Totals.DischargedBarrels != 0 {
		t.Errorf("back with %d bbl, %d discharged in the world: want none, she discharged elsewhere", all, truth.Totals.DischargedBarrels)
	}
	silent := 0
	for _, q := range truth.Silences {
		if q.Start.Before(truth.Start) {
			t.Errorf("silence from %v, before the world begins", q.Start)
		}
		if q.Cause == "switched_off" {
			silent++
		}
	}
	if silent != 1 {
		t.Errorf("%d silences of choice, want the one that still lasts", silent)
	}
	if all, sanctioned := w.byName["SYN TWO"].Barrels(time.Hour); all != 2_000_000 || sanctioned != all {
		t.Errorf("SYN TWO holds %d bbl, %d of them sanctioned", all, sanctioned)
	}
}
