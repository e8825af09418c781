// Package page makes the pages that people read: the number and what it is made of, the events on a map and in a table, and
// for every claim the evidence behind it, as HTML that is complete without a script.
//
// The way from the number to a ship's own words is three clicks: the number links to the arithmetic of its newest day, the day
// to the event of each lift in it, and the event quotes the sentences. Pages are functions of what the store holds and of the
// URL: equal ones give equal bytes, so that each carries a tag and is sent again only when something has changed. Whatever
// ships and sources call themselves is text, by html/template, with marks that would steer the screen shown as their codes.
//
// What is not here: the server around it (pkg/web), data for programs (pkg/web/api), pictures (pkg/web/picture).
//
//   - site.go: the site, its templates, what all pages share
//   - front.go: the number, the table of events, the filters
//   - evidence.go: the page of an event
//   - proof.go: the parts of that page by kind of event
//   - index.go: which events rest on which, and what ships called themselves
//   - day.go: the arithmetic of a day
//   - ship.go: a ship, a cargo
//   - seen.go: who was in one area and later in another
//   - about.go: status, help, what stands still
//   - triage.go: what reviewers see and send
package page
