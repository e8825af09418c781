package gfw

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// TestKindsWithACounterpartHaveOnlyTheirOwnBlock, and the others have no entry.
func TestKindsWithACounterpartHaveOnlyTheirOwnBlock(t *testing.T) {
	blocks := map[event.Kind]string{event.Gap: "gap", event.Rendezvous: "encounter", event.Loitering: "loitering", event.PortCall: "port_visit"}
	for _, k := range event.Kinds() {
		e := event.Event{ID: string(k) + "-0", Kind: k, Details: event.DetailsOf(k), Start: fixture.At(1), Vessels: []event.Vessel{{MMSI: 620999001, Flag: "KM"}, {MMSI: 620999002, Flag: "XX"}}}
		entry, ok := EntryOf(e)
		if ok != (blocks[k] != "") || ok != slices.Contains(Kinds(), k) {
			t.Errorf("%s: got an entry: %v", k, ok)
		}
		if !ok {
			continue
		}
		text, err := json.Marshal(entry)
		if err != nil {
			t.Fatal(err)
		}
		var back map[string]any
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		for _, block := range blocks {
			if (back[block] != nil) != (block == blocks[k]) {
				t.Errorf("%s: block %s: got %v", k, block, back[block])
			}
		}
		if back["type"] != blocks[k] || back["end"] != "" || back["start"] != "2026-02-11T00:00:00.000Z" {
			t.Errorf("%s: got %s", k, text)
		}
		if _, ok := EntryOf(event.Event{Kind: k, Details: event.DetailsOf(k)}); ok {
			t.Errorf("%s without a ship has an entry", k)
		}
	}
}

func TestAGapIsToldInFull(t *testing.T) {
	i := slices.IndexFunc(fixture.Events(), func(e event.Event) bool { return e.ID == "gap-00000000000000b0" })
	e, _ := EntryOf(fixture.Events()[i])
	if e.Gap == nil || !e.Gap.Intentional || e.Gap.On == nil || e.Gap.On.Lat != 26.1 || e.Gap.DistanceKm == nil || e.Vessel.Flag != "COM" || e.Vessel.SSVID != "620999002" || e.Vessel.IMO != "9000004" ||
		e.End != "2026-02-16T00:00:00.000Z" || e.BoundingBox != [4]float64{54.1, 26.1, 54.3, 26.4} || len(e.Gap.ID) != 32 {
		t.Errorf("got %+v, %+v", e, e.Gap)
	}
	open := fixture.Events()[i]
	d := open.Details.(event.GapDetails)
	d.On, open.End = nil, nil
	open.Details = d
	o, _ := EntryOf(open)
	if o.End != "" || o.Gap.On != nil || o.Gap.DistanceKm != nil || o.Gap.ID != e.Gap.ID {
		t.Errorf("open: got %+v, %+v", o, o.Gap)
	}
	d.Off.Time = d.Off.Time.Add(time.Second)
	open.Details = d
	if o, _ := EntryOf(open); o.Gap.ID == e.Gap.ID {
		t.Error("another start has the same id")
	}
}

// TestEveryFlagHasThreeLetters: each country of the table of identification digits.
func TestEveryFlagHasThreeLetters(t *testing.T) {
	if len(countries)%6 != 5 {
		t.Fatalf("the table has %d bytes", len(countries))
	}
	for mid := vessel.MMSI(201); mid < 776; mid++ {
		flag := vessel.Flag(mid * 1_000_000)
		if flag == "" {
			continue
		}
		if got := alpha3(flag); len(got) != 3 || strings.ToUpper(got) != got {
			t.Errorf("%s: got %q", flag, got)
		}
	}
	for flag, want := range map[string]string{"GB": "GBR", "IR": "IRN", "PA": "PAN", "": "", "XX": "", "A": "", "DA": ""} {
		if got := alpha3(flag); got != want {
			t.Errorf("%s: got %q, want %q", flag, got, want)
		}
	}
}
