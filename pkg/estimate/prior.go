package estimate

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"

	"gonum.org/v1/gonum/mathext"
)

//go:embed data/detection.json
var defaultDetection []byte

// Detection is the Beta prior of a, the chance that a true lift ever becomes a candidate with a full feed. It is data, so that
// measuring anew replaces a file and not code.
type Detection struct {
	Note   string  `json:"note"` // how it came about, and on what
	A      float64 `json:"a"`
	B      float64 `json:"b"`
	Mean   float64 `json:"mean"`     // as measured
	Spread float64 `json:"spread"`   // standard deviation between worlds, less that of luck
	Most   float64 `json:"strength"` // the most lifts that it may count as, A+B
}

// DefaultDetection returns the prior that the program carries.
func DefaultDetection() Detection {
	d, err := ReadDetection(defaultDetection)
	if err != nil {
		panic(err) // embedded; a test reads it
	}
	return d
}

// DetectionHash is the SHA-256 of the prior's file, in hex.
func DetectionHash() string {
	sum := sha256.Sum256(defaultDetection)
	return hex.EncodeToString(sum[:])
}

// ReadDetection reads a prior from JSON.
func ReadDetection(text []byte) (Detection, error) {
	var d Detection
	if err := json.Unmarshal(text, &d); err != nil {
		return Detection{}, fmt.Errorf("read chance of detection: %w", err)
	}
	if !(d.A > 0 && d.B > 0) || d.A+d.B > d.Most+0.01 {
		return Detection{}, fmt.Errorf("read chance of detection: Beta(%g, %g): want both above 0 and a sum of at most %g", d.A, d.B, d.Most)
	}
	return d, nil
}

// Write writes a prior as ReadDetection reads it, rounded to a tenth and a thousandth.
func (d Detection) Write(w io.Writer) error {
	d.A, d.B = math.Round(10*d.A)/10, math.Round(10*d.B)/10
	d.Mean, d.Spread = math.Round(1000*d.Mean)/1000, math.Round(1000*d.Spread)/1000
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return fmt.Errorf("write chance of detection: %w", err)
	}
	if _, err := w.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("write chance of detection: %w", err)
	}
	return nil
}

// Chance says what an estimate takes for the chance that a lift is ever found with a full feed, and where that comes from.
type Chance struct {
	A    float64 `json:"beta_a"`
	B    float64 `json:"beta_b"`
	Mean float64 `json:"mean"`
	P05  float64 `json:"p05"`
	P95  float64 `json:"p95"`
	From string  `json:"from"` // a few words
}

// The words for where the prior comes from.
const (
	measured   = "measured on simulation; at sea it is not known"
	assumed    = "assumed"
	configured = "as configured"
)

// Chance is that of the options.
func (o Options) Chance() Chance {
	p := Chance{A: o.DetectA, B: o.DetectB, Mean: o.DetectA / (o.DetectA + o.DetectB), From: configured}
	p.P05, p.P95 = mathext.InvRegIncBeta(o.DetectA, o.DetectB, 0.05), mathext.InvRegIncBeta(o.DetectA, o.DetectB, 0.95)
	switch d := DefaultDetection(); {
	case o.DetectA == d.A && o.DetectB == d.B:
		p.From = measured
	case o.DetectA == 6 && o.DetectB == 4:
		p.From = assumed
	}
	for _, x := range []*float64{&p.Mean, &p.P05, &p.P95} {
		*x = math.Round(1000**x) / 1000
	}
	return p
}
