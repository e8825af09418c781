package timeline

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestNotesAreReadFromBothForms(t *testing.T) {
	for name, text := range map[string]string{
		"a table":             "date,text\n2026-04-12,\"Talks, third round\"\n2026-02-06,First round\n",
		"a table with a mark": "\ufeffDate, Text\r\n2026-04-12, \"Talks, third round\"\r\n# not yet\r\n2026-02-06,First round\r\n",
		"a list":              "- date: 2026-04-12\n  text: Talks, third round\n- {date: 2026-02-06, text: First round}\n",
	} {
		got, err := ReadNotes(strings.NewReader(text))
		if err != nil || len(got) != 2 || got[0].Text != "First round" || got[1].Text != "Talks, third round" ||
			!got[1].Date.Equal(time.Date(2026, 4, 12, 0, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: got %v, %v", name, got, err)
		}
	}
}

func TestOverlaysAreReadAndWritten(t *testing.T) {
	got, err := ReadOverlay(strings.NewReader("date,value\n2026-01-02,81.5\n2026-01-05,-3e2\n"), "brent")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(got)
	if want := `{"name":"brent","values":[{"date":"2026-01-02","value":81.5},{"date":"2026-01-05","value":-300}]}`; err != nil || string(text) != want {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
}

func TestErrorsAreClear(t *testing.T) {
	notes := func(s string) error { _, err := ReadNotes(strings.NewReader(s)); return err }
	overlay := func(s string) error { _, err := ReadOverlay(strings.NewReader(s), "brent"); return err }
	for _, tc := range []struct {
		name string
		err  error
		want string
	}{
		{"a day that is none", notes("date,text\n2026-02-30,x\n"), `read notes: line 2: date "2026-02-30": a day such as 2026-03-14 expected`},
		{"no text", notes("date,text\n2026-02-03,\n"), "read notes: line 2: text is empty"},
		{"three cells", notes("date,text\n2026-02-03,a,b\n"), "read notes: line 2: 3 cells: date and text expected"},
		{"two wrong lines", notes("date,text\nx,a\ny,b\n"), "read notes: line 2: date \"x\": a day such as 2026-03-14 expected\nread notes: line 3: date \"y\": a day such as 2026-03-14 expected"},
		{"a note of a list", notes("- {date: 2026-02-03, text: a}\n- {date: soon, text: b}\n"), `read notes: note 2: date "soon": a day such as 2026-03-14 expected`},
		{"another header", overlay("day,price\n2026-02-03,1\n"), "read overlay brent: line 1: the header date,value expected"},
		{"nothing", overlay(""), "read overlay brent: empty: the header date,value expected"},
		{"no row", overlay("date,value\n"), "read overlay brent: no row"},
		{"no number", overlay("date,value\n2026-02-03,high\n"), `read overlay brent: line 2: value "high": a number expected`},
		{"not a number", overlay("date,value\n2026-02-03,NaN\n"), `read overlay brent: line 2: value "NaN": a number expected`},
		{"falling days", overlay("date,value\n2026-02-03,1\n2026-02-03,2\n"), "read overlay brent: line 3: date 2026-02-03: days must rise, and each comes once"},
		{"an open quote", overlay("date,value\n2026-02-03,\"1\n"), "read overlay brent: line 2: extraneous or missing \" in quoted-field"},
		{"bytes that are no text", overlay("date,value\n\xff"), "read overlay brent: text in UTF-8 expected"},
	} {
		if tc.err == nil || tc.err.Error() != tc.want {
			t.Errorf("%s: got %v, want %s", tc.name, tc.err, tc.want)
		}
	}
	if err := notes("date: x\nbogus: 1\n"); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("YAML that is no list: got %q, want one line", err)
	}
}

func FuzzNotes(f *testing.F) {
	f.Add("date,text\n2026-04-12,\"Talks, third round\"\n")
	f.Add("- date: 2026-04-12\n  text: Talks\n")
	f.Add("- -\n")
	f.Fuzz(func(t *testing.T, text string) {
		notes, err := ReadNotes(strings.NewReader(text))
		for i, n := range notes {
			if err == nil && (n.Text == "" || n.Date.IsZero() || i > 0 && n.Date.Before(notes[i-1].Date)) {
				t.Errorf("got %+v without an error", n)
			}
		}
	})
}

func FuzzOverlay(f *testing.F) {
	f.Add("date,value\n2026-01-02,81.5\n")
	f.Add("date,value\n2026-01-02,\"8\n1.5\"\n")
	f.Fuzz(func(t *testing.T, text string) {
		o, err := ReadOverlay(strings.NewReader(text), "x")
		if err != nil {
			return
		}
		if _, err := json.Marshal(o); err != nil || len(o.Values) == 0 {
			t.Errorf("got %+v, %v", o, err)
		}
	})
}
