package serve

import (
	"context"
	"time"
)

// Clock tells the time and wakes. Tests replace it.
type Clock interface {
	Now() time.Time
	// After delivers the time once, when so much of it has passed.
	After(d time.Duration) <-chan time.Time
}

// pace holds deliveries back until they are due.
type pace struct {
	clock Clock
	speed float64       // event time for each second of the clock, zero for no pace
	from  time.Duration // event time at which the clock starts
	begun time.Time     // of the clock, zero before the first delivery
}

// nap is the shortest wait: waits shorter than what a timer keeps to would only cost.
const nap = time.Millisecond

// wait returns when an event time is due, or with the context's error when that ends first.
func (p *pace) wait(ctx context.Context, at time.Duration) error {
	if err := ctx.Err(); err != nil || p.speed == 0 {
		return err
	}
	now := p.clock.Now()
	if p.begun.IsZero() {
		p.begun = now
	}
	ahead := p.begun.Add(time.Duration(float64(at-p.from) / p.speed)).Sub(now)
	if ahead < nap {
		return nil
	}
	select {
	case <-p.clock.After(ahead):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
