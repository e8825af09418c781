package live

import (
	"bytes"
	"errors"
	"io"
	"net/url"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/feed/table"
)

// ear hears one sender of a source: parts of messages of two senders do not mix. It is the sink of its decoders.
type ear struct {
	s         *source
	station   ais.Label // where the lines do not tell
	sentences *ais.Decoder
	rows      *table.Decoder
	now       time.Time // when the line at hand came
	used      time.Time // by the source that has many: when it last heard something
}

// newEar begins with a sender. It is left with hang.
func (s *source) newEar(station ais.Label) *ear {
	o := ais.Defaults()
	o.Source, o.Receiver = s.config.ID, s.config.Receiver
	e := &ear{s: s, station: station, sentences: ais.NewDecoder(o)}
	e.rows = table.JSON().NewDecoder(table.Options{Source: s.config.ID, Receiver: s.config.Receiver})
	return e
}

// hang gives up parts of messages that wait for others.
func (e *ear) hang() {
	s := e.s
	s.hearing.Lock()
	defer s.hearing.Unlock()
	e.sentences.Flush(e)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.mu.ears, e)
	s.mu.status.Decoder.Add(e.sentences.Counters())
}

// hear takes in a line. Feed is the time that an envelope around it states, zero without one.
func (e *ear) hear(line []byte, long bool, at ais.UnixMilli) {
	s := e.s
	s.hearing.Lock()
	defer s.hearing.Unlock()
	s.line++
	passes := s.bucket.passes(e.now)
	s.mu.Lock()
	s.mu.status.Lines++
	offset := s.mu.status.Bytes
	if !passes {
		s.mu.status.Drops.Rate++
	}
	s.mu.Unlock()
	if !passes {
		return
	}
	where := ais.At{Offset: offset, Line: s.line, Received: ais.Milli(e.now), Feed: at}
	switch {
	case long:
		e.Reject(ais.Reject{Reason: ais.TooLong, Source: s.config.ID, Offset: offset, Number: s.line << 8, Bytes: line[:min(len(line), s.o.Feed.MaxLine)]})
	case len(line) > 0 && line[0] == '{':
		e.object(line, where)
	default:
		e.sentences.Decode(line, where, e)
	}
	s.wake()
}

// object takes in a line of JSON: a message of AIS-catcher with its sentences, or one that was decoded upstream.
func (e *ear) object(line []byte, at ais.At) {
	if !bytes.Contains(line, []byte(`"nmea"`)) && !bytes.Contains(line, []byte(`"rxtime"`)) && !bytes.Contains(line, []byte(`"rxuxtime"`)) {
		e.rows.Decode(line, at, e)
		return
	}
	c, ok := readCatch(line)
	if !ok {
		e.Reject(ais.Reject{Reason: ais.BadRow, Source: e.s.config.ID, Offset: at.Offset, Number: at.Line << 8, Bytes: line})
		return
	}
	e.caught(c, line, at)
}

// Report takes what a decoder made. A report must not lie far ahead of its receipt.
func (e *ear) Report(r *ais.Report) {
	if r.Station.Empty() {
		r.Station = e.station
	}
	if r.Time > r.Received+ais.UnixMilli(e.s.o.Ahead.Milliseconds()) {
		e.Reject(ais.Reject{Reason: ais.FutureTime, Source: r.Source, Offset: r.Offset, Number: r.Number, Bytes: r.Raw})
		return
	}
	e.s.judge.Report(r)
}

// Reject takes what a decoder refused.
func (e *ear) Reject(r ais.Reject) { e.s.judge.Reject(r) }

// listen cuts what a connection sends into lines, until it ends.
func (e *ear) listen(in io.Reader) error {
	return feed.Cut(&heard{in, e}, e.s.o.Feed, func(line []byte, long bool) { e.hear(line, long, 0) })
}

// heard notes when bytes come, and how many.
type heard struct {
	io.Reader
	e *ear
}

// Read reads and counts. What came before has been decoded when more is asked for.
func (h *heard) Read(p []byte) (int, error) {
	h.e.tally()
	n, err := h.Reader.Read(p)
	if n > 0 {
		h.e.contact(n)
	}
	return n, err
}

// contact notes that something came.
func (e *ear) contact(n int) {
	e.now = e.s.o.Clock.Now()
	s := e.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.status.Bytes += int64(n)
	s.mu.status.LastContact = e.now
}

// tally lets everybody see what the decoder has counted.
func (e *ear) tally() {
	s := e.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mu.ears[e] = e.sentences.Counters()
}

// bare is an error without what may hold a secret: the URL.
func bare(err error) string {
	if err == nil {
		return ""
	}
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return err.Error()
}
