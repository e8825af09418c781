package ais

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	goais "github.com/BertoldVdb/go-ais"
	"github.com/BertoldVdb/go-ais/aisnmea"
)

// tally is a sink that only adds up, so that a benchmark can check its answer.
type tally struct {
	reports, rejects, positions int64
	mmsi                        int64
	lon, lat                    float64
}

func (t *tally) Report(r *Report) {
	t.reports++
	t.mmsi += int64(r.MMSI)
	if r.Has&HasPosition != 0 {
		t.positions++
		t.lon += r.Position[0]
		t.lat += r.Position[1]
	}
}

func (t *tally) Reject(Reject) { t.rejects++ }

// perSecond reports the speed in lines.
func perSecond(b *testing.B, lines int) {
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkScan is finding a sentence in its line and checking it, the general way.
func BenchmarkScan(b *testing.B) {
	lines := naturalMix(b)
	b.SetBytes(size(lines))
	b.ReportAllocs()
	good := 0
	for b.Loop() {
		good = 0
		for _, line := range lines {
			if nextPiece(bytes.TrimRight(line, "\r\n"), 0).kind == vdm {
				good++
			}
		}
	}
	perSecond(b, len(lines))
	if good != len(lines) {
		b.Fatalf("got %d good sentences, want %d", good, len(lines))
	}
}

// BenchmarkAssemble is line to report for messages of two sentences only. So dense a stream uses each sequence number
// again after twenty lines; the few copies and rivals that this makes are in the check.
func BenchmarkAssemble(b *testing.B) {
	var lines [][]byte
	for _, line := range naturalMix(b) {
		if line[7] != '1' {
			lines = append(lines, line)
		}
	}
	b.SetBytes(size(lines))
	b.ReportAllocs()
	d, sum := NewDecoder(guessed()), &tally{}
	for b.Loop() {
		*sum, d.counters = tally{}, Counters{}
		for i, line := range lines {
			d.Decode(line, At{Line: uint64(i)}, sum)
		}
		d.Flush(sum)
	}
	perSecond(b, len(lines))
	back := 2*sum.reports + int64(d.Counters().GroupRepeats) + sum.rejects
	if back != int64(len(lines)) || sum.reports < int64(len(lines))/2*95/100 {
		b.Fatalf("got %d messages, %d repeats, %d rejects of %d lines", sum.reports, d.Counters().GroupRepeats, sum.rejects, len(lines))
	}
}

// BenchmarkLineToReport is the whole way from a line to a report with its time, on the natural mix. Its lines state no
// time: it is assumed and moved by the seconds in the messages, the dearest of the ways that need no wrapping.
func BenchmarkLineToReport(b *testing.B) {
	lines := naturalMix(b)
	want := reference(b, lines)
	b.SetBytes(size(lines))
	b.ReportAllocs()
	d, sum := NewDecoder(guessed()), &tally{}
	for b.Loop() {
		*sum = tally{}
		for i, line := range lines {
			d.Decode(line, At{Line: uint64(i)}, sum)
		}
		d.Flush(sum)
	}
	perSecond(b, len(lines))
	checkTally(b, sum, want)
}

// BenchmarkLineToReportParallel gives each core a decoder of its own and the same lines. One operation is one pass of one
// core over the mix; compare lines/s with BenchmarkLineToReport for the speed-up.
func BenchmarkLineToReportParallel(b *testing.B) {
	lines := naturalMix(b)
	want := reference(b, lines)
	b.SetBytes(size(lines))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		d, sum := NewDecoder(guessed()), &tally{}
		for pb.Next() {
			*sum = tally{}
			for i, line := range lines {
				d.Decode(line, At{Line: uint64(i)}, sum)
			}
			d.Flush(sum)
			checkTally(b, sum, want)
		}
	})
	perSecond(b, len(lines))
}

// BenchmarkTaggedLines is line to report on the natural mix with s: and c: in front of every line, as national feeds send.
func BenchmarkTaggedLines(b *testing.B) {
	var file []byte
	for i, line := range naturalMix(b) {
		file = append(file, tagged(fmt.Sprintf("s:2573%d,c:%d", i%200, 1_700_000_000+i/300), string(line))...)
	}
	lines := bytes.SplitAfter(bytes.TrimSuffix(file, []byte("\n")), []byte("\n"))
	b.SetBytes(size(lines))
	b.ReportAllocs()
	d, sum := NewDecoder(Defaults()), &tally{}
	for b.Loop() {
		*sum = tally{}
		for i, line := range lines {
			d.Decode(line, At{Line: uint64(i)}, sum)
		}
		d.Flush(sum)
	}
	perSecond(b, len(lines))
	if sum.reports < 88_000 { // halves that came from two stations are no messages
		b.Fatalf("got %d reports, want over 88000", sum.reports)
	}
}

