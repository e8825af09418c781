// Package report makes one page about a span of days out of what a run left: the number with its interval in words, a
// chart of the days, the vintages, the barometer, the events with their ships on a map, what could not be heard, and how
// to cite and check it. The page is one HTML file without scripts and without references to anything else; it prints on
// A4.
//
// HTML is a pure function: equal records give equal bytes. Text from ships is shown as text, whatever it is.
package report
