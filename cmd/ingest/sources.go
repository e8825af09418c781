package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/internal/cli"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/secret"
	"github.com/spf13/pflag"
)

// sourceFlags say which sources are read. All but feeds are about the sources that the arguments name.
type sourceFlags struct {
	feeds       string
	assumeStart string
	receiver    string
	keyFile     string
	boxes       []string
	lateness    time.Duration
	interval    time.Duration
	idle        time.Duration
	rate        float64
	speed       float64
	repeatable  bool
}

// inputs is what the commands say of their arguments.
const inputs = `An input is a file, a folder, a glob, - for standard input, or a URL:

  tcp://host:port          a server of NMEA lines (with --repeatable one that begins anew for each connection: a recording)
  tcp-listen://:port       senders of lines that connect to us
  udp://:port              datagrams of lines; a multicast group by its address
  tail:PATH                a file that grows, or a serial device
  wss://host/path          aisstream.io's websocket
  https://host/path        AISHub's table, polled
  aiscatcher://:port       AIS-catcher's posts to /v1/receive

The flags from --receiver on are about these inputs; a file for --feeds says more (docs/feeds.md). A key comes from --key-file
or the environment variable DARKWAKE_KEY.`

// register adds the flags to a command's.
func (f *sourceFlags) register(fl *pflag.FlagSet) {
	fl.StringVar(&f.feeds, "feeds", "", "source configuration (YAML)")
	fl.StringVar(&f.assumeStart, "assume-start", "", "start time (RFC 3339) for recordings that carry no time at all")
	fl.StringVar(&f.receiver, "receiver", "unknown", "kind of receiver: terrestrial, satellite, shipborne or unknown")
	fl.StringVar(&f.keyFile, "key-file", "", "file with the API key, user name, user:password or login line")
	fl.StringArrayVar(&f.boxes, "box", nil, "SOUTH,WEST,NORTH,EAST: an area to ask a service for, in degrees; may be given again")
	fl.DurationVar(&f.lateness, "lateness", 0, "how late a report may be and still keep its place (0: 2m, satellites 90m)")
	fl.DurationVar(&f.interval, "interval", 0, "time between two polls (0: 2m)")
	fl.DurationVar(&f.idle, "idle", 0, "silence after which a connection is made anew (0: 10m, aisstream.io 2m)")
	fl.Float64Var(&f.rate, "rate", 0, "most lines a second of a live source (0: all)")
	fl.Float64Var(&f.speed, "speed", 0, "read recordings so many times faster than their own time (0: as fast as they can be read)")
	fl.BoolVar(&f.repeatable, "repeatable", false, "a tcp:// server sends the same bytes from its beginning to whoever connects")
}

// given tells whether there is anything to read.
func (f *sourceFlags) given(args []string) error {
	if len(args) == 0 && f.feeds == "" && os.Getenv(cli.EnvName("feeds")) == "" {
		return usageError{errors.New("no input: expected --feeds FILE, or files, folders, - or URLs")}
	}
	return nil
}

// sources are those of the file and of the arguments. Every error is one of usage.
func (f *sourceFlags) sources(args []string) ([]feed.SourceConfig, error) {
	var sources []feed.SourceConfig
	if f.feeds != "" {
		file, err := os.Open(f.feeds)
		if err != nil {
			return nil, usageError{fmt.Errorf("--feeds: %w", err)}
		}
		defer file.Close()
		if sources, err = feed.LoadConfig(file); err != nil {
			return nil, usageError{fmt.Errorf("--feeds %s: %w", f.feeds, err)}
		}
	}
	if len(args) > 0 {
		named, err := f.named(args)
		if err != nil {
			return nil, usageError{err}
		}
		sources = append(sources, named...)
	}
	if err := feed.Check(sources); err != nil {
		return nil, usageError{err}
	}
	return sources, nil
}

