package air

import (
	"bufio"
	"container/heap"
	"fmt"
	"io"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/encode"
)

// WriteFeed runs the world and writes what arrives of it, in order of arrival: comment lines that say what the file is,
// then NMEA sentences with TAG blocks, each line ended by CR LF.
func WriteFeed(w *sim.World, out io.Writer) (Counts, error) {
	f := &feed{world: w, out: bufio.NewWriterSize(out, 1<<16), sent: map[string]int{}}
	if err := f.header(); err != nil {
		return Counts{}, err
	}
	if err := f.run(); err != nil {
		return f.counts, fmt.Errorf("write feed: %w", err)
	}
	return f.counts, f.out.Flush()
}

// Counts is what a run brought forth.
type Counts struct {
	Transmitted int // messages on the air, after thinning
	Delivered   int // messages received, copies counted
	Sentences   int
	Corrupted   int // sentences with a wrong character or a missing end
}

// feed is the state of a run.
type feed struct {
	world    *sim.World
	out      *bufio.Writer
	emitters emitters
	coasts   []*coast
	sats     []*satellite
	pending  deliveries
	number   uint64
	sent     map[string]int // multi-part messages of each station
	groups   int            // multi-part messages of all stations
	counts   Counts
	bufferTx []transmission
}

func (f *feed) header() error {
	s := f.world.Scenario()
	_, err := fmt.Fprintf(f.out, "# SYNTHETIC: made by darkwake's cmd/simulate from scenario %q, seed %d.\r\n"+
		"# No real ship, voyage or cargo: names, MMSIs and IMO numbers are invented, times and places are a story's.\r\n", s.Name, s.Seed)
	return err
}

// run moves from transmission to transmission; what has arrived by then is written first.
func (f *feed) run() error {
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

// deliver writes what has arrived before a time in nanoseconds of the world.
func (f *feed) deliver(before int64) error {
	for len(f.pending) > 0 && f.pending[0].arrival.Nanoseconds() < before {
		d := heap.Pop(&f.pending).(delivery)
		if d.arrival > f.world.End() {
			continue // the recording has ended
		}
		if err := f.write(d); err != nil {
			return err
		}
	}
	return nil
}

// write composes the sentences of one message. Each station counts its own sequence numbers; groups are numbered over
// the whole feed, because later parts name no station.
func (f *feed) write(d delivery) error {
	f.counts.Delivered++
	n := f.sent[d.station]
	lines := encode.Sentences(d.message, encode.Frame{Channel: d.channel, Sequence: n % 10,
		Tag: encode.Tag{Station: d.station, Time: d.stamp, Group: 1 + f.groups%9999}})
	if len(lines) > 1 {
		f.sent[d.station] = n + 1
		f.groups++
	}
	for i, line := range lines {
		f.counts.Sentences++
		if _, err := f.out.WriteString(f.damage(line, d, i) + "\r\n"); err != nil {
			return err
		}
	}
	return nil
}

// damage spoils a few sentences on the line from the receiver.
func (f *feed) damage(line string, d delivery, part int) string {
	faults := f.world.Scenario().Faults
	chance := sim.Draw(11, d.number, uint64(part))
	where := sim.Draw(12, d.number, uint64(part))
	switch {
	case chance < faults.Corrupted:
		f.counts.Corrupted++
		b := []byte(line)
		i := len(b) - 6 - int(where*20)
		b[i] ^= 1 // a neighbour in the table: still a payload character, but the checksum shows it
		return string(b)
	case chance < faults.Corrupted+faults.Cut:
		f.counts.Corrupted++
		return line[:len(line)-1-int(where*30)]
	}
	return line
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
