package alert

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/alert/post"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/secret"
)

// block is what docs/alerts.md shows between fences of a language.
func block(t *testing.T, language string) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/alerts.md")
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindSubmatch(text)
	if found == nil {
		t.Fatalf("docs/alerts.md shows no %s", language)
	}
	return string(found[1])
}

func TestTheFileInTheDocsIsARulesFile(t *testing.T) {
	o := outside(t)
	o.Expand = func(text string) (string, error) {
		return strings.NewReplacer("${DESK_SECRET}", "0123456789abcdef", "${MAIL_PASSWORD}", "x", "${SLACK_URL}", "https://hooks.example.org/x").Replace(text), nil
	}
	if c, err := Load(strings.NewReader(block(t, "yaml")), o); err != nil || len(c.Rules) != 3 || len(c.Channels) != 3 {
		t.Errorf("%+v, %v", c, err)
	}
}

// TestTheReceiverInTheDocsTakesWhatIsGenuine runs it, where there is a Python.
func TestTheReceiverInTheDocsTakesWhatIsGenuine(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	receiver := exec.Command(python, "-c", block(t, "python"))
	receiver.Env = append(os.Environ(), "DESK_SECRET="+key, "PORT=0")
	receiver.Stderr = os.Stderr
	out, err := receiver.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := receiver.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = receiver.Process.Kill(), receiver.Wait() }()
	lines := bufio.NewScanner(out)
	lines.Scan()
	url := "http://127.0.0.1:" + strings.TrimPrefix(lines.Text(), "listening on ") + "/"
	c := hook(t, "desk", url)
	e := lift(1, 1, event.Open, 0.6)
	body, err := e.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	m := teller{}.one(&Rule{Name: "all"}, Item{post.Opened, "because", "", body}, e, time.Now())
	stranger, err := post.NewWebhook(post.Target{URL: secret.Value(url), Private: true}, "another-secret-of-theirs")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		sender Sender
		at     time.Time
		status string
	}{
		{"genuine", c, time.Now(), ""},
		{"again", c, time.Now(), ""},
		{"another secret", stranger, time.Now(), "401"},
		{"recorded an hour ago", c, time.Now().Add(-time.Hour), "401"},
	} {
		_, err := tc.sender.Send(context.Background(), m, tc.at)
		var f *post.Failure
		if (err == nil) != (tc.status == "") || err != nil && (!errors.As(err, &f) || !strings.HasPrefix(f.Status, tc.status)) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.status)
		}
	}
	if resp, err := http.Post(url, "application/json", strings.NewReader("{}")); err != nil || resp.StatusCode != 401 {
		t.Errorf("without headers: %v, %v", resp, err)
	}
	m.ID, m.Change = "another", post.Retracted
	if _, err := c.Send(context.Background(), m, time.Now()); err != nil {
		t.Error(err)
	}
	var got []string
	for len(got) < 2 && lines.Scan() {
		got = append(got, lines.Text())
	}
	if want := []string{fmt.Sprintf("com.github.darkwake.alert.opened %s because", e.ID), fmt.Sprintf("com.github.darkwake.alert.retracted %s because", e.ID)}; !slices.Equal(got, want) {
		t.Errorf("it told %q, want %q", got, want)
	}
}
