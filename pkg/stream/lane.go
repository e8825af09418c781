package stream

import (
	"context"
	"sync"
)

// Lane appends to one partition in the background: whatever was put while a batch was on its way is the next one, so that
// batches are small when there is time and large when there is none. Its memory is bounded: Put waits for room.
type Lane struct {
	append func([]Record) error
	stop   func() bool
	work   sync.WaitGroup

	mutex   sync.Mutex
	change  sync.Cond // of what is below
	waiting []Record
	spare   []Record // the slice of the batch before
	size    int
	busy    bool // a batch is on its way
	closed  bool
	err     error
}

// laneSize is how many bytes may wait: two batches.
const laneSize = 2 * maxBatch

// Lane opens a lane to a partition. When the context ends, what waits is given up and Put and Settle return its cause.
func (c *Client) Lane(ctx context.Context, topic string, partition int) *Lane {
	l := &Lane{append: func(records []Record) error { return c.Append(ctx, topic, partition, records) }}
	l.change.L = &l.mutex
	l.stop = context.AfterFunc(ctx, func() { l.fail(context.Cause(ctx)) })
	l.work.Go(l.run)
	return l
}

// Put adds a record, whose bytes must not be changed any more. It waits while too much is waiting.
func (l *Lane) Put(r Record) error {
	n := r.size()
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for l.size > 0 && l.size+n > laneSize && l.err == nil {
		l.change.Wait()
	}
	if l.err != nil {
		return l.err
	}
	l.waiting, l.size = append(l.waiting, r), l.size+n
	if !l.busy {
		l.change.Broadcast()
	}
	return nil
}

// Settle waits until all that was put is acknowledged by all replicas.
func (l *Lane) Settle() error {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for (l.busy || len(l.waiting) > 0) && l.err == nil {
		l.change.Wait()
	}
	return l.err
}

// Close gives up what waits. Settle comes before it.
func (l *Lane) Close() {
	l.stop()
	l.mutex.Lock()
	l.closed = true
	l.change.Broadcast()
	l.mutex.Unlock()
	l.work.Wait()
}

func (l *Lane) fail(err error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if l.err == nil {
		l.err = err
	}
	l.change.Broadcast()
}

func (l *Lane) run() {
	for {
		batch, ok := l.take()
		if !ok {
			return
		}
		if err := l.append(batch); err != nil {
			l.fail(err)
			return
		}
		for i := range batch {
			if batch[i].Acked != nil {
				batch[i].Acked()
			}
		}
		l.mutex.Lock()
		clear(batch)
		l.busy, l.spare = false, batch[:0]
		l.change.Broadcast()
		l.mutex.Unlock()
	}
}

// take waits for records and takes all that there are.
func (l *Lane) take() ([]Record, bool) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	for len(l.waiting) == 0 && !l.closed && l.err == nil {
		l.change.Wait()
	}
	if l.closed || l.err != nil {
		return nil, false
	}
	batch := l.waiting
	l.waiting, l.spare, l.size, l.busy = l.spare, nil, 0, true
	return batch, true
}
