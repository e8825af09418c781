package alert

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/alert/post"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// outside is what the test's files may refer to: no environment and no disk.
func outside(t testing.TB) Outside {
	t.Helper()
	places, err := place.Default()
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"ships.csv": "imo,name\n9000003,SYN A\n"}
	return Outside{Places: places,
		Expand: func(text string) (string, error) {
			if strings.Contains(text, "${NONE}") {
				return "", errors.New("${NONE}: neither NONE nor NONE_FILE is set")
			}
			text = strings.ReplaceAll(text, "${TOKEN}", "123456:abcdefghijklmnop")
			return strings.ReplaceAll(strings.ReplaceAll(text, "${SECRET}", "a-secret-of-24-characters"), "${URL}", "https://hooks.example.org/T000/B000/xyzxyzxyzxyz"), nil
		},
		Read: func(path string) ([]byte, error) {
			if text, ok := files[path]; ok {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		}}
}

const good = `
site: https://darkwake.example/
channels:
  desk:  {kind: webhook, url: "https://example.org/hook", secret: "${SECRET}"}
  mail:  {kind: smtp, server: "mail.example.org:587", user: alerts, password: "${SECRET}", from: "darkwake <alerts@example.org>", to: [desk@example.org]}
  chat:  {kind: slack, url: "${URL}"}
  phone: {kind: telegram, token: "${TOKEN}", chat: "-100123"}
  room:  {kind: discord, url: "${URL}"}
  team:  {kind: teams, url: "${URL}"}
rules:
  - name: sts
    kinds: [rendezvous, transfer]
    area: {box: {west: 56, south: 24, east: 57, north: 26}}
    min_probability: 0.7
    statuses: [closed]
    channels: [desk, mail]
  - name: kharg
    area: {place: Kharg complex, within_km: 20}
    watch: {mmsi: [422000001], imo: [9000003], flags: [IR], listed: [any], file: ships.csv}
    digest: 1h
    channels: [chat, phone, room, team]
  - name: triangle
    area: {polygon: [[50, 25], [52, 25], [51, 27]]}
    min_barrels: 500000
    channels: [desk]
`

func load(t testing.TB, text string) (*Config, error) {
	t.Helper()
	return Load(strings.NewReader(text), outside(t))
}

func TestARulesFileSaysWhatIsToldToWhom(t *testing.T) {
	c, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	r, ok := c.Rule("sts")
	if !ok || len(c.Channels) != 6 || c.Site != "https://darkwake.example" || r.Probability != 0.7 || len(r.Kinds) != 2 || r.Statuses[0] != event.Closed {
		t.Errorf("got %+v, %+v", c, r)
	}
	for name, want := range map[string]string{
		"sts":      "rendezvous or transfer; probability 0.70 and more; in 24.0000° N 56.0000° E to 26.0000° N 57.0000° E; once closed",
		"kharg":    "any kind; probability 0.50 and more; in Kharg complex (all berths + anchorage) and 20 km round it; ships that are watched; in digests every 1h",
		"triangle": "any kind; probability 0.50 and more; 500,000 barrels and more; in a polygon of 3 corners",
	} {
		if r, _ := c.Rule(name); r.Says() != want {
			t.Errorf("%s says %q, want %q", name, r.Says(), want)
		}
	}
	if r, _ := c.Rule("kharg"); r.Digest != time.Hour || r.Probability != event.Believed || r.Watch.Book == nil {
		t.Errorf("got %+v", r)
	}
}

