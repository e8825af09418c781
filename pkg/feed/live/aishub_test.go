package live

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

const hubHeader = "MMSI,TSTAMP,LATITUDE,LONGITUDE,COG,SOG,HEADING,NAVSTAT,IMO,NAME,CALLSIGN,TYPE,A,B,C,D,DRAUGHT,DEST,ETA\n"

// hubRow is a tanker as AISHub tells of her.
func hubRow(mmsi string, seconds int64) string {
	at := time.Unix(epoch+seconds, 0).UTC().Format("2006-01-02 15:04:05 GMT")
	return mmsi + "," + at + `,25.1,56.4,90.5,102.4,511,0,9134270,"EVER, DIADEM",ABC1,80,100,200,20,21,12.2,FUJAIRAH,09-25 06:00` + "\n"
}

func packed(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write([]byte(text)) // memory takes all
	_ = z.Close()
	return b.Bytes()
}

// TestHubIsPolled answers one poll after another, good and bad.
func TestHubIsPolled(t *testing.T) {
	answers := []func(w http.ResponseWriter){
		func(w http.ResponseWriter) {
			_, _ = w.Write(packed(hubHeader + hubRow("351759000", 5) + hubRow("351759001", -3600)))
		},
		func(w http.ResponseWriter) { _, _ = w.Write(packed(hubHeader + hubRow("351759000", 5))) }, // the same again
		func(w http.ResponseWriter) { _, _ = w.Write([]byte("Too frequent requests!")) },
		func(w http.ResponseWriter) {
			_, _ = w.Write([]byte(`[{"ERROR":true,"USERNAME":"x","ERROR_MESSAGE":"Too frequent requests!"}]`))
		},
		func(http.ResponseWriter) {},
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusTooManyRequests) },
		func(w http.ResponseWriter) { w.WriteHeader(http.StatusBadGateway) },
		func(w http.ResponseWriter) { _, _ = w.Write([]byte("<html>maintenance</html>")) },
		func(w http.ResponseWriter) { _, _ = w.Write(bytes.Repeat([]byte("x"), 1<<16)) },
		func(w http.ResponseWriter) { _, _ = w.Write([]byte(hubHeader + hubRow("351759002", 70))) },
	}
	var polls atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := int(polls.Add(1)) - 1
		if got, want := r.URL.RawQuery, "compress=2&format=1&interval=3&latmax=31&latmin=22&lonmax=60&lonmin=47&output=csv&username=sesame"; got != want {
			t.Errorf("asked %s, want %s", got, want)
		}
		if n < len(answers) {
			answers[n](w)
		}
	}))
	defer server.Close()
	clock := newHandClock()
	clock.advance(time.Minute)
	o := quick(shortened{clock})
	o.Body = 1 << 15
	l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.AISHub, URL: server.URL + "/ws.php", Key: "sesame", Boxes: []feed.Box{{South: 22, West: 47, North: 31, East: 60}}})
	expect(t, l, "-- a B none")
	rec, err := l.Next()
	if err != nil {
		t.Fatal(err)
	}
	r := rec.Report
	if r.Time != (epoch+5)*1000 || r.TimeSource != ais.TimeFeed || r.Flags&ais.LastKnown == 0 || r.Carries(ais.HasSOG) || r.Received != (epoch+60)*1000 {
		t.Errorf("got %+v, want a last known position of the row's time without the speed that is none", r)
	}
	expect(t, l, "-- a A -09:55", "a 0 00:05", "a 2 01:10", "-- a A -08:50", "a 2 01:10")
	s := l.Status()[0]
	if s.Reconnects != [Causes]int64{Refused: 4, Failed: 3} || s.Repeats != 2 || s.Drops != (Losses{Stale: 1, Size: 1}) || strings.Contains(s.LastError, "sesame") {
		t.Errorf("got %+v; want 4 refusals, 3 failures, 2 repeats, a stale row, an answer too large", s)
	}
}

// shortened tells a test's time, and sleeps a millisecond however long it should.
type shortened struct{ *handClock }

func (shortened) After(time.Duration) <-chan time.Time { return time.After(time.Millisecond) }

// TestErrorsDoNotTellTheKey asks a server that is not there.
func TestErrorsDoNotTellTheKey(t *testing.T) {
	for _, c := range []feed.SourceConfig{
		{ID: "a", Kind: feed.AISHub, URL: "http://127.0.0.1:1/ws.php?extra=sesame", Key: "sesame"},
		{ID: "a", Kind: feed.AISStream, URL: "ws://127.0.0.1:1/?extra=sesame", Key: "sesame"},
		{ID: "a", Kind: feed.TCP, Address: "127.0.0.1:1", Key: "sesame"},
	} {
		t.Run(c.Kind.String(), func(t *testing.T) {
			l := open(t, quick(Wall{}), c)
			eventually(t, "a failure", func() bool { return l.Status()[0].Reconnects[Failed] > 0 })
			if got := l.Status()[0].LastError; !strings.Contains(got, "refused") || strings.Contains(got, "sesame") {
				t.Errorf("got %q, want the reason without the key", got)
			}
		})
	}
}

// FuzzTable takes any answer of AISHub.
func FuzzTable(f *testing.F) {
	for _, s := range []string{hubHeader + hubRow("351759000", 5), hubHeader, "Too frequent requests!", "", "[]", `[{"ERROR":true,"ERROR_MESSAGE":"x"}]`,
		`{"ERROR":true,"ERROR_MESSAGE":"Too frequent requests!"}`, `{"mmsi":1}`, "MMSI,TSTAMP,LATITUDE,LONGITUDE\n1,1772323205,15000000,1\n", "\xef\xbb\xbf" + hubHeader} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		e, s := deaf(t)
		err := e.rowsOf(bytes.Clone(body), time.Minute)
		if err != nil && (s.mu.status.Lines > 0 || strings.ContainsAny(err.Error(), "\r\n") || !errors.Is(err, errRefused) && !errors.Is(err, errAnswer)) {
			t.Errorf("%q: error %v after %d lines", body, err, s.mu.status.Lines)
		}
		check(t, s, 2)
	})
}
