package stream

import (
	"context"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"
	"sync"
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
