package post

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/secret"
)

// mailServer is an SMTP server that takes one letter a connection.
type mailServer struct {
	config   *tls.Config
	ways     string // of AUTH
	startTLS bool
	refuse   string // answers RCPT so
	addr     string
	letters  chan string
	logins   chan string
}

// newMailServer listens on loopback, with the certificate of httptest, which is for example.com and 127.0.0.1.
func newMailServer(t *testing.T, s mailServer, implicit bool) (*mailServer, *x509.CertPool) {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	t.Cleanup(certified.Close)
	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())
	s.config = &tls.Config{Certificates: certified.TLS.Certificates}
	s.letters, s.logins = make(chan string, 10), make(chan string, 10)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	s.addr = l.Addr().String()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			if implicit {
				conn = tls.Server(conn, s.config)
			}
			go s.talk(conn, implicit)
		}
	}()
	return &s, roots
}

func (s *mailServer) talk(conn net.Conn, secure bool) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	say := func(format string, args ...any) { fmt.Fprintf(conn, format+"\r\n", args...) }
	line := func() string { l, _ := in.ReadString('\n'); return strings.TrimRight(l, "\r\n") }
	plain := func(text string) string { b, _ := base64.StdEncoding.DecodeString(text); return string(b) }
	say("220 test ESMTP")
	for {
		l := line()
		verb, rest, _ := strings.Cut(l, " ")
		switch strings.ToUpper(verb) {
		case "EHLO":
			if s.startTLS && !secure {
				say("250-test")
				say("250 STARTTLS")
				continue
			}
			say("250-test")
			say("250 AUTH %s", s.ways)
		case "STARTTLS":
			say("220 go")
			conn = tls.Server(conn, s.config)
			in, secure = bufio.NewReader(conn), true
		case "AUTH":
			way, first, _ := strings.Cut(rest, " ")
			if way == "LOGIN" {
				say("334 %s", base64.StdEncoding.EncodeToString([]byte("Username:")))
				user := plain(line())
				say("334 %s", base64.StdEncoding.EncodeToString([]byte("Password:")))
				s.logins <- "LOGIN " + user + " " + plain(line())
			} else {
				s.logins <- "PLAIN" + strings.ReplaceAll(plain(first), "\x00", " ")
			}
			say("235 welcome")
		case "RCPT":
			if s.refuse != "" {
				say("550 %s", s.refuse)
				continue
			}
			say("250 ok")
		case "DATA":
			say("354 go")
			var b strings.Builder
			for l := line(); l != "."; l = line() {
				b.WriteString(l + "\r\n")
			}
			s.letters <- b.String()
			say("250 taken")
		case "QUIT":
			say("221 bye")
			return
		case "MAIL":
			say("250 ok")
		default:
			return
		}
	}
}

func letterTo(s *mailServer, roots *x509.CertPool, security Security, user string) *Mail {
	m := &Mail{Server: s.addr, Security: security, User: user, From: mail.Address{Name: "darkwake", Address: "alerts@example.org"},
		To: []mail.Address{{Address: "desk@example.org"}, {Name: "Zoë", Address: "zoe@example.org"}}, Roots: roots}
	if user != "" {
		m.Password = "hunter2-hunter2"
	}
	return m
}

func TestALetterArrivesAsWritten(t *testing.T) {
	for _, tc := range []struct {
		name, ways, user, login string
		security                Security
		startTLS, implicit      bool
	}{
		{"STARTTLS and PLAIN", "PLAIN LOGIN", "alerts", "PLAIN alerts hunter2-hunter2", StartTLS, true, false},
		{"STARTTLS and LOGIN", "LOGIN XOAUTH2", "alerts", "LOGIN alerts hunter2-hunter2", StartTLS, true, false},
		{"TLS from the first byte", "PLAIN", "alerts", "PLAIN alerts hunter2-hunter2", TLS, false, true},
		{"in the clear, without login", "PLAIN", "", "", Plain, false, false},
	} {
		s, roots := newMailServer(t, mailServer{ways: tc.ways, startTLS: tc.startTLS}, tc.implicit)
		m := letterTo(s, roots, tc.security, tc.user)
		if err := m.Check(); err != nil {
			t.Fatal(err)
		}
		if answer, err := m.Send(context.Background(), hostile(), now); err != nil || answer != "taken for 2 recipients" {
			t.Errorf("%s: %q, %v", tc.name, answer, err)
			continue
		}
		if tc.login != "" {
			if got := <-s.logins; got != tc.login {
				t.Errorf("%s: login %q, want %q", tc.name, got, tc.login)
			}
		}
		checkLetter(t, tc.name, <-s.letters)
	}
}

