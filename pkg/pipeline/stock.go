package pipeline

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// stock reads the journal of lots for the estimate: what was discharged when, since when that is known, and what is afloat.
type stock struct {
	read   int                  // entries of the journal
	raised map[string]time.Time // when each discharge was first written down, by the move's id
}

// discharges are those from a day on, as the model counts them: a lot's existence times the chance that it was unloaded, and
// the barrels if both hold. What comes back to its own side was not delivered. A lot that nobody claims to be sanctioned oil
// has no barrels. Never nil: the ledger always looks for them.
func (s *stock) discharges(g lots.Graph, journal []lots.Entry, from time.Time) []estimate.Discharge {
	if s.raised == nil {
		s.raised = map[string]time.Time{}
	}
	for _, e := range journal[s.read:] {
		if _, known := s.raised[e.ID]; e.Kind == lots.Discharge && !e.Void && !known {
			s.raised[e.ID] = e.Watermark
		}
	}
	s.read = len(journal)
	lift := map[string]string{}
	for _, l := range g.Lots {
		lift[l.ID] = l.Because[0].Event
	}
	out := []estimate.Discharge{}
	for _, m := range g.Moves {
		if m.Kind != lots.Discharge || m.Expected == 0 || m.P <= 0 || m.At.Before(from) {
			continue
		}
		exists := float64(m.Expected) / float64(m.Barrels)
		out = append(out, estimate.Discharge{LotID: lift[m.Lot], Time: m.At, Q: min(1, exists*m.P),
			Barrels: vessel.Barrels(math.Round(float64(m.Barrels) / m.P)), Raised: s.raised[m.ID]})
	}
	return out
}

// days is the stock of each day, with what the journal has changed of its opening since the midnight before the last
// entry of all.
func (s *stock) days(g lots.Graph, journal []lots.Entry, first, last time.Time) []lots.Day {
	newer := g.Days(first, last)
	if len(journal) == 0 {
		return newer
	}
	n, midnight := len(journal), journal[len(journal)-1].Watermark.Add(-time.Nanosecond).Truncate(24*time.Hour)
	for n > 0 && journal[n-1].Watermark.After(midnight) {
		n--
	}
	older, err := lots.Replay(journal[:n])
	if err != nil {
		panic(err) // every prefix of a journal is a state
	}
	lots.Revise(older.Days(first, last), newer)
	return newer
}
