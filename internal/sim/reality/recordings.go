package reality

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/populate"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/write"
	"github.com/darkwake/darkwake/pkg/feed"
)

// Recording is one real recording beside the checkout.
type Recording struct {
	Name  string   // as it stands in tables; its first part is the folder
	Files []string // below the folder of recordings
	// Untimed marks a recording without times: nothing that depends on time is measured.
	Untimed bool
	// About says what it is, for the document.
	About string
}

// Recordings are those that say something about rates, values or silences.
func Recordings() []Recording {
	var bits []string
	for _, kind := range []string{"1", "2", "3", "5", "18", "19", "24", "27"} {
		bits = append(bits, "go-ais/"+kind+".msg.gz")
	}
	return []Recording{
		{Name: "aislib", Files: []string{"aislib/stream_example.txt"}, About: "national feed of Denmark and beyond, June 2010, 28 s"},
		{Name: "noaadata", Files: []string{"noaadata/test.ais"}, About: "US Coast Guard, many stations, July 2006, 48 s"},
		{Name: "go-ais feed", Files: []string{"go-ais/aistest.nmea"}, About: "Norwegian feed, February 2019, 2 s"},
		{Name: "go-ais bits", Files: bits, Untimed: true, About: "up to 2,000 messages of each type from all over the world, without times; the number of each type is no mix"},
		{Name: "gpsd", Files: []string{"gpsd/ais-nmea-type6-fid55.log"}, Untimed: true, About: "decoder regression file, without times"},
		{Name: "pyais", Files: []string{"pyais/nmea_data_sample.txt"}, Untimed: true, About: "one receiver in the Aegean, without times"},
		{Name: "gpsdio-segment", Files: []string{"gpsdio-segment/204814000.ndjson.gz", "gpsdio-segment/205316000.ndjson.gz",
			"gpsdio-segment/230942350.ndjson.gz", "gpsdio-segment/538004505.ndjson.gz"},
			About: "four clean tracks of August 2014, thinned by their publisher, shore stations and satellites"},
		{Name: "hormuz-aisstream", Files: []string{"hormuz-aisstream/positions.csv"}, About: "off Dubai and in the Strait, March 2026, 2.5 h, heavy interference, stamped on arrival"},
	}
}

// epoch dates recordings without times. Nothing that depends on it is measured.
var epoch = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// MeasureRecording measures one recording in the folder that holds them all.
func MeasureRecording(ctx context.Context, folder string, rec Recording) (*Figures, error) {
	o := feed.Defaults()
	source := feed.SourceConfig{ID: rec.Name}
	var sources []feed.SourceConfig
	var bits bytes.Buffer
	for _, name := range rec.Files {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if filepath.Ext(name) == ".gz" && filepath.Ext(name[:len(name)-3]) == ".msg" {
			if err := bitFile(&bits, path); err != nil {
				return nil, fmt.Errorf("measure %s: %w", rec.Name, err)
			}
			source.Paths = []string{"-"}
			continue
		}
		sources = append(sources, feed.SourceConfig{ID: name, Paths: []string{path}})
	}
	if bits.Len() > 0 {
		o.Stdin = &bits
		sources = append(sources, source)
	}
	if rec.Untimed {
		for i := range sources {
			sources[i].AssumeStart = epoch
		}
	}
	return Measure(ctx, rec.Name, sources, o)
}

func bitFile(out *bytes.Buffer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("read %s: %w", path, err)
	}
	return bitStrings(out, z)
}

// bitStrings turns messages written as lines of 0 and 1 into sentences.
func bitStrings(out *bytes.Buffer, in io.Reader) error {
	lines := bufio.NewScanner(in)
	for n := 0; lines.Scan(); n++ {
		payload, fill, err := armour(lines.Bytes())
		if err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
		const most = 60 // characters in one sentence, as in the field
		parts := (len(payload) + most - 1) / most
		for i := range parts {
			piece, pad, group := payload[i*most:min(len(payload), (i+1)*most)], 0, ""
			if i == parts-1 {
				pad = fill
			}
			if parts > 1 {
				group = fmt.Sprint(n % 10)
			}
			text := fmt.Sprintf("AIVDM,%d,%d,%s,A,%s,%d", parts, i+1, group, piece, pad)
			fmt.Fprintf(out, "!%s*%02X\n", text, encode.Checksum(text))
		}
	}
	return lines.Err()
}

// armour packs bits into the six-bit characters of NMEA.
func armour(bits []byte) (payload []byte, fill int, err error) {
	for i := 0; i < len(bits); i += 6 {
		v := byte(0)
		for j := range 6 {
			v <<= 1
			if i+j >= len(bits) {
				fill++
				continue
			}
			if bits[i+j] != '0' && bits[i+j] != '1' {
				return nil, 0, errors.New("a message is written in 0 and 1")
			}
			v |= bits[i+j] - '0'
		}
		if v += '0'; v > 'W' {
			v += 8
		}
		payload = append(payload, v)
	}
	return payload, fill, nil
}

// MeasureScenario makes a world, writes what is heard of it as sentences and measures these as any other feed, without
// a file between. Reports come as often as the standard says, whatever the scenario thins.
func MeasureScenario(ctx context.Context, s *scenario.Scenario) (*Figures, error) {
	s.Reporting = scenario.Reporting{}
	if err := populate.Fill(s); err != nil {
		return nil, fmt.Errorf("populate %s: %w", s.Name, err)
	}
	world, err := sim.New(s)
	if err != nil {
		return nil, fmt.Errorf("make %s: %w", s.Name, err)
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop() // a measure that fails ends the world that feeds it
	in, out := io.Pipe()
	go func() {
		nmea := write.NewNMEA(out, world)
		_, _, err := air.Run(ctx, world, nmea.Deliver)
		out.CloseWithError(errors.Join(err, nmea.Flush()))
	}()
	defer in.Close() // so does the pipe
	o := feed.Defaults()
	o.Stdin = in
	return Measure(ctx, "simulated", []feed.SourceConfig{{ID: s.Name, Paths: []string{"-"}}}, o)
}
