package faults

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/realkafka"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/stream"
	"github.com/klauspost/compress/zstd"
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

// rows are the lines of the table that FAULTS_OUT names a file for.
var rows []string

func TestMain(m *testing.M) {
	code := m.Run()
	if out := os.Getenv("FAULTS_OUT"); out != "" && code == 0 {
		table := "| test | ingest died | stage A died | stage B died | took |\n|---|---|---|---|---|\n" + strings.Join(rows, "")
		if err := os.WriteFile(out, []byte(table), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
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
	w := newWorldWith(t, "--brokers", broker.Addr())
	w.broker = broker
	return w
}

// newWorldWith is a world whose programs find their broker by these flags.
func newWorldWith(t *testing.T, flags ...string) *world {
	t.Helper()
	bin, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, Service: NewService(t, bin, append(flags, "--session", "3s", "--admin", "")...)}
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

// service is a whole service at work on a feed.
type service struct {
	*world
	ctx    context.Context
	began  time.Time
	seed   uint64
	rng    *rand.Rand
	ingest *Process
	a, b   []*Process
}

// serve starts a service on sources, which ingest gets as arguments.
func (w *world) serve(sources ...string) *service {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), time.Duration(5+kills())*time.Minute)
	w.t.Cleanup(cancel)
	seed := uint64(time.Now().UnixNano())
	w.t.Logf("seed %d", seed)
	s := &service{world: w, ctx: ctx, began: time.Now(), seed: seed, rng: rand.New(rand.NewPCG(seed, 0))}
	s.ingest = w.Start("ingest", "ingest", append([]string{"run"}, sources...)...)
	s.a, s.b = []*Process{w.stageA(1), w.stageA(2), w.stageA(3)}, []*Process{w.stageB(1), w.stageB(2)}
	return s
}

// serveBundled starts a service on the bundled month, of which a replay says what must come out.
func (w *world) serveBundled() *service {
	w.t.Helper()
	feed := w.source(firstLook)
	w.replay(feed)
	return w.serve(feed)
}

// stageA and stageB start a process of one stage.
func (w *world) stageA(n int) *Process {
	return w.Start(fmt.Sprintf("a%d", n), "detect", "run", "--stages", "a", "--config", w.config, "--checkpoint-every", "500ms")
}

func (w *world) stageB(n int) *Process {
	return w.Start(fmt.Sprintf("b%d", n), "detect", "run", "--stages", "b", "--config", w.config, "--out", w.out, "--checkpoint-every", "500ms", "--until-end")
}

// wait waits a while, about so long.
func (s *service) wait(about time.Duration) {
	select {
	case <-time.After(time.Duration(s.rng.Int64N(int64(2 * about)))):
	case <-s.ctx.Done():
	}
}

