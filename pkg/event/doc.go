// Package event defines the Event: one versioned claim about ships, with the probability that it holds, the rival
// explanations, the rules that were tested and the raw sentences it rests on.
//
// Detectors make events, cargo adds lifts, estimate counts them, export writes them. An event's id is a hash of its
// opening facts and nothing else, so that the same claim has the same id in a replay, live, and in any order of
// delivery; each change of mind is a higher version of the same id. JSON is canonical: the fields in the order of the
// struct, degrees rounded to five decimals and other fractions to four, times in UTC to the millisecond. Two runs that
// claim the same thing write the same bytes.
//
// What is not here: any judgement. This package neither decides that something happened nor weighs evidence.
package event
