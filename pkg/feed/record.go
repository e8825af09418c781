package feed

import (
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
)

// State is what a source says of itself in a punctuation.
type State uint8

// The states of a source. Begin is written for every configured source before any report.
const (
	Begin State = iota
	Alive
	Idle
	Ended
)

// SourceMark is one source's standing, as every punctuation lists it for all sources of its ingest.
type SourceMark struct {
	Source   string
	State    State
	High     ais.UnixMilli // high event time, zero before the first report
	Number   uint64        // number of the last report
	Resume   int64         // offset of the oldest line still in the reader's memory
	ClockOff time.Duration // station clock finding: median of (base station clock − stated time), zero when none
	Lateness time.Duration
	Receiver ais.Receiver
	// Synthetic: the source has said, in a remark with that word, that a simulator makes it.
	Synthetic bool
}

// Punctuation is a record in the stream that says how far a source has come. It is emitted once for each
// event-time minute of a source and at its end, in order with its reports.
type Punctuation struct {
	Source    string
	Run       uint64        // of the ingest: a new one, with numbers from 1, when its sources are others; 0 in a replay
	Number    uint64        // running number among this run's punctuations
	Watermark ais.UnixMilli // of the whole ingest: no report that is not late lies before it
	First     ais.UnixMilli // earliest event time of a report that was not late, of all sources; zero before the first
	Marks     []SourceMark  // all sources, in the order of the configuration
	Sources   string        // fingerprint of their configuration; empty in a replay
}

// Resume says how far a stream has come that another goes on with: the ingest before this one wrote it to a log.
type Resume struct {
	Run     uint64            // of the punctuations to come; that of After if the sources are the same, else a higher one
	Sources string            // fingerprint of the sources' configuration
	After   *Punctuation      // the last one in the log; nil when there is none
	Numbers map[string]uint64 // by source: the highest number of a report in the log, of the run of After
}

// floors are the watermark and the first event time below which a stream that goes on cannot fall.
func (r Resume) floors() (watermark, first ais.UnixMilli) {
	if r.After == nil || r.After.Run == r.Run {
		return 0, 0
	}
	return r.After.Watermark, r.After.First
}

// Record is what a stream delivers: a report or a punctuation, never both.
type Record struct {
	Report      *ais.Report // valid until the next record
	Punctuation *Punctuation
}

// Stream delivers the records of one or more sources in one order.
type Stream interface {
	// Next returns the next record, or io.EOF after the last punctuation.
	Next() (Record, error)
	// Close releases what the stream holds.
	Close() error
}