// TestWhatIsWrongWithAFileIsOneLine: each row changes one thing of the good file.
func TestWhatIsWrongWithAFileIsOneLine(t *testing.T) {
	for _, tc := range []struct{ name, from, to, says string }{
		{"unknown key", "min_probability", "min_probabilty", "did you mean min_probability?"},
		{"unknown key of a channel", "secret:", "secrte:", "did you mean secret?"},
		{"unknown kind", "[rendezvous,", "[rendevous,", `rule "sts": kind "rendevous": did you mean rendezvous?`},
		{"unknown status", "[closed]", "[cloosed]", `status "cloosed": did you mean closed?`},
		{"unknown channel", "[desk, mail]", "[dsk, mail]", `channel "dsk": did you mean desk?`},
		{"unknown kind of channel", "kind: webhook", "kind: webhok", `channel "desk": kind "webhok": did you mean webhook?`},
		{"unknown place", "Kharg complex", "Kharg T-jety (eastern jetty)", `did you mean Kharg T-jetty (eastern jetty)?`},
		{"several places", "Kharg complex", "fujairah", `place "fujairah": one of Fujairah offshore anchorage; Fujairah terminals (port) expected`},
		{"place on no map", "Kharg complex", "Atlantis of the seven seas", "not in the gazetteer"},
		{"a gate is no area", "Kharg complex", "HORMUZ_INNER", "a gate holds nothing"},
		{"probability of percents", "0.7", "70", "min_probability 70: 0 to 1"},
		{"negative barrels", "500000", "-5", "min_barrels -5"},
		{"no channel", "channels: [desk, mail]", "channels: []", "channels: one at least"},
		{"channel twice", "[desk, mail]", "[desk, desk]", "named twice"},
		{"digest without a unit", "digest: 1h", "digest: 60", "a time such as 1h"},
		{"digest of a second", "digest: 1h", "digest: 1s", "1m0s to 744h0m0s"},
		{"box upside down", "south: 24", "south: 27", "south below north"},
		{"box without an edge", "south: 24, ", "", "west, south, east and north"},
		{"polygon of a line", "[[50, 25], [52, 25], [51, 27]]", "[[50, 25], [52, 25]]", "polygon of 2 corners"},
		{"polygon off the map", "[51, 27]", "[510, 27]", "corner 3"},
		{"area of two sorts", "{box:", "{place: Kharg complex, box:", "one of box, polygon and place"},
		{"margin without a place", "{polygon:", "{within_km: 3, polygon:", "within_km: only beside place"},
		{"MMSI of eight digits", "422000001", "42200001", "nine digits"},
		{"IMO with a wrong check digit", "[9000003]", "[9000004]", "check digit"},
		{"flag in words", "[IR]", "[Iran]", "two capital letters"},
		{"watch list that is not there", "ships.csv", "shops.csv", "file"},
		{"secret in the file", `"${SECRET}"}`, `"my-very-own-secret-key"}`, "secret: ${NAME} of the environment expected, not the secret itself"},
		{"address of a chat in the file", `slack, url: "${URL}"`, `slack, url: "https://hooks.slack.com/services/T1/B2/hush"`, "url: ${NAME} of the environment expected"},
		{"secret that is not set", `"${SECRET}"}`, `"${NONE}"}`, "neither NONE nor NONE_FILE"},
		{"private address", "https://example.org/hook", "https://10.0.0.1/hook", "not a public address"},
		{"without TLS", "https://example.org/hook", "http://example.org/hook", "https expected"},
		{"key of another kind", "kind: slack,", "kind: slack, chat: x,", `chat: a channel of kind slack has url`},
		{"name with a blank", "name: sts", "name: s t s", "letters, digits"},
		{"name twice", "name: triangle", "name: sts", "two of this name"},
		{"address that is none", "desk@example.org", "desk", "such as desk@example.org"},
		{"site that is none", "https://darkwake.example/", "darkwake.example", "site"},
		{"no rules", "rules:", "rulez:", "did you mean rules?"},
		{"no YAML", "rules:", "rules: [", "read alert rules"},
	} {
		if !strings.Contains(good, tc.from) {
			t.Fatalf("%s: %q is not in the good file", tc.name, tc.from)
		}
		_, err := load(t, strings.Replace(good, tc.from, tc.to, 1))
		if err == nil || !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: got %v, want %q in it", tc.name, err, tc.says)
			continue
		}
		for _, hush := range []string{"\n", "a-secret-of-24", "xyzxyz", "hush", "my-very-own", "abcdefghijklmnop"} {
			if strings.Contains(err.Error(), hush) {
				t.Errorf("%s: %q holds %q", tc.name, err, hush)
			}
		}
	}
	for _, empty := range []string{"", "---\n", "site: https://x.example\n"} {
		if _, err := load(t, empty); err == nil || !strings.Contains(err.Error(), "no rule") {
			t.Errorf("%q: %v", empty, err)
		}
	}
}

