package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// The levels at which answers are compressed while they are made: a page of 100 kB takes a millisecond or two.
const (
	brotliLevel = 5
	gzipLevel   = 5
)

// leastCompressed is the length below which compression gains nothing, bytes.
const leastCompressed = 600

// encodings picks the best coding that a request accepts: br, gzip, or none.
func encodings(accept string) string {
	best, most := "", 0.0
	for part := range strings.SplitSeq(accept, ",") {
		name, weight := weighed(part)
		if name == "*" {
			name = "gzip"
		}
		if (name == "br" || name == "gzip") && (weight > most || weight == most && weight > 0 && name == "br") {
			best, most = name, weight
		}
	}
	return best
}

// weighed reads a coding with its weight, 1 where there is none.
func weighed(part string) (name string, weight float64) {
	name, parameters, _ := strings.Cut(part, ";")
	weight = 1
	if q, there := strings.CutPrefix(strings.TrimSpace(parameters), "q="); there {
		weight, _ = strconv.ParseFloat(strings.TrimSpace(q), 64)
	}
	return strings.ToLower(strings.TrimSpace(name)), weight
}

// compressed makes text smaller on its way. What is compressed already, or a stream of changes, goes as it is.
func compressed(next http.Handler) http.Handler {
	pools := map[string]*sync.Pool{
		"br":   {New: func() any { return brotli.NewWriterLevel(nil, brotliLevel) }},
		"gzip": {New: func() any { w, _ := gzip.NewWriterLevel(nil, gzipLevel); return w }}, // the level is one
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		coding := encodings(r.Header.Get("Accept-Encoding"))
		c := &smaller{ResponseWriter: w, coding: coding, pool: pools[coding], head: r.Method == http.MethodHead}
		defer c.close()
		next.ServeHTTP(c, r)
	})
}

// encoder is what brotli and gzip have in common.
type encoder interface {
	io.WriteCloser
	Reset(io.Writer)
	Flush() error
}

// smaller is an answer that may be compressed. It is decided with the first bytes.
type smaller struct {
	http.ResponseWriter
	coding  string
	pool    *sync.Pool
	head    bool
	status  int
	decided bool
	to      encoder // nil: as it is
}

// WriteHeader implements http.ResponseWriter; the status is kept until it is decided.
func (c *smaller) WriteHeader(status int) {
	if c.status == 0 {
		c.status = status
	}
	if status < 200 || status == http.StatusNoContent || status == http.StatusNotModified {
		c.decide(0)
	}
}

// Write implements http.ResponseWriter.
func (c *smaller) Write(b []byte) (int, error) {
	if !c.decided {
		if c.Header().Get("Content-Type") == "" {
			c.Header().Set("Content-Type", http.DetectContentType(b))
		}
		c.decide(len(b))
	}
	if c.to != nil {
		return c.to.Write(b)
	}
	return c.ResponseWriter.Write(b)
}

// decide sends the head.
func (c *smaller) decide(length int) {
	if c.decided {
		return
	}
	c.decided = true
	h := c.Header()
	if text(h.Get("Content-Type")) && h.Get("Content-Encoding") == "" {
		h.Add("Vary", "Accept-Encoding")
		if c.coding != "" && !c.head && length >= leastCompressed {
			c.to = c.pool.Get().(encoder)
			c.to.Reset(c.ResponseWriter)
			h.Set("Content-Encoding", c.coding)
			h.Del("Content-Length")
			if tag := h.Get("ETag"); tag != "" && !strings.HasPrefix(tag, "W/") {
				h.Set("ETag", "W/"+tag) // the bytes are others, the content is the same
			}
		}
	}
	if c.status == 0 {
		c.status = http.StatusOK
	}
	c.ResponseWriter.WriteHeader(c.status)
}

// text tells which answers compression is good for.
func text(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	switch kind = strings.TrimSpace(kind); {
	case kind == "text/event-stream":
		return false
	case strings.HasPrefix(kind, "text/"), strings.HasSuffix(kind, "+json"), strings.HasSuffix(kind, "+xml"), strings.HasSuffix(kind, "json"), strings.HasSuffix(kind, "/javascript"), strings.HasSuffix(kind, "/xml"):
		return true
	}
	return false
}

// Flush sends what there is, for answers that are made as they go.
func (c *smaller) Flush() {
	c.decide(0)
	if c.to != nil {
		_ = c.to.Flush() // the next write tells
	}
	_ = http.NewResponseController(c.ResponseWriter).Flush()
}

// Unwrap lets http.ResponseController find the connection.
func (c *smaller) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *smaller) close() {
	if c.to == nil {
		if c.status != 0 {
			c.decide(0)
		}
		return
	}
	_ = c.to.Close() // the reader has gone
	c.pool.Put(c.to)
}