// named are the sources of the arguments, with what the flags say of them.
func (f *sourceFlags) named(args []string) ([]feed.SourceConfig, error) {
	sources, err := feed.Inputs(args)
	if err != nil {
		return nil, err
	}
	if f.repeatable {
		for i := range sources {
			if sources[i].Kind != feed.TCP {
				continue
			}
			if err := feed.Repeat(sources[i : i+1]); err != nil {
				return nil, err
			}
		}
	}
	for _, flag := range f.settings() {
		if !flag.given {
			continue
		}
		used := len(flag.kinds) == 0
		for i := range sources {
			if len(flag.kinds) > 0 && !slices.Contains(flag.kinds, sources[i].Kind) {
				continue
			}
			used = true
			if err := flag.set(&sources[i]); err != nil {
				return nil, fmt.Errorf("--%s: %w", flag.name, err)
			}
		}
		if !used {
			return nil, fmt.Errorf("--%s: an input of kind %s expected, there is none", flag.name, flag.kinds[0])
		}
	}
	return sources, nil
}

// setting is a flag and the kinds of sources that have a use for it, all of them when none is named.
type setting struct {
	name  string
	given bool
	kinds []feed.Kind
	set   func(*feed.SourceConfig) error
}

func (f *sourceFlags) settings() []setting {
	key := os.Getenv(cli.EnvName("key"))
	live := []feed.Kind{feed.Tail, feed.Stdin, feed.TCP, feed.TCPListen, feed.UDP, feed.AISStream, feed.AISHub, feed.AISCatcher}
	keyed := []feed.Kind{feed.AISStream, feed.AISHub, feed.AISCatcher, feed.TCP}
	return []setting{
		{"receiver", f.receiver != "unknown", nil, func(s *feed.SourceConfig) (err error) {
			s.Receiver, err = feed.ParseReceiver(f.receiver)
			return err
		}},
		{"lateness", f.lateness != 0, nil, func(s *feed.SourceConfig) error { s.Lateness = f.lateness; return nil }},
		{"assume-start", f.assumeStart != "", []feed.Kind{feed.Files}, func(s *feed.SourceConfig) (err error) {
			if s.AssumeStart, err = time.Parse(time.RFC3339, f.assumeStart); err != nil {
				err = fmt.Errorf("%q: a time such as 2026-03-01T00:00:00Z expected", f.assumeStart)
			}
			return err
		}},
		{"key-file", f.keyFile != "", keyed, func(s *feed.SourceConfig) (err error) {
			s.Key, err = secret.Read(f.keyFile)
			return err
		}},
		{"box", len(f.boxes) > 0, []feed.Kind{feed.AISStream, feed.AISHub}, func(s *feed.SourceConfig) (err error) {
			s.Boxes, err = boxes(f.boxes)
			return err
		}},
		{"interval", f.interval != 0, []feed.Kind{feed.AISHub}, func(s *feed.SourceConfig) error { s.Interval = f.interval; return nil }},
		{"idle", f.idle != 0, []feed.Kind{feed.TCP, feed.TCPListen, feed.AISStream}, func(s *feed.SourceConfig) error { s.Idle = f.idle; return nil }},
		{"rate", f.rate != 0, live, func(s *feed.SourceConfig) error { s.Rate = f.rate; return nil }},
		{"speed", f.speed != 0, []feed.Kind{feed.Files}, func(s *feed.SourceConfig) error { s.Speed = f.speed; return nil }},
		// The services need a key; where none is given, feed.Check says so.
		{"key", key != "" && f.keyFile == "", nil, func(s *feed.SourceConfig) error {
			if s.Kind == feed.AISStream || s.Kind == feed.AISHub || s.Kind == feed.AISCatcher {
				s.Key = secret.Value(key)
			}
			return nil
		}},
	}
}

// boxes reads areas.
func boxes(texts []string) ([]feed.Box, error) {
	var all []feed.Box
	for _, text := range texts {
		var v [4]float64
		parts := strings.Split(text, ",")
		for i := range v {
			var err error
			if len(parts) == len(v) {
				v[i], err = strconv.ParseFloat(strings.TrimSpace(parts[i]), 64)
			}
			if len(parts) != len(v) || err != nil {
				return nil, fmt.Errorf("%q: SOUTH,WEST,NORTH,EAST in degrees expected, such as 22,47,31,60", text)
			}
		}
		all = append(all, feed.Box{South: v[0], West: v[1], North: v[2], East: v[3]})
	}
	return all, nil
}
