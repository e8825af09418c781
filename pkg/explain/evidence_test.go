package explain_test

import (
	"slices"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/internal/sim/trial"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// strangers are kinds that may quote reports of ships that they do not name: whatever a feed brought last and first.
var strangers = map[event.Kind]bool{event.Outage: true}

// TestEventsOfWorldsCarryEvidence plays small worlds with every kind of event and follows each back to what was sent:
// sentences are there, the hash is theirs, and they decode to a ship that the event names.
func TestEventsOfWorldsCarryEvidence(t *testing.T) {
	racing.Skip(t)
	seen := map[event.Kind]int{}
	for _, world := range []string{"first-look", "trap-02-outage", "trap-03-jamming-at-hormuz", "trap-05-shared-mmsi", "trap-17-new-name-in-the-dark"} {
		out, err := trial.Run(t.Context(), trial.Spec{Path: "../../testdata/scenarios/" + world + ".yaml", SeedOfFile: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range out.Found.Events {
			seen[e.Kind]++
			follow(t, world, e, named(e, out.Found.Events))
		}
	}
	for _, kind := range event.Kinds() {
		if kind != event.Transfer && kind != event.Discharge && seen[kind] == 0 { // these two have no detector yet
			t.Errorf("no %s in any world: nothing was tested of it", kind)
		}
	}
}

// named lists the ships of an event and the shared number under which one was heard; of a lift also those of the events
// that it rests on, for a ship may come back from a hidden loading under another number.
func named(e event.Event, all []event.Event) (ships []vessel.MMSI) {
	because := []string{e.ID}
	if d, ok := e.Details.(event.LiftDetails); ok {
		because = append(because, d.Because...)
	}
	for _, other := range all {
		if slices.Contains(because, other.ID) {
			for _, v := range other.Vessels {
				ships = append(ships, v.MMSI)
			}
			switch d := other.Details.(type) {
			case event.PortCallDetails:
				ships = append(ships, heardUnder(d.Track)...)
			case event.TransitDetails:
				ships = append(ships, heardUnder(d.Track)...)
			}
		}
	}
	return ships
}

func heardUnder(track *event.Track) []vessel.MMSI {
	if track == nil {
		return nil
	}
	return []vessel.MMSI{track.Number}
}

func follow(t *testing.T, world string, e event.Event, ships []vessel.MMSI) {
	t.Helper()
	ev := e.Evidence
	if len(ev.Refs) == 0 || len(ev.Sentences) != len(ev.Refs) {
		t.Errorf("%s: %s: %d sentences for %d references, want some", world, e.ID, len(ev.Sentences), len(ev.Refs))
		return
	}
	if ev.Total == len(ev.Refs) { // nothing was left out: the hash can be made anew
		var b event.EvidenceBuilder
		for i, r := range ev.Refs {
			b.Add(r.Source, r.Offset, ev.Sentences[i])
		}
		if again := b.Done(); again.SHA256 != ev.SHA256 {
			t.Errorf("%s: %s: hash %s, of its sentences %s", world, e.ID, ev.SHA256, again.SHA256)
		}
	}
	if e.Lon == 0 && e.Lat == 0 {
		t.Errorf("%s: %s stands at 0° N 0° E", world, e.ID)
	}
	for _, r := range explain.Readings(e) {
		switch {
		case !r.Decoded:
			t.Errorf("%s: %s: %q does not decode", world, e.ID, r.Raw)
		case !strangers[e.Kind] && !slices.Contains(ships, r.MMSI()):
			t.Errorf("%s: %s: %q is of %s, which the event does not name", world, e.ID, r.Raw, vessel.MMSI(r.Report.MMSI))
		}
	}
}
