package write

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/geo"
)

// deliveries runs a world once and keeps what arrives.
func deliveries(t testing.TB, w *sim.World) []air.Delivery {
	t.Helper()
	var all []air.Delivery
	if _, _, err := air.Run(t.Context(), w, func(d *air.Delivery) error { all = append(all, *d); return nil }); err != nil {
		t.Fatal(err)
	}
	return all
}

// facts are what a reader of a feed knows of it.
type facts struct {
	places     map[string][]time.Time // by MMSI and rounded position: when
	identities map[string]bool
	draughts   map[string]bool
	refused    int
	grid       func(geo.Point) string // rounds to what the format holds
}

// onAirGrid rounds to 1/10,000 minute, as positions are transmitted; tableGrid to five decimals.
func onAirGrid(p geo.Point) string { return fmt.Sprintf("%.0f %.0f", p[0]*600_000, p[1]*600_000) }
func tableGrid(p geo.Point) string { return fmt.Sprintf("%.5f %.5f", p[0], p[1]) }

func (f *facts) add(r *ais.Report) {
	if r.Carries(ais.HasPosition) && r.Flags&ais.Coarse == 0 && r.MMSI.Ship() {
		key := fmt.Sprintf("%d %s", r.MMSI, f.grid(r.Position))
		f.places[key] = append(f.places[key], r.Time.Time())
	}
	if r.Kind != ais.Static || !r.MMSI.Ship() {
		return
	}
	for has, text := range map[ais.Field]string{
		ais.HasIMO: fmt.Sprint("imo ", r.IMO), ais.HasName: fmt.Sprint("name ", r.Name), ais.HasCallSign: fmt.Sprint("call sign ", r.CallSign),
		ais.HasShipType: fmt.Sprint("type ", r.ShipType),
	} {
		if r.Carries(has) {
			f.identities[fmt.Sprintf("%d %s", r.MMSI, text)] = true
		}
	}
	if r.Carries(ais.HasDraught) {
		f.draughts[fmt.Sprintf("%d %.1f", r.MMSI, float64(r.Draught))] = true
	}
}

