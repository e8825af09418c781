package scenario

// Reporting thins what the transponders send: after a report was kept the next is kept no sooner than this. Zero
// keeps the rates of ITU-R M.1371-5 (2 to 10 s under way, 3 min at anchor, 6 min for message 5).
type Reporting struct {
	Moving Span `yaml:"moving"`
	Still  Span `yaml:"still"`
	Static Span `yaml:"static"`
	Base   Span `yaml:"base"`
	Aid    Span `yaml:"aid"`
}

// Faults are the ills of receivers and lines, as shares of the sentences.
type Faults struct {
	Corrupted float64 `yaml:"corrupted"` // one character changed
	Cut       float64 `yaml:"cut"`       // the line ends early
}

// Station is a coast station: it hears ships within its range and sends message 4 itself.
type Station struct {
	ID      string   `yaml:"id"` // of the TAG block
	MMSI    uint32   `yaml:"mmsi"`
	At      Point    `yaml:"at"`
	RangeKM float64  `yaml:"range_km"`
	ClockS  float64  `yaml:"clock_s"` // its clock's error
	Outages []Window `yaml:"outages"`
}

// Satellite hears the whole world during a pass and delivers after it.
type Satellite struct {
	ID        string     `yaml:"id"`
	Every     Span       `yaml:"every"` // from pass to pass
	First     Span       `yaml:"first"`
	Pass      Span       `yaml:"pass"`      // how long one lasts
	Heard     float64    `yaml:"heard"`     // chance that a ship is heard at all in one pass
	Delay     [2]float64 `yaml:"delay_min"` // to delivery, drawn between
	Relay     bool       `yaml:"relay"`     // delivers at once, by way of others; else the delay runs from the pass's end
	LongShare float64    `yaml:"message_27_share"`
	Outages   []Window   `yaml:"outages"`
}

// Aid is an aid to navigation, which sends message 21 all the time.
type Aid struct {
	Name string `yaml:"name"`
	MMSI uint32 `yaml:"mmsi"`
	At   Point  `yaml:"at"`
	Kind int    `yaml:"kind"`
}
