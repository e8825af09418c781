package feed

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/klauspost/compress/zstd"
)

// write puts text into a file of the test's folder and returns its path.
func write(t testing.TB, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// fix is a tagged position sentence, seconds after the start of 2024.
func fix(mmsi, seconds int64) string {
	return tagged(start2024+seconds, positionSentence(mmsi, 56, 25, seconds%60)) + "\n"
}

// story prints a stream's records, one a line.
func story(t testing.TB, p *Replay) []string {
	t.Helper()
	var out []string
	for {
		r, err := p.Next()
		switch {
		case errors.Is(err, io.EOF):
			return out
		case err != nil:
			t.Fatal(err)
		case r.Report != nil:
			late := ""
			if r.Report.Late {
				late = " late"
			}
			out = append(out, fmt.Sprintf("%s %d %s%s", r.Report.Source, r.Report.MMSI%1000, clock(r.Report.Time), late))
		default:
			m := r.Punctuation
			states := ""
			for _, s := range m.Marks {
				states += string("BAIE"[s.State])
			}
			out = append(out, fmt.Sprintf("-- %s %s %s", m.Source, states, clock(m.Watermark)))
		}
	}
}

func clock(u ais.UnixMilli) string {
	if u == 0 {
		return "none"
	}
	return u.Time().Format("2T15:04:05")
}

func TestPunctuations(t *testing.T) {
	dir := t.TempDir()
	a := write(t, dir, "a", fix(200000001, 10)+fix(200000001, 70)+fix(200000001, 75)+fix(200000001, 400))
	b := write(t, dir, "b", fix(200000002, 200)+fix(200000002, 230))
	p := open(t, []SourceConfig{{ID: "a", Paths: []string{a}}, {ID: "b", Paths: []string{b}, Lateness: time.Minute}}, Defaults())
	// The watermark is the lowest of where a source stands less its lateness: 2 min for a, 1 min for b.
	want := []string{
		"-- a BB none", "-- b BB none",
		"a 1 1T00:00:10", "-- a AB 31T23:59:10",
		"a 1 1T00:01:10", "-- a AB 31T23:59:15",
		"a 1 1T00:01:15",
		"b 2 1T00:03:20", "-- b AA 1T00:02:50",
		"b 2 1T00:03:50",
		"-- b AE 1T00:04:40",
		"a 1 1T00:06:40", "-- a AE 1T00:04:40",
		"-- a EE 1T00:06:40",
	}
	if got := story(t, p); !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestAnotherRunNeverFallsBehindTheLog(t *testing.T) {
	a := write(t, t.TempDir(), "a", fix(200000001, 10)+fix(200000001, 300))
	o := Defaults()
	after := &Punctuation{Run: 4, Number: 99, Watermark: (start2024 + 250) * 1000, First: (start2024 + 7) * 1000}
	for _, test := range []struct {
		run  uint64
		want []string
	}{
		{5, []string{"-- a B 1T00:04:10", "a 1 1T00:00:10 late", "-- a A 1T00:04:10", "a 1 1T00:05:00", "-- a A 1T00:04:10", "-- a E 1T00:05:00"}},
		{4, []string{"-- a B none", "a 1 1T00:00:10", "-- a A 1T00:03:00", "a 1 1T00:05:00", "-- a A 1T00:03:00", "-- a E 1T00:05:00"}},
	} {
		o.Resume = Resume{Run: test.run, After: after}
		p := open(t, []SourceConfig{{ID: "a", Paths: []string{a}}}, o)
		if got := story(t, p); !slices.Equal(got, test.want) {
			t.Errorf("run %d: got\n%s\nwant\n%s", test.run, strings.Join(got, "\n"), strings.Join(test.want, "\n"))
		}
	}
}

func TestLateness(t *testing.T) {
	day := int64(86400)
	tests := []struct {
		name     string
		lateness time.Duration
		receiver ais.Receiver
		seconds  []int64
		want     string // . in order, L late, T too late, F future
	}{
		{"in order", 0, 0, []int64{0, 10, 20}, "..."},
		{"two minutes back is in order", 0, 0, []int64{0, 120, 0}, "..."},
		{"two minutes and a second back is late", 0, 0, []int64{0, 121, 0}, "..L"},
		{"satellite: an hour and a half", 0, ais.Satellite, []int64{5400, 0, 5401, 0}, "...L"},
		{"as configured", time.Hour, 0, []int64{3600, 0, 3601, 0}, "...L"},
		{"clock jumps a day and back", 0, 0, []int64{0, 10, day, 20, 30, 40}, "..F..."},
		{"clock jumps a day for good", 0, 0, []int64{0, 10, day, day + 10, day + 20}, "....."},
		{"first clock is a day ahead", 0, 0, []int64{day, 10, 20, 30}, "F..."},
		{"clock a day behind: late", 0, 0, []int64{day, day + 10, 0, day + 20}, "..L."},
		{"three days behind: too late", 0, 0, []int64{3 * day, 3*day + 130, 0, 3*day + 140}, "..T."},
		{"sparse ship: every report is far ahead", 0, 0, []int64{0, 3600, 7200, 10800}, "...."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var text strings.Builder
			for i, s := range test.seconds {
				text.WriteString(fix(200000000+int64(i), s))
			}
			path := write(t, t.TempDir(), "a", text.String())
			got := bytes.Repeat([]byte{'?'}, len(test.seconds))
			o := Defaults()
			o.Rejected = func(r ais.Reject) {
				got[r.Number>>8-1] = map[ais.Reason]byte{ais.TooLate: 'T', ais.FutureTime: 'F'}[r.Reason]
				if !bytes.Contains(r.Bytes, []byte("!AIVDM")) {
					t.Errorf("reject without its bytes: %q", r.Bytes)
				}
			}
			p := open(t, []SourceConfig{{ID: "a", Paths: []string{path}, Lateness: test.lateness, Receiver: test.receiver}}, o)
			reports, marks := drain(t, p)
			for _, r := range reports {
				got[r.Number>>8-1] = map[bool]byte{false: '.', true: 'L'}[r.Late]
			}
			if string(got) != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			for i := 1; i < len(marks); i++ {
				if marks[i].Watermark < marks[i-1].Watermark || marks[i].Number != marks[i-1].Number+1 {
					t.Errorf("punctuation %+v after %+v", marks[i], marks[i-1])
				}
			}
			if got, want := marks[len(marks)-1].Watermark, marks[len(marks)-1].Marks[0].High; got != want {
				t.Errorf("watermark at the end: got %d, want the greatest event time %d", got, want)
			}
		})
	}
}

func TestClockFinding(t *testing.T) {
	var text strings.Builder
	for i := range int64(30) {
		// The station's clock is right; the feed's stamps are 90 s behind.
		text.WriteString(tagged(start2024+i*10, clockSentence(2190000, 0, (i*10+90)/60, (i*10+90)%60)) + "\n")
	}
	p := open(t, []SourceConfig{{ID: "a", Paths: []string{write(t, t.TempDir(), "a", text.String())}}}, Defaults())
	_, marks := drain(t, p)
	if got, want := marks[len(marks)-1].Marks[0].ClockOff, 90*time.Second; got != want {
		t.Errorf("got clock finding %v, want %v", got, want)
	}
	if got := marks[0].Marks[0].ClockOff; got != 0 {
		t.Errorf("finding before any report: %v", got)
	}
}

// fingerprint is a hash of everything that a stream delivers.
func fingerprint(t testing.TB, p *Replay) uint64 {
	t.Helper()
	h := fnv.New64a()
	reports, marks := 0, 0
	for {
		r, err := p.Next()
		switch {
		case errors.Is(err, io.EOF):
			if reports == 0 || marks == 0 {
				t.Fatalf("got %d reports and %d punctuations", reports, marks)
			}
			return h.Sum64()
		case err != nil:
			t.Fatal(err)
		case r.Report != nil:
			reports++
		default:
			marks++
		}
		b, err := AppendRecord(nil, r)
		if err != nil {
			t.Fatal(err)
		}
		if err := binary.Write(h, binary.LittleEndian, uint64(len(b))); err != nil {
			t.Fatal(err)
		}
		h.Write(b)
	}
}

func TestCompressionMakesNoDifference(t *testing.T) {
	var plain bytes.Buffer
	if err := writeTraffic(&plain, 20_000); err != nil {
		t.Fatal(err)
	}
	text, dir := plain.String(), t.TempDir()
	half := strings.Index(text[len(text)/2:], "\n") + len(text)/2 + 1
	paths := map[string]string{
		"plain": write(t, dir, "a", text),
		"gzip":  write(t, dir, "b", gzipped(t, text)),
		// Two gzip members one after the other are one file.
		"gzip members":   write(t, dir, "c", gzipped(t, text[:half])+gzipped(t, text[half:])),
		"zstd":           write(t, dir, "d", zstandard(t, text)),
		"zip":            write(t, dir, "e", zipped(t, "a.nmea", text)),
		"zip members":    write(t, dir, "f", zipped(t, "b/2.nmea", text[half:], "b/1.nmea", text[:half])),
		"gzip in zip":    write(t, dir, "g", zipped(t, "a.nmea.gz", gzipped(t, text))),
		"standard input": "-",
	}
	want := fingerprint(t, open(t, []SourceConfig{{ID: "s", Paths: []string{paths["plain"]}}}, Defaults()))
	for name, path := range paths {
		for _, stdin := range []string{text, zipped(t, "a.nmea", text)} {
			o := Defaults()
			o.Stdin, o.TempDir = strings.NewReader(stdin), dir
			p := open(t, []SourceConfig{{ID: "s", Paths: []string{path}}}, o)
			if got := fingerprint(t, p); got != want {
				t.Errorf("%s: got records %x, want %x", name, got, want)
			}
			if problems := p.Problems(); len(problems) > 0 {
				t.Errorf("%s: %v", name, problems)
			}
			if g := p.Progress(); name != "standard input" && g.Read != g.Total && !strings.Contains(name, "zip") {
				t.Errorf("%s: read %d of %d bytes", name, g.Read, g.Total)
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "darkwake-*")); len(left) > 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func gzipped(t testing.TB, text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func zstandard(t testing.TB, text string) string {
	z, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(z.EncodeAll([]byte(text), nil))
}

func zipped(t testing.TB, namesAndTexts ...string) string {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(namesAndTexts); i += 2 {
		w, err := z.Create(namesAndTexts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, namesAndTexts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMessageAcrossRotatedFiles(t *testing.T) {
	dir := t.TempDir()
	first := tagged(start2024, "!AIVDM,2,1,1,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1C") + "\n"
	write(t, dir, "day1.nmea", first)
	write(t, dir, "day2.nmea", "!AIVDM,2,2,1,A,88888888880,2*25\n")
	p := open(t, []SourceConfig{{ID: "a", Paths: []string{dir}}}, Defaults())
	reports, _ := drain(t, p)
	if len(reports) != 1 || reports[0].Name.String() != "EVER DIADEM" || reports[0].Offset != int64(len(first)) || reports[0].Number>>8 != 2 {
		t.Fatalf("got %+v, want one static report", reports)
	}
}

func TestFoldersAreReadByName(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b/2.nmea", "a/10.nmea", "a/9.nmea", "c.nmea", "a-b/1.nmea", ".hidden", "a/.swap"} {
		write(t, dir, name, fix(200000001, 0))
	}
	sources, err := Inputs([]string{dir, filepath.Join(dir, "c.nmea"), filepath.Join(dir, "*.nmea"), filepath.Join(dir, "no*such")})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range sources {
		got = append(got, s.ID)
	}
	if want := "[10.nmea 9.nmea 1.nmea 2.nmea c.nmea no*such]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSameNameInTwoFolders(t *testing.T) {
	sources, err := Inputs([]string{"x/day.nmea", "y/day.nmea", "-", "y/other.nmea", "day.nmea"})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range sources {
		got = append(got, s.ID)
	}
	if want := "[x/day.nmea y/day.nmea stdin other.nmea day.nmea]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

// stations writes n files of traffic that overlap in time, and returns them as sources.
func stations(t testing.TB, n int) []SourceConfig {
	dir := t.TempDir()
	var sources []SourceConfig
	for s := range n {
		r := rand.New(rand.NewPCG(1, uint64(s)))
		var text strings.Builder
		at := int64(s * 37)
		for range 600 {
			at += r.Int64N(20)
			text.WriteString(fix(200000000+r.Int64N(50), max(0, at-r.Int64N(100))))
		}
		id := fmt.Sprintf("st%02d", s)
		sources = append(sources, SourceConfig{ID: id, Paths: []string{write(t, dir, id, text.String())}})
	}
	return sources
}

func TestSameRecordsOnEveryRun(t *testing.T) {
	for _, n := range []int{1, 2, 5, 20} {
		sources := stations(t, n)
		want := uint64(0)
		for run := range 20 {
			o := Defaults()
			p := open(t, sources, o)
			if n == 20 && !p.lanes[0].asleep {
				t.Fatal("20 sources are all open: the test is meant to have some closed")
			}
			got := fingerprint(t, p)
			if run == 0 {
				want = got
			}
			if got != want {
				t.Fatalf("%d sources, run %d: got records %x, want %x", n, run, got, want)
			}
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestClosedSourcesMakeNoDifference compares sources that are opened when they are due with sources that are all open.
func TestClosedSourcesMakeNoDifference(t *testing.T) {
	sources := stations(t, 12)
	table := write(t, t.TempDir(), "t.csv", "mmsi,time,lat,lon\n3,2024-01-01T02:00:00Z,1,1\n4,2024-01-01T01:00:00Z,1,1\n")
	sources = append(sources, SourceConfig{ID: "table", Paths: []string{table}},
		SourceConfig{ID: "absent", Paths: []string{"no/such/file"}})
	o := Defaults()
	want := fingerprint(t, open(t, sources, o))
	o.OpenSources = 1
	p := open(t, sources, o)
	if got := fingerprint(t, p); got != want {
		t.Errorf("got records %x, want %x", got, want)
	}
	if len(p.Problems()) != 1 || p.Problems()[0].Source != "absent" {
		t.Errorf("problems: %v, want one of the absent file", p.Problems())
	}
}

// TestOrderOfDeliveryMakesNoDifference feeds two stations in files, in the two orders of the configuration and cut
// into any number of pieces: with nothing late the reports come in the same order, ties apart.
func TestOrderOfDeliveryMakesNoDifference(t *testing.T) {
	texts := [2][]string{}
	for s := range int64(2) {
		for i := range int64(300) {
			texts[s] = append(texts[s], fix(200000001+s, i*7+s))
		}
	}
	var want []string
	for split := range 20 {
		r := rand.New(rand.NewPCG(7, uint64(split)))
		dir := t.TempDir()
		var sources []SourceConfig
		for s := range 2 {
			cut := r.IntN(len(texts[s]))
			paths := []string{
				write(t, dir, fmt.Sprintf("%d-a", s), strings.Join(texts[s][:cut], "")),
				write(t, dir, fmt.Sprintf("%d-b", s), strings.Join(texts[s][cut:], "")),
			}
			sources = append(sources, SourceConfig{ID: fmt.Sprint(s), Paths: paths})
		}
		if split%2 == 1 {
			slices.Reverse(sources)
		}
		reports, _ := drain(t, open(t, sources, Defaults()))
		var got []string
		for _, r := range reports {
			got = append(got, fmt.Sprintf("%s %d %s %v", r.Source, r.MMSI, clock(r.Time), r.Late))
		}
		if split == 0 {
			want = got
		}
		if len(got) != 600 || !slices.Equal(got, want) {
			t.Fatalf("split %d: got another order", split)
		}
	}
}

func TestCutInTheMiddle(t *testing.T) {
	line := fix(200000001, 0)
	text := line + fix(200000002, 1)
	packed := gzipped(t, strings.Repeat(line, 5000))
	tests := []struct {
		name, text       string
		reports, rejects int64
		problem          string
	}{
		{"plain, in a payload", text[:len(text)-20], 1, 1, ""},
		{"plain, before the newline", text[:len(text)-1], 2, 0, ""},
		{"gzip", packed[:len(packed)-10], -1, -1, "unexpected EOF"},
		{"gzip, in its header", packed[:5], 0, 0, "EOF"},
		{"zip without its directory", zipped(t, "a", line)[:30], 0, 0, "not a valid zip"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := open(t, []SourceConfig{{ID: "a", Paths: []string{write(t, t.TempDir(), "a", test.text)}}}, Defaults())
			drain(t, p)
			st := p.Stats()[0]
			if test.reports >= 0 && (st.Reports != test.reports || st.Refused() != test.rejects) {
				t.Errorf("got %d reports and %d rejects, want %d and %d", st.Reports, st.Refused(), test.reports, test.rejects)
			}
			if got := fmt.Sprint(p.Problems()); !strings.Contains(got, test.problem) || (test.problem == "") != (len(p.Problems()) == 0) {
				t.Errorf("got problems %s, want %q", got, test.problem)
			}
			if test.reports < 0 && st.Reports == 0 {
				t.Error("what came before the cut is lost")
			}
		})
	}
}

func TestProblemsLeaveTheOthersAlone(t *testing.T) {
	dir := t.TempDir()
	good := write(t, dir, "good", fix(200000001, 0))
	noise := write(t, dir, "noise", strings.Repeat("010010001000\n", 9000))
	untimed := write(t, dir, "untimed", positionSentence(200000001, 1, 1, 1)+"\n")
	empty := write(t, dir, "empty", "")
	sources, err := Inputs([]string{good, noise, untimed, empty, filepath.Join(dir, "absent")})
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, sources, Defaults())
	reports, marks := drain(t, p)
	if len(reports) != 1 || len(marks) != 5+1+5 {
		t.Errorf("got %d reports and %d punctuations, want 1 and 11", len(reports), len(marks))
	}
	var got []string
	for _, problem := range p.Problems() {
		got = append(got, problem.Source)
	}
	if fmt.Sprint(got) != "[noise untimed absent]" {
		t.Errorf("got problems of %v, want noise, untimed and absent", p.Problems())
	}
	if !errors.Is(p.Problems()[0].Err, ErrUnknownContent) || !errors.Is(p.Problems()[1].Err, ErrNoTime) || !errors.Is(p.Problems()[2].Err, os.ErrNotExist) {
		t.Errorf("got %v", p.Problems())
	}
	sources[2].AssumeStart = time.Unix(start2024, 0)
	reports, _ = drain(t, open(t, sources[2:3], Defaults()))
	if len(reports) != 1 || reports[0].TimeSource != ais.TimeAssumed {
		t.Errorf("assumed start: got %d reports", len(reports))
	}
}

func TestTableOutOfOrderIsSorted(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("mmsi,timestamp,lat,lon\n")
	const n = 3000
	for i := range n {
		fmt.Fprintf(&rows, "200000001,%d,1,1\n", start2024+int64(i*7919%n)*60)
	}
	rows.WriteString("garbage\n")
	dir := t.TempDir()
	path := write(t, dir, "t.csv", rows.String())
	var prints []uint64
	for _, limit := range []int{64 << 20, 10_000} {
		for _, stdin := range []bool{false, true} {
			o := Defaults()
			o.SortMemory, o.TempDir, o.Stdin = limit, dir, strings.NewReader(rows.String())
			from := path
			if stdin {
				from = "-"
			}
			p := open(t, []SourceConfig{{ID: "t", Paths: []string{from}}}, o)
			prints = append(prints, fingerprint(t, p))
			st := p.Stats()[0]
			if st.Reports != n || st.Late != 0 || st.Rejects[ais.BadRow] != 1 || st.Lines != n+2 {
				t.Errorf("limit %d: got %+v", limit, st)
			}
		}
	}
	if len(slices.Compact(prints)) != 1 {
		t.Errorf("in memory, on disk and from standard input differ: %x", prints)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "darkwake-*")); len(left) > 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestCancelledReplayEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p, err := Open(ctx, []SourceConfig{{ID: "a", Paths: []string{trafficFile(t, 20_000, writeTraffic)}}}, Defaults())
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if _, err := p.Next(); err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	for err == nil {
		_, err = p.Next()
	}
	if !errors.Is(err, context.Canceled) && !errors.Is(err, io.EOF) {
		t.Errorf("got %v, want the context's error", err)
	}
	if err := p.Close(); err != nil {
		t.Error(err)
	}
}

func TestWrongConfiguration(t *testing.T) {
	one := []SourceConfig{{ID: "a", Paths: []string{"x"}}}
	tests := []struct {
		name    string
		sources []SourceConfig
		change  func(*Options)
		want    string
	}{
		{"no source", nil, nil, "no source"},
		{"no id", []SourceConfig{{Paths: []string{"x"}}}, nil, "no id"},
		{"same id", []SourceConfig{one[0], one[0]}, nil, "twice"},
		{"no path", []SourceConfig{{ID: "a"}}, nil, "no path"},
		{"lateness below zero", []SourceConfig{{ID: "a", Paths: []string{"x"}, Lateness: -1}}, nil, "lateness"},
		{"horizon", one, func(o *Options) { o.Horizon = 0 }, "feed.horizon"},
		{"all at once", one, func(o *Options) { *o = Options{} }, "feed.max_line"},
	}
	for _, test := range tests {
		o := Defaults()
		if test.change != nil {
			test.change(&o)
		}
		if _, err := Open(t.Context(), test.sources, o); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", test.name, err, test.want)
		}
	}
}
