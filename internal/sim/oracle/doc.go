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
//	meet       pairs of hulls that touch, fix by fix, within fenders and errors, for two hours and more; where a heading or
//	           the dimensions lack, or only satellites hear them, pairs whose aerials stay together
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
//	dark transfer         λ′·(begins where takers come from the sea, or givers to a field)·g(D − way), g log-normal round
//	                      the time for her tanks and the usual lingering
//	unheard, but honest   berths at which nobody would hear her for as long, lawful ones and sanctioned
//	false track           a share hides a loading, the rest a transfer or nothing; a visit to the Gulf without a berth and
//	                      without a silence is mostly one
//	stop alone            in a field where cargo is passed on: a partner unheard, likelier when she has shifted there from a
//	                      stop near by, and unlikely before she shifts
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
// a pair with chance P·Q·φ/(ΣQ·φ + u), over all that could have been there for as long, and u unknown ones. The fit φ
// falls with the hours of silence that the transfer leaves over.
//
// A silence that begins in the Gulf of Oman does so on a lane, which tells a ship bound for the Strait or for Jask from one
// bound for the fields off Fujairah and Sohar. Every claim of a silence that began in the world carries p0, its chance under
// the world's own rules of reception (package air) and the health of its hours: up to 0.01 it is determinable.
//
// # What keeps it below the ceiling
//
// Of five worlds of baseline with a tenth of the traffic, thinned (seeds 21 to 25; tuned on 11 to 14), it finds at p >= 0.5
//
//	lifts      0.87 (dark 88 of 97, false tracks 32 of 42, open 15 of 16), precision 0.91; at p >= 0.2 0.90 and 0.86
//	gaps       0.77 of what is switched off, precision 0.99
//	meetings   both heard 49 of 49, one heard 5 of 30, none heard 2 of 25, precision 0.86
//
// In most transfers half heard the stop and its hours are found, and so is the silent partner's silence; which of several
// silences it was is not: each pair's chance is its share. Pairs are weighed one by one. A perfect observer would match all
// stops and silences of a month at once, so that what one pair takes is gone for all others, and would carry oil through the
// pairs: who took must be laden. That a berth takes one ship at a time is not used either. Ships that are silent from the world's
// first day or to its last have one end only, and oil loaded before the first day is told from oil loaded after it by
// time alone. False voyages to a roadstead that the coast does not hear well are known by the missing berth alone. Small
// tankers, blends, and whole cargoes in parts are weighed coarsely. Shared MMSIs mix tracks. Shares that a world draws are taken in
// their middle. The claims are therefore a ceiling from below.
package oracle
