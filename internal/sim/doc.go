// Package sim makes a Gulf whose truth is known: ships that sail, anchor, load, meet and fall silent as a scenario
// tells them, the sentences that receivers would have heard of it, and a record of what really happened.
//
// The path of a sentence: a scenario's steps are compiled into a track (package motion) and a list of things that
// crews do; the transponder of each ship asks the track where it is and composes messages (package encode); receivers
// hear some of them; deliveries come out in the order in which they would have arrived. Cargo is booked over all
// ships in order of time, because what a crew types as draught follows from it.
//
// One scenario gives one feed, byte for byte: every ship draws from a generator of her own, seeded by the
// scenario's seed and her MMSI, so that a ship more leaves all others as they were. Only what lies between
// transmission and delivery is held in memory.
//
// Nothing on the data's path imports this package, and no detector knows its numbers.
package sim
