package export

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/estimate/halt"
	"github.com/darkwake/darkwake/pkg/event"
)

func day(n int) time.Time { return time.Date(2026, 3, n, 0, 0, 0, 0, time.UTC) }

// TestRevisionsSayWhatChanged from one vintage to the next of the same date, and nothing where there was no number.
func TestRevisionsSayWhatChanged(t *testing.T) {
	month := func() estimate.Interval { return estimate.Interval{Mean: 1000, P05: 500, P95: 2000} }
	table := []estimate.Revision{
		{Date: day(1), After: 0, AsOf: day(2), Month: month(), Status: estimate.Blind},
		{Date: day(1), After: 1, AsOf: day(3), Known: true, Month: month(), Status: estimate.Provisional},
		{Date: day(1), After: 3, AsOf: day(5), Known: true, Month: estimate.Interval{Mean: 1100, P05: 600, P95: 1900}, Status: estimate.Final},
		{Date: day(2), After: 0, AsOf: day(3), Known: true, Month: month(), Status: estimate.Provisional},
	}
	var out bytes.Buffer
	if err := Revisions(&out, table); err != nil {
		t.Fatal(err)
	}
	want := `date,days_after,as_of,mean_28d,p05_28d,p95_28d,change,status
2026-03-01,0,2026-03-02T00:00:00Z,,500,2000,,blind
2026-03-01,1,2026-03-03T00:00:00Z,1000,500,2000,,provisional
2026-03-01,3,2026-03-05T00:00:00Z,1100,600,1900,0.1000,final
2026-03-02,0,2026-03-03T00:00:00Z,1000,500,2000,,provisional
`
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

func TestHaltsAreWrittenAsAList(t *testing.T) {
	for want, b := range map[string]*halt.Barometer{
		`{"schema":"darkwake.halts/v1","calls":[]}`:                                     nil,
		`{"schema":"darkwake.halts/v1","calls":[{"test":"cusum","date":"2026-03-14"}]}`: {Halts: []halt.Call{{Test: halt.CUSUM, Date: "2026-03-14"}}},
	} {
		var out bytes.Buffer
		if err := Halts(&out, b); err != nil || strings.Join(strings.Fields(out.String()), "") != want {
			t.Errorf("got %s, %v, want %s", out.String(), err, want)
		}
	}
}

// TestGatesAreCounted by direction and load, without crossings that were taken back.
func TestGatesAreCounted(t *testing.T) {
	crossing := func(gate string, outbound bool, load string, status event.Status) event.Event {
		v := event.Vessel{}
		if load != "" {
			v.Load.Before = &load
		}
		return event.Event{Kind: event.Transit, Status: status, Vessels: []event.Vessel{v}, Details: event.TransitDetails{Gate: gate, Outbound: outbound}}
	}
	got := Balance([]event.Event{
		crossing("B", true, "laden", event.Closed), crossing("B", true, "laden", event.Closed), crossing("B", true, "", event.Closed),
		crossing("B", false, "ballast", event.Closed), crossing("B", false, "laden", event.Retracted), crossing("A", false, "unknown", event.Closed),
		{Kind: event.Gap, Vessels: []event.Vessel{{}}, Details: event.GapDetails{}},
	})
	want := []Gate{{Name: "A", Inbound: Crossings{Unknown: 1}}, {Name: "B", Inbound: Crossings{Ballast: 1}, Outbound: Crossings{Laden: 2, Unknown: 1}}}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestTheTableSaysWhatBecameOfTheTrade in one line for the tests and one for each note.
func TestTheTableSaysWhatBecameOfTheTrade(t *testing.T) {
	b := Beside{
		Barometer: &halt.Barometer{Verdict: halt.Halted, Trade: halt.Reading{Known: true, Stopped: 0.97, Earliest: day(20),
			Tests: []halt.Test{{Name: halt.ZeroRun, Called: true, Since: day(3), Expected: 9.5}, {Name: halt.CUSUM}}}},
		Notes: []halt.Change{{Date: day(3), Text: "Talks\x1b[2J", Word: halt.Halted, Before: 0.5, P50: 0.02, P05: 0.001, P95: 0.08, Days: 25}, {Date: day(30), Text: "Later", Word: halt.CannotTell}},
	}
	var out bytes.Buffer
	if err := Table(&out, nil, estimate.Result{NewestFinal: -1}, b, Summary{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"halted (chance that it has stopped: 97 %)", "zero run: 0.0 lifts since 2026-03-03 where 9.5 were to be expected", "known from 2026-03-20 at the earliest",
		"Since 2026-03-03 (Talks", "halted; 0.02 times as many lifts a day, 90 % between 0.00 and 0.08, over 25 days", "Since 2026-03-30 (Later): cannot tell\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table does not say %q:\n%s", want, out.String())
		}
	}
	if strings.Contains(out.String(), "\x1b") || strings.Contains(out.String(), "cusum") {
		t.Errorf("the table holds what a terminal obeys, or a test that is quiet:\n%q", out.String())
	}
}
