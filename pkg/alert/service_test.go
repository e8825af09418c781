package alert

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/alert/post"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/secret"
	"github.com/darkwake/darkwake/pkg/store"
)

const key = "0123456789abcdef-key"

// inbox is a receiver of webhooks on loopback.
type inbox struct {
	*httptest.Server
	mu     sync.Mutex
	all    []received
	refuse func(n int, r received) int // status for the n-th request; nil takes all
}

type received struct {
	ID, Type, Subject string
	Data              struct {
		Rule, Change, Reason, Link string
		Synthetic                  bool
		Event                      struct {
			ID      string
			Version int
			Vessels []struct{ Name string }
		}
		Items []struct{ Change string }
	}
	signed bool
}

func newInbox(t *testing.T) *inbox {
	t.Helper()
	b := &inbox{}
	b.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var m received
		if err := json.Unmarshal(body, &m); err != nil {
			t.Errorf("%v in %s", err, body)
		}
		m.signed = post.Sign(secret.Value(key), r.Header.Get(post.TimestampHeader), body) == r.Header.Get(post.SignatureHeader)
		b.mu.Lock()
		defer b.mu.Unlock()
		status := 200
		if b.refuse != nil {
			status = b.refuse(len(b.all), m)
		}
		b.all = append(b.all, m)
		w.WriteHeader(status)
	}))
	t.Cleanup(b.Close)
	return b
}

// taken are the requests so far.
func (b *inbox) taken() []received {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.all)
}

// hook is a channel to an inbox.
func hook(t *testing.T, name, url string) Channel {
	t.Helper()
	w, err := post.NewWebhook(post.Target{URL: secret.Value(url), Private: true}, secret.Value(key))
	if err != nil {
		t.Fatal(err)
	}
	return Channel{name, "webhook", w}
}

// kept is a new store.
func kept(t *testing.T) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // some tests close it themselves
	return s
}

func put(t *testing.T, s *store.Store, events ...event.Event) {
	t.Helper()
	if err := s.Put(context.Background(), 1, store.Batch{Events: events}); err != nil {
		t.Fatal(err)
	}
}

// lift is a version of an event.
func lift(n, version int, status event.Status, p float64) event.Event {
	e := fixture.Events()[n]
	e.Version, e.Status, e.Probability = version, status, p
	return e
}

// hurried are options with which a test does not wait.
func hurried(t *testing.T, c *Config, s Source) Options {
	t.Helper()
	return Options{Config: c, Store: s, State: filepath.Join(t.TempDir(), "alerts.db"), Log: slog.New(slog.DiscardHandler),
		Poll: 5 * time.Millisecond, FirstRetry: 4 * time.Millisecond, LongestRetry: 20 * time.Millisecond}
}

// running opens a service whose state knows the store as it stands, and runs it until the test ends or stop is called.
func running(t *testing.T, o Options) (s *Service, stop func()) {
	t.Helper()
	s, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Step(context.Background()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := errors.Join(<-done, s.Close()); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(stop)
	return s, stop
}

// until waits for a condition.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s: waited for it in vain", what)
		}
	}
}

