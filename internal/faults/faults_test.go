package faults

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/realkafka"
	"github.com/darkwake/darkwake/pkg/store"
)

// kills is how many processes of each kind are killed in a test.
func kills() int {
	if n, err := strconv.Atoi(os.Getenv("FAULTS")); err == nil && n > 0 {
		return n
	}
	return 3
}

// firstLook is the bundled month, with known truth.
const firstLook = "../../testdata/feeds/first-look.nmea.zst"

// programs builds the programs once.
var programs = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "darkwake-faults-")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-o", dir, "../../cmd/ingest", "../../cmd/detect", "../../cmd/simulate").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return dir, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if dir, err := programs(); err == nil && dir != "" {
		os.RemoveAll(dir)
	}
	os.Exit(code)
}

// few are parameters under which a day's estimate is cheap: what is tested is not the estimate.
const few = "estimate:\n  draws: 200\n"

// world is a broker, the programs and what must come out.
type world struct {
	*Service
	t      *testing.T
	broker *realkafka.Broker
	config string // file of parameters
	want   string // folder of detect replay
	out    string // folder of detect run
}

func newWorld(t *testing.T) *world {
	t.Helper()
	if testing.Short() {
		t.Skip("a broker and many processes: not in short mode")
	}
	broker := realkafka.Start(t, realkafka.Options{Config: map[string]string{"group.min.session.timeout.ms": "1000"}})
	bin, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, broker: broker}
	w.Service = NewService(t, bin, "--brokers", broker.Addr(), "--session", "3s")
	w.config = w.write("few.yaml", few)
	w.out = filepath.Join(w.Dir, "live")
	return w
}

func (w *world) write(name, text string) string {
	w.t.Helper()
	path := filepath.Join(w.Dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		w.t.Fatal(err)
	}
	return path
}

// source copies a feed to where nothing changes it.
func (w *world) source(path string) string {
	w.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.write(filepath.Base(path), string(data))
}

// replay says what must come out.
func (w *world) replay(args ...string) {
	w.t.Helper()
	w.want = filepath.Join(w.Dir, "replay")
	c := exec.Command(filepath.Join(w.bin, "detect"), append([]string{"replay", "--quiet", "--config", w.config, "--out", w.want}, args...)...)
	if out, err := c.CombinedOutput(); err != nil {
		w.t.Fatalf("replay: %v\n%s", err, out)
	}
}

// a and b start a stage.
func (w *world) a(n int) *Process {
	return w.Start(fmt.Sprintf("a%d", n), "detect", "run", "--stages", "a", "--config", w.config, "--out", "", "--checkpoint-every", "500ms")
}

func (w *world) b(n int) *Process {
	return w.Start(fmt.Sprintf("b%d", n), "detect", "run", "--stages", "b", "--config", w.config, "--out", w.out, "--checkpoint-every", "500ms", "--until-end")
}

// killing kills one of the processes now and then, n times in all, while one runs.
func killing(ctx context.Context, rng *rand.Rand, n int, pause time.Duration, victims ...*Process) {
	for range n {
		select {
		case <-time.After(time.Duration(rng.Int64N(int64(2 * pause)))):
			victims[rng.IntN(len(victims))].Kill()
		case <-ctx.Done():
			return
		}
	}
}

// same asks that what came out is what a replay gives.
func (w *world) same() {
	w.t.Helper()
	for _, name := range []string{"events.jsonl", "daily.csv", "daily.json", "lots.json", "journal.jsonl", "accounts.jsonl", "revisions.csv", "halts.json", "coverage.csv"} {
		got, err := os.ReadFile(filepath.Join(w.out, name))
		if err != nil {
			w.t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(w.want, name))
		if err != nil {
			w.t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			w.t.Errorf("%s: %d bytes, not the %d of a replay", name, len(got), len(want))
		}
	}
	w.sameStore()
}

// sameStore asks that the store holds the events of a replay, each once.
func (w *world) sameStore() {
	w.t.Helper()
	s, err := store.View(w.t.Context(), filepath.Join(w.Dir, "darkwake-data", "darkwake.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	var got bytes.Buffer
	if err := s.WriteLines(w.t.Context(), &got, store.Query{}); err != nil {
		w.t.Fatal(err)
	}
	want, err := os.ReadFile(filepath.Join(w.want, "events.jsonl"))
	if err != nil {
		w.t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		w.t.Errorf("store: %d bytes of events, not the %d of a replay", got.Len(), len(want))
	}
}

func TestKilledAtRandomPoints(t *testing.T) {
	w := newWorld(t)
	feed := w.source(firstLook)
	w.replay(feed)
	ctx, cancel := context.WithTimeout(t.Context(), time.Duration(5+kills())*time.Minute)
	defer cancel()
	began := time.Now()
	in := w.Start("ingest", "ingest", "run", feed)
	a, b := []*Process{w.a(1), w.a(2), w.a(3)}, []*Process{w.b(1), w.b(2)}
	seed := uint64(time.Now().UnixNano())
	var all sync.WaitGroup
	all.Go(func() { killing(ctx, rand.New(rand.NewPCG(seed, 1)), kills(), 300*time.Millisecond, in) })
	all.Go(func() { killing(ctx, rand.New(rand.NewPCG(seed, 2)), kills(), 2*time.Second, a...) })
	all.Go(func() { killing(ctx, rand.New(rand.NewPCG(seed, 3)), kills(), 2*time.Second, b...) })
	all.Wait()
	if err := in.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	for !b[0].Ended() && !b[1].Ended() && ctx.Err() == nil {
		time.Sleep(50 * time.Millisecond)
	}
	t.Logf("seed %d: %v, deaths: ingest %d, stage a %d, stage b %d", seed, time.Since(began).Round(time.Second), in.Deaths,
		a[0].Deaths+a[1].Deaths+a[2].Deaths, b[0].Deaths+b[1].Deaths)
	w.same()
}
