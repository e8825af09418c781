package export

import (
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/darkwake/darkwake/pkg/coverage"
)

// Summary says what a run read, refused and found, and how long it took. Timings make two runs differ; nothing else does.
type Summary struct {
	Schema    string             `json:"schema"`
	Software  string             `json:"software"`
	Config    string             `json:"config"` // hash of parameters, gazetteer and weights
	Synthetic bool               `json:"synthetic"`
	First     *time.Time         `json:"first"` // earliest event time
	Last      *time.Time         `json:"last"`  // greatest event time
	Inputs    []Input            `json:"inputs"`
	Lists     []WatchList        `json:"watch_lists,omitempty"`
	Lines     int64              `json:"lines"`
	Sentences int64              `json:"sentences"`
	Reports   int64              `json:"reports"`
	Late      int64              `json:"late_reports"`
	Ships     int                `json:"ships"`
	Rejected  map[string]int64   `json:"rejected"` // by reason, stage A's included
	Facts     map[string]int64   `json:"facts"`
	Events    map[string]int64   `json:"events"` // last versions by kind, retracted ones left out
	Retracted int64              `json:"retracted"`
	Versions  int64              `json:"versions"`
	Waiting   int                `json:"lift_candidates_waiting"`   // for their outcome: no barrels yet
	BelowCut  int                `json:"lift_candidates_below_cut"` // too improbable: no barrels
	Health    map[string]float64 `json:"feed_health"`
	// Reception says how what was predicted of ships that have no reason to hide came true.
	Reception []coverage.Calibration `json:"reception_calibration"`
	Problems  []string               `json:"problems,omitempty"` // whole inputs that were of no use
	Seconds   float64                `json:"seconds"`
	LinesPerS float64                `json:"lines_per_s"`
}

// SummarySchema names the JSON layout.
const SummarySchema = "darkwake.summary/v1"

// Input is one source's share.
type Input struct {
	Source    string           `json:"source"`
	Bytes     int64            `json:"bytes"` // after decompression
	Lines     int64            `json:"lines"`
	Sentences int64            `json:"sentences"`
	Reports   int64            `json:"reports"`
	Rejected  map[string]int64 `json:"rejected"`
	SHA256    string           `json:"sha256,omitempty"` // of the files as they lie on disk
	First     *time.Time       `json:"first"`
	Last      *time.Time       `json:"last"`
}

// WatchList is what became of a watch list's rows.
type WatchList struct {
	Name    string `json:"name"`
	Format  string `json:"format"`
	SHA256  string `json:"sha256"`
	Ships   int    `json:"ships"`    // that can be matched
	Other   int    `json:"other"`    // persons, companies, ships without numbers
	BadRows int    `json:"bad_rows"` // passed over
}

// WriteSummary writes the summary as indented JSON.
func WriteSummary(w io.Writer, s Summary) error {
	s.Schema = SummarySchema
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(s); err != nil {
		return fmt.Errorf("write summary: %w", err)
	}
	return nil
}
