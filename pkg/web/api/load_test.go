package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// year is a store of 10,000 events.
func year(b *testing.B) *store.Store {
	b.Helper()
	s := loaded(b)
	templates := slices.DeleteFunc(fixture.Events(), func(e event.Event) bool { return e.Status == event.Retracted })
	for chunk := range 5 {
		var batch store.Batch
		for k := range 2000 {
			e := templates[k%len(templates)]
			e.ID = fmt.Sprintf("%s-%016x", e.Kind, chunk*2000+k)
			e.Start = e.Start.Add(time.Duration(chunk*2000+k) * 50 * time.Minute)
			e.End = nil
			batch.Events = append(batch.Events, e)
		}
		if err := s.Put(b.Context(), 1, batch); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

// asks a question and returns how long the answer took from when it was due.
func asks(c *http.Client, url string, due time.Time) (time.Duration, error) {
	r, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	r.Header.Set("Accept-Encoding", "gzip") // as browsers do; nothing is unpacked here
	w, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(io.Discard, w.Body)
	w.Body.Close()
	if err == nil && (w.StatusCode != http.StatusOK || n < 1000) {
		err = fmt.Errorf("%s with %d bytes", w.Status, n)
	}
	return time.Since(due), err
}

// atRate asks so many questions, one every interval, whether the answers before have come or not, and returns how long each took.
func atRate(b *testing.B, c *http.Client, url string, n int, every time.Duration) []time.Duration {
	b.Helper()
	var mu sync.Mutex
	var took []time.Duration
	var group sync.WaitGroup
	begin := time.Now()
	for i := range n {
		due := begin.Add(time.Duration(i) * every)
		time.Sleep(time.Until(due))
		group.Go(func() {
			d, err := asks(c, url, due)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, d)
			if err != nil {
				b.Error(err)
			}
		})
	}
	group.Wait()
	return took
}

// BenchmarkThousandRequestsASecond asks /api/v1/events over loopback a thousand times a second, one second an iteration, while the
// store of 10,000 events changes every second, and reports percentiles of the time from when a question was due to the end of its
// answer. The client runs on the same cores. Run it with -benchtime=20x.
func BenchmarkThousandRequestsASecond(b *testing.B) {
	s := year(b)
	m := model.New(s)
	ctx, cancel := context.WithCancel(b.Context())
	var running sync.WaitGroup
	running.Go(func() {
		if err := m.Run(ctx, 200*time.Millisecond); err != nil {
			b.Error(err)
		}
	})
	defer running.Wait()
	defer cancel()
	server := httptest.NewServer(New(m, unlimited()))
	defer server.Close()
	c := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 200, DisableCompression: true}}
	if w := get(b, server.Config.Handler, "/api/v1/events"); w.Code != http.StatusOK { // the store is read once, when the server starts
		b.Fatal(w.Code)
	}
	var all []time.Duration
	for version := 100; b.Loop(); version++ {
		e := fixture.Events()[0]
		e.Version = version
		if err := s.Put(ctx, 1, store.Batch{Events: []event.Event{e}}); err != nil {
			b.Fatal(err)
		}
		all = append(all, atRate(b, c, server.URL+"/api/v1/events", 1000, time.Millisecond)...)
	}
	if len(all)%1000 != 0 || len(all) == 0 {
		b.Errorf("got %d answers", len(all))
	}
	slices.Sort(all)
	for name, share := range map[string]float64{"p50-ms": 0.5, "p99-ms": 0.99, "p99.9-ms": 0.999} {
		b.ReportMetric(float64(all[int(share*float64(len(all)-1))].Microseconds())/1000, name)
	}
	b.ReportMetric(float64(len(all))/b.Elapsed().Seconds(), "requests/s")
}
