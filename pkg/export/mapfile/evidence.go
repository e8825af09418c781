package mapfile

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/export/tabular"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

// Case is one event with what its evidence zip is made of.
type Case struct {
	Lines   [][]byte         // its versions as lines of events.jsonl, byte for byte; the last is what stands. At least one.
	Weights []explain.Weight // of the models behind probabilities, for what would change the verdict; may be empty
	Places  *place.Gazetteer // named on the map; nil names none
	About
}

// ErrNoVersion is returned for a case without a version.
var ErrNoVersion = errors.New("no version of the event")

// Evidence writes everything that an event rests on as a zip of plain files: event.json (the version that stands),
// versions.jsonl, track.geojson and raw.nmea (the quoted positions and sentences), why.txt, map.svg where the event has a
// position, README.txt, and MANIFEST with the SHA-256 of every other file.
func Evidence(w io.Writer, c Case) error {
	files, at, err := c.files()
	if err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	z := zip.NewWriter(w)
	var manifest bytes.Buffer
	for _, f := range files {
		fmt.Fprintf(&manifest, "%x  %s\n", sha256.Sum256(f.body), f.name)
	}
	for _, f := range append(files, file{"MANIFEST", manifest.Bytes()}) {
		to, err := entry(z, f.name, at)
		if err == nil {
			_, err = to.Write(f.body)
		}
		if err != nil {
			return fmt.Errorf("write evidence: %s: %w", f.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write evidence: %w", err)
	}
	return nil
}

type file struct {
	name string
	body []byte
}

// files are those of the zip, and the time that they carry: up to which the event was known.
func (c Case) files() ([]file, time.Time, error) {
	var versions []event.Event
	var lines []byte
	for i, l := range c.Lines {
		var e event.Event
		if err := e.UnmarshalJSON(l); err != nil {
			return nil, time.Time{}, fmt.Errorf("version %d: %w", i+1, err)
		}
		versions = append(versions, e)
		lines = append(append(lines, l...), '\n')
	}
	if len(versions) == 0 {
		return nil, time.Time{}, ErrNoVersion
	}
	d := explain.Dossier{Versions: versions, Weights: c.Weights}
	e := d.Event()
	all := []file{
		{"event.json", append(append([]byte{}, c.Lines[len(c.Lines)-1]...), '\n')},
		{"versions.jsonl", lines},
		{"raw.nmea", raw(e)},
	}
	parts := []struct {
		name  string
		write func(io.Writer) error
	}{
		{"track.geojson", func(w io.Writer) error { return tabular.GeoJSON(w, features(e)) }},
		{"why.txt", func(w io.Writer) error { return explain.Text(w, d) }},
	}
	if picture, ok := explain.Chart(e, c.Places); ok {
		parts = append(parts, struct {
			name  string
			write func(io.Writer) error
		}{"map.svg", picture.SVG})
	}
	for _, p := range parts {
		var b bytes.Buffer
		if err := p.write(&b); err != nil {
			return nil, time.Time{}, fmt.Errorf("%s: %w", p.name, err)
		}
		all = append(all, file{p.name, b.Bytes()})
	}
	return append([]file{{"README.txt", []byte(readme(e, c.About))}}, all...), e.Watermark, nil
}

// raw are the quoted sentences as they were received, a line each, in the order of the references.
func raw(e event.Event) []byte {
	var b bytes.Buffer
	for _, s := range e.Evidence.Sentences {
		if s != "" {
			b.WriteString(s)
			b.WriteByte('\n')
		}
	}
	return b.Bytes()
}

// features are the event and the quoted positions of each ship: a line where she was heard without a break, else a point,
// with the time of each coordinate in coordTimes.
func features(e event.Event) []tabular.Feature {
	head := tabular.Feature{ID: e.ID, Properties: map[string]any{"what": "event", "kind": e.Kind, "status": e.Status, "version": e.Version, "start": stamp(e.Start), "end": nil, "probability": e.Probability}}
	if e.End != nil {
		head.Properties["end"] = stamp(*e.End)
	}
	if placed(e) {
		at := geo.PointFromDegrees(e.Lon, e.Lat)
		head.At = &at
	}
	all := []tabular.Feature{head}
	for _, t := range Tracks(e) {
		for i, piece := range t.Pieces {
			f := tabular.Feature{ID: fmt.Sprintf("%s/%s/%d", e.ID, t.MMSI, i+1), At: &piece[0].At}
			var times []string
			var sog []*geo.Knots
			var cog []*geo.Degrees
			for _, fix := range piece {
				f.Line, times = append(f.Line, fix.At), append(times, stamp(fix.Time))
				sog, cog = append(sog, fix.SOG), append(cog, fix.COG)
			}
			f.Properties = map[string]any{"what": "quoted positions", "mmsi": t.MMSI, "name": t.Name, "coordTimes": times, "sog_kn": sog, "cog_deg": cog}
			all = append(all, f)
		}
	}
	return all
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// readme tells a person what the files are and how to check them.
func readme(e event.Event, a About) string {
	var b strings.Builder
	say := func(lines ...string) {
		for _, l := range lines {
			b.WriteString(l + "\n")
		}
	}
	say(explain.Heading(e), strings.Repeat("=", len([]rune(explain.Heading(e)))), "")
	say(explain.Story(e)...)
	say("")
	say(a.lines()...)
	say("", "Cite as", "-------", explain.Citation(e, a.link(e.ID)), "",
		"Files", "-----",
		"event.json      the version that stands, complete; all else is derived from it",
		"versions.jsonl  every version that ever stood, one a line, each with its reason (\"why\")",
		"why.txt         the rules with value and threshold, the rival explanations, what would change the verdict",
		"raw.nmea        the quoted sentences exactly as received; a decoder of NMEA 0183 and AIS reads them",
		"track.geojson   the positions in them; where a ship was not heard there is no line",
		"map.svg         the same as a chart, for events that have a position",
		"MANIFEST        SHA-256 of the other files: sha256sum -c MANIFEST", "")
	say(checking(e)...)
	return b.String()
}

// checking tells how the hash of the evidence is made again.
func checking(e event.Event) []string {
	ev := e.Evidence
	all := []string{"The evidence's SHA-256", "----------------------",
		"It is taken over every report that the event rests on, in order of source and offset, each as its source, a zero byte,",
		"the offset as eight bytes (most significant first), the raw sentences, and a zero byte."}
	if ev.Total > len(ev.Refs) {
		return append(all, fmt.Sprintf("This event rests on %d reports and quotes %d: the first, the last and samples between. To make the hash again all of them", ev.Total, len(ev.Refs)),
			"are needed, from a recording of the sources: event.json names source and offset of those that are quoted.")
	}
	return append(all, "This event quotes all of them, so that the hash can be made again from event.json (Python 3):", "", Check)
}

// Check is a program in Python that makes the hash of an event's evidence again, from an event.json that quotes every report.
const Check = `import hashlib, json
e = json.load(open("event.json", encoding="utf-8"))["evidence"]
h = hashlib.sha256()
for ref, raw in zip(e["refs"], e["sentences"]):
    h.update(ref["source"].encode() + b"\0" + ref["offset"].to_bytes(8, "big", signed=True) + raw.encode() + b"\0")
print("agrees" if h.hexdigest() == e["sha256"] else "DIFFERS")`