func TestAnAreaHoldsWhatLiesInIt(t *testing.T) {
	box := func(w, s, e, n float64) areaEntry { return areaEntry{Box: &boxEntry{&w, &s, &e, &n}} }
	for _, tc := range []struct {
		name    string
		area    areaEntry
		in, out []geo.Point
	}{
		{"box", box(50, 25, 52, 27), []geo.Point{{51, 26}, {50.01, 25.01}}, []geo.Point{{49.9, 26}, {51, 27.1}, {-129, 26}}},
		{"box over the date line", box(170, -10, -170, 10), []geo.Point{{175, 0}, {-175, 0}, {180, 0}, {-180, 0}}, []geo.Point{{0, 0}, {165, 0}, {-165, 0}}},
		{"triangle", areaEntry{Polygon: [][2]float64{{50, 25}, {52, 25}, {51, 27}}}, []geo.Point{{51, 26}, {51, 25.1}}, []geo.Point{{50.1, 26.5}, {51.9, 26.5}, {51, 24.9}}},
		{"polygon over the date line", areaEntry{Polygon: [][2]float64{{170, -10}, {-170, -10}, {-170, 10}, {170, 10}}}, []geo.Point{{175, 0}, {-175, 0}}, []geo.Point{{0, 0}, {160, 0}}},
		{"place", areaEntry{Place: "Kharg complex"}, []geo.Point{{50.32, 29.23}}, []geo.Point{{50.32, 28.5}, {56, 25}}},
		{"place with a margin", areaEntry{Place: "Kharg complex", Within: 100}, []geo.Point{{50.32, 29.23}, {50.32, 28.7}}, []geo.Point{{50.32, 27}, {56, 25}}},
	} {
		a, err := tc.area.area(outside(t).Places)
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		for _, p := range tc.in {
			if !a.Holds(p) {
				t.Errorf("%s does not hold %v", tc.name, p)
			}
		}
		for _, p := range tc.out {
			if a.Holds(p) {
				t.Errorf("%s holds %v", tc.name, p)
			}
		}
	}
}

// version is one of a story: status, probability, barrels, and what the rule should do of it.
type version struct {
	status  event.Status
	p       float64
	barrels vessel.Barrels
	want    post.Change
	says    string
}

func TestOnlyWhatAReaderCaresAboutIsTold(t *testing.T) {
	for _, tc := range []struct {
		name     string
		rule     Rule
		versions []version
	}{
		{"opens, is over, is taken back", Rule{Probability: 0.5}, []version{
			{event.Open, 0.6, 0, post.Opened, ""}, {event.Closed, 0.6, 0, post.Updated, "closed, before open"}, {event.Retracted, 0.6, 0, post.Retracted, "does not stand"}}},
		{"another probability above the minimum is nothing", Rule{Probability: 0.5}, []version{
			{event.Open, 0.6, 0, post.Opened, ""}, {event.Open, 0.99, 0, "", ""}, {event.Open, 0.5, 0, "", ""}}},
		{"crosses the minimum, both ways", Rule{Probability: 0.5}, []version{
			{event.Open, 0.4, 0, "", ""}, {event.Open, 0.6, 0, post.Opened, ""}, {event.Open, 0.4, 0, post.Updated, "0.40, below the 0.50"}, {event.Closed, 0.3, 0, "", ""}, {event.Closed, 0.7, 0, post.Updated, "again"}}},
		{"barrels change by a tenth and more", Rule{}, []version{
			{event.Closed, 0.9, 1000, post.Opened, ""}, {event.Closed, 0.9, 1050, "", ""}, {event.Closed, 0.9, 1099, "", ""}, {event.Closed, 0.9, 1101, post.Updated, "1,101 barrels, before 1,000"}, {event.Closed, 0.9, 0, post.Updated, "0 barrels"}}},
		{"small steps add up", Rule{}, []version{
			{event.Closed, 0.9, 1000, post.Opened, ""}, {event.Closed, 0.9, 1060, "", ""}, {event.Closed, 0.9, 1120, post.Updated, "before 1,000"}}},
		{"too few barrels", Rule{Barrels: 1000}, []version{
			{event.Closed, 0.9, 900, "", ""}, {event.Closed, 0.9, 1000, post.Opened, ""}, {event.Closed, 0.9, 900, post.Updated, "900 barrels, below the 1,000"}}},
		{"retracted before it was told", Rule{Probability: 0.5}, []version{{event.Open, 0.4, 0, "", ""}, {event.Retracted, 0.9, 0, "", ""}}},
		{"retracted, and said again", Rule{}, []version{
			{event.Open, 0.6, 0, post.Opened, ""}, {event.Retracted, 0.6, 0, post.Retracted, ""}, {event.Retracted, 0.6, 0, "", ""}, {event.Closed, 0.6, 0, post.Updated, "stands again"}}},
		{"told when it is over, then every change", Rule{Statuses: []event.Status{event.Closed}}, []version{
			{event.Open, 0.6, 0, "", ""}, {event.Closed, 0.6, 0, post.Opened, ""}, {event.Open, 0.6, 0, post.Updated, "open, before closed"}}},
		{"below the minimum and taken back", Rule{Probability: 0.5}, []version{
			{event.Open, 0.6, 0, post.Opened, ""}, {event.Open, 0.1, 0, post.Updated, "below"}, {event.Retracted, 0.1, 0, post.Retracted, ""}}},
	} {
		var was *told
		for i, v := range tc.versions {
			e := event.Event{ID: "lift-1", Version: i + 1, Status: v.status, Probability: v.p, Barrels: &event.Volume{Mean: v.barrels}, Why: "a late report", Details: event.LiftDetails{}}
			change, reason, now := tc.rule.judge(was, e)
			if change != v.want || !strings.Contains(reason, v.says) {
				t.Errorf("%s: version %d: got %q because %q, want %q with %q", tc.name, i+1, change, reason, v.want, v.says)
			}
			// The same version again, as a new owner of the store says it, is nothing new.
			if again, _, _ := tc.rule.judge(now, e); again != "" {
				t.Errorf("%s: version %d is told twice: %q", tc.name, i+1, again)
			}
			was = now
		}
	}
}

