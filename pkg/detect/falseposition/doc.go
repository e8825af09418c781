// Package falseposition finds ships that say, alone, that they are where they are not: they lie somewhere else and send
// the position of an anchorage, of a circle, or of a voyage.
//
// # Order (METHODS.md section 6)
//
// Duplicates, clocks and segments are stage A's; what several ships show at once is interference, heard here as an event:
// a time of which three tenths were interference is not claimed, and a ship that leaps alone to a false place that
// drew others within two days is taken for one of its victims. Tankers and ships of unknown type are looked at.
//
// # Signs
//
// Each is a rule with a value and a threshold, and findings with an amount; of each sort of sign the strongest counts.
// Score is the sum of amount times weight, p = 1 / (1 + exp(-score)). The weights are data that simulate fit
// false_position makes; judgement gives their signs, and the priors to which they are held where worlds say little.
//
//	teleport       a jump that no hull can have sailed and whose far side became a track; more if she stays there (and for
//	               how long) and comes back to where she can have sailed; less for each time that both tracks are heard in
//	               turn (two ships under one number), for each hour in which a station that hears ships there hears her,
//	               and where interference drew others
//	frozen         fixes that repeat to half a metre for 6 h and more, six or more of them: the negative logarithm of the
//	               share of ships at rest that do so; less where ships are tied up
//	circle         least-squares circle of 0.6–15 km radius through eight fixes or more over 240°, within 4 % of the radius
//	receivers      hours in which no station heard her that hears ships at the place where she says she is, and stations
//	               that heard her though they never hear that place
//	left           a jump ends other signs, to a place whose stations hear her: one of both sides is false
//	contradiction  reported speed and displacement differ by 5 kn and more, eight fixes in a row
//	on land        the fixes lie well inside land
//
// Where an identity event says that two ships have the number, that weighs against all of them.
//
// # Station footprint
//
// Of each place (0.1°, or 0.25° where too few ships pass) it is counted in how many ship-hours a ship was heard by
// anybody, and in how many by each coast station. Satellites hear every place and count as anybody; which receivers are
// satellites the reception model knows, for few feeds say it. In an hour in which a ship is heard, but by no station that
// hears a ship there with chance >= 0.6 and that heard another near by in that very hour, the log-odds are
//
//	½ · −ln(1 − g·chance),   g = (4 + heard) / (4 + expected), her own habit
//
// Such hours share their cause: a shadow, a low aerial, a day without ducts. So all of those in one square weigh at most
//
//	−ln((mute + ½) / (ship-days + 1))
//
// where mute counts the ship-days of others in which they were there and no station heard them that hears ships there; of
// several squares the one that tells most counts. When she is heard where she was in such hours they are taken back: she
// was there, and something hid her. Each station that heard her and never hears the place (in 1 % of its hours at most)
// adds ln((1 + ship-hours there) / (1 + its own)), of the hour that tells most: a duct that carries one hour carries the next. Ships that are doubted teach nothing. A feed that does not name its
// stations has no footprints.
//
// The reception model (package coverage) asks another question of the same counts, how likely an hour passes in which
// nobody at all hears a ship, and knows no single station's share of a place: so the counts are kept here.
//
// # The event
//
// Signs less than 12 h apart are one event, from the first false fix to the last; and so are signs at one place with a
// silence between them, as when the whole feed was out. A strange hour makes the track doubtful for 24 h before it and
// after it, as far as no jump, and no coast station that hears her and does not contradict her, lies between: a false track leaves the true one, and
// meets it, where nobody can tell. Details tell the positions before and
// after that are believed, the time between them, and the loading places that could have been reached in it by sea: the
// same sum as for a silence. What explains the rest: a shared MMSI, interference, a fault, a bad clock, unknown.
//
// # What it does not see
//
// A false voyage that leaves the real track and meets it again without a jump, where no coast station would have heard it;
// a false position from the first fix on, or one held for less than 3 h.
package falseposition
