package feed

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/secret"
)

// The services as they were in 2026 (FORMATS, sections 8 and 9).
const (
	streamURL = "wss://stream.aisstream.io/v0/stream"
	hubURL    = "https://data.aishub.net/ws.php"
)

// entry is one source of feeds.yaml.
type entry struct {
	ID          string    `yaml:"id"`
	Kind        *Kind     `yaml:"kind"`
	Path        string    `yaml:"path"`
	Paths       []string  `yaml:"paths"`
	Address     string    `yaml:"address"`
	Listen      string    `yaml:"listen"`
	URL         string    `yaml:"url"`
	Key         string    `yaml:"key"`
	KeyFile     string    `yaml:"key_file"`
	Boxes       []Box     `yaml:"boxes"`
	Interval    duration  `yaml:"interval"`
	Idle        duration  `yaml:"idle"`
	Rate        float64   `yaml:"rate"`
	Speed       float64   `yaml:"speed"`
	Repeatable  bool      `yaml:"repeatable"`
	Lateness    duration  `yaml:"lateness"`
	Receiver    receiver  `yaml:"receiver"`
	AssumeStart timestamp `yaml:"assume_start"`
}

// LoadConfig reads feeds.yaml: a list "sources" (docs/feeds.md). Text may name variables of the environment, ${NAME}; where
// there is none of that name, the file that NAME_FILE names is read instead. An unknown key is an error that names its
// line; no error holds a secret.
func LoadConfig(r io.Reader) ([]SourceConfig, error) {
	var file struct {
		Sources []entry `yaml:"sources"`
	}
	if err := param.Decode(r, &file, true); err != nil {
		return nil, fmt.Errorf("read feeds: %w", err)
	}
	var sources []SourceConfig
	for i, e := range file.Sources {
		s, err := e.source()
		if err != nil {
			name := fmt.Sprintf("%q", e.ID)
			if e.ID == "" {
				name = fmt.Sprint(i + 1)
			}
			return nil, fmt.Errorf("read feeds: source %s: %w", name, err)
		}
		sources = append(sources, s)
	}
	if err := Check(sources); err != nil {
		return nil, fmt.Errorf("read feeds: %w", err)
	}
	return sources, nil
}

// source makes a source of what was written.
func (e entry) source() (SourceConfig, error) {
	if e.Path != "" {
		e.Paths = append([]string{e.Path}, e.Paths...)
	}
	if err := e.expand(); err != nil {
		return SourceConfig{}, err
	}
	s := SourceConfig{ID: e.ID, Paths: e.Paths, Address: e.Address, URL: e.URL, Key: secret.Value(e.Key), Boxes: e.Boxes,
		Interval: time.Duration(e.Interval), Idle: time.Duration(e.Idle), Rate: e.Rate, Speed: e.Speed,
		Lateness: time.Duration(e.Lateness), Receiver: ais.Receiver(e.Receiver), AssumeStart: time.Time(e.AssumeStart)}
	for _, path := range s.Paths {
		if strings.Contains(path, "://") {
			return s, fmt.Errorf("path %q: a file expected; a URL goes under url", withoutSecrets(path))
		}
	}
	if err := e.place(&s); err != nil {
		return s, err
	}
	if e.Repeatable {
		return s.repeated()
	}
	return s, nil
}

// place works out the kind, and where the source is, from kind, address, listen and url.
func (e entry) place(s *SourceConfig) error {
	if e.Kind == nil {
		if e.URL != "" {
			s.URL = ""
			return s.SetURL(e.URL)
		}
		if e.Address != "" || e.Listen != "" {
			return errors.New("kind: tcp, tcp-listen, udp or aiscatcher expected beside an address")
		}
		return nil
	}
	s.Kind = *e.Kind
	if e.Listen != "" {
		if e.Address != "" {
			return errors.New("address and listen: one of them expected")
		}
		s.Address = e.Listen
		if s.Kind == TCP {
			s.Kind = TCPListen
		}
	}
	switch {
	case s.Kind == AISStream && s.URL == "":
		s.URL = streamURL
	case s.Kind == AISHub && s.URL == "":
		s.URL = hubURL
	case s.Kind == Stdin && len(s.Paths) == 0:
		s.Paths = []string{"-"}
	}
	return nil
}

// repeated makes a recording of a server that sends the same bytes to everybody.
func (c SourceConfig) repeated() (SourceConfig, error) {
	switch c.Kind {
	case Files:
		return c, nil
	case TCP:
		c.Kind, c.Paths, c.Address = Files, []string{"tcp://" + c.Address}, ""
		if c.Key != "" {
			return c, errors.New("repeatable: a server that needs no key expected")
		}
		return c, nil
	}
	return c, fmt.Errorf("repeatable: kind tcp expected, a source of kind %s is heard once", c.Kind)
}

