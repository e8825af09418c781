package ais

import (
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// golden is a decode published by another project.
type golden struct {
	m      map[string]any
	scaled bool    // degrees and knots, not integers as transmitted
	grid   float64 // degrees by which a place may differ: what the publisher's rounding costs
}

func (g golden) number(key string) (float64, bool) {
	switch v := g.m[key].(type) {
	case float64:
		return v, true
	case string: // libais gives the IMO number as text
		n, err := strconv.ParseFloat(v, 64)
		return n, err == nil
	}
	return 0, false
}

func (g golden) text(key string) (string, bool) {
	v, ok := g.m[key].(string)
	return v, ok
}

// kind is the message number.
func (g golden) kind() int {
	v, _ := g.number("type")
	return int(v)
}

// expected is a value the golden gives: what is published, how the Report tells it, whether it stands for "not
// available".
type expected struct {
	key      string
	field    Field
	value    float64
	got      float64
	absent   bool
	accurate float64 // how far apart the two may be
}

// numbers lists what the golden says of the fields a Report carries.
func (g golden) numbers(r *Report) []expected {
	var out []expected
	if r.Kind == Other {
		return nil // binary and control messages use some of the keys for other things
	}
	// Each row: raw integers are divided by unit; na is the raw "not available", everything from it on absent.
	row := func(key string, f Field, got, unit, na float64) {
		v, ok := g.number(key)
		if !ok {
			return
		}
		raw := v
		if g.scaled {
			raw = math.Round(v * unit)
		} else {
			v /= unit
		}
		out = append(out, expected{key, f, v, got, raw >= na, 1e-6 + 1e-6*math.Abs(v)})
	}
	whole := g.kind() == 9 || g.kind() == 27
	if whole {
		row("speed", HasSOG, float64(r.SOG), 1, map[bool]float64{true: 1023, false: 63}[g.kind() == 9])
	} else {
		row("speed", HasSOG, float64(r.SOG), 10, 1023)
	}
	if g.kind() == 27 {
		row("course", HasCOG, float64(r.COG), 1, 360)
	} else {
		row("course", HasCOG, float64(r.COG), 10, 3600)
	}
	row("heading", HasHeading, float64(r.Heading), 1, 360)
	row("status", HasNavStatus, float64(r.NavStatus), 1, 15)
	row("second", HasSecond, float64(r.Second), 1, 64)
	row("alt", HasAltitude, float64(r.Altitude), 1, 4095)
	row("imo", HasIMO, float64(r.IMO), 1, math.Inf(1))
	row("shiptype", HasShipType, float64(r.ShipType), 1, math.Inf(1))
	row("draught", HasDraught, float64(r.Draught), 10, math.Inf(1))
	for i, e := range out {
		if e.value == 0 && (e.field == HasIMO || e.field == HasShipType || e.field == HasDraught) {
			out[i].absent = true
		}
	}
	return out
}

// compare lists what differs, and counts what was compared.
func (g golden) compare(r *Report) (diffs []string, compared int) {
	differ := func(key string, got, want any) {
		compared++
		if got != want {
			diffs = append(diffs, fmt.Sprintf("%s: got %v, want %v", key, got, want))
		}
	}
	number := func(key string, got uint32) {
		if v, ok := g.number(key); ok {
			differ(key, float64(got), v)
		}
	}
	number("type", uint32(r.Message))
	number("mmsi", uint32(r.MMSI))
	number("repeat", uint32(r.Repeat))
	for _, e := range g.numbers(r) {
		compared++
		switch {
		case e.absent == r.Carries(e.field):
			diffs = append(diffs, fmt.Sprintf("%s: got present %v, want %v", e.key, r.Carries(e.field), e.value))
		case !e.absent && math.Abs(e.got-e.value) > e.accurate:
			diffs = append(diffs, fmt.Sprintf("%s: got %v, want %v", e.key, e.got, e.value))
		}
	}
	for key, got := range map[string]bool{"accuracy": r.Accuracy, "raim": r.RAIM} {
		if want, ok := g.m[key].(bool); ok && r.Kind == Position {
			differ(key, got, want)
		}
	}
	for key, got := range map[string]*Text{"shipname": &r.Name, "name": &r.Name, "callsign": &r.CallSign, "destination": &r.Destination} {
		if want, ok := g.text(key); ok && r.Kind != Other {
			differ(key, got.String(), strings.TrimSpace(want))
		}
	}
	g.comparePlace(r, differ)
	g.compareTurn(r, differ)
	g.compareTimes(r, differ)
	return diffs, compared
}

func (g golden) comparePlace(r *Report, differ func(key string, got, want any)) {
	lon, ok1 := g.number("lon")
	lat, ok2 := g.number("lat")
	if r.Kind != Position || !ok1 || !ok2 {
		return
	}
	unit := float64(fine)
	if g.kind() == 27 {
		unit = coarse
	}
	if !g.scaled {
		lon, lat = lon/unit, lat/unit
	}
	if math.Abs(lon-181) < 1e-9 || math.Abs(lat-91) < 1e-9 {
		differ("lon, lat", r.Has&HasPosition, Field(0))
		return
	}
	if math.Abs(r.Position[0]-lon) > g.grid || math.Abs(r.Position[1]-lat) > g.grid {
		differ("lon, lat", r.Position, [2]float64{lon, lat})
	}
	onEarth := math.Abs(lon) <= 180 && math.Abs(lat) <= 90
	differ("position on the Earth", r.Carries(HasPosition), onEarth)
	differ("out of range", r.Flags&OutOfRange != 0, !onEarth)
}

func (g golden) compareTurn(r *Report, differ func(key string, got, want any)) {
	turn, there := g.m["turn"]
	if !there {
		return
	}
	raw, isNumber := turn.(float64)
	switch {
	case turn == nil || turn == "nan" || !g.scaled && raw == -128:
		differ("turn", r.Has&HasROT, Field(0))
	case turn == "fastleft" || turn == "fastright" || !g.scaled && math.Abs(raw) == 127:
		differ("turn", r.Flags&ROTBeyond, ROTBeyond)
	case isNumber:
		want := raw
		if !g.scaled {
			want = math.Copysign(math.Pow(raw/4.733, 2), raw)
		}
		differ("turn", r.Carries(HasROT) && math.Abs(r.ROT-want) <= 1e-5*math.Abs(want)+map[bool]float64{true: 0.5, false: 0}[g.scaled], true)
	}
}

// compareTimes looks at the clock of a base station, the ETA and the dimensions.
func (g golden) compareTimes(r *Report, differ func(key string, got, want any)) {
	if stamp, ok := g.text("timestamp"); ok && (g.kind() == 4 || g.kind() == 11) {
		at, err := time.Parse(time.RFC3339, stamp)
		differ("timestamp present", r.Carries(HasClock), err == nil)
		if err == nil {
			differ("timestamp", r.Clock, Milli(at))
		}
	}
	if eta, ok := g.text("eta"); ok {
		want := ETA{}
		if _, err := fmt.Sscanf(eta, "%d-%dT%d:%dZ", &want.Month, &want.Day, &want.Hour, &want.Minute); err != nil || want.Month|want.Day == 0 {
			want = ETA{}
		}
		differ("eta", r.ETA, want)
	}
	if bow, ok := g.number("to_bow"); ok && r.Kind != Other {
		stern, _ := g.number("to_stern")
		port, _ := g.number("to_port")
		starboard, _ := g.number("to_starboard")
		differ("dimensions", r.Dimensions, Dimensions{uint16(bow), uint16(stern), uint16(port), uint16(starboard)})
	}
}

// parseGolden reads one line of JSON.
func parseGolden(t *testing.T, line string, scaled bool, grid float64) golden {
	t.Helper()
	g := golden{scaled: scaled, grid: grid}
	if err := json.Unmarshal([]byte(line), &g.m); err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return g
}

// pairing follows gpsd's habit with message 24: one record after part B, if part A of the MMSI was heard.
type pairing map[MMSI]Report

// merge gives the report to compare with a record of message 24.
func (p pairing) merge(r Report) Report {
	if r.Flags&PartA != 0 {
		p[r.MMSI] = r
	}
	if a, ok := p[r.MMSI]; ok && r.Flags&PartB != 0 {
		r.Name = a.Name
	}
	return r
}

func decodeWhole(t *testing.T, where, payload string, fill uint8) Report {
	t.Helper()
	r, reason := checkMessage(t, where, []byte(payload), fill)
	if reason != NoReason {
		t.Fatalf("%s: %v", where, reason)
	}
	return r
}

func TestGoldenGPSDLogs(t *testing.T) {
	dir := recordings(t, "gpsd", "gpsd golden decode test")
	for _, c := range []struct {
		file    string
		records int
	}{{"ais-nmea-type6-fid55.log.chk", 1265}, {"ais_unpack_sixbit.log.chk", 12}} {
		t.Run(c.file, func(t *testing.T) {
			joined, halves := joiner{}, pairing{}
			var last Report
			records, fields := 0, 0
			for n, line := range readLines(t, filepath.Join(dir, c.file)) {
				where := fmt.Sprintf("%s:%d", c.file, n+1)
				for _, f := range fragments(line) {
					if payload, fill, ok := joined.add(f); ok {
						last = halves.merge(decodeWhole(t, where, payload, fill))
					}
				}
				if !strings.HasPrefix(line, `{"class":"AIS"`) {
					continue
				}
				diffs, compared := parseGolden(t, line, false, 1e-9).compare(&last)
				records++
				fields += compared
				for _, d := range diffs {
					t.Errorf("%s: type %d: %s", where, last.Message, d)
				}
			}
			t.Logf("%d records, %d fields", records, fields)
			if records != c.records {
				t.Errorf("got %d records, want %d", records, c.records)
			}
		})
	}
}

func TestGoldenGPSDSample(t *testing.T) {
	dir := recordings(t, "gpsd", "gpsd golden decode test")
	for _, c := range []struct {
		file   string
		scaled bool
		grid   float64
	}{{"sample.aivdm.ju.chk", false, 1e-9}, {"sample.aivdm.js.chk", true, 6e-7}} {
		t.Run(c.file, func(t *testing.T) {
			records := readLines(t, filepath.Join(dir, c.file))
			joined, halves := joiner{}, pairing{}
			next, fields := 0, 0
			for n, line := range readLines(t, filepath.Join(dir, "sample.aivdm")) {
				if strings.HasPrefix(line, "#") {
					continue
				}
				for _, f := range fragments(line) {
					payload, fill, ok := joined.add(f)
					if !ok || next == len(records) {
						continue
					}
					where := fmt.Sprintf("sample.aivdm:%d", n+1)
					r := halves.merge(decodeWhole(t, where, payload, fill))
					g := parseGolden(t, records[next], c.scaled, c.grid)
					if mmsi, _ := g.number("mmsi"); r.Message == 24 && (g.kind() != 24 || MMSI(mmsi) != r.MMSI || r.Flags&PartB == 0) {
						continue // one of the five halves that gpsd does not report
					}
					if g.scaled && g.kind() == 27 {
						g.grid = 0.05 // gpsd rounds these to 0.1 degree
					}
					next++
					diffs, compared := g.compare(&r)
					fields += compared
					for _, d := range diffs {
						t.Errorf("%s: record %d, type %d: %s", where, next, r.Message, d)
					}
				}
			}
			t.Logf("%d records, %d fields", next, fields)
			if next != 97 || len(records) != 97 {
				t.Errorf("got %d of %d records, want 97", next, len(records))
			}
		})
	}
}

// libaisErrs are the fields in which libais deviates from ITU-R M.1371-5.
var libaisErrs = map[int]string{
	9:  "speed", // table 57: whole knots; libais divides by ten
	21: "name",  // table 47: 31 is '_' and 39 is '''; libais has '-' and '`'
}

// libaisGrid is the spacing of the 32-bit numbers that libais's places passed through, at 161°.
const libaisGrid = 1.6e-5

func TestGoldenLibais(t *testing.T) {
	dir := recordings(t, "libais", "libais golden decode test")
	lines := readLines(t, filepath.Join(dir, "typeexamples.nmea"))
	records := readLines(t, filepath.Join(dir, "typeexamples.json"))
	if len(lines) != 26 || len(records) != 26 {
		t.Fatalf("got %d lines, %d records, want 26", len(lines), len(records))
	}
	fields := 0
	for i, line := range lines {
		f := fragments(line)[0]
		r := decodeWhole(t, fmt.Sprintf("typeexamples.nmea:%d", i+1), f.payload, f.fill)
		g := parseGolden(t, records[i], true, libaisGrid)
		diffs, compared := g.compare(&r)
		fields += compared
		for _, d := range diffs {
			if wrong, ok := libaisErrs[int(r.Message)]; ok && strings.HasPrefix(d, wrong+":") {
				t.Logf("line %d: libais errs: %s", i+1, d)
				continue
			}
			t.Errorf("line %d, type %d: %s", i+1, r.Message, d)
		}
	}
	t.Logf("%d fields", fields)
}

func TestGoldenLibaisTagBlocks(t *testing.T) {
	dir := recordings(t, "libais", "libais golden decode test")
	joined, next := joiner{}, 0
	records := readLines(t, filepath.Join(dir, "tagblock.json"))
	// The messages in the order in which they are completed.
	for n, line := range readLines(t, filepath.Join(dir, "tagblock.nmea")) {
		for _, f := range fragments(line) {
			if payload, fill, ok := joined.add(f); ok {
				r := decodeWhole(t, fmt.Sprintf("tagblock.nmea:%d", n+1), payload, fill)
				diffs, _ := parseGolden(t, records[next], true, libaisGrid).compare(&r)
				for _, d := range diffs {
					t.Errorf("record %d: %s", next+1, d)
				}
				next++
			}
		}
	}
	if next != 4 {
		t.Errorf("got %d messages, want 4", next)
	}
}
