package air

import (
	"container/heap"
	"context"
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
	Number  uint64 // running number, decides among equal arrivals
	Message encode.Message
}

// Counts is what a run brought forth.
type Counts struct {
	Transmitted int // messages on the air, after thinning
	Delivered   int // messages received, copies counted
}

// Run lets a world transmit, and hands what its receivers hear to deliver, in order of arrival. It stops with the first
// error that deliver returns, or when the context ends.
func Run(ctx context.Context, w *sim.World, deliver func(*Delivery) error) (Counts, *Heard, error) {
	f := &feed{world: w, out: deliver, heard: &Heard{ships: map[uint32]*shipHeard{}, cells: map[cell]*bits{},
		why: func(uint32, sim.Span) string { return "not_received" }}}
	if err := f.run(ctx); err != nil {
		return f.counts, nil, err
	}
	return f.counts, f.heard, nil
}

// feed is the state of a run.
type feed struct {
	world    *sim.World
	out      func(*Delivery) error
	heard    *Heard
	emitters emitters
	coasts   []*coast
	sats     []*satellite
	pending  deliveries
	number   uint64
	counts   Counts
	bufferTx []transmission
}

// run moves from transmission to transmission; what has arrived by then is delivered first.
func (f *feed) run(ctx context.Context) error {
	w := f.world
	for _, s := range w.Ships() {
		f.emitters = append(f.emitters, newTransponder(w, s))
	}
	f.emitters = append(f.emitters, beacons(w)...)
	for i, s := range w.Scenario().Stations {
		f.coasts = append(f.coasts, &coast{Station: s, world: w, index: uint64(i)})
	}
	for i, s := range w.Scenario().Satellites {
		f.sats = append(f.sats, &satellite{Satellite: s, world: w, index: uint64(i)})
	}
	heap.Init(&f.emitters)
	for f.emitters[0].next() < never {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f.deliver(f.emitters[0].next().Nanoseconds()); err != nil {
			return err
		}
		f.bufferTx = f.emitters[0].send(f.bufferTx[:0])
		heap.Fix(&f.emitters, 0)
		for _, x := range f.bufferTx {
			f.hear(x)
		}
	}
	return f.deliver(int64(never))
}

// hear offers a transmission to every receiver.
func (f *feed) hear(x transmission) {
	f.counts.Transmitted++
	channel := byte('A')
	if sim.Draw(9, uint64(x.sender), uint64(x.at)) < 0.5 {
		channel = 'B'
	}
	keep := func(d delivery, heard bool) {
		if heard {
			f.note(x, d)
			f.number++
			d.number, d.channel = f.number, channel
			heap.Push(&f.pending, d)
		}
	}
	for _, c := range f.coasts {
		keep(c.receive(x))
	}
	for _, s := range f.sats {
		keep(s.receive(x))
	}
}

// note remembers a message that will reach the feed.
func (f *feed) note(x transmission, d delivery) {
	if x.fixed || d.arrival > f.world.End() {
		return
	}
	s := f.heard.ships[x.sender]
	if s == nil {
		s = &shipHeard{last: -1}
		f.heard.ships[x.sender] = s
	}
	switch x.message.(type) {
	case encode.Position, encode.ClassB:
		s.message(x.at, true)
	default:
		s.message(x.at, false)
	}
	c := cellOf(x.from)
	if f.heard.cells[c] == nil {
		f.heard.cells[c] = new(bits)
	}
	f.heard.cells[c].set(int(x.at / heardHour))
}

// deliver hands out what has arrived before a time in nanoseconds of the world.
func (f *feed) deliver(before int64) error {
	for len(f.pending) > 0 && f.pending[0].arrival.Nanoseconds() < before {
		d := heap.Pop(&f.pending).(delivery)
		if d.arrival > f.world.End() {
			continue // the recording has ended
		}
		f.counts.Delivered++
		if err := f.out(&Delivery{Arrival: d.arrival, Stamp: time.Unix(d.stamp, 0).UTC(), Station: d.station, Space: d.space,
			Channel: d.channel, Sender: d.sender, Number: d.number, Message: d.message}); err != nil {
			return err
		}
	}
	return nil
}

// emitters is a heap by the time of the next transmission, then by sender.
type emitters []emitter

func (e emitters) Len() int           { return len(e) }
func (e emitters) Less(i, j int) bool { return e[i].next() < e[j].next() }
func (e emitters) Swap(i, j int)      { e[i], e[j] = e[j], e[i] }
func (e *emitters) Push(x any)        { *e = append(*e, x.(emitter)) }
func (e *emitters) Pop() any {
	old := *e
	x := old[len(old)-1]
	*e = old[:len(old)-1]
	return x
}

// deliveries is a heap by arrival.
type deliveries []delivery

func (d deliveries) Len() int { return len(d) }
func (d deliveries) Less(i, j int) bool {
	if d[i].arrival != d[j].arrival {
		return d[i].arrival < d[j].arrival
	}
	return d[i].number < d[j].number
}
func (d deliveries) Swap(i, j int) { d[i], d[j] = d[j], d[i] }
func (d *deliveries) Push(x any)   { *d = append(*d, x.(delivery)) }
func (d *deliveries) Pop() any {
	old := *d
	x := old[len(old)-1]
	*d = old[:len(old)-1]
	return x
}
