// Package interference finds times and places in which the satellite navigation of several ships was displaced at once:
// jammers and spoofers draw all receivers within their reach to the same false place, round the same circle or along the
// same line. No ship does that by herself, and no shared number, so that what such ships say of their positions is
// no evidence of anything, either way.
//
// # Displaced fixes
//
// A fix is displaced when
//
//   - no hull could have sailed to it (stage A's jump), or it continues the track that such a jump began. Of the two
//     ends of a jump the one on land is the false one, else the later. A jump to where the ship herself had been in the
//     last 8 h is an old report sent on late: a fault of communication, no displacement;
//   - the ship reports 8 kn or more and stays where she is: displacement below a quarter of the speed over two minutes or
//     more, and below 2 km;
//   - it lies well inside land. Ships on rivers that the coastline does not know do so too, so that land alone
//     begins nothing: it joins a ship to what others began.
//
// # Coherence (METHODS.md section 6)
//
// Displaced fixes within 0.5° and 2 h, of three distinct ships or more, open an event when they have one shape:
//
//	point    80 % of them within 3 km of their median
//	circle   least squares (Kåsa 1976), 6 fixes and more over 120° and more, deviation <= 10 % of the radius, radius <= 0.25°
//	line     principal axis, 6 fixes and more, deviation across <= 500 m, length >= 10 km
//
// Later displaced fixes that lie on the shape join it, of any ship, and so does every fix of a ship that a jump brought
// there; but a track that a jump began more than two days before makes nobody a victim, since jamming takes ships as they pass,
// and the true side of a false track that has ended is such a track, too. The event ends when none has come for 6 h. Its start and the false place are those of the fixes that opened
// it and never move; ships and times are told anew as they come.
//
// A victim's time is from her first displaced fix to her last; it is over when she is heard again where she
// could have sailed, or the event ends. In between, and only there, her positions and silences are without value.
//
// # Ships without a position
//
// Receivers that are jammed report "position not available". Three ships or more within 0.5° that do so at the same moment,
// for ten minutes or more, since 6 h at most, and had a position in the 2 h before, are an event of the shape
//
//	absent  round the middle of their last believed positions
//
// if they are 5 % of the ships heard there or more: units fail for an hour now and then, and where many ships are some
// always do, but hardly three at once. Its victims' positions before and after are true; it explains their silences, and makes no place false.
//
// # What it does not see
//
// Single displaced ships, as at the edge of a jammer's reach with sparse traffic, are left to false_position.
package interference
