package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export/life"
	"github.com/darkwake/darkwake/pkg/export/tabular"
	"github.com/darkwake/darkwake/pkg/extract"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/report"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/picture"
	"github.com/spf13/cobra"
)

// exportFlags are the flags of export.
type exportFlags struct {
	in, out, what, format   string
	from, to, period, basis string
	lot, published, theme   string
}

// forms are the formats of each thing that can be exported, the usual one first.
var forms = []struct {
	what    string
	formats []string
}{
	{"days", []string{"csv", "json", "parquet", "svg", "png"}},
	{"ships", []string{"csv", "json", "parquet"}},
	{"events", []string{"csv", "json", "parquet", "geojson"}},
	{"lots", []string{"csv", "json", "parquet", "geojson"}},
	{"life", []string{"svg", "dot", "json"}},
	{"comparison", []string{"csv", "json", "parquet"}},
	{"report", []string{"html"}},
}

func newExport() *cobra.Command {
	var f exportFlags
	c := &cobra.Command{
		Use:   "export",
		Short: "Write days, ships, events, lots or a report of an earlier run as CSV, JSON, Parquet, GeoJSON or HTML",
		Long: `Writes what an earlier run left in other forms:

  days        barrels a day with interval, parts, flags and vintage        csv, json, parquet; as a chart svg, png
  ships       the ships behind each day, lift by lift                      csv, json, parquet
  events      the events that stand                                        csv, json, parquet, geojson
  lots        the oil of each lift and where it is                         csv, json, parquet, geojson
  life        one lot's way from ship to ship (--lot)                      svg, dot, json
  comparison  published figures beside the run's own (--published)         csv, json, parquet
  report      one page for a day, a week, a month, or any span             html

Days are UTC. Without --from, --to and --period everything is written; of a report the newest 28 days. docs/exports.md
explains every column. In CSV, text that a spreadsheet would run as a formula stands behind an apostrophe.`,
		Example: "  detect export --what ships --period 2026-03-14\n  detect export --format html --period 2026-03 --out march.html\n  detect export --what life --lot lot-bb81c0dd078dd1de --format svg --out life.svg",
		Args:    exactly(0, "flags only"),
		RunE:    func(c *cobra.Command, _ []string) error { return f.run(c.OutOrStdout()) },
	}
	fl := c.Flags()
	fl.StringVar(&f.in, "in", "out", "folder that replay wrote")
	fl.StringVar(&f.out, "out", "-", "file to write to; - is standard output")
	fl.StringVar(&f.what, "what", "", "days, ships, events, lots, life, comparison or report (default: what the format suggests, else days)")
	fl.StringVar(&f.theme, "theme", "light", "of the chart of days as svg: light or dark")
	fl.StringVar(&f.format, "format", "", "csv, json, parquet, geojson, html, svg, png or dot (default: by the ending of --out, else the first of the thing's)")
	fl.StringVar(&f.from, "from", "", "first UTC day, such as 2026-03-01")
	fl.StringVar(&f.to, "to", "", "last UTC day, included")
	fl.StringVar(&f.period, "period", "", "instead of both: a day 2026-03-14, a week 2026-W11, a month 2026-03, a quarter or a year")
	fl.StringVar(&f.basis, "basis", string(estimate.Lifted), "what days count: lifted, exited or discharged")
	fl.StringVar(&f.lot, "lot", "", "lot whose life is drawn")
	fl.StringVar(&f.published, "published", "", "CSV of figures that others published, to compare with; also for the report")
	return c
}

// run checks the flags, reads the folder, and writes.
func (f *exportFlags) run(stdout io.Writer) error {
	if err := f.settle(); err != nil {
		return err
	}
	basis, err := parseBasis(f.basis)
	if err != nil {
		return err
	}
	figures, err := f.figures()
	if err != nil {
		return err
	}
	r, err := openRecord(f.in)
	if err != nil {
		return err
	}
	span, err := f.span(r, basis)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := f.write(&b, r, basis, span, figures); err != nil {
		return err
	}
	if f.out == "-" {
		_, err := stdout.Write(b.Bytes())
		return err
	}
	dir, err := newFolder(filepath.Dir(f.out))
	if err != nil {
		return usageError{fmt.Errorf("--out: %w", err)}
	}
	return dir.write(filepath.Base(f.out), func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err })
}

// settle fills in what is to be written and how, and checks that they go together.
func (f *exportFlags) settle() error {
	if f.format == "" && f.out != "-" {
		f.format = strings.TrimPrefix(filepath.Ext(f.out), ".")
	}
	if f.what == "" {
		f.what = map[string]string{"html": "report", "geojson": "events", "dot": "life"}[f.format]
		if f.format == "svg" && f.lot != "" {
			f.what = "life"
		}
		if f.what == "" {
			f.what = "days"
		}
	}
	var names []string
	for _, known := range forms {
		names = append(names, known.what)
		if known.what != f.what {
			continue
		}
		if f.format == "" {
			f.format = known.formats[0]
		}
		switch {
		case !slices.Contains(known.formats, f.format):
			return usageError{fmt.Errorf("--format %q: %s can be written as %s", f.format, f.what, strings.Join(known.formats, ", "))}
		case f.what == "life" && f.lot == "":
			return usageError{errors.New("--what life: name a lot with --lot (detect export --what lots lists them)")}
		case f.theme != "light" && f.theme != "dark":
			return usageError{fmt.Errorf("--theme %q: light or dark expected", f.theme)}
		case f.what == "comparison" && f.published == "":
			return usageError{errors.New("--what comparison: name a file of figures with --published")}
		}
		return nil
	}
	return usageError{fmt.Errorf("--what %q: expected one of %s", f.what, strings.Join(names, ", "))}
}

