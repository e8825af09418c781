package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/extract"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// What a stream says.
const (
	saysChange   = "change"   // an Event: a version that was put; the id is the number of the change
	saysEstimate = "estimate" // the newest day's row of the headline, of a new vintage
	saysStatus   = "status"   // a Status: as the stream begins, and when sources or documents changed
	saysReset    = "reset"    // too much was missed: load everything anew
)

// mostMissed is how many changes are sent again to who comes back. Who missed more loads everything anew.
const mostMissed = 2000

// writeWithin is how long a client may take to read one message, else he is left: nothing is stored for him.
const writeWithin = 10 * time.Second

// stream answers with server-sent events until the client leaves.
func (a *api) stream(w http.ResponseWriter, r *http.Request) {
	select {
	case a.streams <- struct{}{}:
		defer func() { <-a.streams }()
	default:
		tell(w, problem{Status: http.StatusServiceUnavailable, Detail: fmt.Sprintf("%d streams are open, the most at once", cap(a.streams))})
		return
	}
	v, err := a.model.Version(r.Context())
	if err != nil {
		a.fail(w, r, err)
		return
	}
	last, err := lastSeen(r, v.Meta.Sequence)
	if err != nil {
		a.fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold messages back
	if r.Method == http.MethodHead {
		return
	}
	s := &sender{api: a, w: w, to: http.NewResponseController(w), last: last}
	if err := s.run(r.Context()); err != nil && r.Context().Err() == nil {
		a.o.Log.Debug("stream", "err", err)
	}
}

// lastSeen is the change after which a stream goes on: that which the client names, else the newest.
func lastSeen(r *http.Request, newest int64) (int64, error) {
	given := r.Header.Get("Last-Event-ID")
	if given == "" {
		given = r.URL.Query().Get("after")
	}
	if given == "" {
		return newest, nil
	}
	n, err := strconv.ParseInt(given, 10, 64)
	if err != nil || n < 0 {
		return 0, problem{Status: http.StatusBadRequest, Detail: fmt.Sprintf("Last-Event-ID %q: expected the id of a message of this stream", clip(given))}
	}
	return n, nil
}

// sender is one client's stream. It has no buffer of its own: what he has not read he can ask for again.
type sender struct {
	api  *api
	w    http.ResponseWriter
	to   *http.ResponseController
	last int64 // the newest change that was sent

	said    model.Version
	started bool
}

func (s *sender) run(ctx context.Context) error {
	woken, stop := s.api.model.Subscribe()
	defer stop()
	if err := s.write("retry: 3000\n\n"); err != nil {
		return err
	}
	beat := time.NewTicker(max(s.api.o.Heartbeat, 10*time.Millisecond))
	defer beat.Stop()
	for {
		if err := s.catchUp(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-woken:
		case <-beat.C:
			if err := s.write(": beat\n\n"); err != nil {
				return err
			}
		}
	}
}

// catchUp sends what has happened since.
func (s *sender) catchUp(ctx context.Context) error {
	v, err := s.api.model.Version(ctx)
	if err != nil {
		return err
	}
	newest := v.Meta.Sequence
	if s.last > newest || newest-s.last > mostMissed { // another store, or too much
		s.last = max(0, newest-1) // the newest is told: who only listens for changes loads, too
		if err := s.say(saysReset, s.last, struct {
			Sequence int64 `json:"sequence"`
		}{newest}); err != nil {
			return err
		}
	}
	for s.last < newest {
		changes, err := s.api.model.Changes(ctx, s.last, 100)
		if err != nil {
			return err
		}
		if len(changes) == 0 {
			s.last = newest // versions that were said again by another owner since
		}
		for _, c := range changes {
			if err := s.change(c); err != nil {
				return err
			}
		}
	}
	if s.started && v.Tag() == s.said.Tag() {
		return nil
	}
	if err := s.rest(ctx, v); err != nil {
		return err
	}
	s.said, s.started = v, true
	return nil
}

func (s *sender) change(c store.Entry) error {
	e, err := c.Event()
	if err != nil {
		return err
	}
	s.last = c.Sequence
	return s.say(saysChange, c.Sequence, brief(e))
}

// rest sends a new vintage's headline, and how everything stands, where they are new.
func (s *sender) rest(ctx context.Context, v model.Version) error {
	if s.started && !v.Meta.AsOf.Equal(s.said.Meta.AsOf) {
		r, err := s.api.model.Record(ctx)
		if err != nil && !errors.Is(err, model.ErrNothing) {
			return err
		}
		if err == nil {
			day, _ := r.Newest() // it has one
			if err := s.say(saysEstimate, 0, extract.Days(r, estimate.Lifted, record.Span{From: day, To: day})[0]); err != nil {
				return err
			}
		}
	}
	status, err := s.api.model.Status(ctx)
	if err != nil {
		return err
	}
	return s.say(saysStatus, 0, status)
}

// say sends a message. Only changes have an id: it is where a client goes on.
func (s *sender) say(what string, id int64, value any) error {
	body, err := json.Marshal(value) // of one line
	if err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	head := "event: " + what + "\n"
	if id > 0 {
		head += "id: " + strconv.FormatInt(id, 10) + "\n"
	}
	return s.write(head + "data: " + string(body) + "\n\n")
}

func (s *sender) write(text string) error {
	if err := s.to.SetWriteDeadline(time.Now().Add(writeWithin)); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	if err := s.to.Flush(); err != nil {
		return fmt.Errorf("write message: %w", err)
	}
	return nil
}
