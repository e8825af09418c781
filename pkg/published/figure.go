package published

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
	"unicode/utf8"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/record"
)

// Figure is a published number.
type Figure struct {
	Line   int // of the file
	Period string
	Type   string
	Source string
	Low    float64 // barrels a day
	High   float64
	Scope  string
	Method string
	Page   string
	Notes  string
	Span   record.Span    // the days it is about, or those it lies within
	Exact  bool           // the days are known
	Basis  estimate.Basis // what it counts: arrivals are discharged, everything else lifted
}

// Middle is the figure, of a range its geometric mean; the arithmetic one where it begins at zero.
func (f Figure) Middle() float64 {
	if f.Low > 0 {
		return math.Sqrt(f.Low * f.High)
	}
	return (f.Low + f.High) / 2
}

// Columns are the columns of a file in order.
func Columns() []string {
	return []string{"period", "period_type", "source", "value_kbd_low", "value_kbd_high", "scope", "method", "page", "notes"}
}

// Bounds of a file: its bytes, a value in thousand barrels a day (the world uses a hundred thousand), errors told.
const (
	maxFile   = 4 << 20
	maxValue  = 100_000
	maxErrors = 20
)

// Read reads a file. It returns every error, each with its line, or every figure.
func Read(r io.Reader) ([]Figure, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read published figures: %w", err)
	case len(text) > maxFile:
		return nil, fmt.Errorf("read published figures: more than %d bytes", maxFile)
	case !utf8.Valid(text):
		return nil, errors.New("read published figures: text in UTF-8 expected")
	}
	in := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))
	in.FieldsPerRecord = -1
	var out []Figure
	var errs []error
	for header := true; len(errs) < maxErrors; header = false {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			if header {
				errs = append(errs, errors.New("empty: a header expected"))
			}
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			errs = append(errs, fmt.Errorf("line %d: %w", broken.Line, broken.Err))
			break
		}
		line, _ := in.FieldPos(0)
		if header {
			if !slices.Equal(row, Columns()) {
				errs = append(errs, fmt.Errorf("line %d: the header %s expected", line, strings.Join(Columns(), ",")))
				break
			}
			continue
		}
		f, err := figure(row)
		if err != nil {
			errs = append(errs, fmt.Errorf("line %d: %w", line, err))
			continue
		}
		f.Line = line
		out = append(out, f)
	}
	if len(errs) > 0 {
		return nil, fmt.Errorf("read published figures: %w", errors.Join(errs...))
	}
	return out, nil
}

// figure reads a row.
func figure(row []string) (Figure, error) {
	if len(row) != len(Columns()) {
		return Figure{}, fmt.Errorf("%d cells: %d expected", len(row), len(Columns()))
	}
	f := Figure{Period: row[0], Type: row[1], Source: row[2], Scope: row[5], Method: row[6], Page: row[7], Notes: row[8], Basis: estimate.Lifted}
	if strings.Contains(f.Scope, "arrivals") {
		f.Basis = estimate.Discharged
	}
	var err1, err2, err3 error
	f.Low, err1 = value(row[3])
	f.High, err2 = value(row[4])
	if f.Span, f.Exact, err3 = days(f.Period, f.Type); err3 == nil && f.Source == "" {
		err3 = errors.New("source is empty")
	}
	if err := errors.Join(err1, err2, err3); err != nil {
		return Figure{}, err
	}
	if f.Low > f.High {
		return Figure{}, fmt.Errorf("value %s to %s: the lower one first", row[3], row[4])
	}
	return f, nil
}

func value(s string) (float64, error) {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil || !(v >= 0 && v <= maxValue) {
		return 0, fmt.Errorf("value %q: thousand barrels a day from 0 to %d expected", s, maxValue)
	}
	return v * 1000, nil
}

// days reads what days a figure is about. Of "4 weeks" in a month, and of a part that is not told, only the month is known.
func days(period, kind string) (s record.Span, exact bool, err error) {
	s, err = span(period)
	if err != nil {
		return s, false, err
	}
	part, bracketed := strings.CutPrefix(kind, "partial (")
	switch {
	case kind == "month", kind == "year", kind == "avg", kind == "window":
		return s, true, nil
	case kind == "partial", kind == "4 weeks":
		return s, false, nil
	case !bracketed || !strings.HasSuffix(part, ")"):
		return s, false, fmt.Errorf("period type %q: month, year, avg, window, 4 weeks, partial or partial (1-15) expected", kind)
	}
	from, to, ok := strings.Cut(strings.TrimSuffix(part, ")"), "-")
	first, err1 := strconv.Atoi(from)
	last, err2 := strconv.Atoi(to)
	if !ok || err1 != nil || err2 != nil {
		return s, false, nil // a part told in words
	}
	if first < 1 || last < first || last > s.Days() {
		return s, false, fmt.Errorf("period type %q: days of %s expected", kind, period)
	}
	return record.Span{From: s.From.AddDate(0, 0, first-1), To: s.From.AddDate(0, 0, last-1)}, true, nil
}

// span reads a period as record.ParseSpan does, and from one to another: 2018-01..04, 2020-06/07, 2026-02-28..03-11.
func span(period string) (record.Span, error) {
	at := strings.Index(period, "..")
	rest := at + len("..")
	if at < 0 {
		at = strings.Index(period, "/")
		rest = at + len("/")
	}
	if at < 0 {
		return record.ParseSpan(period)
	}
	from, to := period[:at], period[rest:]
	if n := len(from) - len(to); n > 0 {
		to = from[:n] + to // what is left out is the same
	}
	a, err1 := record.ParseSpan(from)
	b, err2 := record.ParseSpan(to)
	if err := errors.Join(err1, err2); err != nil || len(from) != len(to) || b.From.Before(a.From) {
		return record.Span{}, fmt.Errorf("period %q: such as 2026-03, 2026-01..04 or 2026-02-28..03-11 expected", short(period))
	}
	return record.Span{From: a.From, To: b.To}, nil
}

// short is as much of a cell as an error line bears.
func short(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
