package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
)

// Assignment is a partition that a member of a group works on until the context of its work ends.
type Assignment struct {
	Partition  int
	Generation int64
	Member     string
}

// Final marks an error of work that no other member could avoid: the group is not formed anew.
type Final struct{ Err error }

// Error says what happened.
func (f Final) Error() string { return f.Err.Error() }

// Unwrap is the error itself.
func (f Final) Unwrap() error { return f.Err }

// Work joins a consumer group on a topic and runs work for every partition that falls to this member, each in a goroutine
// of its own. The context of the work ends when the partition may go to somebody else; the work then has some twenty seconds
// to put its things in order. Work that fails is logged and the group forms anew, until an error is Final, which is
// returned, or the context ends, which is no error. Joined is called for every generation of the group that has this
// member, whether partitions fall to it or not.
func (c *Client) Work(ctx context.Context, group, topic string, log *slog.Logger, joined func(), work func(context.Context, Assignment) error) error {
	calls := &connections{dialer: c.dialer}
	members, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: group, Brokers: c.o.Brokers, Dialer: calls.kept(), Topics: []string{topic}, StartOffset: kafka.FirstOffset,
		HeartbeatInterval: c.o.Session / 10, SessionTimeout: c.o.Session, RebalanceTimeout: max(30*time.Second, c.o.Session),
		JoinGroupBackoff: time.Second, GroupBalancers: []kafka.GroupBalancer{kafka.RoundRobinGroupBalancer{}},
	})
	if err != nil {
		return fmt.Errorf("join group %s: %w", group, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var works sync.WaitGroup
	leave := func() error { return calls.leave(members, &works) }
	var forming time.Time // since when; zero while there is a group
	for {
		generation, err := members.Next(ctx)
		if ctx.Err() != nil {
			return errors.Join(final(ctx), leave())
		}
		if errors.Is(err, kafka.InvalidSessionTimeout) || errors.Is(err, kafka.GroupAuthorizationFailed) {
			return errors.Join(fmt.Errorf("join group %s: %w", group, err), leave())
		}
		if err != nil {
			if forming.IsZero() {
				forming = time.Now()
			}
			notYet(ctx, log, group, time.Since(forming), err)
			continue // kafka-go has waited
		}
		forming = time.Time{}
		joined()
		for _, p := range generation.Assignments[topic] {
			a := Assignment{Partition: p.ID, Generation: int64(generation.ID), Member: generation.MemberID}
			log.Debug("partition taken", "group", group, "partition", a.Partition, "generation", a.Generation)
			works.Add(1)
			generation.Start(func(ended context.Context) {
				defer works.Done()
				failed(ended, log, cancel, group, a, work(ended, a))
			})
		}
	}
}

// connections are what a member of a group holds open, so that it can be made to leave: kafka-go answers nobody while it waits
// for a group to form, which may take as long as the slowest member takes to put its things in order.
type connections struct {
	dialer *kafka.Dialer
	mutex  sync.Mutex
	open   map[net.Conn]bool
}

// kept is a dialer whose connections are known here.
func (c *connections) kept() *kafka.Dialer {
	c.open = map[net.Conn]bool{}
	d := *c.dialer
	d.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		var dialer net.Dialer
		conn, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c.mutex.Lock()
		defer c.mutex.Unlock()
		c.open[conn] = true
		return connection{conn, c}, nil
	}
	return &d
}

// connection is one of them.
type connection struct {
	net.Conn
	of *connections
}

// Close closes and forgets it.
func (c connection) Close() error {
	c.of.mutex.Lock()
	defer c.of.mutex.Unlock()
	delete(c.of.open, c.Conn)
	return c.Conn.Close()
}

// patience is how long a member that has nothing left to do waits for its group to take notice.
const patience = 2 * time.Second

// leave ends the work and leaves the group; if that is just forming, without a word after a while: the broker will miss us.
func (c *connections) leave(members *kafka.ConsumerGroup, works *sync.WaitGroup) error {
	left := make(chan error, 1)
	go func() { left <- members.Close() }()
	works.Wait()
	select {
	case err := <-left:
		return err
	case <-time.After(patience):
	}
	c.mutex.Lock()
	for conn := range c.open {
		_ = conn.Close() // whoever waits on it is told
	}
	c.mutex.Unlock()
	return <-left
}

// usual is how long a group may take to form, a new cluster's first coordinator included, before anybody needs to know.
const usual = 15 * time.Second

// notYet says why there is no group.
func notYet(ctx context.Context, log *slog.Logger, group string, waited time.Duration, err error) {
	level := slog.LevelDebug
	if waited > usual {
		level = slog.LevelWarn
	}
	log.Log(ctx, level, "no group yet", "group", group, "waited", waited.Round(time.Second), "error", plainly(err))
}

// failed says why a partition's work ended before its time. It waits a little, so that what fails at once does not keep the
// whole group from its work.
func failed(ended context.Context, log *slog.Logger, cancel context.CancelCauseFunc, group string, a Assignment, err error) {
	if err == nil || ended.Err() != nil {
		return
	}
	if _, ok := errors.AsType[Final](err); ok {
		cancel(err)
		return
	}
	log.Warn("partition given up, trying again", "group", group, "partition", a.Partition, "error", err)
	_ = pause(ended, time.Second)
}

// final is the Final error that ended a context, if one did.
func final(ctx context.Context) error {
	if f, ok := errors.AsType[Final](context.Cause(ctx)); ok {
		return f
	}
	return nil
}
