package event

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"slices"
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/vessel"
)

// idDigits is the number of hexadecimal digits of an id: 64 bits, so that ten million events collide with a
// probability of 3e-6.
const idDigits = 16

// ID returns an event's id: the kind, a hyphen, and the first 16 hexadecimal digits of the SHA-256 of its opening
// facts. These are the kind, the start in milliseconds, the position in 1e-5 degrees (1.1 m) and the MMSIs, which may
// be given in any order: of the subject, of the loader, or of both ships seen at the start; none for an interference.
func ID(kind Kind, start time.Time, lon, lat float64, mmsis ...vessel.MMSI) string {
	sorted := slices.Clone(mmsis)
	slices.Sort(sorted)
	b := openingFacts(kind, start)
	b = strconv.AppendInt(append(b, '|'), int64(math.Round(lon*1e5)), 10)
	b = strconv.AppendInt(append(b, '|'), int64(math.Round(lat*1e5)), 10)
	for _, m := range sorted {
		b = append(append(b, '|'), m.String()...)
	}
	return hashID(kind, b)
}

// OutageID returns the id of an outage, which has a source and a region instead of ships and a position.
func OutageID(start time.Time, source, region string) string {
	b := openingFacts(Outage, start)
	b = strconv.AppendQuote(append(b, '|'), source)
	b = strconv.AppendQuote(append(b, '|'), region)
	return hashID(Outage, b)
}

func openingFacts(kind Kind, start time.Time) []byte {
	b := append(make([]byte, 0, 96), kind...)
	return strconv.AppendInt(append(b, '|'), start.UnixMilli(), 10)
}

func hashID(kind Kind, facts []byte) string {
	sum := sha256.Sum256(facts)
	return string(kind) + "-" + hex.EncodeToString(sum[:])[:idDigits]
}

// Kinds lists all kinds in canonical order: that in which detectors run and events are listed.
func Kinds() []Kind {
	return []Kind{Outage, Interference, Identity, FalsePosition, PortCall, Transit, DraughtChange,
		Loitering, Gap, Rendezvous, Lift, Transfer, Discharge}
}

// Order is a kind's place in the canonical order, or -1 for a kind that does not exist.
func (k Kind) Order() int { return slices.Index(Kinds(), k) }

// Compare orders events canonically: by start, then kind, then id, then version.
func Compare(a, b Event) int {
	return cmp.Or(
		a.Start.Compare(b.Start),
		cmp.Compare(a.Kind.Order(), b.Kind.Order()),
		cmp.Compare(a.ID, b.ID),
		cmp.Compare(a.Version, b.Version),
	)
}
