package ais

import (
	"bytes"
	"math"
)

// graceSentences is how many sentences must have passed before the event time may expire a group: feeds that
// merge stations, satellites above all, jump back and forth by an hour from line to line.
const graceSentences = 8

// contestSentences is how close two first parts with one key and no tags must stand to come from two senders: one sender
// counts its sequence through all ten digits first, which takes some 270 sentences of its own on real traffic.
const contestSentences = 100

// taggedFactor is how many times longer a group waits where a g: id or a station tells its sender: a wrong join
// is not to be feared there, and in a feed of 64 stations the parts of one message may lie 800 sentences apart.
const taggedFactor = 4

// span is one part in a group's text, and the sums that are needed when the group is complete.
type span struct {
	from, to, begin, end int32 // raw sentence; payload
	fill, sum            byte
}

// group is a message on its way. A finished one stays until it expires, to know its repeats.
type group struct {
	own        bool // VDO
	talker     [2]byte
	channel    byte // 0 until a part names one
	have       uint8
	done       bool
	id         Label
	station    Label
	time       UnixMilli // event time of the part that came first, 0 when unknown
	born, last uint64    // counts of sentences at its first and last part
	parts      [maxParts]span
	text       []byte // raw sentences in order of arrival
	hearing    hearing
	offset     int64 // of its first line, and its number
	number     uint64
}

// outcome is what became of a part.
type outcome uint8

// The outcomes.
const (
	waiting  outcome = iota
	complete         // payload, raw and finished are set
	repeated         // a part that is there already
	orphan           // a later part whose first was lost
)

// arrival is where and when a part came in.
type arrival struct {
	time   UnixMilli // best known event time, 0 when unknown
	count  uint64    // sentences of this source so far, this one included
	offset int64
	number uint64
}

// entry is what a search must know of a group, apart from the group so that many fit into a cache line.
type entry struct {
	slot   int32
	key    uint32
	until  uint64    // the count of sentences after which it expires
	mature uint64    // the count from which the event time may expire it, if it has one
	time   UnixMilli // 0 when finished: then only the count counts
	done   bool
}

// assembler joins the parts of long messages for one source and connection.
//
// Parts belong together when total, sequence and VDM or VDO agree, and the channel where both name one, and
// also what tells their origin: the g: id where there is one, else the station (s: or trailer), else the talker. A
// part with neither station nor id joins one that has them only as the very next sentence: some feeds tag a
// message's first line alone.
//
// A first part opens a group anew, so that what was lost of the last message with this key is not filled from
// the next. Only a g: id lets a later part wait for its first. Of two senders that nothing tells apart, a part goes
// to the one whose last part stands right before it or whose message it fits in length, else to neither: a lost
// message can be counted, a mixture of two ships cannot.
type assembler struct {
	counters   *Counters
	max        int
	age        UnixMilli
	sentences  uint64
	slots      []group
	open       []entry // slots in use, oldest first
	unfinished int
	earliest   uint64 // no group expires by count before it
	free       []int32
	lost       []int32 // slots of groups given up by the last call, to be released
	raw        []byte  // the finished message: its sentences joined by newlines …
	payload    []byte  // … its armoured text …
	fill, sum  byte
	finished   *group // … and its circumstances
}

// newAssembler makes room for the groups that the options allow. Two slots more hold what one call can give up
// besides what has expired: a rival of the new group, and the oldest of too many.
func newAssembler(o Options, c *Counters) *assembler {
	slots := o.MaxGroups + 2
	a := &assembler{counters: c, max: o.MaxGroups, age: UnixMilli(o.GroupAge.Milliseconds()), sentences: uint64(o.GroupSentences),
		slots: make([]group, slots), open: make([]entry, 0, slots), free: make([]int32, slots), lost: make([]int32, 0, slots)}
	for i := range a.free {
		a.free[i] = int32(slots - 1 - i)
	}
	return a
}

// release makes the slots of lost groups free again.
func (a *assembler) release() {
	a.free = append(a.free, a.lost...)
	a.lost = a.lost[:0]
}

// due is the count of sentences at which the next unfinished group expires.
func (a *assembler) due() uint64 {
	first := uint64(math.MaxUint64)
	if a.unfinished == 0 {
		return first
	}
	for i := range a.open {
		if e := &a.open[i]; !e.done {
			first = min(first, e.until+1)
		}
	}
	return first
}

// keyOf packs what must agree whatever the tags say.
func keyOf(s *sentence) uint32 {
	key := uint32(s.total) | uint32(s.sequence)<<8
	if s.own {
		key |= 1 << 16
	}
	return key
}

