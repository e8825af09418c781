package feed

import (
	"slices"

	"github.com/darkwake/darkwake/pkg/ais"
)

// Judge stands behind the decoders of one source and holds back reports whose clocks it doubts (DESIGN, section 3). It
// is their sink, and hands on to another what it lets pass.
type Judge struct {
	to   ais.Sink
	held *jury
	high ais.UnixMilli // of what has passed
	lead ais.UnixMilli
}

var _ ais.Sink = (*Judge)(nil)

// NewJudge returns a judge of the source's clocks before the sink.
//
// A time is not doubted up to the configured lead, or the source's lateness if that is more. A source that may deliver
// what is 90 min old may as well deliver what is 90 min ahead of it first, and the order of delivery within the
// lateness must make no difference.
func NewJudge(s SourceConfig, o Options, to ais.Sink) *Judge {
	return &Judge{to: to, held: newJury(o.ClockJury), lead: ais.UnixMilli(max(o.ClockLead, s.lateness()).Milliseconds())}
}

// Report takes a report from a decoder. One whose time is well ahead of all before it is doubted, and it and what
// follows wait for the jury; so does the very first, which nothing is known about.
func (j *Judge) Report(r *ais.Report) {
	if j.held.n == 0 && j.high != 0 && r.Time <= j.high+j.lead {
		j.pass(r)
		return
	}
	j.held.add(r)
	j.settle(false)
}

// Reject hands a reject on.
func (j *Judge) Reject(r ais.Reject) { j.to.Reject(r) }

// Settle decides about all that is held with the jurors that have come.
func (j *Judge) Settle() { j.settle(true) }

// Holds tells whether a report waits for the jury, and where the first of them stood in its source.
func (j *Judge) Holds() (offset int64, held bool) {
	if j.held.n == 0 {
		return 0, false
	}
	return j.held.at(0).Offset, true
}

// Expect sets the high event time from which the judge goes on, that of an earlier run.
func (j *Judge) Expect(high ais.UnixMilli) { j.high = max(j.high, high) }

// settle releases held reports as far as they can be judged; all of them when no more jurors will come.
func (j *Judge) settle(over bool) {
	for j.held.n > 0 {
		first := j.held.at(0)
		doubted := j.high == 0 || first.Time > j.high+j.lead
		switch {
		case !doubted:
			j.pass(first)
		case !j.held.full() && !over:
			return
		case j.held.refutes(j.high, j.lead):
			j.to.Reject(ais.Reject{Reason: ais.FutureTime, Source: first.Source, Offset: first.Offset, Number: first.Number, Bytes: first.Raw})
		default:
			j.pass(first)
		}
		j.held.drop()
	}
}

func (j *Judge) pass(r *ais.Report) {
	j.high = max(j.high, r.Time)
	j.to.Report(r)
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
