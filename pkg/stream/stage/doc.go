// Package stage runs the engine's two stages on the log.
//
//	reports ─► A, one for each partition ─► facts ─► B, one active, the others stand by ─► events, estimates, Output
//	              └── checkpoints ──► state ◄── checkpoints ──┘
//
// Both are workers of consumer groups, and both recover from the state topic, never from committed offsets. What one worker
// had sent before it died its successor sends again, in the same bytes and under the same numbers, so that the reader
// drops it: stage B takes each partition's walks in their order, each once, and is an error where one is missing. Readers of
// events keep the highest version of the highest epoch.
//
// An engine is a configuration with a layout of state (pipeline.Layout): members of the same engine share the work, others work
// beside them, on states and facts of their own.
package stage
