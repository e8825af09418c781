package export

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
)

// claims says what the probability of each kind is the probability of.
var claims = map[event.Kind]string{
	event.Gap:           "the transponder was switched off",
	event.Rendezvous:    "oil cargo was transferred",
	event.Lift:          "sanctioned crude was loaded and carried away",
	event.PortCall:      "the ship really was at this place",
	event.Identity:      "one ship is behind both, or two behind one",
	event.Interference:  "positions were displaced by jamming",
	event.FalsePosition: "the ship was not there",
	event.Transfer:      "this cargo moved",
	event.Discharge:     "this cargo moved",
}

// Explain prints what an event claims and everything it rests on: the ships, the rival explanations, each rule with
// its value against its threshold, the facts, and the raw sentences with the place where they stand in their source.
func Explain(w io.Writer, e event.Event) error {
	p := &printer{w: w}
	p.head(e)
	for _, v := range e.Vessels {
		p.vessel(v)
	}
	p.explanations(e)
	p.barrels(e)
	p.rules(e)
	if err := p.details(e); err != nil {
		return err
	}
	p.evidence(e)
	return p.err
}

// printer writes lines and keeps the first error.
type printer struct {
	w   io.Writer
	err error
}

func (p *printer) printf(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

func (p *printer) head(e event.Event) {
	claim := claims[e.Kind]
	if claim == "" {
		claim = "it happened"
	}
	p.printf("%s  version %d, %s\n", e.ID, e.Version, e.Status)
	p.printf("  claim        %s: probability %.2f\n", claim, e.Probability)
	p.printf("  when         %s\n", Span(e.Start, e.End))
	if e.Kind != event.Outage { // a feed is out everywhere that it listens
		p.printf("  where        %s", Position(e.Lon, e.Lat))
		if e.Place != nil {
			p.printf(", %s (%s)", e.Place.Name, strings.ReplaceAll(e.Place.Kind, "_", " "))
		}
		p.printf("\n")
	}
	p.printf("  this version %s\n", e.Why)
	p.printf("  known at     %s UTC  (%s, configuration %.14s…)\n", e.Watermark.Format(minute), e.Software, e.Config)
}

func (p *printer) vessel(v event.Vessel) {
	p.printf("  %-12s %s  MMSI %s", v.Role, orUnknown(v.Name), v.MMSI)
	if v.IMO != 0 {
		p.printf("  IMO %d", v.IMO)
	}
	if v.Flag != "" {
		p.printf("  flag %s", v.Flag)
	}
	if v.Class != "" {
		p.printf("  %s", v.Class)
	}
	if v.DWT > 0 {
		p.printf(", about %s t", Thousands(int64(math.Round(v.DWT/1000))*1000))
	}
	p.printf("\n")
	if len(v.Listed) > 0 {
		p.printf("               listed: %s\n", strings.Join(v.Listed, "; "))
	}
	if v.Draught.Before != nil || v.Draught.After != nil {
		p.printf("               draught %s → %s, %s → %s\n", metres(v.Draught.Before), metres(v.Draught.After), text(v.Load.Before), text(v.Load.After))
	}
}

func (p *printer) explanations(e event.Event) {
	if len(e.Explanations) == 0 {
		return
	}
	p.printf("\nExplanations\n")
	for _, x := range e.Explanations {
		p.printf("  %.2f  %-20s %s\n", x.P, strings.ReplaceAll(string(x.Cause), "_", " "), strings.Repeat("█", int(math.Round(x.P*30))))
	}
}

func (p *printer) barrels(e event.Event) {
	if b := e.Barrels; b != nil {
		p.printf("\nBarrels, if the claim holds\n  %s (90 %% between %s and %s)\n", Thousands(int64(b.Mean)), Thousands(int64(b.P05)), Thousands(int64(b.P95)))
	}
}

func (p *printer) rules(e event.Event) {
	if e.Details == nil || len(e.Details.Tested()) == 0 {
		return
	}
	p.printf("\nRules (value against threshold)\n")
	for _, r := range e.Details.Tested() {
		mark := "no "
		if r.Passed {
			mark = "yes"
		}
		p.printf("  %s  %-34s %10s %-2s %-8s %-8s %s\n", mark, strings.ReplaceAll(r.Name, "_", " "), number(r.Value), r.Op, number(r.Threshold), r.Unit, r.Note)
	}
}

// details prints the kind's own facts by the names they have in JSON, which carry the units.
func (p *printer) details(e event.Event) error {
	data, err := json.Marshal(e.Details)
	if err != nil {
		return fmt.Errorf("explain %s: %w", e.ID, err)
	}
	dec := json.NewDecoder(strings.NewReader(string(data)))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return err
	}
	p.printf("\nFacts\n")
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return fmt.Errorf("explain %s: %w", e.ID, err)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return fmt.Errorf("explain %s: %w", e.ID, err)
		}
		if name != "rules" {
			p.fact(fmt.Sprint(name), value)
		}
	}
	return nil
}

