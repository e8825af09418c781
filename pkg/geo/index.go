package geo

// Index finds the moving points near a place.
type Index struct{}

// NewIndex returns an empty index whose cells are about as wide as the radius that will be asked for.
func NewIndex(cell Metres) *Index { return &Index{} }

// Put places or moves an id.
func (x *Index) Put(id int32, p Point) {}

// Remove forgets an id.
func (x *Index) Remove(id int32) {}

// Near calls fn for every id within r of p.
func (x *Index) Near(p Point, r Metres, fn func(id int32, d Metres)) {}
