package sim

import "testing"

func TestSmallTruth(t *testing.T) {
	truth := small(t).Truth()
	if len(truth.Lifts) != 1 || truth.Lifts[0].Mode != "false_anchored" || truth.Lifts[0].Barrels != 1_000_000 {
		t.Errorf("lifts: got %+v, want one of a million barrels under a false position", truth.Lifts)
	}
	if len(truth.Transfers) != 1 || truth.Transfers[0].Sanctioned != 900_000 {
		t.Errorf("transfers: got %+v, want one of 900,000 bbl, all sanctioned", truth.Transfers)
	}
	if truth.Totals.ExitedBarrels != 1_000_000 || truth.Totals.LiftedBarrels != 1_000_000 {
		t.Errorf("lifted %d, exited %d, want a million each: both ships leave", truth.Totals.LiftedBarrels, truth.Totals.ExitedBarrels)
	}
	sum := int64(0)
	for _, d := range truth.Days {
		sum += d.Exited
	}
	if sum != truth.Totals.ExitedBarrels {
		t.Errorf("days hold %d exited barrels, the total %d", sum, truth.Totals.ExitedBarrels)
	}
}

// TestOilIsNeitherMadeNorLost follows every barrel of the first look.
func TestOilIsNeitherMadeNorLost(t *testing.T) {
	w := firstLook(t)
	loaded, aboard, sanctionedIn, sanctionedOn := int64(0), int64(0), int64(0), int64(0)
	for _, op := range w.ops {
		if op.from == nil {
			loaded += op.barrels
			sanctionedIn += op.counted
		}
		if op.to == nil {
			loaded -= op.barrels
			sanctionedIn -= op.counted
		}
	}
	for _, s := range w.Ships() {
		loaded += s.spec.Cargo.Barrels
		all, sanctioned := s.Barrels(never)
		aboard, sanctionedOn = aboard+all, sanctionedOn+sanctioned
		if sanctioned > all || sanctioned < 0 {
			t.Errorf("%s: %d sanctioned of %d bbl", s.Name(), sanctioned, all)
		}
	}
	if aboard != loaded || sanctionedOn != sanctionedIn {
		t.Errorf("aboard %d bbl, %d of them sanctioned; put in %d, %d", aboard, sanctionedOn, loaded, sanctionedIn)
	}
}
