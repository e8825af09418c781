// Package dense makes feeds at the full rate of transponders, for benchmarks: base stations every 20 s, ships as often as
// ITU-R M.1371-5 table 1 has it.
package dense
