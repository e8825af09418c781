package pipeline

import (
	"math"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// voyage is a lift of two million barrels that was sure to four fifths, and its discharge, likely to a share.
func voyage(zone string, likely float64) []lots.Move {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }
	return lots.Build(lots.History{
		Lifts: []lots.Lift{{Cause: lots.Cause{Event: "lift-a", Version: 1}, Hull: 1, Start: day(1), End: day(2), Q: 0.8, Barrels: 2_000_000}},
		Calls: []lots.Call{{Cause: lots.Cause{Event: "call-a", Version: 1}, Hull: 1, Start: day(20), End: day(21), P: likely, Zone: zone}},
	}, lots.Defaults())
}

func TestDischargesKeepTheirExpectedBarrels(t *testing.T) {
	at := time.Date(2026, 1, 22, 0, 0, 0, 0, time.UTC)
	j, s := lots.NewJournal(), stock{}
	for day, likely := range []float64{0.5, 0.9} { // a discharge that became likelier is known since it was first told
		j.Update(at.AddDate(0, 0, day), []vessel.MMSI{1}, voyage("east_asia", likely))
		got := s.discharges(j.Graph(), j.Entries(), time.Time{})
		if len(got) != 1 || got[0].LotID != "lift-a" || !got[0].Raised.Equal(at) {
			t.Fatalf("got %+v, want the discharge of lift-a, known since %s", got, at)
		}
		want := 0.8 * likely * 2_000_000
		if math.Abs(got[0].Q-0.8*likely) > 1e-6 || math.Abs(got[0].Q*float64(got[0].Barrels)-want) > 2 {
			t.Errorf("got %v of %d barrels, want %v expected ones", got[0].Q, got[0].Barrels, want)
		}
	}
	if got := s.discharges(j.Graph(), j.Entries(), at); got == nil || len(got) != 0 {
		t.Errorf("from a day after it on: got %v, want none, and not nil", got)
	}
	home := lots.NewJournal()
	home.Update(at, []vessel.MMSI{1}, voyage(lots.HomeZone, 0.9))
	if got := new(stock).discharges(home.Graph(), home.Entries(), time.Time{}); len(got) != 0 {
		t.Errorf("back at its own side: got %v, want none", got)
	}
}

// TestStockIdentityHolds runs the bundled feed: every day's stock is the one that the midnight before the last entry gave
// for the evening before, plus what was learned since, plus what was lifted, less what went ashore.
func TestStockIdentityHolds(t *testing.T) {
	racing.Skip(t)
	stream, err := feed.Open(t.Context(), []feed.SourceConfig{{ID: "first-look", Paths: []string{firstLook}}}, feed.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	e, err := New(fewDraws(), 1, Listener{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.Run(t.Context(), stream)
	if err != nil {
		t.Fatal(err)
	}
	n := len(r.Journal)
	for n > 0 && r.Journal[n-1].Watermark.After(r.Journal[len(r.Journal)-1].Watermark.Add(-time.Nanosecond).Truncate(24*time.Hour)) {
		n--
	}
	past, err := lots.Replay(r.Journal[:n])
	if err != nil {
		t.Fatal(err)
	}
	older := past.Days(r.Stock[0].Date, r.Stock[len(r.Stock)-1].Date)
	var lifted, left int64
	for i, d := range r.Stock {
		if want := older[i].Opening + d.Revision + d.Lifted - d.Discharged - d.Returned - d.Unseen; d.Closing != want {
			t.Errorf("%s: closes with %d barrels, want %d", d.Date.Format(time.DateOnly), d.Closing, want)
		}
		if i > 0 && d.Opening != r.Stock[i-1].Closing {
			t.Errorf("%s opens with %d barrels, the day before closed with %d", d.Date.Format(time.DateOnly), d.Opening, r.Stock[i-1].Closing)
		}
		lifted, left = lifted+int64(d.Lifted), left+int64(d.Discharged+d.Returned+d.Unseen)
	}
	if lifted == 0 || left == 0 || n == 0 {
		t.Errorf("%d barrels lifted, %d gone, %d old entries: the test says nothing", lifted, left, n)
	}
}
