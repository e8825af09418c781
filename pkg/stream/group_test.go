package stream

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
)

// mortal is a member of a group that can be made to die, without a word, the next time it has joined and is to share out the
// partitions.
type mortal struct{ doomed, dead atomic.Bool }

// syncGroup is the number of the request by which a member shares out, or asks for, its partitions.
const syncGroup = 14

var errDead = errors.New("dead")

func (m *mortal) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if m.dead.Load() {
		return nil, errDead
	}
	var d net.Dialer
	c, err := d.DialContext(ctx, network, address)
	return mortalConn{c, m}, err
}

type mortalConn struct {
	net.Conn
	m *mortal
}

func (c mortalConn) Write(p []byte) (int, error) {
	if len(p) >= 6 && binary.BigEndian.Uint16(p[4:6]) == syncGroup && c.m.doomed.Load() {
		c.m.dead.Store(true)
	}
	if c.m.dead.Load() {
		return 0, errors.Join(errDead, c.Conn.Close())
	}
	return c.Conn.Write(p)
}

// crew is members of one group, and how many partitions they work on.
type crew struct {
	t     *testing.T
	c     *Client
	group string
	log   *slog.Logger
	said  bytes.Buffer // a line at a time
	all   sync.WaitGroup

	mutex   sync.Mutex
	working []int // partitions of each member
}

// session is the shortest that there is.
const session = time.Second

// newCrew is a group without members on an embedded broker, for three partitions.
func newCrew(t *testing.T) (*crew, context.Context, context.CancelFunc) {
	t.Helper()
	e, err := Embed(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	c, err := Dial(t.Context(), Options{Brokers: []string{e.Addr()}, Partitions: 3, Replicas: 1, Session: session})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	if err := c.Ensure(t.Context()); err != nil {
		t.Fatal(err)
	}
	w := &crew{t: t, c: c, group: "g"}
	w.log = slog.New(slog.NewTextHandler(&w.said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return w, ctx, cancel
}

func (w *crew) join(ctx context.Context) {
	me := len(w.working)
	w.add(me, 0)
	w.all.Go(func() {
		err := w.c.Work(ctx, w.group, ReportsTopic, w.log, func() {}, func(ctx context.Context, _ Assignment) error {
			w.add(me, 1)
			defer w.add(me, -1)
			<-ctx.Done()
			return nil
		})
		if err != nil {
			w.t.Error(err)
		}
	})
}

// add counts what a member works on.
func (w *crew) add(member, partitions int) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if member == len(w.working) {
		w.working = append(w.working, 0)
	}
	w.working[member] += partitions
}

// await waits until each member works on one partition.
func (w *crew) await() {
	w.t.Helper()
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		w.mutex.Lock()
		working := slices.Clone(w.working)
		w.mutex.Unlock()
		if !slices.ContainsFunc(working, func(n int) bool { return n != 1 }) {
			return
		}
		if time.Since(began) > time.Minute {
			w.t.Fatalf("after a minute members work on %v partitions", working)
		}
	}
}

// TestALeaderWhoDiesWhileHisGroupFormsTakesNobodyWithHim has a leader die between joining and sharing out: all the others
// must be told to join anew, and none may be left waiting for an answer that never comes.
func TestALeaderWhoDiesWhileHisGroupFormsTakesNobodyWithHim(t *testing.T) {
	w, ctx, cancel := newCrew(t)
	var leader mortal
	dies := startMortal(ctx, t, &leader, w.c.o.Brokers[0], w.group)
	w.join(ctx)
	w.join(ctx)
	w.await() // the leader has the third
	leader.doomed.Store(true)
	w.join(ctx) // the group forms anew
	w.await()
	cancel()
	w.all.Wait()
	<-dies
	if !leader.dead.Load() {
		t.Error("the leader did not die")
	}
	if strings.Contains(w.said.String(), "i/o timeout") {
		t.Errorf("somebody was left waiting:\n%s", w.said.String())
	}
}

// startMortal has a mortal join a group as its first member, which makes it the leader, and tells when it has gone.
func startMortal(ctx context.Context, t *testing.T, m *mortal, addr, group string) <-chan struct{} {
	t.Helper()
	members, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: group, Brokers: []string{addr}, Topics: []string{ReportsTopic}, Dialer: &kafka.Dialer{DialFunc: m.dial}, HeartbeatInterval: 100 * time.Millisecond,
		SessionTimeout: session, RebalanceTimeout: 30 * time.Second, GroupBalancers: []kafka.GroupBalancer{kafka.RoundRobinGroupBalancer{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := members.Next(ctx); err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		for ctx.Err() == nil {
			_, _ = members.Next(ctx) // it fails for ever once it is dead
		}
		_ = members.Close()
	}()
	return gone
}
