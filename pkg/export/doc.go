// Package export writes what the engine found in the forms people and programs read: events as JSON lines, the
// daily estimate as CSV and JSON, and a summary of the run. It opens no files and knows no engine: whoever
// calls it hands in the writer and the rows. Every form is a function of its input alone, so that equal runs give equal bytes.
package export
