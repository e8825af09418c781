// Package outage finds times in which a feed delivered nothing though it is known to deliver: silences of ships inside
// them explain themselves.
//
// A source is judged only after it has delivered in three consecutive hours and habitually hears at least ten emitters
// an hour, each counted once in every cell of 0.25°: of a smaller one nobody can tell deafness from an empty sea. It is
// out when event time has moved on for
//
//	max(1 h, 2 x its own longest pause of the last 24 h)
//
// without anything from it, so that a satellite that is heard once an orbit is not called out between passes. Event
// time moves while other sources speak, or, for a lone source, when it speaks again. The event opens then, begins with
// the last thing heard, and closes with the next. A source that has ended is not out. When something was heard is
// taken from the fixes of samples and silences, to a few minutes, and at each hour's end from the counts, which hold base
// stations and aids too: a sea without ships is no outage while these are heard.
//
// This first version sees complete silences only; a feed that delivers a tenth of its habit shows in coverage.Health.
// It works from stage A's facts alone, so that an outage is the same live and on replay. An outage has no ships, no
// position and no raw sentences: what it rests on is that there are none.
package outage
