package scenario

// Population says what ships package populate makes. Every number is a Dial, so that a scenario can leave it open.
type Population struct {
	Traffic Dial `yaml:"traffic"` // scales the lawful traffic; 1 when it is missing
	Caution Dial `yaml:"caution"` // share of lawful passages of the Strait of Hormuz that are made in silence, for safety
	// Reception scales what the scenario's receivers hear.
	Reception Reception `yaml:"reception"`
	Lawful    Lawful    `yaml:"lawful"`
	Trade     *Trade    `yaml:"trade"`
}

// Reception scales the ranges of stations and the share of ships that satellites hear; 1 when it is missing.
type Reception struct {
	Stations   Dial `yaml:"stations"`
	Satellites Dial `yaml:"satellites"`
}

// Dial is a number of a world: one, or two of which the world draws one between, once.
type Dial struct {
	From, To float64
	Set      bool // in the scenario
}

// UnmarshalYAML implements yaml.InterfaceUnmarshaler.
func (d *Dial) UnmarshalYAML(read func(any) error) error {
	var r Range
	if err := r.UnmarshalYAML(read); err != nil {
		return err
	}
	d.From, d.To, d.Set = r.From, r.To, true
	return nil
}

// Or is the dial, or a number when the scenario does not set it.
func (d Dial) Or(number float64) Dial {
	if d.Set {
		return d
	}
	return Dial{From: number, To: number, Set: true}
}

// Lawful is the traffic that carries nothing sanctioned.
type Lawful struct{}
