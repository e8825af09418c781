package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/secret"
)

// Kind is how the bytes of a source come.
type Kind uint8

// The kinds of sources. All but Files are live: they can be heard once only, by package live.
const (
	Files      Kind = iota // recordings, read from their beginning; also a TCP server that repeats itself
	Tail                   // a file that grows, or a serial device
	Stdin                  // standard input as it comes
	TCP                    // a server of lines that we connect to
	TCPListen              // senders of lines that connect to us
	UDP                    // datagrams with lines
	AISStream              // the websocket of aisstream.io
	AISHub                 // the table of AISHub, polled
	AISCatcher             // posts of AIS-catcher over HTTP
)

var kindNames = []string{"file", "tail", "stdin", "tcp", "tcp-listen", "udp", "aisstream", "aishub", "aiscatcher"}

// String is the name that feeds.yaml has for the kind.
func (k Kind) String() string { return kindNames[k] }

// UnmarshalText reads the name of a kind.
func (k *Kind) UnmarshalText(b []byte) error {
	i := slices.Index(kindNames, string(b))
	if i < 0 {
		return fmt.Errorf("kind %q: one of %s expected", b, strings.Join(kindNames, ", "))
	}
	*k = Kind(i)
	return nil
}

// Box is an area between two parallels and two meridians, in degrees. West may lie east of East: then the box crosses
// the 180th meridian.
type Box struct {
	South float64 `yaml:"south"`
	West  float64 `yaml:"west"`
	North float64 `yaml:"north"`
	East  float64 `yaml:"east"`
}

// Contains tells whether a place lies in the box, its edges included.
func (b Box) Contains(lat, lon float64) bool {
	if lat < b.South || lat > b.North {
		return false
	}
	if b.West <= b.East {
		return lon >= b.West && lon <= b.East
	}
	return lon >= b.West || lon <= b.East
}

// SourceConfig is one source: an id and where its bytes come from.
type SourceConfig struct {
	// ID names the source in every report; the file's base name where nothing else is configured.
	ID   string
	Kind Kind
	// Paths are files, folders and globs, read one after the other; "-" is standard input, and tcp://host:port a server
	// that sends the same bytes from its beginning to whoever connects. Folders and globs are read in the order of the
	// files' names. A Tail has one path.
	Paths []string
	// Address is the host and port to connect to (TCP) or to listen at (TCPListen, UDP, AISCatcher).
	Address string
	// URL is the service of AISStream and AISHub.
	URL string
	// Key is the API key (AISStream), the user name (AISHub), user:password (AISCatcher) or the line to send after
	// connecting (TCP).
	Key secret.Value
	// Boxes are the areas to ask for; everywhere when empty.
	Boxes []Box
	// Interval is the time between two polls of AISHub.
	Interval time.Duration
	// Idle is how long a connection may be silent before it is made anew; zero is the default of the kind.
	Idle time.Duration
	// Rate is the most lines a second that are taken; zero takes all.
	Rate float64
	// Speed is how many times faster than their own time Files are read; zero reads them as fast as they can be.
	Speed float64
	// Lateness of zero is the default of the kind and receiver.
	Lateness time.Duration
	Receiver ais.Receiver
	// AssumeStart dates a recording without any time; the zero time refuses its reports.
	AssumeStart time.Time
}

// DefaultLateness, SatelliteLateness and HubLateness are how far behind a source's high event time a report may come and
// still count as in order (DESIGN, section 3): a shore station forwards within seconds, a satellite at its next downlink,
// and AISHub's table holds positions as old as the interval between two polls.
const (
	DefaultLateness   = 2 * time.Minute
	SatelliteLateness = 90 * time.Minute
	HubLateness       = 10 * time.Minute
)

// lateness is the configured one or the default.
func (c SourceConfig) lateness() time.Duration {
	switch {
	case c.Lateness > 0:
		return c.Lateness
	case c.Receiver == ais.Satellite:
		return SatelliteLateness
	case c.Kind == AISHub:
		return max(HubLateness, 2*c.Interval)
	}
	return DefaultLateness
}

// Repeats tells whether the source gives the same bytes from the start each time it is opened. Standard input and named
// pipes do not.
func (c SourceConfig) Repeats() bool {
	return c.Kind == Files && !slices.ContainsFunc(c.Paths, func(path string) bool {
		if path == "-" {
			return true
		}
		info, err := os.Stat(path)
		return err == nil && !info.Mode().IsRegular() && !info.IsDir()
	})
}

// Repeatable tells whether a Replay can stand for all of the sources: each repeats itself, and none keeps a pace.
func Repeatable(sources []SourceConfig) bool {
	return !slices.ContainsFunc(sources, func(c SourceConfig) bool { return !c.Repeats() || c.Speed > 0 })
}

