package lots

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// Kind is what a move does.
type Kind string

// The kinds, in the order in which moves of one moment are listed.
const (
	Lifted      Kind = "lift"        // born by a loading
	Provisional Kind = "provisional" // born aboard a laden ship of unknown origin
	Withheld    Kind = "withheld"    // a lift that is not counted: floating storage that was not seen in ballast
	Transfer    Kind = "transfer"    // from ship to ship
	Discharge   Kind = "discharge"   // to a zone
	Return      Kind = "return"      // discharged at its own side
	Exit        Kind = "exit"        // out of the Gulf of Oman; stays aboard
	Storage     Kind = "storage"     // its ship became floating storage; stays aboard
	Unseen      Kind = "unseen"      // left its ship where nobody saw it
	Merged      Kind = "merged"      // unclaimed oil that a provisional lot claims
)

var kinds = [...]Kind{Lifted, Provisional, Withheld, Transfer, Discharge, Return, Exit, Storage, Unseen, Merged}

// Kinds lists all kinds in their order.
func Kinds() []Kind { return slices.Clone(kinds[:]) }

// order is a kind's place in the order, or -1 for a kind that does not exist.
func (k Kind) order() int { return slices.Index(kinds[:], k) }

// Born tells of the kinds that bring a lot into being.
func (k Kind) Born() bool { return k == Lifted || k == Provisional || k == Withheld }

// Ends tells of the kinds after which oil is aboard no ship.
func (k Kind) Ends() bool { return k == Discharge || k == Return || k == Unseen || k == Merged }

// Move is one thing that happened to a lot.
type Move struct {
	ID       string         `json:"id"`
	Kind     Kind           `json:"kind"`
	At       time.Time      `json:"at"`
	Lot      string         `json:"lot"`
	From     vessel.MMSI    `json:"from_mmsi,omitempty"` // zero for births
	To       vessel.MMSI    `json:"to_mmsi,omitempty"`   // zero where it ends; equal to from where it stays
	Zone     string         `json:"zone,omitempty"`
	Place    string         `json:"place,omitempty"`
	P        float64        `json:"p"`                // that it happened; of a birth q
	Exited   bool           `json:"exited,omitempty"` // this oil had left the Gulf of Oman before
	Part     bool           `json:"part,omitempty"`   // a part of what the ship had, even if it happened
	Barrels  vessel.Barrels `json:"barrels"`          // if the lot exists
	Expected vessel.Barrels `json:"expected_bbl"`     // times q
	Origins  []Share        `json:"origins,omitempty"`
	Because  []Cause        `json:"because"`
}

// Share is a part of a cargo's origin: a lot, or "unknown". The shares of a cargo sum to one.
type Share struct {
	Lot   string  `json:"lot"`
	Share float64 `json:"share"`
}

// unknownOrigin is the lot of a share that no known lot explains.
const unknownOrigin = "unknown"

// identify fills the move's id from what makes it this move and no other.
func (m *Move) identify() {
	facts := fmt.Sprintf("%s|%s|%s|%d|%d|%t", m.Kind, m.Because[0].Event, m.Lot, m.From, m.To, m.Exited)
	sum := sha256.Sum256([]byte(facts))
	m.ID = string(m.Kind) + "-" + hex.EncodeToString(sum[:8])
}

// equal tells whether two moves say the same.
func (m Move) equal(o Move) bool {
	same := m.At.Equal(o.At) && slices.Equal(m.Origins, o.Origins) && slices.Equal(m.Because, o.Because)
	return same && m.ID == o.ID && m.Kind == o.Kind && m.Lot == o.Lot && m.From == o.From && m.To == o.To && m.Zone == o.Zone &&
		m.Place == o.Place && m.P == o.P && m.Exited == o.Exited && m.Part == o.Part && m.Barrels == o.Barrels && m.Expected == o.Expected
}

