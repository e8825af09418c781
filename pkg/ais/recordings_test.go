package ais

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	goais "github.com/BertoldVdb/go-ais"
	"github.com/BertoldVdb/go-ais/aisnmea"
)

// The counts of the recordings' own description: sentences wherever they stand, checksum failures (those without a
// checksum among them), and complete messages. Where ours differ, less says by how many: exact repeats that were
// dropped; in pyais a message whose sentence has no checksum; in libais/test.aivdm one more, which is cut to 33 bits.
func TestRecordings(t *testing.T) {
	for _, c := range []struct {
		file                                string
		sentences, failures, messages, less int
		source                              TimeSource // of most reports
	}{
		{"noaadata/test.ais", 985, 0, 853, 0, TimeTrailer},
		{"aislib/stream_example.txt", 4500, 0, 4051, 0, TimePGHP},
		{"aislib/decode_encode_messages.txt", 646, 0, 601, 0, TimeAssumed},
		{"aislib/replay_dump.txt", 51, 0, 50, 0, TimePGHP},
		{"aislib/retry_example.txt", 11, 0, 6, 0, TimeAssumed},
		{"aislib/small_cb_example.txt", 16, 0, 11, 1, TimeTag},
		{"go-ais/aistest.nmea", 998, 0, 905, 1, TimeStamp},
		{"pyais/nmea_data_sample.txt", 898, 0, 778, 0, TimeAssumed},
		{"pyais/ais_test_messages", 8, 0, 7, 0, TimeAssumed},
		{"pyais/messages.ais", 6, 0, 6, 0, TimeAssumed},
		{"pyais/mixed.txt", 15, 1, 13, 1, TimeAssumed},
		{"pyais/sample.ais", 14, 1, 13, 1, TimeAssumed},
		{"pyais/gatehouse.nmea", 4, 0, 4, 0, TimeAssumed},
		{"pyais/timestamped.ais", 4, 0, 4, 0, TimeAssumed},
		{"ais-decoder/test_ais_data.log", 100, 0, 96, 0, TimeTrailer},
		{"ais-tools/mixed_types.nmea", 109, 0, 99, 0, TimeAssumed},
		{"ais-tools/multi-part.nmea", 93, 0, 43, 0, TimeAssumed},
		{"ais-tools/ee-multiline.nmea", 10, 0, 8, 0, TimeTag},
		{"ais-tools/bad-type5.nmea", 6, 0, 3, 0, TimeTag},
		{"ais-tools/spire-test.nmea", 4, 0, 2, 1, TimeAssumed},
		{"ais-tools/errors.nmea", 5, 2, 3, 0, TimeTag},
		{"ais-tools/type1-bad-bitcount.nmea", 12, 0, 12, 0, TimeTag},
		{"ais-tools/single-message-type-5.nmea", 1, 1, 0, 0, TimeUnknown},
		{"ais-tools/bad-tagblock-group.nmea", 2, 0, 1, 0, TimeTag},
		{"ais-tools/sample.nmea", 3, 0, 3, 0, TimeTag},
		{"ais-tools/type8.nmea", 1, 0, 1, 0, TimeAssumed},
		{"libais/typeexamples.nmea", 26, 0, 26, 0, TimeTrailer},
		{"libais/tagblock.nmea", 5, 0, 4, 0, TimeTag},
		{"libais/test.aivdm", 263, 0, 260, -1, TimeTrailer},
		{"gpsd/ais-nmea-type6-fid55.log", 1480, 0, 1326, 6, TimeAssumed},
		{"gpsd/sample.aivdm", 118, 0, 102, 0, TimeAssumed},
		{"gpsd/ais_unpack_sixbit.log", 20, 0, 13, 0, TimeAssumed},
	} {
		t.Run(c.file, func(t *testing.T) {
			n, got := recorded(t, c.file)
			bad := 0
			for _, r := range got.rejects {
				if r.Reason == BadChecksum && !bytes.Contains(r.Bytes, []byte("$PGHP")) {
					bad++
				}
			}
			if int(n.Sentences) != c.sentences || bad != c.failures {
				t.Errorf("got %d sentences, %d failures, want %d, %d", n.Sentences, bad, c.sentences, c.failures)
			}
			if messages := messagesIn(got); messages != c.messages-c.less {
				t.Errorf("got %d messages, want %d less %d", messages, c.messages, c.less)
			}
			most := map[TimeSource]int{}
			for _, r := range got.reports {
				most[r.TimeSource]++
			}
			if 2*most[c.source] < len(got.reports) {
				t.Errorf("got times %v, want most from %d", most, c.source)
			}
		})
	}
}

// recorded runs a file through a decoder.
func recorded(t *testing.T, file string) (Counters, *collector) {
	t.Helper()
	d, got := NewDecoder(guessed()), &collector{}
	for i, line := range linesOf(t, shared(t, file)) {
		d.Decode(line, At{Line: uint64(i + 1)}, got)
	}
	d.Flush(got)
	return d.Counters(), got
}

// messagesIn counts the messages that were put together, those that were refused for what is in them included. An empty
// payload is no message, and message 19 gives two reports.
func messagesIn(c *collector) (n int) {
	for _, r := range c.reports {
		if r.Message != 19 || r.Kind != Static {
			n++
		}
	}
	for _, r := range c.rejects {
		switch {
		case r.Reason == Truncated, r.Reason == BadMMSI, r.Reason == NotNMEA && bytes.Contains(r.Bytes, []byte("VDM,0,1")):
			n++
		case r.Reason == BadPayload && !bytes.Contains(r.Bytes, []byte(",,0*")):
			n++
		}
	}
	return n
}

