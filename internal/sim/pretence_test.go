package sim

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// frame is a sea to put ships into.
const frame = `
name: frame
seed: 5
start: "2025-03-01T00:00:00Z"
days: 12
water: {wind_from_deg: 320, tide_axis_deg: 285, wind: 0.6}
hulls:
  vlcc:    {class: VLCC, ship_type: 80, bow_m: 283, stern_m: 50, port_m: 30, starboard_m: 30, dwt_t: 318000, scantling_m: 22.5, ballast_m: 9.7, tpc: 177}
  suezmax: {class: Suezmax, ship_type: 80, bow_m: 229, stern_m: 45, port_m: 24, starboard_m: 24, dwt_t: 158000, scantling_m: 17.1, ballast_m: 8.2, tpc: 116.7}
places:
  jetty: {title: Kharg T, at: [50.3421, 29.2290], heading_deg: 358, seaward_deg: 90}
  island: {title: Kharg Sea Island, at: [50.2800, 29.2450], heading_deg: 350, seaward_deg: 270}
  roads: {at: [56.50, 25.20], spacing_m: 1500}
  west: {at: [51.00, 28.50]}
gates:
  exit: [[57.60, 24.00], [57.60, 25.60]]
ships:
`

// world makes a world of some ships in the frame.
func world(t testing.TB, ships string) *World {
	t.Helper()
	w, err := attempt(t, ships)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func attempt(t testing.TB, ships string) (*World, error) {
	t.Helper()
	s, err := scenario.Load(strings.NewReader(frame + ships))
	if err != nil {
		t.Fatal(err)
	}
	return New(s)
}

// loader falsifies her position while she loads: first the step, then where she comes from and goes to.
const loader = `
  - name: SYN ONE
    mmsi: 636999001
    imo_serial: 900001
    hull: vlcc
    from: [51.40, 28.40]
    steps:
      - sail: {via: [west], knots: 11}
      - false_position: %s
      - sail: {via: [[50.60, 29.00]], knots: 10}
      - berth: {at: jetty, hours: 36, load_bbl: 2000000, sanctioned: true}
      - sail: {via: [[50.60, 29.00], west, [51.40, 28.40]], knots: 10}
`

// fake finds the one false position of a ship.
func fake(t *testing.T, s *Ship) Effect {
	t.Helper()
	for _, e := range s.effects {
		if e.Kind == FalsePosition {
			return e
		}
	}
	t.Fatalf("%s sends no false position", s.Name())
	return Effect{}
}

func TestFalsePositionsByKind(t *testing.T) {
	cases := []struct {
		name, step, mode string
		leaps            bool // from one report to the next
		far, least       geo.Knots
		most             geo.Knots
	}{
		{"at anchor elsewhere", "{at: [50.9, 28.2], hours: 50}", "false_anchored", true, 0, 0, 1},
		{"a circle", "{kind: circle, at: [50.9, 28.2], radius_km: 3, knots: 6, hours: 50}", "false_circle", true, 0, 5.9, 6.1},
		{"one fix again and again", "{kind: frozen, at: [50.9, 28.2], hours: 50}", "false_frozen", true, 0, 0, 0},
		{"one fix again and again from where she was", "{kind: frozen, hours: 50}", "false_frozen", false, 0, 0, 0},
		{"out and back with time to drift", "{kind: sailing, via: [[51.4, 27.6], [51.9, 27.2]], knots: 11, hours: 60}", "false_sailing", false, 0, 0, 15},
		{"out only as far as time allows", "{kind: sailing, via: [[51.4, 27.6], [53.9, 26.5]], knots: 9, hours: 50}", "false_sailing", false, 0, 0, 15},
		{"back by another way", "{kind: sailing, via: [[51.4, 27.6]], back: [[50.9, 27.9]], knots: [9, 12], hours: 45}", "false_sailing", false, 0, 0, 15},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := world(t, fmt.Sprintf(loader, c.step))
			s := w.Ships()[0]
			e := fake(t, s)
			if got := w.Truth().Lifts; len(got) != 1 || got[0].Mode != c.mode || got[0].Source != "Kharg T" {
				t.Errorf("lifts: got %+v, want one from Kharg T that is %s", got, c.mode)
			}
			if d := motion.Length(s.track.Pose(e.At).At, e.Fake.Pose(e.At).At); (d > 1) != c.leaps {
				t.Errorf("leaves her track by %.0f m", d)
			}
			far := geo.Metres(0)
			for at := e.At + time.Minute; at < e.Till; at += time.Minute {
				speed, course := motion.Velocity(e.Fake, s.hull, at)
				if speed < c.least || speed > c.most {
					t.Fatalf("after %s: %.1f kn, want %.1f to %.1f", at-e.At, speed, c.least, c.most)
				}
				if off := geo.AngleBetween(course, e.Fake.Pose(at).Heading); speed > 5 && off > 40 {
					t.Errorf("after %s: %.1f kn to %.0f°, heading %.0f°", at-e.At, speed, course, e.Fake.Pose(at).Heading)
				}
				far = max(far, motion.Length(s.track.Pose(at).At, e.Fake.Pose(at).At))
			}
			if far < 30_000 {
				t.Errorf("never farther than %.0f m from where she is", far)
			}
		})
	}
}

