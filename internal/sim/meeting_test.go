package sim

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/pkg/geo"
)

// gaps checks that the hulls of all tied pairs lie a fender apart, and counts the pairs.
func gaps(t *testing.T, w *World) (pairs int) {
	t.Helper()
	for _, s := range w.Ships() {
		for _, lies := range s.stays {
			if lies.Kind != Alongside {
				continue
			}
			pairs++
			for at := lies.Begin + alongsideFade; at < lies.End; at += 10 * time.Minute {
				if gap := geo.HullGap(placed(s, at), placed(lies.With, at)); math.Abs(float64(gap-fender)) > 1 {
					t.Errorf("%s alongside %s at %s: gap %.2f m, want %.1f", s.Name(), lies.With.Name(), w.At(at).Format(time.DateTime), gap, fender)
				}
			}
		}
	}
	return pairs
}

// smooth checks that no ship leaps, races or brakes hard.
func smooth(t *testing.T, w *World) {
	t.Helper()
	last := map[*Ship]geo.Knots{}
	sampled(w, time.Minute, func(s *Ship, at time.Duration) {
		speed, _ := motion.Velocity(&s.track, geo.Hull{}, at)
		if before, known := last[s]; speed > 19 || known && math.Abs(float64(speed-before)) > 1.5 {
			t.Errorf("%s at %s: from %.1f to %.1f kn in a minute", s.Name(), w.At(at).Format(time.DateTime), before, speed)
		}
		last[s] = speed
	})
}

// conserved checks that all oil that was put in is on board, on shore or beyond, sanctioned oil too.
func conserved(t *testing.T, w *World) {
	t.Helper()
	all, sanctioned := int64(0), int64(0)
	for _, op := range w.ops {
		switch {
		case op.from == nil:
			all, sanctioned = all+op.barrels, sanctioned+op.counted
		case op.to == nil:
			all, sanctioned = all-op.barrels, sanctioned-op.counted
		case op.purpose == blend:
			sanctioned -= op.counted
		}
	}
	for _, s := range w.Ships() {
		all += s.spec.Cargo.Barrels
		if s.spec.Cargo.Sanctioned {
			sanctioned += s.spec.Cargo.Barrels
		}
		has, counted := s.Barrels(never)
		all, sanctioned = all-has, sanctioned-counted
		for _, c := range s.contents {
			if c.barrels < 0 || c.sanctioned < 0 || c.sanctioned > c.barrels {
				t.Errorf("%s: %d sanctioned of %d bbl at %s", s.Name(), c.sanctioned, c.barrels, w.At(c.at).Format(time.DateTime))
			}
		}
	}
	if all != 0 || sanctioned != 0 {
		t.Errorf("%d bbl were lost, %d of them sanctioned", all, sanctioned)
	}
}

// mother gives to two daughters at once, one on either side, and then to a third.
const mother = `
  - {name: SYN MOTHER, mmsi: 636999001, hull: vlcc, from: [56.60, 25.20], cargo: {bbl: 2000000, sanctioned: true}, steps: [{anchor: {at: roads, until_day: 8}}, {sail: {via: [[57.9, 25.0]], knots: 12}}]}
  - {name: SYN PORT, mmsi: 636999002, hull: suezmax, day: 0.2, from: [56.70, 25.10], steps: [{alongside: {ship: SYN MOTHER, side: port, hours: 30, take_bbl: 600000, purpose: cargo}}, {sail: {via: [[57.9, 24.9]], knots: 12}}]}
  - {name: SYN STARBOARD, mmsi: 636999003, hull: suezmax, day: 0.5, from: [56.70, 25.30], cargo: {bbl: 300000}, steps: [{alongside: {ship: SYN MOTHER, side: starboard, ahead_m: 15, opposite: true, hours: 24, take_bbl: 400000, purpose: cargo}}, {sail: {via: [[57.9, 24.8]], knots: 12}}]}
  - {name: SYN THIRD, mmsi: 636999004, hull: suezmax, day: 2.5, from: [56.70, 25.30], steps: [{alongside: {ship: SYN MOTHER, side: starboard, hours: 28, take_bbl: 800000, purpose: cargo}}, {sail: {via: [[57.9, 24.7]], knots: 12}}]}
`

