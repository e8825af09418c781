package racing

import "testing"

// Fewer is how often something is tried: all times, or few under the race detector.
func Fewer[T ~int | ~uint64](all, few T) T {
	if Enabled {
		return few
	}
	return all
}

// Skip leaves a test to `make full` if the race detector is on.
func Skip(t testing.TB) {
	t.Helper()
	if Enabled {
		t.Skip("SKIPPED under the race detector, which makes it ten times slower: make full runs it")
	}
}