// accepts tells whether a part is of the same message as far as its wrapping tells.
func (g *group) accepts(s *sentence, in *arrival, age UnixMilli) bool {
	if g.channel != 0 && s.channel != 0 && g.channel != s.channel {
		return false
	}
	if apart := g.time - in.time; g.time != 0 && in.time != 0 && (apart > age || apart < -age) {
		return false
	}
	named, theirs := !g.station.Empty(), !s.hearing.station.Empty()
	if named && theirs && g.station != s.hearing.station {
		return false
	}
	grouped, marked := !g.id.Empty(), !s.tags.group.Empty()
	switch {
	case grouped && marked:
		return g.id == s.tags.group
	case named && theirs:
		return true
	case grouped == marked && named == theirs:
		return g.talker == s.talker
	}
	return g.last+1 == in.count && g.talker == s.talker
}

// has tells whether a part is there.
func (g *group) has(part uint8) bool { return g.have>>(part-1)&1 == 1 }

// same tells whether a part that is there has the same payload.
func (g *group) same(s *sentence) bool {
	p := &g.parts[s.part-1]
	return p.fill == s.fill && bytes.Equal(g.text[p.begin:p.end], s.payload())
}

// fits tells whether the message would have a length that its type can have once the part is in. Only message 5
// is judged, which most long messages are: 420 to 426 bits are sent, never more than 72 characters. Senders cut it
// at different widths, so this tells many pairs of halves apart.
func (g *group) fits(s *sentence) bool {
	if g.have|1<<(s.part-1) != 1<<s.total-1 || !g.has(1) || g.text[g.parts[0].begin] != '5' {
		return true
	}
	length := len(s.payload())
	for i := range g.parts[:s.total] {
		length += int(g.parts[i].end - g.parts[i].begin)
	}
	return length >= 70 && length <= 72
}

// match is what find found among the open groups, as indexes of open; -1 is none.
type match struct {
	join   int // the newest group that lacks the part
	others int // how many more do
	repeat int // a group that has it already
	rival  int // the newest unfinished group that has other bytes in its place
}

// find looks for the groups to which the wrapping of a part points.
func (a *assembler) find(s *sentence, in *arrival) match {
	m, key := match{join: -1, repeat: -1, rival: -1}, keyOf(s)
	for i := len(a.open) - 1; i >= 0; i-- {
		if a.open[i].key != key {
			continue
		}
		g := &a.slots[a.open[i].slot]
		switch {
		case !g.accepts(s, in, a.age):
		case !g.has(s.part):
			switch {
			case !g.identified(s) && !g.fits(s):
			case m.join < 0:
				m.join = i
			default:
				m.others++
			}
		case g.same(s):
			m.repeat = i
		case !g.done && m.rival < 0:
			m.rival = i
		}
	}
	return m
}

// identified tells whether tags or a trailer say that the part is from the group's sender.
func (g *group) identified(s *sentence) bool {
	return !g.id.Empty() && !s.tags.group.Empty() || !g.station.Empty() && !s.hearing.station.Empty()
}

// add takes in a part of a message of several sentences. Groups that are given up meanwhile are in lost.
func (a *assembler) add(s *sentence, in arrival) outcome {
	a.sweep(in.count, in.time)
	m := a.find(s, &in)
	next := m.join >= 0 && a.slots[a.open[m.join].slot].last+1 == in.count
	switch {
	case m.repeat >= 0 && !next:
		// Where a group waits for this part and another has had the same bytes, the part may be a late copy, and
		// joining would make a mixture. If it is not, nothing but this one message is lost.
		return repeated
	case m.join >= 0 && (next || m.others == 0):
		return a.join(m.join, s, &in)
	case m.join >= 0:
		// Two senders without tags wait for this part, and nothing tells which of them sent it.
		a.counters.GroupsContested++
		return orphan
	}
	if m.rival >= 0 {
		a.restart(m.rival, s, &in)
	}
	if s.part > 1 && s.tags.group.Empty() {
		return orphan
	}
	return a.join(a.start(s, &in), s, &in)
}

// restart gives up a group in favour of a new one, unless they are so close that they must be of two senders who
// tag nothing: then both wait.
func (a *assembler) restart(i int, s *sentence, in *arrival) {
	g := &a.slots[a.open[i].slot]
	if s.part == 1 && !g.identified(s) && in.count-g.born < contestSentences {
		return
	}
	a.counters.GroupsRestarted++
	a.giveUp(i)
}

// start opens a group, giving up the oldest if all slots are taken, and tells its place in open.
func (a *assembler) start(s *sentence, in *arrival) int {
	if len(a.open) == a.max {
		if !a.open[0].done {
			a.counters.GroupsEvicted++
		}
		a.giveUp(0)
	}
	slot := a.free[len(a.free)-1]
	a.free = a.free[:len(a.free)-1]
	e := entry{slot: slot, key: keyOf(s), until: in.count + a.sentences, mature: in.count + graceSentences}
	if s.tags.group.Empty() {
		e.time = in.time
	}
	if !s.tags.group.Empty() || !s.hearing.station.Empty() {
		e.until = in.count + a.sentences*taggedFactor
	}
	a.open = append(a.open, e)
	a.unfinished++
	a.earliest = min(a.earliest, e.until)
	g := &a.slots[slot]
	text := g.text[:0]
	*g = group{own: s.own, talker: s.talker, born: in.count, time: in.time, offset: in.offset, number: in.number, text: text}
	return len(a.open) - 1
}

