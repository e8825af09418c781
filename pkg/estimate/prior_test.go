package estimate

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestTheChanceOfDetectionSaysWhereItComesFrom(t *testing.T) {
	o := Defaults()
	d := DefaultDetection()
	if c := o.Chance(); c.A != d.A || c.B != d.B || c.From != measured || d.A+d.B > d.Most+0.01 || d.Most > 20 {
		t.Errorf("got %+v of %+v, want what was measured, as 20 lifts at most", c, d)
	}
	for _, tc := range []struct {
		a, b, mean float64
		want       string
	}{{6, 4, 0.6, assumed}, {14, 2, 0.875, configured}} {
		o.DetectA, o.DetectB = tc.a, tc.b
		if c := o.Chance(); c.From != tc.want || c.Mean != tc.mean || !(c.P05 < c.Mean && c.Mean < c.P95) {
			t.Errorf("Beta(%g,%g): got %+v, want %q", tc.a, tc.b, c, tc.want)
		}
	}
	text, err := json.Marshal(Compute(days(60, steady(60)), small()))
	if err != nil || !bytes.Contains(text, []byte(`"from":"`+measured+`"`)) {
		t.Errorf("the result does not say that its prior was measured (%v)", err)
	}
}

func TestTheChanceOfDetectionIsWrittenAsItIsRead(t *testing.T) {
	want := Detection{Note: "by \"hand\"", A: 13.9, B: 6.1, Mean: 0.695, Spread: 0.04, Most: 20}
	var out bytes.Buffer
	if err := want.Write(&out); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadDetection(out.Bytes()); err != nil || got != want {
		t.Errorf("got %+v (%v), want %+v", got, err, want)
	}
	for _, text := range []string{"", "[]", `{"a": 14}`, `{"a": -1, "b": 4, "strength": 20}`, `{"a": 140, "b": 60, "strength": 20}`} {
		if got, err := ReadDetection([]byte(text)); err == nil {
			t.Errorf("%s: got %+v, want it refused", text, got)
		}
	}
}