// read writes deliveries in a format and reads them as darkwake reads any feed.
func read(t *testing.T, all []air.Delivery, name string, grid func(geo.Point) string, make func(io.Writer) Writer) (facts, Counts) {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := make(file)
	for i := range all {
		if err := w.Deliver(&all[i]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Flush(), file.Close()); err != nil {
		t.Fatal(err)
	}
	f := facts{places: map[string][]time.Time{}, identities: map[string]bool{}, draughts: map[string]bool{}, grid: grid}
	o := feed.Defaults()
	o.Rejected = func(ais.Reject) { f.refused++ }
	sources, err := feed.Inputs([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	stream, err := feed.Open(t.Context(), sources, o)
	if err != nil {
		t.Fatal(err)
	}
	defer stream.Close()
	for {
		r, err := stream.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if r.Report != nil {
			f.add(r.Report)
		}
	}
	for _, p := range stream.Problems() {
		t.Error(p)
	}
	return f, w.Counts()
}

// TestEveryFormatTellsTheSameStory reads one world's deliveries in three formats. What a format cannot hold is taken
// out of the sentences first; the rest must be the same.
func TestEveryFormatTellsTheSameStory(t *testing.T) {
	w := small(t)
	all := deliveries(t, w)
	nmea := func(out io.Writer) Writer { return NewNMEA(out, w) }
	live := slices.DeleteFunc(slices.Clone(all), func(d air.Delivery) bool {
		return d.Space && w.At(d.Arrival).Sub(d.Stamp) > MostDelay
	})
	cases := []struct {
		name  string
		heard []air.Delivery
		file  string
		make  func(io.Writer) Writer
		grid  func(geo.Point) string
		apart time.Duration // times may differ by this much
	}{
		{"aisstream, but for what comes late", live, "x.jsonl", func(out io.Writer) Writer { return NewAISStream(out, w) }, onAirGrid, MostDelay + 5*time.Second},
		{"marinecadastre, but for coarse positions", all, "x.csv", func(out io.Writer) Writer { return NewMarineCadastre(out, w) }, tableGrid, copyWithin},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			want, _ := read(t, c.heard, "x.nmea", c.grid, nmea)
			got, counts := read(t, all, c.file, c.grid, c.make)
			if len(want.places) < 2000 || len(want.identities) < 10 || len(want.draughts) < 3 {
				t.Fatalf("%d places, %d identities and %d draughts are too few to compare", len(want.places), len(want.identities), len(want.draughts))
			}
			same(t, "identity", got.identities, want.identities)
			same(t, "draught", got.draughts, want.draughts)
			same(t, "place", got.places, want.places)
			for key, times := range got.places {
				for _, at := range times {
					if !slices.ContainsFunc(want.places[key], func(b time.Time) bool { return at.Sub(b).Abs() <= c.apart }) {
						t.Fatalf("%s at %s: want one of %v", key, at, want.places[key])
					}
				}
			}
			if got.refused != 0 || counts.LeftOut == 0 {
				t.Errorf("%d rows refused, want none; %d messages left out, want some", got.refused, counts.LeftOut)
			}
			t.Logf("%d places, %d lines, %+v", len(got.places), counts.Sentences, counts)
		})
	}
}

// same compares the keys of two maps and names a few that differ.
func same[V any](t *testing.T, what string, got, want map[string]V) {
	t.Helper()
	differ := func(a, b map[string]V) (only []string) {
		for _, key := range slices.Sorted(maps.Keys(a)) {
			if _, ok := b[key]; !ok {
				only = append(only, key)
			}
		}
		return only
	}
	if extra, missing := differ(got, want), differ(want, got); len(extra)+len(missing) > 0 {
		t.Errorf("%s: %d of %d are not in the sentences, %d of them are missing: %.3q and %.3q", what, len(extra), len(got), len(missing),
			extra[:min(3, len(extra))], missing[:min(3, len(missing))])
	}
}

// TestFilesSayThatTheyAreSynthetic looks at the first bytes.
func TestFilesSayThatTheyAreSynthetic(t *testing.T) {
	w := small(t)
	all := deliveries(t, w)[:50]
	cases := []struct {
		name, want string
		make       func(io.Writer) Writer
	}{
		{"nmea", "# SYNTHETIC: made by darkwake", func(out io.Writer) Writer { return NewNMEA(out, w) }},
		{"aisstream", `{"SYNTHETIC":"made by darkwake's cmd/simulate from scenario small, seed 7: no real ship, voyage or cargo","Message":{`,
			func(out io.Writer) Writer { return NewAISStream(out, w) }},
		{"marinecadastre has no room for it", Columns + "\n", func(out io.Writer) Writer { return NewMarineCadastre(out, w) }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var text textOf
			f := c.make(&text)
			for i := range all {
				if err := f.Deliver(&all[i]); err != nil {
					t.Fatal(err)
				}
			}
			if err := f.Flush(); err != nil || len(text) < len(c.want) || string(text[:len(c.want)]) != c.want {
				t.Errorf("begins with %.160q (%v), want %q", text, err, c.want)
			}
		})
	}
}

type textOf []byte

func (b *textOf) Write(p []byte) (int, error) { *b = append(*b, p...); return len(p), nil }

// BenchmarkWriters measures the text alone: the deliveries are made before.
func BenchmarkWriters(b *testing.B) {
	w := small(b)
	all := deliveries(b, w)
	for _, c := range []struct {
		name string
		make func(io.Writer) Writer
	}{
		{"nmea", func(out io.Writer) Writer { return NewNMEA(out, w) }},
		{"aisstream", func(out io.Writer) Writer { return NewAISStream(out, w) }},
		{"marinecadastre", func(out io.Writer) Writer { return NewMarineCadastre(out, w) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			size, lines := &counting{}, 0
			for b.Loop() {
				f := c.make(size)
				for i := range all {
					if err := f.Deliver(&all[i]); err != nil {
						b.Fatal(err)
					}
				}
				if err := f.Flush(); err != nil {
					b.Fatal(err)
				}
				lines = f.Counts().Sentences
			}
			b.SetBytes(size.n / int64(b.N))
			b.ReportMetric(float64(len(all))*float64(b.N)/b.Elapsed().Seconds(), "messages/s")
			if lines < 2000 {
				b.Fatalf("got %d lines, want over 2,000", lines)
			}
		})
	}
}

