package pipeline

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/geo"
)

// recordings are real recordings beside the checkout; they are never part of it.
const recordings = "../../../shared/data"

// replayRecording runs one recording through the engine. Recordings without any time start where no other does.
func replayRecording(t *testing.T, path string) *Result {
	t.Helper()
	sources, err := feed.Inputs([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	sources[0].AssumeStart = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	s, err := feed.Open(t.Context(), sources, feed.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	e, err := New(fewDraws(), 2, Listener{})
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.Run(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRecordingsReplay takes every NMEA recording through to the estimate. They last seconds to days, far from the
// Gulf: nothing in them is a transfer or a lift.
func TestRecordingsReplay(t *testing.T) {
	racing.Skip(t)
	if _, err := os.Stat(recordings); err != nil {
		t.Skip("../shared/data is not present: skipping the replay of real recordings")
	}
	ran := 0
	err := filepath.WalkDir(recordings, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch filepath.Ext(path) {
		case ".nmea", ".log", ".aivdm", ".ais", ".txt", ".csv":
		default:
			return nil
		}
		ran++
		t.Run(strings.TrimPrefix(path, recordings+"/"), func(t *testing.T) {
			r := replayRecording(t, path)
			for _, e := range r.Events {
				if e.Kind == event.Rendezvous || e.Kind == event.Lift {
					t.Errorf("got %s %s of %v, want none in this recording", e.Kind, e.ID, e.Vessels)
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if ran < 30 {
		t.Errorf("replayed %d recordings, want all of them (30 and more)", ran)
	}
}

// TestJammedShipsDoNotMeet replays the interference of 17 March 2026 off Dubai: 1,035 fixes of 103 ships at one point on
// land, moored side by side if one believed them.
func TestJammedShipsDoNotMeet(t *testing.T) {
	path := filepath.Join(recordings, "hormuz-aisstream", "positions.csv")
	if _, err := os.Stat(path); err != nil {
		t.Skip("../shared/data/hormuz-aisstream is not present: skipping the replay of real interference")
	}
	r := replayRecording(t, path)
	if r.Counts.Reports < 2576 {
		t.Errorf("got %d reports, want at least the recording's 2,576 fixes", r.Counts.Reports)
	}
	var found []event.Event
	for _, e := range r.Events {
		switch e.Kind {
		case event.Rendezvous, event.PortCall, event.Lift:
			t.Errorf("got %s %s at %.3f %.3f of %v, want none", e.Kind, e.ID, e.Lon, e.Lat, e.Vessels)
		case event.Interference:
			found = append(found, e)
		}
	}
	if len(found) != 1 {
		t.Fatalf("got %d interference events, want one", len(found))
	}
	e := found[0]
	details := e.Details.(event.InterferenceDetails)
	middle := geo.Distance(geo.PointFromDegrees(e.Lon, e.Lat), geo.PointFromDegrees(55.690, 25.213))
	// Of 103 ships three have but one fix there, to which they could have sailed: stage A takes it for noise.
	if details.Ships < 100 || details.Ships > 103 || len(e.Vessels) != details.Ships || details.Shape != "point" || middle > geo.Kilometre {
		t.Errorf("got %d ships at one %s %.0f m from where they were, want 100 to 103 at a point", details.Ships, details.Shape, float64(middle))
	}
	if day := e.Start.Format(time.DateOnly); day != "2026-03-17" || e.End == nil || e.End.Sub(e.Start) > 3*time.Hour {
		t.Errorf("got %s to %v, want within the three hours of 17 March 2026", e.Start, e.End)
	}
}

// TestDecoderSamplesTellNoTales replays the sentences that aislib's authors chose: a dozen ships, heard for seconds. Nobody
// can say anything of them.
func TestDecoderSamplesTellNoTales(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(recordings, "aislib", "*.txt"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Skip("../shared/data/aislib is not present: skipping the replay of its samples")
	}
	for _, path := range files {
		for _, e := range replayRecording(t, path).Events {
			t.Errorf("%s: got %s of %v with %.2f, want no event", filepath.Base(path), e.Kind, e.Vessels, e.Probability)
		}
	}
}
