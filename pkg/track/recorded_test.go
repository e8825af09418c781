package track

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// shared finds a file of the recordings beside the checkout, or skips the test.
func shared(t *testing.T, name string) string {
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
	path := filepath.Join(dir, "..", "shared", "data", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("../shared/data/%s is not present: skipping the tracks recorded there", name)
	}
	return path
}

// row is a record of gpsdio-segment's test tracks (SkyTruth, Apache-2.0).
type row struct {
	Timestamp string
	Lon, Lat  *float64
	Speed     json.Number
	Segment   string
	Expected  string
	at        time.Time
}

// readRows reads a track in time order.
func readRows(t *testing.T, path string) []row {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var in io.Reader = f
	if strings.HasSuffix(path, ".gz") {
		if in, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	var rows []row
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r row
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("read %s: %v", path, err)
		}
		stamp := strings.TrimSuffix(strings.Replace(r.Timestamp, " ", "T", 1), "Z") + "Z"
		if r.at, err = time.Parse("2006-01-02T15:04:05.999999999Z", stamp); err != nil {
			t.Fatalf("read %s: %v", path, err)
		}
		if r.Lon != nil && r.Lat != nil && *r.Lon != 181 && *r.Lat != 91 {
			rows = append(rows, r)
		}
	}
	slices.SortStableFunc(rows, func(a, b row) int { return a.at.Compare(b.at) })
	return rows
}

// report makes a report of a row, in the manner of a table.
func (r *row) report(n int) *ais.Report {
	p := &ais.Report{Kind: ais.Position, MMSI: shipA, Time: ais.Milli(r.at), Source: "track", Offset: int64(n), Hash: uint64(n),
		Has: ais.HasPosition, Position: geo.PointFromDegrees(*r.Lon, *r.Lat)}
	if v, err := r.Speed.Float64(); err == nil && v < 102.25 {
		p.Has, p.SOG = p.Has|ais.HasSOG, geo.Knots(v)
	}
	return p
}

func TestRecordedTracksArePossible(t *testing.T) {
	tests := []struct {
		file      string
		atLeast   int // segments
		ambiguous bool
	}{
		{"416000000.json", 3, true}, {"338013000.json", 3, true}, {"263576000.json", 1, false},
		{"431704490.ndjson.gz", 4, true}, {"224051350.ndjson.gz", 1, false}, {"240000000.ndjson.gz", 2, true},
		{"538004505.ndjson.gz", 1, false}, {"204814000.ndjson.gz", 1, false}, {"230942350.ndjson.gz", 1, false},
		{"205316000.ndjson.gz", 1, false}, {"224108190.ndjson.gz", 1, false}, {"227317360.ndjson.gz", 1, false},
		{"600011817.ndjson.gz", 1, false},
	}
	for _, test := range tests {
		t.Run(test.file, func(t *testing.T) {
			rows := readRows(t, shared(t, "gpsdio-segment/"+test.file))
			tr := New(Defaults(), nil, nil, Listener{})
			var facts []Fact
			take := func(f Fact) { facts = append(facts, f) }
			tick := rows[0].at.Truncate(Grid)
			for i := range rows {
				for !tick.Add(Grid).After(rows[i].at) {
					tick = tick.Add(Grid)
					tr.Advance(tick, take)
				}
				tr.Add(rows[i].report(i))
			}
			tr.Finish(tick.Add(Grid), take)
			checkFacts(t, facts)
			segments, twice, jumps := map[time.Time]bool{}, 0, 0
			for _, f := range facts {
				switch f := f.(type) {
				case *Sample:
					segments[f.Segment] = true
					if !tr.reach(f.Before, f.After) {
						t.Errorf("got an impossible way: %s", dump(f))
					}
				case *Ambiguity:
					twice++
				case *Jump:
					jumps++
				}
			}
			c := tr.Counts()
			t.Logf("%d rows, %d kept, %d thinned, %d segments, %d jumps, %d ambiguities", len(rows), c.Fixes, c.Thinned, len(segments), jumps, twice)
			if len(segments) < test.atLeast || (twice > 0) != test.ambiguous {
				t.Errorf("got %d segments and %d ambiguities, want at least %d segments, ambiguous: %v", len(segments), twice, test.atLeast, test.ambiguous)
			}
		})
	}
}

// TestRecordedSegmentsAgree compares with gpsdio-segment's own labels: the share of labelled fixes that lie in the
// segment matched to their label, one to one, the largest overlap first. The labels are its full scheme's, with looking
// back over noise; the floors hold what the simple rule reaches. On 338013000 it tells three boats of a fleet apart
// that the labels join, because each was heard where another could not have come from.
func TestRecordedSegmentsAgree(t *testing.T) {
	for _, test := range []struct {
		file string
		want float64
	}{{"segmented-416000000.json", 0.60}, {"338013000.json", 0.60}} {
		t.Run(test.file, func(t *testing.T) {
			rows := readRows(t, shared(t, "gpsdio-segment/"+test.file))
			tr, v := New(Defaults(), nil, nil, Listener{}), &ship{mmsi: shipA}
			tr.sources = []string{"track"}
			tr.source["track"] = 0
			var b bucket
			ours := make([]*segment, len(rows))
			for i := range rows {
				b.reset()
				b.add(0, 0, rows[i].report(i))
				tr.sifter.next = []int32{-1}
				f := tr.fixOf(v, &b, []int32{0}, 0)
				tr.takeFix(v, f)
				for _, s := range v.segments {
					if s.last == f {
						ours[i] = s
					}
				}
			}
			got := agreement(rows, ours)
			t.Logf("%.1f %% of %d fixes agree", 100*got, len(rows))
			if got < test.want {
				t.Errorf("got %.3f of the fixes in the segment of their label, want at least %.2f", got, test.want)
			}
		})
	}
}

func agreement(rows []row, ours []*segment) float64 {
	type match struct {
		label   string
		segment *segment
		n       int
	}
	var all []match
	for i := range rows {
		label := rows[i].Segment + rows[i].Expected
		k := slices.IndexFunc(all, func(m match) bool { return m.label == label && m.segment == ours[i] })
		if k < 0 {
			k = len(all)
			all = append(all, match{label: label, segment: ours[i]})
		}
		all[k].n++
	}
	slices.SortStableFunc(all, func(a, b match) int { return b.n - a.n })
	labels, segments, sum := map[string]bool{}, map[*segment]bool{}, 0
	for _, m := range all {
		if !labels[m.label] && !segments[m.segment] {
			labels[m.label], segments[m.segment] = true, true
			sum += m.n
		}
	}
	return float64(sum) / float64(len(rows))
}
