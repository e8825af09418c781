package post

import (
	"encoding/json"
	"strings"
	"time"
)

// Change is why a message is sent.
type Change string

// The changes. A digest holds several of the first three; a test holds none.
const (
	Opened    Change = "opened"
	Updated   Change = "updated"
	Retracted Change = "retracted"
	Digest    Change = "digest"
	Test      Change = "test"
)

// Message is what one rule has to say.
type Message struct {
	ID     string          `json:"id"` // the same whenever it is sent again: receivers drop what they have
	Change Change          `json:"change"`
	Rule   string          `json:"rule"`
	Thread string          `json:"thread"` // what belongs together: the event's id, or the rule's name
	Title  string          `json:"title"`  // one line of text, no markup
	Lines  []string        `json:"lines"`  // text, no markup
	Link   string          `json:"link,omitempty"`
	Source string          `json:"source"` // who says so: the page's address, or a path
	Made   time.Time       `json:"made"`
	Data   json.RawMessage `json:"data"` // the same for programs
}

// quiet keeps what looks like an address in a ship's name from becoming a link where programs make links of text.
func quiet(s string) string { return strings.ReplaceAll(s, "://", ": //") }

// fit is the message as text: title, lines and link, each line escaped; lines that would make it longer than so many
// characters are left out and the reader is told.
func (m Message) fit(limit int, escape func(string) string) string {
	const more = "…"
	tail := ""
	if m.Link != "" {
		tail = "\n" + m.Link
	}
	title := escape(quiet(m.Title))
	if room := limit - len(tail) - len(more) - 1; len(title) > room {
		title = strings.ToValidUTF8(title[:max(room, 0)], "")
	}
	var b strings.Builder
	b.WriteString(title)
	for _, l := range m.Lines {
		l = "\n" + escape(quiet(l))
		if b.Len()+len(l)+len(more)+1+len(tail) > limit {
			b.WriteString("\n" + more)
			break
		}
		b.WriteString(l)
	}
	return b.String() + tail
}

// asIs escapes nothing.
func asIs(s string) string { return s }
