package mapfile

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/geo"
)

// The elements of GPX 1.1 (topografix.com/GPX/1/1) that are used, in the order that its schema asks for.
type (
	gpxMetadata struct {
		XMLName xml.Name `xml:"metadata"`
		Name    string   `xml:"name"`
		Desc    string   `xml:"desc"`
		Link    *gpxLink `xml:"link,omitempty"`
		Time    string   `xml:"time,omitempty"`
	}
	gpxLink struct {
		Href string `xml:"href,attr"`
	}
	gpxPoint struct {
		XMLName xml.Name
		Lat     string   `xml:"lat,attr"`
		Lon     string   `xml:"lon,attr"`
		Time    string   `xml:"time,omitempty"`
		Name    string   `xml:"name,omitempty"`
		Desc    string   `xml:"desc,omitempty"`
		Link    *gpxLink `xml:"link,omitempty"`
		Type    string   `xml:"type,omitempty"`
	}
	gpxTrack struct {
		XMLName xml.Name     `xml:"trk"`
		Name    string       `xml:"name"`
		Desc    string       `xml:"desc"`
		Src     string       `xml:"src"`
		Link    *gpxLink     `xml:"link,omitempty"`
		Type    string       `xml:"type"`
		Pieces  []gpxSegment `xml:"trkseg"`
	}
	gpxSegment struct {
		Points []gpxPoint
	}
)

// GPX writes events as waypoints and what they quote of each ship as tracks, a new segment wherever it was not heard
// without a break. Waypoints come before tracks in GPX, so that the tracks are held in memory: two kilobytes an event.
func GPX(w io.Writer, events Events, a About) error {
	if err := writeGPX(w, events, a); err != nil {
		return fmt.Errorf("write GPX: %w", err)
	}
	return nil
}

func writeGPX(w io.Writer, events Events, a About) error {
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	to := xml.NewEncoder(w)
	root := xml.StartElement{Name: xml.Name{Space: "http://www.topografix.com/GPX/1/1", Local: "gpx"},
		Attr: []xml.Attr{{Name: xml.Name{Local: "version"}, Value: "1.1"}, {Name: xml.Name{Local: "creator"}, Value: chart.Plain(a.Software)}}}
	if err := to.EncodeToken(root); err != nil {
		return err
	}
	about := gpxMetadata{Name: a.title(), Desc: strings.Join(a.lines(), "\n")}
	if a.Site != "" {
		about.Link = &gpxLink{a.Site + "/"}
	}
	if !a.AsOf.IsZero() {
		about.Time = a.AsOf.UTC().Format(time.RFC3339)
	}
	if err := to.Encode(about); err != nil {
		return err
	}
	var held bytes.Buffer
	tracks := xml.NewEncoder(&held)
	for e, err := range events {
		if err != nil {
			return err
		}
		if err := writeEvent(to, tracks, e, a); err != nil {
			return fmt.Errorf("event %s: %w", e.ID, err)
		}
	}
	if err := to.Flush(); err != nil {
		return err
	}
	if _, err := held.WriteTo(w); err != nil {
		return err
	}
	if err := to.EncodeToken(root.End()); err != nil {
		return err
	}
	return to.Close()
}

// writeEvent writes an event's waypoint, if it has a place, and its tracks.
func writeEvent(to, tracks *xml.Encoder, e event.Event, a About) error {
	var link *gpxLink
	if page := a.link(e.ID); page != "" {
		link = &gpxLink{page}
	}
	words := strings.Join(explain.Story(e), "\n")
	if placed(e) {
		p := point("wpt", geo.PointFromDegrees(e.Lon, e.Lat), e.Start)
		p.Name, p.Desc, p.Link, p.Type = explain.Heading(e), e.ID+"\n"+words, link, string(e.Kind)
		if err := to.Encode(p); err != nil {
			return err
		}
	}
	for _, t := range Tracks(e) {
		name := chart.Plain(t.Name)
		if name == "" {
			name = "MMSI " + t.MMSI.String()
		}
		trk := gpxTrack{Name: name, Desc: e.ID + ": positions quoted of MMSI " + t.MMSI.String() + "\n" + words, Src: "AIS", Link: link, Type: string(e.Kind)}
		for _, piece := range t.Pieces {
			var s gpxSegment
			for _, f := range piece {
				s.Points = append(s.Points, point("trkpt", f.At, f.Time))
			}
			trk.Pieces = append(trk.Pieces, s)
		}
		if err := tracks.Encode(trk); err != nil {
			return err
		}
	}
	return nil
}

// point is a position. GPX counts longitude from -180 on and below 180.
func point(element string, p geo.Point, t time.Time) gpxPoint {
	lon := round(p[0])
	if lon >= 180 {
		lon -= 360
	}
	return gpxPoint{XMLName: xml.Name{Local: element}, Lat: fmt.Sprintf("%.6f", round(p[1])), Lon: fmt.Sprintf("%.6f", lon), Time: t.UTC().Format(time.RFC3339)}
}