// BenchmarkRawLines is line to report on recorded files as they are: comments, TAG blocks, trailers, stamps, GateHouse
// records and all, a fifth of the sentences in parts.
func BenchmarkRawLines(b *testing.B) {
	lines := rawCorpus(b)
	b.SetBytes(size(lines))
	b.ReportAllocs()
	sum := &tally{}
	for b.Loop() {
		*sum = tally{}
		d := NewDecoder(guessed())
		for i, line := range lines {
			d.Decode(line, At{Line: uint64(i)}, sum)
		}
		d.Flush(sum)
	}
	perSecond(b, len(lines))
	if sum.reports < 9_150 {
		b.Fatalf("got %d reports, want over 9150", sum.reports)
	}
}

// BenchmarkGoAIS is the same work by go-ais with its NMEA wrapper, as its documentation has it.
func BenchmarkGoAIS(b *testing.B) {
	lines := naturalMix(b)
	texts := strings.SplitAfter(string(bytes.Join(lines, nil)), "\n")
	codec := goais.CodecNew(false, false)
	codec.DropSpace = true
	b.SetBytes(size(lines))
	b.ReportAllocs()
	decoded := 0
	for b.Loop() {
		decoded = 0
		nm := aisnmea.NMEACodecNew(codec)
		for _, text := range texts {
			if p, err := nm.ParseSentence(text); err == nil && p != nil && p.Packet != nil {
				decoded++
			}
		}
	}
	perSecond(b, len(lines))
	if decoded < 89_000 {
		b.Fatalf("got %d messages, want about 90000", decoded)
	}
}

// reference decodes the mix by the general way, with its own joining of parts, for the sums that a benchmark must reach.
func reference(tb testing.TB, lines [][]byte) *tally {
	tb.Helper()
	sum, r := &tally{}, &Report{}
	head := map[string][]byte{}
	for _, line := range lines {
		f := bytes.Split(bytes.TrimRight(line, "\r\n"), []byte(","))
		payload := bytes.Clone(f[5])
		if f[1][0] == '2' && f[2][0] == '1' {
			head[string(f[3])+string(f[4])] = payload
			continue
		}
		if f[1][0] == '2' {
			payload = append(head[string(f[3])+string(f[4])], payload...)
		}
		if reason := decodePayload(payload, f[6][0]-'0', r); reason != NoReason || r.MMSI > maxMMSI {
			sum.rejects++
			continue
		}
		sum.Report(r)
	}
	return sum
}

// checkTally compares sums; those of degrees are the same additions in the same order.
func checkTally(tb testing.TB, got, want *tally) {
	tb.Helper()
	if *got != *want {
		tb.Errorf("got %+v, want %+v", *got, *want)
	}
}

// BenchmarkRatioToGoAIS takes both in turns, so that whatever else the machine does weighs on both alike, and reports the
// median of the rounds' ratios. One operation is a pass of ours over the whole mix and one of go-ais over a tenth of it.
func BenchmarkRatioToGoAIS(b *testing.B) {
	lines := naturalMix(b)
	d, sum, want := NewDecoder(guessed()), &tally{}, reference(b, lines)
	codec := goais.CodecNew(false, false)
	codec.DropSpace = true
	nm := aisnmea.NMEACodecNew(codec)
	texts := strings.SplitAfter(string(bytes.Join(lines, nil)), "\n")[:len(lines)/10]
	var ratios []float64
	for b.Loop() {
		*sum = tally{}
		begin := time.Now()
		for i, line := range lines {
			d.Decode(line, At{Line: uint64(i)}, sum)
		}
		d.Flush(sum)
		ours := float64(time.Since(begin)) / float64(len(lines))
		checkTally(b, sum, want)
		begin = time.Now()
		for _, text := range texts {
			if _, err := nm.ParseSentence(text); err != nil {
				b.Fatal(err)
			}
		}
		ratios = append(ratios, float64(time.Since(begin))/float64(len(texts))/ours)
	}
	slices.Sort(ratios)
	b.ReportMetric(ratios[len(ratios)/2], "times-go-ais")
}
