package serve

import (
	"sync"
	"sync/atomic"
)

// frame is one message for one client.
type frame struct {
	body  []byte // shared by all clients, never changed
	round int    // of the subscription that asked for it; zero over TCP
}

// notice is what a server has to say to a websocket client itself.
type notice struct {
	text []byte
	wish *subscription // that it confirms, nil when the connection ends with it
}

// client is one connection.
type client struct {
	queue   chan frame // closed by the server when there will be nothing more
	notices chan notice
	stop    chan struct{} // closed when the server stops
	gone    chan struct{} // closed when the connection is over
	over    sync.Once
	hang    func() // breaks the connection, whoever is using it

	socket bool
	wish   atomic.Pointer[subscription] // of a websocket client, nil before the first
}

func newClient(queue int, hang func()) *client {
	return &client{queue: make(chan frame, queue), notices: make(chan notice, 1), stop: make(chan struct{}), gone: make(chan struct{}), hang: hang}
}

// part marks the connection as over. It returns true the first time.
func (c *client) part() (first bool) {
	c.over.Do(func() {
		first = true
		close(c.gone)
	})
	return first
}

// pick gives the client's form of a message, false when it does not want it.
func (c *client) pick(m *message) (frame, bool) {
	if !c.socket {
		return frame{body: m.lines}, len(m.lines) > 0
	}
	s := c.wish.Load()
	if s == nil || m.envelope == nil || !s.wants(m.envelope) {
		return frame{}, false
	}
	return frame{body: m.envelope.JSON, round: s.round}, true
}

// hub is all clients.
type hub struct {
	work    sync.WaitGroup // goroutines that belong to clients
	list    atomic.Pointer[[]*client]
	changed chan struct{} // somebody came or subscribed

	mu struct {
		sync.Mutex
		closed bool
		ready  int // clients that ever were able to hear something
		served int
		slow   int
	}
}

func newHub() *hub {
	h := &hub{changed: make(chan struct{}, 1)}
	h.list.Store(&[]*client{})
	return h
}

// clients are those of the moment. The list must not be changed.
func (h *hub) clients() []*client { return *h.list.Load() }

// join takes a client in and starts its goroutines, unless the hub has closed.
func (h *hub) join(c *client, work ...func()) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.mu.closed {
		return false
	}
	h.mu.served++
	list := append([]*client{c}, h.clients()...)
	h.list.Store(&list)
	for _, f := range work {
		h.work.Go(f)
	}
	return true
}

// leave forgets a client.
func (h *hub) leave(c *client) {
	c.part()
	h.mu.Lock()
	defer h.mu.Unlock()
	var list []*client
	for _, other := range h.clients() {
		if other != c {
			list = append(list, other)
		}
	}
	h.list.Store(&list)
}

// drop breaks with a client that does not read.
func (h *hub) drop(c *client) {
	if !c.part() {
		return
	}
	c.hang()
	h.leave(c)
	h.mu.Lock()
	h.mu.slow++
	h.mu.Unlock()
}

// hears counts a client that is able to hear from now on.
func (h *hub) hears() {
	h.mu.Lock()
	h.mu.ready++
	h.mu.Unlock()
	select {
	case h.changed <- struct{}{}:
	default:
	}
}

func (h *hub) ready() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.mu.ready
}

// close lets nobody in any more. It gives the clients that are left.
func (h *hub) close() []*client {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mu.closed = true
	return h.clients()
}
