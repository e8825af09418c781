// Package reality measures what a feed is like, so that the simulator can be held against the sea.
//
// A Meter takes the reports of any feed that package feed reads and gives Figures: shares, medians and histograms. The
// same code measures the simulated feed and the real recordings, so a difference between the two is one of the data and
// never of the measure. Package compare puts them side by side with what is published and writes docs/realism.md.
//
//   - meter.go: reports in, figures out; what is remembered of each ship
//   - rates.go: types, intervals, copies, lateness, silences
//   - quality.go: what reports leave out, speeds, turns, static data, identities
//   - place.go: ships at rest, neighbours, jumps, interference, transits of Hormuz
//   - figures.go: values and histograms, and the table of the real ones that is committed
//   - recordings.go: what is measured: real recordings, and a world made for it
//
// The recordings lie beside the checkout and are never part of it; recorded.csv holds figures taken from them, with the
// folder's name as source.
package reality
