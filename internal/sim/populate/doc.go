// Package populate turns the population of a scenario into ships: who they are, where they call and when, whom they
// meet. What it makes is a scenario like one written by hand, only with a thousand ships, so that package sim need
// not know of it.
//
// All is planned ahead on a calendar: berths and anchors' spots are given to one ship at a time, stays end on a
// set day, and wherever two ships must meet there are hours to spare, so that nothing that is drawn later, in package
// sim, can make a plan fail. The same seed gives the same ships. Each group of ships has a source of chance
// of its own, so that a group more or less changes the others only where they want the same berth.
package populate
