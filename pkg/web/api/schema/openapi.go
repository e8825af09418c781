package schema

import (
	"fmt"
	"reflect"
	"strings"
)

// Endpoint is one path of the API.
type Endpoint struct {
	Path       string // as net/http has patterns
	About      string
	Parameters []string // of the query, by name
	Formats    []string // the usual one first; none: JSON only
	Body       any      // a value of the type whose JSON is answered; nil: no JSON
}

// Name is the endpoint's among schemas: that of the body's type. Empty without a body.
func (e Endpoint) Name() string {
	if e.Body == nil {
		return ""
	}
	return strings.ToLower(strings.TrimSuffix(reflect.TypeOf(e.Body).Name(), "Answer"))
}

// MediaType is how a format is called on the wire; empty for one that is none.
func MediaType(format string) string {
	return map[string]string{
		"json": "application/json", "jsonl": "application/x-ndjson", "geojson": "application/geo+json", "csv": "text/csv; charset=utf-8", "kmz": "application/vnd.google-earth.kmz",
		"gpx": "application/gpx+xml", "parquet": "application/vnd.apache.parquet", "zip": "application/zip", "gfw": "application/json", "atom": "application/atom+xml; charset=utf-8",
		"feed": "application/feed+json", "stream": "text/event-stream", "problem": "application/problem+json",
	}[format]
}

// parameters are what requests may ask, in words and by shape.
var parameters = map[string]Object{
	"from":      {"description": "the first moment: a day (2026-03-14), a week (2026-W11), a month, a quarter, a year, or a time", "schema": Object{"type": "string"}},
	"to":        {"description": "the last day, or the moment before which", "schema": Object{"type": "string"}},
	"kind":      {"description": "kinds of events, any of them, by commas", "schema": Object{"type": "string"}, "example": "gap,rendezvous"},
	"status":    {"description": "open, closed, retracted, by commas; without it what stands: open and closed", "schema": Object{"type": "string"}},
	"conf":      {"description": "least probability", "schema": Object{"type": "number", "minimum": 0, "maximum": 1}},
	"hours":     {"description": "least duration", "schema": Object{"type": "number", "minimum": 0}},
	"flag":      {"description": "flags of one of the ships (ISO 3166, two letters), any of them, by commas", "schema": Object{"type": "string"}, "example": "PA,KM"},
	"size":      {"description": "size classes of one of the ships, any of them, by commas", "schema": Object{"type": "string"}, "example": "VLCC,Suezmax"},
	"list":      {"description": "any, none, or the name of a watch list that has one of the ships", "schema": Object{"type": "string"}},
	"area":      {"description": "west,south,east,north, or corners as lon,lat;lon,lat;lon,lat", "schema": Object{"type": "string"}, "example": "47,24,57,30"},
	"src":       {"description": "sources that the evidence quotes, any of them, by commas", "schema": Object{"type": "string"}},
	"ship":      {"description": "an MMSI (nine digits) or an IMO number (seven)", "schema": Object{"type": "string"}},
	"place":     {"description": "name of a place", "schema": Object{"type": "string"}},
	"q":         {"description": "words that all occur in names (former ones, too), numbers, flags, lists, place or reason", "schema": Object{"type": "string"}},
	"order":     {"description": "by start", "schema": Object{"enum": []any{"newest", "oldest"}, "default": "newest"}},
	"limit":     {"description": "events on a page; without it json has 100, other formats have all", "schema": Object{"type": "integer", "minimum": 1, "maximum": 1000}},
	"cursor":    {"description": "`next` of the page before", "schema": Object{"type": "string"}},
	"format":    {"description": "form of the answer", "schema": Object{"type": "string"}},
	"csv":       {"description": "raw leaves text as it was sent; guarded makes it safe for spreadsheets", "schema": Object{"enum": []any{"guarded", "raw"}, "default": "guarded"}},
	"basis":     {"description": "what days count", "schema": Object{"enum": []any{"lifted", "exited", "discharged"}, "default": "lifted"}},
	"event":     {"description": "id of one event", "schema": Object{"type": "string"}},
	"url":       {"description": "address of one of our pages", "schema": Object{"type": "string", "format": "uri"}, "required": true},
	"maxwidth":  {"description": "CSS pixels", "schema": Object{"type": "integer"}},
	"maxheight": {"description": "CSS pixels", "schema": Object{"type": "integer"}},
	"id":        {"description": "id of an event", "schema": Object{"type": "string"}},
	"date":      {"description": "a UTC day", "schema": Object{"type": "string", "format": "date"}},
	"number":    {"description": "an MMSI of nine digits or an IMO number of seven", "schema": Object{"type": "string", "pattern": "^([0-9]{9}|[0-9]{7})$"}},

	"a":           {"description": "where ships were first: a place, a group of places or part of their names (Kharg, STS areas, Malaysia), or west,south,east,north, or corners as lon,lat;lon,lat;lon,lat", "schema": Object{"type": "string"}, "required": true, "example": "Kharg"},
	"b":           {"description": "and where later; like a", "schema": Object{"type": "string"}, "required": true, "example": "STS areas"},
	"within_days": {"description": "longest time from the last report in a to the first in b", "schema": Object{"type": "number", "exclusiveMinimum": 0, "maximum": 3660, "default": 60}},
	"max_kn":      {"description": "faster reports do not count, nor those that tell no speed: 3 leaves out ships that pass; without it all count", "schema": Object{"type": "number", "exclusiveMinimum": 0, "maximum": 30}},
	"class":       {"description": "size classes, any of them, by commas: size by another name", "schema": Object{"type": "string"}, "example": "VLCC,Suezmax"},
}

