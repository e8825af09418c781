package ais

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/BertoldVdb/go-ais"
	"github.com/BertoldVdb/go-ais/aisnmea"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/internal/sim/encode"
)

// plainMessage is a message of several sentences as one station sent it.
type plainMessage struct {
	payload string
	lines   []int // where its sentences stand in the station's stream
}

// plainAssembler is the reference: it sees one station alone, whose parts come in order. The parts are kept by talker,
// total, sequence and channel, and a first part starts anew.
func plainAssembler(lines []string) []plainMessage {
	open := map[string]*plainMessage{}
	var out []plainMessage
	for i, line := range lines {
		f := strings.Split(line[strings.IndexByte(line, '!'):], ",")
		if len(f) < 7 || f[1] == "1" {
			continue
		}
		key := f[0] + f[1] + f[3] + f[4]
		if f[2] == "1" {
			open[key] = &plainMessage{}
		}
		m := open[key]
		if m == nil || f[2] != fmt.Sprint(len(m.lines)+1) {
			delete(open, key)
			continue
		}
		m.payload += f[5]
		m.lines = append(m.lines, i)
		if f[1] == f[2] {
			out = append(out, *m)
			delete(open, key)
		}
	}
	return out
}

// station is one receiver's stream.
type station struct {
	name  string
	lines []string
}

// merged is a feed of several stations with its truth.
type merged struct {
	lines []string
	all   map[string]bool // the payload of every true message of several sentences
	whole map[string]bool // of those all of whose sentences are in the feed
}

// interleave merges the streams of stations line by line in random order and drops a share of the lines.
func interleave(rng *rand.Rand, stations []station, drop float64) merged {
	m := merged{all: map[string]bool{}, whole: map[string]bool{}}
	next := make([]int, len(stations))
	kept := make([][]bool, len(stations))
	var turn []int
	for s := range stations {
		kept[s] = make([]bool, len(stations[s].lines))
		for range stations[s].lines {
			turn = append(turn, s)
		}
	}
	rng.Shuffle(len(turn), func(i, j int) { turn[i], turn[j] = turn[j], turn[i] })
	for _, s := range turn {
		i := next[s]
		next[s]++
		if kept[s][i] = rng.Float64() >= drop; kept[s][i] {
			m.lines = append(m.lines, stations[s].lines[i])
		}
	}
	for s := range stations {
		for _, message := range plainAssembler(stations[s].lines) {
			m.all[message.payload] = true
			if !slices.ContainsFunc(message.lines, func(i int) bool { return !kept[s][i] }) {
				m.whole[message.payload] = true
			}
		}
	}
	return m
}

// withSecondReceiver adds a copy of every line 0 to 6 lines later; the copies keep their order.
func withSecondReceiver(rng *rand.Rand, lines []string) []string {
	var out []string
	sent := 0
	for i := range lines {
		out = append(out, lines[i])
		for until := i - rng.IntN(7); sent <= until; sent++ {
			out = append(out, lines[sent])
		}
	}
	return append(out, lines[sent:]...)
}

// split deals a stream out in n consecutive pieces, one to each station.
func split(lines []string, n int) []station {
	out := make([]station, n)
	for i := range out {
		out[i] = station{fmt.Sprintf("st%d", i), lines[i*len(lines)/n : (i+1)*len(lines)/n]}
	}
	return out
}

// allTypes gives every recorded bit string once, cut at 60 characters, dealt out to n stations that count their
// sequence on their own; tagged with s: and g: if asked for.
func allTypes(tb testing.TB, n int, tagged bool) []station {
	tb.Helper()
	out, sequence, group := make([]station, n), make([]int, n), 0
	rng := rand.New(rand.NewPCG(5, 6))
	var all []string
	for kind := 1; kind <= 27; kind++ {
		if kind != 26 { // not recorded
			all = append(all, messageBits(tb, kind)...)
		}
	}
	rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for i, bits := range all {
		payload, fill := encode.Armour(bits)
		s := i % n
		f := encode.Frame{Channel: "AB"[rng.IntN(2)], Sequence: sequence[s]}
		if len(payload) > encode.DefaultWidth {
			sequence[s] = (sequence[s] + 1) % 10
		}
		out[s].name = fmt.Sprintf("st%d", s)
		if tagged {
			group++
			f.Tag = encode.Tag{Station: out[s].name, Time: 1_700_000_000 + int64(i/20), Group: 1000 + group%9000}
		}
		out[s].lines = append(out[s].lines, encode.Wrap(payload, fill, f)...)
	}
	return out
}

