package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/web/api/schema"
	"github.com/darkwake/darkwake/pkg/web/model"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// Version is the version of the interface. A change that breaks readers makes another path.
const Version = "1.0"

// Head is what every answer says of itself.
type Head struct {
	AsOf     *time.Time `json:"as_of"` // event time up to which everything is in; null: nothing is
	Coverage Coverage   `json:"coverage"`
	Version  About      `json:"version"`
}

// Coverage is how well the sources heard.
type Coverage struct {
	From    *time.Time `json:"from"` // first and last event time
	To      *time.Time `json:"to"`
	Sources int        `json:"sources"`
	Silent  []string   `json:"silent"`      // sources with an outage that goes on
	Health  *float64   `json:"feed_health"` // of the newest day, 0 to 1
	Says    string     `json:"says"`        // the same in a few words
}

// About is whose answer it is.
type About struct {
	API       string `json:"api"`
	Software  string `json:"software"`
	Config    string `json:"config"`   // hash of parameters, gazetteer, lists and weights
	Sequence  int64  `json:"sequence"` // number of the newest change
	Synthetic bool   `json:"synthetic"`
}

// problem is an error as RFC 9457 has it.
type problem struct {
	Type       string         `json:"type"`
	Title      string         `json:"title"`
	Status     int            `json:"status"`
	Detail     string         `json:"detail"`
	Parameters []view.Problem `json:"parameters,omitempty"` // what was given and what was expected
}

func (p problem) Error() string { return p.Detail }

// tell answers with a problem.
func tell(w http.ResponseWriter, p problem) {
	p.Type, p.Title = "about:blank", http.StatusText(p.Status)
	body, _ := json.Marshal(p) // texts and numbers always can be
	h := w.Header()
	for _, name := range []string{"ETag", "Content-Encoding", "Content-Disposition", "Link", "Last-Modified"} {
		h.Del(name)
	}
	h.Set("Content-Type", "application/problem+json")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if p.Status == http.StatusServiceUnavailable {
		h.Set("Retry-After", "5")
	}
	w.WriteHeader(p.Status)
	_, _ = w.Write(body) // who has gone needs no answer
}

// answer is what an endpoint says: how it is written comes later, so that it can be streamed.
type answer struct {
	kind  string // media type
	file  string // offered as the name of a download; empty: shown
	next  string // cursor of the next page
	write func(io.Writer) error
}

// packed are media types that are compressed already.
var packed = map[string]bool{schema.MediaType("kmz"): true, schema.MediaType("parquet"): true, schema.MediaType("zip"): true}

// asJSON is an answer of one JSON value.
func asJSON(body any) answer {
	return answer{kind: schema.MediaType("json"), write: func(w io.Writer) error {
		if err := json.NewEncoder(w).Encode(body); err != nil {
			return fmt.Errorf("write JSON: %w", err)
		}
		return nil
	}}
}

