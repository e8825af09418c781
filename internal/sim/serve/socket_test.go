package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/darkwake/darkwake/internal/sim/write"
)

// everything is a subscription to the whole world.
const everything = `{"APIKey":"any","BoundingBoxes":[[[-90,-180],[90,180]]]}`

const confirmation = `{"MessageType":"SubscriptionConfirmation","Message":{"CompressionEnabled":true}}`

// listener is a websocket client under test.
type listener struct {
	t    *testing.T
	conn *websocket.Conn
}

// connect opens a websocket, compressed as the service's clients are told to.
func (r *running) connect(mode websocket.CompressionMode) *listener {
	r.t.Helper()
	conn, _, err := websocket.Dial(r.t.Context(), "ws://"+r.address["ws"]+"/v0/stream", &websocket.DialOptions{CompressionMode: mode})
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { conn.CloseNow() })
	return &listener{r.t, conn}
}

func (l *listener) send(text string) {
	l.t.Helper()
	if err := l.conn.Write(context.WithoutCancel(l.t.Context()), websocket.MessageText, []byte(text)); err != nil {
		l.t.Fatal(err)
	}
}

// next reads a message, or gives the close code. Text frames are not the service's.
func (l *listener) next() (text, code string) {
	kind, b, err := l.conn.Read(context.WithoutCancel(l.t.Context()))
	if err != nil {
		return "", fmt.Sprintf("%d", websocket.CloseStatus(err))
	}
	if kind != websocket.MessageBinary {
		l.t.Errorf("%s came in a text frame", b)
	}
	return string(b), ""
}

// closed reads to the end and gives the close code.
func (l *listener) closed() string {
	for {
		if _, code := l.next(); code != "" {
			return code
		}
	}
}

// subscribe connects, subscribes and reads the confirmation.
func (r *running) subscribe(text string) *listener {
	r.t.Helper()
	l := r.connect(websocket.CompressionContextTakeover)
	l.send(text)
	if got, code := l.next(); got != confirmation {
		r.t.Fatalf("got %q, closed %q, want the confirmation", got, code)
	}
	return l
}

// TestSubscriptions serves the last day of one world to several clients, each of which must hear its part and nothing
// else. What the service knew before that day it still knows.
func TestSubscriptions(t *testing.T) {
	const from = 60 * time.Hour
	_, all := script(t, small(t))
	cases := []struct {
		name, text string
		wants      func(e *write.Envelope) bool
	}{
		{"everything", everything, func(*write.Envelope) bool { return true }},
		{"two boxes that overlap, corners in any order", `{"Apikey":"x","BoundingBoxes":[[[25.3,56.7],[25.1,56.5]],[[25.15,56.5],[25.35,56.6]]]}`,
			func(e *write.Envelope) bool {
				lon, lat := e.At[0], e.At[1]
				return lat >= 25.1 && lat <= 25.3 && lon >= 56.5 && lon <= 56.7 || lat >= 25.15 && lat <= 25.35 && lon >= 56.5 && lon <= 56.6
			}},
		{"two ships", `{"APIKey":"x","BoundingBoxes":[[[-90,-180],[90,180]]],"FiltersShipMMSI":["352999201","004709991"]}`,
			func(e *write.Envelope) bool { return e.MMSI == 352999201 || e.MMSI == 4709991 }},
		{"two types, one of which is never sent", `{"APIKey":"x","BoundingBoxes":[[[-90,-180],[90,180]]],"FilterMessageTypes":["ShipStaticData","SafetyBroadcastMessage"]}`,
			func(e *write.Envelope) bool { return e.Type == "ShipStaticData" }},
	}
	r := start(t, func(o *Options) { o.Speed, o.From, o.Clients = 0, from, len(cases) })
	listeners := make([]*listener, len(cases))
	for i, c := range cases {
		listeners[i] = r.subscribe(c.text)
	}
	t.Run("heard", func(t *testing.T) {
		for i, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				var want []string
				for _, s := range all {
					if s.at >= from && s.words != nil && s.words.Placed && c.wants(s.words) {
						want = append(want, string(s.words.JSON))
					}
				}
				var got []string
				for {
					text, code := listeners[i].next()
					if code != "" {
						if code != "1000" {
							t.Errorf("closed with %s, want 1000", code)
						}
						break
					}
					got = append(got, text)
				}
				if len(want) < 20 || strings.Join(got, "\n") != strings.Join(want, "\n") {
					t.Errorf("got %d messages, want %d", len(got), len(want))
				}
			})
		}
	})
	if s := r.wait(); s.Clients != len(cases) || s.Slow != 0 {
		t.Errorf("got %+v", s)
	}
}

