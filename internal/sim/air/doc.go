// Package air is what a simulated world sounds like: the transponders of its ships, the beacons that stand still, and
// the receivers that hear some of it and deliver it in order of arrival.
//
// One world gives one feed, byte for byte. Only what lies between transmission and delivery is held in memory.
package air
