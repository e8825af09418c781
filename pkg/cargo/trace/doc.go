// Package trace follows sanctioned oil through the events: it hears lifts, meetings, stays, gates, draughts and loitering,
// keeps the ledger of lots (package lots), and tells transfers and discharges as events of their own.
//
// A meeting moves oil with its probability of a cargo transfer, once it is over. How much went over is measured twice, by what the
// donor lost and by what the receiver gained; draughts typed within three days after it speak of it, and a draught that
// was not typed anew says nothing. A stay brings oil ashore with a probability that follows the kind of place and the
// draughts before and after: nearly always at a discharge terminal, seldom at a terminal that loads. The transfers and discharges
// told are those in which oil of a lot with barrels takes part; each rests on the event of the meeting or stay and on
// those of its lots, and is taken back with them.
//
// The Tracer is pure: the same events and the same fleet give the same ledger to the byte. Each tick only ships that
// something new was heard of are looked at again, and those that chains of meetings tie to them. It holds no clock and is not
// safe for concurrent use.
package trace
