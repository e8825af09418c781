package live

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/feed/table"
)

// hubInterval is the time between two polls where nothing is configured. AISHub allows one a minute (FORMATS, section 8).
const hubInterval = 2 * time.Minute

// errAnswer is returned for an answer that is no table.
var errAnswer = errors.New("the service's answer is no table")

// poll asks AISHub for its table again and again.
func (s *source) poll(ctx context.Context) {
	every := s.config.Interval
	if every == 0 {
		every = hubInterval
	}
	client := &http.Client{Timeout: time.Minute, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	s.keep(ctx, Pauses{First: max(every, s.o.Service.First), Most: max(every, s.o.Service.Most), Refused: max(every, s.o.Service.Refused)}, func(ctx context.Context) error {
		e := s.newEar(ais.Label{})
		defer e.hang()
		for {
			body, err := s.fetch(ctx, client, every)
			if err == nil {
				err = e.rowsOf(body, every)
			}
			s.count(func(t *SourceStatus) { t.Peers = boolToInt(err == nil) })
			if err != nil {
				return err
			}
			select {
			case <-s.o.Clock.After(every):
			case <-ctx.Done():
				return nil
			}
		}
	})
}

func boolToInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// query is the URL of a poll: the readable form as CSV, packed, with rows not older than the time between two polls and a
// minute.
func (s *source) query(every time.Duration) (string, error) {
	u, err := url.Parse(s.config.URL)
	if err != nil {
		return "", errors.New("read url: one that can be read expected")
	}
	q := u.Query()
	q.Set("username", s.config.Key.Reveal())
	q.Set("format", "1")
	q.Set("output", "csv")
	q.Set("compress", "2")
	q.Set("interval", strconv.Itoa(int(math.Ceil(every.Minutes()))+1))
	for _, b := range s.config.Boxes {
		for name, v := range map[string]float64{"latmin": b.South, "latmax": b.North, "lonmin": b.West, "lonmax": b.East} {
			q.Set(name, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// fetch gets the table.
func (s *source) fetch(ctx context.Context, client *http.Client, every time.Duration) ([]byte, error) {
	address, err := s.query(every)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, errors.New("ask: the url is of no use")
	}
	answer, err := client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("ask: %w", err)
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusTooManyRequests:
		return nil, errRefused
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("ask: status %d", answer.StatusCode)
	}
	body, err := s.unpack(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("read answer: %w", err)
	}
	return body, nil
}

// errTooLarge is returned for a body above the limit.
var errTooLarge = errors.New("larger than the limit")

// unpack reads a body up to the limit, packed or not.
func (s *source) unpack(r io.Reader) ([]byte, error) {
	body, err := s.bounded(r)
	if err != nil || !bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		return body, err
	}
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return s.bounded(z)
}

// bounded reads no more than the limit.
func (s *source) bounded(r io.Reader) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, s.o.Body+1))
	if err == nil && int64(len(body)) > s.o.Body {
		s.count(func(t *SourceStatus) { t.Drops.Size++ })
		return nil, errTooLarge
	}
	return body, err
}

// rowsOf takes in the rows of a table of last known positions. Rows older than the interval are no news, and rows that were
// in the table before are dropped as repeats.
func (e *ear) rowsOf(body []byte, every time.Duration) error {
	e.contact(len(body))
	format := table.Recognise(body)
	if format == nil || body[0] == '{' {
		return refused(body)
	}
	rows := format.NewDecoder(table.Options{Source: e.s.config.ID, Receiver: e.s.config.Receiver})
	oldest := ais.Milli(e.now.Add(-every - 2*time.Minute))
	o := e.s.o.Feed
	o.MaxLine = format.MaxLine()
	feed.CutBytes(body, o, func(line []byte, long bool) { e.row(line, long, rows, oldest) })
	return nil
}

// row takes in one row.
func (e *ear) row(line []byte, long bool, rows *table.Decoder, oldest ais.UnixMilli) {
	s := e.s
	s.hearing.Lock()
	defer s.hearing.Unlock()
	s.line++
	t, known := rows.When(line)
	stale := known && t < oldest
	s.count(func(c *SourceStatus) {
		c.Lines++
		if stale {
			c.Drops.Stale++
		}
	})
	switch at := (ais.At{Line: s.line, Received: ais.Milli(e.now)}); {
	case stale:
	case long:
		e.Reject(ais.Reject{Reason: ais.TooLong, Source: s.config.ID, Number: s.line << 8, Bytes: line})
	default:
		rows.Decode(line, at, e)
	}
	s.wake()
}

// refused is what an answer says that is no table: an object or an array with an error, bare words, or nothing. All of them
// come when one asks too often.
func refused(body []byte) error {
	word := string(bytes.TrimSpace(body))
	var answer []struct {
		Error   bool   `json:"ERROR"`
		Message string `json:"ERROR_MESSAGE"`
	}
	if json.Unmarshal(body, &answer) == nil && len(answer) > 0 {
		word = answer[0].Message
	} else {
		one := []byte("[" + word + "]")
		if json.Unmarshal(one, &answer) == nil && len(answer) == 1 && answer[0].Error {
			word = answer[0].Message
		}
	}
	word = plain(word)
	low := strings.ToLower(word)
	if word == "" || strings.Contains(low, "frequent") || strings.Contains(low, "too many") {
		return fmt.Errorf("%w: the service says %q", errRefused, word)
	}
	return fmt.Errorf("%w: %q", errAnswer, word)
}
