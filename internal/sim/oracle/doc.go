// Package oracle tells what could be known from a feed by somebody who knows the world's rules but not what happens in
// it: the ceiling that detectors are held against.
//
// It reads sentences as any receiver passes them on. Of the scenario it uses what holds for all ships: places and
// berths, classes, stations and satellites, and the rates, shares and laws of the trade. It never looks at a ship of the
// scenario, at the truth, or at a random draw; a test takes all ships out and asks for the same claims. A number that the
// world draws from a range is taken in the middle of it. Where no population states its habits, defaults stand in for
// them (see defaults).
//
// # From sentences to stories
//
//	hear       radios by MMSI; hulls by IMO number through changes of name and MMSI; positions thinned to one in two minutes
//	reception  chance p of hearing a ship in an hour: what the rules promise, as some hours of evidence, and what was heard
//	           of all ships in the same square; times the health of that hour in the region
//	believe    positions false by rule are taken out: repeated to the metre; where the coast hears everybody, and did not;
//	           off the chain of segments that she could have sailed for which most speaks
//	meet       pairs of hulls that touch, fix by fix, within fenders and errors, for two hours and more
//	weigh      what each stay, meeting and hidden stretch may have been, and the sum over all ways to tell a ship's story
//	claims     posteriors as events
//
// # The story of a ship
//
// A ship's story is a chain of slots: stays that were heard, meetings, and hidden stretches (silences of six hours and
// more, false tracks, the time before the first fix and after the last). Each slot has options o: what she did, and
// her cargo before and after, ballast or laden. Between slots the cargo stays. Options weigh
//
//	silent by chance      24·p(off)·24·p(on)·Π(1 − pₕ) over the hours h between, averaged over three ways to sail
//	feed outage           what that product grows by on account of the hours' health
//	left the world        chance to be unheard as far as the edge and back · density of the time away
//	failure, idle         ρ·f(D), f exponential
//	dark lift             λ·(share of the terminal)·(begins and ends of silences by stretch of the way)·f(D − t),
//	                      t = sailing in and out at the world's speeds + the least loading; below t it dies within hours
//	lift and passing on   the same with the share of cargoes that go on unheard
//	dark transfer         λ′·(nearness of the transfer areas)·f(D − 20 h)
//	unheard, but honest   berths at which nobody would hear her for as long, lawful ones and sanctioned
//	false track           a share hides a loading, the rest a transfer or nothing
//
// and the draught typed over a slot weighs by the crews' habits: if the cargo changed, a new draught is typed with chance
// T·(1 − exp(−hours/8)), and if not, hardly ever. The posterior of an option is
//
//	P(o) ∝ F(before)·w(o)·L(draughts | o)·B(after)
//
// with F and B the forward and backward sums over the chain. A lift's probability is the sum over options that load
// sanctioned oil; a gap's is that of options with the transponder off. The two sides of a meeting each tell the other what
// they gave or took, and their posteriors of a cargo combine as odds over the common prior, which is that of sizes and
// duration. Where a partner was not heard, one whose chance to have given is P and one whose chance to have taken is Q are
// a pair with chance P·Q/(ΣQ + u), over all that could have been there for 14 hours, and u unknown ones.
//
// # What is not here
//
// Ships are weighed one by one but for meetings: that a berth takes one ship at a time is not used, nor is that oil given
// must have been taken on. Small tankers, and whole cargoes in parts, are weighed coarsely. The claims are therefore a
// ceiling from below: with the same feed more cannot be known by what is here, but perhaps by more work.
package oracle
