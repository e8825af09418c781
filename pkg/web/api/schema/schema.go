package schema

import (
	"encoding/json"
	"fmt"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export/tabular"
	"github.com/darkwake/darkwake/pkg/timeline"
	"github.com/darkwake/darkwake/pkg/web/model"
)

// Object is a JSON object of a description.
type Object = map[string]any

// Members says whether others than those described are allowed.
type Members int

// Open is what is published; Closed is for tests, which find what a description lacks.
const (
	Open Members = iota
	Closed
)

// dialect is the version of JSON Schema.
const dialect = "https://json-schema.org/draft/2020-12/schema"

// maker describes types; each named one once.
type maker struct {
	home    string // under which the definitions stand
	members Members
	defs    Object
}

// Of describes the JSON of a value's type as a document of its own.
func Of(value any, title string, members Members) (Object, error) {
	m := &maker{home: "#/$defs/", members: members, defs: Object{}}
	s, err := m.of(reflect.TypeOf(value))
	if err != nil {
		return nil, fmt.Errorf("describe %s: %w", title, err)
	}
	out := Object{"$schema": dialect, "title": title, "$defs": m.defs}
	for k, v := range s {
		out[k] = v
	}
	return out, nil
}

var (
	timeType    = reflect.TypeFor[time.Time]()
	eventType   = reflect.TypeFor[event.Event]()
	detailsType = reflect.TypeFor[event.Details]()
	rawType     = reflect.TypeFor[json.RawMessage]()
	jsonType    = reflect.TypeFor[json.Marshaler]()
)

// special are the types with a JSON of their own.
var special = map[reflect.Type]func() Object{
	timeType:                        func() Object { return Object{"type": "string", "format": "date-time"} },
	reflect.TypeFor[tabular.Day]():  date,
	reflect.TypeFor[timeline.Day](): date,
	reflect.TypeFor[estimate.Row](): rowOfEstimate,
	reflect.TypeFor[model.Fix]():    fix,
}

// closed are types whose values are few.
var closed = map[reflect.Type][]any{
	reflect.TypeFor[event.Kind]():      values(event.Kinds()),
	reflect.TypeFor[event.Status]():    {"open", "closed", "retracted"},
	reflect.TypeFor[estimate.Basis]():  {"lifted", "exited", "discharged"},
	reflect.TypeFor[estimate.Status](): {"final", "provisional", "blind"},
	reflect.TypeFor[model.State]():     {"delivers", "silent", "unknown"},
}

func values[T ~string](list []T) (out []any) {
	for _, v := range list {
		out = append(out, string(v))
	}
	return out
}

func date() Object { return Object{"type": "string", "format": "date"} }

// fix is [unix seconds, longitude, latitude, knots, degrees, event].
func fix() Object {
	number, maybe := Object{"type": "number"}, Object{"type": []any{"number", "null"}}
	return Object{"type": "array", "items": false, "minItems": 6,
		"description": "unix seconds, longitude, latitude, knots, degrees of course, id of the event that quotes it",
		"prefixItems": []any{Object{"type": "integer"}, number, number, maybe, maybe, Object{"type": "string"}}}
}

// rowOfEstimate has the names of daily.csv.
func rowOfEstimate() Object {
	properties, required := Object{}, []any{}
	add := func(schema Object, names ...string) {
		for _, name := range names {
			properties[name], required = schema, append(required, name)
		}
	}
	add(date(), "date")
	add(Object{"enum": closed[reflect.TypeFor[estimate.Basis]()]}, "basis")
	add(Object{"enum": closed[reflect.TypeFor[estimate.Status]()]}, "status")
	add(Object{"type": []any{"integer", "null"}}, "mean", "p50", "mean_7d", "mean_28d", "seen", "inferred", "pending", "unobserved")
	add(Object{"type": "integer"}, "p05", "p95", "p05_7d", "p95_7d", "p05_28d", "p95_28d", "window_days")
	add(Object{"type": "number"}, "lifts", "detection_probability", "feed_health")
	add(Object{"type": "string", "format": "date-time"}, "as_of")
	return Object{"type": "object", "properties": properties, "required": required}
}

// of describes a type, by reference if it has a name.
func (m *maker) of(t reflect.Type) (Object, error) {
	if make, is := special[t]; is {
		return make(), nil
	}
	if few, is := closed[t]; is {
		return Object{"type": "string", "enum": few}, nil
	}
	switch {
	case t == rawType || t.Kind() == reflect.Interface && t != detailsType:
		return Object{}, nil
	case t == detailsType:
		return m.details()
	case t.Kind() != reflect.Pointer && t.Implements(jsonType) && t != eventType:
		return nil, fmt.Errorf("%s has a JSON of its own and no description", t)
	}
	switch t.Kind() {
	case reflect.Pointer:
		s, err := m.of(t.Elem())
		return Object{"anyOf": []any{s, Object{"type": "null"}}}, err
	case reflect.Slice, reflect.Array:
		s, err := m.of(t.Elem())
		return Object{"type": "array", "items": s}, err
	case reflect.Map:
		s, err := m.of(t.Elem())
		return Object{"type": "object", "additionalProperties": s}, err
	case reflect.Struct:
		return m.named(t)
	case reflect.String:
		return Object{"type": "string"}, nil
	case reflect.Bool:
		return Object{"type": "boolean"}, nil
	case reflect.Float32, reflect.Float64:
		return Object{"type": "number"}, nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return Object{"type": "integer", "minimum": 0}, nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return Object{"type": "integer"}, nil
	}
	return nil, fmt.Errorf("%s cannot be described", t)
}

// named describes a struct under its name, once.
func (m *maker) named(t reflect.Type) (Object, error) {
	if t.Name() == "" {
		return m.object(t)
	}
	name := t.Name()
	if plain, of, generic := strings.Cut(strings.TrimSuffix(name, "]"), "["); generic {
		name = plain + "_" + path.Base(of)
	}
	if home := path.Base(t.PkgPath()); home != "api" {
		name = home + "." + name
	}
	ref := Object{"$ref": m.home + name}
	if _, there := m.defs[name]; there {
		return ref, nil
	}
	m.defs[name] = Object{} // it may contain itself
	s, err := m.object(t)
	m.defs[name] = s
	return ref, err
}

// details is any of the kinds'.
func (m *maker) details() (Object, error) {
	var all []any
	for _, k := range event.Kinds() {
		s, err := m.of(reflect.TypeOf(event.DetailsOf(k)))
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	return Object{"anyOf": all}, nil
}

func (m *maker) object(t reflect.Type) (Object, error) {
	s := Object{"type": "object"}
	properties, required := Object{}, []any{}
	if err := m.fields(t, properties, &required); err != nil {
		return nil, err
	}
	s["properties"] = properties
	if len(required) > 0 {
		s["required"] = required
	}
	if m.members == Closed {
		s["additionalProperties"] = false
	}
	return s, nil
}

// fields describes a struct's fields, those of embedded structs as its own.
func (m *maker) fields(t reflect.Type, properties Object, required *[]any) error {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := strings.Split(f.Tag.Get("json"), ",")
		name := tag[0]
		if f.Anonymous && name == "" {
			if err := m.fields(f.Type, properties, required); err != nil {
				return err
			}
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		s, err := m.of(f.Type)
		if f.Tag.Get("schema") == "event" {
			s, err = m.of(eventType)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		properties[name] = s
		if !slices.Contains(tag[1:], "omitempty") && !slices.Contains(tag[1:], "omitzero") {
			*required = append(*required, name)
		}
	}
	return nil
}
