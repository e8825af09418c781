package ais

import (
	"slices"
	"strings"
	"testing"
	"time"
)

func TestMMSI(t *testing.T) {
	cases := []struct {
		name string
		mmsi MMSI
		text string
		ship bool
	}{
		{"ship", 257000001, "257000001", true},
		{"coast station", 3669702, "003669702", false},
		{"aircraft", 111265591, "111265591", false},
		{"smallest ship", 200000000, "200000000", true},
		{"largest ship", 799999999, "799999999", true},
		{"handheld", 800000000, "800000000", false},
		{"SART", 970000001, "970000001", false},
		{"aid to navigation", 992504029, "992504029", false},
		{"ten digits", 1073741823, "1073741823", false},
		{"zero", 0, "000000000", false},
	}
	for _, c := range cases {
		if got := c.mmsi.String(); got != c.text {
			t.Errorf("%s: got %q, want %q", c.name, got, c.text)
		}
		if got := c.mmsi.Ship(); got != c.ship {
			t.Errorf("%s: got ship %v, want %v", c.name, got, c.ship)
		}
	}
}

func TestIMO(t *testing.T) {
	for imo, want := range map[IMO]bool{9134270: true, 9383663: true, 9134271: false, 0: false, 999999: false, 10000000: false, 1000019: true} {
		if got := imo.Valid(); got != want {
			t.Errorf("%d: got %v, want %v", imo, got, want)
		}
	}
	// Of ten numbers that differ in the last digit exactly one is valid.
	for base := IMO(1_000_000); base < 9_999_990; base += 12_340 {
		valid := 0
		for d := range IMO(10) {
			if (base + d).Valid() {
				valid++
			}
		}
		if valid != 1 {
			t.Fatalf("%d: got %d valid numbers, want 1", base, valid)
		}
	}
}

func TestLabel(t *testing.T) {
	texts := []string{"", "A", "AB", "B", "r003669973", "fifteen bytes!!", "fifteen bytes!!!"}
	for _, s := range texts {
		if got, want := LabelFrom(s).String(), s[:min(len(s), 15)]; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		if got := LabelFrom([]byte(s)).Empty(); got != (s == "") {
			t.Errorf("%q: got empty %v", s, got)
		}
	}
	for _, a := range texts {
		for _, b := range texts {
			got := LabelFrom(a).Compare(LabelFrom(b))
			want := strings.Compare(a[:min(len(a), 15)], b[:min(len(b), 15)])
			if got > 0 != (want > 0) || got < 0 != (want < 0) {
				t.Errorf("%q, %q: got %d, want %d", a, b, got, want)
			}
		}
	}
}

func TestTextFrom(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"empty", "", ""},
		{"blanks only", "   ", ""},
		{"blanks round", "  EVER DIADEM ", "EVER DIADEM"},
		{"longest", strings.Repeat("X", 34), strings.Repeat("X", 34)},
		{"too long", strings.Repeat("X", 40), strings.Repeat("X", 34)},
		{"blank at the cut", strings.Repeat("X", 33) + " X", strings.Repeat("X", 33)},
	}
	for _, c := range cases {
		got := TextFrom(c.in)
		if got.String() != c.want || got.Len() != len(c.want) || TextFrom([]byte(c.in)) != got {
			t.Errorf("%s: got %q, want %q", c.name, got.String(), c.want)
		}
	}
}

func TestHullOfDimensions(t *testing.T) {
	cases := []struct {
		name    string
		d       Dimensions
		length  float64
		unknown bool
	}{
		{"antenna known", Dimensions{225, 70, 1, 31}, 295, false},
		{"antenna unknown", Dimensions{0, 15, 0, 5}, 15, true},
		{"antenna at the bow", Dimensions{0, 15, 3, 2}, 15, false},
		{"length only", Dimensions{0, 15, 0, 0}, 15, false},
	}
	for _, c := range cases {
		h := c.d.Hull()
		if float64(h.Length()) != c.length || h.AntennaUnknown != c.unknown {
			t.Errorf("%s: got %v, %v; want %v, %v", c.name, h.Length(), h.AntennaUnknown, c.length, c.unknown)
		}
	}
}

func TestCloneIsApart(t *testing.T) {
	r := Report{MMSI: 1, Raw: []byte("abc")}
	c := r.Clone()
	r.MMSI = 2
	copy(r.Raw, "xyz")
	if c.MMSI != 1 || string(c.Raw) != "abc" {
		t.Errorf("got %d, %q; want 1, abc", c.MMSI, c.Raw)
	}
}

func TestReasonsHaveNames(t *testing.T) {
	var names []string
	for r := range Reasons {
		names = append(names, Reason(r).String())
	}
	if names[0] != "" || slices.Contains(names[1:], "") {
		t.Errorf("got %q, want a name for each but the first", names)
	}
	slices.Sort(names)
	if len(slices.Compact(names)) != Reasons {
		t.Errorf("two reasons have one name: %q", names)
	}
}

func TestUnixMilli(t *testing.T) {
	at := time.Date(2026, 3, 14, 16, 29, 14, 999_999_999, time.FixedZone("", 3600))
	if got, want := Milli(at).Time(), time.Date(2026, 3, 14, 15, 29, 14, 999_000_000, time.UTC); !got.Equal(want) || got.Location() != time.UTC {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCarries(t *testing.T) {
	r := Report{Has: HasSOG | HasCOG}
	if !r.Carries(HasSOG) || !r.Carries(HasSOG|HasCOG) || r.Carries(HasSOG|HasName) {
		t.Errorf("got %v, %v, %v; want true, true, false", r.Carries(HasSOG), r.Carries(HasSOG|HasCOG), r.Carries(HasSOG|HasName))
	}
}
