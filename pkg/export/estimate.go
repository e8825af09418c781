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
	out := csv.NewWriter(w)
	if err := out.Write(estimate.Columns()); err != nil {
		return fmt.Errorf("write days: %w", err)
	}
	for _, r := range rows {
		if err := out.Write(r.Record()); err != nil {
			return fmt.Errorf("write days: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
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
