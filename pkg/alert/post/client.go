package post

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/secret"
)

// ErrPrivate is returned for an address that is not public: of this machine, of a network of one's own, or reserved.
var ErrPrivate = errors.New("not a public address: allow_private lets messages go there")

// Failure is an answer that says that a message was not taken.
type Failure struct {
	Status string
	After  time.Duration // not to be tried again before; zero where the answer does not say
}

// Error tells what was answered.
func (f *Failure) Error() string { return "answered " + f.Status }

// reserved are the networks of IANA's special-purpose registries (RFC 6890 and its successors) that are not reachable from
// everywhere, and those that lead on to an IPv4 address that the guard would not see: NAT64, 6to4, Teredo.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"), netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"), netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"), netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("5f00::/16"), netip.MustParsePrefix("fec0::/10"), netip.MustParsePrefix("::/96"),
}

// Public tells whether an address can be reached from everywhere.
func Public(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	if !a.IsValid() || a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified() {
		return false
	}
	return !slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(a) })
}

// guard refuses to connect to an address that is not public. It is called with the address that is connected to.
func guard(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrPrivate, address)
	}
	if !Public(to.Addr()) {
		return fmt.Errorf("%s: %w", to.Addr(), ErrPrivate)
	}
	return nil
}

// Target is where messages are posted to.
type Target struct {
	URL     secret.Value   // it is the key to most services
	Private bool           // addresses that are not public are allowed, and http without TLS
	Roots   *x509.CertPool // nil means the system's
}

// Check reports what is wrong with a target, without its URL.
func (t Target) Check() error {
	u, err := url.Parse(t.URL.Reveal())
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("url: an address such as https://example.org/hook expected")
	}
	if u.User != nil {
		return errors.New("url: user and password do not belong in it")
	}
	if t.Private {
		return nil
	}
	if u.Scheme == "http" {
		return errors.New("url: https expected (http only with allow_private)")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil && !Public(a) || strings.EqualFold(u.Hostname(), "localhost") {
		return fmt.Errorf("url: %w", ErrPrivate)
	}
	return nil
}

// client makes the HTTP client of a target.
func (t Target) client() *http.Client {
	dialer := &net.Dialer{Timeout: 10 * time.Second}
	if !t.Private {
		dialer.Control = guard
	}
	return &http.Client{
		Timeout:       20 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{DialContext: dialer.DialContext, TLSHandshakeTimeout: 10 * time.Second, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 1,
			IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 64 << 10, TLSClientConfig: &tls.Config{RootCAs: t.Roots, MinVersion: tls.VersionTLS12}},
	}
}

// maxAnswer is how much of an answer is read, and maxShown how much of it is told.
const (
	maxAnswer = 4 << 10
	maxShown  = 200
)

// post sends a body and tells what was answered. Neither answer nor error holds the URL.
func (t Target) post(ctx context.Context, client *http.Client, body []byte, header http.Header) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, t.URL.Reveal(), bytes.NewReader(body))
	if err != nil {
		return "", errors.New("make request: bad URL")
	}
	r.Header = header
	r.Header.Set("User-Agent", "darkwake")
	resp, err := client.Do(r)
	if err != nil {
		var about *url.Error // which would tell the URL
		if errors.As(err, &about) {
			err = about.Err
		}
		return "", fmt.Errorf("post: %w", err)
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	answer := resp.Status
	if text := t.hide(string(bytes.TrimSpace(said))); text != "" {
		answer += ": " + shorten(chart.Plain(text))
	}
	switch {
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		return "", &Failure{Status: resp.Status + ", a redirect, which is not followed"}
	case resp.StatusCode < 200 || resp.StatusCode > 299:
		return "", &Failure{Status: answer, After: after(resp.Header)}
	}
	return answer, nil
}

// hide takes the URL and its parts out of a text: in some services the path is the key, in some a parameter.
func (t Target) hide(text string) string {
	secrets := []string{t.URL.Reveal()}
	if u, err := url.Parse(t.URL.Reveal()); err == nil {
		secrets = append(secrets, u.RequestURI())
		for part := range strings.SplitSeq(u.Path, "/") {
			secrets = append(secrets, part, strings.TrimPrefix(part, "bot"))
		}
		for _, values := range u.Query() {
			secrets = append(secrets, values...)
		}
	}
	for _, s := range secrets {
		if len(s) >= 8 { // shorter ones are words
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	return text
}

func shorten(s string) string {
	if len(s) > maxShown {
		return strings.ToValidUTF8(s[:maxShown], "") + "…"
	}
	return s
}

// after reads Retry-After in seconds, at most an hour of it.
func after(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(strings.TrimSpace(h.Get("Retry-After")))
	if err != nil || seconds < 0 {
		return 0
	}
	return min(time.Duration(min(seconds, 86400))*time.Second, time.Hour)
}
