package story

import (
	"fmt"
	"strings"

	"github.com/darkwake/darkwake/pkg/ais"
)

// divider stands between the commands and what was said.
const divider = "----"

// Run plays a story and returns its text with what was really said after each divider. An error names the line that
// could not be played.
func Run(text string, w World) (string, error) {
	var out strings.Builder
	c := &cast{actors: map[ais.MMSI]*actor{}}
	s := newStage(w)
	expected := false // inside what was expected last time, which is dropped
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case expected && trimmed != "":
			continue
		case trimmed == divider:
			expected = true
			out.WriteString(divider + "\n")
			for _, e := range s.said {
				out.WriteString(tell(e) + "\n")
			}
			s.said = nil
			continue
		case trimmed != "" && !strings.HasPrefix(trimmed, "#"):
			if err := obey(parse(trimmed), c, s); err != nil {
				return "", fmt.Errorf("line %d: %w", i+1, err)
			}
		}
		expected = false
		out.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	if len(s.said) > 0 {
		return "", fmt.Errorf("line %d: %d events after the last %s, the first: %s", strings.Count(text, "\n"), len(s.said), divider, tell(s.said[0]))
	}
	return out.String(), nil
}

func obey(cmd command, c *cast, s *stage) error {
	switch cmd.verb {
	case "vessel":
		return c.vessel(cmd)
	case "static":
		return c.types(cmd)
	case "fix":
		return c.fix(cmd)
	case "sail":
		return c.sail(cmd)
	case "anchor", "berth":
		return c.anchor(cmd)
	case "circle":
		return c.circle(cmd)
	case "beside":
		return c.beside(cmd)
	case "list":
		return s.watch(cmd)
	case "crowd":
		return c.crowd(cmd)
	case "ledger":
		s.lifts = true
		return cmd.need(0, "")
	case "advance":
		if err := cmd.need(1, "TIME"); err != nil {
			return err
		}
		to, err := moment(cmd.args[0])
		if err != nil {
			return err
		}
		return s.advance(to, c)
	}
	return fmt.Errorf("read command %q: want vessel, static, fix, sail, anchor, berth, circle, beside, crowd, list, ledger or advance", cmd.verb)
}
