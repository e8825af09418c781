package feed

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// sharedData is the folder of recordings beside the checkout; the test is skipped where it is absent.
func sharedData(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for ; dir != filepath.Dir(dir); dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
	}
	data := filepath.Join(dir, "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		t.Skip("../shared/data is not present: skipping the test on recordings")
	}
	return data
}

// drain reads a stream to its end and copies what it delivers.
func drain(t testing.TB, p *Replay) (reports []*ais.Report, marks []*Punctuation) {
	t.Helper()
	for {
		r, err := p.Next()
		switch {
		case errors.Is(err, io.EOF):
			return reports, marks
		case err != nil:
			t.Fatal(err)
		case r.Report != nil:
			reports = append(reports, r.Report.Clone())
		default:
			marks = append(marks, r.Punctuation)
		}
	}
}

func open(t testing.TB, sources []SourceConfig, o Options) *Replay {
	t.Helper()
	p, err := Open(context.Background(), sources, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// TestEveryRecording reads every file of the shared data. Sentences and fixes are those of that folder's README, where
// fixes count without those at 181/91. A recording without any time is refused until it is told when it began.
func TestEveryRecording(t *testing.T) {
	racing.Skip(t)
	data := sharedData(t)
	sentences := map[string]uint64{
		"ais-nmea-type6-fid55.log": 1480, "ais_unpack_sixbit.log": 20, "sample.aivdm": 118,
		"typeexamples.nmea": 26, "tagblock.nmea": 5, "test.aivdm": 263, "test.ais": 985,
		"stream_example.txt": 4500, "decode_encode_messages.txt": 646, "replay_dump.txt": 51, "retry_example.txt": 11, "small_cb_example.txt": 16,
		"aistest.nmea": 998, "nmea_data_sample.txt": 898, "ais_test_messages": 8, "messages.ais": 6, "mixed.txt": 15, "sample.ais": 14,
		"gatehouse.nmea": 4, "timestamped.ais": 4, "test_ais_data.log": 100, "mixed_types.nmea": 109, "multi-part.nmea": 93,
		"ee-multiline.nmea": 10, "bad-type5.nmea": 6, "spire-test.nmea": 4, "errors.nmea": 5, "type1-bad-bitcount.nmea": 12,
		"single-message-type-5.nmea": 1, "bad-tagblock-group.nmea": 2, "sample.nmea": 3, "type8.nmea": 1,
	}
	fixes := map[string]int64{
		"416000000.json": 1668, "segmented-416000000.json": 1668, "338013000.json": 1193, "263576000.json": 928,
		"431704490.ndjson.gz": 7345, "224051350.ndjson.gz": 4690, "240000000.ndjson.gz": 2550, "538004505.ndjson.gz": 1566,
		"204814000.ndjson.gz": 847, "230942350.ndjson.gz": 758, "205316000.ndjson.gz": 732, "224108190.ndjson.gz": 592,
		"227317360.ndjson.gz": 162, "600011817.ndjson.gz": 168, "positions.csv": 2576,
	}
	sources, err := Inputs([]string{data})
	if err != nil {
		t.Fatal(err)
	}
	read, untimed := 0, []string{}
	for _, s := range sources {
		stats, problems := readRecording(t, s)
		if len(problems) == 1 && errors.Is(problems[0].Err, ErrNoTime) {
			s.AssumeStart = time.Unix(start2024, 0)
			untimed = append(untimed, s.ID)
			stats, problems = readRecording(t, s)
		}
		for _, p := range problems {
			// Bit strings and gpsd's unscaled dump are neither sentences nor rows.
			if !errors.Is(p.Err, ErrUnknownContent) || !strings.HasSuffix(s.ID, ".msg.gz") && s.ID != "sample.aivdm.chk" {
				t.Errorf("%s: %v", s.ID, p)
			}
		}
		if want, ok := sentences[s.ID]; ok && stats.Decoder.Sentences != want {
			t.Errorf("%s: got %d sentences, want %d", s.ID, stats.Decoder.Sentences, want)
		}
		if want, ok := fixes[s.ID]; ok && (stats.Fixes != want || stats.Refused() > 0 || stats.Late > 0) {
			t.Errorf("%s: got %d fixes, %d refused, %d late, want %d fixes", s.ID, stats.Fixes, stats.Refused(), stats.Late, want)
		}
		read++
	}
	t.Logf("read %d files; without any time: %v", read, untimed)
	if read < 81 {
		t.Errorf("read %d files, want the 81 of the folder", read)
	}
}

func readRecording(t *testing.T, s SourceConfig) (SourceStats, []Problem) {
	t.Helper()
	p := open(t, []SourceConfig{s}, Defaults())
	reports, marks := drain(t, p)
	stats := p.Stats()[0]
	if int64(len(reports)) != stats.Reports || marks[len(marks)-1].Marks[0].State != Ended {
		t.Errorf("%s: got %d reports and last mark %+v, counted %d", s.ID, len(reports), marks[len(marks)-1], stats.Reports)
	}
	return stats, p.Problems()
}

// TestBalticFixesStayInTheBaltic: 82 fixes look like the Gulf with its axes exchanged, and are real receptions of Baltic
// ships. 1,035 others lie at one false place on land; both are delivered as they stand.
func TestBalticFixesStayInTheBaltic(t *testing.T) {
	path := filepath.Join(sharedData(t), "hormuz-aisstream", "positions.csv")
	p := open(t, []SourceConfig{{ID: "positions.csv", Paths: []string{path}}}, Defaults())
	reports, _ := drain(t, p)
	fixes, baltic, ashore, tankers := 0, 0, 0, map[ais.MMSI]bool{}
	for _, r := range reports {
		if r.Carries(ais.HasShipType) && r.ShipType/10 == 8 {
			tankers[r.MMSI] = true
		}
		if !r.Carries(ais.HasPosition) {
			continue
		}
		fixes++
		lon, lat := r.Position[0], r.Position[1]
		switch {
		case lat >= 54.35 && lat <= 58.55 && lon >= 23.95 && lon <= 26.75:
			baltic++
		case lat < 24.6 || lat > 26.7 || lon < 54.2 || lon > 58.35:
			t.Errorf("fix at %f N %f E is neither Baltic nor Gulf", lat, lon)
		case geo.DistanceExact(r.Position, geo.PointFromDegrees(55.690, 25.213)) < 3*geo.Kilometre:
			ashore++
		}
	}
	if fixes != 2576 || baltic != 82 || len(tankers) != 11 {
		t.Errorf("got %d fixes, %d of them Baltic, %d tankers; want 2576, 82 and 11", fixes, baltic, len(tankers))
	}
	if ashore != 1035 {
		t.Errorf("got %d fixes at the false place, want 1035", ashore)
	}
}
