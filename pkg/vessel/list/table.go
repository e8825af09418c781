package list

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// recognise tells by its first row which table it is, and returns what takes the rows.
func (l *List) recognise(first []string) (func([]string), error) {
	if len(first) == sdnColumns {
		if _, err := strconv.ParseUint(strings.TrimSpace(first[0]), 10, 32); err == nil {
			l.Name, l.Format = ofacName, OFACTable
			return l.sdnRow, nil
		}
	}
	h := headOf(first)
	if h.imo < 0 {
		return nil, ErrUnknown
	}
	if h.risk >= 0 && h.kind >= 0 && h.by >= 0 {
		l.Name, l.Format = "OpenSanctions", OpenSanctions
		return func(row []string) { l.maritime(h, row) }, nil
	}
	l.Format = Table
	return func(row []string) { l.plain(h, row) }, nil
}

// head is where the columns of a table stand, -1 for those it lacks.
type head struct{ imo, mmsi, id, name, date, kind, risk, by int }

// headOf finds columns by their names, whatever their case and punctuation.
func headOf(row []string) head {
	names := make([]string, len(row))
	for i, c := range row {
		names[i] = strings.Map(func(r rune) rune {
			if r >= 'a' && r <= 'z' {
				return r
			}
			return -1
		}, strings.ToLower(c))
	}
	find := func(wanted ...string) int {
		for _, w := range wanted {
			if i := slices.Index(names, w); i >= 0 {
				return i
			}
		}
		return -1
	}
	return head{
		imo: find("imo", "imonumber", "imono", "imonumbers", "vesselimo", "shipimo"), mmsi: find("mmsi", "mmsinumber"),
		id: find("id", "uniqueid", "entryid", "uid", "entnum"), name: find("name", "vesselname", "shipname", "vessel", "caption"),
		date: find("date", "datelisted", "listed", "datedesignated", "dateofapplication", "listedon", "designated"),
		kind: find("type"), risk: find("risk"), by: find("datasets"),
	}
}

func cell(row []string, column int) string {
	if column < 0 || column >= len(row) {
		return ""
	}
	return strings.TrimSpace(row[column])
}

// plain takes a row of a table with a header.
func (l *List) plain(h head, row []string) {
	if h.imo >= len(row) {
		l.Counts.BadRows++
		return
	}
	l.add(l.entry(h, row))
}

func (l *List) entry(h head, row []string) Entry {
	e := Entry{ID: cell(row, h.id), Name: cell(row, h.name), Date: date(cell(row, h.date))}
	if e.ID == "" {
		e.ID = "row " + strconv.Itoa(l.Counts.Rows)
	}
	e.IMO, e.MMSI = l.hulls(cell(row, h.imo)), l.radios(cell(row, h.mmsi))
	return e
}

// maritime takes a row of OpenSanctions' maritime.csv. Organisations carry the IMO numbers of companies.
func (l *List) maritime(h head, row []string) {
	switch {
	case h.by >= len(row) || h.risk >= len(row):
		l.Counts.BadRows++
	case !strings.EqualFold(cell(row, h.kind), "vessel") || !weighs(cell(row, h.risk)):
		l.Counts.Other++
	default:
		e := l.entry(h, row)
		e.By = cell(row, h.by)
		l.add(e)
	}
}

// weighs tells whether one of a ship's topics is a listing: a detention by a port state, a warning or "of interest" says
// nothing of sanctions.
func weighs(risk string) bool {
	return slices.ContainsFunc(strings.Split(risk, ";"), func(topic string) bool {
		switch strings.TrimSpace(topic) {
		case "sanction", "sanction.linked", "mare.shadow":
			return true
		}
		return false
	})
}

// digits are the numbers in a cell; longer runs than any number are found too, so that they are refused whole.
var digits = regexp.MustCompile(`[0-9]+`)

// hulls are the IMO numbers in a cell, with the letters IMO or without.
func (l *List) hulls(text string) []vessel.IMO {
	var out []vessel.IMO
	for _, d := range digits.FindAllString(text, maxNumbers) {
		n, err := strconv.ParseUint(d, 10, 32)
		if err != nil || len(d) != 7 || !vessel.IMO(n).Valid() {
			l.Counts.BadNumbers++
		} else if imo := vessel.IMO(n); !slices.Contains(out, imo) {
			out = append(out, imo)
		}
	}
	return out
}

// radios are the MMSIs in a cell. Lists carry some with ten digits.
func (l *List) radios(text string) []vessel.MMSI {
	var out []vessel.MMSI
	for _, d := range digits.FindAllString(text, maxNumbers) {
		n, err := strconv.ParseUint(d, 10, 32)
		if err != nil || len(d) != 9 || !vessel.MMSI(n).Ship() {
			l.Counts.BadNumbers++
		} else if m := vessel.MMSI(n); !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

// maxNumbers bounds what one cell may claim.
const maxNumbers = 64

// date brings the dates of the lists into one form. Empty when it is none.
func date(text string) string {
	for _, layout := range [...]string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05", "02/01/2006", "2 January 2006", "02.01.2006", "02 Jan 2006"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.Format(time.DateOnly)
		}
	}
	return ""
}
