// Package trial makes a simulated world, lets the whole engine hear it, and scores what the engine says. All happens in
// one process and nothing is written to disk: sentences go through a pipe as they would come from a file.
//
//	scenario + seed ─► populate ─► sim ─► air ─► write.NMEA ─► pipe ─► feed ─► pipeline ─► score
//
// Trials are independent of each other, so that many run at once; what they yield does not depend on how many.
//
//   - trial.go: one trial; many.go: many of them
//   - document.go, plot.go: docs/accuracy.md and its pictures
package trial
