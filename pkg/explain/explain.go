package explain

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
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

// Dossier is an event with what is needed to explain it.
type Dossier struct {
	Versions []event.Event // of one event, rising; the last is explained. At least one.
	Weights  []Weight      // of the models behind probabilities, for what would change them
}

// Event is the newest version.
func (d Dossier) Event() event.Event { return d.Versions[len(d.Versions)-1] }

// Text prints what an event claims and everything it rests on: the ships, the rival explanations, each rule with its
// value against its threshold, what would change the verdict, the facts, the versions with their reasons, and the raw
// sentences with time, station and the place where they stand in their source.
func Text(w io.Writer, d Dossier) error {
	e := d.Event()
	p := &page{export.NewPrinter(w)}
	p.head(e)
	for _, v := range e.Vessels {
		p.vessel(v)
	}
	p.explanations(e)
	p.barrels(e)
	p.rules(e)
	p.changes(d)
	if err := p.details(e); err != nil {
		return err
	}
	p.versions(d.Versions)
	p.evidence(e)
	return p.Err()
}

// page is what is printed.
type page struct{ *export.Printer }

// versions lists each version with its reason; replay keeps only the last unless it is told to keep all.
func (p *page) versions(all []event.Event) {
	p.Printf("\nVersions\n")
	for _, e := range all {
		p.Printf("  %-3d %s UTC  %-9s p %.2f  %s\n", e.Version, e.Watermark.UTC().Format(minute), e.Status, e.Probability, e.Why)
	}
	if last := all[len(all)-1]; last.Version > len(all) {
		p.Printf("  (replay --all-versions keeps the %d before)\n", last.Version-len(all))
	}
}

// evidence prints the quoted reports as they were sent, each with what it says.
func (p *page) evidence(e event.Event) {
	ev := e.Evidence
	p.Printf("\nEvidence: %d of %d reports, sha256 of all %s\n", len(ev.Refs), ev.Total, ev.SHA256)
	for _, r := range Readings(e) {
		at := "byte"
		if strings.Contains(r.Raw, "\n") {
			at = "last line at byte"
		}
		p.Printf("  %s%s, %s %d\n", r.summary(), r.Source, at, r.Offset)
		if r.Raw == "" {
			continue
		}
		for line := range strings.SplitSeq(r.Raw, "\n") {
			p.Printf("    %s\n", line)
		}
	}
}

const minute = "2006-01-02 15:04"

func (p *page) head(e event.Event) {
	p.Printf("%s  version %d, %s\n", e.ID, e.Version, e.Status)
	p.Printf("  claim        %s: probability %.2f\n", Claim(e.Kind), e.Probability)
	p.Printf("  when         %s\n", export.Span(e.Start, e.End))
	if d, ok := e.Details.(event.OutageDetails); ok && d.ReachM > 0 { // a feed is out everywhere that it listens
		p.Printf("  where        heard round %s, within some %s km\n", export.Position(e.Lon, e.Lat), number(math.Round(float64(d.ReachM)/1000)))
	}
	if e.Kind != event.Outage {
		p.Printf("  where        %s", export.Position(e.Lon, e.Lat))
		if e.Place != nil {
			p.Printf(", %s (%s)", e.Place.Name, strings.ReplaceAll(e.Place.Kind, "_", " "))
		}
		p.Printf("\n")
	}
	p.Printf("  this version %s\n", e.Why)
	p.Printf("  known at     %s UTC  (%s, configuration %.14s…)\n", e.Watermark.Format(minute), e.Software, e.Config)
}

