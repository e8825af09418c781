// Package motion says where a simulated hull is at any instant: a pose is the middle of the hull and its true
// heading, and everything a ship does is a phase that answers with a pose.
//
// All phases are functions of time alone. Nothing is stepped forward, so a year costs no more memory than
// a day, ships can be asked in any order, and a ship that lies alongside another simply asks the other where
// it is. Times are durations since the world's start.
//
// The geometry is a local flat one of its own rather than package geo's, so that a mistake in either shows up
// when the two are compared. Hulls obey what large ships can do: rates of acceleration and of turn are limited by
// length, and a track never jumps.
package motion
