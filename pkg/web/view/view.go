package view

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// State is what a reader looks at. The zero value is the page as it comes.
type State struct {
	Camera *Camera   // what the map shows; nil: everything
	From   time.Time // events that are under way from then on; zero: no bound
	To     time.Time // and before then; zero: no bound
	At     time.Time // the moment that playback shows; zero: none
	Event  string    // the event that is open

	Kinds    []event.Kind   // any of them, in canonical order; none: all
	Statuses []event.Status // any of them; none: those that stand, open and closed
	Conf     float64        // least probability, 0 to 1
	Hours    float64        // least duration
	Flags    []string       // any of them: ISO 3166, two capitals, sorted
	Sizes    []string       // any of them: names of vessel.Class, from small to large
	List     string         // ListAny, ListNone, a list's name, or empty
	Area     []geo.Point    // corners of an area, not closed; two: south-west and north-east of a box; none: everywhere
	Sources  []string       // any of them, sorted
	MMSI     vessel.MMSI
	IMO      vessel.IMO
	Place    string
	Text     string // q

	Lang  string // two or three letters, perhaps with a region: de, pt-BR
	Zone  string // tz: utc, local or an IANA name
	Theme string // dark, light, contrast or system
	Speed float64

	Embed, Kiosk, Screenshot, NoWebGL, Reset bool

	Unknown url.Values // parameters that are not known here, as they came
}

// Camera is the middle and zoom of the map.
type Camera struct {
	Lat, Lon float64
	Zoom     float64 // 0: not given
}

// What List may say besides a list's name.
const (
	ListAny  = "any"  // one of the ships is on a list
	ListNone = "none" // none of them is
)

// Problem is a parameter that says nothing.
type Problem struct {
	Parameter string `json:"parameter"`
	Value     string `json:"value"`
	Expected  string `json:"expected"`
}

// Error is one line that names the parameter, its value and what was expected.
func (p Problem) Error() string {
	return p.Parameter + " " + strconv.QuoteToASCII(p.Value) + ": expected " + p.Expected
}

// Parse reads parameters. Those that say nothing are left out of the state and told as problems, in the order of their names.
func Parse(values url.Values) (State, []Problem) {
	var s State
	var problems []Problem
	known := map[string][]string{}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		name := strings.ToLower(key)
		if _, is := parameters[name]; is {
			known[name] = append(known[name], values[key]...)
			continue
		}
		if s.Unknown == nil {
			s.Unknown = url.Values{}
		}
		s.Unknown[key] = slices.Clone(values[key])
	}
	read := map[string]bool{}
	for _, name := range order {
		for _, value := range known[name] {
			if value = strings.TrimSpace(value); value == "" && !isMode[name] {
				continue // an empty field of a form
			}
			if expected := parameters[name](&s, value); expected != "" {
				problems = append(problems, Problem{name, value, expected})
			} else {
				read[name] = true
			}
		}
	}
	if s.Camera != nil && !(read["lat"] && read["lon"]) {
		if len(problems) == 0 {
			problems = append(problems, Problem{"z", number(s.Camera.Zoom), "lat, lon and z together"})
		}
		s.Camera = nil
	}
	return s, append(problems, s.settle()...)
}

// settle puts lists in order and drops what does not go together.
func (s *State) settle() (problems []Problem) {
	slices.SortFunc(s.Kinds, func(a, b event.Kind) int { return a.Order() - b.Order() })
	s.Kinds = slices.Compact(s.Kinds)
	slices.Sort(s.Statuses)
	s.Statuses = slices.Compact(s.Statuses)
	slices.Sort(s.Flags)
	s.Flags = slices.Compact(s.Flags)
	slices.SortFunc(s.Sizes, func(a, b string) int { return int(vessel.ParseClass(a)) - int(vessel.ParseClass(b)) })
	s.Sizes = slices.Compact(s.Sizes)
	slices.Sort(s.Sources)
	s.Sources = slices.Compact(s.Sources)
	if !s.From.IsZero() && !s.To.IsZero() && !s.From.Before(s.To) {
		problems = append(problems, Problem{"to", writeTo(s.To), "a day or time after from, which is " + writeFrom(s.From)})
		s.To = time.Time{}
	}
	return problems
}

// Query asks for the events that the state shows, the newest first: those that stand, unless statuses are asked for. It is always
// valid.
func (s State) Query() store.Query {
	q := store.Query{Kinds: s.Kinds, Statuses: s.Statuses, From: s.From, To: s.To, MMSI: s.MMSI, IMO: s.IMO, Place: s.Place, MinProbability: s.Conf, Text: s.Text, Newest: true,
		Flags: s.Flags, Classes: s.Sizes, Listed: s.List, Sources: s.Sources, Least: time.Duration(s.Hours * float64(time.Hour))}
	if len(s.Statuses) == 0 {
		q.Statuses = []event.Status{event.Open, event.Closed}
	}
	if len(s.Area) == 2 {
		q.Box = &store.Box{West: s.Area[0][0], South: s.Area[0][1], East: s.Area[1][0], North: s.Area[1][1]}
	} else {
		q.Area = s.Area
	}
	return q
}

// Values are the state's parameters, unknown ones too; what is as it comes is left out.
func (s State) Values() url.Values {
	v := url.Values{}
	for key, values := range s.Unknown {
		v[key] = slices.Clone(values)
	}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	if s.Camera != nil {
		set("lat", number(s.Camera.Lat))
		set("lon", number(s.Camera.Lon))
		set("z", positive(s.Camera.Zoom))
	}
	set("from", writeFrom(s.From))
	set("to", writeTo(s.To))
	set("t", writeTime(s.At))
	set("event", s.Event)
	set("kind", joined(s.Kinds))
	set("status", joined(s.Statuses))
	set("conf", positive(s.Conf))
	set("hours", positive(s.Hours))
	set("flag", joined(s.Flags))
	set("size", joined(s.Sizes))
	set("list", s.List)
	set("area", writeArea(s.Area))
	set("src", joined(s.Sources))
	set("ship", s.ship())
	set("place", s.Place)
	set("q", s.Text)
	set("lang", s.Lang)
	set("tz", s.Zone)
	set("theme", s.Theme)
	set("speed", positive(s.Speed))
	for name, on := range map[string]bool{"embed": s.Embed, "kiosk": s.Kiosk, "screenshot": s.Screenshot, "nowebgl": s.NoWebGL, "reset": s.Reset} {
		if on {
			v.Set(name, "1")
		}
	}
	return v
}

func (s State) ship() string {
	switch {
	case s.IMO != 0:
		return fmt.Sprintf("imo%07d", s.IMO)
	case s.MMSI != 0:
		return s.MMSI.String()
	}
	return ""
}

// URL is the state as a link to a path: the parameters in a fixed order, then unknown ones by name. Parse of it is the state.
func (s State) URL(path string) string {
	values := s.Values()
	var parts []string
	add := func(name string) {
		for _, value := range values[name] {
			parts = append(parts, url.QueryEscape(name)+"="+escape(value))
		}
		delete(values, name)
	}
	for _, name := range order {
		add(name)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		add(name)
	}
	if len(parts) == 0 {
		return path
	}
	return path + "?" + strings.Join(parts, "&")
}

// escape leaves commas and colons to be read by people, as a query may hold them. A semicolon may not stand there: net/url refuses
// it.
func escape(value string) string {
	return strings.NewReplacer("%2C", ",", "%3A", ":").Replace(url.QueryEscape(value))
}

// With is the state with one change, for links.
func (s State) With(change func(*State)) State {
	change(&s)
	return s
}
