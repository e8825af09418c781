package post

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Service is a chat that takes messages over HTTP.
type Service string

// The services.
const (
	Slack    Service = "slack"    // incoming webhook; Mattermost and Rocket.Chat take the same
	Discord  Service = "discord"  // webhook of a channel
	Teams    Service = "teams"    // Workflows, "post to a channel when a webhook request is received"
	Telegram Service = "telegram" // bot
)

// Chat posts messages to a service.
type Chat struct {
	Service Service
	Target  Target
	Room    string // of Telegram: the chat's number, or @channel
	client  *http.Client
}

// TelegramURL is the address of a Telegram bot, by its server and token.
func TelegramURL(server, token string) string {
	return strings.TrimSuffix(server, "/") + "/bot" + token + "/sendMessage"
}

// NewChat makes a sender.
func NewChat(s Service, t Target, room string) (*Chat, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if s == Telegram && room == "" {
		return nil, fmt.Errorf("chat: the number of a chat, or @channel, expected")
	}
	return &Chat{s, t, room, t.client()}, nil
}

// Send posts a message once.
func (c *Chat) Send(ctx context.Context, m Message, _ time.Time) (string, error) {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	if err := to.Encode(c.payload(m)); err != nil {
		return "", fmt.Errorf("write message: %w", err)
	}
	return c.Target.post(ctx, c.client, bytes.TrimSpace(b.Bytes()), http.Header{"Content-Type": {"application/json; charset=utf-8"}})
}

// payload is what a service expects. The limits are below the services' own (bytes for their characters): Discord's 2,000,
// Telegram's 4,096, the 4,000 that Slack advises, the 28 kB of Teams.
func (c *Chat) payload(m Message) any {
	type object = map[string]any
	switch c.Service {
	case Discord:
		return object{"content": m.fit(1900, markdown), "allowed_mentions": object{"parse": []string{}}, "flags": 1 << 2} // no previews of links
	case Telegram:
		return object{"chat_id": c.Room, "text": m.fit(3900, asIs), "link_preview_options": object{"is_disabled": true}}
	case Teams:
		return teamsCard(m)
	}
	return object{"text": m.fit(3900, slack), "mrkdwn": false, "link_names": false, "unfurl_links": false, "unfurl_media": false}
}

// teamsCard is a message as an Adaptive Card. Text runs know no markup, unlike text blocks.
func teamsCard(m Message) any {
	type object = map[string]any
	link := m.Link
	m.Link = ""
	run := func(text string) object {
		return object{"type": "RichTextBlock", "inlines": []object{{"type": "TextRun", "text": text}}}
	}
	card := object{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": []object{}}
	var body []object
	for line := range strings.SplitSeq(m.fit(16<<10, asIs), "\n") {
		body = append(body, run(line))
	}
	card["body"] = body
	if link != "" {
		card["actions"] = []object{{"type": "Action.OpenUrl", "title": "Evidence", "url": link}}
	}
	return object{"type": "message", "attachments": []object{{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}}}
}

// slack escapes the three characters by which Slack begins links and mentions.
func slack(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}

// markdown puts a backslash before what Discord takes for markup.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		if strings.ContainsRune("\\*_~`|>#[]()<@-", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
