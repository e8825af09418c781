package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/paulmach/orb"
)

// TestHullIsTrueToSize measures outlines against what they were made from.
func TestHullIsTrueToSize(t *testing.T) {
	for _, tc := range []struct {
		hull    geo.Hull
		heading geo.Degrees
	}{
		{geo.Hull{Bow: 283, Stern: 50, Port: 36, Starboard: 24}, 0},
		{geo.Hull{Bow: 283, Stern: 50, Port: 36, Starboard: 24}, 135},
		{geo.Hull{Stern: 110, Starboard: 18, AntennaUnknown: true}, 300},
	} {
		antenna := geo.PointFromDegrees(56.5, 25.2)
		ring := Hull(tc.hull, antenna, tc.heading)
		bow, stern := ring[0], geo.Interpolate(ring[2], ring[3], 0.5)
		if got := geo.DistanceExact(bow, stern); math.Abs(float64(got-tc.hull.Length())) > 0.5 {
			t.Errorf("%+v: got %.1f m long, want %.1f", tc.hull, got, tc.hull.Length())
		}
		if got := geo.DistanceExact(ring[2], ring[3]); math.Abs(float64(got-tc.hull.Beam())) > 0.5 {
			t.Errorf("%+v: got %.1f m wide, want %.1f", tc.hull, got, tc.hull.Beam())
		}
		if got := geo.Bearing(stern, bow); math.Abs(shortWay(float64(got-tc.heading))) > 0.5 {
			t.Errorf("%+v: got heading %.1f, want %.1f", tc.hull, got, tc.heading)
		}
		if got := geo.DistanceExact(antenna, ring[2]); !tc.hull.AntennaUnknown && math.Abs(float64(got)-math.Hypot(50, 24)) > 0.5 {
			t.Errorf("%+v: antenna %.1f m from the starboard quarter, want %.1f", tc.hull, got, math.Hypot(50, 24))
		}
	}
}

// TestChartLiesAcrossTheDateLine keeps two fixes on both sides of 180° a few kilometres apart on the picture.
func TestChartLiesAcrossTheDateLine(t *testing.T) {
	c := &Chart{Marks: []Mark{{At: geo.Point{179.9, 52}, Label: "west"}, {At: geo.Point{-179.9, 52}, Label: "east"}}, Land: geo.Land}
	box := c.Box()
	if width := box.Max[0] - box.Min[0]; width > 1 {
		t.Errorf("got a box of %.1f degrees, want less than one", width)
	}
	var out bytes.Buffer
	if err := errors.Join(c.SVG(&out), c.Text(&out, 60, 16, true)); err != nil {
		t.Fatal(err)
	}
	text := out.String()[strings.Index(out.String(), "+---"):]
	if a, b := strings.Index(text, "A"), strings.Index(text, "B"); a < 0 || b < a {
		t.Errorf("want A to the west of B in\n%s", text)
	}
}

// TestLandIsWhereItIs asks for the land round Kharg Island, which the fine coastline has, and far out at sea.
func TestLandIsWhereItIs(t *testing.T) {
	inside := func(p geo.Point, pad float64) bool {
		land, err := geo.Land(orb.Bound{Min: p, Max: p}.Pad(pad))
		if err != nil {
			t.Fatal(err)
		}
		return len(land) > 0 && geo.Prepare(land).Contains(p)
	}
	for _, tc := range []struct {
		p    geo.Point
		land bool
	}{
		{geo.Point{53, 29.5}, true}, {geo.Point{51, 27.5}, false}, {geo.Point{-150, 0}, false}, {geo.Point{-179.99, 68}, true}, {geo.Point{180.01, 68}, true},
	} {
		if got := inside(tc.p, 0.5); got != tc.land {
			t.Errorf("%v: got land %v, want %v", tc.p, got, tc.land)
		}
	}
}

func TestScaleFitsTheWidth(t *testing.T) {
	for _, least := range []geo.Metres{500, 3000, 70_000, 2_000_000} {
		c := &Chart{Marks: []Mark{{At: geo.Point{50, 28}}}, Least: least}
		v := c.look(800, 560)
		length, units := v.scale()
		if units <= 20 || units > 800/2.9 || length <= 0 {
			t.Errorf("%.0f m of sea: got a scale of %.0f m, %.0f pixels", least, length, units)
		}
	}
}

func TestSVGIsTheSameTwice(t *testing.T) {
	c := &Chart{Title: "a < b & c", Marks: []Mark{{At: geo.Point{50.3, 29.2}, Label: "x", Ink: 1}, {At: geo.Point{50.4, 29.2}, Label: "y", Shape: Cross, Ink: 9}}, Land: geo.Land}
	var one, two bytes.Buffer
	if err := errors.Join(c.SVG(&one), c.SVG(&two)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("one chart gave two pictures")
	}
	dec := xml.NewDecoder(&one)
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// TestSmallScreensAreDrawn asks for sizes that nothing fits on.
func TestSmallScreensAreDrawn(t *testing.T) {
	for _, c := range []*Chart{{}, {Marks: []Mark{{At: geo.Point{0, 90}, Label: "pole"}, {At: geo.Point{180, -90}, Label: "other pole"}}, Land: geo.Land}} {
		for _, size := range [][2]int{{0, 0}, {-5, 3}, {20, 8}} {
			var out bytes.Buffer
			if err := errors.Join(c.Text(&out, size[0], size[1], false), c.SVG(&out)); err != nil {
				t.Errorf("%v: %v", size, err)
			}
		}
	}
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"SYN TANKER 03", "\x1b[31m", "\u202e", "\xff\xfe", "كارگو", "日本丸", "\uFFFD", "a\u2028b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Plain(s)
		if !utf8.ValidString(got) || strings.ContainsFunc(got, func(r rune) bool {
			return unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Co, unicode.Zl, unicode.Zp)
		}) {
			t.Errorf("%q: got %q", s, got)
		}
		if Plain(got) != got {
			t.Errorf("%q: got %q, and that made %q", s, got, Plain(got))
		}
	})
}
