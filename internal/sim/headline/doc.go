// Package headline holds the daily estimate against what it is held to: the mean of 28 days once it is confirmed and as a
// nowcast, its intervals against the prior's, the lifts behind it, and the tests for a halt.
//
// Of reads one world. A scored window follows a warm-up, and what comes after it is there to confirm it. Beside each mean
// stands the same mean with the chance of detection as the other seeds of the scenario have it: it tells what the prior of that
// chance costs, and what the rest of the model does.
//
// Bare makes worlds without any AIS: a ledger of lots with probabilities, delays and misses of a synthetic trade, as many as
// coverage needs. NewHalts makes years of counts in which the tests for a halt are tried, with the lag and the share of lifts
// found that worlds with AIS had.
package headline
