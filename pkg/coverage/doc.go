// Package coverage measures what could have been heard where and when, and how healthy each feed is.
//
// The pipeline tells a Model every count of what was heard (stage A's reception facts); the estimate asks it for the
// Health of a day, the gap detector for what else was heard in a cell during a silence. All learned quantities are whole,
// additive counts keyed by event-time hour, so that neither the order nor the grouping of the counts matters.
//
// Health is measured by a feed's own habit.
//
// # Reception
//
// Could a silent ship have been heard? The unit is the ship-hour (heard at least once in a clock hour by a coast station)
// and the ship-pass (an hour in which at least three controls within 2°, or where few sail within the 5° squares round, were heard by satellite). Single messages are
// never counted: those of an hour share their fate. Reception is learned from controls only, ships of class A that carry
// goods or passengers and have no reason to hide; a control is there in every hour between two in which she was heard
// (silences of up to 72 h), never after her newest. What others do not send teaches nothing, so that mass darkness does
// not hide itself. Stations that do not say so are known for satellites by how far they hear.
//
// The chance q that a control is heard, by cell of 0.25°, hour and kind of receiver, is a beta-binomial mean over distinct
// ships: the cell leans on its neighbours, these on the region, all on days before today; the hour multiplies it by the
// share of the stations that were listening (those that hear something in nearly every hour, and heard nothing, are
// out) and by one shock that its region shares, and then by what was seen of the cell's other ships. A ship's own
// factor is g ~ Gamma(kappa + n, kappa + M), n units heard of M expected in the 72 h before. Over candidate paths k
//
//	p0 = Σ π_k ((kappa+M)/(kappa+M+mu_k))^(kappa+n),   mu_k = Σ −ln(1 − ĝ·q)/ĝ,   ĝ = (kappa+n)/(kappa+M)
//
// For small q mu is the expected number of units (METHODS section 2); where hardly any control is missed it is more,
// such that a unit is missed with 1 − ĝ·q. On the simulator the plain sum predicted three times as many silences of 6 h.
//
// # Calibration
//
// At each day's close controls are asked what was to be expected of them four days ago, with what was known the day
// before it and without themselves, and the answers are compared with what came, by length (6 to 48 h), region and
// receiver (Model.Calibrations). p0 is never below the rate seen, which leans on the prediction with the weight of half
// a silence; nothing is answered before enough was checked, nor where too few controls pass. All counts are whole
// numbers keyed by hour or day: no order and no grouping changes them.
//
// Ships that were not where they said (Displaced) are taken out of the counts, and out of the day's health.
package coverage