// TestSailingBackEndsWhereSheIs: under way, at a berth and at anchor, and where she has moved from one berth to another.
func TestSailingBackEndsWhereSheIs(t *testing.T) {
	cases := []struct{ name, steps string }{
		{"under way at both ends", `[{sail: {via: [west], knots: 12}}, {false_position: {kind: sailing, via: [[51.4, 27.6], [51.9, 27.2]], knots: 11, hours: 61}}, {sail: {via: [[50.6, 29.0]], knots: 12}}, {berth: {at: jetty, hours: 40}}, {sail: {via: [[50.6, 29.0], west, [53.0, 26.6]], knots: 12}}]`},
		{"from anchor to anchor", `[{anchor: {at: west, hours: 20}}, {sail: {via: [[50.6, 29.0]], knots: 12}}, {anchor: {at: west, hours: 90}}, {false_position: {after_h: -80, kind: sailing, via: [[51.4, 27.6]], knots: 11, hours: 40}}]`},
		{"from berth to berth", `[{berth: {at: jetty, hours: 30}}, {false_position: {after_h: -5, kind: sailing, via: [[50.6, 29.0], [51.0, 28.5], [51.4, 27.6]], knots: 11, hours: 40}}, {sail: {via: [[50.5, 29.15], [50.5, 29.4], [50.2, 29.4]], knots: 8}}, {berth: {at: island, hours: 60}}]`},
		{"in a hurry at the end", `[{sail: {via: [west], knots: 9}}, {false_position: {kind: sailing, via: [[51.4, 27.6]], knots: 8, hours: 30}}, {drift: {hours: 24}}, {sail: {via: [[51.2, 28.2], [52.0, 27.3]], knots: 14}}]`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := world(t, "\n  - {name: SYN ONE, mmsi: 636999001, hull: vlcc, from: [51.40, 28.40], steps: "+c.steps+"}\n")
			s := w.Ships()[0]
			e := fake(t, s)
			seems := func(at time.Duration) motion.Pose {
				if at >= e.At && at <= e.Till {
					return e.Fake.Pose(at)
				}
				return s.track.Pose(at)
			}
			last := geo.Knots(-1)
			for at := e.At - 30*time.Minute; at < e.Till+30*time.Minute; at += time.Minute {
				a, b := seems(at), seems(at+time.Minute)
				speed := geo.KnotsFromMetresPerSecond(float64(motion.Length(a.At, b.At)) / 60)
				if speed > 16 || last >= 0 && math.Abs(float64(speed-last)) > 1.5 {
					t.Errorf("%s after the begin, %s before the end: speed goes from %.1f to %.1f kn in a minute", at-e.At, e.Till-at, last, speed)
				}
				if turn := math.Abs(motion.Turn(a.Heading, b.Heading)); turn > 26 {
					t.Errorf("%s after the begin: turns by %.0f° in a minute", at-e.At, turn)
				}
				last = speed
			}
		})
	}
}

func TestImpossiblePretencesAreNamed(t *testing.T) {
	_, err := attempt(t, fmt.Sprintf(loader, "{kind: sailing, via: [[51.4, 27.6]], knots: 3, hours: 12}"))
	if err == nil || !strings.Contains(err.Error(), "SYN ONE cannot seem to sail at 3.0 kn") || !strings.Contains(err.Error(), "2025-03-0") {
		t.Errorf("got %v, want who, how fast and when", err)
	}
}