// compareMoves orders moves by time, then kind, cause, lot and id.
func compareMoves(a, b Move) int {
	if c := a.At.Compare(b.At); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.Kind.order(), b.Kind.order()), cmp.Compare(a.Because[0].Event, b.Because[0].Event),
		cmp.Compare(a.Lot, b.Lot), cmp.Compare(a.ID, b.ID))
}

// Graph is a state of the ledger: every move that stands, and what follows from them.
type Graph struct {
	Moves  []Move    `json:"moves"`  // by time
	Lots   []Lot     `json:"lots"`   // by birth, then id
	Aboard []Holding `json:"aboard"` // by hull, then lot; what is there at the end
}

// Lot is oil of one source, with where its expected barrels are at the end of the graph.
type Lot struct {
	ID         string         `json:"id"`
	Kind       Kind           `json:"kind"` // of its birth
	Hull       vessel.MMSI    `json:"mmsi"` // on which it was born
	Born       time.Time      `json:"born"`
	Q          float64        `json:"q"`
	Barrels    vessel.Barrels `json:"barrels"` // if it exists
	Expected   vessel.Barrels `json:"expected_bbl"`
	Exited     vessel.Barrels `json:"exited_bbl"` // these and the following are expected barrels
	Afloat     vessel.Barrels `json:"afloat_bbl"`
	Discharged vessel.Barrels `json:"discharged_bbl"`
	Returned   vessel.Barrels `json:"returned_bbl"`
	Unseen     vessel.Barrels `json:"unseen_bbl"`
	Origins    []Share        `json:"origins"` // itself, or lots that explain a part of the cargo in which a provisional one was found
	Because    []Cause        `json:"because"`
}

// Holding is oil of one lot aboard one ship.
type Holding struct {
	Hull     vessel.MMSI    `json:"mmsi"`
	Lot      string         `json:"lot"`
	Exited   bool           `json:"exited"`
	Stored   bool           `json:"floating_storage"`
	Barrels  vessel.Barrels `json:"barrels"`
	Expected vessel.Barrels `json:"expected_bbl"`
}

// NewGraph derives the state that moves lead to. It refuses moves that take oil from where it is not.
func NewGraph(moves []Move) (Graph, error) {
	g := Graph{Moves: append([]Move{}, moves...), Lots: []Lot{}, Aboard: []Holding{}}
	slices.SortFunc(g.Moves, compareMoves)
	t, lot := tally{}, map[string]*Lot{}
	stored := map[place]bool{}
	for _, m := range g.Moves {
		if err := t.apply(m, 1); err != nil {
			return Graph{}, err
		}
		if m.Kind.Born() {
			if lot[m.Lot] != nil {
				return Graph{}, fmt.Errorf("move %s: lot %s is born twice", m.ID, m.Lot)
			}
			lot[m.Lot] = newLot(m)
		}
		if lot[m.Lot] == nil {
			return Graph{}, fmt.Errorf("move %s: lot %s is not born yet", m.ID, m.Lot)
		}
		lot[m.Lot].take(m)
		if m.Kind == Storage {
			stored[place{lot: m.Lot, hull: m.To}] = true
		}
	}
	for at, a := range t {
		if a.Barrels > 0 || a.Expected > 0 {
			g.Aboard = append(g.Aboard, Holding{at.hull, at.lot, at.exited, stored[place{lot: at.lot, hull: at.hull}], a.Barrels, a.Expected})
		}
	}
	for _, l := range lot {
		g.Lots = append(g.Lots, *l)
	}
	slices.SortFunc(g.Lots, func(a, b Lot) int { return cmp.Or(a.Born.Compare(b.Born), cmp.Compare(a.ID, b.ID)) })
	slices.SortFunc(g.Aboard, func(a, b Holding) int {
		return cmp.Or(cmp.Compare(a.Hull, b.Hull), cmp.Compare(a.Lot, b.Lot), exitedLast(a.Exited, b.Exited))
	})
	return g, nil
}

