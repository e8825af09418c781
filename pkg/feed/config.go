package feed

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/param"
)

// Options bound what a replay holds in memory and say who hears of refused lines.
type Options struct {
	// Rejected gets every reject in the order of the stream, from within Next. Its bytes are valid until it returns.
	Rejected func(ais.Reject)
	// Horizon is how far behind the watermark a late report may still revise the past (DESIGN, section 3: 48 h).
	Horizon time.Duration
	// ClockLead is how far ahead of its source's high event time a report may lie without being doubted (10 min).
	ClockLead time.Duration
	// ClockJury is how many of the next reports judge a doubted time (20).
	ClockJury int
	// SortMemory bounds the rows of a table out of order that are sorted at a time, in bytes.
	SortMemory int
	// TempDir takes the runs of larger tables, and a zip that comes by standard input; the system's when empty.
	TempDir string
	// MaxLine is the longest NMEA line in bytes; longer ones are refused as too long.
	MaxLine int
	// OpenSources is how many sources are kept open before their first report is due.
	OpenSources int
	// Resume is set for a stream that goes to a log. A replay always runs from the start: of the same run it gives the same
	// records again, of which the log has some; of another run its watermark begins where the one before stood.
	Resume Resume
	// Stdin is what the path "-" reads; os.Stdin when nil.
	Stdin io.Reader
}

// Defaults are the values of DESIGN.md section 3 and 5, with memory for a small machine.
func Defaults() Options {
	return Options{
		Horizon: 48 * time.Hour, ClockLead: 10 * time.Minute, ClockJury: 20,
		SortMemory: 64 << 20, MaxLine: 1 << 10, OpenSources: 16,
	}
}

// Params describes every parameter: name, bounds, meaning and source.
func (o *Options) Params() param.Group {
	const day = 24 * time.Hour
	return param.Group{Name: "feed", About: "reading and ordering the input", Params: []param.Param{
		param.Time("horizon", &o.Horizon, time.Hour, 30*day, "how far behind the watermark a late report may still revise the past", "DESIGN 3"),
		param.Time("clock_lead", &o.ClockLead, time.Minute, 24*time.Hour, "a report so far ahead of its source's high event time is doubted; receivers' clocks differ by seconds", "DESIGN 3"),
		param.Number("clock_jury", &o.ClockJury, 1, 1000, "reports", "the next so many judge a doubted time; they are held in memory", "DESIGN 3"),
		param.Number("max_line_bytes", &o.MaxLine, 82, 65536, "bytes", "longer NMEA lines are refused", "DESIGN 5; NMEA 0183 allows 82"),
		param.OfMachine(param.Number("sort_memory_bytes", &o.SortMemory, 1024, 1<<40, "bytes", "of rows of a table out of order that are sorted at a time", "memory of a small machine")),
		param.OfMachine(param.Number("open_sources", &o.OpenSources, 1, 65536, "sources", "kept open before their first report is due", "file handles of a small machine")),
	}}
}

// Validate checks every parameter and reports all that are out of range.
func (o Options) Validate() error { return o.Params().Check() }

// Inputs makes one source of each file that the arguments name: files, folders, globs and "-". A source's id is the
// file's base name; where two files share it, as much of the path in front as tells them apart. A
// file named twice is read once. A URL (SetURL) is a source as well, and stands behind the files. What does not exist becomes a source as well, and a Problem when it is opened.
func Inputs(args []string) ([]SourceConfig, error) {
	var paths []string
	var live []SourceConfig
	for _, arg := range args {
		if arg == "" {
			return nil, errors.New(`read input "": a file, folder, glob or - expected`)
		}
		if isURL(arg) {
			s, err := fromURL(arg)
			if err != nil {
				return nil, err
			}
			live = append(live, s)
			continue
		}
		found, err := expand(arg)
		if err != nil {
			return nil, err
		}
		if len(found) == 0 {
			return nil, fmt.Errorf("read input %q: no file in this folder", arg)
		}
		for _, p := range found {
			if !slices.Contains(paths, p) {
				paths = append(paths, p)
			}
		}
	}
	if len(paths)+len(live) == 0 {
		return nil, errors.New("read inputs: no file named")
	}
	sources := make([]SourceConfig, len(paths))
	for i, id := range identify(paths) {
		sources[i] = SourceConfig{ID: id, Paths: paths[i : i+1]}
	}
	return append(sources, live...), nil
}

// expand turns a folder or glob into files in the order of their names, and leaves anything else as it is. Hidden
// files are not data.
func expand(arg string) ([]string, error) {
	if arg == "-" || strings.HasPrefix(arg, "tcp://") {
		return []string{arg}, nil
	}
	if info, err := os.Stat(arg); err == nil {
		if info.IsDir() {
			return walk(arg)
		}
		return []string{filepath.Clean(arg)}, nil
	}
	if !strings.ContainsAny(arg, "*?[") {
		return []string{filepath.Clean(arg)}, nil
	}
	matches, err := filepath.Glob(arg)
	if err != nil {
		return nil, fmt.Errorf("read input %q: %w", arg, err)
	}
	if len(matches) == 0 {
		return []string{filepath.Clean(arg)}, nil
	}
	var files []string
	for _, m := range matches {
		if info, err := os.Stat(m); err == nil && info.IsDir() {
			inside, err := walk(m)
			if err != nil {
				return nil, err
			}
			files = append(files, inside...)
			continue
		}
		files = append(files, m)
	}
	slices.SortFunc(files, byName)
	return files, nil
}

func walk(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case strings.HasPrefix(d.Name(), ".") && path != dir:
			if d.IsDir() {
				return fs.SkipDir
			}
		case !d.IsDir():
			files = append(files, path)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read folder: %w", err)
	}
	slices.SortFunc(files, byName)
	return files, nil
}

// byName orders paths element by element, so that a folder's files stay together: "a/z" before "a-b/c".
func byName(a, b string) int {
	return slices.Compare(strings.Split(a, string(filepath.Separator)), strings.Split(b, string(filepath.Separator)))
}

// identify gives each path its shortest tail that no other path ends with.
func identify(paths []string) []string {
	ids := make([]string, len(paths))
	for i, p := range paths {
		if p == "-" {
			ids[i] = "stdin"
		}
	}
	for depth := 1; ; depth++ {
		count := map[string]int{}
		for i, p := range paths {
			if ids[i] == "" {
				count[tail(p, depth)]++
			} else {
				count[ids[i]]++
			}
		}
		done := true
		for i, p := range paths {
			t := tail(p, depth)
			switch {
			case ids[i] != "":
			case count[t] == 1 || t == filepath.ToSlash(p):
				ids[i] = t
			default:
				done = false
			}
		}
		if done {
			return ids
		}
	}
}

func tail(path string, depth int) string {
	parts := strings.Split(filepath.ToSlash(path), "/")
	return strings.Join(parts[max(0, len(parts)-depth):], "/")
}
