package ops

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Check is one thing without which a program cannot do its work. Run returns nil while it is fine; it is called for every
// question about readiness, several at once, and is given up after checkTimeout.
type Check struct {
	Name string
	Run  func(context.Context) error
}

// checkTimeout is how long a check may take: less than the second that Kubernetes waits, with room for the answer.
const checkTimeout = 800 * time.Millisecond

// Gate is a check that somebody opens when a thing is done, such as restoring the state, and may shut again.
type Gate struct {
	name, until string
	open        atomic.Bool
	holds       atomic.Int32
}

// NewGate is shut; until says what is waited for.
func NewGate(name, until string) *Gate { return &Gate{name: name, until: until} }

// Open makes the check pass.
func (g *Gate) Open() { g.open.Store(true) }

// Shut makes it fail again, as while the program stops.
func (g *Gate) Shut() { g.open.Store(false) }

// Hold makes the check fail, even while the gate is open, until release is called: once, however many hold it.
func (g *Gate) Hold() (release func()) {
	g.holds.Add(1)
	return func() { g.holds.Add(-1) }
}

// Check is the gate as a check.
func (g *Gate) Check() Check {
	return Check{g.name, func(context.Context) error {
		switch {
		case !g.open.Load():
			return errors.New(g.until)
		case g.holds.Load() > 0:
			return errors.New("state is being restored")
		}
		return nil
	}}
}

// verdict is what became of a check.
type verdict struct {
	name string
	err  error
}

// judge runs all checks at once. One that does not answer in time has failed.
func judge(ctx context.Context, checks []Check) []verdict {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	all := make([]verdict, len(checks))
	var group sync.WaitGroup
	for i, c := range checks {
		group.Go(func() {
			answer := make(chan error, 1)
			go func() { answer <- c.Run(ctx) }()
			all[i].name = c.Name
			select {
			case all[i].err = <-answer:
			case <-ctx.Done():
				all[i].err = fmt.Errorf("no answer within %v", checkTimeout)
			}
		})
	}
	group.Wait()
	return all
}

// ProbeURL is where a program that listens on an admin address, as --admin has it, answers. An address for all interfaces
// is asked on loopback.
func ProbeURL(admin, path string) (string, error) {
	host, port, err := net.SplitHostPort(admin)
	if err != nil || port == "" {
		return "", fmt.Errorf("admin address %q: expected host:port", admin)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return (&url.URL{Scheme: "http", Host: net.JoinHostPort(host, port), Path: path}).String(), nil
}

// Probe asks a program whether it is well, for a healthcheck verb. The error is one line with what the program says is
// wrong, or that nobody answers.
func Probe(ctx context.Context, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return fmt.Errorf("ask %s: expected an http URL", url)
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request) // no proxy: it is this machine, or near
	if err != nil {
		var op *net.OpError
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return fmt.Errorf("ask %s: no answer in time", url)
		case errors.As(err, &op):
			return fmt.Errorf("ask %s: %w", url, op.Err)
		}
		return fmt.Errorf("ask %s: %w", url, err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if err != nil {
		return fmt.Errorf("ask %s: %w", url, err)
	}
	if answer.StatusCode == http.StatusOK {
		return nil
	}
	var failed []string
	for line := range strings.Lines(string(body)) {
		if what, ok := strings.CutPrefix(strings.TrimSpace(line), "[-] "); ok {
			failed = append(failed, what)
		}
	}
	if len(failed) == 0 {
		return fmt.Errorf("ask %s: %s", url, answer.Status)
	}
	return fmt.Errorf("not ready: %s", strings.Join(failed, "; "))
}
