package feed

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// armour writes bits of a payload as six-bit characters.
type bits []byte

func (b *bits) put(v int64, n int) {
	for i := n - 1; i >= 0; i-- {
		*b = append(*b, byte(v>>i&1))
	}
}

func (b bits) armour() string {
	out := make([]byte, 0, len(b)/6)
	for i := 0; i+6 <= len(b); i += 6 {
		v := byte(0)
		for _, bit := range b[i : i+6] {
			v = v<<1 | bit
		}
		if v += 48; v > 87 {
			v += 8
		}
		out = append(out, v)
	}
	return string(out)
}

// positionSentence is a message 1 of our own making (ITU-R M.1371-5, table 48).
func positionSentence(mmsi int64, lon, lat float64, second int64) string {
	var b bits
	b.put(1, 6)
	b.put(0, 2)
	b.put(mmsi, 30)
	b.put(0, 4)
	b.put(-128, 8)
	b.put(123, 10)
	b.put(1, 1)
	b.put(int64(lon*600_000), 28)
	b.put(int64(lat*600_000), 27)
	b.put(900, 12)
	b.put(90, 9)
	b.put(second, 6)
	b.put(0, 25)
	return sentence("AIVDM,1,1,,A," + b.armour() + ",0")
}

// clockSentence is a message 4: a base station that states a clock of 2024-01-01 and the given time of day.
func clockSentence(mmsi int64, hour, minute, second int64) string {
	var b bits
	b.put(4, 6)
	b.put(0, 2)
	b.put(mmsi, 30)
	b.put(2024, 14)
	b.put(1, 4)
	b.put(1, 5)
	b.put(hour, 5)
	b.put(minute, 6)
	b.put(second, 6)
	b.put(0, 1)
	b.put(int64(56.0*600_000), 28)
	b.put(int64(25.0*600_000), 27)
	b.put(0, 34)
	return sentence("AIVDM,1,1,,A," + b.armour() + ",0")
}

func sentence(body string) string {
	return fmt.Sprintf("!%s*%02X", body, checksum(body))
}

func checksum(s string) byte {
	sum := byte(0)
	for i := range len(s) {
		sum ^= s[i]
	}
	return sum
}

// tagged puts a TAG block with a time in front of a sentence.
func tagged(seconds int64, sentence string) string {
	block := fmt.Sprintf("s:st1,c:%d", seconds)
	return fmt.Sprintf("\\%s*%02X\\%s", block, checksum(block), sentence)
}

// start2024 is 2024-01-01T00:00:00Z.
const start2024 = 1_704_067_200

// writeTraffic writes n lines of 500 ships, 50 lines a second, half of them with a TAG block.
func writeTraffic(w io.Writer, n int) error {
	for i := range n {
		s := int64(i / 50)
		line := positionSentence(int64(200_000_000+i%500), 56+float64(i%500)/1000, 25+float64(i%50)/1000, s%60)
		if i%2 == 0 {
			line = tagged(start2024+s, line)
		} else {
			line = fmt.Sprintf("%s,rst1,%d", line, start2024+s)
		}
		if _, err := fmt.Fprintf(w, "%s\r\n", line); err != nil {
			return err
		}
	}
	return nil
}

// writeBare writes n sentences and nothing else.
func writeBare(w io.Writer, n int) error {
	for i := range n {
		s := int64(i / 50)
		_, err := fmt.Fprintln(w, positionSentence(int64(200_000_000+i%500), 56+float64(i%500)/1000, 25, s%60))
		if err != nil {
			return err
		}
	}
	return nil
}

func trafficFile(tb testing.TB, n int, write func(io.Writer, int) error) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "traffic.nmea")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	if err := errors.Join(write(w, n), w.Flush(), f.Close()); err != nil {
		tb.Fatal(err)
	}
	return path
}

// BenchmarkReadNMEA measures the whole way from a plain file to records: bare sentences with an assumed start, and
// sentences with TAG blocks and trailers.
func BenchmarkReadNMEA(b *testing.B) {
	const lines = 300_000
	write := map[string]func(io.Writer, int) error{"bare": writeBare, "tagged": writeTraffic}
	for _, name := range []string{"bare", "tagged"} {
		b.Run(name, func(b *testing.B) {
			path := trafficFile(b, lines, write[name])
			info, err := os.Stat(path)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(info.Size())
			b.ReportAllocs()
			reports := 0
			for b.Loop() {
				reports += readAll(b, SourceConfig{ID: "a", Paths: []string{path}, AssumeStart: time.Unix(start2024, 0)})
			}
			if want := lines * b.N; reports != want {
				b.Fatalf("got %d reports, want %d", reports, want)
			}
			b.ReportMetric(float64(reports)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}

func readAll(b *testing.B, s SourceConfig) (reports int) {
	p, err := Open(b.Context(), []SourceConfig{s}, Defaults())
	if err != nil {
		b.Fatal(err)
	}
	for {
		r, err := p.Next()
		switch {
		case errors.Is(err, io.EOF):
			if err := p.Close(); err != nil {
				b.Fatal(err)
			}
			return reports
		case err != nil:
			b.Fatal(err)
		case r.Report != nil:
			reports++
		}
	}
}
