// Package write turns the deliveries of package air into the text of three kinds of feed.
//
//   - NMEA: sentences with TAG blocks, comment lines first. It loses nothing but the delay.
//   - AISStream: the envelopes of aisstream.io as JSON lines. A message is dated by its arrival at the service and names
//     no station; what satellites deliver late is left out, and so is what a sentence loses on its way.
//   - MarineCadastre: the archive's rows, one for each position report of a ship, joined with her last static values.
//     Positions have five decimals (1.1 m); destination, estimated arrival, turn, second of the minute, the place of
//     the antenna, coarse positions, base stations and aids are lost.
//
// All three are synthetic and say so: NMEA in its first lines, AISStream in the first field of its first object. A
// table has no room for it: there the names of the ships, which begin with SYN, and their MMSIs, whose digits 4 to 6 are
// 999, are the mark.
package write
