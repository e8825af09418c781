package ops

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// The admin ports unless told otherwise: the programs run beside each other on one machine.
const (
	IngestAddress = "127.0.0.1:9464"
	DetectAddress = "127.0.0.1:9465"
	ServeAddress  = "127.0.0.1:9466" // of detect serve, beside detect run
)

// Options are what the admin port tells.
type Options struct {
	Address  string // host:port; port 0 takes a free one
	Build    Build
	Registry *prometheus.Registry
	Checks   []Check
	Pprof    bool // serve /debug/pprof, which shows memory and stops the world
}

// Server is an admin port that listens.
type Server struct {
	listener net.Listener
	http     http.Server
}

// Listen takes the address. One that is in use, or is none, is one clear line.
func Listen(ctx context.Context, o Options) (*Server, error) {
	if _, port, err := net.SplitHostPort(o.Address); err != nil || port == "" {
		return nil, fmt.Errorf("admin address %q: expected host:port, such as %s", o.Address, IngestAddress)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", o.Address)
	var op *net.OpError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &taken{o.Address}
	case errors.As(err, &op):
		return nil, fmt.Errorf("admin address %s: %w", o.Address, op.Err)
	case err != nil:
		return nil, fmt.Errorf("admin address %s: %w", o.Address, err)
	}
	return &Server{listener: l, http: http.Server{Handler: Handler(o), ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 2 * time.Minute,
		WriteTimeout: time.Minute, MaxHeaderBytes: 16 << 10}}, nil // a profile takes 30 s
}

// taken is an address that another program has: syscall.EADDRINUSE.
type taken struct{ address string }

func (t *taken) Error() string {
	return "admin address " + t.address + ": in use by another program: expected a free port"
}

// Unwrap lets a caller who can do without tell.
func (t *taken) Unwrap() error { return syscall.EADDRINUSE }

// Address is where the server listens.
func (s *Server) Address() string { return s.listener.Addr().String() }

// shutdownTimeout is how long answers under way may take when the server stops.
const shutdownTimeout = 3 * time.Second

// Run answers until the context ends, then finishes what it is answering.
func (s *Server) Run(ctx context.Context) error {
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		err := s.http.Shutdown(late)
		if errors.Is(err, context.DeadlineExceeded) {
			err = s.http.Close()
		}
		stopped <- err
	})
	err := s.http.Serve(s.listener)
	if stop() { // nobody asked it to end
		return fmt.Errorf("serve admin port: %w", err)
	}
	return <-stopped
}

// Start serves in the background until it is stopped, which waits for the answers under way, and returns the address that it
// took: for port 0 a free one. Without an address there is no admin port.
func Start(ctx context.Context, o Options) (address string, stop func() error, err error) {
	if o.Address == "" {
		return "", func() error { return nil }, nil
	}
	s, err := Listen(ctx, o)
	if err != nil {
		return "", nil, err
	}
	// It answers while the program stops, too: whoever asks is to hear that it is not ready.
	running, end := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- s.Run(running) }()
	return s.Address(), func() error {
		end()
		return <-ended
	}, nil
}

// Handler answers what the admin port answers.
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { text(w, http.StatusOK, "ok\n") })
	ready := func(w http.ResponseWriter, r *http.Request) {
		status, body := readiness(r.Context(), o.Checks, r.URL.Query().Has("verbose"))
		text(w, status, body)
	}
	mux.HandleFunc("GET /readyz", ready)
	mux.HandleFunc("GET /healthz", ready)
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(o.Build) // the reader has gone
	})
	mux.Handle("GET /metrics", promhttp.HandlerFor(o.Registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4, Timeout: 10 * time.Second, EnableOpenMetrics: true}))
	if o.Pprof {
		mux.HandleFunc("GET /debug/pprof/", pprof.Index)
		mux.HandleFunc("GET /debug/pprof/cmdline", pprof.Cmdline)
		mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
		mux.HandleFunc("GET /debug/pprof/symbol", pprof.Symbol)
		mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	}
	return mux
}

// readiness is 200 when all checks pass and else 503, with a line for each that failed, or for all if asked.
func readiness(ctx context.Context, checks []Check, verbose bool) (status int, body string) {
	var b strings.Builder
	status = http.StatusOK
	for _, v := range judge(ctx, checks) {
		switch {
		case v.err != nil:
			status = http.StatusServiceUnavailable
			fmt.Fprintf(&b, "[-] %s: %s\n", v.name, strings.Join(strings.Fields(v.err.Error()), " "))
		case verbose:
			fmt.Fprintf(&b, "[+] %s\n", v.name)
		}
	}
	if status == http.StatusOK {
		b.WriteString("ready\n")
	} else {
		b.WriteString("not ready\n")
	}
	return status, b.String()
}

func text(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // the reader has gone
}
