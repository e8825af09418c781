// Package feed reads sources: files, folders, standard input and tables of positions, and puts their reports
// into one order.
//
// A source is one configured input with an id, a lateness and a receiver. It is read by one goroutine of its own:
//
//	path ─► inflate ─► lines ─► ais.Decoder or table.Decoder ─► bad clocks ─► batches ─┐
//	path ─► inflate ─► lines ─► ais.Decoder or table.Decoder ─► bad clocks ─► batches ─┴► sequencer ─► Next
//
// The sequencer (Replay) always takes the next report from the source that stands lowest in event time, ties by
// the order of the configuration. What it delivers depends on the bytes of the sources alone, never on which
// goroutine was faster. It decides lateness, emits the punctuations and counts what was refused.
//
// Memory is constant: a read buffer and a few batches for each source that is open, and sources whose first
// report lies in the future of the stream are closed until their turn comes. Files are recognised by content,
// never by name: gzip, zstd or zip outside; NMEA, a table or JSON lines inside.
//
// A line that cannot be used is data: it goes to Options.Rejected with its reason. A whole input that cannot be
// used is a Problem, and the others go on. Replay asks no clock.
//
// What can be heard once only, such as a socket, is not here but in package live, which sequences by arrival and shares
// the decoders, the judge of clocks and the rules of lateness (Sequence) with this one.
//
//   - source.go: what a source is; feeds.go: sources from feeds.yaml and URLs; config.go: from arguments, and options
//   - input.go, ahead.go: paths to bytes; lines.go: bytes to lines
//   - reader.go, batch.go, judge.go: one source, from lines to batches, with the bad clocks held back
//   - sequence.go: lateness, marks, watermark and punctuations; replay.go, stats.go: the sequencer, what was counted
//   - record.go: what flows out; wire.go: its form on Kafka
package feed
