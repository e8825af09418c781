package geo

import (
	"math"
	"math/rand/v2"
	"testing"
)

// rng is the same for every run of a test.
func rng(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 7)) }

// anywhere is a point spread evenly over the sphere.
func anywhere(r *rand.Rand) Point {
	return Point{r.Float64()*360 - 180, math.Asin(2*r.Float64()-1) / radian}
}

// vincenty is the inverse solution on the ellipsoid of WGS 84 (Vincenty 1975), good to a millimetre where it converges.
func vincenty(p, q Point) (Metres, bool) {
	const a, f = 6378137.0, 1 / 298.257223563
	b := a * (1 - f)
	su1, cu1 := math.Sincos(math.Atan((1 - f) * math.Tan(p[1]*radian)))
	su2, cu2 := math.Sincos(math.Atan((1 - f) * math.Tan(q[1]*radian)))
	l := (q[0] - p[0]) * radian
	lambda := l
	for range 200 {
		sl, cl := math.Sincos(lambda)
		ss := math.Hypot(cu2*sl, cu1*su2-su1*cu2*cl)
		if ss == 0 {
			return 0, true
		}
		cs := su1*su2 + cu1*cu2*cl
		sigma := math.Atan2(ss, cs)
		sa := cu1 * cu2 * sl / ss
		c2a := 1 - sa*sa
		cm := 0.0
		if c2a != 0 {
			cm = cs - 2*su1*su2/c2a
		}
		c := f / 16 * c2a * (4 + f*(4-3*c2a))
		last := lambda
		lambda = l + (1-c)*f*sa*(sigma+c*ss*(cm+c*cs*(2*cm*cm-1)))
		if math.Abs(lambda-last) < 1e-12 {
			u := c2a * (a*a - b*b) / (b * b)
			x := 1 + u/16384*(4096+u*(-768+u*(320-175*u)))
			y := u / 1024 * (256 + u*(-128+u*(74-47*u)))
			d := y * ss * (cm + y/4*(cs*(2*cm*cm-1)-y/6*cm*(4*ss*ss-3)*(4*cm*cm-3)))
			return Metres(b * x * (sigma - d)), true
		}
	}
	return 0, false
}

