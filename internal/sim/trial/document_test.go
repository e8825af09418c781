package trial

import (
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// smallSections are two seeds of the smallest world, with themselves for a ceiling.
func smallSections(t *testing.T) []Section {
	t.Helper()
	path := small
	s, err := scenario.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	scores, err := Many(t.Context(), Seeds(Spec{Path: path}, 1, 2), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range scores {
		scores[i].Ceiling = &scores[i].Report
	}
	pool, ceiling := Pool(scores)
	return []Section{{Scenario: s, Pool: pool, Ceiling: ceiling, Picture: "accuracy/small.svg"}}
}

func TestDocument(t *testing.T) {
	racing.Skip(t)
	sections := smallSections(t)
	var first, again, summary bytes.Buffer
	for _, w := range []*bytes.Buffer{&first, &again} {
		if err := WriteDocument(w, sections, "simulate accuracy small.yaml"); err != nil {
			t.Fatal(err)
		}
	}
	if first.String() != again.String() {
		t.Error("the same scores give two documents")
	}
	for _, want := range []string{"# Accuracy", "simulate accuracy small.yaml", "**Everything below is synthetic**", "## What is bad", "## small",
		"(accuracy/small.svg)", "| ceiling of recall |", "| **lift** | 2 |", "too few: ", "2 seeds"} {
		if !strings.Contains(first.String(), want) {
			t.Errorf("the document has no %q:\n%s", want, first.String())
		}
	}
	if strings.Contains(first.String(), "%!") {
		t.Error("a format is broken")
	}
	if err := WriteSummary(&summary, sections); err != nil || !strings.Contains(first.String(), summary.String()) {
		t.Errorf("the summary is no part of the document (%v)", err)
	}
	columns := 0
	for line := range strings.Lines(first.String()) {
		n := strings.Count(line, "|")
		if columns > 0 && n > 0 && n != columns {
			t.Errorf("a row with %d bars in a table with %d: %s", n, columns, line)
		}
		columns = n
	}
}

func TestPictureIsTheSameEachTime(t *testing.T) {
	racing.Skip(t)
	pool := smallSections(t)[0].Pool
	var first, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&first, &again} {
		if err := Picture(w, pool); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(first.Bytes(), again.Bytes()) {
		t.Error("the same pool gives two pictures")
	}
	d := xml.NewDecoder(&first)
	for {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

func TestWilson(t *testing.T) {
	for _, tc := range []struct {
		name            string
		share           float64
		n               int
		lowest, highest float64 // of both ends
	}{
		{"none of five", 0, 5, 0, 0.36},
		{"all of five", 1, 5, 0.64, 1},
		{"half of a thousand", 0.5, 1000, 0.473, 0.527},
	} {
		low, high := wilson(tc.share, tc.n)
		if low < tc.lowest || high > tc.highest || low > tc.share || high < tc.share {
			t.Errorf("%s: got %.3f to %.3f, want within %v to %v", tc.name, low, high, tc.lowest, tc.highest)
		}
	}
}
