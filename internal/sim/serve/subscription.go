package serve

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/darkwake/darkwake/internal/sim/write"
	"github.com/darkwake/darkwake/pkg/geo"
)

// The protocol's limits (FORMATS section 9; the service's documentation).
const (
	subscribeWithin = 3  // seconds from the connection to the first subscription
	mostMMSIs       = 50 // in a filter
)

// refusal is why a connection ends, in the service's spelling.
type refusal string

// Error implements error.
func (r refusal) Error() string { return string(r) }

// badKey is the service's word for a key that it does not know. Here any key will do, but none will not.
const badKey = refusal("Api Key Is Not Valid")

// malformed is the service's word for any other mistake, with what is wrong behind it.
func malformed(what string) error { return refusal("Subscription Object Is Malformed: " + what) }

// subscription is what a client wants to hear.
type subscription struct {
	boxes []box
	mmsis map[string]bool // all when empty
	types map[string]bool // all when empty
	round int             // the client's how manieth, from 1
}

// box is an area, corners sorted.
type box struct{ south, west, north, east float64 }

// request is a subscription as it is sent. Corners are latitude before longitude.
type request struct {
	APIKey             string
	BoundingBoxes      [][][]float64
	FiltersShipMMSI    []string
	FilterMessageTypes []string
}

// readSubscription checks a request. The errors are texts for the client.
func readSubscription(text []byte) (*subscription, error) {
	var r request
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, malformed("no JSON object of the kind expected")
	}
	if r.APIKey == "" {
		return nil, badKey
	}
	s := &subscription{mmsis: map[string]bool{}, types: map[string]bool{}}
	if len(r.BoundingBoxes) == 0 {
		return nil, malformed("no BoundingBoxes")
	}
	for _, corners := range r.BoundingBoxes {
		if len(corners) != 2 || len(corners[0]) != 2 || len(corners[1]) != 2 {
			return nil, malformed("a box is two corners of latitude and longitude")
		}
		a, b := corners[0], corners[1]
		s.boxes = append(s.boxes, box{math.Min(a[0], b[0]), math.Min(a[1], b[1]), math.Max(a[0], b[0]), math.Max(a[1], b[1])})
	}
	if len(r.FiltersShipMMSI) > mostMMSIs {
		return nil, malformed(fmt.Sprintf("more than %d in FiltersShipMMSI", mostMMSIs))
	}
	for _, m := range r.FiltersShipMMSI {
		if !nineDigits(m) {
			return nil, malformed("an MMSI is text of nine digits")
		}
		s.mmsis[m] = true
	}
	for _, name := range r.FilterMessageTypes {
		if s.types[name] {
			return nil, malformed("a type twice in FilterMessageTypes")
		}
		s.types[name] = true
	}
	return s, nil
}

func nineDigits(s string) bool {
	for _, c := range []byte(s) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(s) == 9
}

// wants tells whether a message goes to the client. A message of a sender whose place is not known lies in no box.
func (s *subscription) wants(e *write.Envelope) bool {
	if !e.Placed || len(s.types) > 0 && !s.types[e.Type] {
		return false
	}
	if len(s.mmsis) > 0 && !s.mmsis[fmt.Sprintf("%09d", e.MMSI)] {
		return false
	}
	for _, b := range s.boxes {
		if b.holds(e.At) {
			return true
		}
	}
	return false
}

func (b box) holds(p geo.Point) bool {
	return p[1] >= b.south && p[1] <= b.north && p[0] >= b.west && p[0] <= b.east
}
