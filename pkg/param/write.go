package param

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Write prints groups as YAML that Read reads back, each parameter with its bounds, what it is and its source. Where a
// value is not the default's, the comment says what that is; defaults are the same groups over the defaults.
func Write(w io.Writer, groups, defaults []Group) error {
	var b strings.Builder
	for i, g := range groups {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "# %s\n%s:\n", g.About, g.Name)
		g.write(&b, defaults[i])
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write configuration: %w", err)
	}
	return nil
}

// write prints the rows with their comments in one column.
func (g Group) write(b *strings.Builder, defaults Group) {
	rows, width := make([]string, len(g.Params)), 0
	for i, p := range g.Params {
		indent, name := "  ", p.Name
		if _, below, nested := strings.Cut(p.Name, "."); nested {
			indent, name = "    ", below
		}
		rows[i] = indent + name + ": " + p.yaml()
		width = max(width, utf8.RuneCountInString(rows[i]))
	}
	outer := ""
	for i, p := range g.Params {
		if head, _, nested := strings.Cut(p.Name, "."); nested && head != outer {
			fmt.Fprintf(b, "  %s:\n", head)
			outer = head
		}
		fmt.Fprintf(b, "%s%s  # %s\n", rows[i], strings.Repeat(" ", width-utf8.RuneCountInString(rows[i])), p.comment(defaults.Params[i]))
	}
}

// comment is what stands behind a value.
func (p Param) comment(standard Param) string {
	var s strings.Builder
	if was := standard.yaml(); was != p.yaml() {
		fmt.Fprintf(&s, "(default %s) ", was)
	}
	s.WriteString(p.Bounds)
	if p.Unit != "" {
		s.WriteString(" " + p.Unit)
	}
	fmt.Fprintf(&s, ": %s [%s]", p.About, p.Source)
	return s.String()
}
