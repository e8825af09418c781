package ais

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim/encode"
)

func TestSharpen(t *testing.T) {
	at := func(s string) UnixMilli {
		u, err := time.Parse(time.TimeOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return Milli(u.AddDate(2024, 0, 0))
	}
	for _, c := range []struct {
		name, stated string
		second       uint8
		want         string
	}{
		{"the same second", "12:00:30", 30, "12:00:30"},
		{"a few seconds before", "12:00:30", 22, "12:00:22"},
		{"in the minute before", "12:00:10", 50, "11:59:50"},
		{"54 s before", "12:00:55", 1, "12:00:01"},
		{"55 s before is 5 s after", "12:00:55", 0, "12:01:00"},
		{"5 s ahead", "12:00:30", 35, "12:00:35"},
		{"6 s ahead is 54 s before", "12:00:30", 36, "11:59:36"},
		{"over midnight", "00:00:02", 58, "23:59:58"},
	} {
		want := at(c.want)
		if c.name == "over midnight" {
			want -= 24 * 3_600_000
		}
		if got := sharpen(at(c.stated), c.second); got != want {
			t.Errorf("%s: got %s, want %s", c.name, got.Time(), want.Time())
		}
	}
	for _, milli := range []UnixMilli{0, 1, 499, 999} {
		if got := sharpen(at("12:00:30")+milli, 30); got != at("12:00:30") {
			t.Errorf("got %s for %d ms past, want the full second", got.Time(), milli)
		}
	}
}

// The most trusted of all stated times counts, and only the first three are sharpened with the message's second, 19.
func TestOrderOfTrust(t *testing.T) {
	record := "$" + checksummed("PGHP,1,2013,3,18,9,19,9,499,219,,2190048,1,6E")
	const tagTime, trailerTime, stampTime, feedTime, receiptTime = 1_500_000_000_000, 1_500_000_100_000, 1_500_000_200_000, 1_500_000_300_000, 1_500_000_400_000
	withTag := func(s string) string { return tagged("c:1500000000", s) }
	for _, c := range []struct {
		name   string
		lines  []string
		at     At
		assume UnixMilli
		want   UnixMilli
		source TimeSource
	}{
		{"tag", []string{record, "1500000200 " + withTag(plain+",1500000100")}, At{Received: receiptTime, Feed: feedTime}, 0, sharpen(tagTime, 19), TimeTag},
		{"pghp", []string{record, "1500000200 " + plain + ",1500000100"}, At{Received: receiptTime, Feed: feedTime}, 0, sharpen(1363598349499, 19), TimePGHP},
		{"trailer", []string{"1500000200 " + plain + ",1500000100"}, At{Received: receiptTime, Feed: feedTime}, 0, sharpen(trailerTime, 19), TimeTrailer},
		{"stamp", []string{"1500000200 " + plain}, At{Received: receiptTime, Feed: feedTime}, 0, stampTime, TimeStamp},
		{"feed", []string{plain}, At{Received: receiptTime, Feed: feedTime}, 0, feedTime, TimeFeed},
		{"receipt", []string{plain}, At{Received: receiptTime}, 1_400_000_000_000, receiptTime, TimeReceipt},
		{"receipt, feed of 1999", []string{plain}, At{Received: receiptTime, Feed: 1}, 0, receiptTime, TimeReceipt},
		{"assumed", []string{plain}, At{}, 1_500_000_000_000, 1_500_000_000_000 + 19_000 - 1_500_000_000_000%60_000, TimeAssumed},
		{"none", []string{plain}, At{}, 0, 0, TimeUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := Defaults()
			o.AssumeStart = c.assume
			d, got := NewDecoder(o), &collector{}
			for _, line := range c.lines {
				d.Decode([]byte(line), c.at, got)
			}
			if c.source == TimeUnknown {
				wantRejects(t, &collector{rejects: []Reject{{Reason: got.rejects[0].Reason, Bytes: got.rejects[0].Bytes, Source: "test"}}}, d, NoTime, c.lines)
				return
			}
			if len(got.reports) != 1 || got.reports[0].Time != c.want || got.reports[0].TimeSource != c.source {
				t.Fatalf("got %+v %v, want time %d of %d", got.reports, got.rejects, c.want, c.source)
			}
			if got.reports[0].Received != c.at.Received {
				t.Errorf("got received %d, want %d", got.reports[0].Received, c.at.Received)
			}
		})
	}
}

