package post

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/secret"
)

// now is when the test's messages are sent.
var now = time.Date(2026, 3, 14, 5, 6, 7, 0, time.UTC)

// hostile is a message whose text is all traps.
func hostile() Message {
	return Message{ID: "gap-1/2/rule/opened/00", Change: Opened, Rule: "rule", Thread: "gap-1", Title: "opened: gap <!channel> @everyone [x](https://evil.example) `a` \r\nBcc: x@example.org",
		Lines: []string{"<script>alert(1)</script> & <@123> *bold* _it_ ||spoiler||", "tg://user?id=1 \"quoted\" # head", "=HYPERLINK(1)"},
		Link:  "https://darkwake.example/event/gap-1", Source: "https://darkwake.example/", Made: now, Data: json.RawMessage(`{"rule":"rule"}`)}
}

// got is what a server was sent.
type got struct {
	header http.Header
	body   []byte
}

// server answers with a status and keeps what came.
func server(t *testing.T, status int, header http.Header, answer string) (*httptest.Server, *[]got) {
	t.Helper()
	var all []got
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		all = append(all, got{r.Header, body})
		for k, v := range header {
			w.Header()[k] = v
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return s, &all
}

func target(s *httptest.Server, path string) Target {
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return Target{URL: secret.Value(s.URL + path), Private: true, Roots: roots}
}

const key = secret.Value("0123456789abcdef-key")

func TestAWebhookIsASignedCloudEvent(t *testing.T) {
	s, all := server(t, 202, nil, "thanks")
	w, err := NewWebhook(target(s, "/hook"), key)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := w.Send(context.Background(), hostile(), now)
	if err != nil || answer != "202 Accepted: thanks" || len(*all) != 1 {
		t.Fatalf("%q, %v, %d requests", answer, err, len(*all))
	}
	r := (*all)[0]
	mac := hmac.New(sha256.New, []byte("0123456789abcdef-key"))
	mac.Write([]byte(r.header.Get("X-Darkwake-Timestamp") + "." + string(r.body)))
	if want := "sha256=" + hex.EncodeToString(mac.Sum(nil)); r.header.Get("X-Darkwake-Signature") != want {
		t.Errorf("signature %s, want %s", r.header.Get("X-Darkwake-Signature"), want)
	}
	if r.header.Get("X-Darkwake-Timestamp") != "1773464767" || r.header.Get("Content-Type") != "application/cloudevents+json; charset=utf-8" {
		t.Errorf("headers %v", r.header)
	}
	var e map[string]any
	if err := json.Unmarshal(r.body, &e); err != nil {
		t.Fatal(err)
	}
	for k, want := range map[string]string{"specversion": "1.0", "id": "gap-1/2/rule/opened/00", "source": "https://darkwake.example/", "type": "com.github.darkwake.alert.opened",
		"subject": "gap-1", "time": "2026-03-14T05:06:07Z", "datacontenttype": "application/json"} {
		if e[k] != want {
			t.Errorf("%s: %v, want %s", k, e[k], want)
		}
	}
	if _, err := NewWebhook(target(s, "/"), "short"); err == nil || strings.Contains(err.Error(), "short") {
		t.Errorf("a short secret: %v", err)
	}
}

func TestWhatIsNoSuccessIsAFailureThatHidesTheAddress(t *testing.T) {
	path := "/services/T0123456/B0123456/abcdefghijklmnop"
	for _, tc := range []struct {
		name, says string
		status     int
		header     http.Header
		after      time.Duration
	}{
		{"server's fault", "500 Internal Server Error: no ***", 500, nil, 0},
		{"too many", "429 Too Many Requests", 429, http.Header{"Retry-After": {"30"}}, 30 * time.Second},
		{"come back in an age", "503", 503, http.Header{"Retry-After": {"99999999999"}}, time.Hour},
		{"come back tomorrow", "503", 503, http.Header{"Retry-After": {"86400"}}, time.Hour},
		{"come back at a date", "503", 503, http.Header{"Retry-After": {"Fri, 31 Dec 1999 23:59:59 GMT"}}, 0},
		{"redirect", "redirect, which is not followed", 307, http.Header{"Location": {"/elsewhere"}}, 0},
	} {
		s, all := server(t, tc.status, tc.header, "no "+path+"\x1b[2J")
		w, err := NewWebhook(target(s, path), key)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.Send(context.Background(), hostile(), now)
		var f *Failure
		if !errors.As(err, &f) || !strings.Contains(err.Error(), tc.says) || f.After != tc.after || len(*all) != 1 {
			t.Errorf("%s: %v after %v, %d requests", tc.name, err, f, len(*all))
		}
		if err != nil && strings.ContainsAny(err.Error(), "\x1b") || strings.Contains(err.Error(), "abcdefghijklmnop") {
			t.Errorf("%s: %q tells the address, or what a terminal obeys", tc.name, err)
		}
		s.Close()
		_, err = w.Send(context.Background(), hostile(), now)
		if err == nil || strings.Contains(err.Error(), "abcdefghijklmnop") {
			t.Errorf("%s: nobody there: %v", tc.name, err)
		}
	}
}

func TestAnAnswerThatRepeatsTheKeyIsNotRepeated(t *testing.T) {
	for text, url := range map[string]string{
		"token 123456:abcdefgh is wrong": TelegramURL("https://api.example.org/", "123456:abcdefgh"),
		"sig hJ7kLmN9 is wrong":          "https://flow.example.org/workflows/x?api-version=1&sig=hJ7kLmN9",
		"no /services/T0123456/B/x":      "https://hooks.example.org/services/T0123456/B/x",
	} {
		got := Target{URL: secret.Value(url)}.hide(text)
		if !strings.Contains(got, "***") || strings.Contains(got, "abcdefgh") || strings.Contains(got, "hJ7kLmN9") || strings.Contains(got, "T0123456") {
			t.Errorf("%s: %q", url, got)
		}
	}
}

func TestOnlyPublicAddressesAreConnectedTo(t *testing.T) {
	for text, want := range map[string]bool{
		"8.8.8.8": true, "2606:4700::1111": true, "172.32.0.1": true, "1.1.1.1": true,
		"127.0.0.1": false, "127.9.9.9": false, "10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false, "169.254.169.254": false, "0.0.0.0": false,
		"100.64.0.1": false, "192.0.0.8": false, "198.18.0.1": false, "224.0.0.1": false, "240.0.0.1": false, "255.255.255.255": false, "203.0.113.1": false,
		"::1": false, "::": false, "fe80::1": false, "fe80::1%eth0": false, "fc00::1": false, "fd12::1": false, "ff02::1": false, "::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false,
		"64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:0:1::1": false, "::127.0.0.1": false, "fec0::1": false, "2001:db8::1": false,
	} {
		if got := Public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: public %v, want %v", text, got, want)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

// TestANameThatResolvesToThisMachineIsRefusedWhenConnecting: the check is on the address that is dialled, whatever the
// name said before.
func TestANameThatResolvesToThisMachineIsRefusedWhenConnecting(t *testing.T) {
	s, all := server(t, 200, nil, "")
	u, _ := url.Parse(s.URL)
	open := target(s, "/")
	open.Private = false
	open.URL = secret.Value("https://localhost:" + u.Port() + "/")
	_, err := open.post(context.Background(), open.client(), []byte("{}"), http.Header{})
	if !errors.Is(err, ErrPrivate) || len(*all) != 0 {
		t.Errorf("%v, %d requests", err, len(*all))
	}
}

func TestATargetIsCheckedBeforeItIsUsed(t *testing.T) {
	for text, says := range map[string]string{
		"https://example.org/hook": "", "http://example.org/": "https expected", "ftp://example.org": "such as https", "": "such as https", "https://": "such as https",
		"https://a:b@example.org/": "do not belong", "https://127.0.0.1/x": "not a public address", "https://[::1]/x": "not a public address", "https://localhost/": "not a public address",
		"https://8.8.8.8/": "", "https://10.1.2.3:8443/": "not a public address", "://": "such as https", "https://exa mple.org": "such as https",
	} {
		err := Target{URL: secret.Value(text)}.Check()
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) || err != nil && strings.Contains(err.Error(), "a:b") {
			t.Errorf("%s: %v, want %q", text, err, says)
		}
	}
	if err := (Target{URL: "http://10.1.2.3/", Private: true}).Check(); err != nil {
		t.Errorf("allowed: %v", err)
	}
}

func TestNamesAreTextInEveryChat(t *testing.T) {
	for _, tc := range []struct {
		service Service
		room    string
		never   []string // in the text as the service would read it
		always  []string
	}{
		{Slack, "", []string{"<!channel>", "<@123>", "<script>", "https://evil"}, []string{`"mrkdwn":false`, "&lt;!channel&gt;", "https://darkwake.example/event/gap-1"}},
		{Discord, "", []string{"[x](", "||spoiler||", "*bold*", "https://evil", "<@123>"}, []string{`"allowed_mentions":{"parse":[]}`, "https://darkwake.example/event/gap-1"}},
		{Teams, "", []string{"TextBlock\",\"text\"", "https://evil"}, []string{`"type":"TextRun"`, `"url":"https://darkwake.example/event/gap-1"`}},
		{Telegram, "-100", []string{"parse_mode", "https://evil", "tg://"}, []string{`"chat_id":"-100"`, `"is_disabled":true`}},
	} {
		s, all := server(t, 200, nil, "ok")
		c, err := NewChat(tc.service, target(s, "/hook"), tc.room)
		if err != nil {
			t.Fatal(err)
		}
		if answer, err := c.Send(context.Background(), hostile(), now); err != nil || answer != "200 OK: ok" {
			t.Fatalf("%s: %q, %v", tc.service, answer, err)
		}
		body := string((*all)[0].body)
		if !json.Valid((*all)[0].body) {
			t.Errorf("%s: no JSON: %s", tc.service, body)
		}
		for _, bad := range tc.never {
			if strings.Contains(body, bad) {
				t.Errorf("%s: %s holds %q", tc.service, body, bad)
			}
		}
		for _, want := range tc.always {
			if !strings.Contains(body, want) {
				t.Errorf("%s: %s lacks %q", tc.service, body, want)
			}
		}
	}
	if _, err := NewChat(Telegram, Target{URL: "https://example.org"}, ""); err == nil {
		t.Error("a telegram channel without a chat is taken")
	}
}

func TestLongMessagesAreCutAndSayThatThereIsMore(t *testing.T) {
	m := hostile()
	for range 500 {
		m.Lines = append(m.Lines, "opened: gap SYN \u4e2d\u6587 "+strings.Repeat("*", 40))
	}
	for _, limit := range []int{60, 100, 500, 1900, 3900} {
		text := m.fit(limit, markdown)
		if len(text) > limit || !strings.HasSuffix(text, "\n…\n"+m.Link) || strings.Contains(text, "\ufffd") {
			t.Errorf("limit %d: %d bytes, ends %q", limit, len(text), text[max(0, len(text)-60):])
		}
	}
	if text := hostile().fit(3900, asIs); strings.Contains(text, "…") {
		t.Errorf("a short message was cut: %q", text)
	}
}

// FuzzText puts any text where ships put theirs: it stays within its limit, begins no link of Slack and no header of a letter.
func FuzzText(f *testing.F) {
	for _, s := range hostile().Lines {
		f.Add(s, 1900)
	}
	f.Fuzz(func(t *testing.T, text string, limit int) {
		m := hostile()
		m.Title, m.Lines = text, []string{text, text}
		if limit = 200 + limit&0xfff; len(m.fit(limit, markdown)) > limit || len(m.fit(limit, slack)) > limit {
			t.Errorf("%q is longer than %d", text, limit)
		}
		if strings.ContainsAny(slack(text), "<>") {
			t.Errorf("%q for Slack holds < or >", text)
		}
		letter := (&Mail{}).letter(m, now)
		head, _, ok := strings.Cut(string(letter), "\r\n\r\n")
		if !ok || strings.Count(head, "\r\nBcc:") > 0 || strings.Contains(strings.ReplaceAll(head, "\r\n", ""), "\n") {
			t.Errorf("%q: head %q", text, head)
		}
	})
}
