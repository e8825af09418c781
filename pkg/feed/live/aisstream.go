package live

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// The manners of aisstream.io (FORMATS, section 9).
const (
	subscribeWithin = 3 * time.Second
	pingEvery       = 30 * time.Second
)

// subscription is what we ask for.
type subscription struct {
	APIKey             string
	BoundingBoxes      [][2][2]float64 // corners, latitude first
	FilterMessageTypes []string
}

// subscribe writes a subscription: the boxes, a box across the 180th meridian as two, the whole world without any.
func subscribe(c feed.SourceConfig) ([]byte, error) {
	s := subscription{APIKey: c.Key.Reveal(), FilterMessageTypes: []string{"PositionReport", "ShipStaticData", "StandardClassBPositionReport",
		"ExtendedClassBPositionReport", "StaticDataReport", "LongRangeAisBroadcastMessage", "BaseStationReport"}}
	boxes := c.Boxes
	if len(boxes) == 0 {
		boxes = []feed.Box{{South: -90, West: -180, North: 90, East: 180}}
	}
	for _, b := range boxes {
		if b.West > b.East {
			s.BoundingBoxes = append(s.BoundingBoxes, [2][2]float64{{b.South, b.West}, {b.North, 180}})
			b.West = -180
		}
		s.BoundingBoxes = append(s.BoundingBoxes, [2][2]float64{{b.South, b.West}, {b.North, b.East}})
	}
	return json.Marshal(s)
}

// stream hears the websocket of aisstream.io, or of a server that speaks like it.
func (s *source) stream(ctx context.Context) {
	s.keep(ctx, s.o.Service, func(ctx context.Context) error {
		dial, cancel := context.WithTimeout(ctx, s.o.Dial)
		defer cancel()
		conn, answer, err := websocket.Dial(dial, s.config.URL, &websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover})
		if err != nil {
			if answer != nil && answer.StatusCode == http.StatusTooManyRequests {
				return errRefused
			}
			return fmt.Errorf("connect: %w", err)
		}
		defer conn.CloseNow()
		conn.SetReadLimit(feed.MaxJSON)
		return s.attend(ctx, conn)
	})
}

// attend subscribes and hears until the connection ends, is silent for too long, or we stop: then it says goodbye, because a
// connection that hangs holds one of few places for days.
func (s *source) attend(ctx context.Context, conn *websocket.Conn) error {
	text, err := subscribe(s.config)
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	soon, cancel := context.WithTimeout(ctx, subscribeWithin)
	err = conn.Write(soon, websocket.MessageText, text)
	cancel()
	if err != nil {
		return fmt.Errorf("subscribe: %w", err)
	}
	s.count(func(t *SourceStatus) { t.Peers++ })
	defer s.count(func(t *SourceStatus) { t.Peers-- })
	e := s.newEar(ais.Label{})
	defer e.hang()
	// The reads are not cut short by the stop, because that would break the connection off without a goodbye.
	quiet := context.WithoutCancel(ctx)
	over, end := context.WithCancelCause(quiet)
	defer end(nil)
	goodbye := func(cause error) func() {
		return func() {
			end(cause)
			_ = conn.Close(websocket.StatusNormalClosure, "") // the other side may be gone; it ends the read
		}
	}
	defer context.AfterFunc(ctx, goodbye(context.Canceled))()
	idle := s.idle(s.o.IdleService)
	watch := time.AfterFunc(idle, goodbye(errSilent))
	defer watch.Stop()
	s.work.Go(func() { ping(over, conn) })
	for {
		_, message, err := conn.Read(quiet)
		if err != nil {
			return parted(over, err)
		}
		silent, err := e.envelope(message)
		if err != nil {
			return err
		}
		if !silent {
			watch.Reset(idle)
		}
	}
}

// parted is why a connection is over: our own doing, or what the other side said.
func parted(over context.Context, err error) error {
	if over.Err() != nil {
		return context.Cause(over)
	}
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway:
		return nil
	}
	return fmt.Errorf("read: %w", err)
}

// ping asks now and then whether the other side is there, so that what lies between keeps the connection open.
func ping(ctx context.Context, conn *websocket.Conn) {
	t := time.NewTicker(pingEvery)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			wait, cancel := context.WithTimeout(ctx, pingEvery)
			_ = conn.Ping(wait) // without an answer the silence will tell
			cancel()
		case <-ctx.Done():
			return
		}
	}
}

// answer is what the service says of itself, in the place of a message.
type answer struct {
	MessageType string
	Error       string `json:"error"`
}

// envelope takes in one message, silent when it was none of a ship: the confirmation of a subscription does not prove that
// anything flows. An error of the service ends the connection.
func (e *ear) envelope(message []byte) (silent bool, err error) {
	e.contact(len(message))
	if !bytes.Contains(message, []byte(`"MetaData"`)) && !bytes.Contains(message, []byte(`"Metadata"`)) {
		var a answer
		if json.Unmarshal(message, &a) == nil {
			switch {
			case a.Error != "":
				return true, refusalOf(a.Error)
			case a.MessageType == "SubscriptionConfirmation":
				return true, nil
			}
		}
	}
	e.hear(bytes.TrimSpace(message), false, 0)
	return false, nil
}

// refusalOf is the service's own word for why it ends the connection. A wrong key is not asked for again so soon: who
// connects in vain again and again is banned.
func refusalOf(word string) error {
	word = plain(word)
	low := strings.ToLower(word)
	for _, sign := range []string{"thrott", "limit", "too many", "concurrent"} {
		if strings.Contains(low, sign) {
			return fmt.Errorf("%w: the service says %q", errRefused, word)
		}
	}
	if strings.Contains(low, "key") {
		return fmt.Errorf("%w: the service says %q", errDenied, word)
	}
	return fmt.Errorf("the service says %q", word)
}

// plain cuts what a service says to a line that can be shown.
func plain(word string) string {
	word = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return ' '
		}
		return r
	}, word)
	return strings.TrimSpace(word[:min(len(word), 200)])
}
