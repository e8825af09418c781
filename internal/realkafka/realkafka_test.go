package realkafka

import (
	"crypto/tls"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestABrokerComesBackOnItsPortAndData(t *testing.T) {
	t0 := time.Now()
	b := Start(t, Options{Users: map[string]string{"alice": "in wonderland"}, TLS: true})
	t.Logf("up in %v", time.Since(t0))
	listens := func() bool {
		c, err := net.Dial("tcp", b.Addr())
		if err != nil {
			return false
		}
		return c.Close() == nil
	}
	addr := b.Addr()
	for name, end := range map[string]func() error{"kill": b.Kill, "stop": b.Stop} {
		if !listens() {
			t.Fatalf("before %s nobody listens at %s", name, addr)
		}
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if listens() {
			t.Errorf("after %s somebody listens at %s", name, addr)
		}
		t0 := time.Now()
		if err := b.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		t.Logf("restart after %s took %v", name, time.Since(t0))
		if b.Addr() != addr || !listens() {
			t.Errorf("after %s and restart nobody listens at %s", name, addr)
		}
	}
	c, err := tls.Dial("tcp", b.TLSAddr(), &tls.Config{RootCAs: b.Roots()})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestABadPropertyIsToldWithTheBrokersOwnWords(t *testing.T) {
	Start(t, Options{}) // or skips
	_, err := Launch(t.Context(), t.TempDir(), Options{Config: map[string]string{"log.retention.ms": "soon"}})
	if err == nil || !strings.Contains(err.Error(), "Invalid value soon for configuration log.retention.ms") {
		t.Errorf("got %v", err)
	}
}

func TestWhatIsMissingIsSaid(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	t.Setenv("JAVA_HOME", "")
	_, err := Launch(t.Context(), t.TempDir(), Options{})
	if err == nil || !strings.Contains(err.Error(), `apache kafka cannot run here: java: exec: "java": executable file not found`) {
		t.Errorf("without java: got %v", err)
	}
	jars := t.TempDir()
	t.Setenv(JarsEnv, jars)
	if _, err := Fetch(t.Context()); err == nil || !strings.Contains(err.Error(), `maven: exec: "mvn": executable file not found`) {
		t.Errorf("without maven: got %v", err)
	}
	want := filepath.Join(jars, "kafka-"+Version())
	if err := os.Mkdir(want, 0o755); err != nil {
		t.Fatal(err)
	}
	if got, err := Fetch(t.Context()); got != want || err != nil {
		t.Errorf("with jars but without maven: got %q, %v, want %q", got, err, want)
	}
}

func TestJavaVersion(t *testing.T) {
	for _, tc := range []struct {
		name, said string
		want       int
	}{
		{"Debian's 17", `openjdk version "17.0.15" 2025-04-15`, 17},
		{"a first release", `openjdk version "26" 2026-03-17`, 26},
		{"the old way to count", `java version "1.8.0_401"`, 1},
		{"no Java", "command not found", 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := javaVersion([]byte(tc.said)); got != tc.want {
				t.Errorf("got %d, want %d", got, tc.want)
			}
		})
	}
}
