package estimate

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"testing"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// TestAccountsSumToTheirRows adds up every account of some worlds: the total is the row's mean before rounding, each part
// lies by the row's, and a lift brings about q · volume · share.
func TestAccountsSumToTheirRows(t *testing.T) {
	for _, n := range []int{3, 40, 90} {
		res := Compute(days(n, steady(n)), small())
		for _, r := range append(res.Days, res.Others...) {
			if (r.Account != nil) != r.Known {
				t.Errorf("%s, %s: known %t, account %v", r.Basis, r.Date, r.Known, r.Account)
			}
			if !r.Known {
				continue
			}
			total := r.Account.Total()
			if got := math.Abs(float64(total - r.Day.Mean)); got > rounding/2+1 {
				t.Errorf("%s of %d days, %s: the account sums to %d, the row says %d", r.Basis, n, r.Date, total, r.Day.Mean)
			}
			seen, inferred, pending, unobserved := r.Account.Parts()
			for i, pair := range [][2]vessel.Barrels{{seen, r.Seen}, {inferred, r.Inferred}, {pending, r.Pending}, {unobserved, r.Unobserved}} {
				if math.Abs(float64(pair[0]-pair[1])) > 2*rounding {
					t.Errorf("%s, %s, part %d: account %d, row %d", r.Basis, r.Date, i, pair[0], pair[1])
				}
			}
			sum := 0.0
			for _, l := range r.Account.Lifts {
				sum += l.Q
				want := l.Q * float64(l.Volume) * l.Share
				if math.Abs(float64(l.Expected)-want) > 0.12*float64(l.Volume)*l.Share { // 1,000 draws: four standard deviations are 0.06
					t.Errorf("%s, lift %s: %d expected barrels, q · volume · share is %.0f", r.Date, l.ID, l.Expected, want)
				}
			}
			if math.Abs(sum-r.Lifts) > 1e-9 {
				t.Errorf("%s: Σq %.4f in the account, %.4f in the row", r.Date, sum, r.Lifts)
			}
			for _, s := range r.Account.Strata {
				if got := s.PendingLifts + s.UnobservedLifts; math.Abs(got-s.Rate*(1-s.Exposure)) > 1e-9 {
					t.Errorf("%s, %s: %f lifts are missing, λ·(1−π) is %f", r.Date, s.Stratum, got, s.Rate*(1-s.Exposure))
				}
			}
		}
	}
}

func TestSplitIsExactAndNearItsParts(t *testing.T) {
	for i, parts := range [][]float64{{1}, {1, 1, 1}, {0, 0}, {0.2, 1e6, 3.7, 0}, {1e-9, 1e-9}} {
		for _, units := range []int64{0, 1, 2, 7, 1_000_003} {
			sum, weight := int64(0), 0.0
			for _, p := range parts {
				weight += p
			}
			for k, n := range split(units, parts) {
				sum += n
				if weight > 0 && math.Abs(float64(n)-parts[k]/weight*float64(units)) >= 1 {
					t.Errorf("case %d, %d units: part %d got %d", i, units, k, n)
				}
			}
			if sum != units {
				t.Errorf("case %d: %d units became %d", i, units, sum)
			}
		}
	}
}

func TestRowsAndAccountsComeBack(t *testing.T) {
	res := Compute(days(60, steady(60)), small())
	unheard := Row{Date: first, Basis: Lifted, Day: Interval{P95: Capacity}, Week: Interval{P95: Capacity}, Month: Interval{P95: Capacity},
		WindowDays: 1, Status: Blind, AsOf: date(1)}
	for _, r := range append(res.Days, unheard) {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back Row
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if again, _ := json.Marshal(back); string(again) != string(text) {
			t.Errorf("got %s, want %s", again, text)
		}
		line, ok, err := r.MarshalAccount()
		if err != nil || ok != r.Known {
			t.Fatalf("%s: account written %t, %v", r.Date, ok, err)
		}
		if !ok {
			continue
		}
		read, err := UnmarshalAccount(line)
		if err != nil || !read.Date.Equal(r.Date) || read.Basis != r.Basis || !read.AsOf.Equal(r.AsOf) {
			t.Fatalf("%s: got %v, %v", line, read, err)
		}
		if again, _, _ := read.MarshalAccount(); string(again) != string(line) {
			t.Errorf("got %s, want %s", again, line)
		}
		if read.Account.Total() != r.Account.Total() || !reflect.DeepEqual(read.Account.Lifts[:0], []Counted{}) {
			t.Errorf("%s: total %d became %d", r.Date, r.Account.Total(), read.Account.Total())
		}
	}
}

func TestBadRowsAndAccountsAreRefused(t *testing.T) {
	good, _ := json.Marshal(Compute(days(3, steady(3)), small()).Days[1])
	var fields map[string]any
	if err := json.Unmarshal(good, &fields); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]any{"date": "14.3.2026", "status": "sure", "window_days": 29, "mean": nil, "p95": -1, "p05_28d": 2e9, "feed_health": 1.5, "lifts": -0.1} {
		bad := map[string]any{}
		for k, v := range fields {
			bad[k] = v
		}
		bad[name] = value
		text, _ := json.Marshal(bad)
		var r Row
		if err := json.Unmarshal(text, &r); err == nil {
			t.Errorf("%s = %v was taken", name, value)
		}
	}
	for _, inner := range []string{`"date":"2026-01-32"`, `"date":"2026-01-02","lifts":[{"id":"x","q":2}]`, `"date":"2026-01-02","lifts":[{"q":0.5}]`,
		`"date":"2026-01-02","strata":[{"a":-1}]`, `"date":"2026-01-02","lifts":[{"id":"x","expected_bbl":9223372036854775807}]`} {
		if _, err := UnmarshalAccount([]byte(fmt.Sprintf(`{"schema":%q,%s}`, AccountSchema, inner))); err == nil {
			t.Errorf("%s was taken", inner)
		}
	}
}

// FuzzReadRow: whatever is taken comes back the same when it is written and read again.
func FuzzReadRow(f *testing.F) {
	res := Compute(days(3, steady(3)), small())
	for _, r := range res.Days {
		row, _ := json.Marshal(r)
		line, _, _ := r.MarshalAccount()
		f.Add(row)
		f.Add(line)
	}
	f.Add([]byte(`{"date":"2026-01-01","window_days":1,"status":"blind","lifts":0,"detection_probability":0,"feed_health":0}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var r, again Row
		if json.Unmarshal(text, &r) == nil {
			out, err := json.Marshal(r)
			if err != nil || json.Unmarshal(out, &again) != nil || r.Day != again.Day || r.Known != again.Known {
				t.Fatalf("%s became %s: %v", text, out, err)
			}
		}
		if a, err := UnmarshalAccount(text); err == nil {
			line, ok, err := a.MarshalAccount()
			if err != nil || !ok {
				t.Fatalf("%s: %v", text, err)
			}
			if back, err := UnmarshalAccount(line); err != nil || back.Account.Total() != a.Account.Total() {
				t.Fatalf("%s became %s: %v", text, line, err)
			}
		}
	})
}
