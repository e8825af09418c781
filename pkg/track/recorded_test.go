package track

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
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

// numberOf reads the MMSI in a track's name.
func numberOf(t *testing.T, file string) ais.MMSI {
	t.Helper()
	digits := strings.TrimPrefix(file, "segmented-")[:9]
	n, err := strconv.ParseUint(digits, 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	return ais.MMSI(n)
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
			segmentsOf(t, New(Defaults(), nil, nil, Listener{}), rows, numberOf(t, test.file))
			tr := New(Defaults(), nil, nil, Listener{})
			var facts []Fact
			take := func(f Fact) { facts = append(facts, f) }
			tick := rows[0].at.Truncate(Grid)
			for i := range rows {
				for !tick.Add(Grid).After(rows[i].at) {
					tick = tick.Add(Grid)
					tr.Advance(tick, take)
				}
				r := rows[i].report(i)
				r.MMSI = numberOf(t, test.file)
				tr.Add(r)
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
// segments matched to their label, one to one, the largest overlap first. A label that is cut into several segments
// counts as one where it cannot be one: where its own steps take more than the day after which a segment ends, or are
// faster than any hull. Every such cut is told, with its reason. The tracks give no course; on 338013000 the label
// joins reports that were delayed by hours with those that were not.
func TestRecordedSegmentsAgree(t *testing.T) {
	for _, test := range []struct {
		file   string
		labels int
		want   float64
	}{{"segmented-416000000.json", 29, 0.95}, {"338013000.json", 24, 0.95}} {
		t.Run(test.file, func(t *testing.T) {
			rows := readRows(t, shared(t, "gpsdio-segment/"+test.file))
			tr := New(Defaults(), nil, nil, Listener{})
			ours := segmentsOf(t, tr, rows, numberOf(t, test.file))
			plain, reasoned, labels := agreement(t, tr, rows, ours)
			t.Logf("%.1f %% of %d fixes agree, %.1f %% without reasoned cuts", 100*reasoned, len(rows), 100*plain)
			if reasoned < test.want || labels != test.labels {
				t.Errorf("got %.3f of the fixes in the segments of %d labels, want at least %.2f of %d", reasoned, labels, test.want, test.labels)
			}
		})
	}
}

// segmentsOf takes all rows, not thinned, and says which segment each came to lie in. No step of a segment may be
// impossible.
func segmentsOf(t *testing.T, tr *Tracker, rows []row, mmsi ais.MMSI) []*segment {
	v := &ship{mmsi: mmsi}
	tr.sources = []string{"track"}
	tr.source["track"] = 0
	var b bucket
	ours, fixes := make([]*segment, len(rows)), make([]*Fix, len(rows))
	for i := range rows {
		b.reset()
		b.add(0, 0, rows[i].report(i))
		tr.sifter.next = []int32{-1}
		f := tr.fixOf(v, &b, []int32{0}, 0)
		fixes[i] = f
		before := slices.Clone(v.segments)
		tr.takeFix(v, f)
		for _, s := range v.segments {
			if s.last == f {
				ours[i] = s
			}
		}
		// The fixes of a candidate that was the way of its parent are the parent's.
		for _, s := range before {
			if !s.kept && s.parent == ours[i] && !slices.Contains(v.segments, s) {
				for k := range i {
					if ours[k] == s {
						ours[k] = s.parent
					}
				}
			}
		}
	}
	last := map[*segment]*Fix{}
	for i, s := range ours {
		if p := last[s]; p != nil && !tr.reach(p, fixes[i]) {
			t.Errorf("got an impossible step in a segment: %+v to %+v", *p, *fixes[i])
		}
		last[s] = fixes[i]
	}
	return ours
}

// agreement matches segments with labels. Each segment is its largest label's; of a label count its largest segment,
// and in `reasoned` the segments that are cut from it for a reason, too.
func agreement(t *testing.T, tr *Tracker, rows []row, ours []*segment) (plain, reasoned float64, labels int) {
	type cell struct {
		label   string
		segment *segment
	}
	n := map[cell]int{}
	var cells []cell // by first fix
	for i := range rows {
		c := cell{rows[i].Segment + rows[i].Expected, ours[i]}
		if n[c] == 0 {
			cells = append(cells, c)
		}
		n[c]++
	}
	slices.SortStableFunc(cells, func(a, b cell) int { return n[b] - n[a] })
	owner, members := map[*segment]string{}, map[string][]*segment{}
	for _, c := range cells {
		if _, ok := owner[c.segment]; !ok {
			owner[c.segment] = c.label
			members[c.label] = append(members[c.label], c.segment)
		}
		if _, ok := members[c.label]; !ok {
			members[c.label] = nil
		}
	}
	cuts := cutsOf(tr, rows, ours)
	single, joined := 0, 0
	for _, label := range slices.Sorted(maps.Keys(members)) {
		segments := members[label]
		largest, most := 0, 0
		for _, s := range segments {
			family, reasons := familyOf(s, segments, cuts[label])
			sum := 0
			for _, m := range family {
				sum += n[cell{label, m}]
			}
			if sum > most && len(family) > 1 {
				t.Logf("%s: %d fixes in %d segments: %s", label, sum, len(family), strings.Join(reasons, "; "))
			}
			largest, most = max(largest, n[cell{label, s}]), max(most, sum)
		}
		single, joined = single+largest, joined+most
	}
	return float64(single) / float64(len(rows)), float64(joined) / float64(len(rows)), len(members)
}

// cut is why two segments of a label are two.
type cut struct {
	a, b *segment
	why  string
}

// cutsOf looks for the steps of each label that no segment may have: longer than a segment lives, or faster than any
// hull.
func cutsOf(tr *Tracker, rows []row, ours []*segment) map[string][]cut {
	cuts, last := map[string][]cut{}, map[string]int{}
	for i := range rows {
		label := rows[i].Segment + rows[i].Expected
		if k, ok := last[label]; ok && ours[k] != ours[i] {
			a, b := fixOfRow(&rows[k]), fixOfRow(&rows[i])
			hours := b.Time.Sub(a.Time).Hours()
			switch {
			case b.Time.Sub(a.Time) > tr.o.SegmentEnd:
				cuts[label] = append(cuts[label], cut{ours[k], ours[i], fmt.Sprintf("%.1f h unheard", hours)})
			case !tr.reach(a, b):
				miles := distance(a.Position, b.Position) / geo.NauticalMile
				cuts[label] = append(cuts[label], cut{ours[k], ours[i], fmt.Sprintf("%.0f nm in %.2f h", miles, hours)})
			}
		}
		last[label] = i
	}
	return cuts
}

func fixOfRow(r *row) *Fix {
	p := r.report(0)
	return &Fix{Time: r.at, Position: p.Position, Has: p.Has, SOG: p.SOG}
}

// familyOf lists the segments that cuts lead to from one of them, and the first reason for each.
func familyOf(s *segment, all []*segment, cuts []cut) (family []*segment, reasons []string) {
	family = []*segment{s}
	for i := 0; i < len(family); i++ {
		for _, c := range cuts {
			o := c.b
			if o == family[i] {
				o = c.a
			} else if c.a != family[i] {
				continue
			}
			if slices.Contains(all, o) && !slices.Contains(family, o) {
				family, reasons = append(family, o), append(reasons, c.why)
			}
		}
	}
	return family, reasons
}
