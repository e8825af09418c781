// Package story plays stories: text files in testdata/stories that tell what ships do and what the detectors must say.
//
// A story drives a real track.Tracker and the detectors in the pipeline's order, so that a trap is tested from the
// report to the event. Run fills in what was said; the test compares that with the file, and its -update flag writes it
// back. The language has a page of its own, testdata/stories/README.md. Nothing outside tests imports this package.
package story
