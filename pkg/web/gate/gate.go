package gate

import (
	"crypto/sha256"
	"crypto/subtle"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Authorised tells whether a request carries the key: as Authorization: Bearer, or as the password of HTTP's Basic scheme, which a
// browser asks its user for. An empty key lets everybody in. The time it takes says nothing about the key.
func Authorised(r *http.Request, key string) bool {
	if key == "" {
		return true
	}
	scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if _, password, basic := r.BasicAuth(); basic {
		given = password
	} else if !strings.EqualFold(scheme, "Bearer") {
		given = ""
	}
	a, b := sha256.Sum256([]byte(strings.TrimSpace(given))), sha256.Sum256([]byte(key))
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

// Challenge asks for the key: it belongs to an answer 401.
func Challenge(h http.Header) {
	h.Add("WWW-Authenticate", `Bearer realm="darkwake"`)
	h.Add("WWW-Authenticate", `Basic realm="darkwake", charset="UTF-8"`)
}

// Limits bound how often a client may ask.
type Limits struct {
	PerSecond float64 // requests, on average; 0 or less sets no limit
	Burst     int     // requests at once, at least 1
	Clients   int     // that are remembered, at least 1
}

// Defaults are enough for a page that loads everything it has, again and again, and too few to take a copy of the sea every second.
func Defaults() Limits { return Limits{PerSecond: 50, Burst: 200, Clients: 10_000} }

// Limiter counts requests, client by client.
type Limiter struct {
	limits Limits
	mu     sync.Mutex
	known  map[string]*rate.Limiter
}

// NewLimiter returns a limiter.
func NewLimiter(l Limits) *Limiter {
	l.Burst, l.Clients = max(1, l.Burst), max(1, l.Clients)
	return &Limiter{limits: l, known: map[string]*rate.Limiter{}}
}

// Left is what a client has left after a request.
type Left struct {
	Allowed   bool
	Unlimited bool
	Limit     int           // the burst
	Remaining int           // of it
	Full      time.Duration // until all of it is there again
	Wait      time.Duration // until the next request is allowed; zero if it is now
	Policy    string
}

// Take counts a request of a client at a time.
func (l *Limiter) Take(client string, now time.Time) Left {
	if l.limits.PerSecond <= 0 {
		return Left{Allowed: true, Unlimited: true}
	}
	c := l.client(client, now)
	out := Left{Allowed: c.AllowN(now, 1), Limit: l.limits.Burst}
	tokens := max(0, c.TokensAt(now))
	out.Remaining = int(tokens)
	out.Full = seconds((float64(l.limits.Burst) - tokens) / l.limits.PerSecond)
	if tokens < 1 {
		out.Wait = seconds((1 - tokens) / l.limits.PerSecond)
	}
	window := int(math.Ceil(float64(l.limits.Burst) / l.limits.PerSecond))
	out.Policy = strconv.Itoa(l.limits.Burst) + ";w=" + strconv.Itoa(window)
	return out
}

// GiveBack uncounts a request of a client, such as a try that proved right where only wrong ones are to count.
func (l *Limiter) GiveBack(client string, now time.Time) {
	if l.limits.PerSecond > 0 {
		l.client(client, now).AllowN(now, -1) // the burst bounds what comes of it
	}
}

func seconds(x float64) time.Duration { return time.Duration(x * float64(time.Second)) }

func (l *Limiter) client(name string, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.known[name]; c != nil {
		return c
	}
	if len(l.known) >= l.limits.Clients {
		l.forget(now)
	}
	c := rate.NewLimiter(rate.Limit(l.limits.PerSecond), l.limits.Burst)
	l.known[name] = c
	return c
}

// forget drops those who have been quiet long enough to have everything again, and if nobody has, a tenth of all: a flood of new
// names must not fill the memory.
func (l *Limiter) forget(now time.Time) {
	for name, c := range l.known {
		if c.TokensAt(now) >= float64(l.limits.Burst) {
			delete(l.known, name)
		}
	}
	most := l.limits.Clients - l.limits.Clients/10 - 1
	for name := range l.known {
		if len(l.known) <= most {
			break
		}
		delete(l.known, name)
	}
}

// Set tells a client what is left, in RateLimit headers (draft-ietf-httpapi-ratelimit-headers, version 7 and before), and when to
// come again if nothing is.
func (l Left) Set(h http.Header) {
	if l.Unlimited {
		return
	}
	whole := func(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
	h.Set("RateLimit-Limit", strconv.Itoa(l.Limit))
	h.Set("RateLimit-Remaining", strconv.Itoa(l.Remaining))
	h.Set("RateLimit-Reset", whole(l.Full))
	h.Set("RateLimit-Policy", l.Policy)
	if !l.Allowed {
		h.Set("Retry-After", whole(max(l.Wait, time.Second)))
	}
}

// Client names who asks: his address, of IPv6 the network of 64 bits, which is one household's.
func Client(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	address, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	if address = address.Unmap().WithZone(""); address.Is6() {
		prefix, _ := address.Prefix(64) // 64 bits are valid
		return prefix.String()
	}
	return address.String()
}
