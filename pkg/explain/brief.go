package explain

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
)

// Claim says in words what the probability of a kind is the probability of.
func Claim(k event.Kind) string {
	if claim := claims[k]; claim != "" {
		return claim
	}
	return "it happened"
}

// Citation is one line by which an event can be found and checked again: id, version and status, the time up to which it
// was known, the hash of its evidence, and what computed it. The link is left out where it is empty.
func Citation(e event.Event, link string) string {
	parts := []string{fmt.Sprintf("%s, event %s, version %d (%s), as known at %s", e.Software, e.ID, e.Version, e.Status, e.Watermark.UTC().Format(time.RFC3339)),
		"evidence SHA-256 " + e.Evidence.SHA256, "configuration " + e.Config}
	if link != "" {
		parts = append(parts, link)
	}
	return chart.Plain(strings.Join(parts, "; "))
}

// Heading names an event by its kind and ships, fit to be shown as text.
func Heading(e event.Event) string {
	words := strings.ReplaceAll(string(e.Kind), "_", " ")
	if e.Status == event.Retracted {
		words = "retracted: " + words
	}
	if names := Names(e); len(names) > 0 {
		words += " " + strings.Join(names, " + ")
	}
	return chart.Plain(words)
}

// Names are those of an event's ships as they were sent, each once, at most three; the numbers of those whose names were not heard.
func Names(e event.Event) (names []string) {
	for _, v := range e.Vessels {
		name := v.Name
		if name == "" {
			name = "MMSI " + v.MMSI.String()
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	if len(names) > 3 {
		names = append(names[:2:2], fmt.Sprintf("%d more", len(names)-2))
	}
	return names
}

// Story tells what an event claims, one fact a line, fit to be shown as text.
func Story(e event.Event) []string {
	all := []string{fmt.Sprintf("%s: probability %.2f", Claim(e.Kind), e.Probability)}
	if e.Status == event.Retracted {
		all = []string{"RETRACTED: this claim does not stand any more"}
	}
	all = append(all, export.Span(e.Start, e.End), fmt.Sprintf("Version %d, %s: %s", e.Version, e.Status, e.Why))
	if e.SupersededBy != nil {
		all = append(all, "Superseded by "+*e.SupersededBy)
	}
	if e.Place != nil {
		all = append(all, "Place: "+e.Place.Name)
	}
	for _, v := range e.Vessels {
		ship := fmt.Sprintf("%s: %s, MMSI %s", v.Role, v.Name, v.MMSI)
		if v.IMO != 0 {
			ship += fmt.Sprintf(", IMO %d", v.IMO)
		}
		if len(v.Listed) > 0 {
			ship += ", listed: " + strings.Join(v.Listed, "; ")
		}
		all = append(all, ship)
	}
	if b := e.Barrels; b != nil && e.Status != event.Retracted {
		all = append(all, fmt.Sprintf("%s barrels if so, 90 %% between %s and %s", export.Thousands(int64(b.Mean)), export.Thousands(int64(b.P05)), export.Thousands(int64(b.P95))))
	}
	all = append(all, "Evidence SHA-256: "+e.Evidence.SHA256)
	for i, l := range all {
		all[i] = chart.Plain(l)
	}
	return all
}
