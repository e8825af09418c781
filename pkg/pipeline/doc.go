// Package pipeline joins the parts into one deterministic engine of two stages.
//
// Stage A says what one MMSI did: it is sharded by MMSI, and each shard owns a track.Tracker in a goroutine
// of its own. Stage B says what it means: it takes the facts of all shards at every grid point of event time, in one
// canonical order, and drives the detectors, the ledger and the estimate in a fixed order. Only stage B emits
// events.
//
//	                 ┌► shard 0: Tracker ─┐
//	feed.Stream ─► Engine ► shard 1: Tracker ─┤ facts of tick T, sorted ─► detectors ─► ledger ─► estimate
//	                 └► shard n: Tracker ─┘
//
// The stages also run apart, a StageA for each partition of a log and one StageB: each has a state that is saved and loaded,
// and Wire carries what A found. RunPartitions does so for the partitions of a log that was kept; pkg/stream/stage for a log
// that goes on.
//
// What is promised: the same records in the same order give the same events and estimates, byte for byte,
// whatever the number of shards; and so does another order in which nothing comes later than its source's lateness.
// The engine asks no clock, logs nothing and opens no file: it is driven by the records of a stream.
package pipeline
