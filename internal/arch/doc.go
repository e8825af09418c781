// Package arch holds no code, only the test that keeps the shape of the tree: who may import whom, and
// which packages may touch the clock, the network, the disk or start a goroutine. The table in
// arch_test.go is the design's import rules in a form that fails.
package arch
