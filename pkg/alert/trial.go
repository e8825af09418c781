package alert

import (
	"context"
	"crypto/subtle"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"path"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/alert/post"
	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/store"
)

// Answer is what a channel said to a test.
type Answer struct {
	Rule, Channel string
	Answer        string
	Err           error
}

// Try sends a message that says that it is a test to each channel of a rule once, without queue. An unknown rule has no
// channels.
func (c *Config) Try(ctx context.Context, rule string, now time.Time) (all []Answer) {
	r, _ := c.Rule(rule)
	m := teller{site: c.Site}.trial(rule, now)
	for _, name := range r.Channels {
		channel, _ := c.channel(name) // Load has seen it
		within, cancel := context.WithTimeout(ctx, sendTimeout)
		said, err := channel.Send(within, m, now)
		cancel()
		all = append(all, Answer{rule, name, said, err})
	}
	return all
}

// Rehearsed is what a rule would have told of an event, had it followed a store from its beginning.
type Rehearsed struct {
	Rule   string
	Change post.Change
	Reason string
	Event  event.Event
}

// Rehearse hands on what every rule would have told, in order, without digests. Nothing is sent.
func (c *Config) Rehearse(ctx context.Context, from Source, take func(Rehearsed)) error {
	state := map[string]*told{}
	for at := int64(0); ; {
		entries, err := from.Changes(ctx, at, store.MaxLimit)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, entry := range entries {
			e, err := entry.Event()
			if err != nil {
				return fmt.Errorf("read event %s: %w", entry.ID, err)
			}
			for i := range c.Rules {
				r := &c.Rules[i]
				key := r.Name + "\n" + e.ID
				change, reason, now := r.judge(state[key], e)
				if change == "" {
					continue
				}
				state[key] = now
				take(Rehearsed{r.Name, change, reason, e})
			}
		}
		at = entries[len(entries)-1].Sequence
	}
}

// Token is what a form must send with a test as "token": a page of another site cannot know it. It holds until the
// process ends.
func (s *Service) Token() string { return s.token }

// between is the least time between two tests over HTTP.
const between = 5 * time.Second

// Handler answers POST …/{rule}, the last part of the path: it sends a test to each channel of the rule and says what
// was answered. Only a form of our own pages may ask, with the Token, and only on this machine's loopback or where allowed
// says so, such as for a request with an API key; it may be nil.
func (s *Service) Handler(allowed func(*http.Request) bool) http.Handler {
	ours := http.NewCrossOriginProtection()
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		r.Body = http.MaxBytesReader(w, r.Body, 4<<10)
		rule := path.Base(r.URL.Path)
		_, known := s.Config.Rule(rule)
		switch {
		case r.Method != http.MethodPost:
			w.Header().Set("Allow", http.MethodPost)
			http.Error(w, "POST expected", http.StatusMethodNotAllowed)
		case !May(r, allowed):
			http.Error(w, "tests are sent on this machine or with an API key only", http.StatusForbidden)
		case subtle.ConstantTimeCompare([]byte(r.PostFormValue("token")), []byte(s.token)) != 1:
			http.Error(w, "this form is too old: load the page again", http.StatusForbidden)
		case !known:
			http.Error(w, "there is no rule of this name", http.StatusNotFound)
		case !s.mayTry():
			w.Header().Set("Retry-After", fmt.Sprint(int(between.Seconds())))
			http.Error(w, "a test was sent a moment ago", http.StatusTooManyRequests)
		default:
			s.show(w, s.Config.Try(r.Context(), rule, s.Now()))
		}
	})
	return ours.Handler(answer)
}

// May tells whether a request may see the rules and test them: it came from this machine, or allowed says so.
func May(r *http.Request, allowed func(*http.Request) bool) bool {
	return allowed != nil && allowed(r) || local(r)
}

func (s *Service) mayTry() bool {
	s.trial.Lock()
	defer s.trial.Unlock()
	now := s.Now()
	if now.Sub(s.last) < between {
		return false
	}
	s.last = now
	return true
}

// show writes what channels answered, with 502 if one of them did not take the test.
func (s *Service) show(w http.ResponseWriter, answers []Answer) {
	var b strings.Builder
	status := http.StatusOK
	for _, a := range answers {
		if a.Err != nil {
			status = http.StatusBadGateway
		}
		fmt.Fprintln(&b, a)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, b.String()) // whoever asked may be gone
}

// String is one line.
func (a Answer) String() string {
	if a.Err != nil {
		return fmt.Sprintf("%s: %s: NOT TAKEN: %s", a.Rule, a.Channel, chart.Plain(a.Err.Error()))
	}
	return fmt.Sprintf("%s: %s: %s", a.Rule, a.Channel, a.Answer)
}

// local tells whether a request came from this machine to a loopback name. A name of another kind may have been pointed at
// us by somebody else's page; behind a proxy everybody comes from this machine.
func local(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	to, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && to.Unmap().IsLoopback()
}
