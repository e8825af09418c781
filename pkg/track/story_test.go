package track

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
)

// day is when all stories begin. It is an ordinary day.
var day = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)

const (
	shipA ais.MMSI = 620999001
	table          = `name,kind,country,lon,lat,radius_km,shape,confidence,sanctioned,outbound
Pier,load_berth,IR,50.342,29.232,1.8,,high,yes,
Roads,anchorage,AE,56.5,25.2,5,,high,no,
Line,gate,,57,25.5,,"LINESTRING(57 25,57 26)",high,no,E
`
)

// clock reads "26:10", "26:10:30" or "26:10:30.5" since the story's day.
func clock(t testing.TB, s string) time.Time {
	t.Helper()
	parts := strings.Split(s, ":")
	seconds := 0.0
	for _, p := range parts {
		v, err := strconv.ParseFloat(p, 64)
		if err != nil {
			t.Fatalf("read clock %q: %v", s, err)
		}
		seconds = seconds*60 + v
	}
	if len(parts) == 2 {
		seconds *= 60
	}
	return day.Add(time.Duration(seconds * float64(time.Second)))
}

// hhmm prints an instant as stories write it.
func hhmm(at time.Time) string {
	if at.IsZero() {
		return "-"
	}
	d := at.Sub(day)
	s := fmt.Sprintf("%02d:%02d", int(d.Hours()), int(d.Minutes())%60)
	if rest := d % time.Minute; rest != 0 {
		s += fmt.Sprintf(":%02d", int(rest.Seconds()))
	}
	return s
}

// story drives a tracker by lines:
//
//	TIME LON LAT [SPEEDkn] [key=value …]   a fix; keys: mmsi src st hash type every until
//	TIME static [draught=…] [name=…] [src=…] [hash=…]
//	tick TIME                              walks every grid point up to TIME
//	finish TIME
type story struct {
	t     testing.TB
	track *Tracker
	at    time.Time
	facts []Fact
	line  int64
	loads *place.Gazetteer
}

func newStory(t testing.TB) *story {
	g, err := place.Load(strings.NewReader(table), "test table")
	if err != nil {
		t.Fatalf("load table: %v", err)
	}
	return &story{t: t, track: New(Defaults(), g, nil, Listener{}), at: day.Add(-Grid), loads: g}
}

func (s *story) tell(lines string) {
	for l := range strings.Lines(lines) {
		words := strings.Fields(l)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		switch words[0] {
		case "tick":
			s.advance(clock(s.t, words[1]))
		case "finish":
			s.track.Finish(clock(s.t, words[1]), s.take)
		default:
			s.add(words)
		}
	}
}

func (s *story) take(f Fact) { s.facts = append(s.facts, f) }

func (s *story) advance(to time.Time) {
	for s.at.Before(to) {
		s.at = s.at.Add(Grid)
		s.track.Advance(s.at, s.take)
	}
}

func (s *story) add(words []string) {
	r, every, until := s.report(words)
	s.track.Add(r)
	for every > 0 && r.Time.Time().Add(every).Compare(until) <= 0 {
		r.Time += ais.UnixMilli(every.Milliseconds())
		s.line++
		r.Offset, r.Hash = s.line*100, uint64(s.line)
		s.track.Add(r)
	}
}

// report makes the report of one line of a story.
func (s *story) report(words []string) (r *ais.Report, every time.Duration, until time.Time) {
	s.line++
	r = &ais.Report{
		Kind: ais.Position, Message: 1, Class: ais.ClassA, MMSI: shipA, Has: ais.HasPosition, Source: "A",
		Time: ais.Milli(clock(s.t, words[0])), Offset: s.line * 100, Hash: uint64(s.line), TimeSource: ais.TimeTag,
		Raw: fmt.Appendf(nil, "!line %d", s.line),
	}
	rest := words[1:]
	if rest[0] == "static" {
		r.Kind, r.Message, r.Has = ais.Static, 5, 0
		rest = rest[1:]
	} else {
		r.Position = geo.PointFromDegrees(s.number(rest[0]), s.number(rest[1]))
		rest = rest[2:]
	}
	for _, w := range rest {
		key, value, _ := strings.Cut(w, "=")
		switch {
		case strings.HasSuffix(w, "kn"):
			r.Has, r.SOG = r.Has|ais.HasSOG, geo.Knots(s.number(strings.TrimSuffix(w, "kn")))
		case key == "every":
			every, _ = time.ParseDuration(value)
		case key == "until":
			until = clock(s.t, value)
		default:
			s.set(r, key, value)
		}
	}
	return r, every, until
}

