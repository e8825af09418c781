package event

import (
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Schema names the JSON layout of an event.
const Schema = "darkwake.event/v1"

// Kind is what an event claims.
type Kind string

// The kinds. Their order here is the canonical order in which detectors run and events are listed.
const (
	Outage        Kind = "outage"
	Interference  Kind = "interference"
	Identity      Kind = "identity"
	FalsePosition Kind = "false_position"
	PortCall      Kind = "port_call"
	Transit       Kind = "transit"
	DraughtChange Kind = "draught_change"
	Loitering     Kind = "loitering"
	Gap           Kind = "gap"
	Rendezvous    Kind = "rendezvous"
	Lift          Kind = "lift"
	Transfer      Kind = "transfer"
	Discharge     Kind = "discharge"
)

// Status is where an event stands in its life.
type Status string

// The statuses. A retracted event keeps its id and answers with the reason.
const (
	Open      Status = "open"
	Closed    Status = "closed"
	Retracted Status = "retracted"
)

// Role is a vessel's part in an event.
type Role string

// The roles.
const (
	Subject  Role = "subject"
	Donor    Role = "donor"
	Receiver Role = "receiver"
	Loader   Role = "loader"
	Exporter Role = "exporter"
	Party    Role = "other"
)

// Cause is one rival explanation of an event.
type Cause string

// The causes of a silence (METHODS.md section 3), and the classes of a rendezvous (section 4).
const (
	SwitchedOff       Cause = "switched_off"
	NotReceived       Cause = "not_received"
	FeedOutage        Cause = "feed_outage"
	Interfered        Cause = "interference"
	InPort            Cause = "in_port"
	IdentityChange    Cause = "identity_change"
	LeftArea          Cause = "left_area"
	FaultyTransponder Cause = "faulty_transponder"
	Unknown           Cause = "unknown"

	CargoTransfer Cause = "cargo_transfer"
	Bunkering     Cause = "bunkering"
	Service       Cause = "service"
	Neighbours    Cause = "anchored_neighbours"
	Berthed       Cause = "berth_neighbours"
	OtherMeeting  Cause = "other"

	// What may be behind positions that cannot be true (METHODS.md section 6), beside Interfered and Unknown.
	Pretended  Cause = "false_position" // sent on purpose
	ClockFault Cause = "clock_fault"    // true once, sent on late or dated wrong

	// The rivals of an identity event: one ship behind both, by the law's way (IdentityChange,
	// above, is the other way); two ships behind one; and no second identity at all.
	Reregistered Cause = "re_registration"
	SharedMMSI   Cause = "shared_mmsi"
	Cloned       Cause = "cloned"
	TypingError  Cause = "typing_error"

	// Observed is the cause of what was seen to happen: a gate passed, a draught typed anew.
	Observed Cause = "observed"
)

// Explanation is a cause with its probability. The explanations of an event sum to one.
type Explanation struct {
	Cause Cause   `json:"cause"`
	P     float64 `json:"p"`
}

// Span holds a value before and after; nil is not known.
type Span[T any] struct {
	Before *T `json:"before"`
	After  *T `json:"after"`
}

// Vessel is a ship's part in an event, as known at its watermark.
type Vessel struct {
	Role    Role             `json:"role"`
	MMSI    vessel.MMSI      `json:"mmsi"`
	IMO     vessel.IMO       `json:"imo,omitempty"`
	Name    string           `json:"name,omitempty"`
	Flag    string           `json:"flag,omitempty"`  // ISO 3166 alpha-2, from the MMSI
	Class   string           `json:"class,omitempty"` // size class
	DWT     float64          `json:"dwt,omitempty"`   // tonnes, best estimate
	Draught Span[geo.Metres] `json:"draught_m"`
	Load    Span[string]     `json:"load"`
	Listed  []string         `json:"listed,omitempty"`
	Hull    *Hull            `json:"hull_m,omitempty"` // nil when her dimensions are not known
}

// Hull is the distances from a ship's antenna to her ends and sides.
type Hull struct {
	Bow            geo.Metres `json:"bow"`
	Stern          geo.Metres `json:"stern"`
	Port           geo.Metres `json:"port"`
	Starboard      geo.Metres `json:"starboard"`
	AntennaUnknown bool       `json:"antenna_unknown,omitempty"` // length and beam are known, the antenna's place is not
}

// Place is where an event happened.
type Place struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"`
	Country string `json:"country,omitempty"`
}

// Volume is a number of barrels with its interval.
type Volume struct {
	P05  vessel.Barrels `json:"p05"`
	P50  vessel.Barrels `json:"p50"`
	P95  vessel.Barrels `json:"p95"`
	Mean vessel.Barrels `json:"mean"`
}

// Ref points at a line in a source, so that anybody who holds the source can find it again.
type Ref struct {
	Source string `json:"source"`
	Offset int64  `json:"offset"`
}

// Evidence is what an event rests on: raw sentences (bounded), where they stand, and their hash.
type Evidence struct {
	Sentences []string `json:"sentences"`
	Refs      []Ref    `json:"refs"`
	SHA256    string   `json:"sha256"`
	Total     int      `json:"total"` // reports behind the hash; those quoted are the first, the last and samples
}

// Rule is one test that a detector applied: the value it found against the threshold.
type Rule struct {
	Name      string  `json:"name"`
	Value     float64 `json:"value"`
	Op        string  `json:"op"` // ">=", "<=", ">", "<"
	Threshold float64 `json:"threshold"`
	Unit      string  `json:"unit"`
	Passed    bool    `json:"passed"`
	Note      string  `json:"note,omitempty"`
}

// Event is one claim about ships, versioned. The same id with a higher version replaces it.
type Event struct {
	Schema       string        `json:"schema"`
	ID           string        `json:"id"`
	Version      int           `json:"version"`
	Kind         Kind          `json:"kind"`
	Status       Status        `json:"status"`
	Why          string        `json:"why"`
	SupersededBy *string       `json:"superseded_by"`
	Start        time.Time     `json:"start"`
	End          *time.Time    `json:"end"`
	Lon          float64       `json:"lon"`
	Lat          float64       `json:"lat"`
	Vessels      []Vessel      `json:"vessels"`
	Place        *Place        `json:"place"`
	Probability  float64       `json:"probability"` // that the headline claim of the kind holds
	Explanations []Explanation `json:"explanations"`
	Barrels      *Volume       `json:"barrels,omitempty"` // lift, transfer, discharge only
	Details      Details       `json:"details"`
	Evidence     Evidence      `json:"evidence"`
	Watermark    time.Time     `json:"watermark"`
	Software     string        `json:"software"` // filled by the pipeline
	Config       string        `json:"config"`   // filled by the pipeline
}
