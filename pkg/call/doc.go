// Package call reckons hidden calls: the loading places at which a ship can have loaded between two positions, by the
// time that lies between them and the way by sea. It serves whoever asks this, of a silence, of a false position or of a
// cargo, so that the same hours give the same answer.
//
//	t_min = way in / speed in ballast + berthing + loading + leaving + way out / speed laden
//	fit   = 0 below 0.8 t_min, 1 from t_min on, linear between
//
// Where the ship was not heard again the way out is not yet asked for: the answer tells whether she may have loaded by
// now. Ways lead over water (geo.Reach) and are remembered by cell.
package call