// join puts a part into its group and finishes the message if it was the last one missing.
func (a *assembler) join(i int, s *sentence, in *arrival) outcome {
	g := &a.slots[a.open[i].slot]
	at := int32(len(g.text))
	g.text = append(g.text, s.raw...)
	g.parts[s.part-1] = span{from: at, to: int32(len(g.text)), begin: at + int32(s.begin), end: at + int32(s.end), fill: s.fill, sum: s.sum}
	g.have |= 1 << (s.part - 1)
	g.last = in.count
	if g.channel == 0 {
		g.channel = s.channel
	}
	if g.id.Empty() {
		g.id = s.tags.group
	}
	if s.part == 1 { // what the first part says holds for all
		h := s.hearing
		h.fill(&g.hearing)
		g.hearing = h
	} else {
		g.hearing.fill(&s.hearing)
	}
	g.station = g.hearing.station
	if g.have != 1<<s.total-1 {
		return waiting
	}
	g.done, a.open[i].done, a.open[i].time = true, true, 0
	a.unfinished--
	a.finish(g, int(s.total))
	return complete
}

// finish joins text and payload in the order of the parts.
func (a *assembler) finish(g *group, total int) {
	a.raw, a.payload = g.joined(a.raw[:0]), a.payload[:0]
	a.sum, a.fill, a.finished = 0, 0, g
	for i := range total {
		p := &g.parts[i]
		a.payload, a.fill = joinPayload(a.payload, a.fill, g.text[p.begin:p.end], p.fill)
		a.sum ^= p.sum
	}
}

// joined appends the raw sentences that are there, in the order of the parts.
func (g *group) joined(to []byte) []byte {
	for i := range g.parts {
		if g.has(uint8(i + 1)) {
			if len(to) > 0 {
				to = append(to, '\n')
			}
			to = append(to, g.text[g.parts[i].from:g.parts[i].to]...)
		}
	}
	return to
}

// joinPayload appends armoured text behind text that ends in fill dead bits and returns the dead bits of the
// whole. Only the last part should have any; if another has, the bits move up over them.
func joinPayload(to []byte, fill byte, text []byte, textFill byte) ([]byte, byte) {
	if fill == 0 || len(to) == 0 {
		return append(to, text...), textFill
	}
	for _, c := range text {
		v := sixBitValue(c)
		if v > 63 {
			return append(to, c), 0 // not armour: leave it to the decoder to refuse the whole
		}
		last := sixBitValue(to[len(to)-1])&(63<<fill) | v>>(6-fill)
		to[len(to)-1] = armourOf(last)
		to = append(to, armourOf(v<<fill&63))
	}
	if fill += textFill; fill >= 6 {
		return to[:len(to)-1], fill - 6
	}
	return to, fill
}

// sixBitValue is the value of an armour character, above 63 for any other byte.
func sixBitValue(c byte) byte {
	switch {
	case c >= '0' && c <= 'W':
		return c - '0'
	case c >= '`' && c <= 'w':
		return c - '0' - 8
	}
	return 255
}

// armourOf is the character of a value of six bits.
func armourOf(v byte) byte {
	if v < 40 {
		return v + '0'
	}
	return v + '0' + 8
}

// giveUp takes group i of open away, onto the list of the lost if it was not finished.
func (a *assembler) giveUp(i int) {
	a.drop(&a.open[i])
	a.open = append(a.open[:i], a.open[i+1:]...)
}

// drop puts a group's slot onto the list of the lost, or of the free if it was finished.
func (a *assembler) drop(e *entry) {
	if e.done {
		a.free = append(a.free, e.slot)
		return
	}
	a.unfinished--
	a.lost = append(a.lost, e.slot)
}

// sweep gives up the groups that have waited too long: by the count of sentences, or by event time. Most often
// nothing waits and it returns at once.
func (a *assembler) sweep(count uint64, now UnixMilli) {
	if a.unfinished == 0 && count <= a.earliest {
		return
	}
	kept := 0
	a.earliest = math.MaxUint64
	for i := range a.open {
		e := &a.open[i]
		if count > e.until || e.time != 0 && now != 0 && count >= e.mature && now-e.time > a.age {
			a.drop(e)
			continue
		}
		a.earliest = min(a.earliest, e.until)
		if kept != i {
			a.open[kept] = *e
		}
		kept++
	}
	a.open = a.open[:kept]
}
