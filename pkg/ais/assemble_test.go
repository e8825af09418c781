package ais

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// The halves of two messages of type 5 with one sequence and channel, by ships A and B (LIBRARIES.md 2.3).
const (
	a1 = "!AIVDM,2,1,3,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*1E"
	a2 = "!AIVDM,2,2,3,A,88888888880,2*27"
	b1 = "!AIVDM,2,1,3,A,55NBjP01mtGIL@CW;SM<D60P5Ld000000000000P0`<3557l0<50@kk@K5h@,0*33"
	b2 = "!AIVDM,2,2,3,A,00000000000,2*27"
)

// named tells which of the two ships a report is of, and whether it is whole.
func named(r *Report) string {
	switch {
	case r.MMSI == 351759000 && r.Name.String() == "EVER DIADEM" && r.Destination.String() == "NEW YORK":
		return "A"
	case r.MMSI == 367309440 && r.Name.String() == "SEA HAWK" && r.Destination.String() == "TACOMA,WA":
		return "B"
	}
	return "mixture of " + r.MMSI.String() + " " + r.Destination.String()
}

// repeat gives a line n times.
func repeat(line string, n int) []string { return slices.Repeat([]string{line}, n) }

// tag puts a block of s: in front.
func tag(station, line string) string { return tagged("s:"+station, line) }