func TestOneMotherWithSeveralDaughters(t *testing.T) {
	w := world(t, mother)
	if pairs := gaps(t, w); pairs != 3 {
		t.Errorf("%d pairs, want 3", pairs)
	}
	smooth(t, w)
	conserved(t, w)
	m := w.byName["SYN MOTHER"]
	at := Days(1.1)
	all, _ := m.Barrels(at)
	if both := 2_000_000 - all; both < 200_000 || both > 900_000 {
		t.Errorf("at %s two daughters hold %d bbl of hers, want some of each", at, both)
	}
	if all, sanctioned := m.Barrels(never); all != 200_000 || sanctioned != all {
		t.Errorf("the mother keeps %d bbl, %d sanctioned, want 200,000 of both", all, sanctioned)
	}
	if all, sanctioned := w.byName["SYN STARBOARD"].Barrels(never); all != 700_000 || sanctioned != 400_000 {
		t.Errorf("a daughter with lawful oil of her own holds %d bbl, %d sanctioned", all, sanctioned)
	}
	truth := w.Truth()
	if len(truth.Transfers) != 3 || !truth.Transfers[1].Start.Before(truth.Transfers[0].End) || truth.Totals.ExitedBarrels != 2_000_000 {
		t.Errorf("transfers %+v, exited %d", truth.Transfers, truth.Totals.ExitedBarrels)
	}
}

// chain passes a cargo on three times; at the second it meets as much lawful oil, and at the third half is blended.
const chain = `
  - {name: SYN A, mmsi: 636999001, hull: suezmax, fleet: iranian, from: [50.60, 29.00], steps: [{berth: {at: jetty, hours: 30, load_bbl: 900000, sanctioned: true}}, {sail: {via: [[50.6, 29.0]], knots: 12}}, {alongside: {ship: SYN B, side: port, hours: 30, give_bbl: 900000, purpose: cargo}}, {sail: {via: [[50.8, 28.8]], knots: 10}}]}
  - {name: SYN B, mmsi: 636999002, hull: vlcc, from: [51.00, 28.60], cargo: {bbl: 900000}, steps: [{anchor: {at: [51.0, 28.5], until_day: 4}}, {sail: {via: [[51.2, 28.3]], knots: 11}}, {alongside: {ship: SYN C, side: starboard, hours: 40, give_bbl: 1200000, purpose: cargo}}, {sail: {via: [[51.4, 28.1]], knots: 11}}]}
  - {name: SYN C, mmsi: 636999003, hull: vlcc, from: [51.40, 28.10], steps: [{anchor: {at: [51.5, 28.0], until_day: 7}}, {alongside: {ship: SYN D, side: port, hours: 30, give_bbl: 500000, purpose: %s}}, {sail: {via: [[52.0, 27.5]], knots: 11}}]}
  - {name: SYN D, mmsi: 636999004, hull: vlcc, from: [51.80, 28.00], steps: [{anchor: {at: [51.8, 27.9], until_day: 9}}, {sail: {via: [[52.2, 27.5]], knots: 11}}]}
`