// An assumed time goes forward with the seconds that ships send and the clocks of base stations, never back.
func TestAssumedTimeMovesForward(t *testing.T) {
	ship := func(second int) string {
		return encode.Sentences(encode.Position{MMSI: 366998410, Second: second}, encode.Frame{})[0]
	}
	base := func(hour, minute, second int) string {
		return encode.Sentences(encode.Base{MMSI: 3669953, Year: 2011, Month: 6, Day: 7, Hour: hour, Minute: minute, Second: second}, encode.Frame{})[0]
	}
	start := time.Date(2024, 5, 1, 10, 20, 30, 0, time.UTC)
	d, got := NewDecoder(Options{AssumeStart: Milli(start), GroupAge: time.Second, GroupSentences: 1, MaxGroups: 1}), &collector{}
	for i, c := range []struct{ name, line, want string }{
		{"the start as given", ship(60), "10:20:30"},
		{"forward", ship(40), "10:20:40"},
		{"a little back stays", ship(35), "10:20:40"},
		{"into the next minute", ship(5), "10:21:05"},
		{"not available", ship(60), "10:21:05"},
		{"dead reckoning", ship(62), "10:21:05"},
		{"a station's minute", base(10, 25, 7), "10:25:07"},
		{"a station's minute that was", base(10, 24, 0), "10:25:07"},
		{"a station with another hour", base(3, 26, 0), "10:26:00"},
		{"over the hour", base(11, 1, 0), "10:26:00"},
		{"over the hour in steps", base(10, 55, 0), "10:55:00"},
		{"over the hour", base(11, 1, 0), "11:01:00"},
	} {
		d.Decode([]byte(c.line), At{}, got)
		if len(got.reports) != i+1 {
			t.Fatalf("%s: got rejects %v", c.name, got.rejects)
		}
		if r := got.reports[i]; r.Time.Time().Format(time.TimeOnly) != c.want || r.TimeSource != TimeAssumed {
			t.Errorf("%s: got %s, want %s", c.name, r.Time.Time().Format(time.TimeOnly), c.want)
		}
	}
}

func TestPGHP(t *testing.T) {
	record := func(minute, milli int, station string, check byte) string {
		body := fmt.Sprintf("PGHP,1,2013,3,18,9,%d,9,%d,219,7,%s,1,%02X", minute, milli, station, check)
		return fmt.Sprintf("$%s*%02X", body, encode.Checksum(body))
	}
	at := func(minute, milli int) UnixMilli {
		return Milli(time.Date(2013, 3, 18, 9, minute, 9, 0, time.UTC)) + UnixMilli(milli)
	}
	const other = "!BSVDM,1,1,,B,14VliT002O0q2DBP:dAu7JRD0<0s,0*28"
	static := []string{a1, a2} // without a second of their own; checksums 1E and 27, together 39
	for _, c := range []struct {
		name    string
		lines   []string
		want    UnixMilli // of the last report
		source  TimeSource
		station string
	}{
		{"two parts, checksums together", append([]string{record(19, 499, "2190048", 0x39)}, static...), at(19, 499), TimePGHP, "2190048"},
		{"milliseconds are no fraction", append([]string{record(19, 10, "2190048", 0x39)}, static...), at(19, 10), TimePGHP, "2190048"},
		{"another sentence between", []string{record(19, 1, "992190934", 0x39), a1, other, a2}, at(19, 1), TimePGHP, "992190934"},
		{"two records, the nearer counts", append([]string{record(18, 1, "1", 0x39), record(19, 1, "2", 0x39)}, static...), at(19, 1), TimePGHP, "2"},
		{"records of two messages", []string{record(18, 1, "1", 0x39), record(19, 1, "2", 0x28), other, a1, a2}, at(18, 1), TimePGHP, "1"},
		{"no base station: region", append([]string{record(19, 1, "", 0x39)}, static...), at(19, 1), TimePGHP, "7"},
		{"check of another message", append([]string{record(19, 1, "1", 0x38)}, static...), 0, TimeAssumed, ""},
		{"no check, right above", append([]string{record(19, 1, "1", 0)}, static...), at(19, 1), TimePGHP, "1"},
		{"no check, not right above", append([]string{record(19, 1, "1", 0), other}, static...), 0, TimeAssumed, ""},
		{"wrong checksum of its own", append([]string{"$PGHP,1,2009,5,9,0,0,0,10,338,2,,1,39*00"}, static...), 0, TimeAssumed, ""},
		{"too long ago", append(append([]string{record(19, 1, "1", 0x39)}, repeat(other, 17)...), static...), 0, TimeAssumed, ""},
		{"impossible date", append([]string{"$" + checksummed("PGHP,1,2013,2,30,9,0,9,0,219,,2190048,1,39")}, static...), 0, TimeAssumed, "2190048"},
		{"of another type", append([]string{"$" + checksummed("PGHP,2,2013,2,3,9,0,9,0,219,,2190048,1,39")}, static...), 0, TimeAssumed, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _ := decodeAll(guessed(), c.lines...)
			r := got.reports[len(got.reports)-1]
			if c.source == TimeAssumed {
				c.want = r.Time
			}
			if r.Message != 5 || r.Time != c.want || r.TimeSource != c.source || r.Station.String() != c.station {
				t.Errorf("got message %d at %s of %d from %q, want %s of %d from %q", r.Message, r.Time.Time(), r.TimeSource, r.Station.String(), c.want.Time(), c.source, c.station)
			}
		})
	}
}

