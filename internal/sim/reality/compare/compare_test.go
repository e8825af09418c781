package compare

import (
	"bytes"
	"encoding/xml"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/sim/reality"
	"github.com/darkwake/darkwake/internal/sim/scenario"
)

func TestVerdict(t *testing.T) {
	row := Row{Key: "x", Unit: Share, Band: [2]float64{0.1, 0.5}, Why: "the reason"}
	cases := []struct {
		name  string
		row   Row
		value float64
		known bool
		want  string
	}{
		{"inside", row, 0.1, true, "resembles (10 % to 50 %)"},
		{"outside", row, 0.6, true, "**differs** (10 % to 50 %): the reason"},
		{"not there", row, 0, false, "not measured: the simulated feed has none"},
		{"nothing to compare with", Row{Why: "no recording"}, 3, true, "not compared: no recording"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := c.row.Verdict(reality.Value{Value: c.value}, c.known); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestBandsHoldTheRealFigures keeps the bands honest: of the recordings that a row names, most lie inside. The rest are
// named in the document beside them.
func TestBandsHoldTheRealFigures(t *testing.T) {
	recorded, err := reality.Recorded()
	if err != nil {
		t.Fatal(err)
	}
	for _, theme := range Themes() {
		for _, row := range theme.Rows {
			inside, all := 0, 0
			for _, f := range recorded {
				v, ok := f.Find(row.Key)
				if !ok || v.N < leastReal || row.Real != nil && !slices.Contains(row.Real, f.Name) || row.Published != "" && strings.HasPrefix(row.Key, "spacing") {
					continue
				}
				all++
				if v.Value >= row.Band[0] && v.Value <= row.Band[1] {
					inside++
				}
			}
			if row.Band != [2]float64{} && 2*inside < all {
				t.Errorf("%s: only %d of %d real figures lie in %v", row.Key, inside, all, row.Band)
			}
			if row.Why == "" || row.What == "" {
				t.Errorf("%s says neither what nor why", row.Key)
			}
		}
	}
}

// day1 is a day of the first look at full rate.
func day1(t *testing.T) *reality.Figures {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "..", "..", "..", "testdata", "scenarios", "first-look.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Days = 1
	f, err := reality.MeasureScenario(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestSimulatorStaysInsideRealBands holds a day of few ships to what does not depend on how many there are. The bands
// and their sources are those of docs/realism.md.
func TestSimulatorStaysInsideRealBands(t *testing.T) {
	f := day1(t)
	for _, key := range []string{
		"interval.under_14.median", "interval.under_14.on_time", "interval.14_to_23.median", "interval.at_rest.median", "interval.b_slow.median",
		"static.a.median", "static.b.median", "spoilt", "lost_parts", "behind.ground", "absent.heading.b", "sog.median", "sog.p90",
		"turn.p90", "spacing.anchored.median", "jumps_per_10000", "silence.a_day_over_1h",
	} {
		row := rowOf(t, key)
		if v, known := f.Find(key); !strings.HasPrefix(row.Verdict(v, known), "resembles") {
			t.Errorf("%s: %g of %d: %s", key, v.Value, v.N, row.Verdict(v, known))
		}
	}
	t.Run("document", func(t *testing.T) { checkDocument(t, f) })
}

// TestHabitsBringWhatOrderlyWorldsLack gives the same day the habits of the full world.
func TestHabitsBringWhatOrderlyWorldsLack(t *testing.T) {
	s, err := scenario.Open(filepath.Join("..", "..", "..", "..", "testdata", "scenarios", "first-look.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	gulf, err := scenario.Open(filepath.Join("..", "..", "..", "..", "testdata", "scenarios", "gulf.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Days, s.Habits = 2, gulf.Habits
	f, err := reality.MeasureScenario(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"absent.position.a", "absent.sog.a", "absent.turn.a", "accuracy_high", "static.absent.eta", "interval.at_rest_unstated.median",
		"interval.under_14.third", "turn.below_1", "rest.step.median"} {
		row := rowOf(t, key)
		if v, known := f.Find(key); !strings.HasPrefix(row.Verdict(v, known), "resembles") {
			t.Errorf("%s: %g of %d: %s", key, v.Value, v.N, row.Verdict(v, known))
		}
	}
}

func rowOf(t *testing.T, key string) Row {
	t.Helper()
	for _, theme := range Themes() {
		for _, row := range theme.Rows {
			if row.Key == key {
				return row
			}
		}
	}
	t.Fatalf("no row for %s", key)
	return Row{}
}

// checkDocument writes everything twice.
func checkDocument(t *testing.T, f *reality.Figures) {
	recorded, err := reality.Recorded()
	if err != nil {
		t.Fatal(err)
	}
	var texts [2]bytes.Buffer
	var drawings [2][]Drawing
	for i := range texts {
		if err := Document(&texts[i], f, recorded, "Simulated", "realism"); err != nil {
			t.Fatal(err)
		}
		if drawings[i], err = Draw(f, recorded); err != nil {
			t.Fatal(err)
		}
	}
	if texts[0].String() != texts[1].String() {
		t.Error("the document is another one the second time")
	}
	for i, d := range drawings[0] {
		if !bytes.Equal(d.SVG, drawings[1][i].SVG) {
			t.Errorf("%s is another one the second time", d.File)
		}
		if err := xml.Unmarshal(d.SVG, new(struct{})); err != nil || !bytes.Contains(d.SVG, []byte("simulated")) && d.File != "rest.svg" {
			t.Errorf("%s: %v, or the simulated line is not in it", d.File, err)
		}
		if !strings.Contains(texts[0].String(), "realism/"+d.File) {
			t.Errorf("the document does not show %s", d.File)
		}
	}
	var printed bytes.Buffer
	if err := Print(&printed, append([]*reality.Figures{f}, recorded...)); err != nil || !strings.Contains(printed.String(), "sog.median") {
		t.Errorf("print: %v, %d bytes", err, printed.Len())
	}
}

func FuzzDraw(f *testing.F) {
	f.Add("recording,figure,n,value\naislib,histogram:sog,3,1:200 5:100\naislib,type.01,3,0.5\n")
	f.Add("recording,figure,n,value\naislib,histogram:silence,3,1:200 5:100\naislib,silence.ship_days,3,1e-300\n")
	f.Add("recording,figure,n,value\n")
	f.Fuzz(func(t *testing.T, text string) {
		feeds, err := reality.ReadTable(strings.NewReader(text))
		if err != nil {
			return
		}
		if _, err := Draw(&reality.Figures{Name: "none"}, feeds); err != nil {
			t.Errorf("draw: %v", err)
		}
	})
}
