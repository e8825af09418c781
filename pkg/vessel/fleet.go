package vessel

import (
	"slices"
	"sort"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Ship is what is known of one ship: what her transponder says, and what follows from it with its error.
type Ship struct {
	Particulars
	Flag      string    // ISO 3166 alpha-2 from the MMSI
	Class     Class     // size class
	Scantling Uncertain // greatest draught she is built for, metres
	DWT       Uncertain // deadweight, tonnes
	TPC       float64   // tonnes a centimetre near the laden draught
	Draughts  []DraughtMark
	Listed    []string // the watch lists that name her; read only
}

// Registered is what a list of the user's says about a hull, found by its IMO number. Zero values say nothing.
type Registered struct {
	DWT       Tonnes
	Scantling geo.Metres
	Listed    []string
}

// Lists says which entries of watch lists name a hull, or a radio number where the hull is not known.
type Lists interface{ Match(IMO, MMSI) []string }

// Fleet holds the ships heard, by MMSI. It is not safe for concurrent use: one stage writes and reads it in order.
type Fleet struct {
	ships      map[MMSI]*Ship
	registered map[IMO]Registered
	lists      Lists           // nil without any
	linked     map[MMSI][]MMSI // other numbers of the same hull, both ways
}

// NewFleet returns an empty fleet.
func NewFleet() *Fleet {
	return &Fleet{ships: map[MMSI]*Ship{}, registered: map[IMO]Registered{}, linked: map[MMSI][]MMSI{}}
}

// Len is the number of ships with particulars or a draught.
func (f *Fleet) Len() int { return len(f.ships) }

// Ship returns what is known of a ship. The answer is a snapshot: its slices are never written again.
func (f *Fleet) Ship(m MMSI) (Ship, bool) {
	s, ok := f.ships[m]
	if !ok {
		return Ship{}, false
	}
	c := *s
	for _, other := range f.linked[m] {
		if o, ok := f.ships[other]; ok {
			c.Draughts = append(slices.Clip(c.Draughts), o.Draughts...)
			slices.SortStableFunc(c.Draughts, func(a, b DraughtMark) int { return a.Since.Compare(b.Since) })
		}
	}
	return c, true
}

// Link says that two numbers are one hull's: each ship's draughts count for the other too. Unlink takes it back.
func (f *Fleet) Link(a, b MMSI) {
	f.Unlink(a, b)
	f.linked[a], f.linked[b] = append(f.linked[a], b), append(f.linked[b], a)
}

// Unlink says that two numbers are not one hull's.
func (f *Fleet) Unlink(a, b MMSI) {
	drop := func(from, what MMSI) {
		if list := f.linked[from]; slices.Contains(list, what) {
			f.linked[from] = slices.DeleteFunc(slices.Clone(list), func(m MMSI) bool { return m == what })
		}
	}
	drop(a, b)
	drop(b, a)
}

// About returns what is known of a ship, and of one that sent no static data yet what her number tells: the flag.
func (f *Fleet) About(m MMSI) Ship {
	if s, ok := f.Ship(m); ok {
		return s
	}
	s := Ship{Particulars: Particulars{MMSI: m}, Flag: Flag(m)}
	if f.lists != nil {
		s.Listed = f.lists.Match(0, m)
	}
	return s
}

// Watch makes the fleet look ships up in watch lists. It is called before the first ship is heard.
func (f *Fleet) Watch(lists Lists) { f.lists = lists }

// Register adds what a list says about a hull; ships with that IMO number heard later or already known follow it.
func (f *Fleet) Register(n IMO, r Registered) {
	f.registered[n] = r
	for _, s := range f.ships {
		if s.IMO == n {
			f.derive(s)
		}
	}
}

// Update takes the static data of a ship as they were last heard. They replace the former ones, except that what
// was known stays where the new ones say nothing: an empty name or IMO of zero is missing, not changed.
func (f *Fleet) Update(p Particulars) {
	s := f.at(p.MMSI)
	old := s.Particulars
	s.Particulars = p
	if p.IMO == 0 {
		s.IMO = old.IMO
	}
	if p.Name == "" {
		s.Name = old.Name
	}
	if p.CallSign == "" {
		s.CallSign = old.CallSign
	}
	if p.ShipType == 0 {
		s.ShipType = old.ShipType
	}
	if !p.HasHull {
		s.HasHull, s.Hull = old.HasHull, old.Hull
	}
	f.derive(s)
}

// maxMarks bounds the draughts kept for a ship: some two years of voyages.
const maxMarks = 48

// Mark takes a confirmed draught. Marks usually come in time order; a late one is put in its place, and one of the
// same moment replaces the former.
func (f *Fleet) Mark(m MMSI, d DraughtMark) {
	s := f.at(m)
	i := sort.Search(len(s.Draughts), func(i int) bool { return !s.Draughts[i].Since.Before(d.Since) })
	marks := slices.Clone(s.Draughts[:i])
	marks = append(marks, d)
	if i < len(s.Draughts) && s.Draughts[i].Since.Equal(d.Since) {
		i++
	}
	marks = append(marks, s.Draughts[i:]...)
	if len(marks) > maxMarks {
		marks = marks[len(marks)-maxMarks:]
	}
	s.Draughts = marks
	f.derive(s)
}

func (f *Fleet) at(m MMSI) *Ship {
	s, ok := f.ships[m]
	if !ok {
		s = &Ship{Particulars: Particulars{MMSI: m}, Flag: Flag(m)}
		f.ships[m] = s
	}
	return s
}

// derive fills what follows from particulars, lists and draughts.
func (f *Fleet) derive(s *Ship) {
	var r Registered
	if s.IMO.Valid() {
		r = f.registered[s.IMO]
	}
	s.Listed = r.Listed
	if f.lists != nil {
		s.Listed = append(slices.Clip(r.Listed), f.lists.Match(s.IMO, s.MMSI)...)
	}
	if s.ShipType != 0 && !Tanker(s.ShipType) {
		s.Class, s.Scantling, s.DWT, s.TPC = NotTanker, Uncertain{}, Uncertain{}, 0
		return
	}
	var h geo.Hull
	if s.HasHull {
		h = s.Hull
	}
	var confirmed bool
	s.Scantling, confirmed = scantling(h, r.Scantling, s.Draughts)
	s.DWT = deadweight(h, r.DWT, s.Scantling, confirmed)
	s.TPC = TPC(h)
	s.Class = ClassOf(h, r.DWT)
}
