package realkafka

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Broker is a node of Apache Kafka, a process of its own. Its methods belong to one goroutine.
type Broker struct {
	dir   string
	java  string
	jars  string
	addrs map[string]string // of each listener
	roots *x509.CertPool

	process *exec.Cmd
	gone    chan struct{} // closed when the process is
}

// startWithin is how long a start may take: 4 s on an idle machine, more beside the race detector.
const startWithin = 2 * time.Minute

// Start runs a broker until the test ends. Without Java, Maven or the jars the test is skipped, or fails if RequireEnv
// is 1.
func Start(tb testing.TB, o Options) *Broker {
	tb.Helper()
	b, err := Launch(tb.Context(), tb.TempDir(), o)
	var missing *MissingError
	switch {
	case errors.As(err, &missing) && os.Getenv(RequireEnv) != "1":
		tb.Skipf("SKIPPED, NOT TESTED AGAINST APACHE KAFKA: %v", err)
	case err != nil:
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := b.Kill(); err != nil {
			tb.Error(err)
		}
		if tb.Failed() {
			tb.Logf("the broker's log ends with\n%s", b.logEnd())
		}
	})
	return b
}

// MissingError says what this machine lacks to run Kafka at all.
type MissingError struct{ Err error }

// Error implements error.
func (e *MissingError) Error() string { return "apache kafka cannot run here: " + e.Err.Error() }

// Unwrap returns the cause.
func (e *MissingError) Unwrap() error { return e.Err }

// Launch formats a directory, unless it is formatted, and runs a broker on it, which lives until Stop or Kill. The context
// bounds the start only. A *MissingError is returned when Java, Maven or the jars are not to be had.
func Launch(ctx context.Context, dir string, o Options) (*Broker, error) {
	java, err := findJava(ctx)
	if err != nil {
		return nil, &MissingError{err}
	}
	jars, err := Fetch(ctx)
	if err != nil {
		return nil, &MissingError{err}
	}
	b := &Broker{dir: dir, java: java, jars: jars}
	if b.addrs, err = o.choosePorts(); err != nil {
		return nil, fmt.Errorf("start kafka: %w", err)
	}
	if o.TLS {
		if b.roots, err = certify(dir); err != nil {
			return nil, fmt.Errorf("start kafka: make certificate: %w", err)
		}
	}
	if err := os.WriteFile(b.file("server.properties"), o.properties(dir, b.addrs), 0o600); err != nil {
		return nil, fmt.Errorf("start kafka: %w", err)
	}
	if err := b.format(ctx, o); err != nil {
		return nil, fmt.Errorf("start kafka: %w", err)
	}
	if err := b.start(ctx); err != nil {
		return nil, fmt.Errorf("start kafka: %w", err)
	}
	return b, nil
}

func (b *Broker) file(name string) string { return filepath.Join(b.dir, name) }

// virtualMachine is the command of a class of Kafka's: a small heap, the collector and the compiler that start fastest, and
// a log of warnings, and of the line that says that the broker is up.
func (b *Broker) virtualMachine(ctx context.Context, class string, args ...string) *exec.Cmd {
	const simple = "-Dorg.slf4j.simpleLogger."
	all := append([]string{"-Xms64m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true",
		simple + "defaultLogLevel=warn", simple + "log.kafka.server.KafkaRaftServer=info", simple + "showDateTime=true",
		simple + "dateTimeFormat=HH:mm:ss.SSS", simple + "showThreadName=false",
		"-cp", filepath.Join(b.jars, "*"), class}, args...)
	return exec.CommandContext(ctx, b.java, all...)
}

// format makes the log directory. One that was made before is left as it is.
func (b *Broker) format(ctx context.Context, o Options) error {
	if _, err := os.Stat(filepath.Join(b.dir, "data", "meta.properties")); err == nil {
		return nil
	}
	args, err := o.formatArguments(b.file("server.properties"))
	if err != nil {
		return err
	}
	if out, err := b.virtualMachine(ctx, "kafka.tools.StorageTool", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("format storage: %w\n%s", err, lastLines(out, 10))
	}
	return nil
}

// start runs the process and waits until it says that it is up.
func (b *Broker) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	log, err := os.Create(b.file("kafka.log"))
	if err != nil {
		return err
	}
	defer log.Close()
	b.process = b.virtualMachine(context.WithoutCancel(ctx), "kafka.Kafka", b.file("server.properties"))
	b.process.Stdout, b.process.Stderr = log, log
	b.process.SysProcAttr = diesWithParent()
	if err := b.process.Start(); err != nil {
		return err
	}
	process, gone := b.process, make(chan struct{})
	b.gone = gone
	go func() {
		_ = process.Wait() // how it ended stands in its log
		close(gone)
	}()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-b.gone:
			return fmt.Errorf("the broker ended\n%s", b.logEnd())
		case <-ctx.Done():
			return errors.Join(fmt.Errorf("the broker is not up: %w\n%s", ctx.Err(), b.logEnd()), b.Kill())
		case <-tick.C:
			if said, err := os.ReadFile(log.Name()); err == nil && bytes.Contains(said, []byte("Kafka Server started")) {
				return nil
			}
		}
	}
}

func (b *Broker) logEnd() string {
	said, err := os.ReadFile(b.file("kafka.log"))
	if err != nil {
		return err.Error()
	}
	return lastLines(said, 30)
}

// Addr is the address without encryption and passwords. No address changes with a Restart.
func (b *Broker) Addr() string { return b.addrs[plainText] }

// SASLAddr asks for a user and password; it is empty if Options had no users.
func (b *Broker) SASLAddr() string { return b.addrs[sasl] }

// TLSAddr speaks TLS with a certificate of Roots; it is empty if Options did not ask for it.
func (b *Broker) TLSAddr() string { return b.addrs[overTLS] }

// SASLTLSAddr does both; it is empty if Options did not ask for both.
func (b *Broker) SASLTLSAddr() string { return b.addrs[saslTLS] }

// Roots hold the certificate that TLS is signed with.
func (b *Broker) Roots() *x509.CertPool { return b.roots }

// RootsFile is the same as a PEM file.
func (b *Broker) RootsFile() string { return b.file(caFile) }

// Dir is where the broker's data, configuration and log lie.
func (b *Broker) Dir() string { return b.dir }

// Gone is closed when the broker's process has ended. A Restart makes another.
func (b *Broker) Gone() <-chan struct{} { return b.gone }

// Kill ends the broker at once, as kill -9 does. One that is gone is no error.
func (b *Broker) Kill() error { return b.signal(syscall.SIGKILL) }

// Stop ends the broker as an operator would, and waits for it.
func (b *Broker) Stop() error { return b.signal(syscall.SIGTERM) }

func (b *Broker) signal(s syscall.Signal) error {
	if err := b.process.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("send kafka %v: %w", s, err)
	}
	select {
	case <-b.gone:
		return nil
	case <-time.After(startWithin):
		return fmt.Errorf("kafka does not end on %v", s)
	}
}

// Restart runs the broker again on its ports and data, after Kill or Stop.
func (b *Broker) Restart(ctx context.Context) error {
	if err := b.Kill(); err != nil {
		return err
	}
	if err := b.start(ctx); err != nil {
		return fmt.Errorf("restart kafka: %w", err)
	}
	return nil
}

// lastLines are at most n of them, without those that only say where in Java's code something happened.
func lastLines(b []byte, n int) string {
	var lines []string
	for line := range strings.Lines(string(b)) {
		if !strings.HasPrefix(line, "\tat ") && !strings.HasPrefix(line, "\t...") {
			lines = append(lines, strings.TrimRight(line, "\n"))
		}
	}
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
