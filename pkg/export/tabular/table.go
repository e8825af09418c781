package tabular

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/darkwake/darkwake/pkg/chart"
)

// Day is a UTC day: days since 1 January 1970, as Parquet counts them. Tag its field with parquet:"name,date".
type Day int32

// DayOf is the UTC day of a time.
func DayOf(t time.Time) Day {
	seconds, day := t.Unix(), int64(24*60*60)
	return Day((seconds - ((seconds%day)+day)%day) / day)
}

// String prints "2026-03-14".
func (d Day) String() string { return time.Unix(int64(d)*24*60*60, 0).UTC().Format(time.DateOnly) }

// MarshalText makes it text in JSON.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// columns are the names of a struct's fields in order.
func columns(t reflect.Type) []string {
	out := make([]string, t.NumField())
	for i := range out {
		out[i], _, _ = strings.Cut(t.Field(i).Tag.Get("json"), ",")
	}
	return out
}

// Columns are the names of a row's columns in order.
func Columns[T any]() []string {
	return columns(reflect.TypeFor[T]())
}

// CSV writes a header and the rows. A missing value is an empty cell.
func CSV[T any](w io.Writer, rows []T) error {
	to := NewCSV[T](w, Guarded)
	for _, row := range rows {
		to.Add(row)
	}
	return to.Flush()
}

// Text says how text stands in cells.
type Text int

// Guarded is for people, who open files in spreadsheets; AsSent is for programs that read them.
const (
	Guarded Text = iota
	AsSent
)

// CSVWriter writes rows as they come, under one header.
type CSVWriter[T any] struct {
	to    *csv.Writer
	cells []string
	text  Text
}

// NewCSV writes the header. Errors are told by Flush.
func NewCSV[T any](w io.Writer, text Text) *CSVWriter[T] {
	names := Columns[T]()
	c := &CSVWriter[T]{csv.NewWriter(w), make([]string, len(names)), text}
	_ = c.to.Write(names) // kept by the writer until Flush
	return c
}

// Add writes a row.
func (c *CSVWriter[T]) Add(row T) {
	v := reflect.ValueOf(row)
	for i := range c.cells {
		c.cells[i] = cell(v.Field(i), c.text)
	}
	_ = c.to.Write(c.cells) // kept by the writer until Flush
}

// Flush writes what is buffered and returns the first error of all writes.
func (c *CSVWriter[T]) Flush() error {
	c.to.Flush()
	if err := c.to.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// cell is a value as text.
func cell(v reflect.Value, text Text) string {
	if v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return ""
		}
		v = v.Elem()
	}
	switch x := v.Interface().(type) {
	case time.Time:
		return clock(x)
	case Day:
		return x.String()
	}
	switch v.Kind() {
	case reflect.String:
		if text == AsSent {
			return v.String()
		}
		return Guard(v.String())
	case reflect.Bool:
		return strconv.FormatBool(v.Bool())
	case reflect.Float64:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	}
	return strconv.FormatInt(v.Int(), 10)
}

func clock(t time.Time) string {
	return t.UTC().Format("2006-01-02T15:04:05.999Z07:00")
}

// formula holds what a spreadsheet may take for the beginning of a formula, with the wide forms of East Asian fonts
// (OWASP, CSV injection).
const formula = "=+-@\t\r\n＝＋－＠"

// Guard makes text from strangers fit for a cell: an apostrophe stands before what a spreadsheet would run, and what a
// screen would obey is shown as its code.
func Guard(s string) string {
	s = chart.Plain(s)
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(s, " '\u00a0"))
	if s != "" && strings.ContainsRune(formula, first) {
		return "'" + s
	}
	return s
}

// JSON writes an object with a schema, facts about the whole, and the rows, each an object with its columns in order. A
// missing value is null.
func JSON[T any](w io.Writer, schema string, about any, rows []T) error {
	b, names := bufio.NewWriter(w), Columns[T]()
	head, err := compact(about)
	if err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	fmt.Fprintf(b, "{\n \"schema\": %q,\n \"about\": %s,\n \"rows\": [", schema, head)
	for i, row := range rows {
		if i > 0 {
			_ = b.WriteByte(',')
		}
		_, _ = b.WriteString("\n  {")
		v := reflect.ValueOf(row)
		for k, name := range names {
			text, err := value(v.Field(k))
			if err != nil {
				return fmt.Errorf("write JSON: row %d: %s: %w", i+1, name, err)
			}
			if k > 0 {
				_, _ = b.WriteString(", ")
			}
			fmt.Fprintf(b, "%q: %s", name, text)
		}
		_ = b.WriteByte('}')
	}
	_, _ = b.WriteString("\n ]\n}\n")
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return nil
}

func value(v reflect.Value) ([]byte, error) {
	x := v
	if x.Kind() == reflect.Pointer && !x.IsNil() {
		x = x.Elem()
	}
	if t, ok := x.Interface().(time.Time); ok {
		return compact(clock(t))
	}
	return compact(v.Interface())
}

// compact is JSON without escapes for the sake of web pages.
func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	if err := to.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
