// Package vessel knows ships as the radio describes them: whose flag they fly, how large they are, and how much oil
// they carry at a given draught.
//
// Nothing here is measured by the ship's cargo officer. A transponder gives four dimensions, a type, a number and a
// draught that somebody typed; deadweight, scantling draught and barrels follow by regression, and every one of them
// carries its error as a log-normal Uncertain. A value of zero is "not known" and stays so.
//
// Fleet keeps the particulars and the confirmed draughts of every ship heard. It is driven by the pipeline (Update for
// each profile, Mark for each draught step) and read by detectors and by the ledger. It holds no clock and is not safe
// for concurrent use.
package vessel
