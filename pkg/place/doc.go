// Package place is the gazetteer: the terminals, berths, anchorages, transfer areas and gates that a tanker's
// voyage is told in.
package place
