package stream

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	members, err := kafka.NewConsumerGroup(kafka.ConsumerGroupConfig{
		ID: group, Brokers: c.o.Brokers, Dialer: c.dialer, Topics: []string{topic}, StartOffset: kafka.FirstOffset,
		HeartbeatInterval: c.o.Session / 10, SessionTimeout: c.o.Session, RebalanceTimeout: max(30*time.Second, c.o.Session),
		JoinGroupBackoff: time.Second, GroupBalancers: []kafka.GroupBalancer{kafka.RoundRobinGroupBalancer{}},
	})
	if err != nil {
		return fmt.Errorf("join group %s: %w", group, err)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	for {
		generation, err := members.Next(ctx)
		if ctx.Err() != nil {
			return errors.Join(final(ctx), members.Close())
		}
		if errors.Is(err, kafka.InvalidSessionTimeout) || errors.Is(err, kafka.GroupAuthorizationFailed) {
			return errors.Join(fmt.Errorf("join group %s: %w", group, err), members.Close())
		}
		if err != nil {
			log.Warn("no group yet", "group", group, "error", plainly(err))
			continue // kafka-go has waited
		}
		joined()
		for _, p := range generation.Assignments[topic] {
			a := Assignment{Partition: p.ID, Generation: int64(generation.ID), Member: generation.MemberID}
			log.Debug("partition taken", "group", group, "partition", a.Partition, "generation", a.Generation)
			generation.Start(func(ended context.Context) {
				failed(ended, log, cancel, group, a, work(ended, a))
			})
		}
	}
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
