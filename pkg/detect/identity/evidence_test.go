package identity

import "testing"

func TestEveryFindingHasItsWeight(t *testing.T) {
	have := map[string]bool{}
	for _, x := range DefaultWeights().Terms {
		have[x.Finding] = true
	}
	for _, f := range findings() {
		if !have[f] {
			t.Errorf("finding %q has no weight", f)
		}
	}
	if _, err := ReadWeights([]byte(`{"terms": [{"cause": "shared_mmsi", "finding": "moonlight"}]}`)); err == nil {
		t.Error("weights of what is never found are read")
	}
}
