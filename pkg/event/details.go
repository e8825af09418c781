package event

import (
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Details are an event's facts of its own kind. The set is closed: one type a kind, all listed here.
type Details interface {
	kind() Kind
	// Tested lists the rules that were applied, in order.
	Tested() []Rule
}

// Rules is embedded in every details type.
type Rules struct {
	Rules []Rule `json:"rules"`
}

// Tested lists the rules.
func (r Rules) Tested() []Rule { return r.Rules }

// FixRef is a fix as an event quotes it.
type FixRef struct {
	Time    time.Time    `json:"time"`
	Lon     float64      `json:"lon"`
	Lat     float64      `json:"lat"`
	SOG     *geo.Knots   `json:"sog_kn,omitempty"`
	COG     *geo.Degrees `json:"cog_deg,omitempty"`
	Source  string       `json:"source"`
	Offset  int64        `json:"offset,omitempty"` // of its (last) line in the source
	Station string       `json:"station,omitempty"`
}

// GapDetails describe a silence.
type GapDetails struct {
	Rules
	Off              FixRef       `json:"off"`
	On               *FixRef      `json:"on"` // nil while open
	DurationH        float64      `json:"duration_h"`
	HeardBefore      int          `json:"fixes_24h_before"`         // fixes kept in the 24 h before off
	ExpectedInterval float64      `json:"expected_interval_min"`    // this ship's own, before off
	GreatCircleM     geo.Metres   `json:"great_circle_m,omitempty"` // off to on
	SeaM             geo.Metres   `json:"sea_distance_m,omitempty"` // off to on, round land
	ImpliedKn        geo.Knots    `json:"implied_speed_kn,omitempty"`
	Feasibility      float64      `json:"feasibility,omitempty"` // sea distance / (class maximum speed × duration); > 1.1 is no gap
	SlackH           float64      `json:"slack_h,omitempty"`     // duration − sea distance / service speed
	HiddenCalls      []HiddenCall `json:"hidden_calls,omitempty"`
	ControlsHeard    *int         `json:"controls_heard,omitempty"` // emitter-hours heard in the cell of off meanwhile; nil when not counted
	ReceptionModel   string       `json:"reception_model"`          // "controls"; "too_few_controls" or "none": the chance of being heard is not known
	Reception        *Reception   `json:"reception,omitempty"`
	Rates            float64      `json:"switched_off_by_rates,omitempty"` // the probability of switched off before the evidence
	Evidence         []Weighed    `json:"evidence_weights,omitempty"`      // corrects it
}

// Logistic is the probability that natural log-odds stand for.
func Logistic(logOdds float64) float64 { return 1 / (1 + math.Exp(-logOdds)) }

// Weighed is a finding and what it counts: value times weight, in natural log-odds.
type Weighed struct {
	Finding string  `json:"finding"`
	Value   float64 `json:"value"`
	Weight  float64 `json:"weight"`
}

// Reception is how likely a ship that kept sending would not have been heard, and what that rests on. Units are
// ship-hours of coast stations and satellite passes.
type Reception struct {
	P0           float64 `json:"p0"`                  // 1 where nothing is known
	Floor        float64 `json:"p0_floor"`            // as often were controls silent of which as much was expected
	Paths        int     `json:"paths"`               // ways that she may have taken
	Expected     float64 `json:"expected_in_silence"` // units in which a control in her place would have been heard
	Heard72h     int     `json:"heard_72h"`           // units before off in which she was heard
	Expected72h  float64 `json:"expected_72h"`        // units in which a control would have been
	DayHours     float64 `json:"hours_heard_a_day"`   // each could have been the last
	Controls     int     `json:"controls"`            // distinct ships near her in the busiest hour of the silence
	ControlHours int     `json:"control_hours_heard"`
	Passes       int     `json:"satellite_passes"`
	Clusters     int     `json:"satellite_clusters"` // passes counted once in twelve hours
	ByCoast      float64 `json:"p0_coast"`           // p0 without floor, were there no satellites
}

// HiddenCall is a loading place that a silence leaves time for.
type HiddenCall struct {
	Place    string    `json:"place"`
	Grade    string    `json:"grade,omitempty"`
	TMinH    float64   `json:"t_min_h"` // sail in, berth, load, leave, sail out
	Fit      float64   `json:"fit"`     // 0 below 0.8 t_min, 1 from t_min on
	Earliest time.Time `json:"earliest"`
	Latest   time.Time `json:"latest"`
	Outside  bool      `json:"outside_hormuz"`
}

// Form is how a meeting is known.
type Form string

// The forms of a meeting. Of ships that were not heard nothing was measured: the geometry of RendezvousDetails is empty.
const (
	Alongside  Form = "alongside"   // both were heard beside each other
	OneUnseen  Form = "one_unseen"  // one lay still, the other was silent and could have been there
	BothUnseen Form = "both_unseen" // both were silent: the lowest tier, never a headline alone
)

// UnseenShip is a ship that was not heard and may have met another.
type UnseenShip struct {
	MMSI     vessel.MMSI `json:"mmsi"`
	IMO      vessel.IMO  `json:"imo,omitempty"`
	Name     string      `json:"name,omitempty"`
	Gap      string      `json:"gap"`  // id of her gap event
	P        float64     `json:"p"`    // that cargo passed between her and the ship that was heard
	From     time.Time   `json:"from"` // when she could have been there, at service speed
	To       time.Time   `json:"to"`
	Findings []string    `json:"findings"`
}

// RendezvousDetails describe two ships alongside, or what speaks for it that they were.
type RendezvousDetails struct {
	Rules
	Form           Form         `json:"form"`
	DurationH      float64      `json:"duration_h"`          // from the first to the last close point
	LongestH       float64      `json:"longest_h,omitempty"` // the same, with the time of an outage in which a ship came or left
	MedianGapM     geo.Metres   `json:"median_hull_gap_m"`   // weighted; zero is touching
	SigmaM         geo.Metres   `json:"sigma_m"`
	ShareClose     float64      `json:"share_close"` // share of points <= 50 m + 2 sigma
	Points         int          `json:"points"`
	HeadingDiff    *geo.Degrees `json:"heading_difference_deg,omitempty"`
	MedianSpeed    geo.Knots    `json:"median_speed_kn"`
	AntennaOnly    bool         `json:"antenna_only"` // no hull geometry: probability capped at 0.7
	MedianAntennaM geo.Metres   `json:"median_antenna_distance_m"`
	InPort         bool         `json:"in_port"`              // another tier, never deleted
	Findings       []string     `json:"findings"`             // what spoke for or against the rival explanations
	Candidates     []UnseenShip `json:"candidates,omitempty"` // who may have been the ship that was not heard, likeliest first
}

// PortCallDetails describe a stay at a place.
type PortCallDetails struct {
	Rules
	Confidence int        `json:"confidence"` // 1–4: entry, stop, exit, second source
	Entry      time.Time  `json:"entry"`
	StopStart  *time.Time `json:"stop_start"`
	StopEnd    *time.Time `json:"stop_end"`
	Exit       *time.Time `json:"exit"`
	StoppedH   float64    `json:"stopped_h"`
	MostH      float64    `json:"stopped_at_most_h"` // from the last fix outside before to the first one after
	SilentH    float64    `json:"silent_h"`          // longest silence inside
	Sanctioned bool       `json:"sanctioned_source"` // an Iranian loading terminal
	Outside    bool       `json:"outside_hormuz"`
	Grade      string     `json:"grade,omitempty"`
	Track      *Track     `json:"track,omitempty"` // where two ships share the number
}

// Track tells which of the tracks under a shared number something happened on.
type Track struct {
	Number vessel.MMSI `json:"number"` // under which it was heard
	Since  time.Time   `json:"since"`  // the track began
	Second bool        `json:"second"` // it is not the ship's whose number it is
}

// TransitDetails describe the crossing of a gate.
type TransitDetails struct {
	Rules
	Gate     string    `json:"gate"`
	Outbound bool      `json:"outbound"` // out of the Gulf, or onward, as the gazetteer defines for the gate
	SpeedKn  geo.Knots `json:"speed_kn"`
	BracketM float64   `json:"bracket_min"`     // minutes between the fixes on both sides
	Track    *Track    `json:"track,omitempty"` // where two ships share the number
}

// DraughtDetails describe a confirmed change of the typed draught.
type DraughtDetails struct {
	Rules
	BeforeM   geo.Metres `json:"before_m"`
	AfterM    geo.Metres `json:"after_m"`
	LastSeen  time.Time  `json:"before_last_seen"`
	FirstSeen time.Time  `json:"after_first_seen"`
	Reports   int        `json:"reports"` // static reports that agree on the new value
}

// IdentityDetails describe whom a number belongs to.
type IdentityDetails struct {
	Rules
	// Form is changed (other particulars under one MMSI), continued (a hull goes on under a new MMSI), number_shared (one
	// MMSI, two ships), hull_shared (one IMO number under two MMSIs at once), bad_number (wrong check digit) or
	// default_number (an MMSI that nobody was given).
	Form        string       `json:"form"`
	Claim       string       `json:"claim"` // one_ship or two_ships: what the probability is of
	Changes     []Alteration `json:"changes,omitempty"`
	Off         *FixRef      `json:"off,omitempty"` // the last under the old identity
	On          *FixRef      `json:"on,omitempty"`  // the first under the new one
	SilentH     float64      `json:"silent_h,omitempty"`
	SeaM        geo.Metres   `json:"sea_distance_m,omitempty"` // off to on, round land
	Feasibility float64      `json:"feasibility,omitempty"`    // needed speed / class maximum
	Rivals      int          `json:"rivals,omitempty"`         // other ships that fell silent and could be the new one
	Times       int          `json:"times,omitempty"`          // that both were heard at once, or that particulars came and went
	Evidence    []Weighed    `json:"evidence,omitempty"`       // of the claim: natural log-odds; bad_number and hull_shared have none
	Second      *Second      `json:"second,omitempty"`         // of a shared number whose second track is known
}

// Second is the ship that came to a number which was another's.
type Second struct {
	Since time.Time   `json:"since"`          // her track began; tracks that began sooner are the first ship's
	MMSI  vessel.MMSI `json:"mmsi,omitempty"` // her own number, where it was heard too
	IMO   vessel.IMO  `json:"imo,omitempty"`  // as she sends under the number
	Name  string      `json:"name,omitempty"`
}

// Shared reads from an identity event that a number is two ships', and who came to it. Retracted and doubtful events give
// false.
func Shared(e Event) (*Second, bool) {
	d, ok := e.Details.(IdentityDetails)
	if !ok || d.Form != "number_shared" || d.Second == nil || e.Status == Retracted || e.Probability < Believed {
		return nil, false
	}
	return d.Second, true
}

// sure is the probability from which two numbers are taken for one hull's by everything that follows.
const sure = 0.9

// OneHull returns the two numbers of an identity event that tells of one hull under both, and whether that is sure enough
// to act on. Retracted and doubtful events return their numbers with false.
func OneHull(e Event) (from, to vessel.MMSI, holds bool) {
	d, ok := e.Details.(IdentityDetails)
	if !ok || d.Form != "continued" || len(e.Vessels) < 2 {
		return 0, 0, false
	}
	return e.Vessels[0].MMSI, e.Vessels[1].MMSI, e.Status != Retracted && e.Probability >= sure
}

// Alteration is one particular before and after, as the ship sent it.
type Alteration struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// LoiteringDetails describe hours of slow drifting.
type LoiteringDetails struct {
	Rules
	DurationH float64    `json:"duration_h"`
	MeanKn    geo.Knots  `json:"mean_speed_kn"`
	DriftM    geo.Metres `json:"drift_m"` // from the first position to the last
	Load      string     `json:"load"`    // ballast, laden or unknown, at the beginning
}

// OutageDetails describe a source that delivered too little.
type OutageDetails struct {
	Rules
	Source  string  `json:"source"`
	Region  string  `json:"region"`
	SilentH float64 `json:"silent_h"`
	Health  float64 `json:"health"`
	// ReachM is how far the cells in which the source habitually hears somebody lie from the event's position, their
	// middle, root mean square. Zero where it is not known; the position means nothing then.
	ReachM geo.Metres `json:"reach_m,omitempty"`
}

// InterferenceDetails describe a place to which the navigation of several ships was drawn at once.
type InterferenceDetails struct {
	Rules
	Shape   string     `json:"shape"`          // point, circle or line; absent where the ships report no position
	RadiusM geo.Metres `json:"false_radius_m"` // of the false place: of the circle, or half the line; of absent positions how far round the middle
	RealLon float64    `json:"real_lon"`       // middle of where the victims really were when it took them
	RealLat float64    `json:"real_lat"`
	AreaM   geo.Metres `json:"area_radius_m"` // round that middle; zero when no real place is known
	Ships   int        `json:"ships"`
	Fixes   int        `json:"displaced_fixes"`
	Victims []Victim   `json:"victims"` // by MMSI, then start
}

// Absent is the shape of interference that leaves ships without a position: none of them is false.
const Absent = "absent"

// Victim is a time in which one ship's positions were displaced.
type Victim struct {
	MMSI  vessel.MMSI `json:"mmsi"`
	Start time.Time   `json:"start"` // first displaced fix
	End   *time.Time  `json:"end"`   // last displaced fix; nil while it is not known to be over
	Last  *FixRef     `json:"last_true"`
	Next  *FixRef     `json:"next_true"`
}

// FalsePositionDetails describe a time in which one ship alone said that she was where she was not.
type FalsePositionDetails struct {
	Rules
	Sort        string       `json:"sort"` // the rule that weighs most: teleport, frozen, circle, receivers, contradiction
	Fixes       int          `json:"fixes"`
	Last        *FixRef      `json:"last_true"` // the last position that is believed before it, nil when none is known
	Next        *FixRef      `json:"next_true"` // and the first after it
	HiddenH     float64      `json:"hidden_h"`  // time in which the true position is not known
	HiddenCalls []HiddenCall `json:"hidden_calls,omitempty"`
	HeardBy     []string     `json:"heard_by,omitempty"`     // stations that heard her in the hours tested
	NotHeardBy  []string     `json:"not_heard_by,omitempty"` // stations that hear ships at that place, and did not hear her
	Terms       []ScoreTerm  `json:"terms"`                  // the log-odds, term by term
	Score       float64      `json:"score"`
}

// LiftDetails describe a cargo of sanctioned crude loaded and carried away.
type LiftDetails struct {
	Rules
	Route       string      `json:"route"` // direct, bracketed, sts_inferred or blend: how it was found, not a kind of lift; a blend is in no sum
	Fleet       string      `json:"fleet"` // stratum: iran_flag, listed_foreign, other
	Outside     bool        `json:"outside_hormuz"`
	Grade       string      `json:"grade"`
	BarrelsPerT float64     `json:"bbl_per_tonne"`
	CargoT      float64     `json:"cargo_t"`
	LogSD       float64     `json:"volume_log_sd"`
	Raised      time.Time   `json:"raised"` // watermark at which q first reached the cut
	Triangular  bool        `json:"triangular_window"`
	Terms       []ScoreTerm `json:"terms"`   // the logistic model, term by term
	Score       float64     `json:"score"`   // log-odds
	Because     []string    `json:"because"` // ids of the events it rests on
}

// ScoreTerm is one term of the lift's log-odds.
type ScoreTerm struct {
	Block  string  `json:"block"` // who, opportunity, outcome
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Weight float64 `json:"weight"`
}

func (GapDetails) kind() Kind        { return Gap }
func (RendezvousDetails) kind() Kind { return Rendezvous }
func (PortCallDetails) kind() Kind   { return PortCall }
func (TransitDetails) kind() Kind    { return Transit }
func (DraughtDetails) kind() Kind    { return DraughtChange }
func (IdentityDetails) kind() Kind   { return Identity }
func (LoiteringDetails) kind() Kind  { return Loitering }
func (OutageDetails) kind() Kind     { return Outage }
func (LiftDetails) kind() Kind       { return Lift }

func (InterferenceDetails) kind() Kind  { return Interference }
func (FalsePositionDetails) kind() Kind { return FalsePosition }

// TransferDetails describe oil that went from ship to ship.
type TransferDetails struct {
	Rules
	Rendezvous string         `json:"rendezvous"`              // id of the meeting
	Form       string         `json:"form"`                    // whole, part or mixed: oil of several lots
	Loss       vessel.Barrels `json:"donor_loss_bbl"`          // by the donor's draught; zero when not known
	Gain       vessel.Barrels `json:"receiver_gain_bbl"`       // by the receiver's draught; zero when not known
	Expected   vessel.Barrels `json:"expected_sanctioned_bbl"` // times the probabilities of the transfer and of each lot
	Parts      []LotPart      `json:"parts"`                   // by lot
}

// DischargeDetails describe oil that was brought ashore.
type DischargeDetails struct {
	Rules
	PortCall string         `json:"port_call"` // id of the stay
	Zone     string         `json:"zone"`      // destination, several countries in one
	Returned bool           `json:"returned"`  // at its own side: it was lifted, and is back
	Form     string         `json:"form"`      // whole, part or mixed: oil of several lots
	Expected vessel.Barrels `json:"expected_sanctioned_bbl"`
	Parts    []LotPart      `json:"parts"` // by lot
}

// LotPart is the oil of one lot in a transfer or a discharge, times the probability of that.
type LotPart struct {
	Lot      string         `json:"lot"`
	Barrels  vessel.Barrels `json:"barrels"`                 // if the lot exists
	Expected vessel.Barrels `json:"expected_sanctioned_bbl"` // times the lot's q
}

func (TransferDetails) kind() Kind  { return Transfer }
func (DischargeDetails) kind() Kind { return Discharge }

// DetailsOf returns the empty details of a kind, nil for a kind that does not exist. Tests of other packages loop
// over Kinds and this to prove that they handle every one.
func DetailsOf(k Kind) Details {
	switch k {
	case Outage:
		return OutageDetails{}
	case PortCall:
		return PortCallDetails{}
	case Transit:
		return TransitDetails{}
	case DraughtChange:
		return DraughtDetails{}
	case Identity:
		return IdentityDetails{}
	case Loitering:
		return LoiteringDetails{}
	case Gap:
		return GapDetails{}
	case Rendezvous:
		return RendezvousDetails{}
	case Lift:
		return LiftDetails{}
	case Interference:
		return InterferenceDetails{}
	case FalsePosition:
		return FalsePositionDetails{}
	case Transfer:
		return TransferDetails{}
	case Discharge:
		return DischargeDetails{}
	}
	return nil
}

// KindOf returns the kind that details belong to.
func KindOf(d Details) Kind { return d.kind() }
