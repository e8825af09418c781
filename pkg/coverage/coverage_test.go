package coverage

import (
	"math/rand/v2"
	"testing"
	"time"
)

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// hours feeds a source from one hour to another with a number of emitters an hour.
func hours(m *Model, source string, from, to, emitters int) {
	for h := from; h < to; h++ {
		m.Observe(Input{Cell: 7, Hour: day0.Add(time.Duration(h) * time.Hour), Source: source, Messages: 10 * emitters, Emitters: emitters})
	}
}

func TestHealthTraps(t *testing.T) {
	day := func(n int) time.Time { return day0.AddDate(0, 0, n) }
	for _, tc := range []struct {
		name string
		feed func(m *Model)
		now  time.Time
		day  int
		want float64
		ok   bool
	}{
		{"never spoke", func(m *Model) {}, day(3), 1, 0, false},
		{"steady", func(m *Model) { hours(m, "a", 0, 72, 20) }, day(3), 2, 1, true},
		{"silent half of the day", func(m *Model) { hours(m, "a", 0, 60, 20) }, day(3), 2, 0.5, true},
		{"a tenth of its habit", func(m *Model) { hours(m, "a", 0, 48, 20); hours(m, "a", 48, 72, 2) }, day(3), 2, 0, true},
		{"a third of its habit", func(m *Model) { hours(m, "a", 0, 48, 20); hours(m, "a", 48, 72, 7) }, day(3), 2, 1, true},
		{"ended at noon, as a file does", func(m *Model) {
			hours(m, "a", 0, 60, 20)
			m.Ended("a", day0.Add(59*time.Hour))
		}, day(3), 2, 1, true},
		{"began at noon", func(m *Model) { hours(m, "a", 12, 24, 20) }, day(1), 0, 1, true},
		{"its first day with a hole", func(m *Model) { hours(m, "a", 0, 6, 20); hours(m, "a", 12, 24, 20) }, day0.Add(23 * time.Hour), 0, 0.75, true},
		{"the day before it began", func(m *Model) { hours(m, "a", 24, 48, 20) }, day(2), 0, 0, false},
		{"today is not over", func(m *Model) { hours(m, "a", 0, 30, 20) }, day0.Add(29 * time.Hour), 1, 1, true},
	} {
		m := NewModel(Defaults())
		tc.feed(m)
		m.Advance(tc.now)
		got, ok := m.HealthOf("a", day(tc.day).Add(5*time.Hour))
		if got != tc.want || ok != tc.ok {
			t.Errorf("%s: got %v, %v, want %v, %v", tc.name, got, ok, tc.want, tc.ok)
		}
	}
}

func TestHealthOfAllWeighsByHabit(t *testing.T) {
	m := NewModel(Defaults())
	hours(m, "large", 0, 72, 90)
	hours(m, "small", 0, 48, 10)
	m.Advance(day0.AddDate(0, 0, 3))
	if got := m.Health(day0.AddDate(0, 0, 2)); got != 0.9 {
		t.Errorf("loss of a tenth: got %v, want 0.9", got)
	}
	if got := m.Health(day0.AddDate(0, 0, -2)); got != 0 {
		t.Errorf("before everything: got %v, want 0", got)
	}
}

// TestCountsAreAdditive splits and shuffles the same counts: the model must not notice.
func TestCountsAreAdditive(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var whole, parts []Input
	for i := range 500 {
		in := Input{Cell: int32(random.IntN(5)), Hour: day0.Add(time.Duration(random.IntN(72)) * time.Hour),
			Source: []string{"a", "b"}[i%2], Messages: 4, Emitters: 4}
		whole = append(whole, in)
		in.Messages, in.Emitters = 1, 3
		rest := in
		rest.Messages, rest.Emitters = 3, 1
		parts = append(parts, in, rest)
	}
	random.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	m, n := NewModel(Defaults()), NewModel(Defaults())
	for _, in := range whole {
		m.Observe(in)
	}
	for _, in := range parts {
		n.Observe(in)
	}
	m.Advance(day0.AddDate(0, 0, 3))
	n.Advance(day0.AddDate(0, 0, 3))
	for d := range 3 {
		day := day0.AddDate(0, 0, d)
		if got, want := n.Health(day), m.Health(day); got != want {
			t.Errorf("day %d: got %v, want %v", d, got, want)
		}
		for cell := range int32(5) {
			got, want := n.HeardIn(cell, day, day.Add(24*time.Hour)), m.HeardIn(cell, day, day.Add(24*time.Hour))
			if got != want {
				t.Errorf("day %d cell %d: got %d, want %d", d, cell, got, want)
			}
		}
	}
}

func TestHeardInCountsBegunHours(t *testing.T) {
	m := NewModel(Defaults())
	hours(m, "a", 0, 24, 3)
	m.Advance(day0.AddDate(0, 0, 1))
	for _, tc := range []struct {
		name     string
		cell     int32
		from, to time.Duration
		want     int
	}{
		{"within one hour", 7, 10 * time.Minute, 20 * time.Minute, 3},
		{"over an edge", 7, 50 * time.Minute, 70 * time.Minute, 6},
		{"another cell", 8, 0, 10 * time.Hour, 0},
		{"backward", 7, 10 * time.Hour, 5 * time.Hour, 0},
	} {
		if got := m.HeardIn(tc.cell, day0.Add(tc.from), day0.Add(tc.to)); got != tc.want {
			t.Errorf("%s: got %d, want %d", tc.name, got, tc.want)
		}
	}
}

func TestCellsAreForgotten(t *testing.T) {
	m := NewModel(Defaults())
	hours(m, "a", 0, 24, 3)
	m.Advance(day0.AddDate(0, 0, 1))
	m.Advance(day0.AddDate(0, 0, 200))
	if got := len(m.cells); got != 0 {
		t.Errorf("cells after 200 days: got %d, want 0", got)
	}
}

func TestBefore1970(t *testing.T) {
	if got := hourOf(time.Unix(-1, 0)); got != -1 {
		t.Errorf("the last second of 1969: got hour %d, want -1", got)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	if err := Defaults().Validate(); err != nil {
		t.Errorf("defaults: %v", err)
	}
	for _, o := range []Options{{Fraction: 0, HabitDays: 14, KeepDays: 100}, {Fraction: 0.3, HabitDays: 0, KeepDays: 100}, {Fraction: 0.3, HabitDays: 14, KeepDays: 9999}} {
		if o.Validate() == nil {
			t.Errorf("%+v: got no error", o)
		}
	}
}

func BenchmarkObserve(b *testing.B) {
	m := NewModel(Defaults())
	in := Input{Cell: 1, Hour: day0, Source: "a", Messages: 1, Emitters: 1}
	n := 0
	for b.Loop() {
		in.Cell = int32(n % 1000)
		m.Observe(in)
		n++
	}
	total := 0
	for cell := range int32(1000) {
		total += m.HeardIn(cell, day0, day0)
	}
	if total != n {
		b.Fatalf("got %d emitters, want %d", total, n)
	}
}