func TestOpenedUpdatedAndRetractedArriveInOrderAndSigned(t *testing.T) {
	b, s := newInbox(t), kept(t)
	put(t, s, lift(3, 1, event.Open, 0.9)) // history alarms nobody
	c := &Config{Site: "https://darkwake.example", Channels: []Channel{hook(t, "desk", b.URL)}, Rules: []Rule{{Name: "all", Probability: 0.5, Channels: []string{"desk"}}}}
	running(t, hurried(t, c, s))
	put(t, s, lift(1, 1, event.Open, 0.6))
	put(t, s, lift(1, 2, event.Open, 0.7)) // nothing that a reader cares about
	put(t, s, lift(1, 3, event.Closed, 0.7), lift(2, 1, event.Closed, 0.9))
	put(t, s, lift(1, 4, event.Retracted, 0.7))
	until(t, "four messages", func() bool { return len(b.taken()) >= 4 })
	var got []string
	for _, m := range b.taken() {
		got = append(got, fmt.Sprintf("%s v%d %s", m.Data.Change, m.Data.Event.Version, m.Subject[len(m.Subject)-2:]))
		if !m.signed || m.Type != "com.github.darkwake.alert."+m.Data.Change || m.Data.Link != "https://darkwake.example/event/"+m.Data.Event.ID || m.Data.Rule != "all" {
			t.Errorf("message %+v", m)
		}
		if want := fixture.Names[1]; m.Subject == lift(1, 1, event.Open, 0).ID && m.Data.Event.Vessels[0].Name != want {
			t.Errorf("programs get the name as it was sent: %q, want %q", m.Data.Event.Vessels[0].Name, want)
		}
	}
	slices.Sort(got[1:3]) // two events at once have no order
	want := []string{"opened v1 a1", "opened v1 a2", "updated v3 a1", "retracted v4 a1"}
	slices.Sort(want[1:3])
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestAMessageIsTriedAgainWithTheSameIdUntilItIsTaken(t *testing.T) {
	b, s := newInbox(t), kept(t)
	b.refuse = func(n int, _ received) int { return []int{500, 302, 429, 404, 200}[min(n, 4)] }
	c := &Config{Channels: []Channel{hook(t, "desk", b.URL)}, Rules: []Rule{{Name: "all", Channels: []string{"desk"}}}}
	o := hurried(t, c, s)
	var counted sync.Map
	o.Counted = func(channel, outcome string) {
		n, _ := counted.LoadOrStore(channel+" "+outcome, new(atomic.Int64))
		n.(*atomic.Int64).Add(1)
	}
	service, _ := running(t, o)
	put(t, s, lift(1, 1, event.Open, 0.6))
	until(t, "five tries and an empty queue", func() bool {
		waits, err := service.Pending(context.Background())
		return err == nil && len(b.taken()) == 5 && len(waits) == 0
	})
	for _, m := range b.taken() {
		if m.ID != b.taken()[0].ID || !m.signed {
			t.Errorf("%s, signed %v", m.ID, m.signed)
		}
	}
	for what, want := range map[string]int64{"desk " + Failed: 4, "desk " + Sent: 1} {
		if n, ok := counted.Load(what); !ok || n.(*atomic.Int64).Load() != want {
			t.Errorf("%s: counted %v, want %d", what, n, want)
		}
	}
}

func TestADeadChannelHoldsUpNoOtherAndIsGivenUpAfterADay(t *testing.T) {
	alive, dead, s := newInbox(t), newInbox(t), kept(t)
	dead.Close()
	c := &Config{Channels: []Channel{hook(t, "alive", alive.URL), hook(t, "dead", dead.URL)}, Rules: []Rule{{Name: "all", Channels: []string{"dead", "alive"}}}}
	o := hurried(t, c, s)
	var ahead atomic.Int64
	o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	var dropped atomic.Int64
	o.Counted = func(channel, outcome string) {
		if channel == "dead" && outcome == Dropped {
			dropped.Add(1)
		}
	}
	service, _ := running(t, o)
	for n := range 10 {
		put(t, s, lift(n, 1, event.Open, 0.6))
	}
	until(t, "the live channel", func() bool { return len(alive.taken()) == 10 })
	if waits, err := service.Pending(context.Background()); err != nil || waits["dead"] != 10 || dropped.Load() != 0 {
		t.Errorf("%v wait, %d dropped, %v: want all of the dead channel's to wait", waits, dropped.Load(), err)
	}
	ahead.Store(int64(23 * time.Hour))
	put(t, s, lift(11, 1, event.Open, 0.6))
	until(t, "the one of 23 hours later", func() bool { return len(alive.taken()) == 11 })
	if dropped.Load() != 0 {
		t.Errorf("%d dropped before a day was over", dropped.Load())
	}
	ahead.Store(int64(24*time.Hour + time.Minute))
	until(t, "the first ten given up", func() bool { return dropped.Load() == 10 })
	if waits, err := service.Pending(context.Background()); err != nil || waits["dead"] != 1 {
		t.Errorf("%v wait, %v: want the younger one", waits, err)
	}
}

func TestAMessageThatIsNotLikedHoldsUpOnlyItsOwnEvent(t *testing.T) {
	b, s := newInbox(t), kept(t)
	bad := lift(1, 1, event.Open, 0.6).ID
	var let atomic.Bool
	b.refuse = func(_ int, m received) int {
		if m.Subject == bad && !let.Load() {
			return 400
		}
		return 200
	}
	c := &Config{Channels: []Channel{hook(t, "desk", b.URL)}, Rules: []Rule{{Name: "all", Channels: []string{"desk"}}}}
	service, _ := running(t, hurried(t, c, s))
	put(t, s, lift(1, 1, event.Open, 0.6))
	put(t, s, lift(1, 2, event.Closed, 0.6))
	for n := 2; n < 8; n++ {
		put(t, s, lift(n, 1, event.Open, 0.6))
	}
	until(t, "all others", func() bool {
		waits, err := service.Pending(context.Background())
		return err == nil && waits["desk"] == 2
	})
	let.Store(true)
	until(t, "an empty queue", func() bool {
		waits, err := service.Pending(context.Background())
		return err == nil && len(waits) == 0
	})
	var order []string
	for _, m := range b.taken() {
		if m.Subject == bad {
			order = append(order, m.Data.Change)
		}
	}
	if first := slices.Index(order, string(post.Updated)); first < 1 || slices.Contains(order[first:], string(post.Opened)) {
		t.Errorf("%q: the update must come after the opening", order)
	}
}

func TestADigestTellsOnceWhatWasCollected(t *testing.T) {
	b, s := newInbox(t), kept(t)
	c := &Config{Channels: []Channel{hook(t, "desk", b.URL)}, Rules: []Rule{{Name: "hourly", Digest: time.Hour, Channels: []string{"desk"}}}}
	o := hurried(t, c, s)
	var at atomic.Int64
	at.Store(time.Date(2026, 3, 14, 5, 10, 0, 0, time.UTC).UnixNano())
	o.Now = func() time.Time { return time.Unix(0, at.Load()) }
	if err := s.Put(context.Background(), 1, store.Batch{Documents: []store.Document{{Name: "summary", Body: json.RawMessage(`{"synthetic":true}`)}}}); err != nil {
		t.Fatal(err)
	}
	service, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { service.Close() }()
	step := func(events ...event.Event) {
		t.Helper()
		put(t, s, events...)
		if err := service.Step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	waits := func() int {
		all, err := service.Pending(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return all["desk"]
	}
	step()
	step(lift(1, 1, event.Open, 0.6), lift(2, 1, event.Open, 0.6))
	step(lift(1, 2, event.Closed, 0.6), lift(2, 2, event.Retracted, 0.6)) // the second came and went: nobody hears of it
	// A restart between collecting and telling loses nothing.
	if err := service.Close(); err != nil {
		t.Fatal(err)
	}
	if service, err = Open(context.Background(), o); err != nil {
		t.Fatal(err)
	}
	at.Store(time.Date(2026, 3, 14, 5, 59, 0, 0, time.UTC).UnixNano())
	if step(); waits() != 0 {
		t.Fatal("the digest came before its hour")
	}
	at.Store(time.Date(2026, 3, 14, 6, 0, 0, 0, time.UTC).UnixNano())
	if step(); waits() != 1 {
		t.Fatalf("%d digests wait, want one", waits())
	}
	m, _, err := service.queue.next(context.Background(), "desk", o.Now())
	if err != nil || m.Change != post.Digest || len(m.Lines) != 1 || !strings.HasPrefix(m.Lines[0], "opened: lift") || !strings.Contains(m.Title, "SYNTHETIC") || m.ID != "digest/hourly/2026-03-14T06:00:00Z/1" {
		t.Errorf("%+v, %v", m, err)
	}
	step(lift(1, 3, event.Retracted, 0.6))
	at.Store(time.Date(2026, 3, 14, 7, 0, 0, 0, time.UTC).UnixNano())
	if step(); waits() != 2 {
		t.Errorf("%d digests wait, want the one that takes the event back, too", waits())
	}
}

func TestALongDigestIsSeveral(t *testing.T) {
	body, err := lift(1, 1, event.Open, 0.5).MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	var items []Item
	for range 2*maxItems + 1 {
		items = append(items, Item{Change: post.Opened, Event: body})
	}
	all := teller{}.digests(&Rule{Name: "r"}, items, fixture.At(1), fixture.At(1))
	if len(all) != 3 || len(all[0].Lines) != maxItems || len(all[2].Lines) != 1 || all[0].ID == all[1].ID {
		t.Errorf("%d digests", len(all))
	}
}

func TestOneProcessHasTheState(t *testing.T) {
	s := kept(t)
	o := hurried(t, &Config{}, s)
	first, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), o); err == nil || !strings.Contains(err.Error(), "another process has it") || strings.Contains(err.Error(), "\n") {
		t.Errorf("the second: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	text := filepath.Join(t.TempDir(), "alerts.yaml")
	if err := os.WriteFile(text, bytes.Repeat([]byte("rules: none\n"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, says := range map[string]string{t.TempDir(): "cannot be opened", s.String(): "tables of something else", filepath.Join(t.TempDir(), "none", "alerts.db"): "cannot be opened", text: "no SQLite database"} {
		o.State = path
		if _, err := Open(context.Background(), o); err == nil || !strings.Contains(err.Error(), says) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, want %q", path, err, says)
		}
	}
}

func TestAStoreThatIsBehindIsFollowedFromWhereItStands(t *testing.T) {
	b, s := newInbox(t), kept(t)
	c := &Config{Channels: []Channel{hook(t, "desk", b.URL)}, Rules: []Rule{{Name: "all", Channels: []string{"desk"}}}}
	o := hurried(t, c, s)
	put(t, s, lift(1, 1, event.Open, 0.6), lift(2, 1, event.Open, 0.6))
	_, stop := running(t, o)
	stop()
	restored := kept(t)
	put(t, restored, lift(3, 1, event.Open, 0.6))
	o.Store = restored
	running(t, o)
	put(t, restored, lift(4, 1, event.Open, 0.6))
	until(t, "what came after", func() bool { return len(b.taken()) == 1 })
	if got := b.taken()[0].Subject; got != lift(4, 1, event.Open, 0).ID {
		t.Errorf("told of %s", got)
	}
}

// helper makes this test binary the process that is killed: it follows the store of the first variable until it dies.
const helper = "DARKWAKE_TEST_ALERTS"

func TestMain(m *testing.M) {
	if os.Getenv(helper) == "" {
		os.Exit(m.Run())
	}
	arguments := strings.Split(os.Getenv(helper), "\n")
	s, err := store.View(context.Background(), arguments[0])
	if err != nil {
		panic(err)
	}
	w, err := post.NewWebhook(post.Target{URL: secret.Value(arguments[2]), Private: true}, secret.Value(key))
	if err != nil {
		panic(err)
	}
	c := &Config{Channels: []Channel{{"desk", "webhook", w}}, Rules: []Rule{{Name: "all", Channels: []string{"desk"}}}}
	err = Run(context.Background(), Options{Config: c, Store: s, State: arguments[1], Poll: time.Millisecond, FirstRetry: time.Millisecond, LongestRetry: 5 * time.Millisecond})
	panic(err)
}

// TestKillingTheProcessLosesNothing kills the process eight times while it works. Each version that is to be told arrives;
// what arrives twice has one id.
func TestKillingTheProcessLosesNothing(t *testing.T) {
	b, s := newInbox(t), kept(t)
	state := filepath.Join(t.TempDir(), "alerts.db")
	o := hurried(t, &Config{Rules: []Rule{{Name: "all", Channels: []string{"desk"}}}}, s)
	o.State = state
	_, stop := running(t, o) // knows the empty store
	stop()
	want := map[string]bool{}
	for round := range 8 {
		process := exec.Command(os.Args[0])
		process.Env = append(os.Environ(), helper+"="+s.String()+"\n"+state+"\n"+b.URL)
		if err := process.Start(); err != nil {
			t.Fatal(err)
		}
		before := len(b.taken())
		for n := range 12 {
			e := lift(n, 1+round, []event.Status{event.Open, event.Closed}[round%2], 0.6)
			put(t, s, e)
			want[fmt.Sprintf("%s/%d", e.ID, e.Version)] = true
			if n == 6 {
				until(t, "something that arrives", func() bool { return len(b.taken()) > before+round%3 })
			}
		}
		if round == 7 {
			until(t, "everything", func() bool { return len(distinct(b.taken())) >= len(want) })
		}
		if err := process.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = process.Wait() // it was killed
	}
	got := distinct(b.taken())
	for id := range want {
		if len(got[id]) != 1 {
			t.Errorf("%s arrived under %d ids: %v", id, len(got[id]), got[id])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d versions arrived, %d were to be told", len(got), len(want))
	}
	t.Logf("%d messages for %d versions", len(b.taken()), len(want))
}

// distinct are the ids under which each version arrived.
func distinct(all []received) map[string]map[string]bool {
	ids := map[string]map[string]bool{}
	for _, m := range all {
		version := fmt.Sprintf("%s/%d", m.Data.Event.ID, m.Data.Event.Version)
		if ids[version] == nil {
			ids[version] = map[string]bool{}
		}
		ids[version][m.ID] = true
	}
	return ids
}
