package export

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/coverage"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
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
	Gates     []Gate             `json:"gates"`                     // entries and exits
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

// Gate is how many tankers, and ships of unknown type, were seen to cross a gate: outbound is out of the Gulf, or onward. Crossings that were not seen
// are missing, so that a balance that does not close says how many.
type Gate struct {
	Name     string    `json:"gate"`
	Inbound  Crossings `json:"inbound"`
	Outbound Crossings `json:"outbound"`
}

// Crossings are counts by what the ship had last said of her load before she crossed.
type Crossings struct {
	Laden   int `json:"laden"`
	Ballast int `json:"ballast"`
	Unknown int `json:"unknown"`
}

// Balance counts the crossings of each gate, by its name.
func Balance(events []event.Event) []Gate {
	gates := map[string]*Gate{}
	for _, e := range events {
		d, ok := e.Details.(event.TransitDetails)
		if !ok || e.Status == event.Retracted || len(e.Vessels) == 0 {
			continue
		}
		g := gates[d.Gate]
		if g == nil {
			g = &Gate{Name: d.Gate}
			gates[d.Gate] = g
		}
		side := &g.Inbound
		if d.Outbound {
			side = &g.Outbound
		}
		switch load := e.Vessels[0].Load.Before; {
		case load != nil && *load == vessel.Laden.String():
			side.Laden++
		case load != nil && *load == vessel.Ballast.String():
			side.Ballast++
		default:
			side.Unknown++
		}
	}
	var out []Gate
	for _, name := range slices.Sorted(maps.Keys(gates)) {
		out = append(out, *gates[name])
	}
	return out
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