// OpenAPI describes all endpoints (OpenAPI 3.1). Problem is a value of the type of error answers.
func OpenAPI(version string, endpoints []Endpoint, problem any) (Object, error) {
	m := &maker{home: "#/components/schemas/", defs: Object{}}
	wrong, err := m.of(reflect.TypeOf(problem))
	if err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	paths := Object{}
	for _, e := range endpoints {
		operation, err := m.operation(e, wrong)
		if err != nil {
			return nil, fmt.Errorf("describe %s: %w", e.Path, err)
		}
		paths[e.Path] = Object{"get": operation}
	}
	return Object{
		"openapi": "3.1.0",
		"info": Object{"title": "darkwake", "version": version, "license": Object{"name": "Apache-2.0", "identifier": "Apache-2.0"},
			"description": "Events of ships that went dark, and barrels a day. Every answer says as_of, coverage and version. Times are UTC, positions WGS 84, barrels US barrels. Readers must expect members that are not described."},
		"paths": paths,
		"components": Object{"schemas": m.defs, "securitySchemes": Object{"key": Object{"type": "http", "scheme": "bearer",
			"description": "asked for where the server listens for more than its own machine"}}},
		"security": []any{Object{}, Object{"key": []any{}}},
	}, nil
}

func (m *maker) operation(e Endpoint, wrong Object) (Object, error) {
	content := Object{}
	for _, format := range e.Formats {
		content[MediaType(format)] = Object{}
	}
	if e.Body != nil {
		body, err := m.of(reflect.TypeOf(e.Body))
		if err != nil {
			return nil, err
		}
		content[MediaType("json")] = Object{"schema": body}
	}
	list := []any{}
	for part := range strings.SplitSeq(e.Path, "/") {
		if name, is := strings.CutPrefix(part, "{"); is {
			p, err := parameter(strings.TrimSuffix(name, "}"), "path")
			if err != nil {
				return nil, err
			}
			p["required"] = true
			list = append(list, p)
		}
	}
	for _, name := range e.Parameters {
		p, err := parameter(name, "query")
		if err != nil {
			return nil, err
		}
		if name == "format" && len(e.Formats) > 0 {
			p["schema"] = Object{"enum": values(e.Formats), "default": e.Formats[0]}
		}
		list = append(list, p)
	}
	return Object{"summary": e.About, "parameters": list, "responses": Object{
		"200":     Object{"description": "the answer", "content": content},
		"304":     Object{"description": "nothing has changed since the ETag of If-None-Match"},
		"default": Object{"description": "what is wrong (RFC 9457)", "content": Object{MediaType("problem"): Object{"schema": wrong}}},
	}}, nil
}

func parameter(name, in string) (Object, error) {
	p, known := parameters[name]
	if !known {
		return nil, fmt.Errorf("parameter %s has no description", name)
	}
	out := Object{"name": name, "in": in}
	for k, v := range p {
		out[k] = v
	}
	return out, nil
}
