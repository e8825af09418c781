package view

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// order is that of the parameters in a URL.
var order = []string{"lat", "lon", "z", "from", "to", "t", "event", "kind", "status", "conf", "hours", "flag", "size", "list", "area", "src", "ship", "place", "q",
	"lang", "tz", "theme", "speed", "embed", "kiosk", "screenshot", "nowebgl", "reset"}

// parameters read a value, which is not empty, into the state, or say what was expected.
var parameters = map[string]func(s *State, value string) (expected string){
	"lat": func(s *State, v string) string {
		return readNumber(v, -90, 90, func(x float64) { s.camera().Lat = x })
	},
	"lon": func(s *State, v string) string {
		return readNumber(v, -180, 180, func(x float64) { s.camera().Lon = x })
	},
	"z":     func(s *State, v string) string { return readNumber(v, 0, 24, func(x float64) { s.camera().Zoom = x }) },
	"from":  func(s *State, v string) string { return readTime(v, &s.From, false) },
	"to":    func(s *State, v string) string { return readTime(v, &s.To, true) },
	"t":     func(s *State, v string) string { return readTime(v, &s.At, false) },
	"event": func(s *State, v string) string { return readMatch(v, eventID, &s.Event, "an event's id") },
	"kind": func(s *State, v string) string {
		return readList(v, &s.Kinds, func(k string) (event.Kind, bool) {
			kind := event.Kind(strings.ToLower(k))
			return kind, kind.Order() >= 0
		}, "kinds out of "+joined(event.Kinds()))
	},
	"status": func(s *State, v string) string {
		return readList(v, &s.Statuses, func(x string) (event.Status, bool) {
			status := event.Status(strings.ToLower(x))
			return status, slices.Contains([]event.Status{event.Open, event.Closed, event.Retracted}, status)
		}, "open, closed or retracted")
	},
	"conf": readConf,
	"hours": func(s *State, v string) string {
		return readNumber(v, 0, 1e5, func(x float64) { s.Hours = x })
	},
	"flag": func(s *State, v string) string {
		return readList(v, &s.Flags, func(x string) (string, bool) {
			x = strings.ToUpper(x)
			return x, country.MatchString(x)
		}, "countries as two letters (ISO 3166)")
	},
	"size": func(s *State, v string) string {
		return readList(v, &s.Sizes, sizeNamed, "classes out of "+joined(sizes()))
	},
	"list":  readWatchList,
	"area":  readArea,
	"src":   func(s *State, v string) string { return readList(v, &s.Sources, someText, "names of sources") },
	"ship":  readShip,
	"place": func(s *State, v string) string { return readText(v, &s.Place) },
	"q":     func(s *State, v string) string { return readText(v, &s.Text) },
	"lang": func(s *State, v string) string {
		return readMatch(v, language, &s.Lang, "a language such as en or pt-BR")
	},
	"tz": func(s *State, v string) string {
		return readMatch(v, zone, &s.Zone, "utc, local or a name such as Asia/Tehran")
	},
	"theme": func(s *State, v string) string {
		return readMatch(strings.ToLower(v), theme, &s.Theme, "dark, light, contrast or system")
	},
	"speed":      func(s *State, v string) string { return readNumber(v, 1, fastest, func(x float64) { s.Speed = x }) },
	"embed":      func(s *State, v string) string { return readMode(v, &s.Embed) },
	"kiosk":      func(s *State, v string) string { return readMode(v, &s.Kiosk) },
	"screenshot": func(s *State, v string) string { return readMode(v, &s.Screenshot) },
	"nowebgl":    func(s *State, v string) string { return readMode(v, &s.NoWebGL) },
	"reset":      func(s *State, v string) string { return readMode(v, &s.Reset) },
}