func TestSanctionedSharesThroughAChain(t *testing.T) {
	cases := []struct {
		purpose                     string
		given, blended, last, lifts int64
	}{
		{"cargo", 250_000, 0, 250_000, 1},
		{"blend", 250_000, 250_000, 0, 1},
	}
	for _, c := range cases {
		t.Run(c.purpose, func(t *testing.T) {
			w := world(t, strings.ReplaceAll(chain, "%s", c.purpose))
			conserved(t, w)
			if pairs := gaps(t, w); pairs != 3 {
				t.Errorf("%d pairs, want 3", pairs)
			}
			truth := w.Truth()
			if len(truth.Transfers) != 3 || truth.Transfers[1].Sanctioned != 600_000 || truth.Transfers[2].Sanctioned != c.given {
				t.Errorf("transfers: got %+v, want 900,000, 600,000 and %d sanctioned barrels", truth.Transfers, c.given)
			}
			if truth.Transfers[2].Blend != (c.purpose == blend) || truth.Totals.BlendedBarrels != c.blended {
				t.Errorf("blended %d, want %d", truth.Totals.BlendedBarrels, c.blended)
			}
			if all, sanctioned := w.byName["SYN D"].Barrels(never); all != 500_000 || sanctioned != c.last {
				t.Errorf("the last ship holds %d bbl, %d sanctioned, want %d", all, sanctioned, c.last)
			}
			if int64(len(truth.Lifts)) != c.lifts || truth.Lifts[0].Fleet != "iranian" || truth.Totals.LiftedBarrels != 900_000 {
				t.Errorf("lifts: got %+v", truth.Lifts)
			}
		})
	}
}

// TestBlendsAreCountedApart: a loader that herself gives her oil for blending has made no lift.
func TestBlendsAreCountedApart(t *testing.T) {
	w := world(t, `
  - {name: SYN A, mmsi: 636999001, hull: suezmax, from: [50.60, 29.00], steps: [{berth: {at: jetty, hours: 30, load_bbl: 500000, sanctioned: true}}, {sail: {via: [[50.6, 29.0]], knots: 12}}, {alongside: {ship: SYN B, side: port, hours: 30, give_bbl: 450000, purpose: blend}}, {sail: {via: [[50.6, 29.0]], knots: 12}}, {berth: {at: jetty, hours: 30, load_bbl: 600000, sanctioned: true}}, {sail: {via: [[50.8, 28.8]], knots: 10}}]}
  - {name: SYN B, mmsi: 636999002, hull: vlcc, from: [51.00, 28.60], cargo: {bbl: 900000}, steps: [{anchor: {at: [51.0, 28.5], until_day: 9}}]}
`)
	conserved(t, w)
	truth := w.Truth()
	if len(truth.Lifts) != 1 || len(truth.Blends) != 1 || truth.Blends[0].Barrels != 500_000 {
		t.Errorf("lifts %+v, blends %+v, want one of each", truth.Lifts, truth.Blends)
	}
	sum := Totals{}
	for _, d := range truth.Days {
		sum.LiftedBarrels += d.Lifted
		sum.BlendedBarrels += d.Blended
	}
	if sum.LiftedBarrels != 600_000 || sum.BlendedBarrels != 450_000 || truth.Totals.LiftedBarrels != 600_000 || truth.Totals.Lifts != 1 {
		t.Errorf("days hold %d lifted and %d blended barrels, totals %+v", sum.LiftedBarrels, sum.BlendedBarrels, truth.Totals)
	}
}

// host sails slowly for a day, round a bend; the visitor comes up, takes oil and casts off while both make way.
const underway = `
  - {name: SYN HOST, mmsi: 636999001, hull: vlcc, from: [58.00, 24.60], cargo: {bbl: 1500000, sanctioned: true}, steps: [{sail: {via: [[58.1, 24.6]], knots: 8}}, {sail: {via: [[59.0, 24.5], [60.0, 23.5]], knots: 3.8}}]}
  - {name: SYN VISITOR, mmsi: 636999002, hull: vlcc, day: 0.2, from: [58.20, 24.90], steps: [{sail: {via: [[58.3, 24.8]], knots: 11}}, {alongside: {ship: SYN HOST, side: port, ahead_m: 10, hours: 20, take_bbl: 700000, purpose: cargo}}, {sail: {via: [[59.6, 24.6]], knots: 11}}]}
`