// joinedPayload is the payload of a message of several sentences, empty for a single one.
func joinedPayload(raw []byte) string {
	if !bytes.Contains(raw, []byte("\n")) {
		return ""
	}
	payload := ""
	for _, line := range bytes.Split(raw, []byte("\n")) {
		payload += string(bytes.Split(line[bytes.IndexByte(line, '!'):], []byte(","))[5])
	}
	return payload
}

// score says how an assembler did on a feed.
type score struct{ found, whole, chimeras int }

// scoreOurs runs the feed through a decoder. What the payload decoder refuses was assembled all the same.
func scoreOurs(m merged) score {
	c, _ := decodeAll(guessed(), m.lines...)
	var got []string
	for _, r := range c.reports {
		got = append(got, joinedPayload(r.Raw))
	}
	for _, r := range c.rejects {
		if r.Reason != IncompleteGroup {
			got = append(got, joinedPayload(r.Bytes))
		}
	}
	return m.score(got)
}

// scoreGoAIS runs the feed through go-ais's wrapper.
func scoreGoAIS(m merged) score {
	codec := ais.CodecNewFast(false, false, true)
	nm := aisnmea.NMEACodecNew(codec)
	var got []string
	for _, line := range m.lines {
		p, err := nm.ParseSentence(line)
		if err == nil && p != nil {
			got = append(got, armouredLong(p.Payload))
		}
	}
	return m.score(got)
}

// armouredLong armours one bit to a byte; what fits into one sentence gives nothing.
func armouredLong(bits []byte) string {
	text := make([]byte, len(bits))
	for i, b := range bits {
		text[i] = '0' + b
	}
	payload, _ := encode.Armour(string(text))
	if len(payload) <= encode.DefaultWidth {
		return ""
	}
	return payload
}

// score compares the payloads that an assembler made with the truth.
func (m merged) score(got []string) score {
	s, seen := score{whole: len(m.whole)}, map[string]bool{}
	for _, payload := range got {
		switch {
		case payload == "":
		case !m.all[payload]:
			s.chimeras++
		case m.whole[payload] && !seen[payload]:
			s.found++
		}
		seen[payload] = true
	}
	return s
}

func TestAssemblerOnMergedFeeds(t *testing.T) {
	racing.Skip(t)
	var clean []string
	for _, line := range cleanCorpus(t) {
		clean = append(clean, strings.TrimRight(string(line), "\r\n"))
	}
	one, sixteen := allTypes(t, 1, false), allTypes(t, 16, false)
	rng := rand.New(rand.NewPCG(3, 4))
	double := func(s []station) merged {
		m := interleave(rng, s, 0)
		m.lines = withSecondReceiver(rng, m.lines)
		return m
	}
	for _, c := range []struct {
		name     string
		feed     merged
		least    float64 // share of the whole messages that must be found
		chimeras float64 // most chimeras as a share of the whole messages, LIBRARIES.md 2.3 for go-ais
	}{
		{"recorded, as it is", interleave(rng, split(clean, 1), 0), 0.97, 1. / 1609},
		{"recorded, 5 % lost", interleave(rng, split(clean, 1), 0.05), 0.97, 34. / 1609},
		{"recorded, two receivers", double(split(clean, 1)), 0.97, 135. / 2580},
		{"recorded, 16 stations without tags", interleave(rng, split(clean, 16), 0), 0.88, 12. / 1609},
		{"all types, 5 % lost", interleave(rng, one, 0.05), 0.99, 34. / 1609},
		{"all types, two receivers", double(one), 0.99, 135. / 2580},
		{"all types, 16 stations without tags", interleave(rng, sixteen, 0), 0.90, 12. / 1609},
		{"all types, 64 stations with s and g", interleave(rng, allTypes(t, 64, true), 0), 1, 0},
		{"all types, 64 stations with s and g, 5 % lost", interleave(rng, allTypes(t, 64, true), 0.05), 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, theirs := scoreOurs(c.feed), scoreGoAIS(c.feed)
			t.Logf("found %d of %d, %d chimeras; go-ais found %d, %d chimeras", got.found, got.whole, got.chimeras, theirs.found, theirs.chimeras)
			if float64(got.found) < c.least*float64(got.whole) {
				t.Errorf("got %d messages, want %.0f %% of %d", got.found, 100*c.least, got.whole)
			}
			if float64(got.chimeras) > c.chimeras*float64(got.whole) {
				t.Errorf("got %d chimeras, want at most %.1f %% of %d", got.chimeras, 100*c.chimeras, got.whole)
			}
		})
	}
}
