// Package timeline reads what a user wants to see beside the number: notes, which are dated words such as a round of
// talks, and overlays, which are dated values such as prices. Neither ever changes a barrel.
//
// Both readers are strict. Each line that is wrong is an error of one line with its number; nothing is guessed, sorted or
// left out. An overlay's days rise; notes may come in any order.
package timeline
