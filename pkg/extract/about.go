package extract

import (
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/record"
)

// About says what rows rest on, so that a file that travels alone can be cited.
type About struct {
	From      string    `json:"from"`
	To        string    `json:"to"`
	AsOf      time.Time `json:"as_of"` // the newest vintage; older days have their own
	Software  string    `json:"software"`
	Config    string    `json:"config"` // hash of parameters, gazetteer, lists and weights
	Inputs    []Source  `json:"inputs"`
	Synthetic bool      `json:"synthetic"`
	Units     string    `json:"units"`
}

// Source is an input of the run.
type Source struct {
	Name   string `json:"source"`
	SHA256 string `json:"sha256,omitempty"` // of the files as they lie on disk; empty for a stream
}

// AboutOf tells what a record's rows rest on.
func AboutOf(r *record.Record, s record.Span) About {
	a := About{From: s.From.Format(time.DateOnly), To: s.To.Format(time.DateOnly), AsOf: r.Daily.AsOf.UTC(), Software: r.Summary.Software, Config: r.Summary.Config,
		Inputs: []Source{}, Synthetic: r.Summary.Synthetic, Units: "barrels, barrels a day, UTC"}
	for _, in := range r.Summary.Inputs {
		a.Inputs = append(a.Inputs, Source{in.Source, in.SHA256})
	}
	return a
}

// Facts are the same as names and values by turns, for the metadata of a file.
func (a About) Facts(schema string) []string {
	facts := []string{"schema", schema, "from", a.From, "to", a.To, "as_of", a.AsOf.Format(time.RFC3339), "software", a.Software, "config", a.Config,
		"synthetic", strconv.FormatBool(a.Synthetic), "units", a.Units}
	for _, in := range a.Inputs {
		facts = append(facts, "input "+in.Name, in.SHA256)
	}
	return facts
}
