package feed

import "github.com/darkwake/darkwake/pkg/ais"

// batchReports is how many reports travel from a source's goroutine to the sequencer at once. Four batches are on the
// way; at 512 the hand-over costs a nanosecond a report.
const (
	batchReports = 512
	batchBytes   = 256 << 10
	batchesOut   = 4
)

// Batch is a stretch of one source: reports with their raw bytes, and between them what was refused. It takes both as a
// sink, with copies of their bytes, and hands them out in the same order.
type Batch struct {
	reports []ais.Report
	refused []refusal
	text    []byte // the raw bytes that reports and refusals point into
	given   int    // reports handed out
	told    int    // refusals handed out

	resume   int64        // offset of the oldest line that this batch may rest on
	lines    int64        // lines of the source up to the end of the batch
	bytes    int64        // bytes of the source, unpacked, up to the end of the batch
	counters ais.Counters // of the decoder, up to the end of the batch
	problems []Problem
	last     bool // nothing comes after it
}

var _ ais.Sink = (*Batch)(nil)

// refusal is a reject and its place: before the report of that index.
type refusal struct {
	at     int
	reject ais.Reject
}

// Reset makes the batch empty and keeps its memory.
func (b *Batch) Reset() {
	*b = Batch{reports: b.reports[:0], refused: b.refused[:0], text: b.text[:0]}
}

// Len is how many reports and rejects were put in.
func (b *Batch) Len() int { return len(b.reports) + len(b.refused) }

// Full tells whether the batch holds so many reports, as many rejects, or so many raw bytes of both.
func (b *Batch) Full(size, text int) bool {
	return len(b.reports) >= size || len(b.refused) >= size || len(b.text) >= text
}

// Report copies a report and its raw bytes. Where the text must grow, earlier reports keep pointing into the old.
func (b *Batch) Report(r *ais.Report) {
	b.reports = append(b.reports, *r)
	b.reports[len(b.reports)-1].Raw = b.copy(r.Raw)
}

// Reject copies a reject and its bytes.
func (b *Batch) Reject(r ais.Reject) {
	r.Bytes = b.copy(r.Bytes)
	b.refused = append(b.refused, refusal{at: len(b.reports), reject: r})
}

func (b *Batch) copy(raw []byte) []byte {
	start := len(b.text)
	b.text = append(b.text, raw...)
	return b.text[start:len(b.text):len(b.text)]
}

// Next hands out what comes next, a report or a reject; neither at the end. Both are valid until the batch is reset.
func (b *Batch) Next() (*ais.Report, *ais.Reject) {
	switch {
	case b.refusalDue():
		b.told++
		return nil, &b.refused[b.told-1].reject
	case b.given < len(b.reports):
		b.given++
		return &b.reports[b.given-1], nil
	}
	return nil, nil
}

func (b *Batch) refusalDue() bool {
	return b.told < len(b.refused) && b.refused[b.told].at <= b.given
}

// used tells whether everything was handed out.
func (b *Batch) used() bool { return b.given == len(b.reports) && b.told == len(b.refused) }
