package deploy

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/realkafka"
)

// securedKafkaIsReached runs both programs with the flags and variables of the Helm chart against a Kafka that asks for TLS
// and a password, as it should be and with each of them wrong.
func securedKafkaIsReached(t *testing.T, p programs) {
	b := realkafka.Start(t, realkafka.Options{Users: map[string]string{"alice": "in wonder land"}, TLS: true})
	good := settings{
		brokers: b.SASLTLSAddr(), user: "alice", mechanism: "SCRAM-SHA-512", ca: b.RootsFile(),
		password: secret(t, "in wonder land"), feeds: filepath.Join(t.TempDir(), "feeds.yaml"),
	}
	sentence := filepath.Join(t.TempDir(), "one.nmea") // synthetic
	write(t, sentence, "\\s:made-up,c:1740787200*11\\!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\n")
	write(t, good.feeds, "sources: [{id: one, path: "+sentence+"}]\n")
	if out, err := p.with(t, "ingest", good); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := p.with(t, "detect", good, "--until-end", "--out="+t.TempDir()); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, tc := range []struct {
		name   string
		change func(*settings)
		want   string // after the program's name
	}{
		{"wrong password", func(s *settings) { s.password = secret(t, "guess") }, "reach kafka at " + good.brokers + ": user or password refused"},
		{"wrong user", func(s *settings) { s.user = "mallory" }, "reach kafka at " + good.brokers + ": user or password refused"},
		{"no password file", func(s *settings) { s.password = "/nowhere/password" }, "--sasl-password-file: open /nowhere/password: no such file or directory"},
		{"unknown signer", func(s *settings) { s.ca = "" }, "certificate signed by unknown authority"},
		{"no certificates", func(s *settings) { s.ca = good.feeds }, "--tls-ca " + good.feeds + ": expected certificates as PEM"},
		{"unknown mechanism", func(s *settings) { s.mechanism = "GSSAPI" }, `kafka.sasl.mechanism: "GSSAPI": expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512`},
		{"no password asked for", func(s *settings) { s.brokers = b.TLSAddr() }, "it asks for no password, and one was given"},
		{"nobody there", func(s *settings) { s.brokers = closed(t) }, "connection refused"},
		{"no port", func(s *settings) { s.brokers = "kafka" }, `kafka.brokers: "kafka": expected host:port`},
	} {
		for _, name := range []string{"ingest", "detect"} {
			t.Run(name+", "+tc.name, func(t *testing.T) {
				s := good
				tc.change(&s)
				out, err := p.with(t, name, s)
				if said := strings.TrimSuffix(string(out), "\n"); err == nil || strings.Contains(said, "\n") ||
					!strings.HasPrefix(said, name+": ") || !strings.Contains(said, tc.want) || strings.Contains(said, "guess") {
					t.Errorf("%v, got\n%s\nwant one line with %q", err, said, tc.want)
				}
			})
		}
	}
}

// settings are what the Helm chart gives to a program.
type settings struct{ brokers, user, mechanism, password, ca, feeds string }

func (p programs) with(t *testing.T, name string, s settings, more ...string) ([]byte, error) {
	args := []string{"run", "--brokers=" + s.brokers, "--partitions=2", "--tls", "--sasl-mechanism=" + s.mechanism, "--sasl-password-file=" + s.password}
	if s.ca != "" {
		args = append(args, "--tls-ca="+s.ca)
	}
	if name == "ingest" {
		args = append(args, "--feeds="+s.feeds)
	}
	command := exec.CommandContext(t.Context(), filepath.Join(p.dir, name), slices.Concat(args, more)...)
	command.Dir = t.TempDir()
	command.Env = append(os.Environ(), "DARKWAKE_SASL_USER="+s.user)
	return command.CombinedOutput()
}

// secret writes a password into a file.
func secret(t *testing.T, password string) string {
	file := filepath.Join(t.TempDir(), "password")
	write(t, file, password+"\n")
	return file
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// closed is an address where nobody listens.
func closed(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	return l.Addr().String()
}
