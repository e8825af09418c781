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
// Could she have been heard? The reception model (package coverage) answers with p0, the chance that a ship which kept
// sending was not heard, over at most twelve ways that she may have taken: stay, keep course, sail to a place in reach;
// of a closed gap only ways that end where she was heard again. The competing rates, each a ship-day, are
//
//	switched off   rho·exp(−D/30 d)        not received   (hours a day in which she was heard)·p0
//	faulty         0.0005·exp(−D/7 d)      left area      0.08·(the chance to sail out of the Gulf of Oman unheard)
//
// Of a ship that passed the way out within three days, left area is 0.9·(hours heard a day)·(the chance that she is not
// heard on her course or on the way to the open sea): who falls silent where others are heard has not left.
//
// When not received is more than three times as likely as switched off, neither can be told from the other: unknown
// then weighs as much as both. When there were too few controls nothing is known of p0: unknown weighs as much as
// switched off and faulty together, and the probability cannot pass 0.5. Details say which ("controls",
// "too_few_controls", or "none" without a model), p0 and the number of controls, and the rules show them. Where an end of
// the silence lies in a false track, the ways run between the positions that are believed. At each day's
// close silences of up to four days, and longer ones once a week, are judged anew, since only then it is known which
// controls were missed too; a verdict that moved by 0.05 is told.
//
// # Evidence
//
// The rates know nothing of how silences end, nor of what ships do. Their log-odds of switched off are therefore one
// finding among others: how soon she was heard again, and whether where she had been (within 5 nm and three days: who
// loads in secret comes back there too) or as far off as she
// sails in that time; for silences of 12 h and more, whether she is too small for whole cargoes of crude, and whether she was elsewhere
// after it with less time to spare than coming alongside, moving oil and casting off take: a failure in the middle of a lawful leg
// has no motive; whether the silence lies within or after a false track, or in its first two days in an outage of the
// source; whether she lay at rest, whose flag she flies, whether controls told of p0. The probability is the logistic function of the
// sum of their weights (data/weights.json), which `simulate fit gap` fits to simulated truth with signs that it may
// not turn round; the rivals share what is left as the rates have it. Details list each finding with its weight.
//
// # Hidden calls
//
// For each Iranian loading place: t_min = sail in at 15 kn + 6 h to berth + loading by class + 4 h to leave + sail out
// at 14 kn, by sea distance from the real off and on. The fit is 1 when the silence lasts t_min, 0 at 0.8 of it and
// linear between, since ships sail faster and berth sooner than assumed. Silences of more than 90 days hide more than
// one voyage and list none.
package gap
