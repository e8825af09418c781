package weights

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/event"
)

func TestRead(t *testing.T) {
	causes, findings := []event.Cause{event.Bunkering}, []string{"always", "short"}
	for _, tc := range []struct {
		name, text string
		causes     []event.Cause
		want       string // of the error; empty for none
	}{
		{"a term", `{"note": "n", "terms": [{"cause": "bunkering", "finding": "short", "sign": 1, "prior": 1, "weight": 2}]}`, causes, ""},
		{"a term of a detector with one claim", `{"terms": [{"finding": "always", "weight": -2}]}`, nil, ""},
		{"no JSON", `{`, causes, "read weights"},
		{"an unknown cause", `{"terms": [{"cause": "piracy", "finding": "always"}]}`, causes, "piracy"},
		{"a cause where there is none", `{"terms": [{"cause": "bunkering", "finding": "always"}]}`, nil, "bunkering"},
		{"an unknown finding", `{"terms": [{"cause": "bunkering", "finding": "moonlight"}]}`, causes, "moonlight"},
		{"a weight against its sign", `{"terms": [{"cause": "bunkering", "finding": "short", "sign": -1, "weight": 1}]}`, causes, "against sign"},
		{"a prior against its sign", `{"terms": [{"cause": "bunkering", "finding": "short", "sign": 1, "prior": -1}]}`, causes, "against sign"},
		{"no sign at all", `{"terms": [{"cause": "bunkering", "finding": "short", "sign": 2}]}`, causes, "against sign"},
	} {
		s, err := Read([]byte(tc.text), tc.causes, findings)
		switch {
		case tc.want == "" && (err != nil || len(s.Terms) != 1):
			t.Errorf("%s: got %v, %v, want one term", tc.name, s, err)
		case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
			t.Errorf("%s: got %v, want %q", tc.name, err, tc.want)
		}
	}
}

func TestWhatIsWrittenIsRead(t *testing.T) {
	causes, findings := []event.Cause{event.Bunkering, event.Service}, []string{"always", "short"}
	want := Set{Note: `of "a" and b`, Terms: []Term{{event.Bunkering, "short", 1, 0.5, 1.25}, {event.Bunkering, "always", 0, 0, -2}, {event.Service, "short", -1, -1, -0.001}}}
	var out bytes.Buffer
	if err := want.Write(&out); err != nil {
		t.Fatal(err)
	}
	got, err := Read(out.Bytes(), causes, findings)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"terms": [{"finding": "always", "sign": 1, "weight": 2}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := Read(text, nil, []string{"always"})
		for _, term := range s.Terms {
			if err != nil || term.Finding != "always" || term.Weight*float64(term.Sign) < 0 {
				t.Errorf("got %v, %v", term, err)
			}
		}
	})
}
