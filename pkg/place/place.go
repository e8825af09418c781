package place

import "github.com/darkwake/darkwake/pkg/geo"

// Kind is what a place is for.
type Kind string

// The kinds of place. Where places overlap the order is berth, terminal, anchorage, area; smaller before larger.
const (
	Berth           Kind = "load_berth"
	Terminal        Kind = "load_terminal"
	TerminalZone    Kind = "load_terminal_zone"
	LawfulTerminal  Kind = "load_terminal_nonIR"
	Port            Kind = "port"
	TransitTerminal Kind = "transit_terminal"
	Discharge       Kind = "discharge"
	Anchorage       Kind = "anchorage"
	STSArea         Kind = "sts_area"
	Zone            Kind = "zone"
	Gate            Kind = "gate"
)

// ID is a place's index in its gazetteer: stable for one gazetteer, meaningless across two.
type ID int32

// NoPlace is the ID of nowhere.
const NoPlace ID = -1

// Place is one entry of the gazetteer.
type Place struct {
	ID         ID
	Name       string
	Kind       Kind
	Country    string // ISO 3166 alpha-2, empty for gates and straits
	Centre     geo.Point
	Radius     geo.Metres   // zero where a polygon or line is given
	Ring       []geo.Point  // closed polygon, or nil
	Line       [2]geo.Point // a gate's ends; zero for others
	Confidence string       // high, medium, low: low means that the position or box is an estimate
	Sanctioned bool         // an Iranian terminal or berth at which crude, condensate or fuel oil is loaded
	Outside    bool         // outside the Strait of Hormuz
	Grade      string       // what is usually loaded, empty when not known
	MaxDWT     float64      // tonnes, zero when not known
	MaxDraught geo.Metres   // zero when not known
	Outbound   string       // for gates: the compass direction (N, E, S, W) of an outbound crossing
	Notes      string
	Source     string
}
