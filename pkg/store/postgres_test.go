package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// secret is the password of the test's server, with characters that a URL must escape.
const secret = "s3cret:/?#@%&"

// server is a PostgreSQL of the test's own.
type server struct {
	port    int
	missing string // why there is none
	made    atomic.Int64
}

// shared is started once for all tests of the package and stopped by TestMain.
var shared server

func TestMain(m *testing.M) {
	stop := shared.start()
	if shared.missing != "" {
		fmt.Fprintf(os.Stderr, "\n*** PostgreSQL is NOT tested: %s (Debian: apt-get install postgresql) ***\n\n", shared.missing)
	}
	code := m.Run()
	stop()
	os.Exit(code)
}

// start runs initdb and postgres in a folder of its own, on loopback, as a user who is not root. Without the programs it
// says so and leaves the server out.
func (s *server) start() (stop func()) {
	bin, err := programs()
	if err != nil {
		s.missing = err.Error()
		return func() {}
	}
	dir, err := os.MkdirTemp("", "darkwake-postgres-")
	if err != nil {
		s.missing = err.Error()
		return func() {}
	}
	end, err := s.run(bin, dir)
	if err != nil {
		s.missing = err.Error()
	}
	return func() {
		end()
		_ = os.RemoveAll(dir)
	}
}

// programs finds the folder with initdb: Debian's, newest first, or that of the PATH.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	slices.Sort(found)
	if len(found) > 0 {
		return filepath.Dir(found[len(found)-1]), nil
	}
	path, err := exec.LookPath("initdb")
	return filepath.Dir(path), err
}

// run returns how the server is ended, if it was started or not.
func (s *server) run(bin, dir string) (end func(), err error) {
	end = func() {}
	who, err := unprivileged(dir)
	if err != nil {
		return end, err
	}
	password := filepath.Join(dir, "password")
	if err := os.WriteFile(password, []byte(secret), 0o644); err != nil {
		return end, err
	}
	data := filepath.Join(dir, "data")
	initdb := exec.Command(filepath.Join(bin, "initdb"), "-D", data, "-U", "darkwake", "--auth=scram-sha-256", "--pwfile="+password, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	initdb.SysProcAttr, initdb.Dir = who(), dir
	if out, err := initdb.CombinedOutput(); err != nil {
		return end, fmt.Errorf("initdb: %w: %s", err, out)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return end, err
	}
	s.port = free.Addr().(*net.TCPAddr).Port
	if err := free.Close(); err != nil {
		return end, err
	}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return end, err
	}
	postgres := exec.Command(filepath.Join(bin, "postgres"), "-D", data, "-p", strconv.Itoa(s.port), "-h", "127.0.0.1", "-c", "unix_socket_directories=", "-c", "fsync=off")
	postgres.SysProcAttr, postgres.Dir, postgres.Stdout, postgres.Stderr = who(), dir, log, log
	postgres.SysProcAttr.Pdeathsig = syscall.SIGQUIT // a test that is killed leaves no server
	started, ended := make(chan error), make(chan struct{})
	go func() {
		defer close(ended)
		runtime.LockOSThread() // the signal comes when this thread ends
		started <- postgres.Start()
		_ = postgres.Wait()
	}()
	if err := <-started; err != nil {
		return end, err
	}
	end = func() {
		_ = postgres.Process.Signal(syscall.SIGQUIT)
		<-ended
	}
	for tick := time.NewTicker(50 * time.Millisecond); ; <-tick.C {
		c, err := pgx.Connect(context.Background(), s.url("postgres", secret))
		if err == nil {
			return end, c.Close(context.Background())
		}
		select {
		case <-ended:
			said, _ := os.ReadFile(log.Name())
			return end, fmt.Errorf("postgres did not start: %s", said)
		default:
		}
	}
}

// unprivileged gives the folder to a user whom PostgreSQL accepts, since it refuses to run as root.
func unprivileged(dir string) (func() *syscall.SysProcAttr, error) {
	if os.Geteuid() != 0 {
		return func() *syscall.SysProcAttr { return &syscall.SysProcAttr{} }, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
		return nil, err
	}
	return func() *syscall.SysProcAttr {
		return &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	}, nil
}

func (s *server) url(database, password string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword("darkwake", password), Host: fmt.Sprintf("127.0.0.1:%d", s.port), Path: "/" + database, RawQuery: "sslmode=disable"}
	return u.String()
}

