// Package table reads positions that were decoded before they reached us: CSV tables and JSON lines.
//
// Recognise looks at the head of a file and names its Format: the MarineCadastre tables of both generations, the
// Danish table, AISHub, Spire, any plain table with a header that has an MMSI, a time and a position, aisstream.io
// envelopes, and flat JSON rows in the words of gpsd. A Decoder then turns each row into a position report and,
// where the row carries static values, a static one. "Not available" codes end here; a row that cannot be used
// is refused with its bytes. Positions are never repaired: what looks like exchanged axes stays where it is.
//
// A table need not be in time order; Sorter puts rows into it on disk, in constant memory.
package table
