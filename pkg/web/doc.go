// Package web serves the page and the API from a store: one server, beside a running service or for what a replay left.
//
// It listens on this machine alone unless it is told otherwise, and anywhere else only with a key, which browsers ask for as a
// password and programs send as a bearer token. On this machine it answers only to the machine's own names, so that no page
// from elsewhere can read it through a name that was bent to point here. Answers carry a content security policy without
// inline script or style and without another origin; style sheets, modules and shores are embedded with their compressed
// twins, under a folder named for what they hold, and may be kept for ever.
//
// What is not here: what pages say (pkg/web/page), what programs read (pkg/web/api), what reviewers write (pkg/triage), and anything
// that changes a store.
//
//   - web.go: the handler that is made of all parts
//   - serve.go: listening, timeouts, a quiet end
//   - guard.go: names, keys and headers
//   - compress.go: answers made smaller
//   - static.go: files that never change
package web
