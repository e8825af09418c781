// Package rendezvous finds two ships alongside each other for long enough to move oil: the encounter of Global Fishing
// Watch (500 m, 2 h, below 2 kn), decided by the geometry of both hulls instead of the distance of two antennas.
//
// # Candidates
//
// Stage A gives each ship's state on a common grid of 5 minutes. A bin is decided 30 minutes later, when the fixes on
// both sides of it are there. Candidates are pairs whose antennas lie within 500 m plus half of both lengths, whose
// speeds differ by at most 1 kn, and that are either both slower than 3 kn or under way on one course at no more than
// 10 kn. Fixes of message 27 and fixes on land never count.
//
// # One point
//
// Unsynchronised positions are useless: 180 s of skew cost 46 m at 0.5 kn. Each point is therefore taken at a real fix
// of one ship; the other is interpolated to that moment if the fixes round it are at most 30 min apart. The error of a
// point is
//
//	σ² = 2·5² + (a·Δ²/8)² + (ℓ·sin 2°)² + 3²      metres
//
// with 5 m for each position, a = 4e-4 m/s² for what interpolation over a bracket of Δ misses (a ship that swings round
// her anchor by 180° in an hour at 550 m: 1.7 m at 3 min, 19 m at 10, 161 m at 30), ℓ the antenna's distance from
// midships of both ships, 2° for the heading, and 3 m for the typed dimensions. Points weigh 1/σ². The hull gap is the
// distance of two rectangles round the antennas, turned by true heading, by course only above 3 kn; overlaps count as
// negative, since errors put tied ships inside each other as often as apart.
//
// # One run
//
// A run begins with a close point (gap <= 50 m + 2σ) and goes on while no more than 30 min pass without one. Two hours
// make an event if the ships lay alongside: weighted median gap <= 15 m + 2σ and not below −2σ, 80 % of the points
// close, at least 6 points, headings within 15° of parallel or anti-parallel. Breaks of less than 4 h are merged, so an
// event closes 4 h after its last close point. Midnight means nothing. Without the hull or heading of one ship, or with
// fewer points, only the distance of the antennas is known: it must stay within 250 m (a VLCC and a Suezmax that touch
// in opposite directions) and the probability is capped at 0.7.
//
// # What they did
//
// The headline is that oil cargo was transferred. Its rivals are bunkering, service craft, neighbours at anchor,
// neighbours at a berth, and other meetings; each gets a sum of weights of evidence (weights.go) and the probabilities
// are their softmax. The weights are judgement until they are fitted on simulated truth. A change of draught of either
// ship between the start and 24 h after the end raises cargo; its absence lowers nothing. Pairs of which neither is
// known to be a tanker are not told.
//
// # What is missing
//
// Whether the ships turned together, one or both ships unseen, headings borrowed from anchored neighbours, and bins
// restated by late reports after they were decided.
package rendezvous
