package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/pipeline"
	"github.com/darkwake/darkwake/pkg/timeline"
	"github.com/darkwake/darkwake/pkg/vessel/list"
	"github.com/spf13/pflag"
)

// engineFlags are the flags that decide what the engine finds, and what stands beside it.
type engineFlags struct {
	config    string
	gazetteer string
	lists     []string
	notes     string
	overlays  []string
}

func (f *engineFlags) register(fl *pflag.FlagSet) {
	fl.StringVar(&f.config, "config", "", "parameters (YAML) that differ from the defaults; detect config prints them all")
	fl.StringVar(&f.gazetteer, "gazetteer", "", "a gazetteer of your own (CSV) instead of the built-in one")
	fl.StringArrayVar(&f.lists, "list", nil, "watch list: OFAC's SDN as CSV or XML, OpenSanctions' maritime.csv, or a CSV with a column imo; may be given again")
	fl.StringVar(&f.notes, "notes", "", "dated notes (CSV date,text, or YAML): what became of the trade since each")
	fl.StringArrayVar(&f.overlays, "overlay", nil, "NAME=FILE: values of your own (CSV date,value), kept in daily.json for charts; may be given again")
}

// configuration is the defaults with what the flags change.
func (f engineFlags) configuration() (pipeline.Config, error) {
	c, err := readConfig(f.config)
	if err != nil {
		return c, err
	}
	if f.gazetteer != "" {
		data, err := os.ReadFile(f.gazetteer)
		if err != nil {
			return c, usageError{fmt.Errorf("--gazetteer: %w", err)}
		}
		c.Gazetteer = data
	}
	if c.Notes, err = readNotes(f.notes); err != nil {
		return c, err
	}
	if c.Overlays, err = readOverlays(f.overlays); err != nil {
		return c, err
	}
	for _, path := range f.lists {
		l, err := readList(path)
		if err != nil {
			return c, usageError{fmt.Errorf("--list: %w", err)}
		}
		c.Lists = append(c.Lists, l)
	}
	return c, nil
}

// readNotes reads a file of notes; none without a path.
func readNotes(path string) ([]timeline.Note, error) {
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, usageError{fmt.Errorf("--notes: %w", err)}
	}
	defer file.Close()
	notes, err := timeline.ReadNotes(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("--notes %s: %w", path, err)}
	}
	return notes, nil
}

// readOverlays reads NAME=FILE as often as it was given.
func readOverlays(given []string) ([]timeline.Overlay, error) {
	var out []timeline.Overlay
	for _, g := range given {
		name, path, ok := strings.Cut(g, "=")
		if !ok || name == "" || path == "" {
			return nil, usageError{fmt.Errorf("--overlay %q: expected NAME=FILE", g)}
		}
		if slices.ContainsFunc(out, func(o timeline.Overlay) bool { return o.Name == name }) {
			return nil, usageError{fmt.Errorf("--overlay %s: given twice", name)}
		}
		file, err := os.Open(path)
		if err != nil {
			return nil, usageError{fmt.Errorf("--overlay: %w", err)}
		}
		o, err := timeline.ReadOverlay(file, name)
		file.Close()
		if err != nil {
			return nil, usageError{fmt.Errorf("--overlay %s: %w", path, err)}
		}
		out = append(out, o)
	}
	return out, nil
}

// readList reads a watch list, which is called by the file's name if it does not name itself.
func readList(path string) (list.List, error) {
	file, err := os.Open(path)
	if err != nil {
		return list.List{}, err
	}
	defer file.Close()
	name := filepath.Base(path)
	return list.Read(file, strings.TrimSuffix(name, filepath.Ext(name)))
}

// listed sums up the watch lists.
func listed(lists []list.List) []export.WatchList {
	var out []export.WatchList
	for _, l := range lists {
		out = append(out, export.WatchList{Name: l.Name, Format: string(l.Format), SHA256: l.Hash,
			Ships: l.Counts.Ships, Other: l.Counts.Other + l.Counts.Unmatched, BadRows: l.Counts.BadRows})
	}
	return out
}
