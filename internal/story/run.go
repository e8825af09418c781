package story

import (
	"fmt"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/event"
)

// divider stands between the commands and what was said.
const divider = "----"

// story is a text that has been read.
type story struct {
	cast   *cast
	stage  *stage
	claims []claim
	traps  []int       // numbers in METHODS.md section 9
	lines  []string    // the text without what was expected last time
	marks  []time.Time // how far the story had been told at each divider
}

// Run plays a story to an engine with so many shards and returns its text with what was really said after each divider.
// An error names the line that could not be played, or the claim that does not hold.
func Run(text string, shards int) (string, error) {
	s, err := read(text)
	if err != nil {
		return "", err
	}
	said, err := s.stage.play(shards)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	told := 0
	for _, line := range s.lines {
		out.WriteString(line + "\n")
		if strings.TrimSpace(line) != divider {
			continue
		}
		for len(said) > told && !said[told].Watermark.After(s.marks[0]) {
			out.WriteString(tell(said[told]) + "\n")
			told++
		}
		s.marks = s.marks[1:]
	}
	if told < len(said) {
		return "", fmt.Errorf("%d events after the last %s, the first: %s", len(said)-told, divider, tell(said[told]))
	}
	for _, c := range s.claims {
		if err := c.check(said); err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

// read obeys the commands of a text.
func read(text string) (*story, error) {
	s := &story{cast: &cast{actors: map[ais.MMSI]*actor{}}, stage: newStage()}
	expected := false // inside what was expected last time, which is dropped
	for i, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		trimmed := strings.TrimSpace(line)
		switch {
		case expected && trimmed != "":
			continue
		case trimmed == divider:
			s.marks = append(s.marks, s.stage.now)
		case trimmed != "" && !strings.HasPrefix(trimmed, "#"):
			if err := s.obey(parse(trimmed), i+1); err != nil {
				return nil, fmt.Errorf("line %d: %w", i+1, err)
			}
		}
		expected = trimmed == divider
		s.lines = append(s.lines, strings.TrimRight(line, " "))
	}
	return s, nil
}

func (s *story) obey(cmd command, line int) error {
	c := s.cast
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
	case "crowd", "towers":
		return c.crowd(cmd)
	case "list":
		return s.stage.watch(cmd)
	case "checked":
		return s.stage.checked(cmd)
	case "trap":
		traps, err := cmd.numbers()
		s.traps = append(s.traps, traps...)
		return err
	case "shows", "never", "once":
		return s.claim(cmd, line)
	case "ledger":
		s.stage.lifts = true
		return cmd.need(0, "")
	case "advance":
		return s.advance(cmd)
	}
	return fmt.Errorf("read command %q: want %s", cmd.verb,
		"vessel, static, fix, sail, anchor, berth, circle, beside, crowd, towers, list, checked, trap, shows, never, once, ledger or advance")
}

func (s *story) advance(cmd command) error {
	if err := cmd.need(1, "TIME"); err != nil {
		return err
	}
	to, err := moment(cmd.args[0])
	if err != nil {
		return err
	}
	return s.stage.advance(to, s.cast)
}

// kinds are what a story may claim of.
var kinds = []event.Kind{event.Outage, event.Interference, event.Identity, event.FalsePosition, event.PortCall, event.Transit,
	event.DraughtChange, event.Loitering, event.Gap, event.Rendezvous, event.Lift, event.Transfer, event.Discharge}
