// Package coverage measures what could have been heard where and when, and how healthy each feed is.
//
// The pipeline tells a Model every count of what was heard (stage A's reception facts); the estimate asks it for the
// Health of a day, the gap detector for what else was heard in a cell during a silence. All learned quantities are whole,
// additive counts keyed by event-time hour, so that neither the order nor the grouping of the counts matters.
//
// This is the first version. It counts; it does not yet model: there is no chance of being heard for one ship, no
// satellite passes, no calibration on the silences of controls. Health is measured by a feed's own habit.
package coverage
