package view

import (
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

func parsed(t *testing.T, query string) (State, []Problem) {
	t.Helper()
	values, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	return Parse(values)
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err) // written in a test
	}
	return t
}

func TestParametersAreReadInAnyCaseAndWrittenInOneWay(t *testing.T) {
	for _, tc := range []struct {
		in, url string
		want    State
	}{
		{"", "/", State{}},
		{"from=&to=&q=&kind=", "/", State{}}, // an empty form
		{"FROM=2026-03-14&To=2026-03-15", "/?from=2026-03-14&to=2026-03-15", State{From: at("2026-03-14T00:00:00Z"), To: at("2026-03-16T00:00:00Z")}},
		{"to=2026-03-16T00:00:00Z", "/?to=2026-03-15", State{To: at("2026-03-16T00:00:00Z")}},
		{"from=2026-w11&to=2026-W11", "/?from=2026-03-09&to=2026-03-15", State{From: at("2026-03-09T00:00:00Z"), To: at("2026-03-16T00:00:00Z")}},
		{"t=2026-03-14T06:30:00%2B03:30", "/?t=2026-03-14T03:00:00Z", State{At: at("2026-03-14T03:00:00Z")}},
		{"kind=Lift&kind=gap,gap", "/?kind=gap,lift", State{Kinds: []event.Kind{event.Gap, event.Lift}}},
		{"conf=60%25", "/?conf=0.6", State{Conf: 0.6}},
		{"conf=0", "/", State{}},
		{"flag=pa,KM,pa&size=vlcc,MR", "/?flag=KM,PA&size=MR,VLCC", State{Flags: []string{"KM", "PA"}, Sizes: []string{"MR", "VLCC"}}},
		{"list=ANY", "/?list=any", State{List: ListAny}},
		{"list=OFAC-SDN", "/?list=OFAC-SDN", State{List: "OFAC-SDN"}},
		{"area=47,24,57,30", "/?area=47,24,57,30", State{Area: []geo.Point{{47, 24}, {57, 30}}}},
		{"area=50,29%3B51,29%3B51,30%3B50,29", "/?area=50,29%3B51,29%3B51,30", State{Area: []geo.Point{{50, 29}, {51, 29}, {51, 30}}}},
		{"ship=IMO 9000003", "/?ship=imo9000003", State{IMO: 9000003}},
		{"ship=IMO0000012", "/?ship=imo0000012", State{IMO: 12}},
		{"ship=620999001", "/?ship=620999001", State{MMSI: 620999001}},
		{"lat=26.5&lon=-0&z=7.25", "/?lat=26.5&lon=0&z=7.25", State{Camera: &Camera{Lat: 26.5, Zoom: 7.25}}},
		{"nowebgl=1&EMBED=true&kiosk=0", "/?embed=1&nowebgl=1", State{NoWebGL: true, Embed: true}},
		{"kiosk&reset=&screenshot=off", "/?kiosk=1&reset=1", State{Kiosk: true, Reset: true}},
		{"q=%3Cscript%3E&Utm=x&a=2&a=1", "/?q=%3Cscript%3E&Utm=x&a=2&a=1", State{Text: "<script>", Unknown: url.Values{"Utm": {"x"}, "a": {"2", "1"}}}},
		{"tz=Asia/Tehran&lang=pt-BR&theme=Dark&speed=60", "/?lang=pt-BR&tz=Asia%2FTehran&theme=dark&speed=60", State{Zone: "Asia/Tehran", Lang: "pt-BR", Theme: "dark", Speed: 60}},
	} {
		got, problems := parsed(t, tc.in)
		if len(problems) > 0 || !reflect.DeepEqual(slimmed(got), slimmed(tc.want)) {
			t.Errorf("%s: got %+v, %v; want %+v", tc.in, got, problems, tc.want)
		}
		if link := got.URL("/"); link != tc.url {
			t.Errorf("%s: got %s, want %s", tc.in, link, tc.url)
		}
	}
}

// slimmed makes empty lists nil, and times comparable.
func slimmed(s State) State {
	if len(s.Unknown) == 0 {
		s.Unknown = nil
	}
	s.From, s.To, s.At = s.From.UTC(), s.To.UTC(), s.At.UTC()
	return s
}

