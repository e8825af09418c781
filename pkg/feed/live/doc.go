// Package live hears sources that speak once only: sockets, a file that grows, websockets and web services. It puts their
// reports into one order, that of their arrival.
//
//	connection ─► lines ─► ais.Decoder or table.Decoder ─► bad clocks ─► repeats ─► queue ─┐
//	connection ─► lines ─► ais.Decoder or table.Decoder ─► bad clocks ─► repeats ─► queue ─┴► sequencer ─► Next
//
// Each source has a goroutine that keeps its connection, makes it anew after a growing, jittered pause, and never gives
// up; a source that many connect to has one for each of them. What they hear passes through the source one line at a time,
// each sender with a decoder of its own. A report that lies more than five minutes ahead of its receipt is refused, one
// that its station has just sent is dropped, and copies from other stations go on: they are evidence.
//
// A source's queue is bounded. When it is full, a source that can be read later waits; a socket waits for a moment and then
// loses what comes next, which is counted. Memory does not grow with a slow reader.
//
// The sequencer (Live) decides lateness, marks and watermark by the rules of feed.Sequence. A source that is silent for
// max(10 min, twice its lateness) of wall time is idle, and holds the watermark back no longer. What Live delivers depends
// on the moment at which things arrive, so that nothing can be replayed but the log that it is written to; with the end of
// that log (feed.Resume) the next Live goes on.
//
//   - live.go: opening, the sequencer and the idle rule; status.go: what anybody may ask at any time
//   - ear.go: one sender, from lines to reports; source.go: from there to the queue: clocks, repeats, limits
//   - socket.go: TCP both ways and UDP; file.go: recordings at a pace, a file that grows, standard input
//   - aisstream.go, aishub.go, aiscatcher.go: the services, in the words of FORMATS.md
package live