// checkLetter reads a letter with net/mail: the name that tries to add a header adds none.
func checkLetter(t *testing.T, name, letter string) {
	t.Helper()
	got, err := mail.ReadMessage(strings.NewReader(letter))
	if err != nil {
		t.Fatalf("%s: %v in %q", name, err, letter)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || !strings.Contains(subject, "<!channel>") || got.Header.Get("Bcc") != "" {
		t.Errorf("%s: subject %q, %v; Bcc %q", name, subject, err, got.Header.Get("Bcc"))
	}
	to, err := got.Header.AddressList("To")
	if err != nil || len(to) != 2 || to[1].Name != "Zoë" {
		t.Errorf("%s: to %v, %v", name, to, err)
	}
	if date, err := got.Header.Date(); err != nil || !date.Equal(now) || got.Header.Get("Auto-Submitted") != "auto-generated" || got.Header.Get("Message-Id") == got.Header.Get("References") {
		t.Errorf("%s: header %v, %v", name, got.Header, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(got.Body))
	if err != nil || !strings.Contains(string(body), "<script>alert(1)</script>") || !strings.Contains(string(body), "https://darkwake.example/event/gap-1") || strings.Contains(string(body), "https://evil") {
		t.Errorf("%s: body %q, %v", name, body, err)
	}
}

func TestALetterThatIsNotTakenIsAnErrorOfOneLineWithoutThePassword(t *testing.T) {
	bare, roots := newMailServer(t, mailServer{ways: "PLAIN"}, false)
	if _, err := letterTo(bare, roots, StartTLS, "alerts").Send(context.Background(), hostile(), now); err == nil || !strings.Contains(err.Error(), "no STARTTLS") || len(bare.logins) > 0 {
		t.Errorf("no STARTTLS: %v", err)
	}
	strict, roots := newMailServer(t, mailServer{ways: "PLAIN", startTLS: true, refuse: "no such user\x1b[2J"}, false)
	_, err := letterTo(strict, roots, StartTLS, "alerts").Send(context.Background(), hostile(), now)
	if err == nil || !strings.Contains(err.Error(), "no such user") || strings.ContainsAny(err.Error(), "\n\x1b") {
		t.Errorf("recipient refused: %q", err)
	}
	if _, err := letterTo(strict, nil, StartTLS, "alerts").Send(context.Background(), hostile(), now); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate that nobody signed: %v", err)
	}
}

// TestAServerThatSaysNothingHoldsNobodyUp: who stops the program does not wait for it.
func TestAServerThatSaysNothingHoldsNobodyUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		if conn, err := l.Accept(); err == nil {
			cancel() // and says nothing
			defer conn.Close()
			_, _ = io.Copy(io.Discard, conn)
		}
	}()
	if _, err := letterTo(&mailServer{addr: l.Addr().String()}, nil, StartTLS, "").Send(ctx, hostile(), now); err == nil {
		t.Error("a server that says nothing took a letter")
	}
}

func TestMailIsCheckedBeforeItIsUsed(t *testing.T) {
	good := letterTo(&mailServer{addr: "mail.example.org:587"}, nil, StartTLS, "alerts")
	for _, tc := range []struct {
		says   string
		change func(*Mail)
	}{
		{"", func(*Mail) {}},
		{"host:port", func(m *Mail) { m.Server = "mail.example.org" }},
		{"starttls, tls or none", func(m *Mail) { m.Security = "ssl" }},
		{"in the clear", func(m *Mail) { m.Security = Plain }},
		{"both or neither", func(m *Mail) { m.Password = secret.Value("") }},
		{"addresses", func(m *Mail) { m.To = nil }},
	} {
		m := *good
		tc.change(&m)
		if err := m.Check(); (err == nil) != (tc.says == "") || err != nil && (!strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%q: %v", tc.says, err)
		}
	}
}
