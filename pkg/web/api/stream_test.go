package api

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// message is one of a stream.
type message struct{ what, id, data string }

// listen opens a stream and returns its messages one by one; beats come as such.
func listen(t *testing.T, url string, headers ...string) (next func() message, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if w.StatusCode != http.StatusOK || w.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("got %s, %v", w.Status, w.Header)
	}
	lines := bufio.NewScanner(w.Body)
	lines.Buffer(nil, 1<<20)
	return func() (m message) {
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch {
			case lines.Text() == "" && m != (message{}):
				return m
			case lines.Text() == ": beat":
				return message{what: "beat"}
			case name == "event":
				m.what = value
			case name == "id":
				m.id = value
			case name == "data":
				m.data = value
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return m
	}, func() { cancel(); w.Body.Close() }
}

// served is a server with a model that asks its store often.
func served(t *testing.T, s *store.Store, o Options) (*httptest.Server, *model.Model) {
	t.Helper()
	m := model.New(s)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := m.Run(ctx, time.Millisecond); err != nil {
			t.Error(err)
		}
	}()
	server := httptest.NewServer(New(m, o))
	t.Cleanup(func() {
		server.Close()
		cancel()
		<-done
	})
	return server, m
}

func told1(t *testing.T, s *store.Store, id string) {
	t.Helper()
	e := fixture.Events()[0]
	e.ID = id
	if err := s.Put(t.Context(), 1, store.Batch{Events: []event.Event{e}}); err != nil {
		t.Fatal(err)
	}
}

func TestAStreamTellsWhatChangesAndGoesOnWhereItWasLeft(t *testing.T) {
	s := loaded(t)
	server, _ := served(t, s, unlimited())
	next, stop := listen(t, server.URL+"/api/v1/stream")
	first := next()
	var status model.Status
	if err := json.Unmarshal([]byte(first.data), &status); first.what != saysStatus || err != nil || status.Sequence == 0 || first.id != "" {
		t.Fatalf("got %+v, %v", first, err)
	}
	told1(t, s, "lift-0000000000000001")
	change := next()
	var e Event
	if err := json.Unmarshal([]byte(change.data), &e); change.what != saysChange || err != nil || e.ID != "lift-0000000000000001" || change.id != strconv.FormatInt(status.Sequence+1, 10) {
		t.Fatalf("got %+v, %v", change, err)
	}
	if err := fits(t, validator(t, Event{}, "change"), []byte(change.data)); err != nil {
		t.Error(err)
	}
	stop()
	told1(t, s, "lift-0000000000000002")
	told1(t, s, "lift-0000000000000003")
	for _, way := range [][]string{{"Last-Event-ID", change.id}, nil} {
		url := server.URL + "/api/v1/stream"
		if way == nil {
			url += "?after=" + change.id
		}
		again, stop := listen(t, url, way...)
		for _, want := range []string{"lift-0000000000000002", "lift-0000000000000003"} {
			m := again()
			for m.what == saysStatus { // the model had not seen the change yet
				m = again()
			}
			if m.what != saysChange || !strings.Contains(m.data, want) {
				t.Errorf("got %+v, want %s", m, want)
			}
		}
		stop()
	}
}

func TestAStreamTellsANewVintage(t *testing.T) {
	s := loaded(t)
	server, m := served(t, s, unlimited())
	next, stop := listen(t, server.URL+"/api/v1/stream")
	defer stop()
	if first := next(); first.what != saysStatus {
		t.Fatalf("got %+v", first)
	}
	v, err := m.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rows := fixture.Estimate().Days
	v.Meta.AsOf = v.Meta.AsOf.Add(24 * time.Hour)
	v.Meta.Watermark = v.Meta.Watermark.Add(24 * time.Hour)
	for i := range rows {
		rows[i].AsOf = v.Meta.AsOf
	}
	if err := s.Put(t.Context(), 1, store.Batch{Rows: rows, Meta: &v.Meta}); err != nil {
		t.Fatal(err)
	}
	m1, m2 := next(), next()
	if m1.what != saysEstimate || !strings.Contains(m1.data, `"date":"2026-03-21"`) || m2.what != saysStatus {
		t.Errorf("got %+v, %+v", m1, m2)
	}
}

func TestAStreamThatMissedTooMuchBeginsAnew(t *testing.T) {
	s := loaded(t)
	server, _ := served(t, s, unlimited())
	var all []event.Event
	for v := range mostMissed + 10 {
		e := fixture.Events()[0]
		e.Version = 10 + v
		all = append(all, e)
	}
	if err := s.Put(t.Context(), 1, store.Batch{Events: all}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"1", "999999999"} { // the other comes from another store
		for { // until the model has seen them
			next, stop := listen(t, server.URL+"/api/v1/stream", "Last-Event-ID", id)
			m := next()
			if m.what == saysReset {
				if newest := next(); newest.what != saysChange || newest.id == m.id || m.id == "" {
					t.Fatalf("got %+v, then %+v: want a place to go on from, and the newest change", m, newest)
				}
				stop()
				break
			}
			stop()
			if m.what == saysStatus {
				continue
			}
			if m.what != saysChange || id != "1" {
				t.Fatalf("after %s: got %+v", id, m)
			}
		}
	}
	w := get(t, handler(t, s, unlimited()), "/api/v1/stream", "Last-Event-ID", "soon")
	if w.Code != http.StatusBadRequest {
		t.Errorf("an id that is none: got %d", w.Code)
	}
}

func TestStreamsBeatAndAreCounted(t *testing.T) {
	o := unlimited()
	o.Streams, o.Heartbeat = 1, 20*time.Millisecond
	server, _ := served(t, loaded(t), o)
	next, stop := listen(t, server.URL+"/api/v1/stream")
	for beats := 0; beats < 2; {
		if m := next(); m.what == "beat" {
			beats++
		}
	}
	w, err := http.Get(server.URL + "/api/v1/stream")
	if err != nil {
		t.Fatal(err)
	}
	w.Body.Close()
	if w.StatusCode != http.StatusServiceUnavailable || w.Header.Get("Retry-After") == "" {
		t.Errorf("one too many: got %s", w.Status)
	}
	stop()
	for { // until the place is free
		w, err := http.Head(server.URL + "/api/v1/stream")
		if err != nil {
			t.Fatal(err)
		}
		w.Body.Close()
		if w.StatusCode == http.StatusOK {
			return
		}
	}
}