func (s *story) set(r *ais.Report, key, value string) {
	switch key {
	case "mmsi":
		r.MMSI = ais.MMSI(s.number(value))
	case "src":
		r.Source = value
	case "st":
		r.Station = ais.LabelFrom(value)
	case "blind":
		r.Has, r.Position = r.Has&^ais.HasPosition, geo.Point{}
	case "hash":
		r.Hash = uint64(s.number(value))
	case "type":
		r.Message, r.Flags = 27, ais.Coarse
	case "cog":
		r.Has, r.COG = r.Has|ais.HasCOG, geo.Degrees(s.number(value))
	case "hdg":
		r.Has, r.Heading = r.Has|ais.HasHeading, geo.Degrees(s.number(value))
	case "draught":
		r.Has, r.Draught = r.Has|ais.HasDraught, geo.Metres(s.number(value))
	case "name":
		r.Has, r.Name = r.Has|ais.HasName, ais.TextFrom(value)
	case "imo":
		r.Has, r.IMO = r.Has|ais.HasIMO, ais.IMO(s.number(value))
	default:
		s.t.Fatalf("unknown key %q", key)
	}
}

func (s *story) number(text string) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		s.t.Fatalf("read number: %v", err)
	}
	return v
}

// tell prints a fact in a line.
func (s *story) print(f Fact) string {
	h := f.Head()
	line := fmt.Sprintf("%s ", hhmm(h.Tick))
	name := func(id place.ID) string {
		if id == place.NoPlace {
			return "sea"
		}
		return s.loads.At(id).Name
	}
	switch f := f.(type) {
	case *Profile:
		line += fmt.Sprintf("profile name=%s imo=%d", f.Particulars.Name, f.Particulars.IMO)
	case *DraughtStep:
		line += fmt.Sprintf("draught %.1f to %.1f first=%s last=%s reports=%d raw=%d", f.Before, f.After, hhmm(f.FirstSeen), hhmm(f.LastSeen), f.Reports, len(f.Raw))
	case *Jump:
		line += fmt.Sprintf("jump %s to %s kept=%v", hhmm(f.From.Time), hhmm(f.To.Time), f.Kept)
	case *Ambiguity:
		line += fmt.Sprintf("ambiguity %s with %s", hhmm(f.Segment), hhmm(f.Other))
	case *Silence:
		on := "-"
		if f.On != nil {
			on = hhmm(f.On.Time)
		}
		line += fmt.Sprintf("silence %s to %s recent=%d heard=%d interval=%s at=%s", hhmm(f.Off.Time), on, len(f.Recent), f.Heard24h, f.Interval, name(f.Place))
	case *Crossing:
		line += fmt.Sprintf("crossing %s at %s outbound=%v %.3f,%.3f", name(f.Gate), hhmm(f.Start), f.Outbound, f.Position[0], f.Position[1])
	case *Visit:
		exit := "-"
		if f.Exit != nil {
			exit = hhmm(f.Exit.Time)
		}
		line += fmt.Sprintf("visit %s %s to %s stop=%s..%s stopped=%s silent=%s seen=%v sources=%v", name(f.Place), hhmm(f.Entry.Time), exit,
			hhmm(f.StopStart), hhmm(f.StopEnd), f.Stopped, f.Silent, f.EntrySeen, f.Sources)
	case *Stop:
		line += fmt.Sprintf("stop %s to %s fixes=%d at=%s", hhmm(f.Start), hhmm(f.End), f.Fixes, name(f.Place))
	case *Sample:
		line += fmt.Sprintf("sample %s %.4f,%.4f moving=%v", hhmm(f.Bin), f.Position[0], f.Position[1], f.Moving)
		if f.Has&ais.HasSOG != 0 {
			line += fmt.Sprintf(" %.1fkn", f.SOG)
		}
	case *Blind:
		line += fmt.Sprintf("blind %s to %s at %s/%d %s", hhmm(f.Start), hhmm(f.Last), f.Source, f.Offset, f.Raw)
	case *Reception:
		line += fmt.Sprintf("reception %s %s/%s messages=%d emitters=%d", hhmm(f.Start), f.Source, f.Station, f.Messages, f.Emitters)
	}
	if h.Restated {
		line += " restated"
	}
	if h.Why != "" {
		line += " (" + h.Why + ")"
	}
	return line
}

// printed lists the facts of some kinds, all if none is named.
func (s *story) printed(kinds ...FactKind) string {
	var b strings.Builder
	for _, f := range s.facts {
		for _, k := range kinds {
			if f.Kind() == k {
				b.WriteString(s.print(f) + "\n")
			}
		}
	}
	return b.String()
}

// lines trims the indentation of a text in a table.
func lines(text string) string {
	var b strings.Builder
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" {
			b.WriteString(l + "\n")
		}
	}
	return b.String()
}
