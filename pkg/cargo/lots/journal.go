package lots

import (
	"bufio"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// Entry is one line of the journal: a move that was added, or one that was taken back.
type Entry struct {
	Seq       int64     `json:"seq"`       // from 1 on, without holes
	Watermark time.Time `json:"watermark"` // at which it was written down; never falls
	Void      bool      `json:"void"`      // the move, repeated as it stood, is taken back
	Why       string    `json:"why"`
	Move
}

// Journal keeps the moves that stand and all that ever stood. The zero value is not ready; use NewJournal. It is not
// safe for concurrent use.
type Journal struct {
	entries  []Entry
	standing map[string][]Move               // by lot, in order
	aboard   map[vessel.MMSI]map[string]bool // lots that had to do with a ship, and may still
}

// NewJournal returns an empty journal.
func NewJournal() *Journal {
	return &Journal{standing: map[string][]Move{}, aboard: map[vessel.MMSI]map[string]bool{}}
}

// Entries are all lines so far. The caller must not change them.
func (j *Journal) Entries() []Entry { return j.entries }

// Moves are those that stand now, in order.
func (j *Journal) Moves() []Move {
	var out []Move
	for _, moves := range j.standing {
		out = append(out, moves...)
	}
	slices.SortFunc(out, compareMoves)
	return out
}

// Graph is the state now.
func (j *Journal) Graph() Graph {
	g, err := NewGraph(j.Moves())
	if err != nil {
		panic(fmt.Sprintf("journal is broken: %v", err)) // Update takes nothing but what Build makes
	}
	return g
}

// Update writes down that the ships given now have these moves and no others, and returns the new lines. Moves of Build
// over a set of ships that no meeting, old or new, ties to other ships; then lots of those ships are on no other ship.
func (j *Journal) Update(w time.Time, ships []vessel.MMSI, moves []Move) []Entry {
	now := map[string][]Move{}
	for _, m := range moves {
		now[m.Lot] = append(now[m.Lot], m)
	}
	touched := map[string]bool{}
	for lot := range now {
		touched[lot] = true
	}
	for _, s := range ships {
		for lot := range j.aboard[s] {
			if j.concerns(lot, s) {
				touched[lot] = true
			} else {
				delete(j.aboard[s], lot)
			}
		}
	}
	var changes []change
	for lot := range touched {
		if c, ok := difference(j.standing[lot], now[lot]); ok {
			changes = append(changes, c)
		}
	}
	slices.SortFunc(changes, compareChanges)
	news := reasons(changes, moves)
	first := len(j.entries)
	for _, c := range changes {
		j.write(w, c, news)
	}
	return j.entries[first:]
}

// concerns tells whether a move that stands took a lot to a ship or from her.
func (j *Journal) concerns(lot string, ship vessel.MMSI) bool {
	return slices.ContainsFunc(j.standing[lot], func(m Move) bool { return m.From == ship || m.To == ship })
}

// change is what became different of one lot: the last moves of it that stood, and those that stand in their place.
type change struct {
	lot      string
	kept     []Move
	old, now []Move
}

// difference finds from which move on a lot differs.
func difference(old, now []Move) (change, bool) {
	n := 0
	for n < len(old) && n < len(now) && old[n].equal(now[n]) {
		n++
	}
	if n == len(old) && n == len(now) {
		return change{}, false
	}
	c := change{kept: slices.Clip(old[:n]), old: old[n:], now: now[n:]}
	if len(c.old) > 0 {
		c.lot = c.old[0].Lot
	} else {
		c.lot = c.now[0].Lot
	}
	return c, true
}

// first is the moment of the first difference.
func (c change) first() time.Time {
	if len(c.now) > 0 && (len(c.old) == 0 || c.now[0].At.Before(c.old[0].At)) {
		return c.now[0].At
	}
	return c.old[0].At
}

func compareChanges(a, b change) int {
	return cmp.Or(a.first().Compare(b.first()), cmp.Compare(a.lot, b.lot))
}

// write takes back the lot's old moves, newest first, and adds the new ones.
func (j *Journal) write(w time.Time, c change, r reasoning) {
	w = w.UTC().Truncate(time.Millisecond)
	line := func(void bool, why string, m Move) {
		j.entries = append(j.entries, Entry{int64(len(j.entries)) + 1, w, void, why, m})
	}
	for _, m := range slices.Backward(c.old) {
		line(true, r.gone(m), m)
	}
	for _, m := range c.now {
		line(false, r.added(m), m)
		for _, ship := range []vessel.MMSI{m.From, m.To} {
			if ship != 0 && j.aboard[ship] == nil {
				j.aboard[ship] = map[string]bool{}
			}
			if ship != 0 {
				j.aboard[ship][m.Lot] = true
			}
		}
	}
	if moves := append(c.kept, c.now...); len(moves) > 0 {
		j.standing[c.lot] = moves
	} else {
		delete(j.standing, c.lot)
	}
}

// reasoning knows both states, to say why a move came or went.
type reasoning struct {
	before, after map[string]Move // by id, of the moves that changed
	causes        map[string]bool // events on which anything rests now
}

func reasons(changes []change, now []Move) reasoning {
	r := reasoning{map[string]Move{}, map[string]Move{}, map[string]bool{}}
	for _, c := range changes {
		for _, m := range c.old {
			r.before[m.ID] = m
		}
		for _, m := range c.now {
			r.after[m.ID] = m
		}
	}
	for _, m := range now {
		r.causes[m.Because[0].Event] = true
	}
	return r
}

func (r reasoning) gone(m Move) string {
	cause := m.Because[0].Event
	switch now, still := r.after[m.ID]; {
	case still:
		return moved(m, now)
	case m.Kind == Provisional:
		return "nothing of its origin is unknown any more"
	case r.causes[cause]:
		return cause + " moves nothing of this lot any more"
	}
	return cause + " was taken back, or moves nothing any more"
}

func (r reasoning) added(m Move) string {
	if old, was := r.before[m.ID]; was {
		return moved(old, m)
	}
	return words[m.Kind]
}

// moved says what is different between two versions of a move.
func moved(old, now Move) string {
	switch {
	case old.equal(now):
		return "follows from an earlier move that changed"
	case math.Abs(old.P-now.P) >= 0.005:
		return fmt.Sprintf("probability from %.2f to %.2f", old.P, now.P)
	case old.Barrels != now.Barrels:
		return fmt.Sprintf("from %d to %d barrels", old.Barrels, now.Barrels)
	case old.Expected != now.Expected:
		return fmt.Sprintf("from %d to %d expected barrels", old.Expected, now.Expected)
	case !slices.Equal(old.Because, now.Because):
		return fmt.Sprintf("%s in version %d", now.Because[0].Event, now.Because[0].Version)
	}
	return "its circumstances changed"
}

// words say what a move of each kind is.
var words = map[Kind]string{
	Lifted:      "loaded at its source",
	Provisional: "laden, and no known lot explains it",
	Withheld:    "not counted: floating storage that was not seen in ballast",
	Transfer:    "went from ship to ship",
	Discharge:   "discharged",
	Return:      "discharged at its own side",
	Exit:        "left the Gulf of Oman",
	Storage:     "laden and stationary: floating storage",
	Unseen:      "its ship is in ballast, and nobody saw where it went",
	Merged:      "claimed as part of a cargo of unknown origin",
}

// Replay rebuilds the state after the entries given: a journal from its beginning, or any prefix of one. It refuses
// entries out of sequence, a watermark that falls, moves added twice, moves taken back that do not stand as they are
// repeated, and oil taken from where it is not.
func Replay(entries []Entry) (Graph, error) {
	standing, t := map[string]Move{}, tally{}
	var watermark time.Time
	for i, e := range entries {
		if e.Seq != int64(i)+1 {
			return Graph{}, fmt.Errorf("replay journal: entry %d follows %d", e.Seq, i)
		}
		if e.Watermark.Before(watermark) {
			return Graph{}, fmt.Errorf("replay journal: entry %d: watermark falls", e.Seq)
		}
		watermark = e.Watermark
		if err := e.check(); err != nil {
			return Graph{}, fmt.Errorf("replay journal: entry %d: %w", e.Seq, err)
		}
		old, stands := standing[e.ID]
		sign := vessel.Barrels(1)
		switch {
		case !e.Void && stands:
			return Graph{}, fmt.Errorf("replay journal: entry %d: move %s stands already", e.Seq, e.ID)
		case e.Void && (!stands || !old.equal(e.Move)):
			return Graph{}, fmt.Errorf("replay journal: entry %d: move %s does not stand like this", e.Seq, e.ID)
		case e.Void:
			sign = -1
			delete(standing, e.ID)
		default:
			standing[e.ID] = e.Move
		}
		if err := t.apply(e.Move, sign); err != nil {
			return Graph{}, fmt.Errorf("replay journal: entry %d: %w", e.Seq, err)
		}
	}
	moves := make([]Move, 0, len(standing))
	for _, m := range standing {
		moves = append(moves, m)
	}
	g, err := NewGraph(moves)
	if err != nil {
		return Graph{}, fmt.Errorf("replay journal: %w", err)
	}
	return g, nil
}

// mostBarrels bounds a move: some five hundred of the largest ships.
const mostBarrels vessel.Barrels = 1e9

// check tells whether a move is well formed.
func (m Move) check() error {
	k := m.Kind
	stays := k == Exit || k == Storage
	switch {
	case k.order() < 0:
		return fmt.Errorf("unknown kind %q", k)
	case m.Lot == "" || m.ID == "":
		return errors.New("no lot or no id")
	case len(m.Because) == 0:
		return errors.New("rests on nothing")
	case m.Barrels < 0 || m.Barrels > mostBarrels || m.Expected < 0 || m.Expected > m.Barrels:
		return fmt.Errorf("%d barrels, %d expected: out of range", m.Barrels, m.Expected)
	case !(m.P >= 0 && m.P <= 1):
		return fmt.Errorf("probability %v", m.P)
	case k.Born() && (m.From != 0 || m.To == 0 || m.Exited), k.Ends() && (m.From == 0 || m.To != 0),
		stays && (m.From == 0 || m.From != m.To), k == Exit && m.Exited, k == Transfer && (m.From == 0 || m.To == 0 || m.From == m.To):
		return fmt.Errorf("%s from %s to %s", k, m.From, m.To)
	case (k == Withheld || k == Storage) && m.Barrels != 0:
		return fmt.Errorf("%s moves barrels", k)
	}
	return nil
}

// WriteJournal writes entries as JSON lines.
func WriteJournal(w io.Writer, entries []Entry) error {
	buffered := bufio.NewWriter(w)
	to := json.NewEncoder(buffered)
	to.SetEscapeHTML(false)
	for _, e := range entries {
		if err := to.Encode(e); err != nil {
			return fmt.Errorf("write journal entry %d: %w", e.Seq, err)
		}
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write journal: %w", err)
	}
	return nil
}

// ReadJournal reads JSON lines back. Unknown fields are ignored, so that an older reader can follow a newer writer;
// moves that are not well formed are an error.
func ReadJournal(r io.Reader) ([]Entry, error) {
	var out []Entry
	for from := json.NewDecoder(r); ; {
		var e Entry
		err := from.Decode(&e)
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err == nil {
			err = e.check()
		}
		if err != nil {
			return nil, fmt.Errorf("read journal: entry %d: %w", len(out)+1, err)
		}
		out = append(out, e)
	}
}

// Schema names the JSON layout of a graph of lots.
const Schema = "darkwake.lots/v1"

// Restore derives the state that moves lead to which come from a file. Unlike NewGraph it takes nothing for granted: moves
// that are not well formed, or of oil that never came aboard the ship, are errors.
func Restore(moves []Move) (Graph, error) {
	for i, m := range moves {
		if err := m.check(); err != nil {
			return Graph{}, fmt.Errorf("move %d: %w", i+1, err)
		}
	}
	g, err := NewGraph(moves)
	if err != nil {
		return Graph{}, err
	}
	came := map[place]bool{}
	for _, m := range g.Moves {
		if !m.Kind.Born() && !came[place{lot: m.Lot, hull: m.From}] {
			return Graph{}, fmt.Errorf("move %s: lot %s never came aboard %s", m.ID, m.Lot, m.From)
		}
		came[place{lot: m.Lot, hull: m.To}] = true
	}
	return g, nil
}
