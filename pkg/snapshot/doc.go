// Package snapshot writes a graph of Go values into bytes and puts it back into another graph of the same make, so that a
// process can go on where one before it stopped.
//
// It knows nothing of what it carries. It walks from a root pointer along every field, exported or not, and writes each
// object once, however many pointers lead to it. Whoever reads builds the root anew, as at a first start, and lets Load
// fill it: what was there is overwritten in place, so that functions, channels' owners and things built at the start stay
// those of the new process. Where several ways lead to an object, the first in the order of the fields decides whether the
// reader has it already.
//
// Three things do not travel. Graphs named as shared (a gazetteer, a coastline) are referred to, not written: a pointer
// into them becomes a number and, on the other side, a pointer to the same place of the reader's own copy. Functions stay
// the reader's. Pools and channels too.
//
// Bytes are meant for the same binary on the same processor architecture and nothing else. They carry a fingerprint of
// every type on the way, so that another layout is refused with ErrLayout and never misread, and a SHA-256 at their end,
// so that half a file is refused with ErrDamaged. The same graph gives the same bytes: maps are written in order of their keys.
//
// What it asks of the graph: times are in UTC; keys of maps hold no pointers; no pointer leads into the middle of an
// object or a slice that is not shared, unless what it leads to never changes. Check looks for the last, which cannot be
// seen while writing.
package snapshot
