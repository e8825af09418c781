package feed

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"google.golang.org/protobuf/proto"

	"github.com/darkwake/darkwake/pkg/ais"
	darkwakev1 "github.com/darkwake/darkwake/proto/darkwake/v1"
)

// AppendRecord appends the record to dst in its form on Kafka, a darkwake.v1.Record. Equal records give equal bytes.
func AppendRecord(dst []byte, r Record) ([]byte, error) {
	switch {
	case r.Report != nil && r.Punctuation == nil:
		return r.Report.AppendRecord(dst), nil
	case r.Punctuation == nil || r.Report != nil:
		return dst, errors.New("write record: want a report or a punctuation")
	}
	body := &darkwakev1.Record{Body: &darkwakev1.Record_Punctuation{Punctuation: r.Punctuation.ToProto()}}
	dst, err := proto.MarshalOptions{Deterministic: true}.MarshalAppend(dst, body)
	if err != nil {
		return dst, fmt.Errorf("write punctuation: %w", err)
	}
	return dst, nil
}

// ParseRecord reads what AppendRecord writes. It shares nothing with b. A record that no ingest can have
// written is an error: the bytes are then a dead letter (poisoned).
func ParseRecord(b []byte) (Record, error) {
	r := new(ais.Report)
	if r.ReadRecord(b, nil) {
		r.Raw = bytes.Clone(r.Raw)
		return Record{Report: r}, nil
	}
	return parseAny(b, r)
}

// Parser reads records one after another as ParseRecord does, but allocates nothing for a report. The zero value is ready.
// It belongs to one goroutine.
type Parser struct {
	report  ais.Report
	sources ais.Names
}

// Parse reads what AppendRecord writes. A report is the parser's own and valid until the next call; its Raw may share b,
// so it is valid only as long as b is, too. All else, its Source included, may be copied with = and kept.
func (p *Parser) Parse(b []byte) (Record, error) {
	if p.report.ReadRecord(b, &p.sources) {
		return Record{Report: &p.report}, nil
	}
	return parseAny(b, &p.report)
}

// parseAny reads a record in any form that Protobuf allows, a report into r.
func parseAny(b []byte, r *ais.Report) (Record, error) {
	var body darkwakev1.Record
	if err := proto.Unmarshal(b, &body); err != nil {
		return Record{}, fmt.Errorf("read record: %w", err)
	}
	switch v := body.Body.(type) {
	case *darkwakev1.Record_Report:
		if err := r.FromProto(v.Report); err != nil {
			return Record{}, fmt.Errorf("read record: %w", err)
		}
		return Record{Report: r}, nil
	case *darkwakev1.Record_Punctuation:
		p := new(Punctuation)
		if err := p.FromProto(v.Punctuation); err != nil {
			return Record{}, fmt.Errorf("read record: %w", err)
		}
		return Record{Punctuation: p}, nil
	}
	return Record{}, errors.New("read record: neither report nor punctuation")
}

// ToProto gives the wire form.
func (p *Punctuation) ToProto() *darkwakev1.Punctuation {
	w := &darkwakev1.Punctuation{Source: p.Source, Number: p.Number, WatermarkMs: int64(p.Watermark), FirstMs: int64(p.First), Run: p.Run, Sources: p.Sources}
	for _, m := range p.Marks {
		w.Marks = append(w.Marks, &darkwakev1.SourceMark{
			Source: m.Source, State: darkwakev1.SourceState(m.State), HighMs: int64(m.High), Number: m.Number,
			Resume: m.Resume, ClockOffNs: int64(m.ClockOff), LatenessNs: int64(m.Lateness),
			Receiver: darkwakev1.Receiver(m.Receiver), Synthetic: m.Synthetic,
		})
	}
	return w
}

// FromProto reads the wire form. It refuses states and receivers that are not known, and times and durations below zero
// where there can be none.
func (p *Punctuation) FromProto(w *darkwakev1.Punctuation) error {
	*p = Punctuation{Source: w.GetSource(), Number: w.GetNumber(), Watermark: ais.UnixMilli(w.GetWatermarkMs()), First: ais.UnixMilli(w.GetFirstMs()), Run: w.GetRun(), Sources: w.GetSources()}
	if p.Source == "" || p.Watermark < 0 || p.First < 0 {
		return fmt.Errorf("read punctuation %d: no source, or watermark %d ms or first time %d ms below zero", p.Number, w.GetWatermarkMs(), w.GetFirstMs())
	}
	for _, m := range w.GetMarks() {
		known := m.GetState() >= 0 && m.GetState() <= darkwakev1.SourceState(Ended) &&
			m.GetReceiver() >= 0 && m.GetReceiver() <= darkwakev1.Receiver(ais.Shipborne)
		if !known || m.GetHighMs() < 0 || m.GetLatenessNs() < 0 || m.GetResume() < 0 {
			return fmt.Errorf("read punctuation %d: mark of source %q out of bounds", p.Number, m.GetSource())
		}
		p.Marks = append(p.Marks, SourceMark{
			Source: m.GetSource(), State: State(m.GetState()), High: ais.UnixMilli(m.GetHighMs()), Number: m.GetNumber(),
			Resume: m.GetResume(), ClockOff: time.Duration(m.GetClockOffNs()), Lateness: time.Duration(m.GetLatenessNs()),
			Receiver: ais.Receiver(m.GetReceiver()), Synthetic: m.GetSynthetic(),
		})
	}
	return nil
}
