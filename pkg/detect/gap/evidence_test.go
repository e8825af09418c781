package gap

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

func TestWeightsAreChecked(t *testing.T) {
	if w := DefaultWeights(); len(w.Terms) != len(findings()) || w.Note == "" || len(WeightsHash()) != 64 {
		t.Errorf("default weights: got %d terms, note %q, want one for each of %d findings", len(w.Terms), w.Note, len(findings()))
	}
	for _, tc := range []struct{ name, text, want string }{
		{"no JSON", "{", "read weights"},
		{"a finding that nobody makes", `{"terms": [{"finding": "moonlight", "weight": 1}]}`, "moonlight"},
		{"a weight against its sign", `{"terms": [{"finding": "ended_12h", "sign": -1, "weight": 1}]}`, "against sign"},
		{"a prior against its sign", `{"terms": [{"finding": "odds", "sign": 1, "prior": -1, "weight": 1}]}`, "against sign"},
		{"no sign at all", `{"terms": [{"finding": "odds", "sign": 2, "weight": 1}]}`, "against sign"},
	} {
		if _, err := ReadWeights([]byte(tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: got %v, want %q", tc.name, err, tc.want)
		}
	}
}

// TestEvidenceIsFound: each finding is made where it holds, and the event shows what each counted.
func TestEvidenceIsFound(t *testing.T) {
	false1 := event.Event{ID: "false-1", Kind: event.FalsePosition, Status: event.Closed, Probability: 0.9, Start: at(20), Details: event.FalsePositionDetails{}}
	false1.Vessels = []event.Vessel{{MMSI: tanker}}
	passing := event.Event{ID: "transit-1", Kind: event.Transit, Status: event.Closed, Start: at(22), Vessels: []event.Vessel{{MMSI: tanker}}, Details: event.TransitDetails{Gate: wayOut, Outbound: true}}
	lasting := func(until float64) event.Event {
		e, end := false1, at(until)
		e.End = &end
		return e
	}
	out := func(from, to float64) event.Event {
		end := at(to)
		return event.Event{ID: "outage-1", Kind: event.Outage, Status: event.Closed, Start: at(from), End: &end, Details: event.OutageDetails{Source: "feed"}}
	}
	const still = 300
	for _, tc := range []struct {
		name  string
		on    float64
		prep  func(b bench, s *track.Silence)
		finds []string
	}{
		{"back where she was", 54, func(_ bench, s *track.Silence) { s.Off = fix(24, 57.6, 25.2) }, []string{unmeasured, ended48h, stayed}},
		{"after a voyage", 192, func(_ bench, s *track.Silence) { s.Off = fix(24, 57.6, 25.2) }, []string{unmeasured}},
		{"back where her course led", 54, func(_ bench, s *track.Silence) { s.Off = fix(24, 51.5, 26.3) }, []string{unmeasured, ended48h, sailedOn, noStop}},
		{"back where her course led after nine", 33, func(_ bench, s *track.Silence) { s.Off = fix(24, 55.6, 25.2) }, []string{unmeasured, ended12h, sailedOn}},
		{"a product tanker", 192, func(b bench, _ *track.Silence) {
			b.fleet.Update(vessel.Particulars{MMSI: tanker, ShipType: 80, HasHull: true, Hull: geo.Hull{Bow: 150, Stern: 33, Port: 16, Starboard: 16}})
		}, []string{unmeasured, small}},
		{"silent elsewhere", still, func(bench, *track.Silence) {}, []string{unmeasured}},
		{"as the feed fell out", 192, func(b bench, _ *track.Silence) { b.Hear(out(25, 80)) }, []string{unmeasured, blind}},
		{"long before it did", 192, func(b bench, _ *track.Silence) { b.Hear(out(80, 90)) }, []string{unmeasured}},
		{"back after eight hours", 32, func(bench, *track.Silence) {}, []string{unmeasured, ended12h}},
		{"after twenty", 44, func(bench, *track.Silence) {}, []string{unmeasured, ended24h}},
		{"after thirty", 54, func(bench, *track.Silence) {}, []string{unmeasured, ended48h}},
		{"after a week", 192, func(bench, *track.Silence) {}, []string{unmeasured}},
		{"Iran's flag", 192, func(_ bench, s *track.Silence) { s.MMSI = 422000001 }, []string{unmeasured, listed}},
		{"at rest", 192, func(_ bench, s *track.Silence) { s.Off.SOG = 0.1 }, []string{unmeasured, atRest}},
		{"within a false track", 192, func(b bench, _ *track.Silence) { b.Hear(lasting(200)) }, []string{unmeasured, inFalse}},
		{"at the end of one", 192, func(b bench, _ *track.Silence) { b.Hear(lasting(24)) }, []string{unmeasured, afterFalse}},
		{"after the way out", 192, func(b bench, _ *track.Silence) { b.Hear(passing) }, []string{unmeasured, passedOut}},
		{"where controls tell", 192, func(b bench, _ *track.Silence) {
			b.Reception(ears{t: t, answer: answerKnown})
		}, nil},
	} {
		b := newBench(t)
		s := silent(tanker, 24)
		tc.prep(b, s)
		got := b.walk(24, min(tc.on+1, still-1), tick(s, 25), tick(ends(s, tc.on, 57.6, 25.2), tc.on))
		d := details(got[len(got)-1])
		want := map[string]bool{always: true, odds: true}
		for _, name := range tc.finds {
			want[name] = true
		}
		sum := 0.0
		for _, x := range d.Evidence {
			if !want[x.Finding] {
				t.Errorf("%s: found %s", tc.name, x.Finding)
			}
			delete(want, x.Finding)
			sum += x.Value * x.Weight
		}
		if len(want) > 0 {
			t.Errorf("%s: not found: %v", tc.name, want)
		}
		p := 1 / (1 + math.Exp(-sum))
		if d.ReceptionModel != measured {
			p = min(p, d.Rates)
		}
		if math.Abs(p-got[len(got)-1].Probability) > 1e-4 || d.Rates <= 0 {
			t.Errorf("%s: the evidence sums up to %.4f, told is %.4f", tc.name, p, got[len(got)-1].Probability)
		}
	}
}

// TestRivalsKeepTheirShares: evidence moves the switched-off transponder, not the rivals among themselves.
func TestRivalsKeepTheirShares(t *testing.T) {
	b := newBench(t)
	f := ends(silent(tanker, 24), 32, 56.9, 25.6)
	before := []event.Explanation{{Cause: event.SwitchedOff, P: 0.5}, {Cause: event.NotReceived, P: 0.3}, {Cause: event.FaultyTransponder, P: 0.2}}
	after := b.weigh(f, b.fleet.About(tanker), &event.GapDetails{}, before, 8*time.Hour)
	missed, faulty := event.Probability(after, event.NotReceived), event.Probability(after, event.FaultyTransponder)
	if p := event.Probability(after, event.SwitchedOff); p >= 0.5 || math.Abs(missed/faulty-1.5) > 0.01 {
		t.Errorf("back within twelve hours: got %v, want less of switched off, and three to two of the others", after)
	}
}

// TestHeadlines: a silence is a headline when the ship would have been heard; passes of one orbit are one chance.
func TestHeadlines(t *testing.T) {
	for _, tc := range []struct {
		name string
		edit func(a *coverage.Answer)
		want bool
	}{
		{"by coast stations", func(a *coverage.Answer) { a.ByCoast = 0.001 }, true},
		{"by two clusters", func(a *coverage.Answer) { a.ByCoast, a.Clusters = 1, 2 }, true},
		{"by one cluster", func(a *coverage.Answer) { a.ByCoast, a.Clusters = 1, 1 }, false},
		{"likely missed", func(a *coverage.Answer) { a.P0 = 0.02 }, false},
		{"nothing known", func(a *coverage.Answer) { a.Known = false }, false},
	} {
		b := newBench(t)
		e := ears{t: t, answer: answerKnown}
		tc.edit(&e.answer)
		b.Reception(e)
		got := b.walk(24, 49, tick(silent(tanker, 24), 25))
		for _, r := range details(got[len(got)-1]).Rules.Rules {
			if r.Name == "headline" && r.Passed != tc.want {
				t.Errorf("%s: headline got %v, want %v", tc.name, r.Passed, tc.want)
			}
		}
		if !slices.ContainsFunc(details(got[len(got)-1]).Rules.Rules, func(r event.Rule) bool { return r.Name == "headline" }) {
			t.Errorf("%s: no rule says whether it is a headline", tc.name)
		}
	}
}
