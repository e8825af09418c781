package export

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/timeline"
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

// Beside is what stands beside the number and never changes it.
type Beside struct {
	Barometer *halt.Barometer    `json:"barometer"` // nil without a day
	Notes     []halt.Change      `json:"notes"`     // what became of the trade since dates that somebody noted
	Overlays  []timeline.Overlay `json:"overlays"`  // series of the user's own, for charts
}

// daily is the layout of daily.json.
type daily struct {
	Schema string `json:"schema"`
	estimate.Result
	Newest      *estimate.Row `json:"newest_28d"`       // null without a day
	NewestFinal *estimate.Row `json:"newest_final_28d"` // null when no day is final
	BlindDays   int           `json:"blind_days"`
	Beside
}

// Estimate writes one vintage as JSON: the days, the headline at rival values of a, the strata, the newest row and the
// newest final one beside each other, and what stands beside the number.
func Estimate(w io.Writer, r estimate.Result, beside Beside) error {
	d := daily{Schema: DailySchema, Result: r, Beside: beside}
	if n := len(r.Days); n > 0 {
		d.Newest = &r.Days[n-1]
	}
	if r.NewestFinal >= 0 && r.NewestFinal < len(r.Days) {
		d.NewestFinal = &r.Days[r.NewestFinal]
	}
	for _, day := range r.Days {
		if day.Status == estimate.Blind {
			d.BlindDays++
		}
	}
	return writeJSON(w, "estimate", d)
}

// Accounts writes how each row's mean came about, a line for each that has a number.
func Accounts(w io.Writer, rows []estimate.Row) error {
	b := bufio.NewWriter(w)
	for _, r := range rows {
		line, ok, err := r.MarshalAccount()
		if err != nil {
			return fmt.Errorf("write account of %s: %w", r.Date.Format(time.DateOnly), err)
		}
		if ok {
			_, _ = b.Write(append(line, '\n')) // kept by the writer until Flush
		}
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("write accounts: %w", err)
	}
	return nil
}

// HaltsSchema names the JSON layout of the days on which a test first called a halt.
const HaltsSchema = "darkwake.halts/v1"

// Halts writes the days on which the barometer's tests first called a halt; none for a run without a day.
func Halts(w io.Writer, b *halt.Barometer) error {
	calls := []halt.Call{}
	if b != nil {
		calls = append(calls, b.Halts...)
	}
	return writeJSON(w, "halts", struct {
		Schema string      `json:"schema"`
		Calls  []halt.Call `json:"calls"`
	}{HaltsSchema, calls})
}

func writeJSON(w io.Writer, what string, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write %s: %w", what, err)
	}
	return nil
}

// RevisionColumns are the columns of revisions.csv in order.
func RevisionColumns() []string {
	return []string{"date", "days_after", "as_of", "mean_28d", "p05_28d", "p95_28d", "change", "status"}
}

// Revisions writes how the 28-day mean of each date changed from vintage to vintage. The change is that since the line
// before it of the same date, as a share; where there is no number the cells are empty.
func Revisions(w io.Writer, table []estimate.Revision) error {
	out := csv.NewWriter(w)
	_ = out.Write(RevisionColumns()) // kept by the writer until Flush
	for i, r := range table {
		mean, change := "", ""
		if r.Known {
			mean = strconv.FormatInt(int64(r.Month.Mean), 10)
			if i > 0 && table[i-1].Date.Equal(r.Date) && table[i-1].Known && table[i-1].Month.Mean > 0 {
				change = strconv.FormatFloat(float64(r.Month.Mean)/float64(table[i-1].Month.Mean)-1, 'f', 4, 64)
			}
		}
		_ = out.Write([]string{r.Date.Format(time.DateOnly), strconv.Itoa(r.After), r.AsOf.UTC().Format(time.RFC3339), mean,
			strconv.FormatInt(int64(r.Month.P05), 10), strconv.FormatInt(int64(r.Month.P95), 10), change, string(r.Status)})
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write revisions: %w", err)
	}
	return nil
}
