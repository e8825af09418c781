package serve

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"
)

// connection is the key under which a request's context holds its connection.
type connection struct{}

// listenSocket serves envelopes to subscribers, whatever path they ask for.
func (s *server) listenSocket(ctx context.Context) error {
	if s.o.WebSocket == "" {
		return nil
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", s.o.WebSocket)
	if err != nil {
		return fmt.Errorf("serve envelopes: %w", err)
	}
	h := &http.Server{
		Handler:           http.HandlerFunc(s.accept),
		ReadHeaderTimeout: subscribeWithin * time.Second,
		ErrorLog:          log.New(io.Discard, "", 0), // a client's bad manners are no news
		BaseContext:       func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, connection{}, c)
		},
	}
	s.closers = append(s.closers, h)
	s.o.Listening("ws", l.Addr().String())
	s.work.Go(func() {
		_ = h.Serve(l) // ends with Close, or when nobody can connect any more
	})
	return nil
}

// accept takes in a websocket client: this goroutine reads its subscriptions, another writes, a third watches that the
// first subscription comes in time.
func (s *server) accept(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionContextTakeover})
	if err != nil {
		return // Accept has told the client
	}
	done := make(chan struct{})
	defer close(done)
	defer conn.CloseNow()
	raw := r.Context().Value(connection{}).(net.Conn)
	c := newClient(s.o.Queue, func() { raw.Close() })
	c.socket = true
	subscribed := make(chan struct{})
	ctx := r.Context()
	if !s.hub.join(c, func() { s.pumpSocket(ctx, conn, c) }, func() { s.watch(c, subscribed) }, func() { <-done }) {
		return
	}
	defer s.hub.leave(c)
	packed := strings.Contains(r.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate")
	s.subscriptions(ctx, conn, c, packed, func() { close(subscribed) })
}

// watch refuses a client that says nothing.
func (s *server) watch(c *client, subscribed <-chan struct{}) {
	select {
	case <-s.o.Clock.After(subscribeWithin * time.Second):
		c.refuse(refusal(fmt.Sprintf("No Subscription Within %d Seconds", subscribeWithin)))
	case <-subscribed:
	case <-c.stop:
	case <-c.gone:
	}
}

// subscriptions reads what the client wants until the connection ends.
func (s *server) subscriptions(ctx context.Context, conn *websocket.Conn, c *client, packed bool, first func()) {
	conn.SetReadLimit(64 << 10)
	var last time.Time
	for round := 1; ; round++ {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return
		}
		now := s.o.Clock.Now()
		if round > 1 && now.Sub(last) < time.Second {
			c.refuse(refusal("Subscriptions Are Limited To One A Second"))
			continue
		}
		last = now
		wish, err := readSubscription(text)
		if err != nil {
			c.refuse(err)
			continue
		}
		if round == 1 {
			first()
		}
		wish.round = round
		c.say(notice{text: fmt.Appendf(nil, `{"MessageType":"SubscriptionConfirmation","Message":{"CompressionEnabled":%t}}`, packed), wish: wish})
	}
}

// refuse ends a connection with a reason.
func (c *client) refuse(reason error) {
	text, err := json.Marshal(map[string]string{"error": reason.Error()})
	if err != nil {
		return // a string always has a form in JSON
	}
	c.say(notice{text: text})
}

// say hands a notice to the writer, unless there is none any more.
func (c *client) say(n notice) {
	select {
	case c.notices <- n:
	case <-c.gone:
	case <-c.stop:
	}
}

// pumpSocket writes what waits for a websocket client. The frames are binary with text inside, as the service's are.
func (s *server) pumpSocket(ctx context.Context, conn *websocket.Conn, c *client) {
	defer s.hub.leave(c)
	code, reason := websocket.StatusNormalClosure, "the world has ended"
	round := 0
	for ok := true; ok; {
		select {
		case n := <-c.notices:
			ok = s.tell(ctx, conn, c, n)
			if n.wish == nil {
				code, reason, ok = websocket.StatusPolicyViolation, "refused", false
				break
			}
			round = n.wish.round
		case f, more := <-c.queue:
			if ok = more; ok && f.round >= round {
				ok = conn.Write(ctx, websocket.MessageBinary, f.body) == nil
			}
		case <-c.stop:
			code, reason, ok = websocket.StatusGoingAway, "the server stops", false
		case <-c.gone:
			ok = false
		}
	}
	c.part()
	_ = conn.Close(code, reason) // the client may be gone already
}

// tell writes a notice. A subscription holds from the moment before its confirmation is written, and only this goroutine
// writes: what it lets through comes after the confirmation, and what an earlier one let through is
// known by its round.
func (s *server) tell(ctx context.Context, conn *websocket.Conn, c *client, n notice) bool {
	if n.wish != nil {
		c.wish.Store(n.wish)
	}
	if err := conn.Write(ctx, websocket.MessageBinary, n.text); err != nil {
		return false
	}
	if n.wish != nil && n.wish.round == 1 {
		s.hub.hears()
	}
	return true
}