// fact prints one fact; a list of objects takes a line for each.
func (p *printer) fact(name string, value json.RawMessage) {
	var list []map[string]any
	if json.Unmarshal(value, &list) != nil || len(list) == 0 {
		p.printf("  %-28s %s\n", name, strings.Trim(string(value), `"`))
		return
	}
	p.printf("  %s\n", name)
	for _, item := range list {
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(item)) {
			parts = append(parts, fmt.Sprintf("%s %v", key, item[key]))
		}
		p.printf("    %s\n", strings.Join(parts, ", "))
	}
}

func (p *printer) evidence(e event.Event) {
	ev := e.Evidence
	p.printf("\nEvidence: %d of %d reports, sha256 of all %s\n", len(ev.Refs), ev.Total, ev.SHA256)
	for i, r := range ev.Refs {
		at, sentence := "byte", ""
		if i < len(ev.Sentences) {
			sentence = ev.Sentences[i]
		}
		if strings.Contains(sentence, "\n") {
			at = "last line at byte"
		}
		p.printf("  %s, %s %d\n", r.Source, at, r.Offset)
		p.sentences(sentence)
	}
}

func (p *printer) sentences(s string) {
	if s == "" {
		return
	}
	for line := range strings.SplitSeq(s, "\n") {
		p.printf("    %s\n", line)
	}
}

const minute = "2006-01-02 15:04"

// Span prints a time from and to in UTC, with its length in days and hours; an open end as such.
func Span(start time.Time, end *time.Time) string {
	if end == nil {
		return start.UTC().Format(minute) + " UTC, not ended"
	}
	d := end.Sub(start)
	if d < time.Minute {
		return start.UTC().Format(minute) + " UTC"
	}
	length := fmt.Sprintf("%.1f h", d.Hours())
	if d >= 48*time.Hour {
		length = fmt.Sprintf("%.1f d", d.Hours()/24)
	}
	return fmt.Sprintf("%s to %s UTC (%s)", start.UTC().Format(minute), end.UTC().Format(minute), length)
}

// Position prints a place as degrees with hemispheres.
func Position(lon, lat float64) string {
	ns, ew := "N", "E"
	if lat < 0 {
		ns, lat = "S", -lat
	}
	if lon < 0 {
		ew, lon = "W", -lon
	}
	return fmt.Sprintf("%.4f° %s %.4f° %s", lat, ns, lon, ew)
}

// Thousands prints a whole number with commas.
func Thousands(n int64) string {
	if n < 0 {
		return "-" + Thousands(-n)
	}
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func number(v float64) string {
	switch {
	case math.Abs(v) >= 1000:
		return Thousands(int64(math.Round(v)))
	case v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}

func orUnknown(s string) string {
	if s == "" {
		return "(name not heard)"
	}
	return s
}

func metres[T ~float64](v *T) string {
	if v == nil {
		return "?"
	}
	return fmt.Sprintf("%.1f m", float64(*v))
}

func text(s *string) string {
	if s == nil || *s == "" {
		return "unknown"
	}
	return *s
}
