// Package words is the one table of what the page says: every string of its user interface, by a key, ready to be translated.
//
// A translation is another file beside en.json with the same keys and the same verbs in each value, in the same order; Read
// refuses one that differs. Sentences that other packages make (pkg/explain, pkg/report) and what ships and sources call
// themselves are not here.
package words
