// Package loitering tells when a tanker was slow for hours away from port and anchorage, alone as far as anyone heard.
//
// In each hour of the clock the mean speed over ground is taken over what is known of it, samples as well as short
// silences, in which the way made counts. Hours below 2 kn in a row make a run, and a run of 4 h (both start values) is
// told, as an open event, from its first sample on. It ends with the first hour that is not slow, with the first place
// where ships lie to rest (port, terminal, anchorage), and with a silence longer than
//
//	max(1 h, 4 x the interval at which she is heard)
//
// because nobody knows what a silent ship does. The interval is the median between her fixes, or, where satellites alone
// hear her and fixes come in bunches, a day by the number of its silences. Areas of transfers are open sea here, for lying there is what
// an analyst asks for, unless their shape is that of a published anchorage (the gazetteer's confidence high: off Fujairah,
// Khor Fakkan, Dubai, Nipah), where a hundred tankers lie at anchor on any day.
//
// Interference and false positions are heard: what a ship seems to do while she is not where she says is not counted, and
// an event of which they turn out to cover half is taken back. It is not told again should they be taken back themselves.
//
// Loitering is no offence: tankers wait for orders, for weeks. The event is its own claim, and what it may mean is for
// others to weigh. Tankers and ships of unknown type are told.
package loitering
