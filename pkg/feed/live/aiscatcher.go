package live

import (
	"bytes"
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// postPath is where AIS-catcher posts to (FORMATS, section 6).
const postPath = "/v1/receive"

// post is the body of AIS-catcher's default protocol (FORMATS, section 10).
type post struct {
	Protocol  string            `json:"protocol"`
	StationID string            `json:"stationid"`
	Messages  []json.RawMessage `json:"msgs"`
}

// catch is what a message of AIS-catcher says beside its sentences.
type catch struct {
	station   string
	time      ais.UnixMilli // zero when it states none
	sentences []string
}

// readCatch reads a message; false when it is none. Of the times, the upstream's own comes first, then that of the reception
// in seconds, then as fourteen digits.
func readCatch(b []byte) (catch, bool) {
	var m struct {
		NMEA      []string        `json:"nmea"`
		TOA       json.RawMessage `json:"toa"`
		RxUx      json.RawMessage `json:"rxuxtime"`
		RxTime    string          `json:"rxtime"`
		StationID json.RawMessage `json:"station_id"`
		Station   json.RawMessage `json:"stationid"`
	}
	if json.Unmarshal(b, &m) != nil {
		return catch{}, false
	}
	c := catch{sentences: m.NMEA, station: word(m.StationID)}
	if c.station == "" {
		c.station = word(m.Station)
	}
	for _, seconds := range []json.RawMessage{m.TOA, m.RxUx} {
		if v, err := strconv.ParseFloat(word(seconds), 64); err == nil && c.time == 0 && v > 0 && v < 1e11 {
			c.time = ais.UnixMilli(v * 1000)
		}
	}
	if t, err := time.Parse("20060102150405", m.RxTime); err == nil && c.time == 0 {
		c.time = ais.Milli(t)
	}
	return c, true
}

// word is a JSON text or number as text, empty for anything else.
func word(raw json.RawMessage) string {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		return text
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil {
		return n.String()
	}
	return ""
}

// caught takes in a message's sentences, or, when it has none, what was decoded upstream. It is called with hearing held.
func (e *ear) caught(c catch, message []byte, at ais.At) {
	at.Feed = c.time
	if c.station != "" {
		station := e.station
		e.station = ais.LabelFrom(c.station)
		defer func() { e.station = station }()
	}
	if len(c.sentences) == 0 {
		e.rows.Decode(message, at, e)
		return
	}
	for i, sentence := range c.sentences {
		if i > 0 { // each sentence is a line of its own
			e.s.line++
			at.Line = e.s.line
		}
		e.sentences.Decode([]byte(sentence[:min(len(sentence), e.s.o.Feed.MaxLine)]), at, e)
	}
}

// listenPosts hears AIS-catcher's posts. An address without a host is on loopback.
func (s *source) listenPosts(ctx context.Context) (func(context.Context), error) {
	host, port, err := net.SplitHostPort(s.config.Address)
	if err != nil {
		return nil, err
	}
	if host == "" {
		host = "127.0.0.1"
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, err
	}
	s.bound = l
	p := &posts{s: s, places: make(places, s.o.Peers)}
	p.mu.senders = s.newSenders()
	h := &http.Server{
		Handler: p, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, WriteTimeout: time.Minute, IdleTimeout: 5 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: log.New(io.Discard, "", 0), // a client's bad manners are counted, not told
		BaseContext: func(net.Listener) context.Context { return ctx },
	}
	return func(ctx context.Context) {
		stop := context.AfterFunc(ctx, func() { h.Close() })
		defer stop()
		err := h.Serve(l)
		p.places.drain()
		p.mu.senders.hang()
		if ctx.Err() == nil {
			s.problem(feed.Problem{Source: s.config.ID, Path: s.config.Address, Err: err})
		}
	}, nil
}

// places are how many posts are taken in at once.
type places chan struct{}

// drain waits until nobody holds a place, and keeps them all.
func (p places) drain() {
	for range cap(p) {
		p <- struct{}{}
	}
}

// posts answers AIS-catcher.
type posts struct {
	s      *source
	places places

	mu struct {
		sync.Mutex
		senders *senders // by station
	}
}

// ServeHTTP takes in one post.
func (p *posts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case p.places <- struct{}{}:
		defer func() { <-p.places }()
	default:
		p.s.count(func(t *SourceStatus) { t.Drops.Peers++ })
		http.Error(w, "busy", http.StatusServiceUnavailable)
		return
	}
	switch {
	case r.URL.Path != postPath:
		http.NotFound(w, r)
		return
	case r.Method != http.MethodPost:
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "POST expected", http.StatusMethodNotAllowed)
		return
	case !p.known(r):
		w.Header().Set("WWW-Authenticate", `Basic realm="darkwake"`)
		http.Error(w, "who are you?", http.StatusUnauthorized)
		return
	}
	body, err := p.s.unpack(r.Body)
	if err == nil {
		err = p.take(body, stationOfPeer(r.RemoteAddr))
	}
	switch {
	case errors.Is(err, errTooLarge):
		http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
	case err != nil:
		http.Error(w, err.Error(), http.StatusBadRequest)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// known checks user and password, where they are configured.
func (p *posts) known(r *http.Request) bool {
	if p.s.config.Key == "" {
		return true
	}
	user, password, ok := r.BasicAuth()
	return ok && subtle.ConstantTimeCompare([]byte(user+":"+password), []byte(p.s.config.Key.Reveal())) == 1
}

func stationOfPeer(address string) ais.Label {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	return ais.LabelFrom(host)
}

// errPost is returned for a body that cannot be used.
var errPost = errors.New("AIS-catcher's JSON, lines of JSON or lines of NMEA expected")

// take takes in a body: AIS-catcher's default protocol, or lines. An empty list of messages says that the station is alive.
func (p *posts) take(body []byte, peer ais.Label) error {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return errPost
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var whole post
	if trimmed[0] == '{' && json.Unmarshal(trimmed, &whole) == nil && (whole.Messages != nil || whole.Protocol != "") {
		if whole.Protocol != "" && !strings.HasPrefix(whole.Protocol, "jsonaiscatcher") {
			return errPost
		}
		if whole.StationID != "" {
			peer = ais.LabelFrom(whole.StationID)
		}
		e := p.mu.senders.of(peer.String(), peer)
		e.contact(len(body))
		for _, m := range whole.Messages {
			e.hear(m, len(m) > feed.MaxJSON, 0)
		}
		e.tally()
		return nil
	}
	if !strings.ContainsRune("{!$\\#", rune(trimmed[0])) && (trimmed[0] < '0' || trimmed[0] > '9') && trimmed[0] != '[' {
		return errPost
	}
	e := p.mu.senders.of(peer.String(), peer)
	e.contact(len(body))
	feed.CutBytes(body, p.s.o.Feed, func(line []byte, long bool) { e.hear(line, long, 0) })
	e.tally()
	return nil
}
