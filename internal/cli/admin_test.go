package cli

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/ops"
)

var errUsage = errors.New("usage")

// healthcheck runs the verb.
func healthcheck(args ...string) (string, error) {
	c := NewHealthcheck("127.0.0.1:1", func(err error) error { return errors.Join(errUsage, err) })
	c.SilenceErrors, c.SilenceUsage = true, true
	var out strings.Builder
	c.SetOut(&out)
	c.SetArgs(args)
	err := c.ExecuteContext(context.Background())
	return out.String(), err
}

func TestHealthcheckAsksWhatRunServes(t *testing.T) {
	address := fixture.FreeAddress(t)
	var a Admin
	fl := pflag.NewFlagSet("run", pflag.ContinueOnError)
	a.Register(fl, ops.DetectAddress)
	t.Setenv("DARKWAKE_ADMIN", address)
	if err := Env(fl); err != nil {
		t.Fatal(err)
	}
	gate, b := ops.NewGate("state", "is being restored"), ops.NewBuild("test")
	stop, err := a.Start(t.Context(), slog.New(slog.DiscardHandler), b, ops.NewRegistry(b), gate.Check())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := healthcheck(); err == nil || err.Error() != "not ready: state: is being restored" {
		t.Errorf("while it is restored: got %v", err)
	}
	if out, err := healthcheck("--live"); out != "ok\n" || err != nil {
		t.Errorf("alive: got %q, %v", out, err)
	}
	gate.Open()
	if out, err := healthcheck("--admin", address); out != "ok\n" || err != nil {
		t.Errorf("restored: got %q, %v", out, err)
	}
	if _, err := a.Start(t.Context(), slog.New(slog.DiscardHandler), b, ops.NewRegistry(b)); err == nil || !strings.HasPrefix(err.Error(), "--admin: admin address "+address+": in use") {
		t.Errorf("a second one: got %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if _, err := healthcheck(); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("stopped: got %v", err)
	}
}

func TestTheLogTellsWhichFreePortWasTaken(t *testing.T) {
	var a Admin
	fl := pflag.NewFlagSet("run", pflag.ContinueOnError)
	a.Register(fl, "127.0.0.1:0")
	var told strings.Builder
	b := ops.NewBuild("test")
	stop, err := a.Start(t.Context(), slog.New(slog.NewTextHandler(&told, nil)), b, ops.NewRegistry(b))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(told.String(), "address=")
	address, _, _ := strings.Cut(after, " ")
	if out, err := healthcheck("--admin", address); out != "ok\n" || err != nil {
		t.Errorf("%q: got %q, %v", told.String(), out, err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestHealthcheckTellsBadUsage(t *testing.T) {
	for _, tc := range []struct {
		name, env, want string
		args            []string
	}{
		{"an address that is none", "", `--admin: admin address "9464": expected host:port`, []string{"--admin", "9464"}},
		{"arguments", "", "1 arguments: expected none", []string{"now"}},
		{"a variable that is no time", "soon", `DARKWAKE_TIMEOUT`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.env != "" {
				t.Setenv("DARKWAKE_TIMEOUT", tc.env)
			}
			if _, err := healthcheck(tc.args...); !errors.Is(err, errUsage) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}

// TestTheUsualPortIsDoneWithoutWhereItIsTaken: several of a program may run beside each other, but an address that was named must be free.
func TestTheUsualPortIsDoneWithoutWhereItIsTaken(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close() })
	taken, b := other.Addr().String(), ops.NewBuild("test")
	for _, tc := range []struct {
		name, usual string
		args        []string
		fails       bool
	}{
		{"the usual one", taken, nil, false},
		{"one that was named", "127.0.0.1:0", []string{"--admin", taken}, true},
		{"the usual one, named", taken, []string{"--admin", taken}, true},
		{"a free one", "127.0.0.1:0", nil, false},
		{"none", taken, []string{"--admin", ""}, false},
		{"no address", taken, []string{"--admin", "9466"}, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var a Admin
			var said strings.Builder
			fl := pflag.NewFlagSet("serve", pflag.ContinueOnError)
			a.Register(fl, tc.usual)
			if err := fl.Parse(tc.args); err != nil {
				t.Fatal(err)
			}
			stop, err := a.StartIfFree(t.Context(), slog.New(slog.NewTextHandler(&said, nil)), b, ops.NewRegistry(b))
			if (err != nil) != tc.fails {
				t.Fatalf("got %v", err)
			}
			if warned := strings.Contains(said.String(), "no admin port"); warned != (tc.name == "the usual one") {
				t.Errorf("the log says %s", said.String())
			}
			if err == nil {
				if err := stop(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}
