package track

import (
	"cmp"
	"math"
	"slices"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

const (
	// copyWindow is how long after a group's first copy another joins it. Static reports rightly repeat their bits
	// every 6 minutes (ITU-R M.1371-5 table 1), so it stays well below that.
	copyWindow = minuteMs

	// thinCell is 0.02° in the units of an entry.
	thinCell = 200_000

	// maxCells bounds the fixes of one minute, the smallest first. A ship is in two cells at most; only noise and
	// clones are in more.
	maxCells = 64

	// maxCopies bounds the hashes that are remembered at once: those of a tick and the minute before it. A transponder
	// sends 30 positions a minute at most (ITU-R M.1371-5 table 1), 180 in that time.
	maxCopies = 4096

	// sentFields are the fields of a fix that may be absent.
	sentFields = ais.HasSOG | ais.HasCOG | ais.HasHeading | ais.HasNavStatus | ais.HasSecond
)

// entry is a report that waits for its grid point, in 80 bytes and its raw bytes in the bucket.
type entry struct {
	time    int64
	hash    uint64
	offset  int64
	station ais.Label
	vessel  int32
	static  int32 // index of its static data, -1 for a position
	lon     int32 // 1e-7 degrees, as are all positions inside this package
	lat     int32
	raw     uint32
	rawLen  uint16
	source  uint16
	sog     uint16 // 0.01 kn
	cog     uint16 // 0.01 degrees
	heading uint16 // 0.01 degrees
	has     uint8
	nav     uint8
	second  uint8
	coarse  bool
	recv    ais.Receiver
	how     ais.TimeSource
}

// bucket holds the reports that one grid point takes. Buckets are shared by all vessels and used again, so that memory
// follows the reports in flight and Add allocates nothing.
type bucket struct {
	tick    int64
	entries []entry
	statics []particulars
	blind   []blindReport
	raw     []byte
}

// bucketOf returns the bucket for an event time: that of the first grid point after it.
func (t *Tracker) bucketOf(at int64) *bucket {
	tick := (at/gridMs + 1) * gridMs
	i := len(t.buckets)
	for i > 0 && t.buckets[i-1].tick > tick {
		i--
	}
	if i > 0 && t.buckets[i-1].tick == tick {
		return t.buckets[i-1]
	}
	var b *bucket
	if n := len(t.spare); n > 0 {
		b, t.spare = t.spare[n-1], t.spare[:n-1]
	} else {
		b = &bucket{}
	}
	b.tick = tick
	t.buckets = slices.Insert(t.buckets, i, b)
	return b
}

func (b *bucket) reset() {
	b.entries, b.statics, b.blind, b.raw = b.entries[:0], b.statics[:0], b.blind[:0], b.raw[:0]
}

func (b *bucket) add(id int32, source uint16, r *ais.Report) {
	b.entries = append(b.entries, entry{
		time: int64(r.Time), hash: r.Hash, offset: r.Offset, station: r.Station, vessel: id, static: -1,
		source: source, recv: r.Receiver, how: r.TimeSource,
	})
	e := &b.entries[len(b.entries)-1]
	if n := len(r.Raw); n > 0 && n <= math.MaxUint16 && len(b.raw)+n <= math.MaxUint32 {
		e.raw, e.rawLen = uint32(len(b.raw)), uint16(n)
		b.raw = append(b.raw, r.Raw...)
	}
	if r.Kind == ais.Static {
		// Message 19 is a position and a static report with the same bits: each has copies of its own.
		e.hash, e.static = ^r.Hash, int32(len(b.statics))
		b.statics = append(b.statics, particularsOf(r))
		return
	}
	e.lon, e.lat = units(r.Position[0]), units(r.Position[1])
	e.has = uint8(r.Has & sentFields)
	e.nav, e.second, e.coarse = r.NavStatus, r.Second, r.Flags&ais.Coarse != 0
	var ok bool
	if e.sog, ok = hundredths(float64(r.SOG)); !ok || faultySpeed(e.sog) {
		e.has &^= uint8(ais.HasSOG)
	}
	if e.cog, ok = hundredths(float64(r.COG)); !ok {
		e.has &^= uint8(ais.HasCOG)
	}
	if e.heading, ok = hundredths(float64(r.Heading)); !ok {
		e.has &^= uint8(ais.HasHeading)
	}
}

// faultySpeed is true for 51.2 and 63.0 kn: encoders that lose the high bits of the field send streams of them, and
// no ship that is tracked here sails so fast.
func faultySpeed(sog uint16) bool { return sog == 5120 || sog == 6300 }

func units(degrees float64) int32 { return int32(math.Round(degrees * 1e7)) }

func degrees(units int32) float64 { return float64(units) / 1e7 }

// hundredths refuses what does not fit, NaN included.
func hundredths(v float64) (uint16, bool) {
	if !(v >= 0 && v <= 655) {
		return 0, false
	}
	return uint16(math.Round(v * 100)), true
}

// compareEntries is the order in which copies and neighbours compete: event time, source, station, offset.
func (t *Tracker) compareEntries(a, b *entry) int {
	if a.time != b.time {
		return cmp.Compare(a.time, b.time)
	}
	if a.source != b.source {
		return cmp.Compare(t.sources[a.source], t.sources[b.source])
	}
	if c := a.station.Compare(b.station); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.offset, b.offset), cmp.Compare(a.hash, b.hash), cmp.Compare(a.lon, b.lon), cmp.Compare(a.lat, b.lat))
}