func newLot(m Move) *Lot {
	l := &Lot{ID: m.Lot, Kind: m.Kind, Hull: m.To, Born: m.At, Q: m.P, Origins: m.Origins, Because: m.Because}
	if len(l.Origins) == 0 {
		l.Origins = []Share{{m.Lot, 1}}
	}
	return l
}

// take books a move of the lot's own.
func (l *Lot) take(m Move) {
	switch m.Kind {
	case Lifted, Provisional:
		l.Barrels, l.Expected, l.Afloat = m.Barrels, m.Expected, m.Expected
	case Exit:
		l.Exited += m.Expected
	case Discharge:
		l.Discharged += m.Expected
	case Return:
		l.Returned += m.Expected
	case Unseen, Merged:
		l.Unseen += m.Expected
	}
	if m.Kind.Ends() {
		l.Afloat -= m.Expected
	}
}

// Day is the stock of one day in expected barrels: Closing = Opening + Lifted − Discharged − Returned − Unseen.
type Day struct {
	Date       time.Time      `json:"date"`
	Opening    vessel.Barrels `json:"opening_bbl"`
	Lifted     vessel.Barrels `json:"lifted_bbl"`
	Exited     vessel.Barrels `json:"exited_bbl"`
	Discharged vessel.Barrels `json:"discharged_bbl"`
	Returned   vessel.Barrels `json:"returned_bbl"`
	Unseen     vessel.Barrels `json:"unseen_bbl"`
	Closing    vessel.Barrels `json:"closing_bbl"`
	Revision   vessel.Barrels `json:"revision_bbl"` // of the opening stock against what an older vintage gave
}

// Days gives the stock of every day from first to last, both midnights in UTC.
func (g Graph) Days(first, last time.Time) []Day {
	var out []Day
	var stock vessel.Barrels
	n := 0
	for day := first.Add(-24 * time.Hour); !day.After(last); day = day.Add(24 * time.Hour) {
		d := Day{Date: day, Opening: stock}
		for ; n < len(g.Moves) && g.Moves[n].At.Before(day.Add(24*time.Hour)); n++ {
			d.take(g.Moves[n])
		}
		stock += d.Lifted - d.Discharged - d.Returned - d.Unseen
		d.Closing = stock
		if !day.Before(first) {
			out = append(out, d)
		}
	}
	return out
}

func (d *Day) take(m Move) {
	switch {
	case m.Kind.Born():
		d.Lifted += m.Expected
	case m.Kind == Exit:
		d.Exited += m.Expected
	case m.Kind == Discharge:
		d.Discharged += m.Expected
	case m.Kind == Return:
		d.Returned += m.Expected
	case m.Kind.Ends():
		d.Unseen += m.Expected
	}
}

// Revise fills the revisions of a vintage against an older one: a day's closing stock is the older vintage's opening
// stock, plus the day's revision and flows. Days that the older vintage does not have keep zero.
func Revise(older, newer []Day) {
	for i := range newer {
		newer[i].Revision = 0
		for _, o := range older {
			if o.Date.Equal(newer[i].Date) {
				newer[i].Revision = newer[i].Opening - o.Opening
			}
		}
	}
}

// Only is the part of a state that is about one lot. A lot that is not there is an error.
func (g Graph) Only(lot string) (Graph, error) {
	out := Graph{Moves: []Move{}, Lots: []Lot{}, Aboard: []Holding{}}
	for _, l := range g.Lots {
		if l.ID == lot {
			out.Lots = append(out.Lots, l)
		}
	}
	if len(out.Lots) == 0 {
		return out, fmt.Errorf("no lot %q", lot)
	}
	for _, m := range g.Moves {
		if m.Lot == lot {
			out.Moves = append(out.Moves, m)
		}
	}
	for _, h := range g.Aboard {
		if h.Lot == lot {
			out.Aboard = append(out.Aboard, h)
		}
	}
	return out, nil
}