func TestGroups(t *testing.T) {
	third := "!AIVDM,2,2,3,B,88888888880,2*24"
	for _, c := range []struct {
		name  string
		lines []string
		want  string // the ships that come out, in order
		lost  int    // refusals as incomplete_group
		times int    // repeated parts dropped
	}{
		{"one after the other", []string{a1, a2, b1, b2}, "A B", 0, 0},
		{"second part lost", []string{a1, b1, b2}, "B", 1, 0},
		{"first part lost", []string{a2, b1, b2}, "B", 1, 0},
		{"two receivers", []string{a1, a2, a2, b1, b2}, "A B", 0, 1},
		{"two receivers, both parts twice", []string{a1, a1, a2, a2, b1, b1, b2, b2}, "A B", 0, 4},
		{"finished group repeated", []string{a1, a2, a1, a2}, "A", 0, 2},
		{"stations by s", []string{tag("st1", a1), tag("st2", b1), tag("st1", a2), tag("st2", b2)}, "A B", 0, 0},
		{"stations by s, second part of one lost", []string{tag("st1", a1), tag("st2", b1), tag("st2", b2)}, "B", 1, 0},
		{"stations by s, halves of two", []string{tag("st1", a1), tag("st2", b2)}, "", 2, 0},
		{"stations by trailer", []string{a1 + ",r1,1412524603", b1 + ",r2,1412524603", a2 + ",r1,1412524603", b2 + ",r2,1412524603"}, "A B", 0, 0},
		{"groups by g, s on the first line", []string{`\g:1-2-1111,s:st1*0D\` + a1, `\g:1-2-2222,s:st2*0E\` + b1, `\g:2-2-1111*5D\` + a2, `\g:2-2-2222*5D\` + b2}, "A B", 0, 0},
		{"groups by g, out of order", []string{tagged("g:2-2-1111", a2), tagged("g:2-2-2222", b2), tagged("g:1-2-2222,s:st2", b1), tagged("g:1-2-1111,s:st1", a1)}, "B A", 0, 0},
		{"groups by g, one id of two stations", []string{tagged("g:1-2-7,s:st1", a1), tagged("g:1-2-7,s:st2", b1), tagged("g:2-2-7,s:st1", a2), tagged("g:2-2-7,s:st2", b2)}, "A B", 0, 0},
		{"groups by g, halves of two", []string{tagged("g:1-2-1111", a1), tagged("g:2-2-2222", b2)}, "", 2, 0},
		{"group id used again", []string{tagged("g:1-2-7", a1), tagged("g:1-2-7", b1), tagged("g:2-2-7", b2)}, "B", 1, 0},
		{"block on the first part only", []string{tag("st1", a1), a2}, "A", 0, 0},
		{"block on the first part only, not at once", []string{tag("st1", a1), plain, a2}, "", 2, 0},
		{"old form of group", []string{tagged("1G2:0125,c:1354719387", a1), tagged("2G2:0125", a2)}, "A", 0, 0},
		{"other channel", []string{a1, third}, "", 2, 0},
		{"other channel, common group id", []string{tagged("g:1-2-7", a1), tagged("g:2-2-7", third)}, "", 2, 0},
		{"empty channel, another sentence on B", []string{"!AIVDM,2,1,3,,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0*5F",
			sealed("AIVDM,1,1,,B,15MwkRUOidG?GElEa<iQk1JV06Jd,0"), "!AIVDM,2,2,3,,88888888880,2*66"}, "A", 0, 0},
		{"empty channel of one part", []string{a1, "!AIVDM,2,2,3,,88888888880,2*66"}, "A", 0, 0},
		{"forty sentences between", slices.Concat([]string{a1}, repeat(plain, 40), []string{a2}), "A", 0, 0},
		{"too many sentences between", slices.Concat([]string{a1}, repeat(plain, 201), []string{a2}), "", 2, 0},
		{"too many sentences for the untagged only", slices.Concat([]string{tag("st1", a1)}, repeat(plain, 201), []string{tag("st1", a2)}), "A", 0, 0},
		{"too long between", []string{a1 + ",1412524603", a2 + ",1412524703"}, "", 2, 0},
		{"part 2 a second older", []string{a1 + ",1412524603", a2 + ",1412524602"}, "A", 0, 0},
		{"another station an hour ahead between", []string{tagged("s:st1,c:1412524603", a1), tagged("s:st2,c:1412528203", plain), tagged("s:st1,c:1412524603", a2)}, "A", 0, 0},
		{"across talkers", []string{a1, "!BSVDM,2,2,3,A,88888888880,2*3E"}, "", 2, 0},
		{"across talkers, one station", []string{tag("st1", a1), tag("st1", "!BSVDM,2,2,3,A,88888888880,2*3E")}, "A", 0, 0},
		{"VDM and VDO", []string{a1, sealed("AIVDO,2,2,3,A,88888888880,2")}, "", 2, 0},
		{"other total", []string{a1, sealed("AIVDM,3,2,3,A,88888888880,2")}, "", 2, 0},
		{"repeated number, other bytes", []string{sealed("AIVDM,3,1,3,A,5555,0"), sealed("AIVDM,3,2,3,A,5555,0"), sealed("AIVDM,3,2,3,A,5556,0"), sealed("AIVDM,3,3,3,A,5555,0")}, "", 3, 0},
		{"two senders at once, nothing to tell them apart", []string{a1, b1, plain, a2, b2}, "", 4, 0},
		{"two senders at once, cut at other widths", []string{a1, sealed("AIVDM,2,1,3,A,55NBjP01mtGIL@CW;SM<D60P5Ld000000000000P0`<3557l0<50@kk@,0"), plain,
			a2, sealed("AIVDM,2,2,3,A,K5h@00000000000,2")}, "A B", 0, 0},
		{"two senders in one line", []string{a1 + b1 + b2}, "B", 1, 0},
		{"second part cut short", []string{a1, a2[:20]}, "", 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, d := decodeAll(guessed(), c.lines...)
			var ships []string
			for _, r := range got.reports {
				if r.Message == 5 {
					ships = append(ships, named(r))
				}
			}
			if s := strings.Join(ships, " "); s != c.want {
				t.Errorf("got %q, want %q", s, c.want)
			}
			n := d.Counters()
			if n.Rejects[IncompleteGroup] != uint64(c.lost) || n.GroupRepeats != uint64(c.times) {
				t.Errorf("got %d lost, %d repeated, want %d, %d: %v", n.Rejects[IncompleteGroup], n.GroupRepeats, c.lost, c.times, got.rejects)
			}
			wantNothingVanished(t, got, d, len(ships))
		})
	}
}

// wantNothingVanished checks that every part came out once: in a report, in a refusal, or as a repeat.
func wantNothingVanished(t *testing.T, got *collector, d *Decoder, groups int) {
	t.Helper()
	parts := 0
	for _, r := range got.rejects {
		parts += strings.Count(string(r.Bytes), "\n") + 1
	}
	singles := len(got.reports) - groups
	if in := int(d.Counters().Sentences); parts+singles+2*groups+int(d.Counters().GroupRepeats) != in {
		t.Errorf("got %d sentences in refusals, %d single, %d groups, %d repeats, want %d in all", parts, singles, groups, d.Counters().GroupRepeats, in)
	}
}

