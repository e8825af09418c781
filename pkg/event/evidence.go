package event

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// The bounds of an event's evidence: the first and the last few reports, which tell how it began and ended, and
// samples evenly spaced between them. The numbers keep a line of events.jsonl below about 4 KiB.
const (
	evidenceEnds = 8
	evidenceMax  = 24
)

// EvidenceBuilder collects the reports that an event rests on. The zero value is ready to use. It keeps what it is
// given until Done; callers with very long events thin before they add.
type EvidenceBuilder struct {
	items []evidenceItem
}

type evidenceItem struct {
	source string
	offset int64
	raw    string
}

// Add takes one report: the feed it came over, the offset of its (last) line in that feed, and its raw sentences
// joined by \n, empty if the feed gives none. The same report may be added more than once.
func (b *EvidenceBuilder) Add(source string, offset int64, raw string) {
	b.items = append(b.items, evidenceItem{source, offset, raw})
}

// Done returns the evidence: at most 24 reports in order of (source, offset), a sentence (empty where the feed gave
// none) for each reference, and the SHA-256 over all that were
// added, in the same order, each once. Each report enters the hash as its source, a zero byte, the offset as eight
// bytes, most significant first, the raw sentences, and a zero byte.
func (b *EvidenceBuilder) Done() Evidence {
	slices.SortFunc(b.items, func(x, y evidenceItem) int {
		return cmp.Or(cmp.Compare(x.source, y.source), cmp.Compare(x.offset, y.offset), cmp.Compare(x.raw, y.raw))
	})
	b.items = slices.Compact(b.items)
	e := Evidence{Sentences: []string{}, Refs: []Ref{}, SHA256: b.hash(), Total: len(b.items)}
	for _, i := range chosen(len(b.items)) {
		it := b.items[i]
		e.Refs = append(e.Refs, Ref{it.source, it.offset})
		e.Sentences = append(e.Sentences, it.raw)
	}
	return e
}

// Raw returns the sentences that are quoted for a line of a source, empty where none are.
func (e Evidence) Raw(source string, offset int64) string {
	for i, r := range e.Refs {
		if r == (Ref{source, offset}) && i < len(e.Sentences) {
			return e.Sentences[i]
		}
	}
	return ""
}

func (b *EvidenceBuilder) hash() string {
	h := sha256.New()
	var buf []byte
	for _, it := range b.items {
		buf = append(append(buf[:0], it.source...), 0)
		buf = binary.BigEndian.AppendUint64(buf, uint64(it.offset))
		buf = append(append(buf, it.raw...), 0)
		h.Write(buf)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// chosen returns the positions to quote out of n: the first and last 8, and 8 evenly spaced between them.
func chosen(n int) []int {
	out := make([]int, 0, evidenceMax)
	if n <= evidenceMax {
		for i := range n {
			out = append(out, i)
		}
		return out
	}
	for i := range evidenceEnds {
		out = append(out, i)
	}
	middle, samples := n-2*evidenceEnds, evidenceMax-2*evidenceEnds
	for i := range samples {
		out = append(out, evidenceEnds+(2*i+1)*middle/(2*samples))
	}
	for i := n - evidenceEnds; i < n; i++ {
		out = append(out, i)
	}
	return out
}