func TestARuleIsAboutKindsPlacesAndShips(t *testing.T) {
	on := event.FixRef{Lon: 51, Lat: 26}
	e := event.Event{Kind: event.Gap, Status: event.Closed, Probability: 0.9, Lon: 56.3, Lat: 26.4, Details: event.GapDetails{On: &on},
		Vessels: []event.Vessel{{MMSI: 422000001, IMO: 9000003, Flag: "IR", Listed: []string{"OFAC-SDN 15036 (2026-03-20)"}}}}
	c, err := load(t, good)
	if err != nil {
		t.Fatal(err)
	}
	kharg, _ := c.Rule("kharg")
	triangle, _ := c.Rule("triangle")
	for _, tc := range []struct {
		name string
		rule Rule
		want bool
	}{
		{"everything", Rule{}, true},
		{"its kind", Rule{Kinds: []event.Kind{event.Lift, event.Gap}}, true},
		{"another kind", Rule{Kinds: []event.Kind{event.Lift}}, false},
		{"where the silence ended", Rule{Area: triangle.Area}, true},
		{"elsewhere", Rule{Area: kharg.Area}, false},
		{"her number", Rule{Watch: &Watch{MMSI: []vessel.MMSI{422000001}}}, true},
		{"another's number", Rule{Watch: &Watch{MMSI: []vessel.MMSI{422000002}}}, false},
		{"her hull", Rule{Watch: &Watch{IMO: []vessel.IMO{9000003}}}, true},
		{"her flag", Rule{Watch: &Watch{Flags: []string{"PA", "IR"}}}, true},
		{"any list", Rule{Watch: &Watch{Listed: []string{"any"}}}, true},
		{"her list", Rule{Watch: &Watch{Listed: []string{"ofac-sdn"}}}, true},
		{"another list", Rule{Watch: &Watch{Listed: []string{"EU"}}}, false},
		{"a list in a file", Rule{Watch: &Watch{Book: kharg.Watch.Book}}, true},
	} {
		if got := tc.rule.meets(e); got != tc.want {
			t.Errorf("%s: got %v, want %v", tc.name, got, tc.want)
		}
	}
	for name, nowhere := range map[string]event.Event{"outage without a place": {Details: event.OutageDetails{}, Lon: 51, Lat: 26}, "nobody's position": {Details: event.LiftDetails{}}} {
		if got := where(nowhere); len(got) != 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// FuzzLoad reads any file: it is a configuration or an error of one line, and never an answer with a secret.
func FuzzLoad(f *testing.F) {
	f.Add(good)
	for _, text := range []string{"", "rules: [{}]", "channels: {a: {kind: webhook}}", "rules:\n- name: a\n  area: {polygon: [[1,2],[3,4],[5,6]]}", "rules: [-", "channels:\n  a: &a {kind: slack, url: \"${URL}\"}\n  b: *a\n"} {
		f.Add(text)
	}
	with := outside(f)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Load(strings.NewReader(text), with)
		switch {
		case err != nil && (strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), "a-secret-of-24") || strings.Contains(err.Error(), "xyzxyz")):
			t.Errorf("%q: %q", text, err)
		case err == nil && (len(c.Rules) == 0 || len(c.Channels) == 0):
			t.Errorf("%q: a configuration that tells nobody anything", text)
		}
	})
}
