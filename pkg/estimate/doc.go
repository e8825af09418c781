// Package estimate turns lifts into barrels a day with an interval: one model with draws, never a division.
//
// For a stratum s and a day t the chance that a true lift of that day is in the ledger by now is the exposure
//
//	π(s,t) = a(s) · h(t) · F(T − t)
//
// where a is the chance that a lift ever becomes a candidate with a full feed, h the feed's health on the day, and F
// the share of lifts of that age that have been raised, which each stratum learns from its own delays, counted backwards
// since those of young lifts are cut short. Each of 4,000 draws takes a from its distribution, decides
// for every lift whether it is one (q) and how much it carried, draws the rate of lifts
//
//	λ(s) ~ Gamma(α + Σ w·I, β + Σ w·π),   w = 2^(−age/90 d)
//
// and adds the lifts that nobody has seen, Poisson(λ·(1 − π)) on each day, with volumes drawn from those seen. Mean
// and percentiles of a day and of 7- and 28-day means come from the same draws, so they agree with each other.
//
// Here q answers false positives and a answers misses. AIS alone hardly identifies a: its posterior is little more than
// the prior. That is measured on simulated worlds (DefaultDetection, simulate fit detection) and counts as 20 lifts at most,
// since they are not the sea; Beta(6,4), the wide one of METHODS.md section 8, is set by detect_a and detect_b. Every
// result says which prior it took (Chance), and the headline is printed for a = 0.4, 0.6 and 0.8 as well. Once two lists of lifts, made at the
// source and far away, overlap enough, they bound it from above (Capture).
//
// A halt that the barometer calls parts the days: those on the other side of its begin or end tell of a day's rate only as
// far as the change may not lie between them, so that barrels follow within days. The early sign parts nothing.
//
// The same model counts what left the Gulf of Oman and what was discharged, each with its own a and F (Others). Package
// halt below this one asks whether the trade has stopped or doubled.
//
// Random numbers are a function of (stratum, lift or day, draw). So a lift keeps its volumes when others come and go,
// vintages differ by what was learned and not by luck, and the answer is the same to the byte wherever it is
// computed. Barrels are whole within draws, which makes sums exact, and results are rounded to 100.
package estimate