func TestTransferUnderWay(t *testing.T) {
	w := world(t, underway)
	if pairs := gaps(t, w); pairs != 1 {
		t.Errorf("%d pairs, want 1", pairs)
	}
	smooth(t, w)
	conserved(t, w)
	v := w.byName["SYN VISITOR"]
	for at := v.stays[0].Begin; at <= v.stays[0].End; at += time.Hour {
		if speed, _ := motion.Velocity(&v.track, v.hull, at); speed < 3 || speed > 5 {
			t.Errorf("alongside at %.1f kn, want 3 to 5", speed)
		}
	}
	if got := w.Truth().Transfers; len(got) != 1 || got[0].Barrels != 700_000 {
		t.Errorf("transfers: got %+v", got)
	}
}

// TestMeetingsThatCannotBe names both ships and the time that does not fit.
func TestMeetingsThatCannotBe(t *testing.T) {
	const pair = `
  - {name: SYN HOST, mmsi: 636999001, hull: vlcc, from: [56.60, 25.20], cargo: {bbl: 1000000}, steps: [HOST]}
  - {name: SYN VISITOR, mmsi: 636999002, hull: vlcc, from: [56.70, 25.10], steps: [{alongside: {ship: SYN HOST, side: port, MORE, take_bbl: 700000, purpose: cargo}}]}
`
	cases := []struct{ name, host, more, want string }{
		{"leaves too early", "{anchor: {at: roads, until_day: 1}}", "hours: 30", "SYN HOST leaves at 2025-03-02 00:00:00"},
		{"comes too late", "{sail: {via: [[57.6, 25.2], [56.9, 25.2]], knots: 8}}, {anchor: {at: roads, until_day: 5}}", "hours: 30", "SYN HOST makes 8."},
		{"has gone", "{sail: {via: [[56.61, 25.2]], knots: 8}}", "hours: 30", "SYN HOST is away"},
		{"comes later than anybody waits", "{anchor: {at: [57.5, 25.2], hours: 10}}, {sail: {via: [[59.6, 24.2]], knots: 10}}, {away: {hours: 150, back_at: [59.6, 24.2]}}, {sail: {via: [[57, 25.2]], knots: 10}}, {anchor: {at: roads, until_day: 11}}", "hours: 30, wait: true", "after more than 5 days"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := attempt(t, strings.NewReplacer("HOST]", c.host+"]", "MORE", c.more).Replace(pair))
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "SYN VISITOR") || !strings.Contains(err.Error(), "2025-03-") {
				t.Errorf("got %v, want both ships, times and %q", err, c.want)
			}
		})
	}
}

func TestAVisitorWaits(t *testing.T) {
	w := world(t, `
  - {name: SYN HOST, mmsi: 636999001, hull: vlcc, day: 1.2, from: [57.60, 25.20], cargo: {bbl: 1000000}, steps: [{sail: {via: [[56.9, 25.2]], knots: 8}}, {anchor: {at: roads, until_day: 5}}]}
  - {name: SYN VISITOR, mmsi: 636999002, hull: vlcc, from: [57.20, 25.00], steps: [{sail: {via: [[56.8, 25.1]], knots: 8}}, {alongside: {ship: SYN HOST, side: port, hours: [28, 36], wait: true, take_bbl: 700000, purpose: cargo}}, {sail: {via: [[57.3, 25.0]], knots: 10}}]}
`)
	smooth(t, w)
	stays := w.byName["SYN VISITOR"].stays
	if gaps(t, w) != 1 || len(stays) != 2 || stays[0].Kind != Drifting || stays[0].End-stays[0].Begin < 20*time.Hour {
		t.Errorf("stays: got %+v, want a day's drifting and then alongside", stays)
	}
}

// TestARoundThatTakesNoTimeIsRefused: without a stay the steps would be planned again and again for ever.
func TestARoundThatTakesNoTimeIsRefused(t *testing.T) {
	_, err := attempt(t, `
  - {name: SYN ENDLESS, mmsi: 636999001, hull: vlcc, from: [56.60, 25.20], repeat: true, steps: [{sail: {via: [[57.0, 25.2], [56.6, 25.2]], knots: 9}}]}
`)
	if err == nil || !strings.Contains(err.Error(), "take no time") {
		t.Errorf("got %v, want that the steps take no time", err)
	}
}
