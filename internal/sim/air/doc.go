// Package air is what a simulated world sounds like: the transponders of its ships, the beacons that stand still, and
// the receivers that hear some of it and deliver it in order of arrival.
//
// Time passes in windows of an hour. Within one the units are shared out among workers, while the window before is
// delivered. Nothing is drawn in sequence: slots are numbered from the world's start and every chance is a hash of what
// it is about, so that one world gives the same deliveries whatever the number of workers, and a ship that nobody can
// hear is not looked at until somebody could. What is held in memory is two windows of deliveries and those that
// satellites still carry: it does not grow with the length of the world.
package air
