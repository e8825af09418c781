package ais

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/darkwake/darkwake/internal/sim/encode"
)

// shared returns the path of a folder or file beside the repository, ../shared/data/<parts>, and skips the test
// where it is absent.
func shared(tb testing.TB, parts ...string) string {
	tb.Helper()
	name := filepath.Join(parts...)
	dir, err := os.Getwd()
	if err != nil {
		tb.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			tb.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	path := filepath.Join(dir, "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		tb.Skipf("../shared/data/%s is not present: skipping %s", name, tb.Name())
	}
	return path
}

// linesOf reads a recording line by line, ends included.
func linesOf(tb testing.TB, path string) [][]byte {
	tb.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return bytes.SplitAfter(text, []byte("\n"))
}

// messageBits reads the messages of one type as text of 0 and 1.
func messageBits(tb testing.TB, kind int) []string {
	tb.Helper()
	f, err := os.Open(shared(tb, "go-ais", fmt.Sprintf("%d.msg.gz", kind)))
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		tb.Fatal(err)
	}
	var all []string
	for s := bufio.NewScanner(z); s.Scan(); {
		if len(s.Text()) > 0 {
			all = append(all, s.Text())
		}
	}
	return all
}

// naturalShares are the shares of the message types on air, per cent (LIBRARIES.md section 6).
var naturalShares = []struct {
	kind  int
	share float64
}{{1, 66.57}, {3, 11.9}, {4, 7.8}, {5, 6.5}, {18, 4.3}, {24, 0.74}, {21, 0.67}, {20, 0.60}, {8, 0.26}, {6, 0.21}, {17, 0.18}, {27, 0.15}, {15, 0.12}}

// naturalMix builds the corpus on which speed is measured: 90,000 recorded messages in the shares of real traffic,
// shuffled with a fixed seed; every fourth message 5 goes out in two sentences, as shore stations send it.
func naturalMix(tb testing.TB) [][]byte {
	const messages = 90_000
	var drawn []string
	for _, s := range naturalShares {
		all := messageBits(tb, s.kind)
		for i := range int(s.share/100*messages + 0.5) {
			drawn = append(drawn, all[i%len(all)])
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	rng.Shuffle(len(drawn), func(i, j int) { drawn[i], drawn[j] = drawn[j], drawn[i] })
	var file []byte
	fives, sequence := 0, 0
	for _, bits := range drawn {
		payload, fill := encode.Armour(bits)
		f := encode.Frame{Channel: "AB"[rng.IntN(2)], Width: 1000}
		if bits[:6] == "000101" {
			if fives++; fives%4 == 0 {
				f.Width, f.Sequence = 60, sequence%10
				sequence++
			}
		}
		for _, line := range encode.Wrap(payload, fill, f) {
			file = append(file, line+"\r\n"...)
		}
	}
	return bytes.SplitAfter(bytes.TrimSuffix(file, []byte("\n")), []byte("\n"))
}

// sentenceStart finds a sentence without asking for its end.
var sentenceStart = regexp.MustCompile(`!..VD[MO],`)

// sentenceText finds a VDM or VDO with its checksum anywhere in a line.
var sentenceText = regexp.MustCompile(`!..VD[MO],[^!\\*]*\*[0-9A-Fa-f]{2}`)

// cleanFiles are the recordings of the clean corpus, in their order.
var cleanFiles = []string{"noaadata/test.ais", "aislib/stream_example.txt", "aislib/decode_encode_messages.txt", "aislib/replay_dump.txt",
	"ais-decoder/test_ais_data.log", "go-ais/aistest.nmea", "pyais/nmea_data_sample.txt", "gpsd/ais-nmea-type6-fid55.log",
	"gpsd/sample.aivdm", "gpsd/ais_unpack_sixbit.log", "libais/test.aivdm", "libais/typeexamples.nmea",
	"ais-tools/mixed_types.nmea", "ais-tools/multi-part.nmea", "ais-tools/ee-multiline.nmea"}

// cleanCorpus cuts every sentence with a right checksum out of the recordings, with nothing round it.
func cleanCorpus(tb testing.TB) [][]byte {
	tb.Helper()
	var all [][]byte
	for _, name := range cleanFiles {
		for _, line := range linesOf(tb, shared(tb, name)) {
			if bytes.HasPrefix(line, []byte("#")) {
				continue
			}
			for _, s := range sentenceText.FindAll(line, -1) {
				if checks(s) {
					all = append(all, append(bytes.Clone(s), '\r', '\n'))
				}
			}
		}
	}
	return all
}

// rawCorpus is the same files line by line, untouched.
func rawCorpus(tb testing.TB) [][]byte {
	tb.Helper()
	var all [][]byte
	for _, name := range cleanFiles {
		for _, line := range linesOf(tb, shared(tb, name)) {
			if len(line) > 0 {
				all = append(all, line)
			}
		}
	}
	return all
}

// size is the number of bytes of all lines.
func size(lines [][]byte) (n int64) {
	for _, l := range lines {
		n += int64(len(l))
	}
	return n
}

// collector keeps copies of all that a decoder hands on.
type collector struct {
	reports []*Report
	rejects []Reject
}

func (c *collector) Report(r *Report) { c.reports = append(c.reports, r.Clone()) }

func (c *collector) Reject(r Reject) {
	r.Bytes = bytes.Clone(r.Bytes)
	c.rejects = append(c.rejects, r)
}

// decodeAll runs lines through a decoder of its own.
func decodeAll(o Options, lines ...string) (*collector, *Decoder) {
	c, d := &collector{}, NewDecoder(o)
	for i, line := range lines {
		d.Decode([]byte(line), At{Offset: int64(i), Line: uint64(i + 1)}, c)
	}
	d.Flush(c)
	return c, d
}

// guessed are options under which a line without any time is decoded too.
func guessed() Options {
	o := Defaults()
	o.Source, o.AssumeStart = "test", 1_700_000_000_000
	return o
}
