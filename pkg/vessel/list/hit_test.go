package list

import (
	"testing"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// TestHitsAreReadBack: what Match says can be taken apart again, whatever its entry has.
func TestHitsAreReadBack(t *testing.T) {
	const hull = vessel.IMO(9187629)
	for _, tc := range []struct {
		name, list string
		entry      Entry
		want       Hit
	}{
		{"nothing but an id", "mine", Entry{ID: "row 5"}, Hit{Entry: "mine row 5"}},
		{"a date", "mine", Entry{ID: "7", Date: "2026-03-20"}, Hit{Entry: "mine 7", Date: "2026-03-20"}},
		{"others behind it", "OpenSanctions", Entry{ID: "x", By: "us_ofac_sdn; eu_fsf"}, Hit{Entry: "OpenSanctions x", By: "us_ofac_sdn; eu_fsf"}},
		{"a date and others", "OpenSanctions", Entry{ID: "x", Date: "2026-03-20", By: "eu_fsf"}, Hit{Entry: "OpenSanctions x", Date: "2026-03-20", By: "eu_fsf"}},
		{"brackets in the id", "mine", Entry{ID: "A (B)", Date: "2026-03-20"}, Hit{Entry: "mine A (B)", Date: "2026-03-20"}},
		{"OFAC's XML dates the list", ofacName, Entry{ID: "15036", Date: "2026-11-20"}, Hit{Entry: "OFAC-SDN 15036", Date: "2026-11-20", OfList: true}},
		{"OFAC's CSV dates nothing", ofacName, Entry{ID: "15036"}, Hit{Entry: "OFAC-SDN 15036"}},
	} {
		byHull, byRadio := tc.entry, tc.entry
		byHull.IMO, byRadio.MMSI = []vessel.IMO{hull}, []vessel.MMSI{572469210}
		b := NewBook([]List{{Name: tc.list, Entries: []Entry{byHull, byRadio}}})
		hits := b.Match(hull, 572469210)
		if len(hits) != 2 {
			t.Fatalf("%s: %d hits, want by hull and by radio: %q", tc.name, len(hits), hits)
		}
		for _, hit := range hits {
			if got := ReadHit(hit); got != tc.want {
				t.Errorf("%s: %q is read as %+v, want %+v", tc.name, hit, got, tc.want)
			}
		}
	}
	for _, text := range []string{"", " (", "x (", ")", " ()", "x ()", " by MMSI"} {
		if got := ReadHit(text); got.Date != "" || got.OfList {
			t.Errorf("%q has a date: %+v", text, got)
		}
	}
}
