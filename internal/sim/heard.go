package sim

import (
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// Heard tells what of a world reached its feed. Times are those of sending, since the world's start; a ship goes by the
// MMSI of her begin.
type Heard interface {
	// Ship tells whether any message of the ship sent between two times was received.
	Ship(sender uint32, from, to time.Duration) bool
	// Near tells whether any message was received that a ship sent between two times within half a degree of a place.
	Near(at geo.Point, from, to time.Duration) bool
	// Gaps are the times of at least some length in which no true position of the ship was received, between the
	// first and the last that were.
	Gaps(sender uint32, least time.Duration) []Span
	// Why gives the cause of a gap, for a ship that did transmit: not_received, feed_outage or interference.
	Why(sender uint32, s Span) string
}

// Span is a time from one instant of the world to another.
type Span struct{ From, To time.Duration }
