package write

import (
	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/encode"
	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// Writer turns deliveries into text, in the order in which they come.
type Writer interface {
	// Deliver writes one message. It keeps nothing of the delivery.
	Deliver(d *air.Delivery) error
	// Flush passes on what is buffered. Without it the last lines are missing.
	Flush() error
	// Counts tells how much was written so far.
	Counts() Counts
}

var (
	_ Writer = (*NMEA)(nil)
	_ Writer = (*AISStream)(nil)
	_ Writer = (*MarineCadastre)(nil)
)

// Counts is what was written.
type Counts struct {
	Sentences int // or envelopes, or rows
	Corrupted int // sentences with a wrong character or a missing end
	LeftOut   int // messages that the format has no place for
	Copies    int // receptions of a message that was written already
}

// fate is what becomes of a sentence on the line from the receiver.
type fate uint8

const (
	whole     fate = iota
	corrupted      // one character is another
	cut            // the end is missing
)

// fateOf draws the fate of one part of a message.
func fateOf(f scenario.Faults, d *air.Delivery, part int) fate {
	chance := sim.Draw(11, d.Line(), uint64(part))
	switch {
	case chance < f.Corrupted:
		return corrupted
	case chance < f.Corrupted+f.Cut:
		return cut
	}
	return whole
}

// arrives tells whether a message can be read where it is decoded: none of its sentences may be spoilt. Only message 5
// needs two.
func arrives(f scenario.Faults, d *air.Delivery) bool {
	if _, long := d.Message.(encode.Static); long && fateOf(f, d, 1) != whole {
		return false
	}
	return fateOf(f, d, 0) == whole
}