// database makes an empty one and returns its URL.
func (s *server) database(t testing.TB, options string) string {
	t.Helper()
	if s.missing != "" {
		t.Skipf("PostgreSQL is not tested: %s", s.missing)
	}
	ctx := context.Background()
	c, err := pgx.Connect(ctx, s.url("postgres", secret))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	name := fmt.Sprintf("test_%d", s.made.Add(1))
	if _, err := c.Exec(ctx, "CREATE DATABASE "+name+" "+options); err != nil {
		t.Fatal(err)
	}
	return s.url(name, secret)
}

// TestPostgresSaysWhatIsWrong in one line that never holds the password.
func TestPostgresSaysWhatIsWrong(t *testing.T) {
	good := shared.database(t, "")
	latin := shared.database(t, "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0")
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := fmt.Sprintf("postgres://darkwake:%s@%s/x?sslmode=disable", url.QueryEscape(secret), closed.Addr())
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, url string
		kind      error
		want      string
	}{
		{"wrong password", shared.url("postgres", "wr0ng"+secret), ErrDenied, "user or password refused"},
		{"no such database", shared.url("nowhere", secret), ErrDenied, "there is no such database"},
		{"nobody listens", nobody, ErrUnreachable, "cannot be reached: connect: connection refused"},
		{"no TLS where TLS is asked for", strings.Replace(good, "sslmode=disable", "sslmode=require", 1), ErrUnreachable, "TLS"},
		{"Latin letters only", latin, ErrForeign, "its encoding is LATIN1: expected a database made with ENCODING 'UTF8'"},
		{"read-only", good + "&default_transaction_read_only=on", ErrReadOnly, "read-only"},
		{"a port that is none", "postgres://darkwake:" + secret + "@127.0.0.1:99999999/x", nil, "expected postgres://user@host"},
		{"an option that is none", good + "&pool_max_conns=x&connect_timeout=soon", nil, "an option of the URL cannot be read"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s, err := Open(t.Context(), tc.url)
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			said(t, err, tc.kind, tc.want)
		})
	}
}

// said checks the line, the kind, and that nothing secret is in it.
func said(t *testing.T, err, kind error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) || kind != nil && !errors.Is(err, kind) {
		t.Errorf("got %v, want %q of the kind %v", err, want, kind)
	}
	for _, part := range []string{secret, url.QueryEscape(secret), "s3cret", "wr0ng", "\n"} {
		if err != nil && strings.Contains(err.Error(), part) {
			t.Errorf("the error holds %q: %v", part, err)
		}
	}
}

func TestPostgresThatIsLockedIsBusy(t *testing.T) {
	url := shared.database(t, "")
	s := opened(t, url+"&lock_timeout=50")
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	tx, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), "UPDATE meta SET seq = seq"); err != nil {
		t.Fatal(err)
	}
	said(t, s.Put(t.Context(), 1, Batch{Events: story(3)}), ErrBusy, "locked by another program")
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), 1, Batch{Events: story(3)}); err != nil {
		t.Errorf("unlocked, the same batch: got %v, want none", err)
	}
}

// TestPostgresThatGoesAwayComesBack: the connection is ended by the server; the same batch goes in again.
func TestPostgresThatGoesAwayComesBack(t *testing.T) {
	url := shared.database(t, "")
	s := opened(t, url)
	c, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(context.Background())
	tx, err := s.write.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if err := tx.QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&pid); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(t.Context(), "SELECT pg_terminate_backend($1)", pid); err != nil {
		t.Fatal(err)
	}
	_, err = tx.ExecContext(t.Context(), "UPDATE meta SET seq = seq")
	said(t, s.plainly(err), ErrUnreachable, "the")
	_ = tx.Rollback()
	if err := s.Put(t.Context(), 1, Batch{Events: story(3)}); err != nil {
		t.Errorf("after the connection was lost: got %v, want none", err)
	}
}

func TestFullServersAndOthersAreNamed(t *testing.T) {
	for _, s := range sqlStates {
		code := (s.code + "000")[:5]
		got := postgresInWords(fmt.Errorf("put: %w", pgError(code)))
		if !errors.Is(got, s.kind) || got.Error() != s.text {
			t.Errorf("%s: got %v, want %q of the kind %v", code, got, s.text, s.kind)
		}
	}
	if got := postgresInWords(pgError("XX000")); got.Error() != `the server says "made up" (XX000)` {
		t.Errorf("a code that nobody knows: got %v", got)
	}
}