// finish waits until the input is read and stage B has ended, and asks for the bytes of a replay.
func (s *service) finish() {
	s.t.Helper()
	if err := s.ingest.Wait(s.ctx); err != nil {
		s.t.Fatal(err)
	}
	for !s.b[0].Ended() && !s.b[1].Ended() {
		if s.ctx.Err() != nil {
			s.t.Fatal("stage B has not ended in time")
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.same()
	s.tell()
}

// tell says how often what died.
func (s *service) tell() {
	deaths := func(all []*Process) (n int) {
		for _, p := range all {
			n += p.Deaths
		}
		return n
	}
	took := time.Since(s.began).Round(time.Second)
	s.t.Logf("took %v; deaths: ingest %d, stage A %d, stage B %d", took, s.ingest.Deaths, deaths(s.a), deaths(s.b))
	rows = append(rows, fmt.Sprintf("| %s | %d | %d | %d | %v |\n", s.t.Name(), s.ingest.Deaths, deaths(s.a), deaths(s.b), took))
}

// killing kills one of the processes now and then, n times in all.
func (s *service) killing(stream uint64, pause time.Duration, victims ...*Process) {
	rng := rand.New(rand.NewPCG(s.seed, stream))
	for range kills() {
		select {
		case <-time.After(time.Duration(rng.Int64N(int64(2 * pause)))):
			victims[rng.IntN(len(victims))].Kill()
		case <-s.ctx.Done():
			return
		}
	}
}

func TestKilledAtRandomPoints(t *testing.T) {
	s := newWorld(t).serveBundled()
	var all sync.WaitGroup
	all.Go(func() { s.killing(1, 300*time.Millisecond, s.ingest) })
	all.Go(func() { s.killing(2, 2*time.Second, s.a...) })
	all.Go(func() { s.killing(3, 2*time.Second, s.b...) })
	all.Wait()
	s.finish()
}

// TestEmbeddedBrokerChangesHands kills programs that have no other broker than the one that runs in one of them.
func TestEmbeddedBrokerChangesHands(t *testing.T) {
	if testing.Short() {
		t.Skip("many processes: not in short mode")
	}
	s := newWorldWith(t).serveBundled()
	s.killing(1, time.Second, append(append(s.a, s.b...), s.ingest)...)
	s.finish()
}

func TestBrokerKilledAndRestarted(t *testing.T) {
	s := newWorld(t).serveBundled()
	for range max(2, kills()/5) {
		s.wait(1500 * time.Millisecond)
		if err := s.broker.Kill(); err != nil {
			t.Fatal(err)
		}
		s.wait(time.Second)
		if err := s.broker.Restart(s.ctx); err != nil {
			t.Fatal(err)
		}
	}
	s.finish()
}

func TestMembersComeAndGo(t *testing.T) {
	s := newWorld(t).serveBundled()
	for n := range kills() {
		guest := s.stageA(10 + n)
		s.wait(1500 * time.Millisecond)
		guest.Stop(syscall.SIGTERM)
	}
	s.finish()
}

func TestPoisonedRecords(t *testing.T) {
	s := newWorld(t).serveBundled()
	c := s.client()
	for n := range 20 {
		poison := []byte("nonsense")
		if n%2 == 0 {
			poison = nil // a tombstone is no record of ours either
		}
		s.wait(50 * time.Millisecond)
		if err := c.Append(s.ctx, stream.ReportsTopic, n%4, []stream.Record{{Key: []byte("000000000"), Value: poison}}); err != nil {
			t.Fatal(err)
		}
	}
	s.finish()
	first, next, err := c.Span(s.ctx, stream.DeadLettersTopic, 0)
	if err != nil {
		t.Fatal(err)
	}
	poisoned := map[string]bool{} // each by its place: a worker who starts again may say it again
	err = c.Scan(s.ctx, stream.DeadLettersTopic, 0, first, next, func(r stream.Read) error {
		if h := fmt.Sprint(r.Headers()); strings.Contains(h, "{reason poisoned}") {
			poisoned[h] = true
		}
		return nil
	})
	if err != nil || len(poisoned) != 20 {
		t.Errorf("%d dead letters for 20 poisoned records, %v", len(poisoned), err)
	}
}

func TestCheckpointsCutInHalf(t *testing.T) {
	w := newWorld(t)
	feed := w.source(firstLook)
	w.replay(feed)
	c := w.client()
	s := w.serve(feed)
	for first, next := int64(0), int64(0); next == first && s.ctx.Err() == nil; { // until stage B has made a checkpoint
		var err error
		if first, next, err = c.Span(s.ctx, stream.StateTopic, c.Partitions()); err != nil {
			t.Fatal(err)
		}
	}
	s.wait(500 * time.Millisecond)
	for _, p := range append(s.a, s.b...) {
		p.Stop(syscall.SIGKILL)
	}
	cut := 0
	for partition := range c.Partitions() + 1 {
		cut += w.cutNewest(s.ctx, c, partition)
	}
	t.Logf("%d checkpoints lack a half", cut)
	if cut == 0 {
		t.Error("there was no checkpoint to cut")
	}
	s.a, s.b = []*Process{w.stageA(11), w.stageA(12)}, []*Process{w.stageB(11), w.stageB(12)}
	s.finish()
}

// cutNewest overwrites the last piece that a partition's state has with its half, as a writer would leave it who died
// within it.
func (w *world) cutNewest(ctx context.Context, c *stream.Client, partition int) int {
	w.t.Helper()
	first, next, err := c.Span(ctx, stream.StateTopic, partition)
	if err != nil {
		w.t.Fatal(err)
	}
	var last stream.Read
	err = c.Scan(ctx, stream.StateTopic, partition, first, next, func(r stream.Read) error {
		if strings.HasPrefix(string(r.Key), "piece ") && len(r.Value) > 1 {
			last = r
		}
		return nil
	})
	if err == nil && last.Key != nil {
		err = c.Append(ctx, stream.StateTopic, partition, []stream.Record{{Key: last.Key, Value: last.Value[:len(last.Value)/2]}})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return min(1, len(last.Key))
}

func TestDiskFull(t *testing.T) {
	w := newWorld(t)
	feed := w.source(firstLook)
	w.replay(feed)
	w.out = filepath.Join(t.TempDir(), "small")
	if err := os.Mkdir(w.out, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", w.out).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED: a small disk cannot be mounted here: %s", out)
	}
	defer exec.Command("umount", "-l", w.out).Run()
	if err := os.WriteFile(filepath.Join(w.out, "ballast"), make([]byte, 8<<20-1<<14), 0o644); err != nil {
		t.Fatal(err)
	}
	s := w.serve(feed)
	if err := s.ingest.Wait(s.ctx); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(s.b[0].Log()+s.b[1].Log(), "no space left") {
		if s.ctx.Err() != nil {
			t.Fatal("nobody says that there is no space left")
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err := os.Remove(filepath.Join(w.out, "ballast")); err != nil {
		t.Fatal(err)
	}
	s.finish()
}

// TestNonsense sends a feed whose stations' clocks jump, whose lines are cut, doubled and mixed with rubbish.
func TestNonsense(t *testing.T) {
	w := newWorld(t)
	rng := rand.New(rand.NewPCG(1, 2))
	var out strings.Builder
	for i, line := range lines(t, firstLook, 60_000) {
		switch {
		case i%5_000 > 4_990: // a clock a year ahead, for a moment: for longer it would be believed
			line = clockMoved(line, 365*24*time.Hour)
		case i%7_000 > 6_950: // or three days behind
			line = clockMoved(line, -72*time.Hour)
		case i%1_000 == 0:
			out.WriteString(line + "\n")
		case i%500 == 1:
			line = line[:rng.IntN(len(line)+1)]
		case i%700 == 2:
			line = string([]byte{0, 0xff, byte(rng.IntN(256)), '!'}) + strings.Repeat("x", rng.IntN(3000))
		}
		out.WriteString(line + "\n")
	}
	feed := w.write("nonsense.nmea", out.String())
	w.replay(feed)
	s := w.serve(feed)
	s.killing(1, time.Second, append(s.a, s.ingest)...)
	s.finish()
}

// client is a client of the world's broker.
func (w *world) client() *stream.Client {
	w.t.Helper()
	c, err := stream.Dial(w.t.Context(), stream.Options{Brokers: []string{w.broker.Addr()}, Partitions: 4, Replicas: 1})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	if err := c.Ensure(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	return c
}

// lines are the first lines of a compressed feed.
func lines(t *testing.T, path string, n int) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := zstd.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var out []string
	for in := bufio.NewScanner(z); len(out) < n && in.Scan(); {
		out = append(out, in.Text())
	}
	return out
}

// clockMoved moves the time of a line's TAG block.
func clockMoved(line string, by time.Duration) string {
	parts := tagged.FindStringSubmatch(line)
	if parts == nil {
		return line
	}
	seconds, err := strconv.ParseInt(parts[2], 10, 64)
	if err != nil {
		return line
	}
	tag, sum := fmt.Sprint(parts[1], seconds+int64(by/time.Second)), byte(0)
	for i := range len(tag) {
		sum ^= tag[i]
	}
	return fmt.Sprintf(`\%s*%02X\%s`, tag, sum, parts[3])
}

// tagged is a line with a TAG block that ends with the time.
var tagged = regexp.MustCompile(`^\\([^\\*]*c:)(\d{10})\*..\\(.*)$`)