// checksummed appends the checksum of a sentence body.
func checksummed(body string) string { return fmt.Sprintf("%s*%02X", body, encode.Checksum(body)) }

// Message 19 tells where a ship is and who she is: two reports with one sentence.
func TestMessage19IsTwoReports(t *testing.T) {
	payload, fill := encode.Armour(messageBits(t, 19)[0])
	got, _ := decodeAll(guessed(), encode.Wrap(payload, fill, encode.Frame{Channel: 'A'})...)
	if len(got.reports) != 2 {
		t.Fatalf("got %d reports, want 2", len(got.reports))
	}
	p, s := got.reports[0], got.reports[1]
	if p.Kind != Position || s.Kind != Static || p.Number != 1<<8 || s.Number != 1<<8|1 || string(p.Raw) != string(s.Raw) {
		t.Errorf("got kinds %d, %d, numbers %d, %d", p.Kind, s.Kind, p.Number, s.Number)
	}
}

// An MMSI of ten digits is noise and cannot be a key.
func TestBadMMSI(t *testing.T) {
	for _, c := range []struct {
		mmsi   uint32
		reason Reason
	}{{0, NoReason}, {999_999_999, NoReason}, {1_000_000_000, BadMMSI}, {1<<30 - 1, BadMMSI}} {
		line := encode.Sentences(encode.Position{MMSI: c.mmsi}, encode.Frame{})[0]
		got, d := decodeAll(guessed(), line)
		wantRejects(t, got, d, c.reason, []string{line})
	}
}

func TestOptionsReportAllFaults(t *testing.T) {
	if err := guessed().Validate(); err != nil {
		t.Errorf("got %v for the defaults", err)
	}
	err := Options{GroupAge: time.Hour, GroupSentences: -1, MaxGroups: 1e6, AssumeStart: 5}.Validate()
	for _, word := range []string{"group age", "group sentences", "max groups", "assume start"} {
		if err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("got %v, want it to name %s", err, word)
		}
	}
}

// What a line leaves behind must not allocate: the whole natural mix, and tagged and trailed lines.
func TestDecodeDoesNotAllocate(t *testing.T) {
	mix := naturalMix(t)[:5_000]
	tag, trailer := []byte(tagged("s:rORBCOMM,c:1426032000", plain)), []byte(plain+",r003669946,1325394060")
	d, sum := NewDecoder(guessed()), &tally{}
	run := func() {
		for i, line := range mix {
			d.Decode(line, At{Line: uint64(i)}, sum)
			d.Decode(tag, At{Line: uint64(i)}, sum)
			d.Decode(trailer, At{Line: uint64(i)}, sum)
		}
	}
	run() // the slots for groups grow to the longest sentences once
	d.Flush(sum)
	run()
	if n := testing.AllocsPerRun(5, run); n != 0 {
		t.Errorf("got %v allocations in %d lines, want 0", n, 3*len(mix))
	}
}

// TestCountersAddEveryCount fails for a counter that Add forgets.
func TestCountersAddEveryCount(t *testing.T) {
	var one, sum Counters
	v := reflect.ValueOf(&one).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.Uint64:
			f.SetUint(uint64(i + 1))
		default:
			for j := range f.Len() {
				f.Index(j).SetUint(uint64(100 + j))
			}
		}
	}
	sum.Add(one)
	if sum != one {
		t.Errorf("got %+v, want %+v", sum, one)
	}
}