func TestDistanceExact(t *testing.T) {
	quarter := MeanRadius * math.Pi / 2
	tests := []struct {
		name      string
		a, b      Point
		want, err Metres
	}{
		{"same point", Point{50.3, 29.2}, Point{50.3, 29.2}, 0, 0},
		{"a metre north", Point{50.3, 29.2}, Point{50.3, 29.2 + 1/111195.08}, 1, 1e-5},
		{"date line eastward", Point{179.5, 0}, Point{-179.5, 0}, quarter / 90, 1e-6},
		{"date line westward", Point{-179.5, 0}, Point{179.5, 0}, quarter / 90, 1e-6},
		{"both names of the date line", Point{180, 10}, Point{-180, 10}, 0, 1e-6},
		{"over the pole", Point{0, 89}, Point{180, 89}, quarter / 45, 1e-6},
		{"the pole has all longitudes", Point{12, 90}, Point{-130, 90}, 0, 1e-6},
		{"pole to pole", Point{0, 90}, Point{77, -90}, 2 * quarter, 1e-6},
		{"antipodes", Point{10, 20}, Point{-170, -20}, 2 * quarter, 1},
		{"quarter of the equator", Point{0, 0}, Point{90, 0}, quarter, 1e-6},
	}
	for _, tt := range tests {
		if got := DistanceExact(tt.a, tt.b); math.Abs(float64(got-tt.want)) > float64(tt.err) {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

// The published figure is the Australian geodetic line Flinders Peak to Buninyong (GDA94 technical manual, section
// 4.1): 54,972.271 m on an ellipsoid 0.1 mm from WGS 84's.
func TestVincentyAgainstPublishedLine(t *testing.T) {
	got, ok := vincenty(Point{144 + 25/60. + 29.52440/3600, -37 - 57/60. - 3.72030/3600}, Point{143 + 55/60. + 35.38390/3600, -37 - 39/60. - 10.15610/3600})
	if want := Metres(54972.271); !ok || math.Abs(float64(got-want)) > 0.002 {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The sphere's error against the ellipsoid is that of the package comment.
func TestDistanceExactAgainstEllipsoid(t *testing.T) {
	r := rng(1)
	worst := 0.0
	for range 20000 {
		a := anywhere(r)
		b := Destination(a, Degrees(r.Float64()*360), Metres(math.Exp(r.Float64()*16)))
		want, ok := vincenty(a, b)
		if !ok || want == 0 {
			continue
		}
		worst = max(worst, math.Abs(float64(DistanceExact(a, b)/want)-1))
	}
	if worst > 0.0057 || worst < 0.005 {
		t.Errorf("worst error of the sphere: got %.5f, want about 0.0056", worst)
	}
}

func TestDistanceStatedErrors(t *testing.T) {
	tests := []struct {
		name     string
		latitude float64
		reach    Metres
		want     float64
	}{
		{"neighbours", 60, 10 * Kilometre, 1e-6},
		{"a day's drift", 60, 100 * Kilometre, 1e-4},
		{"across the Gulf", 30, 500 * Kilometre, 4e-4},
		{"a day's steaming", 60, 500 * Kilometre, 2.2e-3},
		{"far north", 80, 100 * Kilometre, 2.2e-3},
	}
	for _, tt := range tests {
		r := rng(2)
		worst := 0.0
		for range 50000 {
			a := Point{r.Float64()*360 - 180, (2*r.Float64() - 1) * tt.latitude}
			b := Destination(a, Degrees(r.Float64()*360), max(1, Metres(r.Float64())*tt.reach))
			if math.Abs(b[1]) > tt.latitude {
				continue
			}
			worst = max(worst, math.Abs(float64(Distance(a, b)/DistanceExact(a, b))-1))
		}
		if worst > tt.want {
			t.Errorf("%s: got worst error %.2e, want at most %.2e", tt.name, worst, tt.want)
		}
	}
}

func TestOffsetHasLengthOfDistance(t *testing.T) {
	r := rng(3)
	for range 1000 {
		a := anywhere(r)
		b := Destination(a, Degrees(r.Float64()*360), Metres(r.Float64()*1e5))
		east, north := Offset(a, b)
		got, want := math.Hypot(float64(east), float64(north)), float64(Distance(a, b))
		if math.Abs(got-want) > 1e-6 {
			t.Fatalf("%v to %v: got %v, want %v", a, b, got, want)
		}
	}
}

func TestBearingAndDestination(t *testing.T) {
	tests := []struct {
		name    string
		from    Point
		bearing Degrees
		d       Metres
		want    Point
	}{
		{"north", Point{10, 0}, 0, 10 * 60 * 1852, Point{10, 9.993}},
		{"date line eastward", Point{179.9, 0}, 90, 20 * Kilometre, Point{-179.92, 0}},
		{"date line westward", Point{-179.9, 0}, 270, 20 * Kilometre, Point{179.92, 0}},
		{"beyond the pole", Point{20, 89.9}, 0, 2 * 11119.5, Point{-160, 89.9}},
		{"beyond the south pole", Point{-100, -89.9}, 180, 2 * 11119.5, Point{80, -89.9}},
		{"nowhere", Point{-180, 33}, 123, 0, Point{-180, 33}},
	}
	for _, tt := range tests {
		got := Destination(tt.from, tt.bearing, tt.d)
		if d := DistanceExact(got, tt.want); d > 250 {
			t.Errorf("%s: got %v, want %v, %v m apart", tt.name, got, tt.want, d)
		}
		if math.Abs(got[0]) > 180 || math.Abs(got[1]) > 90 {
			t.Errorf("%s: got %v, want a point on the map", tt.name, got)
		}
	}
}

func TestDestinationUndoesBearing(t *testing.T) {
	r := rng(4)
	for range 20000 {
		a, b := anywhere(r), anywhere(r)
		d := DistanceExact(a, b)
		if got := Destination(a, Bearing(a, b), d); DistanceExact(got, b) > 1 {
			t.Fatalf("%v to %v: got %v", a, b, got)
		}
		if brg := Bearing(a, b); brg < 0 || brg >= 360 {
			t.Fatalf("%v to %v: got bearing %v, want 0 <= b < 360", a, b, brg)
		}
	}
}

func TestInterpolate(t *testing.T) {
	tests := []struct {
		name     string
		a, b     Point
		fraction float64
		want     Point
	}{
		{"beginning", Point{50, 20}, Point{52, 24}, 0, Point{50, 20}},
		{"middle", Point{50, 20}, Point{52, 24}, 0.5, Point{51, 22}},
		{"end", Point{50, 20}, Point{52, 24}, 1, Point{52, 24}},
		{"date line eastward", Point{179, 0}, Point{-179, 0}, 0.75, Point{-179.5, 0}},
		{"date line westward", Point{-179, 0}, Point{179, 0}, 0.25, Point{-179.5, 0}},
	}
	for _, tt := range tests {
		got := Interpolate(tt.a, tt.b, tt.fraction)
		if math.Abs(got[0]-tt.want[0]) > 1e-9 || math.Abs(got[1]-tt.want[1]) > 1e-9 {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSegmentDistance(t *testing.T) {
	degree := MeanRadius * radian
	tests := []struct {
		name    string
		p, a, b Point
		want    Metres
	}{
		{"abreast", Point{5, 1}, Point{0, 0}, Point{10, 0}, degree},
		{"before the start", Point{-1, 0}, Point{0, 0}, Point{10, 0}, degree},
		{"behind the end", Point{11, 0}, Point{0, 0}, Point{10, 0}, degree},
		{"on it", Point{3, 0}, Point{0, 0}, Point{10, 0}, 0},
		{"segment of no length", Point{3, 4}, Point{3, 3}, Point{3, 3}, degree},
		{"over the date line", Point{180, 1}, Point{179, 0}, Point{-179, 0}, degree},
		{"other side of the Earth", Point{5, 0}, Point{179, 0}, Point{-179, 0}, 174 * degree},
		{"over the pole", Point{90, 89}, Point{0, 80}, Point{180, 80}, degree},
	}
	for _, tt := range tests {
		if got := SegmentDistance(tt.p, tt.a, tt.b); math.Abs(float64(got-tt.want)) > 0.1 {
			t.Errorf("%s: got %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestSegmentDistanceAgainstSamples(t *testing.T) {
	r := rng(5)
	for range 300 {
		a := anywhere(r)
		b := Destination(a, Degrees(r.Float64()*360), Metres(r.Float64()*3e6))
		p := Destination(a, Degrees(r.Float64()*360), Metres(r.Float64()*5e6))
		want, line := Metres(math.Inf(1)), newArc(a, b)
		for i := range 2001 {
			want = min(want, DistanceExact(p, line.at(float64(i)/2000)))
		}
		if got := SegmentDistance(p, a, b); got > want+1e-3 || got < want-1500 {
			t.Fatalf("%v to %v-%v: got %v, want %v", p, a, b, got, want)
		}
	}
}

func TestCircle(t *testing.T) {
	for _, centre := range []Point{{50.3, 29.2}, {179.99, -20}, {0, 88}} {
		ring := Circle(centre, 20*Kilometre, 36)
		if len(ring) != 37 || ring[0] != ring[36] {
			t.Fatalf("got %d corners, want a closed ring of 37", len(ring))
		}
		for _, p := range ring {
			if d := DistanceExact(centre, p); math.Abs(float64(d-20*Kilometre)) > 0.01 {
				t.Errorf("corner %v: got %v m from the centre, want 20000", p, d)
			}
		}
		if !Prepare([]orbPolygon{{ring}}).Contains(centre) {
			t.Errorf("circle round %v: got centre outside, want inside", centre)
		}
	}
}

func TestDistanceOfNonsenseEnds(t *testing.T) {
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1), 1e300, -1e18} {
		Distance(Point{v, 0}, Point{0, v})
		Destination(Point{v, v}, Degrees(v), Metres(v))
	}
}

func BenchmarkDistance(b *testing.B) {
	p, q := Point{50.342, 29.232}, Point{50.385, 29.215}
	var d Metres
	for b.Loop() {
		d = Distance(p, q)
	}
	if math.Abs(float64(d)-4582) > 20 {
		b.Fatalf("got %v, want about 4582", d)
	}
}

func BenchmarkDistanceExact(b *testing.B) {
	p, q := Point{50.342, 29.232}, Point{50.385, 29.215}
	var d Metres
	for b.Loop() {
		d = DistanceExact(p, q)
	}
	if math.Abs(float64(d)-4582) > 20 {
		b.Fatalf("got %v, want about 4582", d)
	}
}
