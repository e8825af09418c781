package track

import (
	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/geo"
)

// What a fix and a sample say of a ship's motion. Each value comes with whether the ship gave it, so that who reads
// facts needs no knowledge of AIS fields and no absent value is taken for zero.

// Speed is the speed over ground.
func (f *Fix) Speed() (geo.Knots, bool) { return f.SOG, f.Has&ais.HasSOG != 0 }

// Course is the course over ground.
func (f *Fix) Course() (geo.Degrees, bool) { return f.COG, f.Has&ais.HasCOG != 0 }

// TrueHeading is where the bow points.
func (f *Fix) TrueHeading() (geo.Degrees, bool) { return f.Heading, f.Has&ais.HasHeading != 0 }

// Speed is the speed over ground.
func (f *Sample) Speed() (geo.Knots, bool) { return f.SOG, f.Has&ais.HasSOG != 0 }

// Course is the course over ground.
func (f *Sample) Course() (geo.Degrees, bool) { return f.COG, f.Has&ais.HasCOG != 0 }

// ByClassA tells whether the static data came from a class A transponder, which ships on voyages must carry.
func (f *Profile) ByClassA() bool { return f.Class == ais.ClassA }

// ByClassB tells whether they came from a class B transponder, as boats carry.
func (f *Profile) ByClassB() bool { return f.Class == ais.ClassB }

// BySatellite tells whether a satellite heard what was counted; false for a receiver of unknown kind, too.
func (f *Reception) BySatellite() bool { return f.Receiver == ais.Satellite }
