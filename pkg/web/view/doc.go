// Package view is what a reader looks at: the state of the page as the parameters of its URL, and the query for events that follows
// from it.
//
// The URL is the whole state. Names of parameters are read in any case, those that are not known here are kept as they are, and
// equal states give equal URLs. What a parameter cannot say is a Problem with the value and what was expected: a page leaves the
// parameter out and says so, the API refuses the request.
//
//		from, to   2026-03-14, 2026-W11, 2026-03, 2026-Q1, 2026, or a time (RFC 3339): the first moment, and the last day or the
//		           moment before which
//		kind       gap,rendezvous,lift … any of them
//		status     open, closed, retracted
//		conf       0.6 or 60%: at least so probable
//		hours      6: at least so long
//		flag       PA,KM … of one of the ships
//		size       VLCC,Suezmax … of one of the ships
//		list       any, none, or a list's name
//		area       47,24,57,30 (west, south, east, north), or the corners of a polygon: 50,29;51,29;51,30
//		src        a source that the evidence quotes
//		ship       an MMSI or IMO number
//		place      its name
//		q          words
//		event      the event that is open
//		t          the moment that playback shows
//		lat, lon, z  what the map shows
//		lang, tz, theme, speed, embed, kiosk, screenshot, nowebgl, reset
//
//	  - view.go: the state and its URL
//	  - read.go: each parameter's text
package view
