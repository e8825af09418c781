package scenario

// Ship is a ship, or Count of them that do the same one after the other.
type Ship struct {
	Name     string `yaml:"name"`
	MMSI     uint32 `yaml:"mmsi"`
	Serial   uint32 `yaml:"imo_serial"` // six digits; the check digit is computed. Zero: no IMO number
	CallSign string `yaml:"callsign"`
	Flag     string `yaml:"flag"`  // for the truth only: the feed shows the MID
	Fleet    string `yaml:"fleet"` // for the truth only: iranian, listed, other or empty
	Hull     string `yaml:"hull"`
	// MMSIOf is a ship whose MMSI she sends in place of her own: all the time, or in MMSIOfDays.
	MMSIOf     string `yaml:"mmsi_of"`
	MMSIOfDays Window `yaml:"mmsi_of_days"`
	// Without is what her unit does not send: speed (102.3 kn), heading (511) or dimensions (zero).
	Without []string `yaml:"without"`
	// Before shifts all days of this ship, so that she has a past when the world begins: they are counted from this many
	// days before its start. What she did then is done, is not heard, and is no part of the truth.
	Before      float64 `yaml:"days_before"`
	Day         float64 `yaml:"day"` // when she appears, counted from the world's start
	From        Spot    `yaml:"from"`
	Destination string  `yaml:"destination"`
	Cargo       Cargo   `yaml:"cargo"` // on board at the begin
	Count       int     `yaml:"count"`
	Stagger     float64 `yaml:"stagger_days"` // between one of Count and the next
	Repeat      bool    `yaml:"repeat"`       // begins again after the last step, until the world ends
	Steps       []Step  `yaml:"steps"`
}

// Cargo is oil on board.
type Cargo struct {
	Barrels    int64  `yaml:"bbl"`
	Sanctioned bool   `yaml:"sanctioned"`
	Origin     string `yaml:"origin"`
}

// Step is one thing that a ship or her crew does. Exactly one field is set.
type Step struct {
	Sail        *Sail        `yaml:"sail"`
	Anchor      *Stay        `yaml:"anchor"`
	Buoy        *Stay        `yaml:"buoy"`
	Berth       *Stay        `yaml:"berth"`
	Drift       *Stay        `yaml:"drift"`
	Alongside   *Alongside   `yaml:"alongside"`
	Away        *Away        `yaml:"away"`
	Off         *Off         `yaml:"off"`
	On          *On          `yaml:"on"`
	Draught     *Draught     `yaml:"draught"`
	Destination *Destination `yaml:"destination"`
	Status      *Status      `yaml:"status"`
	Identity    *Identity    `yaml:"identity"`
	False       *False       `yaml:"false_position"`
}

// Sail goes by way of places, routes and points; the stay that follows adds its own place at the end.
type Sail struct {
	Via   []Spot `yaml:"via"`
	Knots Range  `yaml:"knots"`
}

// Stay is a time spent at a place: for some hours or until a day. Load and Discharge happen within it.
type Stay struct {
	At        Spot    `yaml:"at"`
	Hours     Range   `yaml:"hours"`
	Until     float64 `yaml:"until_day"`
	Load      int64   `yaml:"load_bbl"`
	Discharge int64   `yaml:"discharge_bbl"`
	// Sanctioned marks what is loaded as oil that the estimate counts.
	Sanctioned bool `yaml:"sanctioned"`
}

// Alongside is a time tied to another ship, which all the while must lie still or keep under way slowly.
type Alongside struct {
	Ship     string  `yaml:"ship"`
	Side     string  `yaml:"side"` // of the other ship: port or starboard
	Ahead    float64 `yaml:"ahead_m"`
	Opposite bool    `yaml:"opposite"`
	Hours    Range   `yaml:"hours"`
	Until    float64 `yaml:"until_day"`
	Take     int64   `yaml:"take_bbl"` // from the other ship
	Give     int64   `yaml:"give_bbl"`
	Purpose  string  `yaml:"purpose"` // cargo, blend, bunkering or service
	Wait     bool    `yaml:"wait"`    // drifts near, at most WaitMost days, until the other ship lies still for long enough
}

// WaitMost is how many days a ship waits for the one that she is to lie alongside.
const WaitMost = 5

// Away leaves the world and comes back at a place.
type Away struct {
	Hours Range `yaml:"hours"`
	Back  Spot  `yaml:"back_at"`
	Empty bool  `yaml:"empty"` // what she carries is discharged meanwhile, beyond the world
}

// Off silences the transponder.
type Off struct {
	AfterHours float64 `yaml:"after_h"`
	Cause      string  `yaml:"cause"` // switched_off or faulty_transponder
}

// On lets it speak again.
type On struct {
	AfterHours float64 `yaml:"after_h"`
}

// Draught types a draught: the true one, one that is wrong by so much, or a number that need not be.
type Draught struct {
	AfterHours float64 `yaml:"after_h"`
	Metres     float64 `yaml:"metres"` // zero: the true one
	Wrong      float64 `yaml:"wrong_by_m"`
}

// Destination types a destination.
type Destination struct {
	AfterHours float64 `yaml:"after_h"`
	Text       string  `yaml:"text"`
}

// Status types a navigational status that stays, whatever she does. Without a code she keeps it right again.
type Status struct {
	AfterHours float64 `yaml:"after_h"`
	Code       *int    `yaml:"code"` // 0 under way, 1 at anchor, 5 moored … 15 (ITU-R M.1371-5, table 45)
}

// Identity changes what is not zero.
type Identity struct {
	AfterHours float64 `yaml:"after_h"`
	Name       string  `yaml:"name"`
	MMSI       uint32  `yaml:"mmsi"`
	CallSign   string  `yaml:"callsign"`
}

// False reports the ship somewhere else for some hours.
type False struct {
	AfterHours float64 `yaml:"after_h"`
	// Kind is one of
	//
	//	anchored  she seems to lie at At, from one report to the next (also when it is empty)
	//	sailing   she seems to leave along Via, to drift, and to come back along Back (Via reversed when empty) to where
	//	          she really is at the end
	//	circle    she seems to go round At, RadiusKM off
	//	frozen    one fix is repeated to the metre: At, or where she was when At is empty
	Kind     string  `yaml:"kind"`
	At       Spot    `yaml:"at"`
	Via      []Spot  `yaml:"via"`
	Back     []Spot  `yaml:"back"`
	Knots    Range   `yaml:"knots"` // of sailing and circle
	RadiusKM float64 `yaml:"radius_km"`
	Hours    float64 `yaml:"hours"`
}