var (
	eventID  = regexp.MustCompile(`^[a-z_]{1,20}-[0-9a-f]{1,32}$`)
	country  = regexp.MustCompile(`^[A-Z]{2}$`)
	language = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)
	zone     = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_+-]{0,30}(/[A-Za-z0-9_+-]{1,30}){0,2}$`)
	theme    = regexp.MustCompile(`^(dark|light|contrast|system)$`)
	imo      = regexp.MustCompile(`^(?i:imo)[ :-]?([0-9]{7})$|^([0-9]{7})$`)
	mmsi     = regexp.MustCompile(`^(?i:mmsi)?[ :-]?([0-9]{9})$`)
)

// fastest is a day of events in a second of playing, as a multiple of real time.
const fastest = 86400

// Bounds of what one parameter may hold.
const (
	longestText = 200 // bytes
	mostValues  = 64  // of a list
	mostCorners = 100 // of an area
)

func (s *State) camera() *Camera {
	if s.Camera == nil {
		s.Camera = &Camera{}
	}
	return s.Camera
}

func readNumber(v string, from, to float64, set func(float64)) string {
	x, err := strconv.ParseFloat(v, 64)
	if err != nil || !(x >= from && x <= to) {
		return number(from) + " to " + number(to)
	}
	set(math.Round(x*1e5)/1e5 + 0) // a negative zero is a zero
	return ""
}

func readConf(s *State, v string) string {
	text, percent := strings.CutSuffix(v, "%")
	x, err := strconv.ParseFloat(text, 64)
	if percent {
		x /= 100
	}
	if err != nil || !(x >= 0 && x <= 1) {
		return "0 to 1, or 0% to 100%"
	}
	s.Conf = math.Round(x*1e5)/1e5 + 0
	return ""
}

// readTime reads a moment or a span, of which it takes the first moment or that after the last.
func readTime(v string, into *time.Time, after bool) string {
	t, err := time.Parse(time.RFC3339, v)
	if err != nil {
		span, err := record.ParseSpan(strings.ToUpper(v))
		if err != nil {
			return "a day such as 2026-03-14, a week (2026-W11), a month, a quarter, a year, or a time such as 2026-03-14T06:00:00Z"
		}
		t = span.From
		if after {
			t = span.To.AddDate(0, 0, 1)
		}
	}
	if t = t.UTC().Truncate(time.Second); t.Year() < 1970 || t.Year() > record.LastYear {
		return "a time between 1970 and " + strconv.Itoa(record.LastYear)
	}
	*into = t
	return ""
}

func readMatch(v string, shape *regexp.Regexp, into *string, expected string) string {
	if !shape.MatchString(v) {
		return expected
	}
	*into = v
	return ""
}

// isMode are the parameters that say all by their names.
var isMode = map[string]bool{"embed": true, "kiosk": true, "screenshot": true, "nowebgl": true, "reset": true}

func readMode(v string, into *bool) string {
	switch strings.ToLower(v) {
	case "", "1", "true", "yes", "on": // its name alone turns it on
		*into = true
	case "0", "false", "no", "off":
		*into = false
	default:
		return "1 or 0"
	}
	return ""
}

func readText(v string, into *string) string {
	text, ok := someText(v)
	if !ok {
		return "at most " + strconv.Itoa(longestText) + " bytes of text"
	}
	*into = text
	return ""
}

// someText is text as a database can hold it.
func someText(v string) (string, bool) {
	v = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(v, "\x00", ""), "\uFFFD"))
	return v, v != "" && len(v) <= longestText
}

func readList[T any](v string, into *[]T, read func(string) (T, bool), expected string) string {
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		x, ok := read(part)
		if !ok || len(*into) >= mostValues {
			*into = nil
			return expected
		}
		*into = append(*into, x)
	}
	return ""
}

func readWatchList(s *State, v string) string {
	text, ok := someText(v)
	if !ok || strings.ContainsAny(text, " \t") {
		return "any, none, or the name of a list"
	}
	if lower := strings.ToLower(text); lower == ListAny || lower == ListNone {
		text = lower
	}
	s.List = text
	return ""
}

// sizes are the classes that a ship may be filtered by.
func sizes() (names []string) {
	for c := vessel.ClassUnknown; c <= vessel.ULCC; c++ {
		names = append(names, c.String())
	}
	return names
}

func sizeNamed(name string) (string, bool) {
	for _, s := range sizes() {
		if strings.EqualFold(s, name) {
			return s, true
		}
	}
	return "", false
}

func readShip(s *State, v string) string {
	switch m, n := mmsi.FindStringSubmatch(v), imo.FindStringSubmatch(v); {
	case m != nil:
		x, _ := strconv.Atoi(m[1]) // nine digits
		if x == 0 {
			break
		}
		s.MMSI, s.IMO = vessel.MMSI(x), 0
		return ""
	case n != nil:
		x, _ := strconv.Atoi(n[1] + n[2]) // seven digits in one of them
		if x == 0 {
			break
		}
		s.IMO, s.MMSI = vessel.IMO(x), 0
		return ""
	}
	return "an MMSI of nine digits or an IMO number of seven"
}

// readArea reads the four edges of a box or the corners of a polygon.
func readArea(s *State, v string) string {
	const expected = "west,south,east,north in degrees, or three corners or more as lon,lat;lon,lat"
	var corners []geo.Point
	if !strings.Contains(v, ";") {
		var x [4]float64
		parts := strings.Split(v, ",")
		if len(parts) != 4 {
			return expected
		}
		for i, p := range parts {
			var ok bool
			if x[i], ok = degrees(p, i%2 == 1); !ok {
				return expected
			}
		}
		if x[1] > x[3] {
			return expected
		}
		s.Area = []geo.Point{{x[0], x[1]}, {x[2], x[3]}}
		return ""
	}
	for part := range strings.SplitSeq(v, ";") {
		lon, lat, _ := strings.Cut(part, ",")
		x, ok1 := degrees(lon, false)
		y, ok2 := degrees(lat, true)
		if !ok1 || !ok2 || len(corners) > mostCorners {
			return expected
		}
		corners = append(corners, geo.Point{x, y})
	}
	corners = slices.Compact(corners)
	if n := len(corners); n > 1 && corners[0] == corners[n-1] {
		corners = corners[:n-1]
	}
	if len(corners) < 3 || len(corners) > mostCorners {
		return expected
	}
	s.Area = corners
	return ""
}

// degrees reads a longitude or a latitude, to a metre.
func degrees(v string, lat bool) (float64, bool) {
	x, err := strconv.ParseFloat(strings.TrimSpace(v), 64)
	bound := 180.0
	if lat {
		bound = 90
	}
	return math.Round(x*1e5)/1e5 + 0, err == nil && x >= -bound && x <= bound
}

func writeArea(corners []geo.Point) string {
	parts := make([]string, len(corners))
	for i, c := range corners {
		parts[i] = number(c[0]) + "," + number(c[1])
	}
	if len(parts) == 2 {
		return strings.Join(parts, ",")
	}
	return strings.Join(parts, ";")
}

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func positive(x float64) string {
	if x == 0 {
		return ""
	}
	return number(x)
}

func writeTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// writeFrom writes a midnight as its day.
func writeFrom(t time.Time) string {
	if t.IsZero() || !midnight(t) {
		return writeTime(t)
	}
	return t.Format(time.DateOnly)
}

// writeTo writes a midnight as the day that ends there.
func writeTo(t time.Time) string {
	if t.IsZero() || !midnight(t) || t.AddDate(0, 0, -1).Year() < 1970 {
		return writeTime(t)
	}
	return t.AddDate(0, 0, -1).Format(time.DateOnly)
}

func midnight(t time.Time) bool { return t.Equal(t.Truncate(24 * time.Hour)) }

func joined[T ~string](list []T) string {
	texts := make([]string, len(list))
	for i, x := range list {
		texts[i] = string(x)
	}
	return strings.Join(texts, ",")
}
