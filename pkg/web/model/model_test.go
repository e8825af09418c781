package model

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/store/folder"
)

func empty(t testing.TB) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func loaded(t testing.TB) *store.Store {
	t.Helper()
	s := empty(t)
	if err := folder.Load(context.Background(), fixture.Folder(), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func put(t testing.TB, s *store.Store, b store.Batch) {
	t.Helper()
	if err := s.Put(context.Background(), 1, b); err != nil {
		t.Fatal(err)
	}
}

func TestARecordIsThatOfTheFolder(t *testing.T) {
	want, err := record.Open(fixture.Folder())
	if err != nil {
		t.Fatal(err)
	}
	got, err := New(loaded(t)).Record(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []struct {
		name      string
		got, want any
	}{
		{"days", got.Daily.Days, want.Daily.Days}, {"other bases", got.Daily.Others, want.Daily.Others}, {"notes", got.Daily.Notes, want.Daily.Notes},
		{"newest final", got.Daily.NewestFinal, want.Daily.NewestFinal}, {"vintage", got.Daily.AsOf, want.Daily.AsOf}, {"barometer", got.Daily.Barometer, want.Daily.Barometer},
		{"lots", got.Lots.Moves, want.Lots.Moves}, {"revisions", got.Revised, want.Revised}, {"summary", got.Summary, want.Summary}, {"overlays", got.Daily.Overlays, want.Daily.Overlays},
	} {
		g, err1 := json.Marshal(part.got)
		w, err2 := json.Marshal(part.want)
		if err1 != nil || err2 != nil || string(g) != string(w) {
			t.Errorf("%s: got %.300s, want %.300s; %v, %v", part.name, g, w, err1, err2)
		}
	}
	if len(got.Events) != len(want.Events) || !slices.IsSortedFunc(got.Events, event.Compare) {
		t.Errorf("got %d events, want %d, in order", len(got.Events), len(want.Events))
	}
	whole, _ := want.Whole(estimate.Lifted)
	for _, b := range []estimate.Basis{estimate.Lifted, estimate.Exited, estimate.Discharged} {
		g, err1 := got.Ships(b, whole)
		w, err2 := want.Ships(b, whole)
		if err1 != nil || err2 != nil || len(g) == 0 || len(g) != len(w) {
			t.Errorf("%s: got %d ships, want %d; %v, %v", b, len(g), len(w), err1, err2)
		}
	}
}

func TestANewStoreHasNothingYet(t *testing.T) {
	s := empty(t)
	m := New(s)
	if _, err := m.Record(t.Context()); !errors.Is(err, ErrNothing) {
		t.Errorf("got %v, want %v", err, ErrNothing)
	}
	if got, err := m.Status(t.Context()); err != nil || got.Events != 0 || len(got.Sources) != 0 || !got.Watermark.IsZero() {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := m.Tracks(t.Context(), time.Time{}, time.Time{}); err != nil || len(got) != 0 {
		t.Errorf("got %v, %v", got, err)
	}
	put(t, s, store.Batch{Events: fixture.Events()}) // a service before its first vintage
	if _, err := m.Record(t.Context()); !errors.Is(err, ErrNothing) {
		t.Errorf("with events: got %v, want %v", err, ErrNothing)
	}
	if got, err := m.Status(t.Context()); err != nil || got.Events != len(fixture.Events())-1 {
		t.Errorf("with events: got %+v, %v", got, err)
	}
	put(t, s, store.Batch{Rows: fixture.Estimate().Days, Meta: &store.Meta{AsOf: fixture.At(fixture.Days)}}) // and before its first documents
	if r, err := m.Record(t.Context()); err != nil || len(r.Rows(estimate.Lifted)) != fixture.Days || len(r.Events) == 0 {
		t.Errorf("with days: got %v, %v", r, err)
	}
}

func TestChangesAreFollowed(t *testing.T) {
	s := loaded(t)
	m := New(s)
	before, err := m.Record(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := m.Record(t.Context()); again != before {
		t.Error("nothing changed, and the record was made again")
	}
	v, err := m.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	woken, stop := m.Subscribe()
	defer stop()
	e := fixture.Events()[0]
	e.Version, e.Status, e.Why = 9, event.Retracted, "seen elsewhere"
	late := fixture.Events()[1]
	late.ID, late.Start = "lift-0000000000000fff", fixture.First.Add(-time.Hour)
	put(t, s, store.Batch{Events: []event.Event{e, late}})
	after, err := m.Record(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := after.Event(e.ID); got.Why != e.Why || after.Events[0].ID != late.ID || len(after.Events) != len(before.Events)+1 {
		t.Errorf("got %q, first %s, %d events", got.Why, after.Events[0].ID, len(after.Events))
	}
	if got, _ := before.Event(e.ID); got.Why == e.Why {
		t.Error("the old record changed")
	}
	select {
	case <-woken:
	default:
		t.Error("nobody was woken")
	}
	for _, from := range []int64{0, v.Meta.Sequence, v.Meta.Sequence + 1, v.Meta.Sequence + 2, v.Meta.Sequence + 99} {
		got, err1 := m.Changes(t.Context(), from, 100)
		want, err2 := s.Changes(t.Context(), from, 100)
		if err1 != nil || err2 != nil || len(got) != len(want) {
			t.Errorf("after %d: got %d changes, want %d; %v, %v", from, len(got), len(want), err1, err2)
		}
	}
	if now, err := m.Version(t.Context()); err != nil || now.Tag() == v.Tag() {
		t.Errorf("the tag stayed %s, %v", v.Tag(), err)
	}
	put(t, s, store.Batch{Meta: &store.Meta{Watermark: fixture.At(fixture.Days + 1), AsOf: v.Meta.AsOf, Config: v.Meta.Config, Software: v.Meta.Software}})
	now, err := m.Version(t.Context())
	if err != nil || !now.Meta.Watermark.Equal(fixture.At(fixture.Days+1)) {
		t.Errorf("got %+v, %v", now, err)
	}
}

func TestANewVintageIsANewRecord(t *testing.T) {
	s := loaded(t)
	m := New(s)
	rows := fixture.Estimate().Days
	asOf := fixture.At(fixture.Days + 1)
	for i := range rows {
		rows[i].AsOf = asOf
		rows[i].Day.Mean++
	}
	if _, err := m.Record(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(t, s, store.Batch{Rows: rows, Meta: &store.Meta{Watermark: asOf, AsOf: asOf}})
	r, err := m.Record(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := r.Row(estimate.Lifted, rows[3].Date); got.Day.Mean != rows[3].Day.Mean || !got.AsOf.Equal(asOf) || got.Account == nil || !r.Daily.AsOf.Equal(asOf) {
		t.Errorf("got %+v, want %+v", got, rows[3])
	}
	if len(r.Rows(estimate.Exited)) != fixture.Days {
		t.Errorf("the other bases are gone: %d days", len(r.Rows(estimate.Exited)))
	}
}

func TestTheStatusNamesSilentSources(t *testing.T) {
	got, err := New(loaded(t)).Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Sources) != 1 || got.Sources[0].State != Silent || got.Sources[0].Outage != "outage-00000000000000e0" || got.Sources[0].Health == nil || *got.Sources[0].Health != 0.98 {
		t.Errorf("got %+v", got.Sources)
	}
	if !got.Synthetic || got.Ships != 6 || !got.Newest.Equal(fixture.At(fixture.Days-1)) || len(got.Outages) != 1 || got.Outages[0].End != nil {
		t.Errorf("got %+v", got)
	}
}

func TestTracksAreQuotedSentences(t *testing.T) {
	s := empty(t)
	quoted := func(id string, kind event.Kind, status event.Status, sentences ...string) event.Event {
		var b event.EvidenceBuilder
		for i, sentence := range sentences {
			b.Add("feed", int64(i), sentence)
		}
		start := time.Unix(1741222758, 0)
		return event.Event{Schema: event.Schema, ID: id, Version: 1, Kind: kind, Status: status, Start: start, Vessels: []event.Vessel{{Role: event.Subject, MMSI: 620999801, Name: "SYN", Class: "VLCC"}},
			Details: event.DetailsOf(kind), Evidence: b.Done()}
	}
	const heard = `\s:SYNSAT-2,c:1741222758*2A\!AIVDM,1,1,,A,19@>iFh0AwSp` + "`" + `S0?5KjIrWpT0000,0*52`
	put(t, s, store.Batch{Events: []event.Event{
		quoted("gap-01", event.Gap, event.Open, heard, "nonsense", ""), quoted("gap-02", event.Gap, event.Closed, heard),
		quoted("gap-03", event.Gap, event.Retracted, heard), quoted("false_position-04", event.FalsePosition, event.Closed, heard),
	}})
	m := New(s)
	all, err := m.Tracks(t.Context(), time.Unix(1741222700, 0), time.Unix(1741222800, 0))
	if err != nil || len(all) != 1 || len(all[0].Fixes) != 1 {
		t.Fatalf("got %+v, %v", all, err)
	}
	fix := all[0].Fixes[0]
	if fix.Event != "gap-01" || fix.Time.Unix() != 1741222758 || all[0].MMSI == 0 {
		t.Errorf("got %+v", all)
	}
	if text, err := json.Marshal(all[0]); err != nil || !strings.Contains(string(text), `"fixes":[[1741222758,`) {
		t.Errorf("got %s, %v", text, err)
	}
	for _, bounds := range [][2]int64{{1741222759, 1741229999}, {1741222000, 1741222758}} {
		if got, err := m.Tracks(t.Context(), time.Unix(bounds[0], 0), time.Unix(bounds[1], 0)); err != nil || len(got) != 0 {
			t.Errorf("%v: got %+v, %v", bounds, got, err)
		}
	}
	if got, err := m.TracksOf(t.Context(), "gap-03"); err != nil || len(got) != 1 || got[0].Fixes[0].Event != "gap-03" {
		t.Errorf("of a retracted one: got %+v, %v", got, err)
	}
}

// TestManyMayAskWhileTheStoreChanges is for the race detector, and holds that nobody sees less than before.
func TestManyMayAskWhileTheStoreChanges(t *testing.T) {
	s := loaded(t)
	m := New(s)
	ctx, cancel := context.WithCancel(t.Context())
	var runs, readers sync.WaitGroup
	runs.Go(func() {
		if err := m.Run(ctx, time.Millisecond); err != nil {
			t.Error(err)
		}
	})
	for k := range 4 {
		readers.Go(func() {
			woken, stop := m.Subscribe()
			defer stop()
			var seen int64
			for done := false; !done; {
				entries, err := m.Changes(ctx, seen, 10)
				if err != nil {
					t.Errorf("reader %d: %v", k, err)
					return
				}
				for _, e := range entries {
					if e.Sequence <= seen {
						t.Errorf("reader %d: change %d after %d", k, e.Sequence, seen)
					}
					seen = e.Sequence
					done = done || e.ID == "lift-end0"
				}
				if r, err := m.Record(ctx); err != nil || len(r.Events) < len(fixture.Events()) {
					t.Errorf("reader %d: %v", k, err)
				}
				if len(entries) == 0 {
					<-woken
				}
			}
		})
	}
	template := fixture.Events()[0]
	for v := range 20 {
		template.Version = 10 + v
		put(t, s, store.Batch{Events: []event.Event{template}})
	}
	template.ID = "lift-end0"
	put(t, s, store.Batch{Events: []event.Event{template}})
	readers.Wait()
	cancel()
	runs.Wait()
}