// run is one vessel's part of sifter.order.
type run struct{ vessel, from, to int32 }

// sifter is the scratch space of a walk.
type sifter struct {
	counts []int32 // entries of each vessel
	runs   []run
	order  []int32  // indices of entries, by vessel
	copies []copied // groups of the ship's, with those of the minute before
	late   []copied // groups among late reports
	cells  []thinned
	root   []int32 // for each entry of a run: the one that is kept for it
	next   []int32 // the next of the same root, -1 at the end
}

// copied is a group of copies. Kept is its place in the run being sifted, -1 when it was taken at an earlier tick.
type copied struct {
	hash  uint64
	first int64
	kept  int32
}

// thinned is a cell of 0.02° in which the minute has a fix.
type thinned struct {
	lon, lat int32
	kept     int32
}

// group sorts a bucket's entries by vessel, in two passes that look at each entry once.
func (s *sifter) group(b *bucket, vessels int) {
	if vessels > len(s.counts) {
		s.counts = append(s.counts, make([]int32, vessels-len(s.counts))...)
	}
	s.runs = s.runs[:0]
	for i := range b.entries {
		id := b.entries[i].vessel
		if s.counts[id] == 0 {
			s.runs = append(s.runs, run{vessel: id})
		}
		s.counts[id]++
	}
	s.order = slices.Grow(s.order[:0], len(b.entries))[:len(b.entries)]
	at := int32(0)
	for i := range s.runs {
		r := &s.runs[i]
		r.from, r.to = at, at
		at += s.counts[r.vessel]
		s.counts[r.vessel] = int32(i)
	}
	for i := range b.entries {
		r := &s.runs[s.counts[b.entries[i].vessel]]
		s.order[r.to] = int32(i)
		r.to++
	}
	for i := range s.runs {
		s.counts[s.runs[i].vessel] = 0
	}
}

// sift merges copies, thins, and takes what is left of one vessel's reports in order.
func (t *Tracker) sift(v *ship, b *bucket, order []int32) {
	slices.SortFunc(order, func(i, j int32) int { return t.compareEntries(&b.entries[i], &b.entries[j]) })
	s := &t.sifter
	s.root = slices.Grow(s.root[:0], len(order))[:len(order)]
	s.copies, s.late, s.cells = append(s.copies[:0], v.copies...), s.late[:0], s.cells[:0]
	minute := int64(-1)
	for k, i := range order {
		e := &b.entries[i]
		if m := e.time / minuteMs; m != minute {
			minute, s.cells = m, s.cells[:0]
		}
		if root, ok := t.merge(e, int32(k)); ok {
			t.counts.Copies++
			s.root[k] = root
			continue
		}
		if s.root[k] = int32(k); e.static < 0 {
			s.root[k] = s.thin(e, int32(k))
		}
		if s.root[k] != int32(k) {
			t.counts.Thinned++
		}
	}
	s.chain(len(order))
	t.takeAll(v, b, order)
	v.rememberCopies(s.copies, b.tick-copyWindow)
}

// merge looks for the group of copies that an entry belongs to, newest first, or begins one. It answers with the
// entry that is kept for the group, or -1 if that was taken at an earlier tick.
func (t *Tracker) merge(e *entry, k int32) (int32, bool) {
	s := &t.sifter
	if root, ok := findCopy(s.copies, e, s.root); ok {
		return root, true
	}
	g := copied{e.hash, e.time, k}
	if e.time >= t.walked {
		if len(s.copies) < maxCopies {
			s.copies = append(s.copies, g)
		}
		return 0, false
	}
	if root, ok := findCopy(s.late, e, s.root); ok {
		return root, true
	}
	s.late = append(s.late, g)
	return 0, false
}

func findCopy(groups []copied, e *entry, root []int32) (int32, bool) {
	for i := len(groups) - 1; i >= 0; i-- {
		g := &groups[i]
		if e.time-g.first > copyWindow {
			break
		}
		if g.hash == e.hash && g.first <= e.time {
			if g.kept < 0 {
				return -1, true
			}
			return root[g.kept], true
		}
	}
	return 0, false
}

// rememberCopies keeps the groups that a later report can still join.
func (v *ship) rememberCopies(groups []copied, since int64) {
	first := 0
	for first < len(groups) && groups[first].first < since {
		first++
	}
	groups = groups[first:]
	if cap(v.copies) > 2*len(groups)+16 {
		v.copies = nil
	}
	v.copies = append(v.copies[:0], groups...)
	for i := range v.copies {
		v.copies[i].kept = -1
	}
}

// thin returns the entry that is kept for an entry's cell in the running minute: itself if it is the first.
func (s *sifter) thin(e *entry, k int32) int32 {
	lon, lat := floor(e.lon), floor(e.lat)
	for i := range s.cells {
		if c := &s.cells[i]; c.lon == lon && c.lat == lat {
			return c.kept
		}
	}
	if len(s.cells) == maxCells {
		return s.cells[0].kept
	}
	s.cells = append(s.cells, thinned{lon, lat, k})
	return k
}

