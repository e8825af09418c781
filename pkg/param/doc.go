// Package param describes the parameters of every part in one way: name, value, bounds, what it is and where its number
// comes from. From that one description come the check of a configuration, the YAML file that sets it, the commented
// YAML that shows it, and the text under its hash, so that none of them can drift from the others.
//
// A new parameter is one line at three places of its package: the field in Options, its value in Defaults, and a row in
// Params, such as
//
//	param.Time("publish", &o.Publish, o.Candidate, 240*time.Hour, "a shorter candidate is not told", "METHODS 3"),
//
// with the bounds that any use can have, a few words, and the source of the default: a section of METHODS.md, a
// standard, a paper, or "judgement" where nobody knows. A field that has no row fails the test of pkg/pipeline, as does
// a row without a source. The key in YAML is the row's name below its group's, and so is the field's JSON tag.
//
// The package reads other YAML as well (Decode): strictly, with errors of one line.
package param
