package write

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	goais "github.com/BertoldVdb/go-ais"
	"github.com/klauspost/compress/zstd"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// heard is one message of a feed, read by other code than the simulator's.
type heard struct {
	station string
	at      time.Time
	packet  goais.Packet
}

var feedLine = regexp.MustCompile(`^\\(?:g:\d-\d-(\d+),?)?(?:s:([A-Z0-9-]+),c:(\d+))?\*([0-9A-F]{2})\\!AIVDM,(\d),(\d),\d?,[AB],([^,]+),(\d)\*([0-9A-F]{2})$`)

// listen decodes a feed with go-ais. Spoilt lines are counted and skipped, and so is what they belong to.
func listen(t testing.TB, feed []byte, fn func(heard)) (spoilt int) {
	t.Helper()
	codec := goais.CodecNew(false, false)
	codec.DropSpace = true
	open := map[string]heard{}
	parts := map[string][]byte{}
	for line := range strings.SplitSeq(strings.TrimSuffix(string(feed), "\r\n"), "\r\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		f := feedLine.FindStringSubmatch(line)
		bang := strings.IndexByte(line, '!')
		if f == nil || encode.Checksum(line[bang+1:len(line)-3]) != hex(f[9]) || encode.Checksum(line[1:bang-4]) != hex(f[4]) {
			spoilt++
			continue
		}
		seconds, _ := strconv.ParseInt(f[3], 10, 64)
		h := heard{station: f[2], at: time.Unix(seconds, 0).UTC()}
		bits := sixBits(f[7], int(f[8][0]-'0'))
		if f[5] == "2" {
			if f[6] == "1" {
				open[f[1]], parts[f[1]] = h, bits
				continue
			}
			h, bits = open[f[1]], append(parts[f[1]], bits...)
			delete(open, f[1])
		}
		if h.packet = codec.DecodePacket(bits); h.packet != nil && h.station != "" {
			fn(h)
		}
	}
	return spoilt
}

func hex(s string) byte {
	v, _ := strconv.ParseUint(s, 16, 8)
	return byte(v)
}

func sixBits(payload string, fill int) []byte {
	bits := make([]byte, 0, 6*len(payload))
	for i := range len(payload) {
		v := payload[i] - '0'
		if v > 39 {
			v -= 8
		}
		for j := 5; j >= 0; j-- {
			bits = append(bits, v>>j&1)
		}
	}
	return bits[:len(bits)-fill]
}

func feedOf(t testing.TB, w *sim.World) ([]byte, Counts) {
	t.Helper()
	var out bytes.Buffer
	counts, _ := writeTo(t, w, &out)
	return out.Bytes(), counts
}

func writeTo(t testing.TB, w *sim.World, out io.Writer) (Counts, *air.Heard) {
	t.Helper()
	n := NewNMEA(out, w)
	_, heard, err := air.Run(t.Context(), w, n.Deliver)
	if err != nil {
		t.Fatal(err)
	}
	if err := n.Flush(); err != nil {
		t.Fatal(err)
	}
	return n.Counts(), heard
}

// TestFirstLookFeed makes the feed behind the README's first command once and looks at it from several sides.
func TestFirstLookFeed(t *testing.T) {
	racing.Skip(t)
	w := firstLook(t)
	var out bytes.Buffer
	_, reached := writeTo(t, w, &out)
	feed := out.Bytes()
	var all []heard
	listen(t, feed, func(h heard) { all = append(all, h) })
	t.Run("silent ships send nothing", func(t *testing.T) { checkSilence(t, w, all) })
	t.Run("in order of delivery", func(t *testing.T) { checkOrder(t, all) })
	t.Run("same as committed", func(t *testing.T) { checkCommitted(t, w, feed, reached) })
}

// checkSilence also proves the other direction: a class A ship that the first look's feed does not
// hear for six hours has, but for bad luck now and then, a reason in the truth. Boats with class B are heard badly.
func checkSilence(t *testing.T, w *sim.World, all []heard) {
	ships := map[uint32]*sim.Ship{}
	for _, s := range w.Ships() {
		ships[s.MMSI()] = s
	}
	last := map[uint32]time.Time{}
	messages, gaps := 0, 0
	for _, h := range all {
		s := ships[h.packet.GetHeader().UserID]
		if s == nil {
			continue
		}
		messages++
		at := h.at.Sub(w.Scenario().Start.Time)
		if s.Silent(at-2*time.Second) && s.Silent(at+2*time.Second) {
			t.Errorf("%s is silent, but was heard at %s by %s", s.Name(), h.at.Format(time.DateTime), h.station)
		}
		before, known := last[s.MMSI()]
		if from := before.Sub(w.Scenario().Start.Time); known && !s.Kind().ClassB && at-from > 6*time.Hour && !hasReason(s, from, at) {
			gaps++
			t.Logf("%s was not heard from %s for %s", s.Name(), before.Format(time.DateTime), at-from)
		}
		last[s.MMSI()] = h.at
	}
	if messages < 100_000 || len(last) != len(ships) {
		t.Errorf("heard %d messages of %d ships, want over 100,000 of %d", messages, len(last), len(ships))
	}
	if gaps > 5 {
		t.Errorf("%d silences of over six hours by bad reception alone: too many for a first look", gaps)
	}
}

// hasReason tells whether a ship was silent or away for some of a time.
func hasReason(s *sim.Ship, from, to time.Duration) bool {
	for at := from; at <= to; at += 10 * time.Minute {
		if s.Silent(at) || !s.Track().Present(at) {
			return true
		}
	}
	return false
}

