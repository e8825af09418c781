package pipeline

import (
	"context"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/track"
)

// stretch is how many grid points are walked at most at once: a day. A hole of years in the input then costs messages by
// the day, and nobody hoards the facts of more than one.
const stretch = int(24 * time.Hour / track.Grid)

// Walk is a run of grid points, both ends included, and the sources that ended before it.
type Walk struct {
	From, To time.Time
	Ended    []Ending
	Final    bool // every source has ended: one grid point, at which everything held back is released
	// Synthetic: a source has said by now that a simulator makes it.
	Synthetic bool
}

// ticks is how many grid points it has.
func (w Walk) ticks() int64 { return int64(w.To.Sub(w.From)/track.Grid) + 1 }

// Ending is a source that was read to its end, and its high event time.
type Ending struct {
	Source string
	At     time.Time
}

// walker decides from the punctuations of a stream which grid points are due. All partitions of a stream hold the same
// punctuations in the same order, so that their walkers, wherever they run, take the same walks.
type walker struct {
	walked time.Time     // the last grid point that was due, zero before the first
	first  ais.UnixMilli // earliest event time that was not late, zero before the first
	last   ais.UnixMilli // greatest event time that was not late
	mark   ais.UnixMilli // the watermark
	over   bool          // the last grid point was walked as the final one
	ended  map[string]bool
	ending []Ending // sources that ended since the last walk

	synthetic bool // a source has said that a simulator makes it
}

func newWalker() walker { return walker{ended: map[string]bool{}} }

// note takes in the time of a report.
func (k *walker) note(r *ais.Report) {
	if r.Late {
		return
	}
	if k.first == 0 || r.Time < k.first {
		k.first = r.Time
	}
	k.last = max(k.last, r.Time)
}

// take hands out the walks that a punctuation makes due. It stops early when the context ends: a wild clock may have
// opened a hole of centuries.
func (k *walker) take(ctx context.Context, p *feed.Punctuation, hand func(Walk)) {
	if p.First != 0 {
		k.first = p.First // of all partitions
	}
	over := len(p.Marks) > 0
	for _, m := range p.Marks {
		k.last = max(k.last, m.High)
		k.synthetic = k.synthetic || m.Synthetic
		over = over && m.State == feed.Ended
		switch {
		case m.State != feed.Ended:
			delete(k.ended, m.Source)
		case !k.ended[m.Source]:
			k.ended[m.Source] = true
			k.ending = append(k.ending, Ending{Source: m.Source, At: m.High.Time()})
		}
	}
	k.mark = p.Watermark
	if over {
		k.finish(ctx, hand)
	} else {
		k.walkTo(ctx, p.Watermark.Time().Truncate(track.Grid), hand)
	}
}

// walkTo hands out every grid point up to `to` that was not walked yet, once there was a report.
func (k *walker) walkTo(ctx context.Context, to time.Time, hand func(Walk)) {
	if k.first == 0 {
		return
	}
	if k.walked.IsZero() {
		k.walked = gridAfter(k.first).Add(-track.Grid)
	}
	for k.walked.Before(to) && ctx.Err() == nil {
		w := Walk{From: k.walked.Add(track.Grid), To: to}
		if limit := k.walked.Add(time.Duration(stretch) * track.Grid); limit.Before(to) {
			w.To = limit
		}
		k.hand(w, hand)
	}
}

// finish walks to the first grid point at or after the end of all input, where whatever is still held back is released.
// A stream that goes on after it is taken up again.
func (k *walker) finish(ctx context.Context, hand func(Walk)) {
	if k.first == 0 || k.over {
		return
	}
	last := gridAfter(max(k.mark, k.last))
	k.walkTo(ctx, last.Add(-track.Grid), hand)
	if !k.walked.Before(last) {
		last = k.walked.Add(track.Grid) // the watermark had come this far already: what lies on the grid point itself is still held
	}
	k.hand(Walk{From: last, To: last, Final: true}, hand)
	k.over = true
}

func (k *walker) hand(w Walk, hand func(Walk)) {
	w.Ended, k.ending, w.Synthetic = k.ending, nil, k.synthetic
	k.walked, k.over = w.To, false
	hand(w)
}

// gridAfter is the first grid point at or after t.
func gridAfter(t ais.UnixMilli) time.Time {
	at := t.Time()
	if down := at.Truncate(track.Grid); down.Before(at) {
		return down.Add(track.Grid)
	}
	return at
}
