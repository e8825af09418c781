package mapfile

import (
	"iter"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
)

// About says what a file rests on, since it travels alone.
type About struct {
	Title     string    // of the selection; "darkwake events" where it is empty
	AsOf      time.Time // event time up to which everything is in; the time that the files carry
	Software  string
	Config    string   // hash of the configuration
	Sources   []string // of the reports
	Coverage  string   // how well the sources heard, in a few words; empty where it is not known
	Synthetic bool     // a simulator made the input
	Site      string   // of the page, such as https://example.org, without a slash at the end; empty gives no links
}

// Terms is the line on rights that every file carries.
const Terms = "Made by darkwake (Apache-2.0) from AIS messages; the reports keep the terms of their sources. Probabilities, not findings of fact."

// Events are events one by one, or the error that ended them.
type Events = iter.Seq2[event.Event, error]

// All gives a list of events one by one.
func All(events []event.Event) Events {
	return func(yield func(event.Event, error) bool) {
		for _, e := range events {
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (a About) title() string {
	title := a.Title
	if title == "" {
		title = "darkwake events"
	}
	if a.Synthetic {
		title = "SYNTHETIC: " + title
	}
	return chart.Plain(title)
}

// link is the page of an event.
func (a About) link(id string) string {
	if a.Site == "" {
		return ""
	}
	return a.Site + "/event/" + id
}

// lines are what a file says of itself, one fact each.
func (a About) lines() []string {
	var all []string
	if a.Synthetic {
		all = append(all, "SYNTHETIC: the input was made by a simulator. No ship and no barrel in it is real.")
	}
	if !a.AsOf.IsZero() {
		all = append(all, "As of "+a.AsOf.UTC().Format(time.RFC3339))
	}
	sources, coverage := strings.Join(a.Sources, ", "), a.Coverage
	if sources == "" {
		sources = "not stated"
	}
	if coverage == "" {
		coverage = "not stated"
	}
	all = append(all, "Software: "+a.Software, "Configuration: "+a.Config, "Sources: "+sources, "Coverage: "+coverage, Terms)
	return plain(all)
}

func plain(lines []string) []string {
	for i, l := range lines {
		lines[i] = chart.Plain(l)
	}
	return lines
}

// placed tells whether an event has a position: some outages have none, and 0° N 0° E is nobody's.
func placed(e event.Event) bool {
	if d, ok := e.Details.(event.OutageDetails); ok {
		return d.ReachM > 0
	}
	return e.Lon != 0 || e.Lat != 0
}
