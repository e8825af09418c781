// Package encode turns raw AIS field values into NMEA sentences: the transmitting side of ITU-R M.1371-5
// and of IEC 61162-1.
//
// A message is a plain struct of the integers that go on the air (1/10000 minute, 1/10 knot, the codes for
// "not available" as they are), so that nothing is rounded on the way and a decoder under test can be asked
// for exactly what was put in. The simulator transmits through this package, and tests of the decoder take
// their sentences from it; therefore it knows nothing of package ais.
//
// What is not here: scaling from degrees and knots (the simulator does that), and any reading of sentences.
package encode
