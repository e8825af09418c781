// Package story plays stories: text files in testdata/stories that tell what ships do and what the detectors must say.
//
// A story runs through a real pipeline.Engine, so that a trap is tested from the report to the event with everything that
// stands between: tracks, reception, detectors in their order, the ledger. Run fills in what was said; the test compares
// that with the file, and its -update flag writes it back. The language has a page of its own, testdata/stories/README.md. Nothing outside tests imports this package.
package story
