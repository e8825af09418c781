package identity

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// ship is what is remembered of one MMSI.
type ship struct {
	mmsi    vessel.MMSI
	known   bool               // settled says something
	settled vessel.Particulars // kept for long enough, or the first heard
	former  []vessel.Particulars
	proof   proof // the report that settled them
	pending *pending
	swaps   []time.Time // when the settled particulars came back
	badIMO  vessel.IMO
	sent    []sending // the IMO numbers sent, oldest first

	before *track.Fix // the last before the present stay; nil if there is none
	on     *track.Fix // the first of the stay
	last   *track.Fix
	off    *track.Fix // before the newest dark silence
	back   *track.Fix // after it
	told   *event.Event
}

// pending is other particulars, as long as they may be a slip.
type pending struct {
	particulars vessel.Particulars
	since       time.Time
	proof       proof
	at          *track.Fix
}

// sending is an IMO number that an MMSI sent.
type sending struct {
	imo   vessel.IMO
	since time.Time
	at    *track.Fix // the newest fix then; nil before the first
	first bool       // no other number was sent before
}

// proof is where a static report stands in its source.
type proof struct {
	source string
	offset int64
	raw    string
}

// hear takes in a fix: a stay begins with the first after a long absence.
func (d *Detector) hear(s *ship, f *track.Fix) {
	if s.last != nil && !f.Time.After(s.last.Time) {
		return
	}
	if s.last == nil || f.Time.Sub(s.last.Time) >= d.o.Absent {
		s.before, s.on = s.last, f
		d.touch(s.mmsi)
	}
	if s.last != nil && f.Time.Sub(s.last.Time) >= d.o.Dark {
		s.off, s.back = s.last, f
	}
	s.last = f
}

// learn takes in particulars and tells whether the ship is of any concern.
func (d *Detector) learn(f *track.Profile) {
	s, p := d.at(f.MMSI), f.Particulars
	here := proof{f.Source, f.Offset, f.Raw}
	if f.BadIMO != 0 && f.BadIMO != s.badIMO {
		s.badIMO = f.BadIMO
		d.bad = append(d.bad, f)
	}
	d.noteIMO(s, p.IMO, f.Start)
	if !s.known {
		s.known, s.settled, s.proof = true, p, here
		d.hulls.add(p.Hull, s.mmsi)
		d.touch(s.mmsi)
		return
	}
	if len(changes(s.settled, p)) == 0 {
		if s.pending != nil {
			s.swap(f.Start, s.pending.particulars)
			s.pending = nil
			d.twice(s.mmsi).swapped(f.Start, here)
		}
		fill(&s.settled, p)
		d.hulls.add(s.settled.Hull, s.mmsi)
		d.touch(s.mmsi)
		return
	}
	if s.pending == nil {
		s.pending = &pending{since: f.Start, proof: here, at: s.last}
		d.pending[s.mmsi] = true
	}
	s.pending.particulars = p
	d.touch(s.mmsi)
}

func (d *Detector) noteIMO(s *ship, n vessel.IMO, at time.Time) {
	if n == 0 || slices.ContainsFunc(s.sent, func(x sending) bool { return x.imo == n }) {
		return
	}
	s.sent = append(s.sent, sending{n, at, s.last, len(s.sent) == 0})
	d.byIMO[n] = append(d.byIMO[n], s.mmsi)
}

// swap notes that the settled particulars came back after others.
func (s *ship) swap(at time.Time, others vessel.Particulars) {
	s.swaps = append(s.swaps, at)
	s.remember(others)
}

// remember keeps the newest particulars that were sent besides the settled ones.
func (s *ship) remember(p vessel.Particulars) {
	s.former = slices.DeleteFunc(s.former, func(old vessel.Particulars) bool { return len(changes(old, p)) == 0 })
	s.former = append(s.former, p)
	if len(s.former) > 4 {
		s.former = slices.Delete(s.former, 0, 1)
	}
}

// fill takes over what the settled particulars do not say.
func fill(s *vessel.Particulars, p vessel.Particulars) {
	s.IMO, s.Name, s.CallSign = cmp.Or(s.IMO, p.IMO), cmp.Or(s.Name, p.Name), cmp.Or(s.CallSign, p.CallSign)
	s.ShipType = cmp.Or(s.ShipType, p.ShipType)
	if !s.HasHull {
		s.HasHull, s.Hull = p.HasHull, p.Hull
	}
}

// changes lists the particulars that differ. What one side does not say does not differ.
func changes(a, b vessel.Particulars) []event.Alteration {
	var out []event.Alteration
	text := func(field, before, after string) {
		if before, after = strings.TrimSpace(before), strings.TrimSpace(after); before != "" && after != "" && before != after {
			out = append(out, event.Alteration{Field: field, Before: before, After: after})
		}
	}
	if a.IMO != 0 && b.IMO != 0 && a.IMO != b.IMO {
		text("imo", fmt.Sprint(a.IMO), fmt.Sprint(b.IMO))
	}
	text("name", a.Name, b.Name)
	text("call_sign", a.CallSign, b.CallSign)
	if differs(a, b) {
		text("dimensions", dimensions(a.Hull), dimensions(b.Hull))
	}
	return out
}

func dimensions(h geo.Hull) string {
	return fmt.Sprintf("%.0f x %.0f m", float64(h.Length()), float64(h.Beam()))
}

// slack is how far two statements of one dimension may lie apart: crews measure and round.
const slack geo.Metres = 5

func sized(p vessel.Particulars) bool { return p.HasHull && p.Hull.Length() > 0 && p.Hull.Beam() > 0 }

// differs tells whether two hulls cannot be one.
func differs(a, b vessel.Particulars) bool {
	return sized(a) && sized(b) && (math.Abs(float64(a.Hull.Length()-b.Hull.Length())) > float64(slack) ||
		math.Abs(float64(a.Hull.Beam()-b.Hull.Beam())) > float64(slack))
}

// equal tells whether two hulls have the same four dimensions.
func equal(a, b vessel.Particulars) bool { return sized(a) && sized(b) && a.Hull == b.Hull }

// concerns tells whether a ship may carry oil.
func (d *Detector) concerns(p vessel.Particulars) bool {
	switch {
	case vessel.Tanker(p.ShipType):
		return true
	case p.ShipType != 0:
		return false
	}
	return p.IMO != 0 || sized(p) && p.Hull.Length() >= d.o.MinLength
}

// unowned tells whether an MMSI looks like a maker's default that several ships send at once: digits in a row, or a
// country code followed by six equal digits (240000000 and 416000000 have been heard).
func unowned(m vessel.MMSI) bool {
	return uint32(m)%1_000_000%111_111 == 0 || m == 123456789 || m == 987654321
}
