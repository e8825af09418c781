package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Address is where the page is served unless told otherwise: this machine alone.
const Address = "127.0.0.1:8080"

// Server serves pages and API.
type Server struct {
	listener net.Listener
	http     http.Server
	end      context.CancelFunc // ends the answers that would go on for ever
}

// Loopback tells whether an address is this machine's own and nobody else's. It must be host:port, and the host a number or
// localhost: any other name may come to mean something else.
func Loopback(address string) (bool, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil || port == "" {
		return false, fmt.Errorf("address %q: expected host:port, such as %s", address, Address)
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback(), nil
}

// Listen takes the address. One that is in use, is none, or can be reached from elsewhere while there is no key, is one clear
// line.
func Listen(ctx context.Context, address string, keyed bool, handler http.Handler) (*Server, error) {
	switch own, err := Loopback(address); {
	case err != nil:
		return nil, err
	case !own && !keyed:
		return nil, fmt.Errorf("address %q: others could reach it: expected an address of this machine, such as %s, or an API key", address, Address)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	var op *net.OpError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &taken{address}
	case errors.As(err, &op):
		return nil, fmt.Errorf("address %s: %w", address, op.Err)
	case err != nil:
		return nil, fmt.Errorf("address %s: %w", address, err)
	}
	base, end := context.WithCancel(context.WithoutCancel(ctx))
	return &Server{listener: l, end: end, http: http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 32 << 10, BaseContext: func(net.Listener) context.Context { return base }}}, nil
}

// Address is where the server listens.
func (s *Server) Address() string { return s.listener.Addr().String() }

// URL is where to look.
func (s *Server) URL() string {
	host, port, err := net.SplitHostPort(s.Address())
	if ip := net.ParseIP(host); err == nil && ip != nil && ip.IsUnspecified() {
		return "http://localhost:" + port + "/"
	}
	return "http://" + s.Address() + "/"
}

// Close lets go of the address of a server that is not to run, or has ended.
func (s *Server) Close() error {
	s.end()
	if err := s.listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// shutdownTimeout is how long answers under way may take when the server stops.
const shutdownTimeout = 3 * time.Second

// Run answers until the context ends, then finishes what it is answering; streams of changes end at once. What is to go on
// beside it is given that context and waited for.
func (s *Server) Run(ctx context.Context, beside func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- beside(ctx) }()
	err := s.answer(ctx)
	cancel()
	return errors.Join(err, <-ended)
}

func (s *Server) answer(ctx context.Context) error {
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		s.end()
		late, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
		defer cancel()
		err := s.http.Shutdown(late)
		if errors.Is(err, context.DeadlineExceeded) {
			err = s.http.Close()
		}
		stopped <- err
	})
	defer s.end()
	err := s.http.Serve(s.listener)
	if stop() { // nobody asked it to end
		return fmt.Errorf("serve pages: %w", err)
	}
	return <-stopped
}

// taken is an address that another program has: syscall.EADDRINUSE.
type taken struct{ address string }

func (t *taken) Error() string {
	return "address " + t.address + ": in use by another program: expected a free port"
}

// Unwrap lets a caller who may take another port tell.
func (t *taken) Unwrap() error { return syscall.EADDRINUSE }