// head is what the answer rests on.
func (q *request) head() Head {
	s := q.stands
	h := Head{AsOf: known(s.Watermark), Version: About{API: Version, Software: s.Software, Config: s.Config, Sequence: s.Sequence, Synthetic: s.Synthetic},
		Coverage: Coverage{From: known(s.From), To: known(s.To), Sources: len(s.Sources), Silent: []string{}}}
	for _, source := range s.Sources {
		if source.State == model.Silent {
			h.Coverage.Silent = append(h.Coverage.Silent, source.Name)
		}
	}
	h.Coverage.Says = fmt.Sprintf("%d of %d sources deliver", len(s.Sources)-len(h.Coverage.Silent), len(s.Sources))
	if r, err := q.api.model.Record(q.Context()); err == nil {
		if rows := r.Rows(estimate.Lifted); len(rows) > 0 {
			row := rows[len(rows)-1]
			h.Coverage.Health = &row.Health
			h.Coverage.Says += fmt.Sprintf("; feed health %.2f on %s", row.Health, row.Date.Format(time.DateOnly))
		}
	}
	return h
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

// set says the same in headers.
func (h Head) set(to http.Header) {
	if h.AsOf != nil {
		to.Set("Darkwake-As-Of", h.AsOf.Format(time.RFC3339))
	}
	to.Set("Darkwake-Coverage", h.Coverage.Says)
	to.Set("Darkwake-Version", fmt.Sprintf("api=%s; software=%q; config=%q; sequence=%d", h.Version.API, h.Version.Software, h.Version.Config, h.Version.Sequence))
}

// mostHeld is the longest answer that is kept, in bytes: a year's events as slim GeoJSON.
const mostHeld = 8 << 20

// serve answers one endpoint's request.
func (a *api) serve(w http.ResponseWriter, r *http.Request, e endpoint) {
	v, err := a.model.Version(r.Context())
	if err != nil {
		a.fail(w, r, err)
		return
	}
	etag := `W/"` + v.Tag() + `"`
	if matches(r.Header.Get("If-None-Match"), etag) {
		h := w.Header()
		h.Set("ETag", etag)
		h.Set("Cache-Control", a.cacheable())
		h.Set("Vary", "Accept-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	stamp := v.Tag() + " " + strconv.FormatInt(v.Meta.Watermark.UnixMilli(), 36)
	it, done := a.cache.find(r.Host+r.URL.RequestURI(), stamp)
	defer done(nil) // should making it end in a panic
	if it == nil {
		it, err = a.compute(w, r, e, etag)
		done(it)
	}
	switch {
	case err != nil:
		a.fail(w, r, err)
	case it != nil:
		it.send(w, r)
	}
}

func (a *api) cacheable() string {
	if a.o.Key != "" {
		return "private, no-cache"
	}
	return "no-cache" // ask again each time; 304 is cheap
}

func (a *api) fail(w http.ResponseWriter, r *http.Request, err error) {
	p := fault(err)
	if p.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		a.o.Log.Error("answer", "path", r.URL.Path, "err", err)
	}
	tell(w, p)
}

// matches tells whether a list of entity tags has this one, weakly (RFC 9110, section 13.1.2).
func matches(list, etag string) bool {
	for tag := range strings.SplitSeq(list, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
			return list != ""
		}
	}
	return false
}

// compute makes an answer. One that is too long to be kept is sent as it is made, and nil is returned.
func (a *api) compute(w http.ResponseWriter, r *http.Request, e endpoint, etag string) (*item, error) {
	q, err := a.ask(r)
	if err != nil {
		return nil, err
	}
	ans, err := e.serve(q)
	if err != nil {
		return nil, err
	}
	it := &item{header: http.Header{}, packed: packed[ans.kind]}
	it.header.Set("Content-Type", ans.kind)
	it.header.Set("ETag", etag)
	it.header.Set("Cache-Control", a.cacheable())
	it.header.Set("Vary", "Accept-Encoding")
	q.head().set(it.header)
	if ans.file != "" {
		it.header.Set("Content-Disposition", `attachment; filename="`+ans.file+`"`)
	}
	if ans.next != "" {
		next := q.URL.Query()
		next.Set("cursor", ans.next)
		it.header.Set("Link", "<"+q.URL.Path+"?"+next.Encode()+`>; rel="next"`)
	}
	out := &spill{it: it, w: w, r: r}
	err = errors.Join(ans.write(out), out.close())
	switch {
	case err != nil && out.spilled: // half an answer must not look whole
		a.o.Log.Error("answer", "path", r.URL.Path, "err", err)
		panic(http.ErrAbortHandler)
	case err != nil:
		return nil, err
	case out.spilled:
		return nil, nil
	}
	it.body = out.held.Bytes()
	return it, it.compress()
}

// item is an answer that is kept.
type item struct {
	header http.Header
	packed bool
	body   []byte
	gzip   []byte // nil where it would not be shorter
}

func (it *item) compress() error {
	if it.packed || len(it.body) < 1000 {
		return nil
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, 5)
	if err == nil {
		_, err = z.Write(it.body)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return fmt.Errorf("compress answer: %w", err)
	}
	it.gzip = b.Bytes()
	return nil
}

func (it *item) size() int { return len(it.body) + len(it.gzip) + 1000 }

func (it *item) send(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, values := range it.header {
		h[name] = values
	}
	body := it.body
	if it.gzip != nil && acceptsGzip(r) {
		body = it.gzip
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // who has gone needs no answer
	}
}

func acceptsGzip(r *http.Request) bool {
	for part := range strings.SplitSeq(r.Header.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(strings.TrimSpace(part), ";")
		if name == "gzip" || name == "*" {
			return strings.ReplaceAll(q, " ", "") != "q=0"
		}
	}
	return false
}

// spill holds an answer back until it is whole, or too long to be held: then it runs on to the client.
type spill struct {
	it      *item
	w       http.ResponseWriter
	r       *http.Request
	held    bytes.Buffer
	spilled bool
	to      io.Writer
	z       *gzip.Writer
}

func (s *spill) Write(p []byte) (int, error) {
	if !s.spilled && s.held.Len()+len(p) <= mostHeld {
		return s.held.Write(p)
	}
	first := !s.spilled
	if first {
		s.begin()
	}
	// A slow reader may take his time as long as he reads; what has no deadline is a test's recorder.
	_ = http.NewResponseController(s.w).SetWriteDeadline(time.Now().Add(slowest))
	if first {
		if _, err := s.to.Write(s.held.Bytes()); err != nil {
			return 0, err
		}
		s.held = bytes.Buffer{}
	}
	return s.to.Write(p)
}

// slowest is how long a part of a streamed answer may take to be read: 8 MB at a slow line's 100 kB/s.
const slowest = 90 * time.Second

func (s *spill) begin() {
	s.spilled, s.to = true, s.w
	for name, values := range s.it.header {
		s.w.Header()[name] = values
	}
	if s.r.Method == http.MethodHead {
		s.to = io.Discard
	} else if !s.it.packed && acceptsGzip(s.r) {
		s.w.Header().Set("Content-Encoding", "gzip")
		s.z = gzip.NewWriter(s.w)
		s.to = s.z
	}
}

func (s *spill) close() error {
	if s.z == nil {
		return nil
	}
	return s.z.Close()
}

// cache keeps answers of the newest version. Of equal questions that come at once one is answered and the others wait for it.
type cache struct {
	mu    sync.Mutex
	most  int // bytes
	bytes int
	kept  map[string]*kept
}

type kept struct {
	stamp string
	done  chan struct{} // closed when item is there, or nil for good
	item  *item
}

// longestKey bounds questions whose answers are kept, in bytes.
const longestKey = 2000

// find returns an answer that is kept. If there is none the caller makes it and hands it to done, nil if it cannot be kept.
func (c *cache) find(key, stamp string) (*item, func(*item)) {
	if len(key) > longestKey {
		return nil, func(*item) {}
	}
	c.mu.Lock()
	if c.kept == nil {
		c.kept = map[string]*kept{}
	}
	k := c.kept[key]
	if k != nil && k.stamp == stamp {
		c.mu.Unlock()
		<-k.done
		return k.item, func(*item) {}
	}
	if k != nil {
		c.drop(key, k)
	}
	k = &kept{stamp: stamp, done: make(chan struct{})}
	c.kept[key] = k
	c.mu.Unlock()
	var once sync.Once
	return nil, func(it *item) {
		once.Do(func() { c.settle(key, k, it) })
	}
}

// drop forgets an entry. The lock is held.
func (c *cache) drop(key string, k *kept) {
	if c.kept[key] == k {
		delete(c.kept, key)
		if k.item != nil {
			c.bytes -= k.item.size()
		}
	}
}

// settle keeps an answer. When there is no room everything that is not of its version goes, and then everything.
func (c *cache) settle(key string, k *kept, it *item) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(k.done)
	if c.kept[key] != k { // a newer version took its place
		k.item = it
		return
	}
	if it == nil || it.size() > c.most/4 {
		delete(c.kept, key)
		k.item = it
		return
	}
	if c.bytes+it.size() > c.most {
		for name, other := range c.kept {
			if other != k && other.item != nil && (other.stamp != k.stamp || c.bytes+it.size() > c.most) {
				c.drop(name, other)
			}
		}
	}
	k.item = it
	c.bytes += it.size()
}

// document answers with a document that is part of the program.
func (a *api) document(w http.ResponseWriter, r *http.Request, body []byte) {
	hash := fnv.New64a()
	_, _ = hash.Write(body) // never fails
	etag := `"` + strconv.FormatUint(hash.Sum64(), 36) + `"`
	h := w.Header()
	h.Set("ETag", etag)
	h.Set("Cache-Control", "max-age=3600")
	if matches(r.Header.Get("If-None-Match"), etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	it := &item{header: http.Header{"Content-Type": {schema.MediaType("json")}, "Vary": {"Accept-Encoding"}}, body: body}
	if err := it.compress(); err != nil {
		a.fail(w, r, err)
		return
	}
	it.send(w, r)
}