// TestMarineCadastreRows goes through the traps of the table.
func TestMarineCadastreRows(t *testing.T) {
	w := small(t)
	stamp := time.Date(2025, 6, 10, 12, 0, 5, 0, time.UTC)
	position := encode.Position{MMSI: 352999201, Status: 0, Turn: encode.NoTurn, Speed: 123, Longitude: 34_200_000, Latitude: 15_000_006, Course: 900, Heading: 91}
	unknown := position
	unknown.Speed, unknown.Course, unknown.Heading, unknown.Status = encode.NoSpeed, encode.NoCourse, encode.NoHeading, 15
	nowhere := position
	nowhere.Longitude, nowhere.Latitude = encode.NoLongitude, encode.NoLatitude
	static := encode.Static{MMSI: 352999201, IMO: 9002017, CallSign: "syna", Name: `SYN ONE, "LATE"@@`, ShipType: 80, Draught: 82,
		Size: encode.Dimensions{Bow: 229, Stern: 45, Port: 24, Starboard: 24}}
	cases := []struct {
		name     string
		messages []encode.Message
		want     string
	}{
		{"before any static message", []encode.Message{position}, "352999201,2025-06-10 12:00:05,57.00000,25.00001,12.3,90,91,,,,,0,,,,,A\n"},
		{"not available is empty", []encode.Message{unknown}, "352999201,2025-06-10 12:00:05,57.00000,25.00001,,,,,,,,15,,,,,A\n"},
		{"no position, no row", []encode.Message{nowhere}, ""},
		{"a copy gives no second row", []encode.Message{position, position}, "352999201,2025-06-10 12:00:05,57.00000,25.00001,12.3,90,91,,,,,0,,,,,A\n"},
		{"joined with the last static message, quoted where needed", []encode.Message{static, position},
			`352999201,2025-06-10 12:00:05,57.00000,25.00001,12.3,90,91,"SYN ONE, ""LATE""",IMO9002017,SYNA,80,0,274,48,8.2,80,A` + "\n"},
		{"a draught of zero and no IMO are empty", []encode.Message{encode.Static{MMSI: 352999201, Name: "SYN ONE"}, position},
			"352999201,2025-06-10 12:00:05,57.00000,25.00001,12.3,90,91,SYN ONE,,,,0,,,,,A\n"},
		{"class B from its two halves", []encode.Message{encode.StaticA{MMSI: 470999203, Name: "SYN BOAT"},
			encode.StaticB{MMSI: 470999203, ShipType: 30, CallSign: "SYND", Size: encode.Dimensions{Bow: 8, Stern: 6, Port: 2, Starboard: 2}},
			encode.ClassB{MMSI: 470999203, Speed: 60, Longitude: -34_200_000, Latitude: -15_000_000, Course: 5, Heading: encode.NoHeading}},
			"470999203,2025-06-10 12:00:05,-57.00000,-25.00000,6,0.5,,SYN BOAT,,SYND,30,,14,4,,,B\n"},
		{"coarse positions, stations and aids are not there", []encode.Message{encode.LongRange{MMSI: 352999201}, encode.Base{MMSI: 4709991},
			encode.Aid{MMSI: 994709991}, encode.Aircraft{MMSI: 111470999}}, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var text textOf
			f := NewMarineCadastre(&text, w)
			f.faults.Corrupted, f.faults.Cut = 0, 0
			for i, m := range c.messages {
				if err := f.Deliver(&air.Delivery{Stamp: stamp, Number: uint64(i), Message: m}); err != nil {
					t.Fatal(err)
				}
			}
			if err := f.Flush(); err != nil || string(text) != Columns+"\n"+c.want {
				t.Errorf("got %q (%v), want %q after the header", text, err, c.want)
			}
		})
	}
}
