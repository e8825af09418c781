package post

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/secret"
)

// The headers of a webhook beside those of HTTP.
const (
	SignatureHeader = "X-Darkwake-Signature" // sha256= and the hexadecimal HMAC-SHA-256 of timestamp, a full stop, and body
	TimestampHeader = "X-Darkwake-Timestamp" // seconds since 1970 of this attempt
)

// typePrefix is that of a CloudEvent's type: opened, updated, retracted, digest or test follows.
const typePrefix = "com.github.darkwake.alert."

// Webhook posts a message as a CloudEvent in JSON (CloudEvents 1.0, structured mode), signed.
type Webhook struct {
	Target Target
	Secret secret.Value
	client *http.Client
}

// NewWebhook makes a sender. A target or secret that cannot be is an error without either.
func NewWebhook(t Target, key secret.Value) (*Webhook, error) {
	if err := t.Check(); err != nil {
		return nil, err
	}
	if len(key) < 16 {
		return nil, errors.New("secret: 16 characters at least expected")
	}
	return &Webhook{t, key, t.client()}, nil
}

// cloudEvent is the envelope. Its id and source together are unique to what happened, not to the attempt.
type cloudEvent struct {
	SpecVersion string          `json:"specversion"`
	ID          string          `json:"id"`
	Source      string          `json:"source"`
	Type        string          `json:"type"`
	Subject     string          `json:"subject"`
	Time        time.Time       `json:"time"`
	ContentType string          `json:"datacontenttype"`
	Data        json.RawMessage `json:"data"`
}

// envelope is a message as it is posted.
func envelope(m Message) ([]byte, error) {
	var b bytes.Buffer
	to := json.NewEncoder(&b)
	to.SetEscapeHTML(false)
	err := to.Encode(cloudEvent{"1.0", m.ID, m.Source, typePrefix + string(m.Change), m.Thread, m.Made.UTC(), "application/json", m.Data})
	return bytes.TrimSpace(b.Bytes()), err
}

// Sign is the signature of a body that is sent at a time.
func Sign(key secret.Value, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	mac.Write([]byte(timestamp))
	mac.Write([]byte{'.'})
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// Send posts a message once.
func (w *Webhook) Send(ctx context.Context, m Message, now time.Time) (string, error) {
	body, err := envelope(m)
	if err != nil {
		return "", fmt.Errorf("write message: %w", err)
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	header := http.Header{"Content-Type": {"application/cloudevents+json; charset=utf-8"}}
	header.Set(TimestampHeader, stamp)
	header.Set(SignatureHeader, Sign(w.Secret, stamp, body))
	return w.Target.post(ctx, w.client, body, header)
}
