package stream

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"

	"github.com/darkwake/darkwake/internal/realkafka"
)

// TestOnEveryBroker holds the embedded broker and Apache Kafka to the same.
func TestOnEveryBroker(t *testing.T) {
	promises := []struct {
		name string
		keep func(*testing.T, string)
	}{
		{"what is appended is read in order", appendedIsReadInOrder},
		{"another number of partitions is refused", ensureRefusesAnotherNumberOfPartitions},
		{"the newest whole checkpoint is recovered", newestWholeCheckpointIsRecovered},
		{"a tail ends with its context", tailEndsWithItsContext},
		{"topics are made as they should be", topicsAreMadeAsTheyShouldBe},
		{"a tail begins where it is told to", tailBeginsWhereItIsToldTo},
		{"members come and go and every record is worked on once", membersComeAndGo},
	}
	t.Run("embedded", func(t *testing.T) {
		for _, p := range promises {
			t.Run(p.name, func(t *testing.T) {
				e, err := Embed(t.Context(), t.TempDir())
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() {
					if err := e.Close(); err != nil {
						t.Error(err)
					}
				})
				p.keep(t, e.Addr())
			})
		}
	})
	t.Run("Apache Kafka", func(t *testing.T) {
		b := realkafka.Start(t, realkafka.Options{})
		for _, p := range promises {
			t.Run(p.name, func(t *testing.T) {
				t.Cleanup(func() { deleteTopics(t, b.Addr()) })
				p.keep(t, b.Addr())
			})
		}
	})
}

// deleteTopics leaves a broker as empty as it was.
func deleteTopics(t *testing.T, addr string) {
	ctx := context.WithoutCancel(t.Context())
	topics := []string{ReportsTopic, FeedsTopic, FactsTopic, EventsTopic, EstimatesTopic, StateTopic, DeadLettersTopic}
	client := &kafka.Client{Addr: kafka.TCP(addr)}
	if _, err := client.DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: topics}); err != nil {
		t.Fatal(err)
	}
	for {
		fresh := &kafka.Transport{} // a used one remembers what was there
		answer, err := (&kafka.Client{Addr: kafka.TCP(addr), Transport: fresh}).Metadata(ctx, &kafka.MetadataRequest{})
		fresh.CloseIdleConnections()
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(answer.Topics, func(at kafka.Topic) bool { return slices.Contains(topics, at.Name) }) {
			return
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			t.Fatal(err)
		}
	}
}

