package mapfile

import (
	"archive/zip"
	"encoding/xml"
	"fmt"
	"html"
	"image/color"
	"io"
	"math"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/twpayne/go-kml/v3"
)

// KMZ writes events as a zip whose one file is doc.kml: a point with its time span for each event, a gx:MultiTrack for
// what it quotes of each ship, and a line of its own kind where nobody heard her. Events are written as they come.
func KMZ(w io.Writer, events Events, a About) error {
	z := zip.NewWriter(w)
	doc, err := entry(z, "doc.kml", a.AsOf)
	if err != nil {
		return fmt.Errorf("write KMZ: %w", err)
	}
	if err := writeKML(doc, events, a); err != nil {
		return fmt.Errorf("write KMZ: %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("write KMZ: %w", err)
	}
	return nil
}

// entry begins a file of a zip. Its time is that of the data, so that equal data give equal bytes; MS-DOS time begins in
// 1980.
func entry(z *zip.Writer, name string, t time.Time) (io.Writer, error) {
	if first := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC); t.Before(first) {
		t = first
	}
	return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: t.UTC().Truncate(time.Second)})
}

func writeKML(w io.Writer, events Events, a About) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	to := xml.NewEncoder(w)
	root := xml.StartElement{Name: xml.Name{Space: kml.Namespace, Local: "kml"}, Attr: []xml.Attr{{Name: xml.Name{Local: "xmlns:gx"}, Value: kml.GxNamespace}}}
	document := xml.StartElement{Name: xml.Name{Local: "Document"}}
	for _, start := range []xml.StartElement{root, document} {
		if err := to.EncodeToken(start); err != nil {
			return err
		}
	}
	head := []kml.Element{kml.Name(a.title()), kml.Open(true), kml.Description(balloon(a.lines(), ""))}
	if err := encode(to, append(head, styles()...)); err != nil {
		return err
	}
	for e, err := range events {
		if err != nil {
			return err
		}
		if err := encode(to, placemarks(e, a)); err != nil {
			return fmt.Errorf("event %s: %w", e.ID, err)
		}
	}
	for _, end := range []xml.EndElement{document.End(), root.End()} {
		if err := to.EncodeToken(end); err != nil {
			return err
		}
	}
	return to.Close()
}

func encode(to *xml.Encoder, elements []kml.Element) error {
	for _, e := range elements {
		if err := to.Encode(e); err != nil {
			return err
		}
	}
	return nil
}

// palette are the colours of Okabe and Ito (2008), which people who see fewer colours tell apart.
var palette = []color.RGBA{
	{0xe6, 0x9f, 0x00, 0xff}, {0x56, 0xb4, 0xe9, 0xff}, {0x00, 0x9e, 0x73, 0xff}, {0xf0, 0xe4, 0x42, 0xff},
	{0x00, 0x72, 0xb2, 0xff}, {0xd5, 0x5e, 0x00, 0xff}, {0xcc, 0x79, 0xa7, 0xff},
}

// unseenStyle is that of a line along which nobody heard the ship.
const unseenStyle = "not_heard"

// styles are one for each kind of event and one for what was not heard. The balloon shows the description and nothing
// else: Google Earth would show extended data as HTML.
func styles() []kml.Element {
	only := func() kml.Element { return kml.BalloonStyle(kml.Text("$[description]")) }
	var all []kml.Element
	for i, k := range event.Kinds() {
		c := palette[i%len(palette)]
		all = append(all, kml.SharedStyle(string(k), kml.IconStyle(kml.Color(c)), kml.LineStyle(kml.Color(c), kml.Width(2)), only()))
	}
	grey := color.RGBA{0x80, 0x80, 0x80, 0xa0}
	return append(all, kml.SharedStyle(unseenStyle, kml.LineStyle(kml.Color(grey), kml.Width(1)), only()))
}

// balloon is text as HTML, a line each.
func balloon(lines []string, link string) string {
	var b strings.Builder
	for i, l := range lines {
		if i > 0 {
			b.WriteString("<br/>")
		}
		b.WriteString(html.EscapeString(l))
	}
	if link != "" {
		fmt.Fprintf(&b, `<br/><a href="%s">Evidence</a>`, html.EscapeString(link))
	}
	return b.String()
}

