// Package gap finds silences: times in which a ship that had been heard regularly is not heard at all, from her *off*
// fix to her *on* fix, and weighs what may be behind them (threshold ladder after Welch et al. 2022 and Global Fishing
// Watch, with thresholds that follow each ship's own reporting).
//
// # Life of a gap
//
// Stage A says that a ship has been silent for an hour. The silence is a candidate from
//
//	max(2 h, 5 x the ship's own expected interval)
//
// and is published as an *open* event when the watermark passes off + max(6 h, that). It closes at the next fix. If
// late reports show that it was shorter than the threshold, or that it began later, the event is retracted and says
// why; what is left of the silence has an id of its own.
//
// The expected interval is the median between fixes in the 24 h before off. A ship with fewer than three fixes in that
// time is expected 24 h / fixes apart.
//
// # Which ships
//
// Tankers (AIS ship types 80–89) that were heard twice or more in the 24 h before off; ships of unknown type that were
// heard three times, unless they are known to be shorter than 100 m or carry only a class B transponder. Every other silence is one of a ship that carries no crude. MMSIs that nobody was
// given (000000000, 123456789, a country code followed by six equal digits) are shared by many ships and give none.
//
// # Explanations
//
// Rates compete: switched off at 0.002 a ship-day (0.03 under Iran's flag or on a list), times the share of such
// silences that last as long; a broken transponder at 0.0005, likewise. The share of the silence in which the feed was
// itself out explains itself; so does a silence that begins in a port or anchorage, and one that begins after the ship
// passed the way out of the Gulf of Oman, behind which the coast stations end. Off and on further apart than
// the fastest ship of the class could sail are two ships or a false position, not a silence.
//
// There is no reception model yet: nobody has measured whether this ship could have been heard where she was.
// "Unknown" therefore always weighs at least as much as switched off and faulty together, "not received" has no entry of
// its own, and the probability never exceeds 0.5. Details say reception_model "none".
//
// # Hidden calls
//
// For each Iranian loading place: t_min = sail in at 15 kn + 6 h to berth + loading by class + 4 h to leave + sail out
// at 14 kn, by sea distance from the real off and on. The fit is 1 when the silence lasts t_min, 0 at 0.8 of it and
// linear between, since ships sail faster and berth sooner than assumed. Silences of more than 90 days hide more than
// one voyage and list none.
package gap