func (p *page) vessel(v event.Vessel) {
	p.Printf("  %-12s %s  MMSI %s", v.Role, orUnknown(v.Name), v.MMSI)
	if v.IMO != 0 {
		p.Printf("  IMO %d", v.IMO)
	}
	if v.Flag != "" {
		p.Printf("  flag %s", v.Flag)
	}
	if v.Class != "" {
		p.Printf("  %s", v.Class)
	}
	if v.DWT > 0 {
		p.Printf(", about %s t", export.Thousands(int64(math.Round(v.DWT/1000))*1000))
	}
	p.Printf("\n")
	if len(v.Listed) > 0 {
		p.Printf("               listed: %s\n", strings.Join(v.Listed, "; "))
	}
	if v.Draught.Before != nil || v.Draught.After != nil {
		p.Printf("               draught %s → %s, %s → %s\n", metres(v.Draught.Before), metres(v.Draught.After), text(v.Load.Before), text(v.Load.After))
	}
}

func (p *page) explanations(e event.Event) {
	if len(e.Explanations) == 0 {
		return
	}
	p.Printf("\nExplanations\n")
	for _, x := range e.Explanations {
		p.Printf("  %.2f  %-20s %s\n", x.P, strings.ReplaceAll(string(x.Cause), "_", " "), strings.Repeat("█", int(math.Round(x.P*30))))
	}
}

func (p *page) barrels(e event.Event) {
	if b := e.Barrels; b != nil {
		p.Printf("\nBarrels, if the claim holds\n  %s (90 %% between %s and %s)\n", export.Thousands(int64(b.Mean)), export.Thousands(int64(b.P05)), export.Thousands(int64(b.P95)))
	}
}

func (p *page) rules(e event.Event) {
	if e.Details == nil || len(e.Details.Tested()) == 0 {
		return
	}
	p.Printf("\nRules (value against threshold)\n")
	for _, r := range e.Details.Tested() {
		mark := "no "
		if r.Passed {
			mark = "yes"
		}
		p.Printf("  %s  %-34s %10s %-2s %-8s %-8s %s\n", mark, strings.ReplaceAll(r.Name, "_", " "), number(r.Value), r.Op, number(r.Threshold), r.Unit, r.Note)
	}
}

// details prints the kind's own facts.
func (p *page) details(e event.Event) error {
	facts, err := Facts(e)
	if err != nil {
		return err
	}
	p.Printf("\nFacts\n")
	for _, f := range facts {
		if f.Value != "" || len(f.Items) == 0 {
			p.Printf("  %-28s %s\n", f.Name, f.Value)
			continue
		}
		p.Printf("  %s\n", f.Name)
		for _, item := range f.Items {
			p.Printf("    %s\n", item)
		}
	}
	return nil
}

// Fact is one of the facts of an event's own kind, by the name that it has in JSON, which carries the unit. A list of
// objects has an item for each and no value.
type Fact struct {
	Name, Value string
	Items       []string
}

// Facts are an event's details in the order of their JSON, rules left out.
func Facts(e event.Event) ([]Fact, error) {
	data, err := json.Marshal(e.Details)
	if err != nil {
		return nil, fmt.Errorf("explain %s: %w", e.ID, err)
	}
	dec := json.NewDecoder(strings.NewReader(string(data)))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return nil, err
	}
	var out []Fact
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("explain %s: %w", e.ID, err)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, fmt.Errorf("explain %s: %w", e.ID, err)
		}
		if name != "rules" {
			out = append(out, factOf(fmt.Sprint(name), value))
		}
	}
	return out, nil
}

func factOf(name string, value json.RawMessage) Fact {
	var list []map[string]any
	if json.Unmarshal(value, &list) != nil || len(list) == 0 {
		return Fact{Name: name, Value: strings.Trim(string(value), `"`)}
	}
	f := Fact{Name: name}
	for _, item := range list {
		var parts []string
		for _, key := range slices.Sorted(maps.Keys(item)) {
			parts = append(parts, fmt.Sprintf("%s %v", key, item[key]))
		}
		f.Items = append(f.Items, strings.Join(parts, ", "))
	}
	return f
}

// Number prints a value as rules show it: thousands with commas, fractions to three digits.
func Number(v float64) string { return number(v) }

func number(v float64) string {
	switch {
	case math.Abs(v) >= 1000:
		return export.Thousands(int64(math.Round(v)))
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
