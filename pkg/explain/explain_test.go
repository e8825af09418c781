package explain

import (
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/event"
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