// placemarks are an event's: itself, its ships' tracks, and the way that nobody heard.
func placemarks(e event.Event, a About) []kml.Element {
	name, style := explain.Heading(e), kml.StyleURL("#"+string(e.Kind))
	// The order of a placemark's children is the schema's.
	p := kml.Placemark(kml.Name(name), kml.Snippet("").WithMaxLines(0), kml.Description(balloon(explain.Story(e), a.link(e.ID))), span(e), style, data(e))
	if placed(e) {
		p.Append(kml.Point(kml.Coordinates(coordinate(geo.PointFromDegrees(e.Lon, e.Lat)))))
	}
	all := []kml.Element{p}
	for _, t := range Tracks(e) {
		tracks := kml.GxMultiTrack()
		for _, piece := range t.Pieces {
			tracks.Append(track(piece))
		}
		who := chart.Plain(t.Name)
		if who == "" {
			who = "MMSI " + t.MMSI.String()
		}
		about := kml.ExtendedData(field("event", e.ID), field("mmsi", t.MMSI.String()))
		all = append(all, kml.Placemark(kml.Name(who+", quoted positions"), style, about, tracks))
	}
	if way := unheard(e); len(way) == 2 {
		all = append(all, kml.Placemark(kml.Name("not heard between: no way that anybody saw"), span(e), kml.StyleURL("#"+unseenStyle),
			kml.ExtendedData(field("event", e.ID)), kml.LineString(kml.Tessellate(true), kml.Coordinates(coordinate(way[0]), coordinate(way[1])))))
	}
	return all
}

// span is an event's time; without an end while it is open.
func span(e event.Event) kml.Element {
	t := kml.TimeSpan(kml.Begin(e.Start.UTC()))
	if e.End != nil {
		t.Append(kml.End(e.End.UTC()))
	}
	return t
}

func track(piece []explain.Fix) *kml.GxTrackElement {
	t := kml.GxTrack()
	for _, f := range piece {
		t.Append(kml.When(f.Time))
	}
	for _, f := range piece {
		t.Append(kml.GxCoord(coordinate(f.At)))
	}
	return t
}

// coordinate rounds to six decimals, a decimetre: what AIS sends is coarser.
func coordinate(p geo.Point) kml.Coordinate {
	return kml.Coordinate{Lon: round(p[0]), Lat: round(p[1])}
}

func round(degrees float64) float64 { return math.Round(degrees*1e6)/1e6 + 0 }

func field(name string, value any) kml.Element {
	if s, ok := value.(string); ok {
		value = chart.Plain(s)
	}
	return kml.Data(name, kml.Value(value))
}

// data are an event's facts for programs.
func data(e event.Event) kml.Element {
	d := kml.ExtendedData(field("id", e.ID), field("version", fmt.Sprint(e.Version)), field("kind", string(e.Kind)), field("status", string(e.Status)),
		field("probability", e.Probability), field("start", e.Start.UTC().Format(time.RFC3339)))
	if e.End != nil {
		d.Append(field("end", e.End.UTC().Format(time.RFC3339)))
	}
	if e.Place != nil {
		d.Append(field("place", e.Place.Name))
	}
	if e.Barrels != nil {
		d.Append(field("barrels_mean", fmt.Sprint(int64(e.Barrels.Mean))))
	}
	for i, v := range e.Vessels {
		suffix := ""
		if i > 0 {
			suffix = fmt.Sprintf("_%d", i+1)
		}
		d.Append(field("role"+suffix, string(v.Role)), field("name"+suffix, v.Name), field("mmsi"+suffix, v.MMSI.String()))
		if v.IMO != 0 {
			d.Append(field("imo"+suffix, fmt.Sprint(uint32(v.IMO))))
		}
	}
	return d.Append(field("evidence_sha256", e.Evidence.SHA256))
}

// unheard are the two ends of a silence, or of the time in which positions are called false.
func unheard(e event.Event) []geo.Point {
	off, on := unheardBetween(e)
	if d, ok := e.Details.(event.FalsePositionDetails); ok {
		off, on = d.Last, d.Next
	}
	if off == nil || on == nil || math.Abs(off.Lon-on.Lon) > 180 {
		return nil
	}
	return []geo.Point{geo.PointFromDegrees(off.Lon, off.Lat), geo.PointFromDegrees(on.Lon, on.Lat)}
}
