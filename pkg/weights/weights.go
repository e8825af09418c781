package weights

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/pkg/event"
)

// Set is a file of weights.
type Set struct {
	Note  string `json:"note"` // how they came about, and on what
	Terms []Term `json:"terms"`
}

// Term is the weight of evidence of a finding for a cause, in natural log-odds for each unit of the finding. A detector
// that weighs one claim alone gives no cause.
type Term struct {
	Cause   event.Cause `json:"cause,omitempty"`
	Finding string      `json:"finding"`
	Sign    int         `json:"sign"`  // +1 or -1: fitting never turns it round; 0 is free
	Prior   float64     `json:"prior"` // by judgement; fitting keeps to it where the cases say little
	Weight  float64     `json:"weight"`
}

// Read reads weights from JSON and checks them against the causes and findings that there are. With no causes, no term may
// name one.
func Read(text []byte, causes []event.Cause, findings []string) (Set, error) {
	var s Set
	if err := json.Unmarshal(text, &s); err != nil {
		return Set{}, fmt.Errorf("read weights: %w", err)
	}
	if len(causes) == 0 {
		causes = []event.Cause{""}
	}
	for _, t := range s.Terms {
		switch {
		case !slices.Contains(causes, t.Cause):
			return Set{}, fmt.Errorf("read weights: cause %q: want one of %q", t.Cause, causes)
		case !slices.Contains(findings, t.Finding):
			return Set{}, fmt.Errorf("read weights: no finding %q", t.Finding)
		case t.Sign < -1 || t.Sign > 1 || t.Weight*float64(t.Sign) < 0, t.Prior*float64(t.Sign) < 0:
			return Set{}, fmt.Errorf("read weights: %s %s: weight %v, prior %v against sign %d", t.Cause, t.Finding, t.Weight, t.Prior, t.Sign)
		}
	}
	return s, nil
}

// Write writes a set as Read reads it, one term a line, so that two fits can be compared. Weights are rounded to a
// thousandth.
func (s Set) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "{\n  \"note\": %s,\n  \"terms\": [", quoted(s.Note))
	for i, t := range s.Terms {
		switch {
		case i > 0 && t.Cause != s.Terms[i-1].Cause:
			b.WriteString(",\n\n")
		case i > 0:
			b.WriteString(",\n")
		default:
			b.WriteByte('\n')
		}
		b.WriteString("    {")
		if t.Cause != "" {
			fmt.Fprintf(&b, "\"cause\": %s, ", quoted(string(t.Cause)))
		}
		fmt.Fprintf(&b, "\"finding\": %s, \"sign\": %d, \"prior\": %v, \"weight\": %v}", quoted(t.Finding), t.Sign, t.Prior, math.Round(t.Weight*1000)/1000)
	}
	b.WriteString("\n  ]\n}\n")
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write weights: %w", err)
	}
	return nil
}

func quoted(s string) string {
	out, _ := json.Marshal(s) // a string always has a form
	return string(out)
}

// Hash is the SHA-256 of a file of weights, in hex.
func Hash(text []byte) string {
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}
