// Package post carries messages to people and programs: signed webhooks, mail, and the webhooks of Slack, Discord, Teams and
// Telegram. A sender sends one message once and says what was answered; trying again, and when, is its caller's business.
//
// Messages hold what ships call themselves. Each sender escapes it for where it goes, so that a name is never a link, a
// mention, markup or a header there. Secrets stand in no error and no answer.
//
// Connections to what a URL names are refused unless the address is public. This is checked on the address that is
// connected to, after the name is resolved, so that a name that resolves to another address the second time changes nothing.
// Redirects are not followed, and proxies of the environment are not used.
//
//   - message.go: what is sent, and as text
//   - client.go: HTTP with the guard
//   - webhook.go: CloudEvents with a signature
//   - chat.go: Slack, Discord, Teams, Telegram
//   - mail.go: SMTP
package post
