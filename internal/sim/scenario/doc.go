// Package scenario reads the files that describe a simulated world: its hulls, places and lanes, what each
// ship does step by step, what the crews type, and who listens.
//
// A scenario is YAML. Unknown keys are errors, and so is a name that stands for nothing, so that a slip of the pen
// never becomes a world that quietly differs from the one that was meant. All ships are invented: MMSIs are built
// from a country's MID with the digits 999 behind it, and IMO numbers get a right check digit behind a serial number.
//
// What a scenario means is package sim's affair; here it is only read and checked.
package scenario
