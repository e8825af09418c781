// Package gfw writes events in the shape in which Global Fishing Watch's Events API (version 3) answers, so that tools that read
// gaps, encounters, loitering and port visits from there read ours: a gap is a gap, a rendezvous an encounter, loitering and port calls
// themselves. Other kinds have no counterpart.
//
// Numbers are numbers and truth values are such, which is not so everywhere in the original. What it has no name for stands under
// x_ names: our probability, version, place and the ships' IMO numbers. An open event has an empty end.
//
// What is not here: the original's regions and distances from shore, which we do not keep, and its vessel ids, which are its own.
package gfw
