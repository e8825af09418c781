package story

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/event"
)

// claim is what must hold of all that was said, whatever the numbers are: it is the story's point, and no -update
// changes it.
type claim struct {
	line  int
	text  string
	verb  string
	kind  event.Kind
	ships []ais.MMSI
	cause event.Cause
	from  float64
}

// claim reads shows KIND…, never KIND [MMSI…] [cause=] [from=] and once KIND [MMSI…] [cause=] [from=].
func (s *story) claim(cmd command, line int) error {
	if len(cmd.args) == 0 {
		return cmd.need(1, "KIND")
	}
	from, err := cmd.number("from", 0)
	if err != nil {
		return err
	}
	c := claim{line: line, verb: cmd.verb, cause: event.Cause(cmd.text("cause", "")), from: from}
	for i, word := range cmd.args {
		if i == 0 || cmd.verb == "shows" {
			c.kind = event.Kind(word)
			if !slices.Contains(kinds, c.kind) {
				return fmt.Errorf("read kind %q: want one of %v", word, kinds)
			}
		} else {
			m, err := mmsi(word)
			if err != nil {
				return err
			}
			c.ships = append(c.ships, m)
		}
		if cmd.verb == "shows" || i == len(cmd.args)-1 {
			c.text = strings.TrimSpace(fmt.Sprint(c.verb, " ", c.kind, " ", strings.Trim(fmt.Sprint(c.ships), "[]")))
			s.claims = append(s.claims, c)
		}
	}
	return nil
}

// check tells whether a claim holds of all versions that were said. Never and once ask the last version of each event.
func (c claim) check(said []event.Event) error {
	var last []event.Event
	for _, e := range said {
		if !c.about(e) {
			continue
		}
		if i := slices.IndexFunc(last, func(o event.Event) bool { return o.ID == e.ID }); i >= 0 {
			last[i] = e
		} else {
			last = append(last, e)
		}
	}
	if c.verb == "shows" {
		if len(last) == 0 {
			return fmt.Errorf("line %d: %s: none was told", c.line, c.text)
		}
		return nil
	}
	last = slices.DeleteFunc(last, func(e event.Event) bool { return !c.stands(e) })
	switch {
	case c.verb == "never" && len(last) > 0:
		return fmt.Errorf("line %d: %s: told is %s", c.line, c.text, tell(last[0]))
	case c.verb == "once" && len(last) != 1:
		return fmt.Errorf("line %d: %s: told %d times", c.line, c.text, len(last))
	}
	return nil
}

// about tells whether an event is of the kind and names all the ships.
func (c claim) about(e event.Event) bool {
	return e.Kind == c.kind && !slices.ContainsFunc(c.ships, func(m ais.MMSI) bool {
		return !slices.ContainsFunc(e.Vessels, func(v event.Vessel) bool { return v.MMSI == m })
	})
}

// stands tells whether an event holds to the end, with the probability and the cause that are asked for.
func (c claim) stands(e event.Event) bool {
	return e.Status != event.Retracted && e.Probability >= c.from &&
		(c.cause == "" || len(e.Explanations) > 0 && e.Explanations[0].Cause == c.cause)
}

// numbers are the arguments as whole numbers.
func (c command) numbers() ([]int, error) {
	var out []int
	for _, a := range c.args {
		n, err := strconv.Atoi(a)
		if err != nil {
			return nil, fmt.Errorf("read %s %q: %w", c.verb, a, err)
		}
		out = append(out, n)
	}
	return out, nil
}
