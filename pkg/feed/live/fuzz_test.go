package live

import (
	"sync"
	"testing"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// deaf is the ear of a source that is connected to nothing, at the tests' epoch.
func deaf(t testing.TB) (*ear, *source) {
	t.Helper()
	clock := newHandClock()
	o := quick(clock)
	l := &Live{o: o, ready: make(chan *source, 1), ctx: t.Context()}
	c := feed.SourceConfig{ID: "a", Kind: feed.UDP, Address: ":0"}
	s := l.newSource(c, feed.NewSequence([]feed.SourceConfig{c}, o.Feed).Standings()[0])
	s.work = &sync.WaitGroup{}
	s.waking = true // nobody wakes the judge: what it holds, it holds
	return s.newEar(ais.Label{}), s
}

// check settles the judge and holds what came of the input to what holds for any: no more than so many reports a line,
// none ahead of its receipt, each position on the Earth, numbers that grow.
func check(t testing.TB, s *source, most int) {
	t.Helper()
	s.judge.Settle()
	reports, last := 0, uint64(0)
	for {
		r, refused := s.mu.batch.Next()
		switch {
		case refused != nil:
			if refused.Reason == ais.NoReason || refused.Source != "a" {
				t.Errorf("refused without reason or source: %+v", refused)
			}
		case r != nil:
			reports++
			if r.Time > ais.UnixMilli(epoch*1000)+ais.UnixMilli(s.o.Ahead.Milliseconds()) || r.Time <= 0 || r.Received != epoch*1000 {
				t.Errorf("time %d, received %d", r.Time, r.Received)
			}
			if r.Carries(ais.HasPosition) && (r.Position[0] < -180 || r.Position[0] > 180 || r.Position[1] < -90 || r.Position[1] > 90) {
				t.Errorf("position %v is not on the Earth", r.Position)
			}
			if r.Number <= last {
				t.Errorf("number %d behind %d", r.Number, last)
			}
			last = r.Number
		default:
			if lines := int(s.mu.status.Lines); reports > most*max(lines, 1) {
				t.Errorf("%d reports of %d lines", reports, lines)
			}
			return
		}
	}
}
