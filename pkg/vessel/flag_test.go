package vessel

import (
	"strings"
	"testing"
)

func TestFlag(t *testing.T) {
	for _, c := range []struct {
		trap string
		mmsi MMSI
		want string
	}{
		{"Iran", 422_123_456, "IR"},
		{"first of several for one flag", 351_000_000, "PA"},
		{"last of several for one flag", 374_000_001, "PA"},
		{"first row of the table", 201_000_001, "AL"},
		{"Falkland Islands, which some tables call UK", 740_000_001, "FK"},
		{"digits allocated to nobody", 299_000_001, ""},
		{"zero", 0, ""},
		{"coast station", 4_220_001, "IR"},
		{"group of ships", 42_200_001, "IR"},
		{"handheld", 842_200_001, "IR"},
		{"craft of a parent ship", 984_220_001, "IR"},
		{"aid to navigation", 994_220_001, "IR"},
		{"search aircraft", 111_422_001, "IR"},
		{"search transmitter has no flag", 970_422_001, ""},
		{"ten digits", 4_221_234_567, ""},
	} {
		t.Run(c.trap, func(t *testing.T) {
			if got := Flag(c.mmsi); got != c.want {
				t.Errorf("Flag(%v): got %q, want %q", c.mmsi, got, c.want)
			}
		})
	}
}

func TestFlagTableIsSortedAndWhole(t *testing.T) {
	lines := strings.Split(strings.TrimSpace(midTable), "\n")[1:]
	if len(lines) != 292 {
		t.Errorf("rows: got %d, want 292", len(lines))
	}
	for i, line := range lines {
		f := strings.SplitN(line, ",", 3)
		if len(f) != 3 || len(f[0]) != 3 || len(f[1]) != 2 || f[2] == "" {
			t.Fatalf("row %d: got %q, want mid,iso2,source", i+1, line)
		}
		if i > 0 && lines[i-1][:3] >= f[0] {
			t.Errorf("row %d: got %s after %s, want rising digits", i+1, f[0], lines[i-1][:3])
		}
	}
}

func TestTanker(t *testing.T) {
	for shipType := 0; shipType < 256; shipType++ {
		got, want := Tanker(uint8(shipType)), shipType >= 80 && shipType < 90
		if got != want {
			t.Errorf("Tanker(%d): got %v, want %v", shipType, got, want)
		}
	}
}

func TestIMOValidity(t *testing.T) {
	for _, c := range []struct {
		trap string
		imo  IMO
		want bool
	}{
		{"published example of the rule", 9_074_729, true},
		{"one digit off", 9_074_728, false},
		{"two digits exchanged", 9_047_729, false},
		{"not known", 0, false},
		{"six digits", 907_472, false},
		{"eight digits", 90_747_290, false},
	} {
		t.Run(c.trap, func(t *testing.T) {
			if got := c.imo.Valid(); got != c.want {
				t.Errorf("Valid(%d): got %v, want %v", c.imo, got, c.want)
			}
		})
	}
}

func BenchmarkFlag(b *testing.B) {
	got := ""
	for b.Loop() {
		got = Flag(775_000_001)
	}
	if got != "VE" {
		b.Fatalf("got %q, want VE", got)
	}
}
