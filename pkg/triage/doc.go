// Package triage keeps what reviewers say of events: who may say it, what was said, and how far ahead of a watch list an event was.
//
// A review is a line of a log: when, who, which version of which event on which evidence, what he did (watch, unwatch, confirm,
// dismiss, reopen) and a note. The log is a file of JSON lines that is only ever added to, flushed to the disk before a review is
// acknowledged, and locked, so that one server writes it. What stands of an event is the log read in order (State); it is never
// kept apart. A review is an opinion beside the event: nothing here reads or changes events, numbers or what the API says.
//
// Reviewers are named in a file, each with a key or its hash. Whoever shows a key gets a session, known by a cookie and held in
// memory: a restart ends them all. Forms carry a token that pages of other sites cannot know.
//
// What is not here: pages (pkg/web/page), and the site's own key (pkg/web/gate), which is asked for before.
//
//   - reviewer.go: who may review
//   - review.go: a review, and what stands of an event
//   - log.go: the file
//   - session.go: coming in, being known, going out
//   - lead.go: days between an event and a listing
package triage