func TestWhatAParameterCannotSayIsNamed(t *testing.T) {
	for _, tc := range []struct{ in, parameter, want string }{
		{"from=yesterday", "from", "a day such as 2026-03-14"},
		{"from=2026-02-30", "from", "a day such as 2026-03-14"},
		{"to=0001-01-01T00:00:00Z", "to", "between 1970"},
		{"from=2026-03-14&to=2026-03-13", "to", "after from"},
		{"kind=gap,hole", "kind", "gap"},
		{"status=done", "status", "open, closed or retracted"},
		{"conf=1.1", "conf", "0 to 1"},
		{"conf=NaN", "conf", "0 to 1"},
		{"hours=-1", "hours", "0 to"},
		{"flag=Panama", "flag", "two letters"},
		{"size=huge", "size", "VLCC"},
		{"list=two words", "list", "none"},
		{"area=1,2,3", "area", "west"},
		{"area=0,50,1,49", "area", "west"},
		{"area=0,0%3B1,1%3B0,0", "area", "three corners"},
		{"area=0,0%3B1,91%3B2,2", "area", "three corners"},
		{"area=" + strings.Repeat("0,0%3B", 200) + "1,1", "area", "three corners"},
		{"ship=12", "ship", "nine digits"},
		{"ship=0000000", "ship", "nine digits"},
		{"lat=91&lon=0", "lat", "-90 to 90"},
		{"lat=26", "z", "together"},
		{"speed=0.5", "speed", "1 to 86400"},
		{"event=../../etc", "event", "id"},
		{"theme=pink", "theme", "contrast"},
		{"kiosk=perhaps", "kiosk", "1 or 0"},
		{"q=" + strings.Repeat("x", 201), "q", "200 bytes"},
	} {
		s, problems := parsed(t, tc.in)
		if len(problems) != 1 || problems[0].Parameter != tc.parameter || !strings.Contains(problems[0].Error(), tc.want) {
			t.Errorf("%.60s: got %v, want one of %s with %q", tc.in, problems, tc.parameter, tc.want)
		}
		if link := s.URL("/"); strings.Contains(link, tc.parameter+"=") {
			t.Errorf("%.60s: the state keeps it: %s", tc.in, link)
		}
	}
}

func TestTheQueryAsksForWhatTheStateShows(t *testing.T) {
	s, problems := parsed(t, "from=2026-03-14&kind=gap&status=open&conf=0.5&area=47,24,57,30&ship=620999001&place=Kharg&q=dark&hours=6&list=none&flag=pa&size=mr&src=x")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	q := s.Query()
	if !q.From.Equal(s.From) || !slices.Equal(q.Kinds, s.Kinds) || len(q.Statuses) != 1 || q.MinProbability != 0.5 || q.Box == nil || q.Box.East != 57 ||
		q.MMSI != vessel.MMSI(620999001) || q.Least != 6*time.Hour || q.Listed != "none" || len(q.Flags)+len(q.Classes)+len(q.Sources) != 3 || len(q.Area) != 0 || q.Place != "Kharg" || q.Text != "dark" || !q.Newest {
		t.Errorf("got %+v", q)
	}
}

// FuzzParse holds that whatever comes, the link of the state is its own: read again it is the same state without a problem, and
// the same link. Its query can be answered.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"from=2026-03-14&To=2026-W11", "kind=gap,lift&conf=60%25&area=50,29%3B51,29%3B51,30", "lat=26&lon=56&z=7&q=%ff%00&X=1&x=2",
		"ship=imo9000003&list=any&flag=pa&size=vlcc&src=a,b&hours=1e-9", "to=1970-01-01T00:00:00Z&t=2200-12-31T23:59:59.9Z", "to=9970-01-01T00:00:00Z", "from=2200", "area=1,9%3B1,9%3B1,9%3B1,9", "a=%3B;&=&%00=", "conf=1e-7&speed=1.000001"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, query string) {
		values, _ := url.ParseQuery(query) // what could be read
		first, _ := Parse(values)
		link := first.URL("/")
		u, err := url.Parse(link)
		if err != nil {
			t.Fatalf("%q: %v", link, err)
		}
		values, err = url.ParseQuery(u.RawQuery)
		if err != nil {
			t.Fatalf("%q: %v", link, err)
		}
		second, problems := Parse(values)
		if len(problems) > 0 || second.URL("/") != link || !reflect.DeepEqual(slimmed(first), slimmed(second)) {
			t.Errorf("%q: %q became %q, %v", query, link, second.URL("/"), problems)
		}
		if err := first.Query().Validate(); err != nil {
			t.Errorf("%q: %v", query, err)
		}
		if slices.ContainsFunc(first.Area, func(p geo.Point) bool { return !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) }) {
			t.Errorf("%q: area %v", query, first.Area)
		}
	})
}
