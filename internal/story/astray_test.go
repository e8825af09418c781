package story

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// lawful is a tanker's voyage along the coast of Oman, with calls nowhere.
const lawful = `ledger
crowd 8 1T00:00 9T00:00 24.90N 57.20E
vessel 620999001 name=STORY_ONE imo=9074729 hull=283,50,30,30 draught=9.8
vessel 620999002 type=70
vessel 620999003 type=70
sail 620999001 1T00:00 24.00N 59.20E 2T00:00 25.10N 57.00E
anchor 620999001 2T00:05 6T00:00 25.15N 56.95E swing=60
static 620999001 6T00:00 draught=20.9
sail 620999001 6T00:05 25.10N 57.00E 7T00:00 24.00N 59.20E
%s
advance 9T00:00
----
`

// lifting is the voyage of a tanker that is silent while she loads at Kharg.
const lifting = `ledger
crowd 8 1T00:00 9T00:00 24.90N 57.20E
vessel 620999001 name=STORY_ONE imo=9074729 hull=283,50,30,30 draught=9.8
vessel 620999002 type=70
vessel 620999003 type=70
sail 620999001 1T00:00 25.00N 57.20E 1T08:00 26.30N 56.65E
static 620999001 6T08:00 draught=20.9
sail 620999001 6T08:40 26.30N 56.70E 6T16:40 25.00N 57.30E
%s
advance 9T00:00
----
`

var liftLine = regexp.MustCompile(`(?m)^lift 620999001 (\w+).* q=([0-9.]+)`)

// astray finds what is said of positions that were not true.
var astray = regexp.MustCompile(`(?m)^(interference .*620999001|false_position 620999001 closed .*p=(0\.[5-9]|1))`)

// lifted is the probability of a lift in what is said last of it, zero when none is told or it is taken back, and
// whether the detectors have seen that positions were not true.
func lifted(t *testing.T, text string) (float64, bool) {
	t.Helper()
	said, err := Run(text, 1)
	if err != nil {
		t.Fatal(err)
	}
	q := 0.0
	for _, m := range liftLine.FindAllStringSubmatch(said, -1) {
		if q, err = strconv.ParseFloat(m[2], 64); err != nil {
			t.Fatal(err)
		}
		if m[1] == "retracted" {
			q = 0
		}
	}
	return q, astray.MatchString(said)
}

// untrue inserts false positions of one of the kinds that are detected, at Kharg or elsewhere, within some days.
func untrue(rng *rand.Rand, from, to float64) string {
	places := []string{"29.23N 50.32E", "25.32N 55.30E", "26.88N 50.27E", "27.49N 52.62E", "24.20N 60.40E"}
	at := places[rng.IntN(len(places))]
	length := 0.2 + rng.Float64()*(to-from-0.3)
	begin := from + rng.Float64()*(to-from-length)
	when := func(day float64) string {
		minutes := int(day * 24 * 60)
		return fmt.Sprintf("%dT%02d:%02d", 1+minutes/1440, minutes/60%24, minutes%60)
	}
	switch rng.IntN(3) {
	case 0: // she and two others are drawn to one place
		length = min(length, 0.4)
		var lines []string
		for i := range 3 {
			if i > 0 {
				lines = append(lines, fmt.Sprintf("berth 62099900%d %s %s 25.%d0N 57.10E", i+1, when(begin-0.1), when(begin-0.005), i))
			}
			lines = append(lines, fmt.Sprintf("berth 62099900%d %s %s %s", i+1, when(begin), when(begin+length), at))
		}
		return strings.Join(lines, "\n")
	case 1:
		return fmt.Sprintf("anchor 620999001 %s %s %s swing=50", when(begin), when(begin+length), at)
	}
	return fmt.Sprintf("circle 620999001 %s %s %s radius=2 speed=6", when(begin), when(begin+length), at)
}

func TestFalsePositionsInALawfulTrackCreateNoLift(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	if q, _ := lifted(t, fmt.Sprintf(lawful, "")); q != 0 {
		t.Fatalf("the lawful voyage itself: got a lift with q %.2f, want none", q)
	}
	for range 6 {
		fake := untrue(rng, 1.2, 4.8)
		if q, _ := lifted(t, fmt.Sprintf(lawful, fake)); q >= 0.2 {
			t.Errorf("with\n%s\ngot a lift with q %.2f, want none from 0.2 on", fake, q)
		}
	}
}

// TestFalsePositionsInALiftingTrackNeverRaiseItsProbability holds for all that the detectors see. A false stay that she
// could have sailed to, told by a feed without stations, is a stay to everybody. Stories print two decimals.
func TestFalsePositionsInALiftingTrackNeverRaiseItsProbability(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	honest, _ := lifted(t, fmt.Sprintf(lifting, ""))
	if honest < 0.2 {
		t.Fatalf("the dark voyage itself: got q %.2f, want a lift", honest)
	}
	seen := 0
	for range 8 {
		fake := untrue(rng, 0.4, 5.2)
		q, caught := lifted(t, fmt.Sprintf(lifting, fake))
		if caught {
			seen++
		}
		if caught && q > honest+0.015 {
			t.Errorf("with\n%s\ngot q %.2f, want at most %.2f", fake, q, honest)
		}
	}
	if seen < 4 {
		t.Errorf("%d of 8 false tracks were seen, want half and more", seen)
	}
}
