package explain

import (
	"fmt"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
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