// checkOrder: coast stations and relayed satellites stay within the two minutes that a reader of live
// feeds allows.
func checkOrder(t *testing.T, all []heard) {
	var high time.Time
	for _, h := range all {
		if late := high.Sub(h.at); late > 2*time.Minute {
			t.Errorf("%s delivers %s late", h.station, late)
		}
		if h.at.After(high) {
			high = h.at
		}
	}
}

func TestSmallWorld(t *testing.T) {
	w := small(t)
	feed, counts := feedOf(t, w)
	names, kinds := map[uint32]string{}, map[uint8]int{}
	var delayed, pretended int
	var high time.Time
	spoilt := listen(t, feed, func(h heard) {
		kinds[h.packet.GetHeader().MessageID]++
		if high.Sub(h.at) > 15*time.Minute {
			delayed++
		}
		if h.at.After(high) {
			high = h.at
		}
		switch m := h.packet.(type) {
		case goais.ShipStaticData:
			names[m.UserID] = m.Name
			if m.ImoNumber/10 < 900_000 {
				t.Errorf("IMO %d of %s is not the scenario's", m.ImoNumber, m.Name)
			}
		case goais.PositionReport:
			if m.UserID == 352999201 && m.Latitude < 24.77 && m.NavigationalStatus == 1 {
				pretended++
			}
		}
	})
	for _, kind := range []uint8{1, 4, 5, 18, 21, 24, 27} {
		if kinds[kind] < 20 {
			t.Errorf("heard %d messages of type %d, want 20 and more", kinds[kind], kind)
		}
	}
	if names[620999202] != "SYN TWO" || names[626999202] != "SYN OTHER" {
		t.Errorf("names by MMSI: got %v, want SYN TWO under 620999202 and SYN OTHER under 626999202", names)
	}
	if spoilt == 0 || spoilt != counts.Corrupted {
		t.Errorf("%d spoilt lines found, %d made", spoilt, counts.Corrupted)
	}
	if delayed == 0 || pretended < 20 {
		t.Errorf("%d messages delivered over 15 min late and %d false positions, want some of each", delayed, pretended)
	}
}

// checkCommitted compares with the bytes in the repository.
func checkCommitted(t *testing.T, w *sim.World, got []byte, reached *air.Heard) {
	if runtime.GOARCH != "amd64" {
		t.Skip("other processors fuse multiplication and addition: the last digit of a position may differ from the committed feed")
	}
	folder := filepath.Join("..", "..", "..", "testdata", "feeds")
	f, err := os.Open(filepath.Join(folder, "first-look.nmea.zst"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	want, err := io.ReadAll(bufio.NewReader(z))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the committed feed has %d bytes, the scenario gives %d others: run `make feeds`", len(want), len(got))
	}
	told := w.Truth()
	told.Mark(reached)
	var truth bytes.Buffer
	if err := told.Write(&truth); err != nil {
		t.Fatal(err)
	}
	if committed, err := os.ReadFile(filepath.Join(folder, "first-look.truth.json")); err != nil || !bytes.Equal(committed, truth.Bytes()) {
		t.Errorf("the committed truth is not the scenario's (%v): run `make feeds`", err)
	}
	if !bytes.HasPrefix(want, []byte("# SYNTHETIC")) {
		t.Error("the feed does not begin by saying that it is synthetic")
	}
}

func BenchmarkNMEA(b *testing.B) {
	w := small(b)
	counts, size := Counts{}, int64(0)
	for b.Loop() {
		out := &counting{}
		counts, _ = writeTo(b, w, out)
		size = out.n
	}
	b.SetBytes(size)
	b.ReportMetric(float64(counts.Sentences)*float64(b.N)/b.Elapsed().Seconds(), "sentences/s")
	if counts.Sentences < 3000 {
		b.Fatalf("got %d sentences, want over 3,000", counts.Sentences)
	}
}

type counting struct{ n int64 }

func (c *counting) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

func TestSameSeedSameBytes(t *testing.T) {
	var a, b bytes.Buffer
	for _, out := range []*bytes.Buffer{&a, &b} {
		w := small(t)
		writeTo(t, w, out)
		if err := w.Truth().Write(out); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two runs of one scenario differ")
	}
	if a.Len() < 100_000 {
		t.Errorf("only %d bytes: no feed to compare", a.Len())
	}
}

// firstLook is the world behind the README's first command.
func firstLook(t testing.TB) *sim.World {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "..", "..", "testdata", "scenarios", "first-look.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// small is a world of a few days with everything in it that the first one leaves out.
func small(t testing.TB) *sim.World {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "testdata", "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestRepeatedLinesAreTheSameToTheByte: also those of two parts, and those spoilt on the way.
func TestRepeatedLinesAreTheSameToTheByte(t *testing.T) {
	s, err := scenario.Open(filepath.Join("..", "testdata", "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	s.Faults = scenario.Faults{Corrupted: 0.1, Cut: 0.1}
	for i := range s.Stations {
		s.Stations[i].Repeats = 0.2
	}
	w, err := sim.New(s)
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	n := NewNMEA(&out, w)
	lines := map[uint64]string{}
	long := 0
	_, _, err = air.Run(t.Context(), w, func(d *air.Delivery) error {
		if err := n.Flush(); err != nil {
			return err
		}
		out.Reset()
		if err := errors.Join(n.Deliver(d), n.Flush()); err != nil {
			return err
		}
		lines[d.Number] = out.String()
		if d.Repeats != 0 && lines[d.Repeats] != out.String() {
			t.Errorf("got %q, want %q again", out.String(), lines[d.Repeats])
		}
		if d.Repeats != 0 && strings.Count(out.String(), "\n") > 1 {
			long++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if long < 20 {
		t.Errorf("%d repetitions of messages of two parts: too few", long)
	}
}