func floor(u int32) int32 {
	if u < 0 {
		return (u+1)/thinCell - 1
	}
	return u / thinCell
}

// chain links the entries of each root, in order.
func (s *sifter) chain(n int) {
	s.next = slices.Grow(s.next[:0], n)[:n]
	for k := range s.next {
		s.next[k] = -1
	}
	// Until a root is reached its own next names the chain built so far; every member comes after its root.
	for k := n - 1; k >= 0; k-- {
		if r := s.root[k]; r >= 0 && r != int32(k) {
			s.next[k], s.next[r] = s.next[r], int32(k)
		}
	}
}

// takeAll hands the kept entries on in order, the late ones first.
func (t *Tracker) takeAll(v *ship, b *bucket, order []int32) {
	late := 0
	for late < len(order) && b.entries[order[late]].time < t.walked {
		late++
	}
	for k := range late {
		if e := &b.entries[order[k]]; t.wanted(v, e, int32(k)) {
			t.takeLate(v, t.fixOf(v, b, order, int32(k)), t.lateWhy(b, order[:late], e.source))
		}
	}
	t.restate(v)
	for k := late; k < len(order); k++ {
		e := &b.entries[order[k]]
		switch {
		case !t.wanted(v, e, int32(k)):
		case e.static >= 0:
			t.takeStatic(v, b, e)
		default:
			t.takeFix(v, t.fixOf(v, b, order, int32(k)))
		}
	}
}

// wanted is false for copies, thinned neighbours, and for message 27 shortly after a precise fix.
func (t *Tracker) wanted(v *ship, e *entry, k int32) bool {
	if t.sifter.root[k] != k {
		return false
	}
	if e.coarse && v.precise != 0 && e.time >= v.precise && e.time-v.precise < t.o.CoarseQuiet.Milliseconds() {
		t.counts.Coarse++
		return false
	}
	return true
}

func (b *bucket) rawOf(e *entry) string { return string(b.raw[e.raw : e.raw+uint32(e.rawLen)]) }

// fixOf makes a fix of the k-th entry of a run.
func (t *Tracker) fixOf(v *ship, b *bucket, order []int32, k int32) *Fix {
	e := &b.entries[order[k]]
	f := &Fix{
		Time: ais.UnixMilli(e.time).Time(), Position: geo.PointFromDegrees(degrees(e.lon), degrees(e.lat)),
		Has: ais.Field(e.has), Coarse: e.coarse, Receiver: e.recv, Source: t.sources[e.source], Station: e.station,
		Stations: t.stationsOf(v, b, order, k), Offset: e.offset, TimeSource: e.how, Raw: b.rawOf(e),
	}
	if f.Has&ais.HasSOG != 0 {
		f.SOG = geo.Knots(float64(e.sog) / 100)
	}
	if f.Has&ais.HasCOG != 0 {
		f.COG = geo.Degrees(float64(e.cog) / 100)
	}
	if f.Has&ais.HasHeading != 0 {
		f.Heading = geo.Degrees(float64(e.heading) / 100)
	}
	if f.Has&ais.HasNavStatus != 0 {
		f.NavStatus = e.nav
	}
	if f.Has&ais.HasSecond != 0 {
		f.Second = e.second
	}
	return f
}

// markLand asks the coastline once for a ship that does not move.
func (t *Tracker) markLand(v *ship, f *Fix) {
	switch {
	case t.land == nil:
	case v.last != nil && v.last.Position == f.Position:
		f.OnLand = v.last.OnLand
	default:
		f.OnLand = t.land.OnLand(f.Position, t.o.Inland)
	}
}

// stationsOf lists all stations that heard an entry, its copies and its thinned neighbours: sorted, nil when there is
// only one. A ship is mostly heard by the same stations, so that her last set is used again.
func (t *Tracker) stationsOf(v *ship, b *bucket, order []int32, k int32) []ais.Label {
	first := b.entries[order[k]].station
	several := false
	for n := t.sifter.next[k]; n >= 0 && !several; n = t.sifter.next[n] {
		several = b.entries[order[n]].station != first
	}
	if !several {
		return nil
	}
	names := t.names[:0]
	for n := k; n >= 0; n = t.sifter.next[n] {
		if s := b.entries[order[n]].station; !s.Empty() && !slices.Contains(names, s) {
			names = append(names, s)
		}
	}
	t.names = names
	slices.SortFunc(names, ais.Label.Compare)
	if !slices.Equal(names, v.stations) {
		v.stations = slices.Clone(names)
	}
	return v.stations
}

// field sets a value of the particulars if the report carries it, and tells whether that changed anything.
func field[T comparable](have *T, carried bool, v T) bool {
	if !carried || *have == v {
		return false
	}
	*have = v
	return true
}

// validIMO is zero for a number whose check digit is wrong.
func validIMO(n vessel.IMO) vessel.IMO {
	if !n.Valid() {
		return 0
	}
	return n
}
