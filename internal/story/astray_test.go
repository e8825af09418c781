package story

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
)

// others are what every voyage needs: ships that give the feed a habit, the tanker, and two that are spoofed with her.
const others = `ledger
crowd 6 1T00:00 8T00:00 24.90N 57.20E every=30
vessel 620999001 name=STORY_ONE imo=9074729 hull=283,50,30,30 draught=9.8 every=10
vessel 620999002 type=70
vessel 620999003 type=70
vessel 620999004 type=70
`

// The voyages into which false positions are inserted: into each, between 1T04:00 and 5T20:00.
const (
	// waiting: along the coast of Oman, with calls nowhere; what makes her laden is not told.
	waiting = others + `sail 620999001 1T00:00 24.00N 59.20E 2T00:00 25.10N 57.00E
anchor 620999001 2T00:10 6T00:00 25.15N 56.95E swing=60
static 620999001 6T00:00 draught=20.9
sail 620999001 6T00:10 25.10N 57.00E 7T00:00 24.00N 59.20E
%s
advance 8T00:00
----
`
	// lawful: she loads at Ras Tanura for a day and a half, and sails towards the Strait.
	lawful = others + `sail 620999001 1T00:00 27.60N 51.60E 1T08:00 26.70N 50.20E
berth 620999001 1T08:10 3T00:00 26.645N 50.165E heading=20
static 620999001 2T20:00 draught=20.9
sail 620999001 3T00:10 26.70N 50.20E 3T10:00 27.30N 51.60E
sail 620999001 3T10:10 27.30N 51.60E 5T20:00 25.60N 54.80E
sail 620999001 5T20:10 25.60N 54.80E 6T12:00 26.40N 56.50E
%s
advance 8T00:00
----
`
	// lifting: she is silent while she loads at Kharg.
	lifting = others + `sail 620999001 1T00:00 25.00N 57.20E 1T08:00 26.30N 56.65E
static 620999001 6T08:00 draught=20.9
sail 620999001 6T08:40 26.30N 56.70E 6T16:40 25.00N 57.30E
%s
advance 8T00:00
----
`
)

var liftLine = regexp.MustCompile(`(?m)^lift 620999001 (\w+)(?: v\d+)? (\w+).* q=([0-9.]+)`)

// astray finds what is said of positions that were not true.
var astray = regexp.MustCompile(`(?m)^(interference .*620999001|false_position 620999001 closed .*p=(0\.[5-9]|1))`)