// The report of a message of two sentences has both, in order, with what the first says of time and station.
func TestGroupCircumstances(t *testing.T) {
	first, second := tagged("g:1-2-9,s:st1,c:1426032000", a1), tagged("g:2-2-9,c:1426032003", a2)
	for _, lines := range [][]string{{first, plain, second}, {second, plain, first}} {
		got, _ := decodeAll(guessed(), lines...)
		r := got.reports[len(got.reports)-1]
		if r.Time != 1426032000000 || r.TimeSource != TimeTag || r.Station.String() != "st1" || r.Channel != 'A' {
			t.Errorf("got time %d of %d, station %q, channel %q", r.Time, r.TimeSource, r.Station.String(), r.Channel)
		}
		if string(r.Raw) != first+"\n"+second || r.Number != 3<<8 || r.Offset != 2 {
			t.Errorf("got raw %q, number %d, offset %d", r.Raw, r.Number, r.Offset)
		}
	}
}

// A lost group is refused with where its first line stood.
func TestLostGroupPlace(t *testing.T) {
	got, _ := decodeAll(guessed(), plain, a1, plain)
	if len(got.rejects) != 1 || got.rejects[0].Offset != 1 || got.rejects[0].Number != 2<<8 || string(got.rejects[0].Bytes) != a1 {
		t.Errorf("got %+v, want the second line", got.rejects)
	}
}

func TestGroupsAreBounded(t *testing.T) {
	o := guessed()
	o.MaxGroups = 4
	d, c := NewDecoder(o), &collector{}
	for i := range 100 {
		d.Decode([]byte(tagged(fmt.Sprintf("s:st%d", i%50), a1)), At{Line: uint64(i)}, c)
		if n := len(d.parts.open); n > 4 {
			t.Fatalf("got %d groups, want at most 4", n)
		}
	}
	if n := d.Counters().GroupsEvicted; n != 96 || len(c.rejects) != 96 {
		t.Errorf("got %d evicted, %d refused, want 96", n, len(c.rejects))
	}
	d.Flush(c)
	if len(c.rejects) != 100 || len(d.parts.free) != 6 {
		t.Errorf("got %d refused, %d free slots, want 100, 6", len(c.rejects), len(d.parts.free))
	}
}

// Dead bits at the end of a part that is not the last are left out, so that the next part's bits follow.
func TestFillBetweenParts(t *testing.T) {
	for _, c := range []struct {
		to       string
		fill     byte
		text     string
		textFill byte
		want     string
		wantFill byte
	}{
		{"", 0, "5w", 2, "5w", 2},
		{"5w", 0, "0", 0, "5w0", 0},
		{"0", 3, "w", 0, "7p", 3}, // 000 + 111111 = 000111 111…
		{"0", 3, "w", 4, "7", 1},
		{"w0", 5, "w", 5, "wO", 4}, // 111111 0 + 1 = 111111 01, dead bits as sent
	} {
		got, fill := joinPayload([]byte(c.to), c.fill, []byte(c.text), c.textFill)
		if string(got) != c.want || fill != c.wantFill {
			t.Errorf("%s,%d + %s,%d: got %s,%d, want %s,%d", c.to, c.fill, c.text, c.textFill, got, fill, c.want, c.wantFill)
		}
	}
}

// What a reader must go back to after a restart is the first line of the oldest thing that is unfinished.
func TestOldest(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string
		want  int64
		held  bool
	}{
		{"nothing", []string{plain}, 0, false},
		{"a first part", []string{plain, a1, plain}, 1, true},
		{"a finished group", []string{a1, a2}, 0, false},
		{"a block", []string{plain, tagged("s:a", "")}, 1, true},
		{"a record", []string{plain, "$PGHP,1,2013,3,18,9,19,9,499,219,,2190048,1,28*23"}, 1, true},
	} {
		d := NewDecoder(guessed())
		for i, line := range c.lines {
			d.Decode([]byte(line), At{Offset: int64(i)}, &collector{})
		}
		if got, held := d.Oldest(); held != c.held || held && got != c.want {
			t.Errorf("%s: got %d %v, want %d %v", c.name, got, held, c.want, c.held)
		}
	}
}
