package export

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"

	"github.com/darkwake/darkwake/pkg/estimate"
)

// Days writes estimate rows as CSV with the header that DESIGN.md section 2 fixes. A blind day keeps its row; where
// there is no number its cell is empty, never zero.
func Days(w io.Writer, rows []estimate.Row) error {
	out := NewDays(w)
	out.Add(rows)
	return out.Flush()
}

// DayWriter writes estimate rows as they come, under one header.
type DayWriter struct{ out *csv.Writer }

// NewDays writes the header; errors are told by Flush.
func NewDays(w io.Writer) *DayWriter {
	d := &DayWriter{out: csv.NewWriter(w)}
	_ = d.out.Write(estimate.Columns()) // kept by the writer until Flush
	return d
}

// Add writes rows; errors are told by Flush.
func (d *DayWriter) Add(rows []estimate.Row) {
	for _, r := range rows {
		_ = d.out.Write(r.Record()) // kept by the writer until Flush
	}
}

// Flush writes what is buffered and returns the first error of all writes.
func (d *DayWriter) Flush() error {
	d.out.Flush()
	if err := d.out.Error(); err != nil {
		return fmt.Errorf("write days: %w", err)
	}
	return nil
}

// DailySchema names the JSON layout of an estimate.
const DailySchema = "darkwake.daily/v1"

// daily is the layout of daily.json.
type daily struct {
	Schema string `json:"schema"`
	estimate.Result
	NewestFinal *estimate.Row `json:"newest_final_28d"` // null when no day is final
}

// Estimate writes one vintage as JSON: the days, the headline at rival values of a, the strata, the newest final row.
func Estimate(w io.Writer, r estimate.Result) error {
	d := daily{Schema: DailySchema, Result: r}
	if r.NewestFinal >= 0 && r.NewestFinal < len(r.Days) {
		d.NewestFinal = &r.Days[r.NewestFinal]
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(d); err != nil {
		return fmt.Errorf("write estimate: %w", err)
	}
	return nil
}
