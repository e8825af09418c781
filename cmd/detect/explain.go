package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/spf13/cobra"
)

func newExplain() *cobra.Command {
	var in string
	c := &cobra.Command{
		Use:   "explain EVENT_ID",
		Short: "Print the facts, rules and raw sentences behind an event",
		Long:  "Prints the facts, the rules with value against threshold, and the raw sentences behind an event of an earlier run. The id may be cut short.",
		Args:  exactly(1, "one event id, such as gap-5f1c0a9b3d2e4c17, or its beginning"),
		RunE: func(c *cobra.Command, args []string) error {
			e, err := findEvent(filepath.Join(in, "events.jsonl"), args[0])
			if err != nil {
				return usageError{err}
			}
			return export.Explain(c.OutOrStdout(), e)
		},
	}
	c.Flags().StringVar(&in, "in", "out", "folder that replay wrote")
	return c
}

// findEvent returns the last version of the one event whose id starts with prefix.
func findEvent(path, prefix string) (event.Event, error) {
	f, err := os.Open(path)
	if err != nil {
		return event.Event{}, fmt.Errorf("open events: %w (run detect replay first, or name its folder with --in)", err)
	}
	defer f.Close()
	var found event.Event
	ids := map[string]bool{}
	err = export.ReadEvents(f, func(e event.Event) bool {
		if strings.HasPrefix(e.ID, prefix) {
			ids[e.ID] = true
			if e.ID != found.ID || e.Version >= found.Version {
				found = e
			}
		}
		return true
	})
	switch {
	case err != nil:
		return event.Event{}, fmt.Errorf("read %s: %w", path, err)
	case len(ids) == 0:
		return event.Event{}, fmt.Errorf("event %q: not in %s", prefix, path)
	case len(ids) > 1:
		return event.Event{}, fmt.Errorf("event %q: %d events begin so in %s: give more of the id", prefix, len(ids), path)
	}
	return found, nil
}
