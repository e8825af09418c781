package trial

import (
	"math"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// TestReceptionIsCalibrated lets the engine learn a small Gulf of which it was told nothing, and compares the silences
// that it predicted of its controls with those that came. Coast stations fail often enough to be held to a factor; by
// all receivers together hardly any silence is left, so that no more may come than was to be feared.
func TestReceptionIsCalibrated(t *testing.T) {
	racing.Skip(t)
	out, err := Run(t.Context(), Spec{Path: "../../../testdata/scenarios/baseline.yaml", Seed: 7, Smaller: scenario.Smaller{Days: 14, Traffic: 0.1, Thin: true}})
	if err != nil {
		t.Fatal(err)
	}
	coast, all := 0, 0
	for _, c := range out.Found.Heard {
		if c.Region != "everywhere" || c.Windows < 500 {
			continue
		}
		observed := float64(c.Observed)
		switch c.Receiver {
		case "coast":
			coast++
			if c.Predicted < observed/3-3 || c.Predicted > 3*observed+10 {
				t.Errorf("coast, %d h: predicted %.1f, observed %d of %d", c.Hours, c.Predicted, c.Observed, c.Windows)
			}
		case "any":
			all++
			if observed > c.Predicted+3*math.Sqrt(c.Predicted)+3 {
				t.Errorf("any, %d h: predicted %.1f, observed %d of %d", c.Hours, c.Predicted, c.Observed, c.Windows)
			}
		}
	}
	if coast == 0 || all == 0 {
		t.Errorf("too few windows: %+v", out.Found.Heard)
	}
}
