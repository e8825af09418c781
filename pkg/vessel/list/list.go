package list

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// Format is a layout that Read knows.
type Format string

// The formats.
const (
	OFACTable     Format = "OFAC SDN CSV"
	OFACXML       Format = "OFAC SDN XML"
	OpenSanctions Format = "OpenSanctions CSV"
	Table         Format = "CSV with IMO numbers"
)

// Entry is a ship of a list.
type Entry struct {
	ID   string        // the list's own, or the row where it has none
	Date string        // of listing, or of the list where entries have none: YYYY-MM-DD, empty when the file says neither
	Name string        // for people; never matched
	By   string        // who lists her, where the file collects the lists of others
	IMO  []vessel.IMO  // with right check digits
	MMSI []vessel.MMSI // of ships
}

// Counts say what became of a list's rows.
type Counts struct {
	Rows       int `json:"rows"`
	Ships      int `json:"ships"`       // that can be matched
	Other      int `json:"other"`       // persons, companies, aircraft, ships that are only warned of
	Unmatched  int `json:"unmatchable"` // ships with neither a right IMO number nor an MMSI
	BadRows    int `json:"bad_rows"`
	BadNumbers int `json:"bad_numbers"` // IMO numbers with a wrong check digit, MMSIs that are no ship's
}

// List is a watch list as it was read.
type List struct {
	Name    string
	Format  Format
	Entries []Entry
	Counts  Counts
	Hash    string // sha256 of the file's bytes
}

// The bounds of a file: the longest list of 2026 has 120 MB and 20,000 entries.
const (
	maxBytes   = 512 << 20
	maxEntries = 1_000_000
)

// ErrUnknown is a file in which no list can be recognised.
var ErrUnknown = errors.New("no watch list: want OFAC's SDN as CSV or XML, OpenSanctions' maritime.csv, or a CSV with a column imo")

// Read reads a list. The name is what hits are called by; files of OFAC and OpenSanctions name themselves.
func Read(r io.Reader, name string) (List, error) {
	sum := sha256.New()
	limited := &io.LimitedReader{R: io.TeeReader(r, sum), N: maxBytes + 1}
	in := bufio.NewReaderSize(limited, 64<<10)
	l := List{Name: name}
	read := l.table
	if start, err := skip(in); err != nil {
		return l, fmt.Errorf("read list %s: %w", name, err)
	} else if start == '<' {
		read = l.sdnXML
	}
	if err := read(in); err != nil {
		return l, fmt.Errorf("read list %s: %w", name, err)
	}
	if _, err := io.Copy(io.Discard, in); err != nil {
		return l, fmt.Errorf("read list %s: %w", name, err)
	}
	if limited.N <= 0 {
		return l, fmt.Errorf("read list %s: more than %d bytes", name, maxBytes)
	}
	l.Hash = "sha256:" + hex.EncodeToString(sum.Sum(nil))
	return l, nil
}

// skip passes a byte order mark and white space and returns the first byte that says something, without taking it.
func skip(in *bufio.Reader) (byte, error) {
	if mark, _ := in.Peek(3); bytes.Equal(mark, []byte("\uFEFF")) {
		_, _ = in.Discard(3)
	}
	for {
		next, err := in.Peek(1)
		switch {
		case errors.Is(err, io.EOF):
			return 0, ErrUnknown
		case err != nil:
			return 0, err
		case strings.IndexByte(" \t\r\n", next[0]) < 0:
			return next[0], nil
		}
		_, _ = in.Discard(1)
	}
}

// table reads what has rows: the first tells which table it is.
func (l *List) table(in *bufio.Reader) error {
	rows := csv.NewReader(in)
	rows.FieldsPerRecord, rows.LazyQuotes, rows.ReuseRecord = -1, true, true
	if line, _ := in.Peek(4096); bytes.Count(firstLine(line), []byte(";")) > bytes.Count(firstLine(line), []byte(",")) {
		rows.Comma = ';'
	}
	first, err := rows.Read()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnknown, err)
	}
	take, err := l.recognise(first)
	if err != nil {
		return err
	}
	if l.Format == OFACTable {
		l.Counts.Rows++
		take(first)
	}
	for {
		row, err := rows.Read()
		var broken *csv.ParseError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &broken):
			l.Counts.Rows++
			l.Counts.BadRows++
			continue
		case err != nil:
			return err
		case len(row) == 1 && strings.Trim(row[0], "\x1a ") == "": // OFAC's files end with byte 0x1A
			continue
		}
		l.Counts.Rows++
		take(row)
		if len(l.Entries) > maxEntries {
			return fmt.Errorf("more than %d entries", maxEntries)
		}
	}
}

func firstLine(b []byte) []byte {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return line
}

// add keeps an entry that can be matched. The texts are copied: rows are read into one buffer.
func (l *List) add(e Entry) {
	if len(e.IMO)+len(e.MMSI) == 0 {
		l.Counts.Unmatched++
		return
	}
	l.Counts.Ships++
	e.ID, e.Date, e.Name, e.By = strings.Clone(e.ID), strings.Clone(e.Date), strings.Clone(e.Name), strings.Clone(e.By)
	l.Entries = append(l.Entries, e)
}