// Fingerprint tells two configurations apart whose reports cannot be numbered in one run: it is a hash of what the
// sources are, in their order. It holds no secret.
func Fingerprint(sources []SourceConfig) string {
	h := sha256.New()
	e := json.NewEncoder(h)
	for _, c := range sources {
		start := int64(0)
		if !c.AssumeStart.IsZero() {
			start = c.AssumeStart.UnixMilli()
		}
		// Text, numbers and lists of text always have a form in JSON, and a hash takes all.
		_ = e.Encode([]any{c.ID, c.Kind.String(), c.Paths, c.Address, withoutSecrets(c.URL), int64(c.lateness()), c.Receiver, start})
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// withoutSecrets drops what may hold a key: user, query and fragment.
func withoutSecrets(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()
}

// Check tells what is wrong with a list of sources.
func Check(sources []SourceConfig) error {
	if len(sources) == 0 {
		return errors.New("no source is configured")
	}
	seen := map[string]bool{}
	for i, s := range sources {
		switch {
		case s.ID == "":
			return fmt.Errorf("source %d has no id", i+1)
		case seen[s.ID]:
			return fmt.Errorf("source %q is configured twice", s.ID)
		}
		seen[s.ID] = true
		if err := s.check(); err != nil {
			return fmt.Errorf("source %q: %w", s.ID, err)
		}
	}
	return nil
}

// check tells what is wrong with one source.
func (c SourceConfig) check() error {
	switch {
	case int(c.Kind) >= len(kindNames):
		return fmt.Errorf("kind %d is not known", c.Kind)
	case c.Lateness < 0 || c.Lateness > 24*time.Hour:
		return fmt.Errorf("lateness %s: 0 to 24h expected", c.Lateness)
	case c.Receiver > ais.Shipborne:
		return fmt.Errorf("receiver %d is not known", c.Receiver)
	case c.Idle != 0 && (c.Idle < time.Second || c.Idle > 24*time.Hour):
		return fmt.Errorf("idle %s: 1s to 24h expected", c.Idle)
	case !(c.Rate >= 0 && c.Rate <= 1e7):
		return fmt.Errorf("rate %g: 0 to 1e7 lines a second expected", c.Rate)
	case !(c.Speed >= 0 && c.Speed <= 1e9):
		return fmt.Errorf("speed %g: 0 to 1e9 expected", c.Speed)
	}
	for _, b := range c.Boxes {
		if !(b.South >= -90 && b.South < b.North && b.North <= 90 && b.West >= -180 && b.West <= 180 && b.East >= -180 && b.East <= 180 && b.West != b.East) {
			return fmt.Errorf("box %g,%g,%g,%g: south, west, north and east in degrees expected, south below north", b.South, b.West, b.North, b.East)
		}
	}
	return c.checkPlace()
}

// checkPlace tells whether the source has what its kind needs, and nothing that its kind has no use for.
func (c SourceConfig) checkPlace() error {
	type use struct {
		name        string
		given       bool
		needs, uses []Kind
	}
	for _, u := range []use{
		{"path", len(c.Paths) > 0, []Kind{Files, Tail}, []Kind{Files, Tail, Stdin}},
		{"address", c.Address != "", []Kind{TCP, TCPListen, UDP, AISCatcher}, []Kind{TCP, TCPListen, UDP, AISCatcher}},
		{"url", c.URL != "", []Kind{AISStream, AISHub}, []Kind{AISStream, AISHub}},
		{"key", c.Key != "", []Kind{AISStream, AISHub}, []Kind{AISStream, AISHub, AISCatcher, TCP}},
		{"boxes", len(c.Boxes) > 0, nil, []Kind{AISStream, AISHub}},
		{"interval", c.Interval != 0, nil, []Kind{AISHub}},
		{"idle", c.Idle != 0, nil, []Kind{TCP, TCPListen, AISStream}},
		{"speed", c.Speed != 0, nil, []Kind{Files}},
		{"assume_start", !c.AssumeStart.IsZero(), nil, []Kind{Files}},
	} {
		switch {
		case !u.given && slices.Contains(u.needs, c.Kind):
			return fmt.Errorf("no %s: kind %s needs it", u.name, c.Kind)
		case u.given && !slices.Contains(u.uses, c.Kind):
			return fmt.Errorf("kind %s has no use for %s", c.Kind, u.name)
		}
	}
	switch {
	case c.Kind == Tail && len(c.Paths) != 1:
		return fmt.Errorf("kind tail follows one path: %d given", len(c.Paths))
	case c.Kind == AISHub && c.Interval != 0 && (c.Interval < time.Minute || c.Interval > time.Hour):
		return fmt.Errorf("interval %s: 1m to 1h expected, AISHub allows one request a minute", c.Interval)
	case c.Kind == AISHub && len(c.Boxes) > 1:
		return fmt.Errorf("AISHub takes one box: %d given", len(c.Boxes))
	case c.Kind == AISCatcher && c.Key != "" && !strings.Contains(c.Key.Reveal(), ":"):
		return errors.New("key: user:password expected")
	case c.Address != "":
		return checkAddress(c.Address, c.Kind == TCP)
	}
	return checkURL(c)
}

// checkAddress wants a port, and a host where we connect.
func checkAddress(address string, dial bool) error {
	host, port, err := net.SplitHostPort(address)
	switch {
	case err != nil || port == "":
		return fmt.Errorf("address %q: host:port expected", address)
	case dial && host == "":
		return fmt.Errorf("address %q: a host to connect to expected", address)
	}
	if _, err := net.LookupPort("tcp", port); err != nil {
		return fmt.Errorf("address %q: port 0 to 65535 expected", address)
	}
	return nil
}

// checkURL wants the schemes of the services. The URL may hold a key and is not repeated.
func checkURL(c SourceConfig) error {
	schemes := map[Kind][]string{AISStream: {"wss", "ws"}, AISHub: {"https", "http"}}[c.Kind]
	if schemes == nil {
		return nil
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Host == "" || !slices.Contains(schemes, u.Scheme) {
		return fmt.Errorf("url: one that begins with %s:// expected", strings.Join(schemes, ":// or "))
	}
	return nil
}
