package geo

import "math"

// Hull is a ship's outline as AIS message 5 gives it: the distances from the positioning antenna to
// bow, stern, port and starboard side (A, B, C, D of ITU-R M.1371-5, in metres).
type Hull struct {
	Bow, Stern, Port, Starboard Metres
	// AntennaUnknown is set when A and C are zero and B and D are not: the length and beam are
	// known, the place of the antenna is not (ITU-R M.1371-5, figure 42).
	AntennaUnknown bool
}

// Length is the overall length, zero when not known.
func (h Hull) Length() Metres { return h.Bow + h.Stern }

// Beam is the overall breadth, zero when not known.
func (h Hull) Beam() Metres { return h.Port + h.Starboard }

// AntennaError is the standard error of the antenna's place along the hull: that of a uniform distribution over the
// length when the place is unknown, L/√12, otherwise 0.
func (h Hull) AntennaError() Metres {
	if !h.AntennaUnknown {
		return 0
	}
	return h.Length() / Metres(math.Sqrt(12))
}

// AntennaOffset is how far the antenna stands ahead of midships, negative when abaft of it as on most tankers. It is
// the arm by which an error of heading moves the hull. An unknown antenna is taken to be amidships.
func (h Hull) AntennaOffset() Metres {
	if h.AntennaUnknown {
		return 0
	}
	return (h.Stern - h.Bow) / 2
}

// Placed is a hull somewhere: its antenna's place and its true heading.
type Placed struct {
	At      Point
	Heading Degrees
	Hull    Hull
}

// HullGap is the water between two hulls, 0 when they touch or overlap. Hulls are rectangles, which bows are not:
// between ships alongside, whose flat sides lie together, that is exact; bow to stern it is short by at most half
// a beam. A hull of no dimensions is its antenna.
func HullGap(a, b Placed) Metres { return max(0, HullClearance(a, b)) }

// HullClearance is HullGap with a sign: where the hulls overlap it is negative, the least distance by which one of them
// would have to move to be clear. Errors of antenna and heading put tied ships inside each other as often as apart,
// so that whoever averages gaps needs both signs.
func HullClearance(a, b Placed) Metres {
	east, north := Offset(a.At, b.At)
	ra := newRectangle(0, 0, a)
	rb := newRectangle(float64(east), float64(north), b)
	// Two convex shapes are apart exactly when they are apart along the normal of one of their sides. The least
	// overlap over these normals is the depth.
	widest := math.Inf(-1)
	for _, axis := range [4][2]float64{ra.ahead, ra.abeam, rb.ahead, rb.abeam} {
		lowA, highA := ra.shadow(axis)
		lowB, highB := rb.shadow(axis)
		widest = max(widest, lowB-highA, lowA-highB)
	}
	if widest <= 0 {
		return Metres(widest)
	}
	return Metres(min(ra.distance(rb), rb.distance(ra)))
}

// rectangle is a hull's outline in metres east and north of some origin.
type rectangle struct {
	ahead, abeam [2]float64 // unit vectors towards the bow and towards starboard
	corners      [4][2]float64
}

func newRectangle(east, north float64, p Placed) rectangle {
	sin, cos := math.Sincos(p.Heading.Radians())
	r := rectangle{ahead: [2]float64{sin, cos}, abeam: [2]float64{cos, -sin}}
	bow, stern, port, starboard := p.Hull.Bow, p.Hull.Stern, p.Hull.Port, p.Hull.Starboard
	if p.Hull.AntennaUnknown {
		bow, port = p.Hull.Length()/2, p.Hull.Beam()/2
		stern, starboard = bow, port
	}
	for i, c := range [4][2]Metres{{bow, starboard}, {bow, -port}, {-stern, -port}, {-stern, starboard}} {
		r.corners[i][0] = east + float64(c[0])*r.ahead[0] + float64(c[1])*r.abeam[0]
		r.corners[i][1] = north + float64(c[0])*r.ahead[1] + float64(c[1])*r.abeam[1]
	}
	return r
}

// shadow is the interval that the rectangle covers along an axis.
func (r *rectangle) shadow(axis [2]float64) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, c := range r.corners {
		s := c[0]*axis[0] + c[1]*axis[1]
		low, high = min(low, s), max(high, s)
	}
	return low, high
}

// distance is the least distance of r's corners from o's sides. Of two rectangles that are apart one has a corner
// that is nearest to the other.
func (r *rectangle) distance(o rectangle) float64 {
	best := math.Inf(1)
	for _, c := range r.corners {
		for i := range o.corners {
			p := nearestOnEdge(c, o.corners[i], o.corners[(i+1)%4], 1)
			best = min(best, math.Hypot(c[0]-p[0], c[1]-p[1]))
		}
	}
	return best
}
