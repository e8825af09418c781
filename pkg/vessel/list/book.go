package list

import (
	"slices"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// Book is all lists of a run, asked ship by ship. It never changes.
type Book struct {
	byIMO  map[vessel.IMO][]hit
	byMMSI map[vessel.MMSI][]hit
}

// hit is an entry that a number leads to.
type hit struct {
	list  string
	entry *Entry
}

// NewBook indexes lists. Hits come in the order of the lists and their entries.
func NewBook(lists []List) *Book {
	b := &Book{map[vessel.IMO][]hit{}, map[vessel.MMSI][]hit{}}
	for i := range lists {
		for k := range lists[i].Entries {
			e := &lists[i].Entries[k]
			for _, n := range e.IMO {
				b.byIMO[n] = append(b.byIMO[n], hit{lists[i].Name, e})
			}
			for _, m := range e.MMSI {
				b.byMMSI[m] = append(b.byMMSI[m], hit{lists[i].Name, e})
			}
		}
	}
	return b
}

// Match says which entries name a ship, in words that begin with the list: "OFAC-SDN 15036 (2026-03-20)". An MMSI
// counts only where the ship or the entry has no IMO number; those hits end with "by MMSI".
func (b *Book) Match(n vessel.IMO, m vessel.MMSI) []string {
	var out []string
	if n.Valid() {
		for _, h := range b.byIMO[n] {
			out = appendNew(out, h.String())
		}
	}
	for _, h := range b.byMMSI[m] {
		if !n.Valid() || len(h.entry.IMO) == 0 {
			out = appendNew(out, h.String()+byMMSI)
		}
	}
	return out
}

// byMMSI ends a hit that rests on the radio number alone.
const byMMSI = " by MMSI"

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// String names the list, the entry, its date, and who else is behind it.
func (h hit) String() string {
	s := h.list + " " + h.entry.ID
	switch {
	case h.entry.Date != "" && h.entry.By != "":
		s += " (" + h.entry.Date + ", " + h.entry.By + ")"
	case h.entry.Date != "" || h.entry.By != "":
		s += " (" + h.entry.Date + h.entry.By + ")"
	}
	return s
}
