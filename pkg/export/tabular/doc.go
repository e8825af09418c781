// Package tabular writes lists of rows as CSV, JSON and Parquet. A row is a struct: its fields in order are the columns, a
// field's json tag names it, a pointer may be missing, and times are written in UTC. One definition makes all three, so that they cannot differ.
//
// Text in rows may come from ships. CSV is opened by spreadsheets, which run what looks like a formula, so that text
// which begins like one is written behind an apostrophe, and what a screen would obey is shown as its code
// (chart.Plain). JSON and Parquet are read by programs and hold text as it is.
//
// The package also writes GeoJSON (RFC 7946): longitude before latitude, outer rings counter-clockwise, lines and
// areas cut at ±180°.
package tabular
