package export

import (
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf8"
)

// Refusal is a line or row that was refused: where it stood, why, and its original bytes.
type Refusal struct {
	Source string
	Offset int64  // of the line in the source, in bytes after decompression
	Reason string // of the closed list of DESIGN.md section 5
	Line   []byte
}

// refusal is the JSON layout. Bytes that are no text go as base64, so that nothing of them is lost.
type refusal struct {
	Source string `json:"source"`
	Offset int64  `json:"offset"`
	Reason string `json:"reason"`
	Line   string `json:"line,omitempty"`
	Bytes  []byte `json:"bytes,omitempty"`
}

// Refused writes one refused line as a line of JSON.
func Refused(w io.Writer, r Refusal) error {
	out := refusal{Source: r.Source, Offset: r.Offset, Reason: r.Reason}
	if utf8.Valid(r.Line) {
		out.Line = string(r.Line)
	} else {
		out.Bytes = r.Line
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write refused line: %w", err)
	}
	return nil
}
