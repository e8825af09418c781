package scenario

import (
	"errors"
	"strings"
	"testing"
)

func TestHabitsAreSharesAndShortLengths(t *testing.T) {
	cases := []struct {
		name   string
		habits Habits
		want   string // in the complaint, empty for none
	}{
		{"orderly", Habits{}, ""},
		{"all of them", Habits{NoCompass: 1, CompassB: 1, NoTurn: 1, PlainFix: 1, NoFix: 1, Wander: 2, Yaw: 1}, ""},
		{"more than all", Habits{NoCompass: 1.1}, "no_compass 1.1"},
		{"less than none", Habits{ForgetStay: -0.1}, "forget_stay -0.1"},
		{"lost", Habits{Wander: 500}, "wander_m 500"},
		{"drunk", Habits{Yaw: 60}, "yaw_deg_min 60"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			k := &check{s: &Scenario{Habits: c.habits}}
			k.habits()
			err := errors.Join(k.errs...)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}