func TestRefusals(t *testing.T) {
	const box = `"BoundingBoxes":[[[22,47],[31,60]]]`
	cases := []struct {
		name, first, second string
		want                string
	}{
		{"no key", `{` + box + `}`, "", "Api Key Is Not Valid"},
		{"no JSON", `subscribe`, "", "Malformed"},
		{"no boxes", `{"APIKey":"x"}`, "", "BoundingBoxes"},
		{"a box of one corner", `{"APIKey":"x","BoundingBoxes":[[[22,47]]]}`, "", "two corners"},
		{"boxes one level too flat", `{"APIKey":"x","BoundingBoxes":[[22,47],[31,60]]}`, "", "Malformed"},
		{"a type twice", `{"APIKey":"x",` + box + `,"FilterMessageTypes":["PositionReport","PositionReport"]}`, "", "twice"},
		{"an MMSI as a number", `{"APIKey":"x",` + box + `,"FiltersShipMMSI":[352999201]}`, "", "Malformed"},
		{"an MMSI of eight digits", `{"APIKey":"x",` + box + `,"FiltersShipMMSI":["35299920"]}`, "", "nine digits"},
		{"too many MMSIs", `{"APIKey":"x",` + box + `,"FiltersShipMMSI":["352999201"` + strings.Repeat(`,"352999201"`, 50) + `]}`, "", "more than 50"},
		{"two subscriptions in a second", everything, everything, "One A Second"},
	}
	r := start(t, func(o *Options) { o.Speed = 1; o.Clients = 99 })
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			l := r.connect(websocket.CompressionContextTakeover)
			l.t = t
			l.send(c.first)
			if c.second != "" {
				if got, _ := l.next(); got != confirmation {
					t.Fatalf("got %q, want the confirmation", got)
				}
				l.send(c.second)
			}
			text, _ := l.next()
			var answer struct {
				Error string `json:"error"`
			}
			if err := json.Unmarshal([]byte(text), &answer); err != nil || !strings.Contains(answer.Error, c.want) {
				t.Errorf("got %q, want an error that says %q", text, c.want)
			}
			if code := l.closed(); code != "1008" {
				t.Errorf("closed with %s, want 1008", code)
			}
		})
	}
	t.Run("late", func(t *testing.T) {
		l := r.connect(websocket.CompressionDisabled)
		r.clock.await(t, len(cases)+1) // one for each client so far: no time has passed
		r.clock.advance(3 * time.Second)
		if text, _ := l.next(); text != `{"error":"No Subscription Within 3 Seconds"}` {
			t.Errorf("got %q", text)
		}
		if code := l.closed(); code != "1008" {
			t.Errorf("closed with %s, want 1008", code)
		}
	})
}

// TestSubscriptionIsReplaced stops the clock in the middle of the feed. Nothing of the first subscription may come after
// the second was confirmed.
func TestSubscriptionIsReplaced(t *testing.T) {
	const (
		speed = 86_400
		half  = 48*time.Hour + speed*nap // what is due within a nap is not waited for
	)
	_, all := script(t, small(t))
	of := func(kind string) string {
		return `{"APIKey":"x","BoundingBoxes":[[[-90,-180],[90,180]]],"FilterMessageTypes":["` + kind + `"]}`
	}
	r := start(t, func(o *Options) { o.Speed, o.Clients, o.Queue = speed, 1, 20_000 })
	l := r.subscribe(of("PositionReport"))
	r.clock.await(t, 2) // the watch over the subscription, and the first message
	r.clock.advance(2 * time.Second)
	var want []string
	for _, s := range all {
		if s.words == nil || !s.words.Placed {
			continue
		}
		if s.at < half && s.words.Type == "PositionReport" || s.at >= half && s.words.Type == "ShipStaticData" {
			want = append(want, string(s.words.JSON))
		}
	}
	var got []string
	for len(got) < len(want) {
		text, code := l.next()
		if code != "" {
			t.Fatalf("closed with %s after %d of %d messages", code, len(got), len(want))
		}
		got = append(got, text)
		if next := want[len(got)]; strings.Contains(next, "ShipStaticData") && strings.Contains(text, "PositionReport") {
			break // all of the first two days are there, and the next message is not due
		}
	}
	l.send(of("ShipStaticData"))
	if text, code := l.next(); text != confirmation {
		t.Fatalf("got %q, closed %q, want the second confirmation", text, code)
	}
	r.clock.advance(2 * time.Second)
	for {
		text, code := l.next()
		if code != "" {
			break
		}
		got = append(got, text)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got %d messages, want %d of two subscriptions", len(got), len(want))
	}
}

// TestConfirmationTellsOfCompression connects as a client without it would.
func TestConfirmationTellsOfCompression(t *testing.T) {
	r := start(t, func(o *Options) { o.Clients = 2 })
	l := r.connect(websocket.CompressionDisabled)
	l.send(everything)
	if got, _ := l.next(); got != strings.Replace(confirmation, "true", "false", 1) {
		t.Errorf("got %q", got)
	}
}

// FuzzReadSubscription: whatever comes, an accepted subscription has boxes with sorted corners and a short list
// of ships.
func FuzzReadSubscription(f *testing.F) {
	for _, s := range []string{everything, `{"APIKey":"x","BoundingBoxes":[[[31,60],[22,47]]],"FiltersShipMMSI":["422030600"],"FilterMessageTypes":["PositionReport"]}`,
		`{"APIKey":1}`, `{"APIKey":"x","BoundingBoxes":[[[1e999,0],[0,0]]]}`, `[]`, ``, `{"BoundingBoxes":[[[]]]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := readSubscription(text)
		if err != nil {
			if s != nil || !json.Valid([]byte(fmt.Sprintf("%q", err.Error()))) {
				t.Errorf("refused with %q and a subscription", err)
			}
			return
		}
		if len(s.boxes) == 0 || len(s.mmsis) > mostMMSIs {
			t.Errorf("%d boxes, %d ships", len(s.boxes), len(s.mmsis))
		}
		for _, b := range s.boxes {
			if b.south > b.north || b.west > b.east {
				t.Errorf("corners of %+v are not sorted", b)
			}
		}
	})
}
