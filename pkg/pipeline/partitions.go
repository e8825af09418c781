package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/darkwake/darkwake/pkg/feed"
)

// RunPartitions takes the partitions of a log, each a stream of its own, through both stages, as a service does, and returns
// what was found. It does not close the streams.
func RunPartitions(ctx context.Context, c Config, partitions []feed.Stream, l Listener) (*Result, error) {
	b, err := NewStageB(c, len(partitions), l)
	if err != nil {
		return nil, err
	}
	whole := ctx
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var work sync.WaitGroup
	out := make([]chan Found, len(partitions))
	for i, s := range partitions {
		out[i] = make(chan Found, ahead)
		work.Go(func() {
			defer close(out[i])
			if err := runPartition(ctx, c, s, out[i]); err != nil {
				cancel(fmt.Errorf("partition %d: %w", i, err))
			}
		})
	}
	for open := true; open; {
		for i := range out {
			found, more := <-out[i]
			if open = open && more; !more {
				continue
			}
			if err := b.Take(i, found); err != nil {
				cancel(err)
			}
		}
	}
	cancel(nil) // partitions that are longer than the shortest wait for nobody
	work.Wait()
	if err := context.Cause(ctx); whole.Err() != nil || !errors.Is(err, context.Canceled) {
		return nil, err
	}
	return b.Result(), nil
}

// runPartition is stage A of one partition.
func runPartition(ctx context.Context, c Config, s feed.Stream, out chan<- Found) error {
	a, err := NewStageA(c)
	if err != nil {
		return err
	}
	hand := func(f Found) {
		select {
		case out <- f:
		case <-ctx.Done():
		}
	}
	for ctx.Err() == nil {
		rec, err := s.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		a.Take(ctx, rec, hand)
	}
	return nil
}
