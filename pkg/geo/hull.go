package geo

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

// Placed is a hull somewhere: its antenna's place and its true heading.
type Placed struct {
	At      Point
	Heading Degrees
	Hull    Hull
}

// HullGap is the water between two hulls, 0 when they touch or overlap.
func HullGap(a, b Placed) Metres { return max(0, HullClearance(a, b)) }

// HullClearance is the water between two hulls; where they overlap it is negative, the depth of the overlap.
func HullClearance(a, b Placed) Metres { return Distance(a.At, b.At) }
