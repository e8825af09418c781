package place

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/darkwake/darkwake/pkg/geo"
)

func TestCellOf(t *testing.T) {
	tests := []struct {
		name string
		p    geo.Point
		want Cell
	}{
		{"south-west corner of the map", geo.Point{-180, -90}, 0},
		{"date line's two names", geo.Point{180, -90}, 0},
		{"north pole", geo.Point{-180, 90}, 719 * 1440},
		{"east of Greenwich", geo.Point{0, 0}, 360*1440 + 720},
		{"west of Greenwich", geo.Point{-0.01, -0.01}, 359*1440 + 719},
		{"on a border", geo.Point{0.25, 0.25}, 361*1440 + 721},
	}
	for _, tt := range tests {
		if got := CellOf(tt.p); got != tt.want {
			t.Errorf("%s: got %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestCellCentreLiesInCell(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 10000 {
		p := geo.Point{r.Float64()*360 - 180, r.Float64()*180 - 90}
		c := CellOf(p)
		m := c.Centre()
		if CellOf(m) != c || math.Abs(m[0]-p[0]) > 0.1251 || math.Abs(m[1]-p[1]) > 0.1251 {
			t.Fatalf("%v: got cell %d with centre %v", p, c, m)
		}
	}
}
