package web

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/web/gate"
)

// policy is the content security policy of everything but /embed. Tiles of a source that the operator names are the only
// exception to one origin.
func policy(ancestors, tiles string) string {
	if tiles != "" {
		tiles = " " + tiles
	}
	return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:" + tiles + "; connect-src 'self'" + tiles +
		"; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors " + ancestors
}

// Ancestors reads who may frame /embed: origins such as https://example.org, or * for anybody.
func Ancestors(list []string) (string, error) {
	var out []string
	for _, a := range list {
		if a == "*" {
			return "*", nil
		}
		if _, err := origin(a); err != nil {
			return "", fmt.Errorf("frame ancestor %q: expected an origin such as https://example.org, or *", a)
		}
		out = append(out, a)
	}
	if len(out) == 0 {
		return "'none'", nil
	}
	return strings.Join(out, " "), nil
}

// origin is the scheme and host of a URL, fit to stand in a policy.
func origin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.ContainsAny(u.Host, " ;,'\"") || u.User != nil {
		return "", fmt.Errorf("%q: expected a URL such as https://example.org", text)
	}
	return u.Scheme + "://" + u.Host, nil
}

// headers are on every answer.
func headers(next http.Handler, ancestors, tiles string) http.Handler {
	common, framed := policy("'none'", tiles), policy(ancestors, tiles)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", common)
		if r.URL.Path == "/embed" {
			h.Set("Content-Security-Policy", framed)
		}
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// named answers only to names of this machine and to the names given: a page from elsewhere whose own name was made to point
// here asks under that name.
func named(next http.Handler, names []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		host = strings.ToLower(strings.Trim(host, "[]"))
		ip := net.ParseIP(host)
		if host != "localhost" && !(ip != nil && ip.IsLoopback()) && !slices.Contains(names, host) {
			http.Error(w, "this server does not answer to that name: name it with --public-url", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// keyed asks for the key, if there is one: as a bearer token, or as the password of any user, which browsers ask for by
// themselves.
func keyed(next http.Handler, key string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !gate.Authorised(r, key) {
			gate.Challenge(w.Header())
			http.Error(w, "an API key is needed: Authorization: Bearer KEY, or KEY as the password of any user", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// bodyLimit is the most that a request may bring: nothing here takes more than a form.
const bodyLimit = 64 << 10

// answerTimeout is how long an answer may take to be written, streams of changes and large downloads aside, which set their own.
const answerTimeout = 2 * time.Minute

// calm bounds requests, and makes of a panic an answer and a line of the log.
func calm(next http.Handler, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			failed := recover()
			if failed == nil || failed == http.ErrAbortHandler {
				return
			}
			log.Error("answer failed", "path", r.URL.Path, "error", fmt.Sprint(failed), "stack", string(debug.Stack()))
			http.Error(w, "this answer could not be made", http.StatusInternalServerError)
		}()
		r.Body = http.MaxBytesReader(w, r.Body, bodyLimit)
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTimeout)) // what cannot be bounded is a test's recorder
		next.ServeHTTP(w, r)
	})
}
