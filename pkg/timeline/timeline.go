package timeline

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/darkwake/darkwake/pkg/param"
)

// maxFile bounds a file, bytes: sixty years of days fit ten times over.
const maxFile = 4 << 20

// maxText is the longest text of a note, in characters, and maxErrors how many errors are told.
const (
	maxText   = 500
	maxErrors = 20
)

// Note is something that happened on a UTC day.
type Note struct {
	Date time.Time `json:"date"`
	Text string    `json:"text"`
}

// Value is a number on a UTC day.
type Value struct {
	Date  Day     `json:"date"`
	Value float64 `json:"value"`
}

// Overlay is a series of values under a name.
type Overlay struct {
	Name   string  `json:"name"`
	Values []Value `json:"values"`
}

// Day is a UTC day that is written as a date.
type Day struct{ time.Time }

// MarshalJSON writes "2026-03-14".
func (d Day) MarshalJSON() ([]byte, error) { return []byte(d.Format(`"` + time.DateOnly + `"`)), nil }

// UnmarshalJSON reads a date.
func (d *Day) UnmarshalJSON(b []byte) error {
	day, err := time.Parse(`"`+time.DateOnly+`"`, string(b))
	if err != nil {
		return fmt.Errorf("date %s: a day such as 2026-03-14 expected", short(string(b)))
	}
	d.Time = day
	return nil
}

// ReadNotes reads notes as CSV with the header date,text, or as a YAML list of date and text, by date.
func ReadNotes(r io.Reader) ([]Note, error) {
	text, err := readAll(r)
	if err != nil {
		return nil, fmt.Errorf("read notes: %w", err)
	}
	var notes []Note
	if isTable(text) {
		notes, err = tableOfNotes(text)
	} else {
		notes, err = listOfNotes(text)
	}
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(notes, func(a, b Note) int { return a.Date.Compare(b.Date) })
	return notes, nil
}

// ReadOverlay reads an overlay as CSV with the header date,value. Days rise.
func ReadOverlay(r io.Reader, name string) (Overlay, error) {
	o := Overlay{Name: name}
	if name == "" || !utf8.ValidString(name) {
		return o, fmt.Errorf("read overlay: name %q: text expected", name)
	}
	text, err := readAll(r)
	if err != nil {
		return o, fmt.Errorf("read overlay %s: %w", name, err)
	}
	err = eachRow(text, "read overlay "+name, "value", func(day time.Time, cell string) error {
		v, err := strconv.ParseFloat(cell, 64)
		switch n := len(o.Values); {
		case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
			return fmt.Errorf("value %q: a number expected", short(cell))
		case n > 0 && !day.After(o.Values[n-1].Date.Time):
			return fmt.Errorf("date %s: days must rise, and each comes once", day.Format(time.DateOnly))
		}
		o.Values = append(o.Values, Value{Day{day}, v})
		return nil
	})
	if err == nil && len(o.Values) == 0 {
		err = fmt.Errorf("read overlay %s: no row", name)
	}
	return o, err
}

// readAll reads a file that is neither too long nor binary, without the mark that some editors put before it.
func readAll(r io.Reader) ([]byte, error) {
	text, err := param.Text(r, maxFile)
	if err == nil && !utf8.Valid(text) {
		err = errors.New("text in UTF-8 expected")
	}
	if err != nil {
		return nil, err
	}
	return bytes.TrimPrefix(text, []byte("\ufeff")), nil
}

// isTable tells a CSV file from YAML: its first line is its header.
func isTable(text []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimLeft(text, " \t\r\n"), []byte("\n"))
	return strings.EqualFold(strings.ReplaceAll(strings.TrimSpace(string(line)), " ", ""), "date,text")
}

func tableOfNotes(text []byte) ([]Note, error) {
	var notes []Note
	err := eachRow(text, "read notes", "text", func(day time.Time, cell string) error {
		words, err := words(cell)
		notes = append(notes, Note{day, words})
		return err
	})
	return notes, err
}

func listOfNotes(text []byte) ([]Note, error) {
	var list []struct {
		Date string `yaml:"date"`
		Text string `yaml:"text"`
	}
	if err := param.Decode(bytes.NewReader(text), &list, true); err != nil {
		return nil, fmt.Errorf("read notes: %w; a list of date and text expected, or CSV with the header date,text", err)
	}
	var notes []Note
	var errs []error
	for i, n := range list {
		day, err := date(n.Date)
		said, wrong := words(n.Text)
		if err = firstOf(err, wrong); err != nil && len(errs) < maxErrors {
			errs = append(errs, fmt.Errorf("read notes: note %d: %w", i+1, err))
		}
		notes = append(notes, Note{day, said})
	}
	return notes, errors.Join(errs...)
}

// firstOf is the first error of two.
func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// eachRow calls do with each row's day and second cell, and joins the errors, each with its line.
func eachRow(text []byte, task, second string, do func(time.Time, string) error) error {
	in := csv.NewReader(bytes.NewReader(text))
	in.FieldsPerRecord, in.TrimLeadingSpace, in.Comment = -1, true, '#'
	var errs []error
	for header := true; len(errs) < maxErrors; header = false {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			if header {
				return fmt.Errorf("%s: empty: the header date,%s expected", task, second)
			}
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return errors.Join(append(errs, fmt.Errorf("%s: line %d: %w", task, broken.Line, broken.Err))...)
		}
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("%s: %w", task, err))...)
		}
		line, _ := in.FieldPos(0)
		switch {
		case header && (len(row) != 2 || !is(row[0], "date") || !is(row[1], second)):
			return fmt.Errorf("%s: line %d: the header date,%s expected", task, line, second)
		case header:
			continue
		case len(row) != 2:
			err = fmt.Errorf("%d cells: date and %s expected", len(row), second)
		default:
			var day time.Time
			if day, err = date(row[0]); err == nil {
				err = do(day, strings.TrimSpace(row[1]))
			}
		}
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: line %d: %w", task, line, err))
		}
	}
	return errors.Join(errs...)
}

func is(cell, name string) bool { return strings.EqualFold(strings.TrimSpace(cell), name) }

// date reads a UTC day.
func date(s string) (time.Time, error) {
	day, err := time.Parse(time.DateOnly, strings.TrimSpace(s))
	if err != nil || day.Year() < 1900 || day.Year() > 2200 {
		return time.Time{}, fmt.Errorf("date %q: a day such as 2026-03-14 expected", short(s))
	}
	return day, nil
}

// words checks a note's text: one line, not too long.
func words(s string) (string, error) {
	s = strings.TrimSpace(s)
	switch {
	case s == "":
		return "", errors.New("text is empty")
	case utf8.RuneCountInString(s) > maxText:
		return "", fmt.Errorf("text has more than %d characters", maxText)
	case strings.ContainsAny(s, "\r\n"):
		return "", errors.New("text has more than one line")
	}
	return s, nil
}

// short is as much of a cell as an error line bears.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