// Of two epochs in a trailer the first agrees with the field t.
func TestTrailerTimesOfTypeExamples(t *testing.T) {
	for i, line := range linesOf(t, shared(t, "libais", "typeexamples.nmea")) {
		at := bytes.Index(line, []byte(",t"))
		if at < 0 {
			continue
		}
		got, _ := decodeAll(guessed(), string(line))
		if len(got.reports) == 0 {
			continue
		}
		r := got.reports[0]
		stated, err := time.Parse("150405", string(line[at+2:at+8]))
		if err != nil {
			t.Fatal(err)
		}
		// The slot's time and the epoch of the log may differ by a few seconds, and a message's own second moves it back.
		apart := r.Time.Time().Sub(time.Date(2012, 1, r.Time.Time().Day(), stated.Hour(), stated.Minute(), stated.Second(), 0, time.UTC))
		if apart < -time.Minute || apart > 10*time.Second || !strings.HasPrefix(r.Station.String(), "r") {
			t.Errorf("line %d: got %s from %q, want near %s", i+1, r.Time.Time(), r.Station.String(), stated.Format(time.TimeOnly))
		}
	}
}

// libais publishes time and station of each message of its TAG block file, in the order of completion.
func TestTagBlocksOfLibais(t *testing.T) {
	_, got := recorded(t, "libais/tagblock.nmea")
	text, err := os.ReadFile(shared(t, "libais", "tagblock.json"))
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		var want struct {
			MMSI    uint32    `json:"mmsi"`
			Type    uint8     `json:"type"`
			Time    time.Time `json:"tagblock_timestamp"`
			Station string    `json:"tagblock_station"`
			Second  *uint8    `json:"second"`
		}
		if err := json.Unmarshal([]byte(line), &want); err != nil {
			t.Fatal(err)
		}
		stated := Milli(want.Time)
		if want.Second != nil {
			stated = sharpen(stated, *want.Second)
		}
		r := got.reports[i]
		if r.MMSI != MMSI(want.MMSI) || r.Message != want.Type || r.Time != stated || r.Station.String() != want.Station || r.TimeSource != TimeTag {
			t.Errorf("line %d: got message %d of %s at %s from %q, want %d of %d at %s from %q",
				i+1, r.Message, r.MMSI, r.Time.Time(), r.Station.String(), want.Type, want.MMSI, stated.Time(), want.Station)
		}
	}
}

// In the national feed with GateHouse records nearly every message finds its own.
func TestGateHouseFeed(t *testing.T) {
	n, got := recorded(t, "aislib/stream_example.txt")
	found := 0
	for _, r := range got.reports {
		if r.TimeSource == TimePGHP && !r.Station.Empty() {
			found++
		}
		if at := r.Time.Time(); r.TimeSource == TimePGHP && (at.Year() != 2010 || at.Month() != 6 || at.Day() != 11 && at.Day() != 10) {
			t.Errorf("got %s, want 2010-06-11", at)
		}
	}
	if n.PGHP != 4051 || found < 4050 {
		t.Errorf("got %d records, %d attached, want 4051 of 4051", n.PGHP, found)
	}
}

// Every sentence of every recording is accounted for: in a report, a refusal, or a dropped repeat.
func TestNothingVanishesFromRecordings(t *testing.T) {
	for _, file := range append([]string{"aislib/retry_example.txt", "aislib/small_cb_example.txt", "pyais/mixed.txt", "ais-tools/bad-type5.nmea"}, cleanFiles...) {
		n, got := recorded(t, file)
		parts := int(n.GroupRepeats)
		count := func(raw []byte) { parts += len(sentenceStart.FindAll(raw, -1)) }
		for _, r := range got.reports {
			if r.Message != 19 || r.Kind != Static {
				count(r.Raw)
			}
		}
		for _, r := range got.rejects {
			count(r.Bytes)
		}
		if parts != int(n.Sentences) {
			t.Errorf("%s: got %d of %d sentences back", file, parts, n.Sentences)
		}
	}
}

// The corpora are what the measurements were made on.
func TestCorpora(t *testing.T) {
	clean := cleanCorpus(t)
	if len(clean) != 10_297 || size(clean) != 519_502 {
		t.Errorf("got %d clean sentences of %d bytes, want 10297 of 519502", len(clean), size(clean))
	}
	if mix := naturalMix(t); len(mix) < 91_400 || len(mix) > 91_500 {
		t.Errorf("got %d sentences in the natural mix, want about 91460", len(mix))
	}
	if raw := rawCorpus(t); len(raw) != 15_507 {
		t.Errorf("got %d raw lines, want 15507", len(raw))
	}
}

// On files as they are we read nearly all that the cleaned sentences hold; go-ais reads three quarters.
func TestRawFilesLoseNothing(t *testing.T) {
	ours, theirs, cleaned := &tally{}, 0, &tally{}
	d := NewDecoder(guessed())
	codec := aisnmea.NMEACodecNew(goais.CodecNewFast(false, false, true))
	for _, line := range rawCorpus(t) {
		d.Decode(line, At{}, ours)
		if p, err := codec.ParseSentence(string(bytes.TrimSpace(line))); err == nil && p != nil && p.Packet != nil {
			theirs++
		}
	}
	d.Flush(ours)
	clean := NewDecoder(guessed())
	for _, line := range cleanCorpus(t) {
		clean.Decode(line, At{}, cleaned)
	}
	t.Logf("got %d reports from raw lines, %d from cleaned ones; go-ais %d messages", ours.reports, cleaned.reports, theirs)
	if ours.reports < cleaned.reports || int(ours.reports) <= theirs {
		t.Errorf("got %d reports from raw lines, want at least the %d from cleaned ones and more than the %d of go-ais", ours.reports, cleaned.reports, theirs)
	}
}
