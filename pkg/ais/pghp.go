package ais

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/adrianmo/go-nmea"
)

// pghp is GateHouse's record of type 1, which stands above the message that it dates:
//
//	$PGHP,1,2013,3,18,9,19,9,499,219,,2190048,1,28*23
//	        year month day hour minute second millisecond, country, region, base station, online, check
//
// Numbers are not padded with zeros and the millisecond is an integer: 10 is ten milliseconds. The check is
// the checksum of the sentence below, or of all its parts taken together by exclusive or.
type pghp struct {
	nmea.BaseSentence
	time    UnixMilli
	station Label
	check   byte
}

// vsi is a base station's remark on the reception of the message it goes with ($ARVSI). It is counted.
type vsi struct{ nmea.BaseSentence }

// errNotType1 is returned for the other records of the $PGHP family, which carry no time of reception.
var errNotType1 = errors.New("read PGHP: not of type 1")

// newSentenceParser makes the reader of all sentences that are not VDM or VDO. It is not safe for concurrent
// use, and the package functions of go-nmea share one lock, so every decoder has its own.
func newSentenceParser() *nmea.SentenceParser {
	return &nmea.SentenceParser{
		CustomParsers: map[string]nmea.ParserFunc{
			"GHP": readPGHP, // go-nmea takes the P of a proprietary address for the talker
			"VSI": func(s nmea.BaseSentence) (nmea.Sentence, error) { return vsi{s}, nil },
		},
		CheckCRC: checkParametric,
	}
}

// checkParametric holds a sentence to its checksum. IEC 61162-1 makes it mandatory, but NMEA 0183 did not for
// sentences that open with a dollar sign, and nothing of weight is read from those that lack it.
func checkParametric(s nmea.BaseSentence, fields string) error {
	if s.Checksum == "" && s.Raw[0] == nmea.SentenceStart[0] && s.Type != "GHP" {
		return nil
	}
	return nmea.CheckCRC(s, fields)
}

// readPGHP reads the fields. A time that is none is zero, as everywhere.
func readPGHP(s nmea.BaseSentence) (nmea.Sentence, error) {
	p := nmea.NewParser(s)
	if p.String(0, "record type") != "1" {
		return nil, errNotType1
	}
	var v [7]int64
	for i, name := range [7]string{"year", "month", "day", "hour", "minute", "second", "millisecond"} {
		v[i] = p.Int64(i+1, name)
	}
	check, err := strconv.ParseUint(p.String(12, "check"), 16, 8)
	if err := errors.Join(p.Err(), err); err != nil {
		return nil, fmt.Errorf("read PGHP: %w", err)
	}
	g := pghp{BaseSentence: s, check: byte(check)}
	if t, ok := calendar(v[0], v[1], v[2], v[3], v[4], v[5], v[6]); ok {
		g.time = plausible(t)
	}
	for _, i := range [3]int{10, 9, 8} { // base station, else region, else country
		if f := p.String(i, "station"); f != "" && f != "0" && g.station.Empty() {
			g.station = LabelFrom(f)
		}
	}
	return g, nil
}

// pghpMemory bounds the records that wait for their message: a record, its message's first part and a few
// interleaved ones.
const pghpMemory = 8

// pghpSentences is how many sentences a record waits. In 4,051 records of a national feed the message follows
// at once; but one byte agrees by chance once in 256 sentences, so a long wait would give wrong times.
const pghpSentences = 16

// pghpQueue holds records until their message comes, oldest first.
type pghpQueue struct {
	n       int
	entries [pghpMemory]struct {
		time     UnixMilli
		station  Label
		check    byte
		used     bool
		sentence uint64 // the count when it was read
		offset   int64
	}
}

// add keeps a record, dropping the oldest of too many.
func (q *pghpQueue) add(p *pghp, sentence uint64, offset int64) {
	if q.n == pghpMemory {
		copy(q.entries[:], q.entries[1:])
		q.n--
	}
	e := &q.entries[q.n]
	e.time, e.station, e.check, e.used, e.sentence, e.offset = p.time, p.station, p.check, false, sentence, offset
	q.n++
}

// take attaches the newest record with the checksum of a message whose first sentence was the first-th and which
// is complete at the count now. Older ones with the same check are the same message heard by other base stations,
// and go with it. A record whose check is 00 was written without one, as for most VDO, and belongs to the message
// that begins right below it or to none.
func (q *pghpQueue) take(check byte, first, now uint64, h *hearing) {
	kept := 0
	for i := q.n - 1; i >= 0; i-- {
		e := &q.entries[i]
		if e.check == check || e.check == 0 && first == e.sentence+1 {
			if h.pghp == 0 {
				h.pghp = e.time
			}
			if h.station.Empty() {
				h.station = e.station
			}
			e.used = true
		}
	}
	for _, e := range q.entries[:q.n] {
		if e.sentence+pghpSentences > now && !e.used {
			q.entries[kept] = e
			kept++
		}
	}
	q.n = kept
}
