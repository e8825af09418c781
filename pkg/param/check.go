package param

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Check reports every parameter of the group that is out of its bounds, each with its name, the bounds and what it is.
func (g Group) Check() error { return CheckAt([]Group{g}, nil) }

// CheckAt checks groups. Lines says where in a file a parameter was set, as Read tells it.
func CheckAt(groups []Group, lines map[string]int) error {
	var breaches []error
	for _, g := range groups {
		for _, p := range g.Params {
			if err := p.check(); err != nil {
				breaches = append(breaches, fmt.Errorf("check %s%s: %w: %s", g.key(p), at(lines[g.key(p)]), err, p.About))
			}
		}
	}
	return errors.Join(breaches...)
}

// at prints the line of a file, nothing for the zeroth.
func at(line int) string {
	if line == 0 {
		return ""
	}
	return fmt.Sprintf(" (line %d)", line)
}

func (g Group) key(p Param) string { return g.Name + "." + p.Name }

// Canonical writes each parameter that decides the outcome as one line, key=value, in the order of the groups: what a
// configuration's hash is taken of.
func Canonical(w io.Writer, groups []Group) error {
	for _, g := range groups {
		for _, p := range g.Params {
			if p.Plain {
				continue
			}
			if _, err := fmt.Fprintf(w, "%s=%s\n", g.key(p), p.yaml()); err != nil {
				return fmt.Errorf("write parameters: %w", err)
			}
		}
	}
	return nil
}

// yaml is the value as YAML prints it.
func (p Param) yaml() string {
	if p.list {
		return "[" + strings.Join(p.text(), ", ") + "]"
	}
	return p.text()[0]
}