// figures reads the published ones, if there are any.
func (f *exportFlags) figures() ([]published.Figure, error) {
	if f.published == "" {
		return nil, nil
	}
	file, err := os.Open(f.published)
	if err != nil {
		return nil, usageError{fmt.Errorf("--published: %w", err)}
	}
	defer file.Close()
	figures, err := published.Read(file)
	if err != nil {
		return nil, usageError{fmt.Errorf("--published %s: %w", f.published, err)}
	}
	return figures, nil
}

// span is the days that are asked for: all that the run has, where nothing is said.
func (f *exportFlags) span(r *record.Record, b estimate.Basis) (record.Span, error) {
	if f.period != "" {
		if f.from != "" || f.to != "" {
			return record.Span{}, usageError{errors.New("--period: either a period or --from and --to")}
		}
		s, err := record.ParseSpan(f.period)
		if err != nil {
			return s, usageError{fmt.Errorf("--period: %w", err)}
		}
		return s, nil
	}
	s, ok := r.Whole(b)
	if !ok && (f.what == "days" || f.what == "ships" || f.what == "report") {
		return s, usageError{fmt.Errorf("--basis %s: the run has no such days", b)}
	}
	for _, day := range []struct {
		flag, text string
		to         *time.Time
	}{{"--from", f.from, &s.From}, {"--to", f.to, &s.To}} {
		if day.text == "" {
			continue
		}
		date, err := time.Parse(time.DateOnly, day.text)
		if err != nil {
			return s, usageError{fmt.Errorf("%s %q: a day such as 2026-03-14 expected", day.flag, day.text)}
		}
		*day.to = date
	}
	if f.what == "report" && f.from == "" && s.Days() > 28 {
		s.From = s.To.AddDate(0, 0, -27)
	}
	if s.To.Before(s.From) {
		return s, usageError{fmt.Errorf("--from %s --to %s: no day lies between", s.From.Format(time.DateOnly), s.To.Format(time.DateOnly))}
	}
	return s, nil
}

// write writes one thing.
func (f *exportFlags) write(w io.Writer, r *record.Record, b estimate.Basis, s record.Span, figures []published.Figure) error {
	switch f.what {
	case "days":
		if f.format == "svg" || f.format == "png" {
			return f.chart(w, r, b, s, figures)
		}
		return table(w, f.format, "darkwake.export.days/v1", r, s, extract.Days(r, b, s))
	case "ships":
		rows, err := extract.Ships(r, b, s)
		if err != nil {
			return err
		}
		return table(w, f.format, "darkwake.export.ships/v1", r, s, rows)
	case "events":
		if f.format == "geojson" {
			return tabular.GeoJSON(w, extract.EventFeatures(r, s))
		}
		return table(w, f.format, "darkwake.export.events/v1", r, s, extract.Events(r, s))
	case "lots":
		if f.format == "geojson" {
			return tabular.GeoJSON(w, extract.LotFeatures(r, s))
		}
		return table(w, f.format, "darkwake.export.lots/v1", r, s, extract.Lots(r, s))
	case "life":
		return f.life(w, r)
	case "comparison":
		return table(w, f.format, "darkwake.export.comparison/v1", r, s, extract.Comparisons(published.Compare(r, figures)))
	}
	places, err := place.Default()
	if err != nil {
		return fmt.Errorf("export report: %w", err)
	}
	return report.HTML(w, r, report.Options{Basis: b, Span: s, Figures: figures, Places: places})
}

// chart draws the days: as large as a page's, or as the image that a link shows.
func (f *exportFlags) chart(w io.Writer, r *record.Record, b estimate.Basis, s record.Span, figures []published.Figure) error {
	chart := picture.Barometer{From: s.From, To: s.To, Rows: r.Rows(b), Outages: r.EventsIn(s, event.Outage), Notes: r.Daily.Notes, Overlays: r.Daily.Overlays,
		Figures: figures, Synthetic: r.Summary.Synthetic}
	if f.format == "png" {
		return picture.ShareBarometer{Barometer: chart, Imprint: picture.Imprint{AsOf: r.Daily.AsOf, Synthetic: r.Summary.Synthetic}}.PNG(w)
	}
	look := picture.Look{}
	if f.theme == "dark" {
		look.Theme = picture.Dark
	}
	return chart.SVG(w, look)
}

// table writes rows in one of the tables' formats.
func table[T any](w io.Writer, format, schema string, r *record.Record, s record.Span, rows []T) error {
	about := extract.AboutOf(r, s)
	switch format {
	case "csv":
		return tabular.CSV(w, rows)
	case "json":
		return tabular.JSON(w, schema, about, rows)
	}
	return tabular.Parquet(w, rows, about.Facts(schema)...)
}

// life draws one lot.
func (f *exportFlags) life(w io.Writer, r *record.Record) error {
	names := map[vessel.MMSI]string{}
	for _, e := range r.Events {
		for _, v := range e.Vessels {
			if v.Name != "" {
				names[v.MMSI] = v.Name
			}
		}
	}
	name := func(m vessel.MMSI) string { return names[m] }
	var err error
	switch f.format {
	case "svg":
		err = life.SVG(w, r.Lots, f.lot, name)
	case "dot":
		err = life.DOT(w, r.Lots, f.lot, name)
	default:
		one, lotErr := r.Lots.Only(f.lot)
		if err = lotErr; err == nil {
			err = life.JSON(w, one, r.Daily.AsOf)
		}
	}
	if err != nil {
		return usageError{fmt.Errorf("--lot: %w", err)}
	}
	return nil
}
