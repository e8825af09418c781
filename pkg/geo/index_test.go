package geo

import (
	"math"
	"slices"
	"testing"
)

// near collects what an index says, and checks its order.
func near(t *testing.T, x *Index, p Point, r Metres) []int32 {
	t.Helper()
	var ids []int32
	x.Near(p, r, func(id int32, d Metres) {
		if d > r {
			t.Errorf("id %d: got distance %v, want at most %v", id, d, r)
		}
		ids = append(ids, id)
	})
	if !slices.IsSorted(ids) {
		t.Errorf("got %v, want ascending ids", ids)
	}
	return ids
}

func TestIndexNear(t *testing.T) {
	tests := []struct {
		name string
		a, b Point
		r    Metres
		want bool
	}{
		{"same point", Point{50, 25}, Point{50, 25}, 1, true},
		{"same cell", Point{50.001, 25.001}, Point{50.002, 25.002}, 500, true},
		{"across a cell's east edge", Point{50.0099, 25}, Point{50.0101, 25}, 500, true},
		{"across a cell's north edge", Point{50, 25.00999}, Point{50, 25.01001}, 500, true},
		{"across a corner", Point{50.0099, 25.0099}, Point{50.0101, 25.0101}, 500, true},
		{"too far", Point{50, 25}, Point{50.006, 25}, 500, false},
		{"date line eastward", Point{179.999, 25}, Point{-179.999, 25}, 500, true},
		{"date line westward", Point{-179.999, -25}, Point{179.999, -25}, 500, true},
		{"on the date line's two names", Point{180, 0}, Point{-180, 0}, 1, true},
		{"over the pole", Point{0, 89.999}, Point{180, 89.999}, 500, true},
		{"round the pole", Point{0, 89.99}, Point{90, 89.99}, 2000, true},
		{"over the south pole", Point{-90, -89.999}, Point{90, -89.999}, 500, true},
		{"many cells away", Point{50, 25}, Point{51, 25.5}, 200 * Kilometre, true},
		{"high latitude", Point{10, 80}, Point{10.02, 80}, 500, true},
	}
	for _, tt := range tests {
		x := NewIndex(1000)
		x.Put(7, tt.a)
		// Enough others far away that the search walks cells rather than all points.
		for i := range int32(3000) {
			x.Put(1000+i, Point{-120 + float64(i%60), -60 + float64(i/60)})
		}
		if got := near(t, x, tt.b, tt.r); slices.Contains(got, 7) != tt.want {
			t.Errorf("%s: got %v, want found %v", tt.name, got, tt.want)
		}
	}
}

// twin is the index without a grid.
type twin map[int32]Point

func (w twin) near(p Point, r Metres) []int32 {
	var ids []int32
	for id, q := range w {
		if between(p, q) <= r {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

func TestIndexAgainstTwin(t *testing.T) {
	for _, home := range []Point{{50, 25}, {180, 10}, {30, 89.9}, {-180, -89}, {0, 70}} {
		for _, cell := range []Metres{100, 1000, 20000} {
			r := rng(11)
			x, w := NewIndex(cell), twin{}
			for step := range 6000 {
				id := int32(r.IntN(400) - 100)
				switch {
				case r.IntN(10) == 0:
					x.Remove(id)
					delete(w, id)
				default:
					p := Destination(home, Degrees(r.Float64()*360), Metres(r.Float64()*30000))
					x.Put(id, p)
					w[id] = p
				}
				if step%10 != 0 {
					continue
				}
				p := Destination(home, Degrees(r.Float64()*360), Metres(r.Float64()*30000))
				radius := Metres(math.Exp(r.Float64() * 10))
				if got, want := near(t, x, p, radius), w.near(p, radius); !slices.Equal(got, want) {
					t.Fatalf("round %v, cell %v, step %d, %v m of %v: got %v, want %v", home, cell, step, radius, p, got, want)
				}
			}
			if x.Len() != len(w) {
				t.Errorf("got %d points, want %d", x.Len(), len(w))
			}
		}
	}
}

func TestIndexMayChangeInsideNear(t *testing.T) {
	x := NewIndex(1000)
	for id := range int32(10) {
		x.Put(id, Point{50, 25})
	}
	calls := 0
	x.Near(Point{50, 25}, 10, func(id int32, _ Metres) {
		calls++
		x.Remove(id)
		x.Near(Point{50, 25}, 10, func(int32, Metres) {})
	})
	if calls != 10 || x.Len() != 0 {
		t.Errorf("got %d calls and %d points left, want 10 and 0", calls, x.Len())
	}
}

func TestIndexDoesNotAllocate(t *testing.T) {
	x := NewIndex(1000)
	r := rng(12)
	p := make([]Point, 2000)
	for i := range p {
		p[i] = Point{50 + r.Float64(), 25 + r.Float64()}
		x.Put(int32(i), p[i])
	}
	step := 0
	move := func() {
		i := step % len(p)
		p[i][0] += 0.013
		if p[i][0] > 51 {
			p[i][0]--
		}
		x.Put(int32(i), p[i])
		x.Near(p[i], 500, func(int32, Metres) {})
		step++
	}
	for range 20000 {
		move()
	}
	if got := testing.AllocsPerRun(5000, move); got != 0 {
		t.Errorf("got %v allocations for a move, want 0", got)
	}
}

func TestTableAgainstMap(t *testing.T) {
	r := rng(13)
	var tab table
	want := map[int64]int32{}
	for range 200000 {
		key := int64(r.IntN(3000)) - 1000
		if r.IntN(3) == 0 {
			tab.remove(key)
			delete(want, key)
		} else {
			v := r.Int32()
			tab.put(key, v)
			want[key] = v
		}
		probe := int64(r.IntN(3000)) - 1000
		v, ok := tab.get(probe)
		if w, has := want[probe]; ok != has || has && v != w {
			t.Fatalf("key %d: got %v %v, want %v %v", probe, v, ok, w, has)
		}
	}
	if tab.used != len(want) {
		t.Errorf("got %d entries, want %d", tab.used, len(want))
	}
}

// BenchmarkIndex moves one of 100,000 ships and asks for all within 500 m of her, as the search for rendezvous does. The ships
// are spread over 47–60° E, 22–31° N and sail 100 m between two updates.
func BenchmarkIndex(b *testing.B) {
	const ships = 100_000
	r := rng(14)
	at := make([]Point, ships)
	step := make([]Point, ships)
	x := NewIndex(1100)
	for i := range at {
		at[i] = Point{47 + 13*r.Float64(), 22 + 9*r.Float64()}
		s, c := math.Sincos(2 * math.Pi * r.Float64())
		step[i] = Point{s * 0.001, c * 0.0009}
		x.Put(int32(i), at[i])
	}
	order := r.Perm(ships)
	i, found := 0, 0
	count := func(int32, Metres) { found++ }
	for b.Loop() {
		n := order[i]
		if i++; i == ships {
			i = 0
		}
		at[n][0] += step[n][0]
		at[n][1] += step[n][1]
		x.Put(int32(n), at[n])
		x.Near(at[n], 500, count)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
	for _, n := range order[:20] {
		got, want := 0, 0
		x.Near(at[n], 500, func(int32, Metres) { got++ })
		for _, q := range at {
			if Distance(at[n], q) <= 500 {
				want++
			}
		}
		if got != want {
			b.Fatalf("ship %d: got %d neighbours, want %d", n, got, want)
		}
	}
}
