package serve

import (
	"context"
	"sync"
	"testing"
	"time"
)

// fakeClock moves when a test says so.
type fakeClock struct {
	mu      sync.Mutex
	now     time.Time
	timers  []timer
	changed chan struct{} // gets a value with each timer
}

type timer struct {
	due  time.Time
	ring chan time.Time
}

func newFakeClock() *fakeClock {
	return &fakeClock{now: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), changed: make(chan struct{}, 1)}
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) After(d time.Duration) <-chan time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := timer{c.now.Add(d), make(chan time.Time, 1)}
	c.timers = append(c.timers, t)
	c.ring()
	select {
	case c.changed <- struct{}{}:
	default:
	}
	return t.ring
}

// ring goes off where it is due.
func (c *fakeClock) ring() {
	left := c.timers[:0]
	for _, t := range c.timers {
		if t.due.After(c.now) {
			left = append(left, t)
			continue
		}
		t.ring <- c.now
	}
	c.timers = left
}

func (c *fakeClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	c.ring()
}

// await returns when so many timers run.
func (c *fakeClock) await(t *testing.T, n int) {
	t.Helper()
	for {
		c.mu.Lock()
		running := len(c.timers)
		c.mu.Unlock()
		if running >= n {
			return
		}
		select {
		case <-c.changed:
		case <-t.Context().Done():
			t.Fatalf("%d timers run, want %d", running, n)
		}
	}
}

func TestPace(t *testing.T) {
	cases := []struct {
		name  string
		speed float64
		at    time.Duration // of the delivery, the first one being at zero
		wait  time.Duration // of the clock
	}{
		{"real time", 1, 90 * time.Second, 90 * time.Second},
		{"sixty times faster", 60, time.Hour, time.Minute},
		{"slower than life", 0.5, time.Second, 2 * time.Second},
		{"too short to wait for", 60, 10 * time.Millisecond, 0},
		{"as fast as the clients read", 0, time.Hour, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			clock := newFakeClock()
			p := &pace{clock: clock, speed: c.speed, from: time.Hour}
			if err := p.wait(t.Context(), time.Hour); err != nil {
				t.Fatal(err)
			}
			done := make(chan error, 1)
			go func() { done <- p.wait(t.Context(), time.Hour+c.at) }()
			if c.wait > 0 {
				clock.await(t, 1)
				clock.advance(c.wait - time.Millisecond)
				select {
				case <-done:
					t.Fatal("delivered a millisecond early")
				default:
				}
				clock.advance(time.Millisecond)
			}
			if err := <-done; err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("ends with the context", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		clock := newFakeClock()
		p := &pace{clock: clock, speed: 1}
		done := make(chan error, 1)
		go func() { done <- p.wait(ctx, 0); done <- p.wait(ctx, time.Hour) }()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		clock.await(t, 1)
		cancel()
		if err := <-done; err == nil {
			t.Error("waited on after the context had ended")
		}
	})
}
