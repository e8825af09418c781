package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestShrink(t *testing.T) {
	minute := Span(time.Minute)
	s := &Scenario{Days: 40, Population: &Population{}, Reporting: Reporting{Moving: minute, Still: 20 * minute}}
	s.Shrink(Smaller{})
	if s.Days != 40 || s.Population.Traffic.Set || s.Reporting.Moving != minute {
		t.Errorf("nothing asked for: got %+v", s)
	}
	s.Shrink(Smaller{Days: 10, Traffic: 0.2, Thin: true})
	if s.Days != 10 || s.Population.Traffic != (Dial{From: 0.2, To: 0.2, Set: true}) {
		t.Errorf("got %g days, traffic %+v, want 10 and 0.2", s.Days, s.Population.Traffic)
	}
	s.Population.Traffic = Dial{From: 0.5, To: 2, Set: true}
	if s.Shrink(Smaller{Traffic: 0.5}); s.Population.Traffic != (Dial{From: 0.25, To: 1, Set: true}) {
		t.Errorf("half of a range: got %+v, want 0.25 to 1", s.Population.Traffic)
	}
	if s.Reporting.Moving != 5*minute || s.Reporting.Still != 20*minute || s.Reporting.Static != 45*minute {
		t.Errorf("got %+v, want the sparser of both for each", s.Reporting)
	}
}

func TestExpectationsAreNotPassedOn(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	base := write("base.yaml", least+"expect: {seeds: 2, thin: true, floors: {lift_recall: 0.8}}\n")
	s, err := Open(base)
	if err != nil || s.Expect == nil || s.Expect.Seeds != 2 || s.Expect.Floors["lift_recall"] != 0.8 || s.Expect.Smaller() != (Smaller{Thin: true}) {
		t.Fatalf("got %+v (%v), want what the file says", s, err)
	}
	if s, err = Open(write("child.yaml", "extends: base.yaml\nname: child\n")); err != nil || s.Expect != nil {
		t.Errorf("got %+v (%v), want no expectation", s, err)
	}
	if _, err = Open(write("wrong.yaml", "extends: base.yaml\nexpect: {seeds: -1, days: 900}\n")); err == nil ||
		!strings.Contains(err.Error(), "expect.seeds") || !strings.Contains(err.Error(), "expect.days") {
		t.Errorf("got %v, want both mistakes", err)
	}
}
