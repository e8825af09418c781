package live

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/darkwake/darkwake/internal/sim/serve"
	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// envelope is a position as aisstream.io sends it.
func envelope(mmsi int, seconds int64, lat, lon float64) string {
	return fmt.Sprintf(`{"Message":{"PositionReport":{"Cog":308,"Latitude":%g,"Longitude":%g,"MessageID":1,"NavigationalStatus":15,"RateOfTurn":4,"Sog":0,"Timestamp":31,"TrueHeading":235,"UserID":%d,"Valid":true}},"MessageType":"PositionReport","MetaData":{"MMSI":%d,"ShipName":"AUGUSTSON           ","latitude":%g,"longitude":%g,"time_utc":"%s"}}`,
		lat, lon, mmsi, mmsi, lat, lon, time.Unix(epoch+seconds, 353000).UTC().String())
}

// service is a websocket of the test. Each connection that has subscribed is handed to say.
func service(t *testing.T, say func(n int64, subscription map[string]any, conn *websocket.Conn)) string {
	t.Helper()
	var n atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionContextTakeover})
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.CloseNow()
		if !strings.Contains(r.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate") {
			t.Error("no compression was offered")
		}
		_, text, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		var subscription map[string]any
		if err := json.Unmarshal(text, &subscription); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		say(n.Add(1), subscription, conn)
	}))
	t.Cleanup(s.Close)
	return "ws" + strings.TrimPrefix(s.URL, "http")
}

const confirmed = `{"MessageType":"SubscriptionConfirmation","Message":{"CompressionEnabled":true}}`

func tell(conn *websocket.Conn, kind websocket.MessageType, texts ...string) {
	for _, text := range texts {
		_ = conn.Write(context.Background(), kind, []byte(text)) // the client may be gone
	}
}

// TestStreamSubscribesAndSaysGoodbye checks the subscription, both opcodes, positions outside the box and the close frame.
func TestStreamSubscribesAndSaysGoodbye(t *testing.T) {
	closed := make(chan websocket.StatusCode, 1)
	url := service(t, func(_ int64, s map[string]any, conn *websocket.Conn) {
		text, _ := json.Marshal(s["BoundingBoxes"])
		if string(text) != "[[[-20,170],[-10,180]],[[-20,-180],[-10,-170]],[[22,47],[31,60]]]" || s["APIKey"] != "sesame" || len(s["FilterMessageTypes"].([]any)) != 7 {
			t.Errorf("got subscription %v", s)
		}
		tell(conn, websocket.MessageBinary, confirmed, envelope(259000420, 1, 25, 56), envelope(259000421, 2, 57, 24))
		tell(conn, websocket.MessageText, envelope(259000422, 3, -15, 179), `{"MessageType":"UnknownMessage","MetaData":{}}`)
		_, _, err := conn.Read(context.Background())
		closed <- websocket.CloseStatus(err)
	})
	clock := newHandClock()
	clock.advance(time.Minute)
	o := quick(mixed{clock})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	l, err := Open(ctx, []feed.SourceConfig{{ID: "a", Kind: feed.AISStream, URL: url, Key: "sesame",
		Boxes: []feed.Box{{South: -20, West: 170, North: -10, East: -170}, {South: 22, West: 47, North: 31, East: 60}}}}, o)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, l, "-- a B none", "a 420 00:01", "-- a A -01:59", "a 421 00:02", "a 422 00:03")
	eventually(t, "all is heard", func() bool { return l.Status()[0].Lines == 4 })
	s := l.Status()[0]
	if s.Outside != 1 || s.Lines != 4 || !s.Connected || s.Reconnects != [Causes]int64{} {
		t.Errorf("got %+v; want 4 messages on one connection, one of them outside the boxes", s)
	}
	cancel()
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	select {
	case code := <-closed:
		if code != websocket.StatusNormalClosure {
			t.Errorf("closed with %d, want a goodbye", code)
		}
	case <-time.After(5 * time.Second):
		t.Error("no close frame came")
	}
}

