package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// cluster gives a client of an embedded broker of the test's own, with its topics made.
func cluster(t testing.TB, partitions int) *Client {
	t.Helper()
	e, err := Embed(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return dial(t, e.Addr(), partitions)
}

func dial(t testing.TB, addr string, partitions int) *Client {
	t.Helper()
	c, err := Dial(t.Context(), Options{Brokers: []string{addr}, Partitions: partitions, Replicas: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func numbered(from, n int) []Record {
	var records []Record
	for i := range n {
		records = append(records, Record{Key: fmt.Appendf(nil, "%09d", from+i), Value: bytes.Repeat([]byte("x"), 200), Headers: []Header{{"source", "test"}}})
	}
	return records
}

func appendedIsReadInOrder(t *testing.T, addr string) {
	c := dial(t, addr, 2)
	const n = 30_000 // several batches
	if err := c.Append(t.Context(), ReportsTopic, 1, numbered(0, n)); err != nil {
		t.Fatal(err)
	}
	tail := c.Tail(ReportsTopic, 1, 0, true)
	defer tail.Close()
	for i := range n {
		r, err := tail.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%09d", i); string(r.Key) != want || r.Offset != int64(i) || len(r.Value) != 200 || r.Headers()[0] != (Header{"source", "test"}) {
			t.Fatalf("record %d: got %s at %d with %v", i, r.Key, r.Offset, r.Headers())
		}
	}
	if first, next, err := c.Span(t.Context(), ReportsTopic, 0); first != 0 || next != 0 || err != nil {
		t.Errorf("the other partition spans %d to %d, %v", first, next, err)
	}
}

func ensureRefusesAnotherNumberOfPartitions(t *testing.T, addr string) {
	dial(t, addr, 2)
	c, err := Dial(t.Context(), Options{Brokers: []string{addr}, Partitions: 3, Replicas: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Ensure(t.Context()); err == nil || !strings.Contains(err.Error(), "has 2 partitions, not 3") {
		t.Errorf("got %v", err)
	}
}

func TestDialTellsWhatIsWrongInOneLine(t *testing.T) {
	good := Options{Brokers: []string{"127.0.0.1:1"}, Partitions: 1, Replicas: 1}
	for _, tc := range []struct {
		name   string
		change func(*Options)
		want   string
	}{
		{"nobody there", func(*Options) {}, "reach kafka at 127.0.0.1:1"},
		{"no broker", func(o *Options) { o.Brokers = nil }, "kafka.brokers: none: expected host:port"},
		{"no port", func(o *Options) { o.Brokers = []string{"localhost"} }, `kafka.brokers: "localhost": expected host:port`},
		{"no partition", func(o *Options) { o.Partitions = 0 }, "kafka.partitions: 0: expected 1 to 1024"},
		{"unknown mechanism", func(o *Options) { o.Mechanism, o.User = "GSSAPI", "me" }, `kafka.sasl.mechanism: "GSSAPI": expected PLAIN`},
		{"no user", func(o *Options) { o.Mechanism = "PLAIN" }, "kafka.sasl.user: none"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := good
			tc.change(&o)
			_, err := Dial(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want one line with %q", err, tc.want)
			}
		})
	}
}

func newestWholeCheckpointIsRecovered(t *testing.T, addr string) {
	c := dial(t, addr, 1)
	rng := rand.New(rand.NewPCG(1, 2))
	noise := func(n int) []byte { // which no packing makes smaller
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	}
	first, cp, err := c.Recover(t.Context(), 0, "e", 3, "a")
	if err != nil || cp != nil {
		t.Fatalf("an empty topic gave %v, %v", cp, err)
	}
	states := [][]byte{noise(3 * pieceSize), noise(10), noise(2 * pieceSize)}
	for i, s := range states {
		if err := first.Save(t.Context(), int64(100*i), []uint64{uint64(i)}, s); err != nil {
			t.Fatal(err)
		}
	}
	check := func(want []byte, offset int64, generation int64, member string) *Checkpoints {
		t.Helper()
		s, cp, err := c.Recover(t.Context(), 0, "e", generation, member)
		if err != nil || cp == nil || !bytes.Equal(cp.State, want) || cp.Offset != offset {
			t.Fatalf("got %+v, error %v, want offset %d and %d bytes", cp, err, offset, len(want))
		}
		return s
	}
	second := check(states[2], 200, 1, "b")
	if second.owner.Epoch != 4 {
		t.Errorf("the second owner's epoch is %d, want one above the first's 3", second.owner.Epoch)
	}
	// A late checkpoint of the first owner loses against any of the second's.
	if err := second.Save(t.Context(), 300, []uint64{3}, states[1]); err != nil {
		t.Fatal(err)
	}
	if err := first.Save(t.Context(), 400, []uint64{4}, states[0]); err != nil {
		t.Fatal(err)
	}
	third := check(states[1], 300, 1, "c")
	// Half a checkpoint: a piece of the newest is lost.
	if err := third.Save(t.Context(), 500, nil, states[0]); err != nil {
		t.Fatal(err)
	}
	if err := third.Save(t.Context(), 600, nil, states[2]); err != nil {
		t.Fatal(err)
	}
	if err := c.Append(t.Context(), StateTopic, 0, []Record{{Key: []byte(pieceKey(third.owner, 0, 1)), Value: []byte("cut")}}); err != nil {
		t.Fatal(err)
	}
	check(states[0], 500, 1, "d")
}

func TestTheNextProcessTakesTheBrokerOver(t *testing.T) {
	dir := t.TempDir()
	one, err := Embed(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	two, err := Embed(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer two.Close()
	if !one.Running() || two.Running() || one.Addr() != two.Addr() {
		t.Fatalf("two brokers on one directory: %s and %s", one.Addr(), two.Addr())
	}
	c := dial(t, two.Addr(), 1)
	if err := c.Append(t.Context(), ReportsTopic, 0, numbered(0, 10)); err != nil {
		t.Fatal(err)
	}
	if err := one.Close(); err != nil {
		t.Fatal(err)
	}
	if err := c.Append(t.Context(), ReportsTopic, 0, numbered(10, 10)); err != nil {
		t.Fatal(err)
	}
	tail := c.Tail(ReportsTopic, 0, 0, true)
	defer tail.Close()
	for i := range 20 {
		r, err := tail.Next(t.Context())
		if err != nil || string(r.Key) != fmt.Sprintf("%09d", i) {
			t.Fatalf("record %d: got %s, %v", i, r.Key, err)
		}
	}
	if !two.Running() {
		t.Error("the second process does not run the broker")
	}
}

func tailEndsWithItsContext(t *testing.T, addr string) {
	c := dial(t, addr, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	tail := c.Tail(ReportsTopic, 0, 0, true)
	defer tail.Close()
	if _, err := tail.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

// BenchmarkAppend and BenchmarkTail measure records of 200 bytes against the embedded broker with its log on disk.
func BenchmarkAppend(b *testing.B) {
	c := cluster(b, 1)
	records := numbered(0, 10_000)
	for b.Loop() {
		if err := c.Append(b.Context(), ReportsTopic, 0, records); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(records))/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkTail(b *testing.B) {
	c := cluster(b, 1)
	const n = 200_000
	if err := c.Append(b.Context(), ReportsTopic, 0, numbered(0, n)); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		tail := c.Tail(ReportsTopic, 0, 0, true)
		for range n {
			if _, err := tail.Next(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
		tail.Close()
	}
	b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "records/s")
}
