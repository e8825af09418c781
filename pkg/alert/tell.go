package alert

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/darkwake/darkwake/pkg/alert/post"
	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
)

// Item is one thing that a rule tells of an event.
type Item struct {
	Change post.Change     `json:"change"`
	Reason string          `json:"reason"`
	Link   string          `json:"link,omitempty"`
	Event  json.RawMessage `json:"event"` // as the store has it
}

// data is what programs get: of one event, or of a digest's.
type data struct {
	Schema    string          `json:"schema"`
	Rule      string          `json:"rule"`
	Change    post.Change     `json:"change"`
	Synthetic bool            `json:"synthetic,omitempty"`
	Reason    string          `json:"reason,omitempty"`
	Link      string          `json:"link,omitempty"`
	Event     json.RawMessage `json:"event,omitempty"`
	Items     []Item          `json:"items,omitempty"`
}

// Schema names the JSON layout of a message's data.
const Schema = "darkwake.alert/v1"

// teller makes messages.
type teller struct {
	site      string
	synthetic bool
}

func (t teller) source() string {
	if t.site == "" {
		return "/darkwake"
	}
	return t.site + "/"
}

func (t teller) link(id string) string {
	if t.site == "" {
		return ""
	}
	return t.site + "/event/" + id
}

// title begins with what everything that is not real must begin with.
func (t teller) title(text string) string {
	if t.synthetic {
		text = "SYNTHETIC, not real: " + text
	}
	return chart.Plain("darkwake: " + text)
}

// raw is JSON without escapes for the sake of web pages.
func raw(v any) json.RawMessage {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	_ = to.Encode(v) // of types that can be written
	return bytes.TrimSpace(b.Bytes())
}

// one is the message about one event. Its id names event and version, and the bytes of it: a new owner of the store may
// give one number to two versions.
func (t teller) one(r *Rule, i Item, e event.Event, now time.Time) post.Message {
	sum := sha256.Sum256(i.Event)
	m := post.Message{ID: fmt.Sprintf("%s/%d/%s/%s/%s", e.ID, e.Version, r.Name, i.Change, hex.EncodeToString(sum[:4])), Change: i.Change, Rule: r.Name, Thread: e.ID,
		Title: t.title(fmt.Sprintf("%s: %s, p %.2f", i.Change, explain.Heading(e), e.Probability)), Link: i.Link, Source: t.source(), Made: now.UTC()}
	m.Lines = append([]string{chart.Plain(fmt.Sprintf("Rule %s: %s", r.Name, i.Reason))}, explain.Story(e)...)
	m.Lines = append(m.Lines, "Event: "+chart.Plain(e.ID), "A probability, not a finding of fact.")
	m.Data = raw(data{Schema: Schema, Rule: r.Name, Change: i.Change, Synthetic: t.synthetic, Reason: i.Reason, Link: i.Link, Event: i.Event})
	return m
}

// maxItems is how many events a digest holds; more make several.
const maxItems = 100

// digests are the messages about what a rule has collected, oldest first.
func (t teller) digests(r *Rule, items []Item, until, now time.Time) (all []post.Message) {
	total := len(items)
	for part := 1; len(items) > 0; part++ {
		n := min(maxItems, len(items))
		m := post.Message{ID: fmt.Sprintf("digest/%s/%s/%d", r.Name, until.UTC().Format(time.RFC3339), part), Change: post.Digest, Rule: r.Name, Thread: "digest " + r.Name,
			Title: t.title(fmt.Sprintf("digest of rule %s, %d changes until %s", r.Name, total, until.UTC().Format("2006-01-02 15:04 UTC"))), Source: t.source(), Made: now.UTC()}
		if t.site != "" {
			m.Link = t.site + "/"
		}
		for _, i := range items[:n] {
			var e event.Event
			if err := e.UnmarshalJSON(i.Event); err != nil {
				continue // it was read when it was collected
			}
			m.Lines = append(m.Lines, chart.Plain(fmt.Sprintf("%s: %s, p %.2f, %s (%s)", i.Change, explain.Heading(e), e.Probability, e.ID, i.Reason)))
		}
		m.Data = raw(data{Schema: Schema, Rule: r.Name, Change: post.Digest, Synthetic: t.synthetic, Items: items[:n]})
		all, items = append(all, m), items[n:]
	}
	return all
}

// trial is a message that tests a channel.
func (t teller) trial(rule string, now time.Time) post.Message {
	return post.Message{ID: fmt.Sprintf("test/%s/%d", rule, now.UnixNano()), Change: post.Test, Rule: rule, Thread: "test " + rule, Title: t.title("TEST of rule " + rule),
		Lines: []string{"This is a test that somebody asked for. No event is behind it."}, Source: t.source(), Made: now.UTC(), Link: t.site,
		Data: raw(data{Schema: Schema, Rule: rule, Change: post.Test, Synthetic: t.synthetic})}
}

// merge joins what was collected of an event with what comes next. Nothing remains of an event that came and went between
// two digests.
func merge(before *Item, next Item) *Item {
	if before == nil {
		return &next
	}
	switch {
	case before.Change == post.Opened && next.Change == post.Retracted:
		return nil
	case before.Change == post.Opened:
		next.Change = post.Opened
	case next.Change == post.Updated && before.Change == post.Updated:
		next.Reason = before.Reason + "; then " + next.Reason
	}
	return &next
}
