package write

import (
	"bufio"
	"fmt"
	"io"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/encode"
)

// NMEA writes deliveries as sentences with TAG blocks, each line ended by CR LF, after comment lines that say what the
// text is.
type NMEA struct {
	world    *sim.World
	out      *bufio.Writer
	composer encode.Composer
	counts   Counts
}

// NewNMEA begins a feed.
func NewNMEA(out io.Writer, w *sim.World) *NMEA {
	n := &NMEA{world: w, out: bufio.NewWriterSize(out, 1<<16)}
	s := w.Scenario()
	// An error stays with the buffer: the next Deliver or Flush returns it.
	fmt.Fprintf(n.out, "# SYNTHETIC: made by darkwake's cmd/simulate from scenario %q, seed %d.\r\n"+
		"# No real ship, voyage or cargo: names, MMSIs and IMO numbers are invented, times and places are a story's.\r\n", s.Name, s.Seed)
	return n
}

// Deliver writes the sentences of one message. Sequences and groups are numbered over the whole feed, because later parts
// name no station; an exact repetition has the first one's.
func (n *NMEA) Deliver(d *air.Delivery) error {
	lines := n.composer.Sentences(d.Message, encode.Frame{Channel: d.Channel, Sequence: int(d.Line() % 10),
		Tag: encode.Tag{Station: d.Station, Time: d.Stamp.Unix(), Group: 1 + int(d.Line()%9999)}})
	for i, line := range lines {
		n.counts.Sentences++
		n.out.Write(n.damage(line, d, i)) // an error stays with the buffer
		if _, err := n.out.WriteString("\r\n"); err != nil {
			return fmt.Errorf("write feed: %w", err)
		}
	}
	return nil
}

// Flush writes what is still in the buffer.
func (n *NMEA) Flush() error {
	if err := n.out.Flush(); err != nil {
		return fmt.Errorf("write feed: %w", err)
	}
	return nil
}

// Counts tells how much was written so far.
func (n *NMEA) Counts() Counts { return n.counts }

// damage spoils a few sentences on the line from the receiver.
func (n *NMEA) damage(line []byte, d *air.Delivery, part int) []byte {
	fate := fateOf(n.world.Scenario().Faults, d, part)
	if fate == whole {
		return line
	}
	n.counts.Corrupted++
	where := sim.Draw(12, d.Line(), uint64(part))
	if fate == cut {
		return line[:len(line)-1-int(where*30)]
	}
	line[len(line)-6-int(where*20)] ^= 1 // a neighbour in the table: still a payload character, but the checksum shows it
	return line
}
