// Package schema describes the API to programs: JSON Schema (2020-12) of its answers, made from their Go types, and OpenAPI 3.1 of
// its paths.
//
// A type is described by its exported fields and json tags: what may be left out is not required, a pointer may be null, a type with
// a JSON of its own has a description written here. Readers must expect members that they do not know: they are added without
// a new version.
package schema
