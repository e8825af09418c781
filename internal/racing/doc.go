// Package racing tells tests whether the race detector is on, under which arithmetic takes ten times as long. A test that
// starts no goroutines of its own may then do less, or nothing: `make full` runs every package that asks here without the
// detector, so that each of them is also tried in full.
package racing
