package triage

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/secret"
	"github.com/darkwake/darkwake/pkg/web/gate"
)

// SessionFor is how long somebody stays known after he came in.
const SessionFor = 12 * time.Hour

// A minute has ten wrong keys at most from one address: a burst of five, and one more every twelve seconds.
const (
	burst     = 5
	perSecond = 5.0 / 60
)

// mostSessions bounds the memory that sessions take; the one that ends first makes room.
const mostSessions = 2000

// What Enter and Check return, and callers tell apart.
var (
	ErrWrongKey = errors.New("no reviewer has this key")
	ErrTooMany  = errors.New("too many tries from this address")
	ErrForeign  = errors.New("the form came from another site, or over http, where browsers do not say: expected this site, over https or on this machine")
	ErrStale    = errors.New("the form is too old")
)

// Session is somebody who came in.
type Session struct {
	Reviewer string
	Token    string // that his forms carry
	ends     time.Time
}

// Options are what a desk is made of.
type Options struct {
	Reviewers string           // path of the file of reviewers
	Reviews   string           // path of the log
	Public    string           // URL of the site; where it is https, so is the cookie
	Now       func() time.Time // nil is the clock
	Log       *slog.Logger     // of who came in, and who did not; nil: of nobody
}

// Desk is where reviewers come in, and the log in which they write. It is safe for concurrent use.
type Desk struct {
	*Log
	people *Reviewers
	secure bool
	now    func() time.Time
	told   *slog.Logger
	token  string // of the form by which one comes in
	tries  *gate.Limiter
	site   *http.CrossOriginProtection

	mu       sync.Mutex
	sessions map[[sha256.Size]byte]Session // by the hash of what the cookie says
}

// OpenDesk reads the reviewers, whose key files lie beside their own file unless they say otherwise, and opens the log.
func OpenDesk(o Options) (*Desk, error) {
	text, err := os.ReadFile(o.Reviewers)
	if err != nil {
		return nil, fmt.Errorf("read reviewers: %w", err)
	}
	people, err := Load(bytes.NewReader(text), func(path string) (secret.Value, error) {
		if !filepath.IsAbs(path) {
			path = filepath.Join(filepath.Dir(o.Reviewers), path)
		}
		return secret.Read(path)
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", o.Reviewers, err)
	}
	log, err := Open(o.Reviews)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if log.Cut > 0 {
		o.Log.Warn("a torn last line of the reviews was cut off: nobody was told that it stands", "reviews", o.Reviews, "bytes", log.Cut)
	}
	return &Desk{Log: log, people: people, told: o.Log, secure: strings.HasPrefix(strings.ToLower(o.Public), "https://"), now: o.Now, token: random(), site: http.NewCrossOriginProtection(),
		tries: gate.NewLimiter(gate.Limits{PerSecond: perSecond, Burst: burst, Clients: gate.Defaults().Clients}), sessions: map[[sha256.Size]byte]Session{}}, nil
}

// random is 256 bits as text.
func random() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: the program ends instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// Token is what the form by which one comes in must carry.
func (d *Desk) Token() string { return d.token }

// Now is the time by the desk's clock.
func (d *Desk) Now() time.Time { return d.now() }

// Check tells whether a form that changes something is one of our own: not sent by a page of another site, and with the token.
func (d *Desk) Check(r *http.Request, token string) error {
	switch {
	case d.site.Check(r) != nil:
		return ErrForeign
	case subtle.ConstantTimeCompare([]byte(r.PostFormValue("token")), []byte(token)) != 1:
		return ErrStale
	}
	return nil
}

// cookie is the name of the cookie. Browsers hold one whose name begins so to the very host, to https and to all paths.
func (d *Desk) cookie() string {
	if d.secure {
		return "__Host-darkwake"
	}
	return "darkwake"
}

func (d *Desk) set(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: d.cookie(), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: d.secure, SameSite: http.SameSiteStrictMode})
}

// Session is who asks, if he came in.
func (d *Desk) Session(r *http.Request) (Session, bool) {
	c, err := r.Cookie(d.cookie())
	if err != nil {
		return Session{}, false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	s, there := d.sessions[sha256.Sum256([]byte(c.Value))]
	return s, there && d.now().Before(s.ends)
}

// Enter lets in whoever sends a reviewer's key with the form, and gives him a cookie. Who sends wrong keys too often is told when to
// come again, whatever he sends.
func (d *Desk) Enter(w http.ResponseWriter, r *http.Request) error {
	if err := d.Check(r, d.token); err != nil {
		return err
	}
	from := gate.Client(r)
	if left := d.tries.Take(from, d.now()); !left.Allowed {
		left.Set(w.Header())
		return ErrTooMany
	}
	name, known := d.people.Find(r.PostFormValue("key"))
	if !known {
		d.told.Warn("no reviewer has the key that was tried", "address", from)
		return ErrWrongKey
	}
	d.tries.GiveBack(from, d.now())
	d.told.Info("reviewer came in", "reviewer", name, "address", from)
	d.forget(r)
	value := random()
	d.keep(sha256.Sum256([]byte(value)), Session{Reviewer: name, Token: random(), ends: d.now().Add(SessionFor)})
	d.set(w, value, int(SessionFor.Seconds()))
	return nil
}

// keep adds a session. Where there are too many, the ones that end first make room.
func (d *Desk) keep(key [sha256.Size]byte, s Session) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.sessions) >= mostSessions {
		var first [sha256.Size]byte
		var ends time.Time
		for k, other := range d.sessions {
			if ends.IsZero() || other.ends.Before(ends) {
				first, ends = k, other.ends
			}
		}
		delete(d.sessions, first)
	}
	d.sessions[key] = s
}

// Leave ends the session of a request and takes its cookie back.
func (d *Desk) Leave(w http.ResponseWriter, r *http.Request) {
	d.forget(r)
	d.set(w, "", -1)
}

func (d *Desk) forget(r *http.Request) {
	if c, err := r.Cookie(d.cookie()); err == nil {
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.sessions, sha256.Sum256([]byte(c.Value)))
	}
}
