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
// of one ship; the other is interpolated to that moment if the fixes round it are at most an hour apart. The error of a
// point is
//
//	σ² = 2·5² + (a·t·(Δ−t)/2)² + (ℓ·sin 2°)² + 3²      metres
//
// with 5 m for each position, a = 4e-4 m/s² for what interpolation misses at a time t within a bracket of Δ (a ship
// that swings round her anchor by 180° in an hour at 550 m; in the middle a·Δ²/8: 1.7 m at 3 min, 19 m at 10, 161 m at
// 30; beside a real fix nothing, so that ships which report seldom but at nearly the same time are placed well), ℓ the
// antenna's distance from midships of both ships, 2° for the heading, and 3 m for the typed dimensions. Points weigh
// 1/σ². The hull gap is the distance of two rectangles round the antennas, turned by true heading, by course only above
// 3 kn; overlaps count as negative, since errors put tied ships inside each other as often as apart.
//
// # One run
//
// A run begins with a close point (gap <= 50 m + 2σ, σ counting for 60 m at most) and goes on while no more than 30
// min, or one and a quarter brackets, pass without one. Two hours make an event if the ships lay alongside: weighted
// median gap <= 15 m + 2σ and not below −2σ, 80 % of the points by weight close, at least 6 points, headings within 15°
// of parallel or anti-parallel. The σ of the median is less than that of a point, for what interpolation misses is
// averaged out, and never more than 40 m. Breaks of less than 4 h are merged, so an event closes 4 h after its last
// close point; a break of up to 36 h is none either if in it one ship was not heard and the other neither left nor got
// up speed. Time in which the source itself was out counts for neither, up to three days in all. Where a ship came or left in
// such an outage (she was elsewhere before or after it), start or end is put in the middle of her silence, so far that the whole
// is no longer than halfway from what was seen to the longest transfer, 66 h, or bunkering, 10 h; `longest_h` is the bound, and
// a meeting is under 6 h only if it is so at most. Midnight means nothing. If one ship's heading is missing she is taken to lie along the other, either way
// round. Without that, without a hull or with fewer points, only the distance of the antennas is known: it must stay
// within 250 m (a VLCC and a Suezmax that touch in opposite directions) and the probability is capped at 0.7.
//
// Where only satellites hear, no two fixes of a ship may be an hour apart for days. A fix that ends a silence is set
// against the other ship's nearest, at most 3 min away, carried on by dead reckoning; and two ships at rest that are heard
// in turns are placed by the fixes on both sides of silences of up to 12 h, by their antennas alone. A break ends when the
// ships were seen apart, when one leaves or gets up speed (if they were at rest: who sails alongside sails on), or after 12 h, twice that where passes were missed before. A
// meeting that was not followed for two hours needs three looks, and its probability is capped like that of antennas.
//
// # What they did
//
// The headline is that oil cargo was transferred. Its rivals are bunkering, service craft, neighbours at anchor,
// neighbours at a berth, and other meetings; each gets a sum of weights of evidence (weights.go) and the probabilities
// are their softmax. The weights are data (data/weights.json), made by simulate fit on simulated truth; their signs are
// judgement. What was found stands in the event. Whether the ships turned together is one finding: the log-likelihood
// ratio of a constant place in the ship's frame against one in the earth's, zero while the heading has changed by less
// than 30°. That a third ship lies alongside both, as a mother between two daughters, is another. A change of draught
// of either ship between the start and 24 h after the end raises cargo; its absence lowers nothing. Pairs of which
// neither is known to be a tanker are not told.
//
// # What is missing
//
// Ships that were not heard are package encounter's. A bin is not decided anew: late reports that put a ship elsewhere
// shorten a meeting or take it back, and such as put her alongside make none. Headings are not borrowed from neighbours at
// anchor.
package rendezvous
