package feed

import (
	"slices"

	"github.com/darkwake/darkwake/pkg/ais"
)

// batchReports is how many reports travel from a source's goroutine to the sequencer at once. Four batches are on the
// way; at 512 the hand-over costs a nanosecond a report.
const (
	batchReports = 512
	batchBytes   = 256 << 10
	batchesOut   = 4
)

// batch is a stretch of one source: reports with their raw bytes, and between them what was refused.
type batch struct {
	reports []ais.Report
	refused []refusal
	text    []byte // the raw bytes that reports and refusals point into

	resume   int64        // offset of the oldest line that this batch may rest on
	lines    int64        // lines of the source up to the end of the batch
	bytes    int64        // bytes of the source, unpacked, up to the end of the batch
	counters ais.Counters // of the decoder, up to the end of the batch
	problems []Problem
	last     bool // nothing comes after it
}

// refusal is a reject and its place: before the report of that index.
type refusal struct {
	at     int
	reject ais.Reject
}

// reset makes the batch empty and keeps its memory.
func (b *batch) reset() {
	*b = batch{reports: b.reports[:0], refused: b.refused[:0], text: b.text[:0]}
}

// full tells whether the batch holds its number of reports, as many rejects, or the raw bytes of either.
func (b *batch) full(size int) bool {
	return len(b.reports) >= size || len(b.refused) >= size || len(b.text) >= batchBytes
}

// report copies a report and its raw bytes. Where the text must grow, earlier reports keep pointing into the old.
func (b *batch) report(r *ais.Report) {
	b.reports = append(b.reports, *r)
	b.reports[len(b.reports)-1].Raw = b.copy(r.Raw)
}

func (b *batch) refuse(r ais.Reject) {
	r.Bytes = b.copy(r.Bytes)
	b.refused = append(b.refused, refusal{at: len(b.reports), reject: r})
}

func (b *batch) copy(raw []byte) []byte {
	start := len(b.text)
	b.text = append(b.text, raw...)
	return b.text[start:len(b.text):len(b.text)]
}

// jury holds a report whose time is doubted, and what came after it, until enough of them tell whose clock is wrong.
type jury struct {
	seats []ais.Report // a ring
	raw   [][]byte     // the raw bytes of each seat
	first int
	n     int
}

func newJury(size int) *jury {
	return &jury{seats: make([]ais.Report, size+1), raw: make([][]byte, size+1)}
}

func (j *jury) full() bool { return j.n == len(j.seats) }

func (j *jury) at(i int) *ais.Report { return &j.seats[(j.first+i)%len(j.seats)] }

// add takes a copy of the report. There must be a seat.
func (j *jury) add(r *ais.Report) {
	i := (j.first + j.n) % len(j.seats)
	j.seats[i], j.raw[i] = *r, append(j.raw[i][:0], r.Raw...)
	j.seats[i].Raw = j.raw[i]
	j.n++
}

// drop releases the first report.
func (j *jury) drop() {
	j.first = (j.first + 1) % len(j.seats)
	j.n--
}

// refutes tells whether most of the reports behind the first lie nearer the source's old mark than the first. Without
// an old mark, at the start of a source, their median takes its place, and only a first report that is ahead of it
// by more than lead can be wrong.
func (j *jury) refutes(mark, lead ais.UnixMilli) bool {
	if j.n < 2 {
		return false
	}
	first := j.at(0).Time
	if mark == 0 {
		return first > j.median()+lead
	}
	nearer := 0
	for i := 1; i < j.n; i++ {
		t := j.at(i).Time
		if abs(t-mark) < abs(t-first) {
			nearer++
		}
	}
	return 2*nearer > j.n-1
}

// median is the lower median of the times behind the first.
func (j *jury) median() ais.UnixMilli {
	times := make([]ais.UnixMilli, 0, j.n)
	for i := 1; i < j.n; i++ {
		times = append(times, j.at(i).Time)
	}
	slices.Sort(times)
	return times[(len(times)-1)/2]
}

func abs(d ais.UnixMilli) ais.UnixMilli { return max(d, -d) }
