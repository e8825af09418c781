package triage

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Action is what a reviewer does.
type Action string

// The actions. A verdict stands until another takes its place or the event is reopened; watching goes on through verdicts.
const (
	Watch   Action = "watch"
	Unwatch Action = "unwatch"
	Confirm Action = "confirm"
	Dismiss Action = "dismiss"
	Reopen  Action = "reopen" // takes a verdict back
)

// Actions lists all actions.
func Actions() []Action { return []Action{Watch, Unwatch, Confirm, Dismiss, Reopen} }

// MaxNote is how long a note may be, characters.
const MaxNote = 2000

// Review is what a reviewer did to an event, as a line of the log.
type Review struct {
	Time     time.Time `json:"time"`
	Reviewer string    `json:"reviewer"`
	Event    string    `json:"event"`
	Version  int       `json:"version"`         // of the event, that he saw
	Evidence string    `json:"evidence_sha256"` // of that version
	Action   Action    `json:"action"`
	Note     string    `json:"note"`
}

// ids are what events may be called, hashes what their evidence may be summed to.
var (
	ids    = regexp.MustCompile(`^[a-z_]{1,32}-[0-9a-f]{16}$`)
	hashes = regexp.MustCompile(`^([0-9a-f]{64})?$`)
)

// Check tells what is wrong with a review.
func (r Review) Check() error {
	switch n := utf8.RuneCountInString(r.Note); {
	case r.Time.IsZero() || r.Time.Year() < 1970 || r.Time.Year() > 9999:
		return fmt.Errorf("time %s: one after 1970 expected", r.Time)
	case checkName(r.Reviewer) != nil:
		return fmt.Errorf("reviewer %q: %w", r.Reviewer, checkName(r.Reviewer))
	case !ids.MatchString(r.Event):
		return fmt.Errorf("event %.60q: an id expected, such as gap-1f2e3d4c5b6a7988", r.Event)
	case r.Version < 1:
		return fmt.Errorf("version %d: 1 or more expected", r.Version)
	case !hashes.MatchString(r.Evidence):
		return fmt.Errorf("evidence_sha256 %.80q: 64 hexadecimal digits expected", r.Evidence)
	case !slices.Contains(Actions(), r.Action):
		return fmt.Errorf("action %.20q: one of %v expected", r.Action, Actions())
	case n > MaxNote:
		return fmt.Errorf("a note of %d characters: %d at most expected", n, MaxNote)
	case !utf8.ValidString(r.Note):
		return errors.New("a note expected that is UTF-8")
	}
	return nil
}

// Note makes a note of what a form sent: line ends as one character, no blanks around it, no broken UTF-8.
func Note(sent string) string {
	return strings.TrimSpace(strings.ToValidUTF8(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(sent), "\uFFFD"))
}

// State is what stands of an event after its reviews.
type State struct {
	Event   string
	Watched bool
	Verdict Action   // Confirm or Dismiss; empty: neither
	Reviews []Review // oldest first, one at least
}

// Last is the newest review.
func (s State) Last() Review { return s.Reviews[len(s.Reviews)-1] }

// Changed tells whether the event has moved on from the version that was reviewed last.
func (s State) Changed(version int) bool { return s.Last().Version != version }

// with is the state after one more review. The reviews of the state before stay as they are.
func (s State) with(r Review) State {
	s.Event, s.Reviews = r.Event, append(slices.Clip(s.Reviews), r)
	switch r.Action {
	case Watch:
		s.Watched = true
	case Unwatch:
		s.Watched = false
	case Confirm, Dismiss:
		s.Verdict = r.Action
	case Reopen:
		s.Verdict = ""
	}
	return s
}

// Fold is what stands after reviews, by event.
func Fold(reviews []Review) map[string]State {
	out := map[string]State{}
	for _, r := range reviews {
		out[r.Event] = out[r.Event].with(r)
	}
	return out
}

// Write writes a review as a line.
func Write(w io.Writer, r Review) error {
	b, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write review: %w", err)
	}
	_, err = w.Write(append(b, '\n'))
	return err
}

// parse reads a line, strictly.
func parse(line []byte) (r Review, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return r, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return r, errors.New("more than one review")
	}
	r.Time = r.Time.UTC()
	return r, r.Check()
}
