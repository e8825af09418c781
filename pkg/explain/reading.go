package explain

import (
	"fmt"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Reading is one quoted report of an event's evidence: where it stands, and what its sentences say.
type Reading struct {
	Source  string
	Offset  int64
	Raw     string
	Decoded bool // the sentences are NMEA that makes a report
	Report  ais.Report
}

// Readings decodes an event's evidence, one reading for each reference, in its order. A report without sentences, or
// with sentences of another kind, stays undecoded.
func Readings(e event.Event) []Reading {
	out := make([]Reading, len(e.Evidence.Refs))
	for i, ref := range e.Evidence.Refs {
		out[i] = Reading{Source: ref.Source, Offset: ref.Offset}
		if i >= len(e.Evidence.Sentences) {
			continue
		}
		out[i].Raw = e.Evidence.Sentences[i]
		if r, ok := decode(out[i].Raw); ok {
			out[i].Report, out[i].Decoded = r, true
		}
	}
	return out
}

// last keeps the last report of some lines.
type last struct {
	report ais.Report
	found  bool
}

func (l *last) Report(r *ais.Report) { l.report, l.found = *r.Clone(), true }
func (l *last) Reject(ais.Reject)    {}

// groups is how many messages may be unfinished at once in the sentences of one report. The room for as many as a feed has, 256, is
// most of what a decoder costs.
const groups = 4

func decode(raw string) (ais.Report, bool) {
	o := ais.Defaults()
	o.MaxGroups = groups
	d, to := ais.NewDecoder(o), &last{}
	number := uint64(1)
	for line := range strings.SplitSeq(raw, "\n") {
		d.Decode([]byte(line), ais.At{Line: number}, to)
		number++
	}
	d.Flush(to)
	return to.report, to.found
}

// Time is when the report was heard, zero where its sentences do not tell.
func (r Reading) Time() time.Time {
	if !r.Decoded || r.Report.Time == 0 {
		return time.Time{}
	}
	return r.Report.Time.Time()
}

// MMSI is the sender, zero where it is not known.
func (r Reading) MMSI() vessel.MMSI { return vessel.MMSI(r.Report.MMSI) }

// Fix is a position that an event quotes: where a ship said that she was, and when.
type Fix struct {
	MMSI vessel.MMSI
	At   geo.Point
	Time time.Time    // UTC
	SOG  *geo.Knots   // nil: not said
	COG  *geo.Degrees // nil: not said
}

// Fixes are the positions of an event's evidence, in its order; those whose sentences tell no time are left out.
func Fixes(e event.Event) (all []Fix) {
	for _, r := range Readings(e) {
		if !r.Decoded || !r.Report.Carries(ais.HasPosition) || r.Time().IsZero() {
			continue
		}
		f := Fix{MMSI: r.MMSI(), At: r.Report.Position, Time: r.Time().UTC()}
		if sog := r.Report.SOG; r.Report.Carries(ais.HasSOG) {
			f.SOG = &sog
		}
		if cog := r.Report.COG; r.Report.Carries(ais.HasCOG) {
			f.COG = &cog
		}
		all = append(all, f)
	}
	return all
}

// Says tells what the ship said: where she was, her speed, her draught; empty where the sentences do not tell.
func (r Reading) Says() string {
	var said []string
	if r.Report.Carries(ais.HasPosition) {
		said = append(said, export.Position(r.Report.Position[0], r.Report.Position[1]))
	}
	if r.Report.Carries(ais.HasSOG) {
		said = append(said, fmt.Sprintf("%.1f kn", float64(r.Report.SOG)))
	}
	if r.Report.Carries(ais.HasDraught) {
		said = append(said, fmt.Sprintf("draught %.1f m", float64(r.Report.Draught)))
	}
	return strings.Join(said, "  ")
}

// summary is the time, the station, the ship and what she said, ready to stand before the source.
func (r Reading) summary() string {
	if !r.Decoded {
		return ""
	}
	var s strings.Builder
	if t := r.Time(); !t.IsZero() {
		s.WriteString(t.UTC().Format("2006-01-02 15:04:05") + "  ")
	}
	if name := r.Report.Station.String(); name != "" {
		s.WriteString("heard by " + name + "  ")
	}
	s.WriteString("MMSI " + r.Report.MMSI.String() + "  ")
	if said := r.Says(); said != "" {
		s.WriteString(said + "  ")
	}
	return s.String() + "in "
}
