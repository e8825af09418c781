// Package api answers programs: everything that the page shows, under /api/v1, and as feeds.
//
// Every answer says what it rests on: as_of (the event time up to which everything is in), coverage (how the sources stand) and
// version, as members of JSON and as headers of everything else. Filters are the parameters of package view, so that a link of the page
// with its path changed is a download of what it shows. Errors are problem JSON (RFC 9457).
//
// Answers come from the model's memory and the store's queries. Those that fit are kept, plain and compressed, until the store
// changes; longer ones are streamed. Nothing here writes to a store.
//
//   - api.go: the endpoints, and the way of a request through them
//   - answer.go: problems, what every answer says, and answers that are kept
//   - events.go: events as lists, files and one by one
//   - day.go: estimates, lots, coverage and status
//   - ship.go: ships, their tracks, hulls and passages
//   - stream.go: changes as they come (server-sent events)
//   - feed.go: Atom, JSON Feed and oEmbed
//   - schema: JSON Schema and OpenAPI, made from the Go types
package api
