package seen

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/model"
	"github.com/darkwake/darkwake/pkg/web/view"
)

func gazetteer(t testing.TB) *place.Gazetteer {
	t.Helper()
	g, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func area(t testing.TB, text string) Area {
	t.Helper()
	a, err := NewAtlas(gazetteer(t)).Area(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return a
}

func TestAreasGoByTheNamesThatPeopleUse(t *testing.T) {
	atlas := NewAtlas(gazetteer(t))
	for _, tc := range []struct {
		text, says string
		places     int
		in, out    geo.Point
	}{
		{"Kharg", "Kharg", 5, fixture.Kharg, fixture.Fujairah},
		{"  kHARG ", "kHARG", 5, fixture.Kharg, fixture.Sea},
		{"kharg t jetty (EASTERN jetty)", "Kharg T-jetty (eastern jetty)", 1, fixture.Kharg, geo.Point{50.326, 29.29}},
		{"Fujairah", "Fujairah", 2, fixture.Fujairah, fixture.Kharg},
		{"Malaysia", "Malaysia", 5, fixture.Johor, geo.Point{103.65, 1.22}},
		{"my", "Malaysia", 5, fixture.Johor, fixture.Fujairah},
		{"EOPL", "EOPL", 1, fixture.Johor, fixture.Fujairah},
		{"STS", "STS areas", 18, fixture.Fujairah, fixture.Kharg},
		{"sts areas", "STS areas", 18, fixture.Johor, fixture.Sea},
		{"iranian terminals", "Iranian loading terminals", 14, fixture.Kharg, fixture.Fujairah},
		{"50,29,51,30", "50,29,51,30", 0, fixture.Kharg, fixture.Fujairah},
		{"50, 29, 51, 30", "50,29,51,30", 0, geo.Point{50, 29}, geo.Point{49.99, 29}},
		{"170,-10,-170,10", "170,-10,-170,10", 0, geo.Point{-175, 0}, geo.Point{0, 0}},
		{"50,29;51,29;51,30", "50,29;51,29;51,30", 0, geo.Point{50.9, 29.1}, geo.Point{50.1, 29.9}},
	} {
		a, err := atlas.Area(tc.text)
		if err != nil || a.Text != tc.says || len(a.Places) != tc.places {
			t.Errorf("%q: got %q of %d places %v, %v", tc.text, a.Text, len(a.Places), a.Places, err)
			continue
		}
		if !a.Holds(tc.in) || a.Holds(tc.out) {
			t.Errorf("%q holds %v: %v, %v: %v", tc.text, tc.in, a.Holds(tc.in), tc.out, a.Holds(tc.out))
		}
	}
	if got := area(t, "Kharg"); got.Where(fixture.Kharg) != "Kharg T-jetty (eastern jetty)" || got.Where(fixture.Sea) != "" {
		t.Errorf("got %q and %q", got.Where(fixture.Kharg), got.Where(fixture.Sea))
	}
	if got := area(t, "50,29,51,30"); got.Where(fixture.Kharg) != "Kharg T-jetty (eastern jetty)" || got.Where(geo.Point{50.9, 29.9}) != "" {
		t.Errorf("in a box: got %q and %q", got.Where(fixture.Kharg), got.Where(geo.Point{50.9, 29.9}))
	}
}

func TestEveryNameIsAnAreaThatHoldsItsPlaces(t *testing.T) {
	g := gazetteer(t)
	atlas := NewAtlas(g)
	if n := len(atlas.Names()); n < g.Len() {
		t.Errorf("%d names for %d places", n, g.Len())
	}
	for _, name := range atlas.Names() {
		a, err := atlas.Area(name)
		if err != nil || a.Text != name || len(a.Places) == 0 {
			t.Errorf("%s: got %+v, %v", name, a, err)
		}
		for _, p := range a.Places {
			id, known := g.Named(p)
			if !known || g.At(id).Kind == place.Gate || g.Holds(id, g.At(id).Centre, 0) && !a.Holds(g.At(id).Centre) {
				t.Errorf("%s does not hold the middle of %s, or that is a gate", name, p)
			}
		}
	}
}

func TestANameThatIsNoneNamesTheNearest(t *testing.T) {
	atlas := NewAtlas(gazetteer(t))
	for text, want := range map[string]string{"Khrag": "did you mean Kharg", "Fujaira": "Fujairah", "Malaisia": "Malaysia", "Khrag anchorage": "Kharg anchorage", "HORMUZ_APEX": "Hormuz",
		"": "west,south,east,north", "Atlantis and beyond": "west,south,east,north", "1,2,3": "west,south,east,north", "1,2;3,4": "west,south,east,north", "9,9,8": "west", "0,10,10,0": "west", strings.Repeat("x", 4000): "west"} {
		a, err := atlas.Area(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Count(err.Error(), ", or ") > 5 {
			t.Errorf("%.40q: got %v, %v; want %s", text, a, err, want)
		}
	}
	if _, err := NewAtlas(nil).Area("Kharg"); err == nil {
		t.Error("a name was known without a gazetteer")
	}
	none := NewAtlas(nil)
	if a, err := none.Area("50,29,51,30"); err != nil || !a.Holds(fixture.Kharg) || a.Where(fixture.Kharg) != "" {
		t.Errorf("corners without a gazetteer: %v", err)
	}
}

// says is what a ship said, hour by hour: K at Kharg, F off Fujairah, E elsewhere, - nothing.
func says(m vessel.MMSI, story string) (fixes []explain.Fix) {
	where := map[rune]geo.Point{'K': fixture.Kharg, 'F': fixture.Fujairah, 'E': fixture.Sea}
	for hour, letter := range story {
		if p, said := where[letter]; said {
			fixes = append(fixes, explain.Fix{MMSI: m, At: p, Time: fixture.First.Add(time.Duration(hour) * 24 * time.Hour)})
		}
	}
	return fixes
}

// sea is events and what each quotes.
type sea struct {
	events []event.Event
	fixes  map[string][]explain.Fix
}

// add puts an event of a kind that quotes some fixes. It lasts from the first to the last of them.
func (s *sea) add(kind event.Kind, p float64, d event.Details, fixes []explain.Fix, ships ...event.Vessel) *event.Event {
	e := event.Event{ID: fmt.Sprintf("%s-%02d", kind, len(s.events)), Version: 1, Kind: kind, Status: event.Closed, Probability: p, Details: d, Vessels: ships, Start: fixture.First}
	if len(fixes) > 0 {
		end := fixes[len(fixes)-1].Time
		e.Start, e.End = fixes[0].Time, &end
	}
	if s.fixes == nil {
		s.fixes = map[string][]explain.Fix{}
	}
	s.fixes[e.ID] = fixes
	s.events = append(s.events, e)
	return &s.events[len(s.events)-1]
}

func (s *sea) history() *history {
	slices.SortFunc(s.events, event.Compare)
	return newHistory("", s.events, func(e event.Event) []explain.Fix { return s.fixes[e.ID] })
}

func ship(m vessel.MMSI, imo vessel.IMO) event.Vessel {
	return event.Vessel{Role: event.Subject, MMSI: m, IMO: imo, Name: fmt.Sprint("SYN ", m), Flag: "KM", Class: "VLCC"}
}

func question(t testing.TB, a, b string) Question {
	t.Helper()
	return Question{A: area(t, a), B: area(t, b), Within: 60 * 24 * time.Hour}
}

// days are the ends of passages in days of the story.
func days(found Found) (out []string) {
	for _, p := range found.Passages {
		day := func(t time.Time) int { return int(t.Sub(fixture.First).Hours() / 24) }
		out = append(out, fmt.Sprintf("%d-%d>%d-%d", day(p.A.First), day(p.A.Last), day(p.B.First), day(p.B.Last)))
	}
	return out
}

func TestAPassageIsAReportInAAndTheNextInB(t *testing.T) {
	for _, tc := range []struct{ name, a, b, story, want string }{
		{"from one to the other", "Kharg", "Fujairah", "KF", "0-0>1-1"},
		{"reports elsewhere between", "Kharg", "Fujairah", "KEEF", "0-0>3-3"},
		{"stays are series", "Kharg", "Fujairah", "KKKEFFF", "0-2>4-6"},
		{"a stay begins anew after a report elsewhere", "Kharg", "Fujairah", "KEKEF", "2-2>4-4"},
		{"a silence breaks no series", "Kharg", "Fujairah", "K--KF", "0-3>4-4"},
		{"there and back", "Kharg", "Fujairah", "KFKF", "2-2>3-3 0-0>1-1"},
		{"the first arrival only", "Kharg", "Fujairah", "KFEF", "0-0>1-1"},
		{"the other way is none", "Kharg", "Fujairah", "FEK", ""},
		{"never in B", "Kharg", "Fujairah", "KKEE", ""},
		{"never in A", "Kharg", "Fujairah", "EFF", ""},
		{"longer than is asked for", "Kharg", "Fujairah", "K" + strings.Repeat("-", 60) + "F", ""},
		{"as long as is asked for", "Kharg", "Fujairah", "K" + strings.Repeat("-", 59) + "F", "0-0>60-60"},
		{"a part of the whole", "Kharg", "50,24,58,30", "KEF", "0-0>1-2"},
		{"the whole and a part", "50,24,58,30", "Kharg", "FEK", "0-1>2-2"},
		{"within both", "Kharg", "50,29,51,30", "KKK", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var s sea
			s.add(event.PortCall, 0.9, event.PortCallDetails{}, says(1, tc.story), ship(1, 9000003))
			if got := strings.Join(days(s.history().find(question(t, tc.a, tc.b))), " "); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestAPassageNamesWhatQuotesItAndWhatLiesBetween(t *testing.T) {
	var s sea
	s.add(event.PortCall, 0.9, event.PortCallDetails{}, append(says(1, "KK"), says(1, "-K")...), ship(1, 9000003))  // 00: it quotes one report twice
	s.add(event.Gap, 0.8, event.GapDetails{}, says(1, "-K-E"), ship(1, 9000003))                                    // 01
	s.add(event.Rendezvous, 0.7, event.RendezvousDetails{}, says(1, "----E-F"), ship(1, 9000003), ship(2, 9000015)) // 02
	s.add(event.Transfer, 0.6, event.TransferDetails{}, says(1, "------FF"), ship(1, 9000003), ship(2, 9000015))    // 03
	s.add(event.Gap, 0.5, event.GapDetails{}, says(1, "-------F-E"), ship(1, 9000003))                              // 04
	s.add(event.Gap, 0.5, event.GapDetails{}, says(3, "--E-E"), ship(3, 9000027))                                   // 05
	s.add(event.Gap, 0.5, event.GapDetails{}, says(1, "-E---F"), ship(1, 9000003)).Status = event.Retracted         // 06
	found := s.history().find(question(t, "Kharg", "Fujairah"))
	if len(found.Passages) != 1 || found.Ships != 1 {
		t.Fatalf("got %v", days(found))
	}
	p := found.Passages[0]
	if !slices.Equal(p.A.Events, []string{"port_call-00", "gap-01"}) || !slices.Equal(p.B.Events, []string{"rendezvous-02", "transfer-03"}) || p.A.Reports != 2 || p.B.Reports != 2 {
		t.Errorf("ends: got %+v and %+v", p.A, p.B)
	}
	if p.Days != 5 || p.SilentH != 48 || len(p.Silences) != 1 || p.Silences[0].Event != "gap-01" || p.Silences[0].Hours != 48 || len(p.Meetings) != 1 || p.Meetings[0].Event != "rendezvous-02" || p.Meetings[0].Hours != 48 {
		t.Errorf("between: got %+v, %+v, %v h in %v days", p.Silences, p.Meetings, p.SilentH, p.Days)
	}
	if miles := geo.DistanceExact(fixture.Kharg, fixture.Fujairah).NauticalMiles(); p.NeededKn != rounded(miles/120, 10) {
		t.Errorf("needed: got %v kn for %v nautical miles", p.NeededKn, miles)
	}
	if p.Ship.Name != "SYN 000000001" || p.Ship.IMO != 9000003 || p.SameIMO || len(p.JoinedBy)+len(p.TwoShips) > 0 {
		t.Errorf("got %+v", p)
	}
	row := p.Row()
	if row.AEvents != "port_call-00 gap-01" || row.Silences != "gap-01" || row.Meetings != "rendezvous-02" || row.IMO == nil || *row.IMO != 9000003 {
		t.Errorf("row: got %+v", row)
	}
}

// TestAnEventThereTellsUntilWhenSheStayed: a port call quotes its first report and the first one outside.
func TestAnEventThereTellsUntilWhenSheStayed(t *testing.T) {
	day := func(n float64) *time.Time { at := fixture.At(n); return &at }
	for _, tc := range []struct {
		name string
		d    event.Details
		at   geo.Point
		want *time.Time
	}{
		{"a port call", event.PortCallDetails{StopEnd: day(2)}, fixture.Kharg, day(2)},
		{"one whose stop is not over", event.PortCallDetails{}, fixture.Kharg, nil},
		{"one elsewhere", event.PortCallDetails{StopEnd: day(2)}, fixture.Sea, nil},
		{"one that contradicts the arrival", event.PortCallDetails{StopEnd: day(9)}, fixture.Kharg, nil},
		{"one that was over before", event.PortCallDetails{StopEnd: day(-1)}, fixture.Kharg, nil},
		{"loitering", event.LoiteringDetails{}, fixture.Kharg, day(3)},
		{"a meeting in which both were heard", event.RendezvousDetails{Form: event.Alongside}, fixture.Kharg, day(3)},
		{"a meeting in which she was not", event.RendezvousDetails{Form: event.OneUnseen}, fixture.Kharg, nil},
		{"a silence", event.GapDetails{}, fixture.Kharg, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var s sea
			e := s.add(event.KindOf(tc.d), 0.9, tc.d, says(1, "K--EF"), ship(1, 9000003))
			e.Lon, e.Lat, e.End = tc.at[0], tc.at[1], day(3)
			found := s.history().find(question(t, "Kharg", "Fujairah"))
			if len(found.Passages) != 1 {
				t.Fatal(days(found))
			}
			if got := found.Passages[0].A.Until; (got == nil) != (tc.want == nil) || got != nil && !got.Equal(*tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestSilencesThatOverlapCountOnce(t *testing.T) {
	var s sea
	s.add(event.PortCall, 0.9, event.PortCallDetails{}, says(1, "K---------F"), ship(1, 9000003))
	s.add(event.Gap, 0.8, event.GapDetails{}, says(1, "K---E"), ship(1, 9000003))
	s.add(event.Gap, 0.8, event.GapDetails{}, says(1, "--E---E"), ship(1, 9000003))
	open := s.add(event.Gap, 0.8, event.GapDetails{}, says(1, "--------E"), ship(1, 9000003))
	open.End, open.Status = nil, event.Open
	found := s.history().find(question(t, "Kharg", "Fujairah"))
	if len(found.Passages) != 1 || found.Passages[0].SilentH != 8*24 || len(found.Passages[0].Silences) != 3 {
		t.Fatalf("got %+v", found)
	}
}

func TestFalseAndImpossibleReportsAreLeftOutAndCounted(t *testing.T) {
	end := fixture.First.Add(25 * time.Hour)
	for _, tc := range []struct {
		name                      string
		passages, untrue, tooFast int
		made                      func(s *sea)
	}{
		{"nothing is wrong", 1, 0, 0, func(*sea) {}},
		{"a false position there", 0, 1, 0, func(s *sea) {
			e := s.add(event.FalsePosition, 0.9, event.FalsePositionDetails{}, nil, ship(1, 9000003))
			e.Start, e.End = fixture.First.Add(23*time.Hour), &end
		}},
		{"one that is not believed", 1, 0, 0, func(s *sea) {
			e := s.add(event.FalsePosition, 0.3, event.FalsePositionDetails{}, nil, ship(1, 9000003))
			e.Start, e.End = fixture.First.Add(23*time.Hour), &end
		}},
		{"jamming there", 0, 1, 0, func(s *sea) {
			d := event.InterferenceDetails{Shape: "circle", Victims: []event.Victim{{MMSI: 1, Start: fixture.First.Add(23 * time.Hour), End: &end}}}
			s.add(event.Interference, 0.9, d, says(1, "-F"), ship(1, 9000003))
		}},
		{"only what says so quotes it", 1, 0, 0, func(s *sea) {
			s.add(event.FalsePosition, 0.9, event.FalsePositionDetails{}, says(1, "----KF"), ship(1, 9000003)).Start = fixture.First.Add(99 * time.Hour)
		}},
		{"faster than a ship", 0, 0, 1, func(s *sea) {
			for i, f := range s.fixes["port_call-00"] {
				s.fixes["port_call-00"][i].Time = fixture.First.Add(f.Time.Sub(fixture.First) / 4)
			}
		}},
		{"a false position elsewhere", 1, 0, 0, func(s *sea) {
			s.add(event.Transit, 0.9, event.TransitDetails{}, says(1, "-----E"), ship(1, 9000003))
			e := s.add(event.FalsePosition, 0.9, event.FalsePositionDetails{}, nil, ship(1, 9000003))
			e.Start, e.End = fixture.At(4.9), new(fixture.At(5.1))
		}},
		{"a retracted event", 0, 0, 0, func(s *sea) { s.events[0].Status = event.Retracted }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var s sea
			s.add(event.PortCall, 0.9, event.PortCallDetails{}, says(1, "KF"), ship(1, 9000003))
			tc.made(&s)
			got := s.history().find(question(t, "Kharg", "Fujairah"))
			if len(got.Passages) != tc.passages || got.Untrue != tc.untrue || got.Impossible != tc.tooFast {
				t.Errorf("got %d passages, %d false, %d impossible", len(got.Passages), got.Untrue, got.Impossible)
			}
		})
	}
}

// TestNeighboursNeedNoSpeed: over a short way a clock or an old position makes any speed, and two numbers of one ship may be heard at once.
func TestNeighboursNeedNoSpeed(t *testing.T) {
	west, east := geo.Point{50.30, 29.23}, geo.Point{50.34, 29.23}
	for after, want := range map[time.Duration]int{time.Minute: 1, 0: 0} {
		var s sea
		s.add(event.PortCall, 0.9, event.PortCallDetails{}, []explain.Fix{{MMSI: 1, At: west, Time: fixture.First}}, ship(1, 9000003))
		s.add(event.PortCall, 0.9, event.PortCallDetails{}, []explain.Fix{{MMSI: 2, At: east, Time: fixture.First.Add(after)}}, ship(2, 9000003))
		found := s.history().find(question(t, "50.29,29.2,50.31,29.3", "50.33,29.2,50.35,29.3"))
		if len(found.Passages) != want || found.Impossible != 0 {
			t.Errorf("after %v: got %d passages, %d impossible", after, len(found.Passages), found.Impossible)
		}
		if _, err := json.Marshal(found.Passages); err != nil {
			t.Errorf("after %v: %v", after, err)
		}
	}
}

func identity(form string, p float64) (float64, event.Details) {
	return p, event.IdentityDetails{Form: form, Claim: "one_ship"}
}

func TestNumbersOfOneShip(t *testing.T) {
	const imo = 9000003
	for _, tc := range []struct {
		name           string
		passages       int
		same           bool
		joined, shared string
		made           func(s *sea)
	}{
		{"two numbers that nothing joins", 0, false, "", "", func(s *sea) {
			s.events[0].Vessels, s.events[1].Vessels = []event.Vessel{ship(1, 0)}, []event.Vessel{ship(2, 0)}
		}},
		{"one IMO number", 1, true, "", "", func(*sea) {}},
		{"a number heard once with her IMO number", 1, true, "", "", func(s *sea) {
			s.events[1].Vessels = []event.Vessel{ship(2, 0)}
			s.add(event.Gap, 0.9, event.GapDetails{}, nil, ship(2, imo))
		}},
		{"an IMO number whose check digit is wrong", 0, false, "", "", func(s *sea) {
			s.events[0].Vessels, s.events[1].Vessels = []event.Vessel{ship(1, 9000004)}, []event.Vessel{ship(2, 9000004)}
		}},
		{"an IMO number that two ships send", 0, false, "", "", func(s *sea) {
			p, d := identity("hull_shared", 0.8)
			s.add(event.Identity, p, d, nil, ship(1, imo), ship(2, imo))
		}},
		{"the same, doubtful", 1, true, "", "", func(s *sea) {
			p, d := identity("hull_shared", 0.3)
			s.add(event.Identity, p, d, nil, ship(1, imo), ship(2, imo))
		}},
		{"an identity event joins them", 1, false, "identity-02", "", func(s *sea) {
			s.events[0].Vessels, s.events[1].Vessels = []event.Vessel{ship(1, 0)}, []event.Vessel{ship(2, 0)}
			p, d := identity("continued", 0.95)
			s.add(event.Identity, p, d, nil, ship(1, 0), ship(2, 0))
		}},
		{"an identity event that is not sure", 0, false, "", "", func(s *sea) {
			s.events[0].Vessels, s.events[1].Vessels = []event.Vessel{ship(1, 0)}, []event.Vessel{ship(2, 0)}
			p, d := identity("continued", 0.7)
			s.add(event.Identity, p, d, nil, ship(1, 0), ship(2, 0))
		}},
		{"by way of a third", 1, false, "identity-02 identity-03", "", func(s *sea) {
			s.events[0].Vessels, s.events[1].Vessels = []event.Vessel{ship(3, 0)}, []event.Vessel{ship(2, 0)}
			s.fixes["port_call-00"] = says(3, "K")
			p, d := identity("continued", 0.95)
			s.add(event.Identity, p, d, nil, ship(3, 0), ship(1, 0))
			s.add(event.Identity, p, d, nil, ship(1, 0), ship(2, 0))
		}},
		{"a number that two ships use", 1, true, "", "identity-02", func(s *sea) {
			p, d := identity("number_shared", 0.8)
			s.add(event.Identity, p, d, nil, ship(1, imo))
		}},
		{"a number that was heard with two IMO numbers, without any", 0, false, "", "", func(s *sea) {
			s.events[1].Vessels = []event.Vessel{ship(2, 0)}
			s.add(event.Gap, 0.9, event.GapDetails{}, nil, ship(2, 9000015))
			s.add(event.Gap, 0.9, event.GapDetails{}, nil, ship(2, imo))
		}},
		{"a number that went to another ship", 0, false, "", "", func(s *sea) { s.events[1].Vessels = []event.Vessel{ship(2, 9000015)} }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var s sea
			s.add(event.PortCall, 0.9, event.PortCallDetails{}, says(1, "K"), ship(1, imo))
			s.add(event.PortCall, 0.9, event.PortCallDetails{}, says(2, "--F"), ship(2, imo))
			tc.made(&s)
			got := s.history().find(question(t, "Kharg", "Fujairah"))
			if len(got.Passages) != tc.passages {
				t.Fatalf("got %v", days(got))
			}
			for _, p := range got.Passages {
				if p.SameIMO != tc.same || strings.Join(p.JoinedBy, " ") != tc.joined || strings.Join(p.TwoShips, " ") != tc.shared {
					t.Errorf("got same IMO %v, joined by %v, two ships %v", p.SameIMO, p.JoinedBy, p.TwoShips)
				}
			}
		})
	}
}

func TestQuestionsAreReadFromTheURL(t *testing.T) {
	f := New(nil, gazetteer(t))
	for _, tc := range []struct{ query, want string }{
		{"a=Kharg&b=STS", ""}, {"A=kharg&B=50,24,58,30&WITHIN_DAYS=1.5&class=vlcc,suezmax", ""}, {"a=Kharg", ""}, {"", ""},
		{"a=Khrag&b=STS", `a "Khrag": expected a place of the gazetteer, a group of places, or west,south,east,north, or corners as lon,lat;lon,lat;lon,lat: did you mean Kharg`},
		{"a=Kharg&b=kharg", `b "kharg": expected another area than a`},
		{"a=Kharg&b=STS&within_days=0", `within_days "0": expected days, up to 3660`}, {"a=Kharg&b=STS&within_days=1e9", "within_days"}, {"a=Kharg&b=STS&within_days=NaN", "within_days"},
		{"a=Kharg&b=STS&max_kn=31", `max_kn "31": expected knots, up to 30`}, {"a=Kharg&b=STS&max_kn=0", "max_kn"},
		{"a=Kharg&b=STS&class=raft", `class "raft": expected classes out of`},
	} {
		values, err := url.ParseQuery(tc.query)
		if err != nil {
			t.Fatal(err)
		}
		state, _ := view.Parse(values)
		q, problems := f.Read(state)
		if len(problems) > 1 || len(problems) == 1 != (tc.want != "") || len(problems) == 1 && !strings.Contains(problems[0].Error(), tc.want) {
			t.Errorf("%q: got %v, want %s", tc.query, problems, tc.want)
		}
		if tc.query == "A=kharg&B=50,24,58,30&WITHIN_DAYS=1.5&class=vlcc,suezmax" && (q.Within != 36*time.Hour || !slices.Equal(q.Sizes, []string{"Suezmax", "VLCC"}) || !q.Asked()) {
			t.Errorf("got %+v", q)
		}
	}
}

func TestOnlyShipsThatAreAskedForAreFound(t *testing.T) {
	f := New(nil, gazetteer(t))
	var s sea
	listed, plain := ship(1, 9000003), ship(2, 9000015)
	listed.Listed, plain.Class, plain.Flag = []string{"sdn 17 (2024-03-01)"}, "", "PA"
	slow, quick := says(1, "KF"), says(2, "---K-F")
	for i, kn := range []geo.Knots{1, 3} {
		slow[i].SOG, quick[i].SOG = &kn, new(geo.Knots(12.5))
	}
	quick[0].SOG = nil
	s.add(event.PortCall, 0.9, event.PortCallDetails{}, slow, listed)
	s.add(event.PortCall, 0.9, event.PortCallDetails{}, quick, plain)
	h := s.history()
	for query, want := range map[string]string{"": "3-3>5-5 0-0>1-1", "size=VLCC": "0-0>1-1", "class=unknown": "3-3>5-5", "flag=PA": "3-3>5-5", "list=any": "0-0>1-1", "list=none": "3-3>5-5", "list=SDN": "0-0>1-1", "list=eu": "",
		"ship=imo9000003": "0-0>1-1", "ship=000000002": "3-3>5-5", "ship=imo9000027": "", "ship=000000003": "",
		"from=2026-02-12": "3-3>5-5", "to=2026-02-10": "0-0>1-1", "from=2026-02-11&to=2026-02-13": "3-3>5-5 0-0>1-1", "from=2026-02-12&to=2026-02-12": "", "within_days=1": "0-0>1-1", "max_kn=3": "0-0>1-1", "max_kn=0.1": ""} {
		values, _ := url.ParseQuery("a=Kharg&b=Fujairah&" + query)
		state, bad := view.Parse(values)
		q, problems := f.Read(state)
		if len(bad)+len(problems) > 0 {
			t.Fatal(query, bad, problems)
		}
		if got := strings.Join(days(h.find(q)), " "); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

// random is a sea of some ships that go about at random, a report a day at most.
func random(r *rand.Rand) *sea {
	s := &sea{}
	for k := range 1 + r.IntN(4) {
		story := make([]byte, 1+r.IntN(60))
		for i := range story {
			story[i] = "KFE--"[r.IntN(5)]
		}
		all := says(vessel.MMSI(1+k), string(story))
		for len(all) > 0 { // the same report may be quoted twice
			n := 1 + r.IntN(min(4, len(all)))
			s.add(event.Transit, 0.9, event.TransitDetails{}, all[:n], ship(vessel.MMSI(1+k), 0))
			all = all[max(1, n-r.IntN(2)):]
		}
	}
	return s
}

// TestEndsLieInAAndBAndTheWayBackIsTheReverse on seas made at random: if time ran backwards, B and A would give the same passages.
func TestEndsLieInAAndBAndTheWayBackIsTheReverse(t *testing.T) {
	r := rand.New(rand.NewPCG(20, 26))
	areas := []string{"Kharg", "Fujairah", "50,24,58,30", "Iran", "STS"}
	total := 0
	for round := range 300 {
		s := random(r)
		q := question(t, areas[r.IntN(len(areas))], areas[r.IntN(len(areas))])
		q.Within = time.Duration(1+r.IntN(30)) * 24 * time.Hour
		found := s.history().find(q)
		var there []string
		for _, p := range found.Passages {
			if !q.A.Holds(geo.Point{p.A.Lon, p.A.Lat}) || !q.B.Holds(geo.Point{p.B.Lon, p.B.Lat}) {
				t.Errorf("round %d: %+v does not lead from A to B", round, p)
			}
			if p.A.First.After(p.A.Last) || !p.A.Last.Before(p.B.First) || p.B.First.After(p.B.Last) || p.B.First.Sub(p.A.Last) > q.Within || len(p.A.Events) == 0 || len(p.B.Events) == 0 {
				t.Errorf("round %d: %+v is in no order", round, p)
			}
			there = append(there, fmt.Sprint(p.Ship.MMSI, p.A.First.Unix(), p.A.Last.Unix(), p.A.Reports, p.B.First.Unix(), p.B.Last.Unix(), p.B.Reports, p.Days, p.NeededKn))
		}
		mirror := func(x time.Time) time.Time { return fixture.First.Add(-x.Sub(fixture.First)) }
		for id, fixes := range s.fixes {
			back := slices.Clone(fixes)
			slices.Reverse(back)
			for i := range back {
				back[i].Time = mirror(back[i].Time)
			}
			s.fixes[id] = back
		}
		q.A, q.B = q.B, q.A
		var back []string
		for _, p := range s.history().find(q).Passages {
			back = append(back, fmt.Sprint(p.Ship.MMSI, mirror(p.B.Last).Unix(), mirror(p.B.First).Unix(), p.B.Reports, mirror(p.A.Last).Unix(), mirror(p.A.First).Unix(), p.A.Reports, p.Days, p.NeededKn))
		}
		slices.Sort(there)
		slices.Sort(back)
		if !slices.Equal(there, back) {
			t.Errorf("round %d: got %v there and %v back", round, there, back)
		}
		total += len(there)
		var paged []Passage
		for cursor, more := "", true; more; {
			page, next, ok := found.Page(cursor, 1+r.IntN(3))
			if !ok {
				t.Fatalf("round %d: cursor %q is not taken", round, cursor)
			}
			paged, cursor, more = append(paged, page...), next, next != ""
		}
		if g, w := fmt.Sprint(paged), fmt.Sprint(found.Passages); g != w {
			t.Errorf("round %d: pages hold %d of %d passages", round, len(paged), len(found.Passages))
		}
	}
	if total < 300 {
		t.Errorf("%d passages in all: the sea is empty", total)
	}
}

func TestACursorOfNothingIsNotTaken(t *testing.T) {
	for _, text := range []string{"x", "noise", "####", strings.Repeat("A", 200), "MSAy"} {
		if _, _, ok := (Found{}).Page(text, 3); ok {
			t.Errorf("%q was taken", text)
		}
	}
}

// TestSentencesOfAStoreAreFound: from what ships sent to the answer, and anew when the store changes.
func TestSentencesOfAStoreAreFound(t *testing.T) {
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	events := fixture.Voyages()
	if err := s.Put(t.Context(), 1, store.Batch{Events: events}); err != nil {
		t.Fatal(err)
	}
	f := New(model.New(s), gazetteer(t))
	found := func(a, b string) []string {
		got, err := f.Find(t.Context(), question(t, a, b))
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, p := range got.Passages {
			out = append(out, fmt.Sprintf("%s %.1f silent %.0f same %v met %d", p.Ship.Name, p.Days, p.SilentH, p.SameIMO, len(p.Meetings)))
		}
		return out
	}
	for _, tc := range []struct{ a, b, want string }{
		{"Kharg", "STS", "SYN DONOR 4.0 silent 60 same false met 0"},
		{"Kharg", "Fujairah", "SYN DONOR 4.0 silent 60 same false met 0"},
		{"Fujairah", "Malaysia", "SYN RENAMED 18.0 silent 0 same true met 0"},
		{"Fujairah", "Kharg", fixture.Names[1] + " 5.0 silent 0 same false met 0"},
		{"Kharg", "Malaysia", ""},
	} {
		if got := strings.Join(found(tc.a, tc.b), "; "); got != tc.want {
			t.Errorf("%s to %s: got %q, want %q", tc.a, tc.b, got, tc.want)
		}
	}
	gone := events[0]
	gone.Version, gone.Status = 2, event.Retracted
	again := events[1]
	again.Version, again.Status = 2, event.Retracted
	if err := s.Put(t.Context(), 1, store.Batch{Events: []event.Event{gone, again}}); err != nil {
		t.Fatal(err)
	}
	if got := found("Kharg", "Fujairah"); len(got) != 0 {
		t.Errorf("what was retracted is still found: %v", got)
	}
}

// FuzzAreas: whatever is asked, an area that is found is found again by its own text, and everything can be written.
func FuzzAreas(f *testing.F) {
	for _, text := range []string{"Kharg", "47,24,57,30", "170,-10,-170,10", "50,29;51,29;51,30", "did you mean", "sts", "\x00", "١,٢", "Ĳ", "a b c d e f g h i j k l", "-", ",,,", ";;", "1,9;1,9;1,9;1,9"} {
		f.Add(text, 50.0, 29.0)
	}
	atlas := NewAtlas(gazetteer(f))
	f.Fuzz(func(t *testing.T, text string, lon, lat float64) {
		a, err := atlas.Area(text)
		if err != nil {
			return
		}
		b, err := atlas.Area(a.Text)
		if err != nil || b.Text != a.Text || !slices.Equal(a.Places, b.Places) {
			t.Fatalf("%q became %q: %v", text, a.Text, err)
		}
		if p := (geo.Point{lon, lat}); lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90 && (a.Holds(p) != b.Holds(p) || a.Where(p) != b.Where(p)) {
			t.Errorf("%q and %q differ at %v", text, a.Text, p)
		}
		if _, err := json.Marshal(a); err != nil {
			t.Error(err)
		}
	})
}
