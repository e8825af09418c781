package air

import (
	"cmp"
	"context"
	"runtime"
	"sync"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
)

// Delivery is one message as one receiver passed it on. It is valid until the call it is handed to returns.
type Delivery struct {
	Arrival time.Duration // since the world's start
	Stamp   time.Time     // by the receiver's clock, whole seconds
	Station string
	Space   bool   // heard by satellite
	Channel byte   // 'A' or 'B'
	Sender  uint32 // the hull's first MMSI, or the beacon's: never shown in a feed
	Number  uint64 // running number in order of arrival, from 1
	Repeats uint64 // number of the delivery that this one repeats to the byte; zero when it is none
	Message encode.Message
}

// Line numbers what the receiver sent: an exact repetition has the number of the first.
func (d *Delivery) Line() uint64 {
	if d.Repeats != 0 {
		return d.Repeats
	}
	return d.Number
}

// Counts is what a run brought forth.
type Counts struct {
	Transmitted int // messages on the air, after thinning; those out of everybody's reach by their rate
	Delivered   int // messages received, copies counted
}

// window is the stretch of event time that is simulated at once. What is held in memory is a few windows of
// deliveries, and those that satellites still carry.
const window = time.Hour

// Run lets a world transmit, and hands what its receivers hear to deliver, in order of arrival. It stops with the first
// error that deliver returns, or when the context ends. One world gives the same deliveries on any machine.
func Run(ctx context.Context, w *sim.World, deliver func(*Delivery) error) (Counts, *Heard, error) {
	return runWith(ctx, w, runtime.GOMAXPROCS(0), deliver)
}

// runWith is Run with a number of workers. They simulate a window while the one before is delivered.
func runWith(ctx context.Context, w *sim.World, workers int, deliver func(*Delivery) error) (Counts, *Heard, error) {
	inner, stop := context.WithCancel(ctx)
	defer stop()
	s := newSimulator(w, workers)
	batches := make(chan batch, 1)
	go func() {
		defer close(batches)
		s.run(inner, batches)
	}()
	d := &deliverer{world: w, scene: s.scene, out: deliver, repeated: map[key]uint64{}}
	err := d.all(batches)
	stop()
	for range batches { // let the simulator come to its end
	}
	if err == nil && !s.done {
		err = ctx.Err()
	}
	if err != nil {
		return d.counts, nil, err
	}
	d.counts.Transmitted = s.transmitted()
	return d.counts, s.heard(), nil
}

// signal is a message that a receiver heard, on its way to the feed.
type signal struct {
	arrival time.Duration
	key
	copy    bool // repeats an earlier one to the byte
	doubled bool // will be repeated
	channel byte
	stamp   int64 // seconds since 1970 by the receiver's clock
	message encode.Message
}

// key tells one reception from all others.
type key struct {
	sent     time.Duration
	sender   uint32
	receiver uint16 // index among stations, then satellites
	part     uint8  // among messages of one instant
}

// order sorts by arrival; the rest settles ties the same way whoever did the work.
func order(a, b signal) int {
	if c := cmp.Compare(a.arrival, b.arrival); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(a.sender, b.sender), cmp.Compare(a.sent, b.sent), cmp.Compare(a.part, b.part),
		cmp.Compare(a.receiver, b.receiver), cmp.Compare(b2i(a.copy), b2i(b.copy)))
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// batch is what arrives in one window, a sorted part from each worker.
type batch [][]signal

// deliverer merges the parts of each window and hands them on.
type deliverer struct {
	world    *sim.World
	scene    *scene
	out      func(*Delivery) error
	number   uint64
	repeated map[key]uint64 // numbers of deliveries whose repetition is still to come
	counts   Counts
	delivery Delivery
}

func (d *deliverer) all(batches <-chan batch) error {
	for b := range batches {
		for {
			least := -1
			for i := range b {
				if len(b[i]) > 0 && (least < 0 || order(b[i][0], b[least][0]) < 0) {
					least = i
				}
			}
			if least < 0 {
				break
			}
			if err := d.one(&b[least][0]); err != nil {
				return err
			}
			b[least] = b[least][1:]
		}
	}
	return nil
}

func (d *deliverer) one(s *signal) error {
	d.number++
	d.counts.Delivered++
	r := &d.scene.receivers[s.receiver]
	d.delivery = Delivery{Arrival: s.arrival, Stamp: time.Unix(s.stamp, 0).UTC(), Station: r.id, Space: r.space,
		Channel: s.channel, Sender: s.sender, Number: d.number, Message: s.message}
	switch {
	case s.doubled:
		d.repeated[s.key] = d.number
	case s.copy:
		d.delivery.Repeats = d.repeated[s.key]
		delete(d.repeated, s.key)
	}
	return d.out(&d.delivery)
}

// simulator is the state of a run.
type simulator struct {
	world   *sim.World
	scene   *scene
	units   []unit
	workers []*worker
	done    bool
}

// unit is anything that transmits.
type unit interface {
	// transmit lets it send until a time; w hears it.
	transmit(w *worker, until time.Duration)
	// there is where it is, for the load on satellites, and how many messages a second it sends.
	there() (vector, float64)
}

func newSimulator(w *sim.World, workers int) *simulator {
	s := &simulator{world: w, scene: newScene(w)}
	for _, ship := range w.Ships() {
		s.units = append(s.units, newTransponder(w, ship))
	}
	s.units = append(s.units, beacons(w)...)
	for range max(1, workers) {
		s.workers = append(s.workers, newWorker(w, s.scene))
	}
	return s
}

// run simulates window after window.
func (s *simulator) run(ctx context.Context, out chan<- batch) {
	for from := time.Duration(0); from <= s.world.End(); from += window {
		s.scene.prepare(from, s.units)
		b := s.window(from, min(from+window, s.world.End()+1))
		select {
		case out <- b:
		case <-ctx.Done():
			return
		}
	}
	s.done = true
}

// window lets all units transmit, shared out among the workers.
func (s *simulator) window(from, until time.Duration) batch {
	next := make(chan unit, len(s.units))
	for _, u := range s.units {
		next <- u
	}
	close(next)
	out := make(batch, len(s.workers))
	var all sync.WaitGroup
	for i, w := range s.workers {
		all.Go(func() {
			for u := range next {
				u.transmit(w, until)
			}
			out[i] = w.collect(from / window)
		})
	}
	all.Wait()
	return out
}

func (s *simulator) transmitted() int {
	n := 0
	for _, w := range s.workers {
		n += w.sent
	}
	return n
}
