// Package ais turns lines from a receiver into Reports.
//
// # Nouns
//
// A line is what a feed sends between two line ends. It may hold a time stamp, TAG blocks, one or more
// sentences and a trailer. A sentence is one !..VDM or !..VDO text with its checksum: talker, part, channel,
// payload. A message is the payload of all its parts, known by its number in ITU-R M.1371. A Report is a message
// with its circumstances: when, heard by whom, over which feed, at which place of the source. A Reject is what was
// refused, with its Reason and its bytes.
//
// # Path and reading order
//
// A Decoder (decoder.go) takes the lines of one source in order and gives Reports and Rejects to a Sink. On the way:
//
//	scan.go        a line into prefix, TAG blocks, sentence, trailer; the checksum
//	tag.go         TAG blocks; pghp.go $PGHP lines; stamp.go times before and behind a sentence
//	assemble.go    parts into messages, never halves of two ships into one
//	payload.go     six-bit text into 64-bit words, and the choice of a reader by type
//	01_… 27_….go   a reader for each family of messages; fields.go what they share
//	other.go       all other types: number and MMSI at once, the rest on demand (Full, by go-ais)
//	report.go      what comes out
//	wire.go        its Protobuf form, json.go its JSON form
//
// # Promises
//
// What a Report does not carry is marked so: Has tells which fields are present, and the standard's codes for "not
// available" (181°, 91°, 511, 102.3 knots, '@' …) end here. A field that is absent is zero, with one exception:
// a position off the Earth's grid keeps its numbers under the flag OutOfRange. Values that the standard leaves
// undefined (heading 360 to 510, course above 359.9°) are absent. One Report is used again for each line, and
// nothing of the message before shines through. Raw alone is valid only until the next line.
//
// Decoding allocates nothing and holds no lock, so decoders scale with cores. A Decoder belongs to one
// goroutine. The same lines give the same Reports, always: there is no clock here.
//
// # Not here
//
// Reading files and networks, tables of fixes, merging sources and lateness are package feed's. Whether a position
// is believable, which reports are copies of one transmission, and which ship is behind an MMSI, are package
// track's. The content of binary messages is nobody's yet.
package ais