// TestStreamThatFails tries what the service does to its clients; each ends one connection by its cause, and the next one is
// good.
func TestStreamThatFails(t *testing.T) {
	for _, test := range []struct {
		name  string
		first func(conn *websocket.Conn)
		cause Cause
		says  string
	}{
		{"it closes", func(conn *websocket.Conn) { conn.Close(websocket.StatusNormalClosure, "bye") }, EOF, ""},
		{"it breaks off", func(conn *websocket.Conn) { conn.CloseNow() }, EOF, ""},
		{"wrong key", func(conn *websocket.Conn) { tell(conn, websocket.MessageText, `{"error":"Api Key Is Not Valid"}`) }, Failed, "Api Key Is Not Valid"},
		{"throttled", func(conn *websocket.Conn) {
			tell(conn, websocket.MessageBinary, `{"error":"Too many concurrent connections"}`)
		}, Refused, "concurrent"},
		{"confirmed, then silent", func(conn *websocket.Conn) {
			tell(conn, websocket.MessageBinary, confirmed)
			_, _, _ = conn.Read(context.Background()) // until the client gives up
		}, Silent, "nothing came"},
		{"a message without end", func(conn *websocket.Conn) {
			tell(conn, websocket.MessageBinary, strings.Repeat("x", 2*feed.MaxJSON))
		}, Failed, "read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			release := make(chan struct{})
			defer close(release)
			url := service(t, func(n int64, _ map[string]any, conn *websocket.Conn) {
				if n == 1 {
					test.first(conn)
					return
				}
				tell(conn, websocket.MessageBinary, envelope(259000420, 1, 25, 56))
				<-release
				_ = conn.Close(websocket.StatusNormalClosure, "") // the client may be gone
			})
			clock := newHandClock()
			o := quick(mixed{clock})
			o.IdleService = 100 * time.Millisecond
			l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.AISStream, URL: url, Key: "sesame"})
			expect(t, l, "-- a B none", "a 420 00:01")
			s := l.Status()[0]
			if s.Reconnects[test.cause] == 0 || !strings.Contains(s.LastError, test.says) || strings.Contains(s.LastError, "sesame") {
				t.Errorf("got reconnects %v, %q; want %s, with %q and without the key", s.Reconnects, s.LastError, test.cause, test.says)
			}
		})
	}
}

// TestStreamRefusedAtTheDoor: after a 429 nobody knocks again for half an hour.
func TestStreamRefusedAtTheDoor(t *testing.T) {
	var knocks atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		knocks.Add(1)
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer s.Close()
	clock := newHandClock()
	o := Defaults()
	o.Clock = clock
	l := open(t, o, feed.SourceConfig{ID: "a", Kind: feed.AISStream, URL: "ws" + strings.TrimPrefix(s.URL, "http"), Key: "sesame"})
	eventually(t, "one refusal", func() bool { return l.Status()[0].Reconnects[Refused] == 1 })
	asleep := func() bool { clock.mu.Lock(); defer clock.mu.Unlock(); return len(clock.sleeps) > 0 }
	eventually(t, "it pauses", asleep)
	clock.advance(29 * time.Minute)
	if n := knocks.Load(); n != 1 || !asleep() {
		t.Errorf("after 29 minutes: %d knocks, want one", n)
	}
	clock.advance(time.Minute)
	eventually(t, "it knocks again", func() bool { return knocks.Load() == 2 })
}

func TestPauses(t *testing.T) {
	p := Pauses{First: 10 * time.Second, Most: 2 * time.Minute}
	for _, test := range []struct {
		n        int
		from, to time.Duration
	}{{0, 5 * time.Second, 10 * time.Second}, {1, 10 * time.Second, 20 * time.Second}, {3, 40 * time.Second, 80 * time.Second}, {4, time.Minute, 2 * time.Minute}, {1000, time.Minute, 2 * time.Minute}} {
		seen := map[time.Duration]bool{}
		for range 100 {
			d := p.next(test.n)
			if seen[d] = true; d < test.from || d > test.to {
				t.Fatalf("pause %d: got %s, want %s to %s", test.n, d, test.from, test.to)
			}
		}
		if len(seen) < 10 {
			t.Errorf("pause %d: %d different ones of 100: no jitter", test.n, len(seen))
		}
	}
}

// TestStreamOfTheSimulator subscribes within the simulator's three seconds and holds on to its end.
func TestStreamOfTheSimulator(t *testing.T) {
	address := serving(t, func(o *serve.Options) { o.WebSocket, o.Speed = "127.0.0.1:0", 36_000 })
	clock := newHandClock()
	clock.now = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
	l := open(t, quick(mixed{clock}), feed.SourceConfig{ID: "a", Kind: feed.AISStream, URL: "ws://" + address, Key: "any", Boxes: []feed.Box{{South: 22, West: 47, North: 31, East: 60}}})
	for reports := 0; reports < 50; {
		rec, err := l.Next()
		if err != nil {
			t.Fatal(err)
		}
		if rec.Report != nil {
			reports++
			if rec.Report.TimeSource != ais.TimeFeed || rec.Report.Flags&ais.DecodedUpstream == 0 {
				t.Fatalf("got %+v, want a report decoded upstream with the time of the feed", rec.Report)
			}
		}
	}
	if s := l.Status()[0]; s.Outside != 0 || s.Reconnects != [Causes]int64{} {
		t.Errorf("got %+v", s)
	}
}

// FuzzEnvelope takes any message: it is heard or refused, and never more than once.
func FuzzEnvelope(f *testing.F) {
	for _, s := range []string{envelope(259000420, 1, 25, 56), confirmed, `{"error":"Api Key Is Not Valid"}`, `{"error":1}`, `[]`, `{`, "", "\xff", `{"MessageType":"PositionReport","Metadata":{}}`, fix(200000001, 1, "x")} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, message []byte) {
		e, s := deaf(t)
		silent, err := e.envelope(message)
		n := s.mu.batch.Len()
		if err != nil && (n > 0 || !silent || strings.ContainsAny(err.Error(), "\r\n")) {
			t.Errorf("%q: error %v beside %d reports", message, err, n)
		}
		check(t, s, 3)
	})
}
