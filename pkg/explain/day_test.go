package explain

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/record"
)

var (
	addend = regexp.MustCompile(`in the draws +([\d,]+) bbl  (seen|inferred|pending|unobserved)\n`)
	summed = regexp.MustCompile(`(?m)^  (seen|inferred|pending|unobserved|mean) +([\d,]+) +([\d,]+)$`)
)

func whole(t *testing.T, text string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.ReplaceAll(text, ",", ""), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestTheArithmeticOfADayAddsUpAsPrinted reads the text as a person would and adds up what it says.
func TestTheArithmeticOfADayAddsUpAsPrinted(t *testing.T) {
	r, err := record.Open(fixture.Folder())
	if err != nil {
		t.Fatal(err)
	}
	for _, basis := range []estimate.Basis{estimate.Lifted, estimate.Exited, estimate.Discharged} {
		for _, row := range r.Rows(basis) {
			var b bytes.Buffer
			if err := Day(&b, r, basis, row.Date); err != nil {
				t.Fatal(err)
			}
			sums := map[string]int64{}
			for _, m := range addend.FindAllStringSubmatch(b.String(), -1) {
				sums[m[2]] += whole(t, m[1])
				sums["mean"] += whole(t, m[1])
			}
			published, lines := int64(0), summed.FindAllStringSubmatch(b.String(), -1)
			for _, m := range lines {
				if got := whole(t, m[2]); got != sums[m[1]] {
					t.Errorf("%s, %s: %s is said to sum to %d, its lines sum to %d", basis, row.Date, m[1], got, sums[m[1]])
				}
				if m[1] != "mean" {
					published += whole(t, m[3])
				} else if got := whole(t, m[3]); got != published || got != int64(row.Day.Mean) {
					t.Errorf("%s, %s: published mean %d, parts %d, row %d", basis, row.Date, got, published, row.Day.Mean)
				}
			}
			if len(lines) != 5 {
				t.Errorf("%s, %s: %d lines of sums in\n%s", basis, row.Date, len(lines), b.String())
			}
		}
	}
}

func TestADayIsFollowedDownToSentences(t *testing.T) {
	r, err := record.Open(fixture.Folder())
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Day(&b, r, estimate.Lifted, fixture.At(7)); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"lift-00000000000000a1 rests on gap-00000000000000b0", "!AIVDM,1,1,,A,19@>iFh0AwSp", "byte 100", "MMSI 620999003", "IMO 9000004", "bracketed, listed foreign"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "\u202e") {
		t.Error("a ship's name turns the direction of writing")
	}
}

func TestADayThatIsNotThereIsAnError(t *testing.T) {
	folder := fixture.Folder()
	r, err := record.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Day(&b, r, estimate.Lifted, fixture.At(-1)); err == nil || !strings.Contains(err.Error(), "2026-02-10 to 2026-03-21") {
		t.Errorf("got %v", err)
	}
	delete(folder, "accounts.jsonl")
	if r, err = record.Open(folder); err != nil {
		t.Fatal(err)
	}
	if err := Day(&b, r, estimate.Lifted, fixture.At(3)); err == nil {
		t.Error("a day without accounts was explained")
	}
}
