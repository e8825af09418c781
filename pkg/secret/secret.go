package secret

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
)

// Value is a key or password. It prints itself as stars, so that no log and no error shows it.
type Value string

// String hides the secret.
func (v Value) String() string {
	if v == "" {
		return ""
	}
	return "***"
}

// GoString hides the secret from %#v.
func (v Value) GoString() string { return v.String() }

// MarshalText hides the secret from JSON and YAML.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// Reveal is the secret itself, for whoever must send it.
func (v Value) Reveal() string { return string(v) }

// Read reads a secret from a file: its first line, without blanks around it.
func Read(path string) (Value, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	if line = strings.TrimSpace(line); line == "" {
		return "", fmt.Errorf("read %s: a secret expected, it is empty", path)
	}
	return Value(line), nil
}

var variable = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)

// Named tells whether a text names a variable, and so may hold a secret without being one.
func Named(text string) bool { return variable.MatchString(text) }

// Expand puts the environment's variables in for every ${NAME} of a text. Where there is none of that name, the file that
// NAME_FILE names is read instead.
func Expand(text string) (string, error) {
	var failed error
	out := variable.ReplaceAllStringFunc(text, func(v string) string {
		value, err := lookup(v[2 : len(v)-1])
		failed = errors.Join(failed, err)
		return value
	})
	return out, failed
}

// lookup is a variable of the environment, or what the file holds that NAME_FILE names.
func lookup(name string) (string, error) {
	if v, ok := os.LookupEnv(name); ok {
		return v, nil
	}
	path, ok := os.LookupEnv(name + "_FILE")
	if !ok {
		return "", fmt.Errorf("${%s}: neither %s nor %s_FILE is set", name, name, name)
	}
	v, err := Read(path)
	return v.Reveal(), err
}
