// Package draught tells when a ship's typed draught changed by a step that means cargo.
//
// Draught is typed by the crew in steps of 0.1 m, late or never. Stage A confirms a change only when at least two
// static reports agree on the new value; this package keeps the changes that matter for the ship's size: 3.0 m for a
// VLCC, 2.0 m for a Suezmax, 1.5 m for an Aframax, 1.0 m for any other (start values; a VLCC in ballast draws 9.6 m and
// laden 22.2 m). The event spans the time from the last report of the old value to the first of the new one: the oil
// moved before that, nobody knows how long. No change is no evidence of anything: in one study 47 % of port visits had
// no usable draught.
//
// Tankers and ships of unknown type are told. The position is the ship's newest sample, for the map only.
package draught
