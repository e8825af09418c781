// Package ingest carries what a feed delivers into the log: reports to the partition of their ship, punctuations to every
// partition, refused lines to the dead letters.
//
// An ingest that starts again finds in the log how far the one before came (Look). When its sources are the same it goes on
// with that run: a replay delivers the same records again, of which Carry leaves out those that every partition is known to
// have, and the readers drop the rest by their numbers; a live stream goes on behind the last punctuation. With other sources
// a new run begins.
package ingest
