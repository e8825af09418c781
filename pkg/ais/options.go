package ais

import (
	"errors"
	"fmt"
	"time"
)

// maxLine bounds a line (DESIGN.md section 5). The standard allows 82 characters for a sentence; with TAG block,
// trailer, and two sentences in a line the longest recorded ones have about 350.
const maxLine = 1024

// Options are the settings of a Decoder.
type Options struct {
	// Source is the feed's id, copied into every report.
	Source string
	// Station is the receiver's name where the lines do not tell: the peer's address, or what an envelope says.
	Station Label
	// Receiver is the kind of receiver behind the feed.
	Receiver Receiver
	// AssumeStart is the event time of the first report of a source that states no time at all. Zero refuses such
	// reports (no_time). From there the time moves forward with the seconds of the minute that ships send and the
	// minutes and seconds that base stations send; it is a guess, and marked TimeAssumed.
	AssumeStart UnixMilli
	// GroupAge is how far apart in event time the parts of one message may be.
	GroupAge time.Duration
	// GroupSentences is how many sentences of the source the parts of one message may lie apart; four times as many
	// where TAG blocks or trailers name the sender.
	GroupSentences int
	// MaxGroups bounds the messages that are remembered at once, unfinished and lately finished; the oldest goes
	// first.
	MaxGroups int
}

// Defaults returns the settings for a feed of one or many stations.
//
// GroupAge: parts go out in adjacent slots of 26.7 ms, but each is stamped where it is received; 10 s covers the
// worst pair in the recordings (2 s) with ease, and AIS-catcher waits 3 s. GroupSentences: 200 is less than the 270
// or so after which a sender that counts its sequence from 0 to 9 comes round; of the pairs of 16 stations
// interleaved at random none in 400,000 lies further apart (15/16 to the power of 200), of 64 tagged stations none
// in 300,000 further than four times that. MaxGroups: 4 % of real sentences are parts, so 256 is eight times what
// 800 sentences hold.
func Defaults() Options {
	return Options{GroupAge: 10 * time.Second, GroupSentences: 200, MaxGroups: 256}
}

// Validate reports every setting that is out of bounds, all at once.
func (o Options) Validate() error {
	var errs []error
	if o.GroupAge < 100*time.Millisecond || o.GroupAge > 10*time.Minute {
		errs = append(errs, fmt.Errorf("group age %v: want 100ms to 10m: static messages repeat every 6 minutes", o.GroupAge))
	}
	if o.GroupSentences < 1 || o.GroupSentences > 100_000 {
		errs = append(errs, fmt.Errorf("group sentences %d: want 1 to 100000", o.GroupSentences))
	}
	if o.MaxGroups < 1 || o.MaxGroups > 4096 {
		errs = append(errs, fmt.Errorf("max groups %d: want 1 to 4096: each may hold %d lines", o.MaxGroups, maxParts))
	}
	if o.AssumeStart != 0 && plausible(o.AssumeStart) == 0 {
		errs = append(errs, fmt.Errorf("assume start %s: want a time in 2000 to 2099", o.AssumeStart.Time().Format(time.RFC3339)))
	}
	return errors.Join(errs...)
}

// Counters count what a decoder met. Refusals are counted by reason; the rest are no refusals.
type Counters struct {
	Lines           uint64
	Blank           uint64
	Comments        uint64 // lines that open with #
	Synthetic       uint64 // of these, remarks that the recording was made by a simulator: they hold the word SYNTHETIC
	Sentences       uint64 // VDM and VDO, wherever they stand in a line, good or bad
	Other           uint64 // sentences of any other kind that are sound
	PGHP            uint64 // of these, GateHouse records of type 1
	VSI             uint64 // of these, reception remarks
	Unread          uint64 // of these, kinds or fields that go-nmea does not know
	TagBlocks       uint64
	TagsRefused     uint64 // blocks with a wrong or without a checksum: dropped, their sentences kept
	TagItemsSkipped uint64 // items that could not be read, in blocks that were used
	Groups          uint64 // messages of several sentences that were completed
	GroupRepeats    uint64 // parts dropped because they were there already
	GroupsRestarted uint64 // groups given up because another began with the same key
	GroupsContested uint64 // parts that might be of two messages, and were given to neither
	GroupsEvicted   uint64 // groups given up because there were too many
	Reports         uint64
	Rejects         [Reasons]uint64
}

// Add counts in what another decoder met.
func (c *Counters) Add(d Counters) {
	for _, n := range [...]struct {
		to *uint64
		by uint64
	}{
		{&c.Lines, d.Lines}, {&c.Blank, d.Blank}, {&c.Comments, d.Comments}, {&c.Synthetic, d.Synthetic},
		{&c.Sentences, d.Sentences}, {&c.Other, d.Other}, {&c.PGHP, d.PGHP}, {&c.VSI, d.VSI}, {&c.Unread, d.Unread},
		{&c.TagBlocks, d.TagBlocks}, {&c.TagsRefused, d.TagsRefused}, {&c.TagItemsSkipped, d.TagItemsSkipped},
		{&c.Groups, d.Groups}, {&c.GroupRepeats, d.GroupRepeats}, {&c.GroupsRestarted, d.GroupsRestarted},
		{&c.GroupsContested, d.GroupsContested}, {&c.GroupsEvicted, d.GroupsEvicted}, {&c.Reports, d.Reports},
	} {
		*n.to += n.by
	}
	for i, n := range d.Rejects {
		c.Rejects[i] += n
	}
}
