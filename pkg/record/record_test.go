package record_test

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export/life"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/vessel"
)

func open(t *testing.T) *record.Record {
	t.Helper()
	r, err := record.Open(fixture.Folder())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestARunComesBackAsItWasLeft(t *testing.T) {
	r, want := open(t), fixture.Estimate()
	for i, row := range want.Days {
		got, ok := r.Row(estimate.Lifted, row.Date)
		if !ok || got.Day != row.Day || got.Status != row.Status || got.Account == nil || got.Account.Total() != row.Account.Total() {
			t.Errorf("day %d: got %+v, want %+v", i, got, row)
		}
	}
	if _, ok := r.Row(estimate.Lifted, fixture.At(fixture.Days)); ok {
		t.Error("a day after the last was found")
	}
	if n := len(r.Rows(estimate.Exited)); n != fixture.Days {
		t.Errorf("%d rows of exits", n)
	}
	if len(r.Lots.Moves) != 4 || len(r.Revised) == 0 || r.Summary.Lines != 1000 || len(r.Daily.Notes) != 2 || r.Daily.Overlays[0].Values[0].Value != 71.5 {
		t.Errorf("got %d moves, %d revisions, %+v", len(r.Lots.Moves), len(r.Revised), r.Summary)
	}
	if e, ok := r.Event("lift-00000000000000a1"); !ok || e.Version != 2 {
		t.Errorf("got %+v, %t", e, ok)
	}
	for _, e := range r.EventsIn(record.Span{From: fixture.At(3), To: fixture.At(3)}, event.Gap) {
		if e.Status == event.Retracted {
			t.Errorf("%s is retracted", e.ID)
		}
	}
}

func TestShipsBehindADayAreThoseOfItsAccount(t *testing.T) {
	r := open(t)
	for _, b := range []estimate.Basis{estimate.Lifted, estimate.Exited, estimate.Discharged} {
		whole, _ := r.Whole(b)
		ships, err := r.Ships(b, whole)
		if err != nil || len(ships) == 0 {
			t.Fatalf("%s: %d ships, %v", b, len(ships), err)
		}
		sum := map[time.Time]vessel.Barrels{}
		for _, s := range ships {
			if !s.Found || s.Vessel.MMSI == 0 || s.Details.Route == "" || s.Hull() == "" {
				t.Errorf("%s, %s: %q has no ship", b, s.Row.Date, s.Part.ID)
			}
			sum[s.Row.Date] += s.Part.Expected
		}
		for _, row := range r.Rows(b) {
			if seen, inferred, _, _ := row.Account.Parts(); sum[row.Date] != seen+inferred {
				t.Errorf("%s, %s: ships bring %d, the account says %d", b, row.Date, sum[row.Date], seen+inferred)
			}
		}
	}
}

func TestBrokenFoldersAreRefusedByName(t *testing.T) {
	for _, tc := range []struct{ file, old, new, want string }{
		{"daily.json", "", "", "daily.json"},
		{"daily.json", `"darkwake.daily/v1"`, `"darkwake.daily/v9"`, "schema"},
		{"daily.json", `"date": "2026-02-11"`, `"date": "2026-02-12"`, "each day once"},
		{"accounts.jsonl", `"date":"2026-02-10"`, `"date":"2025-02-10"`, "line 1"},
		{"accounts.jsonl", `"q":`, `"q":7`, "out of range"},
		{"lots.json", `"kind": "transfer"`, `"kind": "magic"`, "magic"},
		{"lots.json", `"from_mmsi": 620999002`, `"from_mmsi": 620999009`, "lots.json"},
		{"revisions.csv", "2026-03-22T", "soon", "line 2"},
		{"events.jsonl", `"kind":"gap"`, `"kind":"hole"`, "hole"},
		{"summary.json", `"lines": 1000`, `"lines": "many"`, "summary.json"},
	} {
		folder := fixture.Folder()
		text := string(folder[tc.file].Data)
		if tc.old == "" {
			delete(folder, tc.file)
		} else {
			if !strings.Contains(text, tc.old) {
				t.Fatalf("%s has no %q", tc.file, tc.old)
			}
			folder[tc.file] = &fstest.MapFile{Data: []byte(strings.Replace(text, tc.old, tc.new, 1))}
		}
		if _, err := record.Open(folder); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s with %q: got %v, want %q", tc.file, tc.new, err, tc.want)
		}
	}
}

