package post

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"net/smtp"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/secret"
)

// Security is how the way to a mail server is protected.
type Security string

// The ways: STARTTLS after a greeting in the clear, TLS from the first byte, or nothing at all.
const (
	StartTLS Security = "starttls"
	TLS      Security = "tls"
	Plain    Security = "none"
)

// Mail sends messages as text by SMTP. Whoever configures it names the server: it may stand anywhere.
type Mail struct {
	Server   string // host:port
	Security Security
	User     string // empty logs in nowhere
	Password secret.Value
	From     mail.Address
	To       []mail.Address
	Roots    *x509.CertPool // nil means the system's
}

// Check reports what is wrong.
func (m *Mail) Check() error {
	if _, _, err := net.SplitHostPort(m.Server); err != nil {
		return fmt.Errorf("server %q: host:port expected", m.Server)
	}
	switch m.Security {
	case StartTLS, TLS:
	case Plain:
		if m.User != "" {
			return errors.New("security none: a password would be sent in the clear: starttls or tls expected")
		}
	default:
		return fmt.Errorf("security %q: starttls, tls or none expected", m.Security)
	}
	if (m.User == "") != (m.Password == "") {
		return errors.New("user and password: both or neither expected")
	}
	if len(m.To) == 0 || m.From.Address == "" {
		return errors.New("from and to: addresses expected")
	}
	return nil
}

// Send hands a message to the server once.
func (m *Mail) Send(ctx context.Context, msg Message, now time.Time) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	c, err := m.connect(ctx)
	if err != nil {
		return "", err
	}
	defer c.Close()
	if err := m.login(c); err != nil {
		return "", err
	}
	if err := c.Mail(m.From.Address); err != nil {
		return "", fmt.Errorf("mail: sender: %w", plainly(err))
	}
	for _, to := range m.To {
		if err := c.Rcpt(to.Address); err != nil {
			return "", fmt.Errorf("mail: recipient: %w", plainly(err))
		}
	}
	w, err := c.Data()
	if err != nil {
		return "", fmt.Errorf("mail: %w", plainly(err))
	}
	if _, err := w.Write(m.letter(msg, now)); err != nil {
		return "", fmt.Errorf("mail: %w", plainly(err))
	}
	if err := w.Close(); err != nil {
		return "", fmt.Errorf("mail: %w", plainly(err))
	}
	_ = c.Quit() // the server has taken it
	return fmt.Sprintf("taken for %d recipients", len(m.To)), nil
}

// plainly is a server's words as one line that obeys nothing.
func plainly(err error) error {
	if network := (net.Error)(nil); errors.As(err, &network) {
		return err
	}
	return errors.New(shorten(chart.Plain(err.Error())))
}

// connect opens a connection, protected as configured, that ends with the context.
func (m *Mail) connect(ctx context.Context) (*smtp.Client, error) {
	host, _, err := net.SplitHostPort(m.Server)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	secure := &tls.Config{ServerName: host, RootCAs: m.Roots, MinVersion: tls.VersionTLS12}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.Server)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	way := conn
	context.AfterFunc(ctx, func() { _ = way.SetDeadline(time.Unix(1, 0)) }) // whatever waits for the server waits no longer
	if m.Security == TLS {
		conn = tls.Client(conn, secure)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		conn.Close()
		return nil, fmt.Errorf("mail: greet: %w", plainly(err))
	}
	if _, domain, ok := strings.Cut(m.From.Address, "@"); ok && !strings.ContainsAny(domain, " \r\n") {
		err = c.Hello(domain)
	}
	if err == nil && m.Security == StartTLS {
		if offered, _ := c.Extension("STARTTLS"); !offered {
			err = errors.New("the server offers no STARTTLS")
		} else {
			err = c.StartTLS(secure)
		}
	}
	if err != nil {
		c.Close()
		return nil, fmt.Errorf("mail: greet: %w", plainly(err))
	}
	return c, nil
}

// login proves who we are, by PLAIN where the server offers it, else by LOGIN.
func (m *Mail) login(c *smtp.Client) error {
	if m.User == "" {
		return nil
	}
	host, _, _ := net.SplitHostPort(m.Server)
	auth := smtp.PlainAuth("", m.User, m.Password.Reveal(), host)
	if _, ways := c.Extension("AUTH"); !strings.Contains(" "+ways+" ", " PLAIN ") && strings.Contains(" "+ways+" ", " LOGIN ") {
		auth = &loginAuth{user: m.User, password: m.Password}
	}
	if err := c.Auth(auth); err != nil {
		said := strings.ReplaceAll(err.Error(), m.Password.Reveal(), "***")
		return fmt.Errorf("mail: login: %s", shorten(chart.Plain(said)))
	}
	return nil
}

// loginAuth is AUTH LOGIN, which some servers offer alone.
type loginAuth struct {
	user     string
	password secret.Value
}

func (a *loginAuth) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS {
		return "", nil, errors.New("the way is not encrypted")
	}
	return "LOGIN", nil, nil
}

func (a *loginAuth) Next(ask []byte, more bool) ([]byte, error) {
	switch question := strings.ToLower(string(ask)); {
	case !more:
		return nil, nil
	case strings.HasPrefix(question, "user"):
		return []byte(a.user), nil
	case strings.HasPrefix(question, "pass"):
		return []byte(a.password.Reveal()), nil
	}
	return nil, errors.New("the server asks for neither user nor password")
}

// letter is a message by RFC 5322. Its Message-ID is made from the message's, so that one that comes twice is known by it,
// and what belongs together refers to one thread.
func (m *Mail) letter(msg Message, now time.Time) []byte {
	_, domain, _ := strings.Cut(m.From.Address, "@")
	id := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return "<" + hex.EncodeToString(sum[:12]) + "@" + domain + ">"
	}
	to := make([]string, len(m.To))
	for i, a := range m.To {
		to[i] = a.String()
	}
	var b bytes.Buffer
	for _, h := range [][2]string{
		{"From", m.From.String()}, {"To", strings.Join(to, ",\r\n ")}, {"Subject", mime.QEncoding.Encode("utf-8", shorten(msg.Title))},
		{"Date", now.UTC().Format(time.RFC1123Z)}, {"Message-ID", id(msg.ID)}, {"References", id("thread " + msg.Thread)},
		{"Auto-Submitted", "auto-generated"}, {"X-Darkwake-Rule", mime.QEncoding.Encode("utf-8", msg.Rule)}, {"X-Darkwake-Change", string(msg.Change)},
		{"MIME-Version", "1.0"}, {"Content-Type", "text/plain; charset=utf-8"}, {"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&b, "%s: %s\r\n", h[0], h[1])
	}
	b.WriteString("\r\n")
	body := quotedprintable.NewWriter(&b)
	_, _ = body.Write([]byte(strings.ReplaceAll(msg.fit(256<<10, asIs), "\n", "\r\n") + "\r\n")) // into memory
	_ = body.Close()
	return b.Bytes()
}