func topicsAreMadeAsTheyShouldBe(t *testing.T, addr string) {
	c, err := Dial(t.Context(), Options{Brokers: []string{addr}, Partitions: 3, Replicas: 1, ReportsKept: 48 * time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for range 2 { // the second time they are there
		if err := c.Ensure(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	for _, tc := range []struct {
		topic  string
		parts  int
		config map[string]string
	}{
		{ReportsTopic, 3, map[string]string{"cleanup.policy": "delete", "retention.ms": "172800000"}},
		{FactsTopic, 1, map[string]string{"cleanup.policy": "delete", "retention.ms": "172800000"}},
		{FeedsTopic, 1, map[string]string{"cleanup.policy": "delete", "retention.ms": "172800000"}},
		{DeadLettersTopic, 1, map[string]string{"cleanup.policy": "delete", "retention.ms": "172800000"}},
		{EventsTopic, 1, map[string]string{"cleanup.policy": "compact"}},
		{EstimatesTopic, 1, map[string]string{"cleanup.policy": "compact"}},
		{StateTopic, 4, map[string]string{"cleanup.policy": "compact", "segment.bytes": "16777216", "max.compaction.lag.ms": "600000"}},
	} {
		got := describe(t, c, tc.topic)
		tc.config["message.timestamp.type"] = "LogAppendTime"
		for name, want := range tc.config {
			if got[name] != want {
				t.Errorf("%s: %s is %q, want %q", tc.topic, name, got[name], want)
			}
		}
		if _, _, err := c.Span(t.Context(), tc.topic, tc.parts-1); err != nil {
			t.Errorf("%s has no partition %d: %v", tc.topic, tc.parts-1, err)
		}
	}
}

// describe gives the settings of a topic.
func describe(t *testing.T, c *Client, topic string) map[string]string {
	t.Helper()
	answer, err := c.kafka.DescribeConfigs(t.Context(), &kafka.DescribeConfigsRequest{
		Resources: []kafka.DescribeConfigRequestResource{{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic}}})
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{}
	for _, r := range answer.Resources {
		if r.Error != nil {
			t.Fatal(r.Error)
		}
		for _, e := range r.ConfigEntries {
			settings[e.ConfigName] = e.ConfigValue
		}
	}
	return settings
}

func tailBeginsWhereItIsToldTo(t *testing.T, addr string) {
	c := dial(t, addr, 1)
	if err := c.Append(t.Context(), ReportsTopic, 0, numbered(0, 1000)); err != nil {
		t.Fatal(err)
	}
	for _, from := range []int{0, 1, 500, 999} {
		tail := c.Tail(ReportsTopic, 0, int64(from), true)
		r, err := tail.Next(t.Context())
		if want := fmt.Sprintf("%09d", from); err != nil || string(r.Key) != want {
			t.Errorf("from %d: got %s, %v", from, r.Key, err)
		}
		tail.Close()
	}
	// A topic that was made anew has less than was read of the old one.
	tail := c.Tail(ReportsTopic, 0, 5000, true)
	defer tail.Close()
	if _, err := tail.Next(t.Context()); err == nil || !strings.Contains(err.Error(), "read darkwake.reports.v1/0 at 5000") {
		t.Errorf("beyond the end: got %v", err)
	}
}

// membersComeAndGo has one member stay and others join and leave while records are appended. Where a partition goes on is
// what its worker noted, as a checkpoint would.
func membersComeAndGo(t *testing.T, addr string) {
	const partitions, batches, size = 4, 150, 20
	stays := dial(t, addr, partitions)
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	done := make([]sync.Mutex, partitions) // held by whoever works on the partition
	next, left := make([]int64, partitions), atomic.Int64{}
	left.Store(partitions * batches * size)
	work := func(on context.Context, c *Client, a Assignment) error {
		if !done[a.Partition].TryLock() {
			cancel(fmt.Errorf("two workers on partition %d", a.Partition))
			return nil
		}
		defer done[a.Partition].Unlock()
		tail := c.Tail(ReportsTopic, a.Partition, next[a.Partition], true)
		defer tail.Close()
		for {
			r, err := tail.Next(on)
			if err != nil {
				return err
			}
			if want := fmt.Sprintf("%09d", next[a.Partition]); string(r.Key) != want {
				cancel(fmt.Errorf("partition %d: got %s, want %s", a.Partition, r.Key, want))
				return nil
			}
			next[a.Partition]++
			if left.Add(-1) == 0 {
				cancel(nil)
			}
		}
	}
	log := slog.New(slog.DiscardHandler)
	var all sync.WaitGroup
	all.Go(func() {
		for i := range batches {
			for p := range partitions {
				if err := stays.Append(ctx, ReportsTopic, p, numbered(i*size, size)); err != nil && ctx.Err() == nil {
					cancel(err)
				}
			}
			_ = pause(ctx, 50*time.Millisecond)
		}
	})
	all.Go(func() {
		if err := stays.Work(ctx, "workers", ReportsTopic, log, func() {}, func(on context.Context, a Assignment) error { return work(on, stays, a) }); err != nil {
			cancel(err)
		}
	})
	taken := atomic.Int64{}
	for ctx.Err() == nil { // one after the other
		guest, err := Dial(ctx, Options{Brokers: []string{addr}, Partitions: partitions, Replicas: 1})
		if err != nil {
			break
		}
		visit, leave := context.WithTimeout(ctx, 4*time.Second)
		err = guest.Work(visit, "workers", ReportsTopic, log, func() {}, func(on context.Context, a Assignment) error {
			taken.Add(1)
			return work(on, guest, a)
		})
		leave()
		guest.Close()
		if err != nil {
			t.Error(err)
		}
	}
	all.Wait()
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	t.Logf("%d times a guest took a partition", taken.Load())
	if left.Load() != 0 || taken.Load() == 0 {
		t.Errorf("%d records left, guests took %d partitions", left.Load(), taken.Load())
	}
}

// TestTheLogForgets has Kafka throw away what is old, in topics of reports, and what is outdated, in the state's.
func TestTheLogForgets(t *testing.T) {
	b := realkafka.Start(t, realkafka.Options{Config: map[string]string{
		"log.initial.task.delay.ms": "100", "log.retention.check.interval.ms": "200", "log.cleaner.backoff.ms": "200"}})
	c := dial(t, b.Addr(), 1)
	set := func(t *testing.T, topic string, config map[string]string) {
		t.Helper()
		resource := kafka.IncrementalAlterConfigsRequestResource{ResourceType: kafka.ResourceTypeTopic, ResourceName: topic}
		for name, value := range config {
			resource.Configs = append(resource.Configs, kafka.IncrementalAlterConfigsRequestConfig{Name: name, Value: value, ConfigOperation: kafka.ConfigOperationSet})
		}
		answer, err := c.kafka.IncrementalAlterConfigs(t.Context(), &kafka.IncrementalAlterConfigsRequest{
			Resources: []kafka.IncrementalAlterConfigsRequestResource{resource}})
		if err == nil {
			err = answer.Resources[0].Error
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	until := func(t *testing.T, what string, is func() bool) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for !is() {
			if pause(ctx, 100*time.Millisecond) != nil {
				t.Fatalf("waited a minute for %s", what)
			}
		}
	}
	t.Run("a tail tells that its records are gone", func(t *testing.T) {
		set(t, ReportsTopic, map[string]string{"segment.bytes": "1048576", "retention.bytes": "1048576"})
		for range 20 {
			if err := c.Append(t.Context(), ReportsTopic, 0, incompressible(900<<10)); err != nil {
				t.Fatal(err)
			}
		}
		first := int64(0)
		until(t, "the log to begin later", func() (gone bool) {
			var err error
			if first, _, err = c.Span(t.Context(), ReportsTopic, 0); err != nil {
				t.Fatal(err)
			}
			return first > 0
		})
		dense := c.Tail(ReportsTopic, 0, 0, true)
		defer dense.Close()
		if _, err := dense.Next(t.Context()); !errors.Is(err, ErrLostLog) {
			t.Errorf("got %v, want %v", err, ErrLostLog)
		}
		loose := c.Tail(ReportsTopic, 0, 0, false)
		defer loose.Close()
		if r, err := loose.Next(t.Context()); err != nil || r.Offset < first {
			t.Errorf("got offset %d, %v, want %d or more", r.Offset, err, first)
		}
	})
	t.Run("the newest checkpoint outlives compaction", func(t *testing.T) {
		set(t, StateTopic, map[string]string{"segment.bytes": "4194304", "max.compaction.lag.ms": "1", "min.cleanable.dirty.ratio": "0.01"})
		s, _, err := c.Recover(t.Context(), 0, "engine", 1, "a")
		if err != nil {
			t.Fatal(err)
		}
		var state []byte
		for i := range 12 {
			state = incompressible(1 << 20)[0].Value
			state[0] = byte(i)
			if err := s.Save(t.Context(), int64(i), nil, state); err != nil {
				t.Fatal(err)
			}
		}
		_, end, err := c.Span(t.Context(), StateTopic, 0)
		if err != nil {
			t.Fatal(err)
		}
		until(t, "records to be compacted away", func() bool {
			kept := int64(0)
			if err := c.Scan(t.Context(), StateTopic, 0, 0, end, func(Read) error { kept++; return nil }); err != nil {
				t.Fatal(err)
			}
			return kept < end/2
		})
		if _, cp, err := c.Recover(t.Context(), 0, "engine", 2, "b"); err != nil || cp == nil || cp.Offset != 11 || !bytes.Equal(cp.State, state) {
			t.Errorf("got %+v, %v", cp, err)
		}
	})
}

// incompressible is one record of so many bytes that no packing makes smaller.
func incompressible(n int) []Record {
	rng := rand.New(rand.NewPCG(7, uint64(n)))
	value := make([]byte, n)
	for i := range value {
		value[i] = byte(rng.Uint32())
	}
	return []Record{{Key: []byte("noise"), Value: value}}
}

func TestAPasswordOpensKafkaAndAWrongOneIsOneClearLine(t *testing.T) {
	b := realkafka.Start(t, realkafka.Options{Users: map[string]string{"alice": "in wonder land"}, TLS: true})
	trusting := &tls.Config{RootCAs: b.Roots()}
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "scram-sha-512"} {
		for name, o := range map[string]Options{
			"in the clear": {Brokers: []string{b.SASLAddr()}},
			"over TLS":     {Brokers: []string{b.SASLTLSAddr()}, TLS: trusting},
		} {
			o.Mechanism, o.User, o.Partitions, o.Replicas = mechanism, "alice", 1, 1
			t.Run(mechanism+" "+name, func(t *testing.T) {
				o.Password = "in wonder land"
				reaches(t, o)
				for _, wrong := range [][2]string{{"alice", "guess"}, {"mallory", "in wonder land"}} {
					o.User, o.Password = wrong[0], wrong[1]
					refused(t, o, "user or password refused")
				}
			})
		}
	}
	both := Options{Brokers: []string{b.SASLAddr()}, Partitions: 1, Replicas: 1}
	for _, tc := range []struct {
		name   string
		change func(*Options)
		want   string // empty: it works
	}{
		{"TLS without a password", func(o *Options) { o.Brokers, o.TLS = []string{b.TLSAddr()}, trusting }, ""},
		{"TLS of an unknown signer", func(o *Options) { o.Brokers, o.TLS = []string{b.TLSAddr()}, &tls.Config{} }, "certificate"},
		{"TLS where there is none", func(o *Options) { o.Brokers, o.TLS = []string{b.Addr()}, trusting }, "TLS"},
		{"no TLS where there is", func(o *Options) { o.Brokers = []string{b.TLSAddr()} }, "TLS"},
		{"no password where one is asked for", func(*Options) {}, "password"},
		{"a password where none is asked for", func(o *Options) {
			o.Brokers, o.Mechanism, o.User, o.Password = []string{b.Addr()}, "PLAIN", "alice", "x"
		}, "password"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := both
			tc.change(&o)
			if tc.want == "" {
				reaches(t, o)
			} else {
				refused(t, o, tc.want)
			}
		})
	}
}

// reaches appends and reads a record.
func reaches(t *testing.T, o Options) {
	t.Helper()
	c, err := Dial(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, next, err := c.Span(t.Context(), ReportsTopic, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Append(t.Context(), ReportsTopic, 0, numbered(7, 1)); err != nil {
		t.Fatal(err)
	}
	tail := c.Tail(ReportsTopic, 0, next, true)
	defer tail.Close()
	if r, err := tail.Next(t.Context()); err != nil || string(r.Key) != "000000007" {
		t.Errorf("got %s, %v", r.Key, err)
	}
}

// refused asks for one line that says why, where, and not the password.
func refused(t *testing.T, o Options, why string) {
	t.Helper()
	before := time.Now()
	c, err := Dial(t.Context(), o)
	if err == nil {
		c.Close()
		t.Fatal("was let in")
	}
	if s := err.Error(); strings.Contains(s, "\n") || !strings.HasPrefix(s, "reach kafka at "+o.Brokers[0]+": ") || !strings.Contains(s, why) ||
		o.Password != "" && strings.Contains(s, o.Password) {
		t.Errorf("got %q, want one line with %q", s, why)
	}
	t.Logf("%v after %v", err, time.Since(before).Round(time.Millisecond))
}

func TestNothingIsLostWhileKafkaIsKilledAndComesBack(t *testing.T) {
	b := realkafka.Start(t, realkafka.Options{})
	c := dial(t, b.Addr(), 1)
	const batches, size = 200, 100
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	var work sync.WaitGroup
	acked := make(chan int, batches)
	work.Go(func() {
		defer close(acked)
		for i := range batches {
			if err := c.Append(ctx, ReportsTopic, 0, numbered(i*size, size)); err != nil {
				cancel(fmt.Errorf("batch %d: %w", i, err))
				return
			}
			acked <- i
		}
	})
	repeats := 0
	work.Go(func() {
		tail := c.Tail(ReportsTopic, 0, 0, true)
		defer tail.Close()
		for want := 0; want < batches*size; {
			r, err := tail.Next(ctx)
			if err != nil {
				cancel(fmt.Errorf("after %d records: %w", want, err))
				return
			}
			switch key := fmt.Sprintf("%09d", want); {
			case string(r.Key) == key:
				want++
			case string(r.Key) < key:
				repeats++ // of a batch whose acknowledgement was lost
			default:
				cancel(fmt.Errorf("a hole: %s after %d records", r.Key, want))
				return
			}
		}
	})
	for i := range acked {
		if i == batches/2 {
			if err := b.Kill(); err != nil {
				t.Fatal(err)
			}
			if err := b.Restart(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
	}
	work.Wait()
	if err := context.Cause(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d records, %d repeats", batches*size, repeats)
	if repeats > size {
		t.Errorf("%d repeats, want at most the batch that the kill met", repeats)
	}
}