// lifted is how many lifts of hers are told, on average: the sum over the routes of the probability that is said last, zero
// when none is told or it is taken back. It also says whether the detectors have seen that positions were not true.
func lifted(t *testing.T, text string) (float64, bool) {
	t.Helper()
	said, err := Run(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	last := map[string]float64{}
	for _, m := range liftLine.FindAllStringSubmatch(said, -1) {
		if last[m[2]], err = strconv.ParseFloat(m[3], 64); err != nil {
			t.Fatal(err)
		}
		if m[1] == "retracted" {
			last[m[2]] = 0
		}
	}
	q := 0.0
	for _, route := range slices.Sorted(maps.Keys(last)) {
		q += last[route]
	}
	return q, astray.MatchString(said)
}

// untrue are the ways in which positions are false, from one moment to another and at a place.
var untrue = map[string]func(from, to, at string) string{
	"drawn with others": func(from, to, at string) string {
		lines := []string{fmt.Sprintf("berth 620999001 %s %s %s instead=yes", from, to, at)}
		for i := range 3 {
			lines = append(lines, fmt.Sprintf("berth 62099900%d 1T00:00 %s 25.%d0N 57.10E every=30", i+2, from, i),
				fmt.Sprintf("berth 62099900%d %s:30 %s %s", i+2, from, to, at))
		}
		return strings.Join(lines, "\n")
	},
	"at anchor": func(from, to, at string) string {
		return fmt.Sprintf("anchor 620999001 %s %s %s swing=50 instead=yes", from, to, at)
	},
	"in circles": func(from, to, at string) string {
		return fmt.Sprintf("circle 620999001 %s %s %s radius=2 speed=6 instead=yes", from, to, at)
	},
	"frozen": func(from, to, at string) string {
		return fmt.Sprintf("berth 620999001 %s %s %s instead=yes", from, to, at)
	},
	"besides her own": func(from, to, at string) string {
		return fmt.Sprintf("anchor 620999001 %s %s %s swing=50", from, to, at)
	},
	"for a moment": func(from, to, at string) string {
		return fmt.Sprintf("fix 620999001 %s:20 %s 11kn\nfix 620999001 %s:40 %s 11kn", from, at, from, at)
	},
}

// insertion is when and where positions are false.
type insertion struct{ from, to, at string }

var (
	early   = insertion{"1T04:02", "1T12:02", "29.232N 50.342E"} // Kharg's jetty
	during  = insertion{"2T10:02", "2T22:02", "24.20N 60.40E"}   // open sea
	through = insertion{"1T20:02", "4T20:02", "27.49N 52.62E"}   // Assaluyeh's berths
	after   = insertion{"4T02:02", "5T19:02", "29.232N 50.342E"}
)

// each plays a voyage with false positions of every kind at some insertions, and hands on what became of it.
func each(t *testing.T, voyage string, when []insertion, check func(kind string, i insertion, q float64, caught bool)) {
	t.Helper()
	for _, kind := range slices.Sorted(maps.Keys(untrue)) {
		for _, i := range when {
			q, caught := lifted(t, fmt.Sprintf(voyage, untrue[kind](i.from, i.to, i.at)))
			check(kind, i, q, caught)
		}
	}
}

// The waiting ship fills at a lonely stop in waters where sanctioned oil is passed on, of a donor that nobody heard: that is
// true, and a lift is inferred from it with the share of Iran's among the origins. False positions may add nothing to that.
func TestFalsePositionsInALawfulTrackCreateNoLift(t *testing.T) {
	racing.Skip(t)
	for _, v := range []struct {
		name, voyage string
		honest       float64
		when         []insertion
	}{
		{"waiting", waiting, 0.45, []insertion{through}},
		{"lawful", lawful, 0, []insertion{during, after}},
	} {
		if q, _ := lifted(t, fmt.Sprintf(v.voyage, "")); q != v.honest {
			t.Fatalf("%s voyage itself: got lifts with q %.2f, want %.2f", v.name, q, v.honest)
		}
		each(t, v.voyage, v.when, func(kind string, i insertion, q float64, caught bool) {
			if q > v.honest {
				t.Errorf("%s voyage, %s, %v: got lifts with q %.2f, want no more than %.2f", v.name, kind, i, q, v.honest)
			}
			if alone := kind == "besides her own" || kind == "for a moment"; v.name == "lawful" && !alone && !caught {
				t.Errorf("%s voyage, %s, %v: nobody saw that it is false", v.name, kind, i)
			}
		})
	}
}

// TestFalsePositionsInALiftingTrackNeverRaiseItsProbability knows one exception: a false stay at a loading place that the
// silent ship could have sailed to, of which nothing else is known to be wrong, is a stay to everybody. Stories print two
// decimals.
func TestFalsePositionsInALiftingTrackNeverRaiseItsProbability(t *testing.T) {
	racing.Skip(t)
	honest, _ := lifted(t, fmt.Sprintf(lifting, ""))
	if honest < 0.2 {
		t.Fatalf("the dark voyage itself: got q %.2f, want a lift", honest)
	}
	each(t, lifting, []insertion{early, through, after}, func(kind string, i insertion, q float64, caught bool) {
		credible := i == through && kind != "in circles" && kind != "for a moment"
		if q > honest+0.015 && (caught || !credible) {
			t.Errorf("%s, %v: got q %.2f, want at most %.2f", kind, i, q, honest)
		}
		if kind == "in circles" && !caught {
			t.Errorf("%s, %v: nobody saw that it is false", kind, i)
		}
	})
}
