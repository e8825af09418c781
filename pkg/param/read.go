package param

import (
	"errors"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// maxFile bounds a configuration file; the largest sensible one has some 40 kB.
const maxFile = 1 << 20

// Read sets the parameters that a YAML file names, and returns the line of each. What the file does not name keeps its
// value. An unknown or repeated key, or a value that cannot be read, is an error of one line with key and line; bounds
// are the business of CheckAt, since some hang on other parameters.
func Read(r io.Reader, groups []Group) (lines map[string]int, err error) {
	text, err := Text(r, maxFile)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("read configuration: parse YAML: %v", p)
		}
	}()
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", oneLine{err})
	}
	f := filling{known: map[string]Param{}, inner: map[string]bool{}, lines: map[string]int{}}
	for _, g := range groups {
		f.describe(g)
	}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if err := f.walk("", doc.Body); err != nil {
			return nil, fmt.Errorf("read configuration: %w", err)
		}
	}
	return f.lines, nil
}

// filling is one file on its way into the parameters.
type filling struct {
	known map[string]Param
	inner map[string]bool // keys that hold a map
	names []string        // of all keys, in order
	lines map[string]int
}

func (f *filling) describe(g Group) {
	f.inner[g.Name] = true
	f.names = append(f.names, g.Name)
	for _, p := range g.Params {
		key := g.key(p)
		f.known[key] = p
		f.names = append(f.names, key)
		if outer := key[:strings.LastIndexByte(key, '.')]; !f.inner[outer] {
			f.inner[outer] = true
			f.names = append(f.names, outer)
		}
	}
}

// walk takes in the map below a key.
func (f *filling) walk(key string, n ast.Node) error {
	switch n := n.(type) {
	case *ast.CommentGroupNode, *ast.NullNode:
		return nil
	case *ast.MappingNode:
		for _, v := range n.Values {
			if err := f.enter(key, v); err != nil {
				return err
			}
		}
		return nil
	case *ast.MappingValueNode:
		return f.enter(key, n)
	}
	what := "the file"
	if key != "" {
		what = key
	}
	return fmt.Errorf("line %d: %s: keys with values expected", lineOf(n), what)
}

func (f *filling) enter(outer string, v *ast.MappingValueNode) error {
	key, line := v.Key.String(), lineOf(v.Key)
	if outer != "" {
		key = outer + "." + key
	}
	if f.inner[key] {
		return f.walk(key, v.Value)
	}
	p, ok := f.known[key]
	if !ok {
		return fmt.Errorf("line %d: %s: no such parameter%s", line, key, f.near(key))
	}
	if f.lines[key] != 0 {
		return fmt.Errorf("line %d: %s: set in line %d already", line, key, f.lines[key])
	}
	f.lines[key] = line
	values, err := scalars(v.Value, p.list)
	if err == nil {
		err = p.parse(values)
	}
	if err != nil {
		return fmt.Errorf("line %d: %s: %w", line, key, err)
	}
	return nil
}

// scalars are the texts of a value, or of a list's values.
func scalars(n ast.Node, list bool) ([]string, error) {
	if seq, ok := n.(*ast.SequenceNode); ok && list {
		var all []string
		for _, v := range seq.Values {
			one, err := scalars(v, false)
			if err != nil {
				return nil, err
			}
			all = append(all, one...)
		}
		return all, nil
	}
	switch n.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.StringNode:
		if !list {
			return []string{strings.TrimSpace(n.GetToken().Value)}, nil
		}
		return nil, errors.New("a list such as [0.4, 0.6] expected")
	}
	return nil, fmt.Errorf("%q: a plain value expected", strings.TrimSpace(n.GetToken().Value))
}

func lineOf(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// near names the known key that differs least from a wrong one, if it differs by little.
func (f *filling) near(key string) string {
	if best := Near(key, f.names); best != "" {
		return ": did you mean " + best + "?"
	}
	return ""
}

// Near is the word of a list that differs least from a wrong one, by three letters and half of them at most; empty if there
// is none.
func Near(wrong string, words []string) string {
	best, least := "", 4
	for _, w := range words {
		if d := distance(wrong, w); d < least && 2*d <= len(wrong) {
			best, least = w, d
		}
	}
	return best
}

// distance is how many letters must be put in, left out or changed to make one word of another.
func distance(a, b string) int {
	if max(len(a), len(b)) > 64 {
		return 64
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, diagonal+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// Text reads a file that people write, which has at most so many bytes.
func Text(r io.Reader, most int) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	switch {
	case err != nil:
		return nil, err
	case len(text) > most:
		return nil, fmt.Errorf("more than %d bytes", most)
	}
	return text, nil
}

// Decode reads a YAML document into a value. Keys that the value does not have are refused when strict. Errors have one line, with the
// place; an empty document leaves the value as it is. The library (goccy/go-yaml v1.19.2) panics on some broken
// documents, such as a list that ends within its first dash: to the reader of a file that is an error like any other.
// Where a known key is near an unknown one, the error asks whether it was meant.
func Decode(r io.Reader, into any, strict bool) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("parse YAML: %v", p)
		}
	}()
	var opts []yaml.DecodeOption
	if strict {
		opts = append(opts, yaml.Strict())
	}
	if err := yaml.NewDecoder(r, opts...).Decode(into); err != nil && !errors.Is(err, io.EOF) {
		return suggest(oneLine{err}, into)
	}
	return nil
}

// unknownField is how the YAML library names a key that the value does not have.
var unknownField = regexp.MustCompile(`unknown field "([^"]*)"`)

// suggest adds the key that was probably meant to an error about an unknown one.
func suggest(err error, into any) error {
	found := unknownField.FindStringSubmatch(err.Error())
	if found == nil {
		return err
	}
	if best := Near(found[1], keys(reflect.TypeOf(into), nil)); best != "" {
		return fmt.Errorf("%w: did you mean %s?", err, best)
	}
	return err
}

// keys are those that a type has in YAML, with those of the types within it. Types in seen are not entered again.
func keys(t reflect.Type, seen []reflect.Type) (all []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || slices.Contains(seen, t) {
		return nil
	}
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ","); name != "" && name != "-" {
			all = append(all, name)
		}
		all = append(all, keys(t.Field(i).Type, append(seen, t))...)
	}
	return all
}

// oneLine cuts the picture of the file that the YAML library appends to its errors.
type oneLine struct{ error }

// Error is the first line, which holds the place and the reason.
func (e oneLine) Error() string {
	text, _, _ := strings.Cut(yaml.FormatError(e.error, false, false), "\n")
	return text
}

// Unwrap gives the library's error.
func (e oneLine) Unwrap() error { return e.error }