// Repeat makes a recording of each TCP server among the sources: they send the same bytes from their beginning to
// whoever connects.
func Repeat(sources []SourceConfig) error {
	for i, s := range sources {
		s, err := s.repeated()
		if err != nil {
			return fmt.Errorf("source %q: %w", s.ID, err)
		}
		sources[i] = s
	}
	return nil
}

// SetURL makes the source what a URL says: tcp://host:port, tcp-listen://:port, udp://:port, ws:// or wss:// (aisstream.io's
// protocol), http:// or https:// (AISHub's), aiscatcher://:port (to listen for posts), tail:PATH or file:PATH.
func (c *SourceConfig) SetURL(text string) error {
	scheme, rest, _ := strings.Cut(text, ":")
	host := strings.TrimSuffix(strings.TrimPrefix(rest, "//"), "/")
	switch scheme {
	case "tcp", "tcp-listen", "udp", "aiscatcher":
		_ = c.Kind.UnmarshalText([]byte(scheme)) // they are names of kinds
		c.Address = host
	case "ws", "wss":
		c.Kind, c.URL = AISStream, text
	case "http", "https":
		c.Kind, c.URL = AISHub, text
	case "tail", "file":
		c.Kind, c.Paths = Files, []string{strings.TrimPrefix(rest, "//")}
		if scheme == "tail" {
			c.Kind = Tail
		}
	default:
		return fmt.Errorf("url: tcp, tcp-listen, udp, ws, wss, http, https, aiscatcher, tail or file expected before the colon, %q given", scheme)
	}
	return nil
}

// isURL tells an address from a path.
func isURL(arg string) bool {
	scheme, _, ok := strings.Cut(arg, "://")
	return ok && scheme != "" && !strings.ContainsAny(scheme, `/\.`) || strings.HasPrefix(arg, "tail:")
}

// fromURL makes a source of a URL on the command line. Its id is the host and port, or the path.
func fromURL(arg string) (SourceConfig, error) {
	var s SourceConfig
	if err := s.SetURL(arg); err != nil {
		return s, fmt.Errorf("read input %q: %w", withoutSecrets(arg), err)
	}
	switch {
	case len(s.Paths) > 0:
		s.ID = tail(s.Paths[0], 1)
	case s.Address != "":
		s.ID = s.Kind.String() + " " + s.Address
	default:
		if u, err := url.Parse(s.URL); err == nil {
			s.ID = u.Host
		}
	}
	return s, nil
}

// expand puts in variables of the environment and reads the key's file.
func (e *entry) expand() error {
	fields := map[string]*string{"address": &e.Address, "listen": &e.Listen, "url": &e.URL, "key": &e.Key, "key_file": &e.KeyFile}
	for i := range e.Paths {
		fields[fmt.Sprintf("path %d", i+1)] = &e.Paths[i]
	}
	for name, text := range fields {
		value, err := secret.Expand(*text)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		*text = value
	}
	if e.KeyFile == "" {
		return nil
	}
	if e.Key != "" {
		return errors.New("key and key_file: one of them expected")
	}
	key, err := secret.Read(e.KeyFile)
	if err != nil {
		return fmt.Errorf("key_file: %w", err)
	}
	e.Key = key.Reveal()
	return nil
}

// The values of feeds.yaml read themselves, so that an error names the value and what was expected.
type (
	duration  time.Duration
	receiver  ais.Receiver
	timestamp time.Time
)

// UnmarshalText reads "2m" or "1h30m".
func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	*d = duration(v)
	return err
}

// UnmarshalText reads the word for a kind of receiver.
func (r *receiver) UnmarshalText(b []byte) error {
	v, err := ParseReceiver(string(b))
	*r = receiver(v)
	return err
}

// ParseReceiver reads the word for a kind of receiver.
func ParseReceiver(word string) (ais.Receiver, error) {
	for _, r := range []ais.Receiver{ais.ReceiverUnknown, ais.Terrestrial, ais.Satellite, ais.Shipborne} {
		if word == r.String() {
			return r, nil
		}
	}
	return 0, fmt.Errorf("receiver %q: terrestrial, satellite, shipborne or unknown expected", word)
}

// UnmarshalText reads RFC 3339.
func (t *timestamp) UnmarshalText(b []byte) error {
	v, err := time.Parse(time.RFC3339, string(b))
	*t = timestamp(v)
	return err
}