func TestAFolderOfAnOlderVersionHasNoShips(t *testing.T) {
	folder := fixture.Folder()
	delete(folder, "accounts.jsonl")
	r, err := record.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Ships(estimate.Lifted, record.Span{}); !errors.Is(err, record.ErrNoAccounts) {
		t.Errorf("got %v", err)
	}
	if _, err := record.Open(fstest.MapFS{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an empty folder: got %v", err)
	}
}

func TestPeriodsAreRead(t *testing.T) {
	for in, want := range map[string]string{
		"2026-03-14": "2026-03-14", "2026-03": "2026-03-01 to 2026-03-31", "2024-02": "2024-02-01 to 2024-02-29", "2026": "2026-01-01 to 2026-12-31",
		"2026-Q4": "2026-10-01 to 2026-12-31", "2026-W01": "2025-12-29 to 2026-01-04", "2020-W53": "2020-12-28 to 2021-01-03", "2026-W11": "2026-03-09 to 2026-03-15",
	} {
		if s, err := record.ParseSpan(in); err != nil || s.String() != want {
			t.Errorf("%s: got %s, %v; want %s", in, s, err, want)
		}
	}
	for _, in := range []string{"", "2026-", "26", "2026-13", "2026-02-29", "2026-W54", "2021-W53", "2026-W00", "2026-Q5", "2026-Q0", "2026-W+1", "March", "2026-3", "2026-Q", "0000"} {
		if s, err := record.ParseSpan(in); err == nil {
			t.Errorf("%q became %s", in, s)
		}
	}
}

func FuzzParseSpan(f *testing.F) {
	for _, s := range []string{"2026-03-14", "2026-W11", "2026-03", "2026-Q1", "2026", "2026-W-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := record.ParseSpan(text); err == nil && (s.Days() < 1 || s.Days() > 366) {
			t.Errorf("%q became %s", text, s)
		}
	})
}

func TestMeansOverSpans(t *testing.T) {
	r := open(t)
	last := fixture.At(fixture.Days - 1)
	newest, _ := r.Row(estimate.Lifted, last)
	span := func(days int) record.Span { return record.Span{From: last.AddDate(0, 0, 1-days), To: last} }
	for days, want := range map[int]estimate.Interval{1: newest.Day, 7: newest.Week, 28: newest.Month} {
		if m := r.Over(estimate.Lifted, span(days)); !m.Exact || m.Barrels != want || m.Window != days || m.Covered != days {
			t.Errorf("%d days: got %+v, want %+v", days, m, want)
		}
	}
	for _, days := range []int{3, 10, 31, 40} {
		m, sum := r.Over(estimate.Lifted, span(days)), 0.0
		for _, row := range r.Rows(estimate.Lifted)[fixture.Days-days:] {
			sum += float64(row.Day.Mean)
		}
		if m.Exact || math.Abs(float64(m.Barrels.Mean)-sum/float64(days)) > 1 || m.Barrels.P05 > m.Barrels.Mean || m.Barrels.P95 < m.Barrels.Mean {
			t.Errorf("%d days: got %+v, want a mean of %.0f within its interval", days, m, sum/float64(days))
		}
		if parts := m.Seen + m.Inferred + m.Pending + m.Unobserved; math.Abs(float64(parts-m.Barrels.Mean)) > 3 {
			t.Errorf("%d days: parts sum to %d of %d", days, parts, m.Barrels.Mean)
		}
	}
	if m := r.Over(estimate.Lifted, record.Span{From: last, To: last.AddDate(0, 0, 9)}); m.Covered != 1 || !m.Known {
		t.Errorf("a span that begins on the last day: got %+v", m)
	}
	if m := r.Over("sunk", span(28)); m.Covered != 0 || m.Known {
		t.Errorf("another basis: got %+v", m)
	}
}

// FuzzOpen: a file of a folder may hold anything; it is refused or read, and what is read can be used.
func FuzzOpen(f *testing.F) {
	names := []string{"daily.json", "accounts.jsonl", "lots.json", "events.jsonl", "revisions.csv", "summary.json"}
	for i, name := range names {
		f.Add(uint8(i), fixture.Folder()[name].Data)
	}
	folder := fixture.Folder()
	f.Fuzz(func(t *testing.T, which uint8, text []byte) {
		changed := fstest.MapFS{}
		for name, file := range folder {
			changed[name] = file
		}
		changed[names[int(which)%len(names)]] = &fstest.MapFile{Data: text}
		r, err := record.Open(changed)
		if err != nil {
			return
		}
		for _, l := range r.Lots.Lots {
			if err := life.SVG(io.Discard, r.Lots, l.ID, nil); err != nil {
				t.Errorf("lot %q: %v", l.ID, err)
			}
		}
		for _, b := range []estimate.Basis{estimate.Lifted, estimate.Exited} {
			if s, ok := r.Whole(b); ok {
				r.Over(b, s)
				if ships, err := r.Ships(b, s); err == nil {
					for _, x := range ships {
						_ = x.Hull()
					}
				}
			}
		}
	})
}
