package explain

import (
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
)

// TestEvidenceSaysWhereEachLineStands follows evidence back to its source: the offset is that of a message's last line,
// a report without sentences is still named, and what is not quoted is counted.
func TestEvidenceSaysWhereEachLineStands(t *testing.T) {
	var all event.EvidenceBuilder
	for i := range 30 {
		all.Add("a.nmea", int64(100*i), "!AIVDM,2,1,1,A,x,0*00\n!AIVDM,2,2,1,A,y,2*00")
	}
	var mixed event.EvidenceBuilder
	mixed.Add("a.csv", 10, "")
	mixed.Add("b.nmea", 20, "!AIVDM,1,1,,A,z,0*00")
	for _, tc := range []struct {
		name     string
		evidence event.Evidence
		says     []string
	}{
		{"message of two lines", all.Done(), []string{"24 of 30 reports", "a.nmea, last line at byte 2900\n    !AIVDM,2,1"}},
		{"some without sentences", mixed.Done(), []string{"2 of 2 reports", "a.csv, byte 10\n  b.nmea, byte 20\n", "!AIVDM,1,1"}},
		{"none", (&event.EvidenceBuilder{}).Done(), []string{"0 of 0 reports"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var out strings.Builder
			if err := Text(&out, Dossier{Versions: []event.Event{{ID: "outage-1", Kind: event.Outage, Evidence: tc.evidence}}}); err != nil {
				t.Fatal(err)
			}
			for _, want := range tc.says {
				if !strings.Contains(out.String(), want) {
					t.Errorf("got\n%s\nwant %q in it", out.String(), want)
				}
			}
		})
	}
}

// TestOutageStandsNowhere keeps the point 0° N 0° E, a place in the Atlantic, off an event that has no position.
func TestOutageStandsNowhere(t *testing.T) {
	var out strings.Builder
	if err := Text(&out, Dossier{Versions: []event.Event{{ID: "outage-1", Kind: event.Outage}}}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "0.0000°") {
		t.Errorf("got a position for an outage:\n%s", out.String())
	}
}

func TestWhatADraughtWouldChange(t *testing.T) {
	for _, tc := range []struct {
		name          string
		before, after geo.Metres
		want          string
	}{
		{"she lies deeper", 9.3, 21, "9.3 m instead of 21.0 m in her next static report"},
		{"her crew has typed nothing yet", 9.3, 9.3, "the next draught that her crew types: 9.3 m still"},
		{"alike to a decimetre", 9.32, 9.28, "the next draught that her crew types: 9.3 m still"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			v := event.Vessel{Draught: event.Span[geo.Metres]{Before: &tc.before, After: &tc.after}}
			e := event.Event{Kind: event.Lift, Vessels: []event.Vessel{v}, Details: event.LiftDetails{}}
			if got := strings.Join(observations(e), "\n"); !strings.HasPrefix(got, tc.want) {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}
