package gap

import (
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/track"
	"github.com/darkwake/darkwake/pkg/vessel"
)

func TestIdentityEventsEndSilences(t *testing.T) {
	const old, now vessel.MMSI = 620999001, 538999002
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	f := &track.Silence{Header: track.Header{MMSI: old}, Off: track.Fix{Time: day}}
	link := event.Event{ID: "identity-1", Kind: event.Identity, Status: event.Closed, Probability: 0.9, Vessels: []event.Vessel{{MMSI: old}, {MMSI: now}},
		Details: event.IdentityDetails{Form: "continued", Off: &event.FixRef{Time: day}, On: &event.FixRef{Time: day.Add(50 * time.Hour), Lon: 57, Lat: 25}}}
	d := newBench(t)

	d.Hear(link)
	got, to := d.elsewhere(f)
	if to != now || got.On == nil || !got.On.Time.Equal(day.Add(50*time.Hour)) || got.On.Position != geo.PointFromDegrees(57, 25) {
		t.Errorf("linked: got %+v under %s, want the first fix under %s", got.On, to, now)
	}
	link.Status = event.Retracted
	d.Hear(link)
	if _, to := d.elsewhere(f); to != 0 {
		t.Errorf("retracted: got %s, want no other number", to)
	}

	d.Hear(event.Event{Kind: event.Identity, Status: event.Closed, Probability: 0.95, Vessels: []event.Vessel{{MMSI: old}},
		Details: event.IdentityDetails{Form: "changed", Claim: "two_ships", Off: &event.FixRef{Time: day}}})
	if got := d.another(f); got != 0.95 {
		t.Errorf("handed on: got %g, want 0.95", got)
	}
}
