package triage

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

var start = time.Date(2026, 3, 14, 9, 26, 53, 589793238, time.UTC)

// some are n random reviews of few events, with notes of every sort.
func some(r *rand.Rand, n int) (all []Review) {
	notes := []string{"", "seen at the buoy", "<script>alert(1)</script>", `=HYPERLINK("http://x")`, "two\nlines", "\u202eTXT", "\u2028\x00\x07", strings.Repeat("\U0001F6A2", MaxNote), strings.Repeat("<", MaxNote)}
	for i := range n {
		x := Review{Time: start.Add(time.Duration(r.Int64N(1e17))), Reviewer: []string{"Ana", "Bob B.", "李"}[r.IntN(3)], Event: fmt.Sprintf("gap-%016x", r.IntN(5)), Version: 1 + r.IntN(7),
			Action: Actions()[r.IntN(len(Actions()))], Note: notes[r.IntN(len(notes))]}
		if i%2 == 0 {
			x.Evidence = hashed(x.Event)
		}
		all = append(all, x)
	}
	return all
}

// lines are reviews as a log holds them.
func lines(t testing.TB, all []Review) []byte {
	t.Helper()
	var b bytes.Buffer
	for _, r := range all {
		if err := Write(&b, r); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// TestWhatIsWrittenIsReadBack: fold(read(write(x))) is fold(x).
func TestWhatIsWrittenIsReadBack(t *testing.T) {
	for seed := range uint64(50) {
		all := some(rand.New(rand.NewPCG(seed, 1)), int(seed))
		text := lines(t, all)
		got, good, err := Read(bytes.NewReader(text))
		if err != nil || good != int64(len(text)) || !reflect.DeepEqual(Fold(got), Fold(all)) {
			t.Fatalf("seed %d: %v; %d bytes of %d are good, %d reviews of %d", seed, err, good, len(text), len(got), len(all))
		}
	}
}

// TestALogThatBreaksOffKeepsItsWholeLines: wherever the writing stopped.
func TestALogThatBreaksOffKeepsItsWholeLines(t *testing.T) {
	all := some(rand.New(rand.NewPCG(7, 7)), 4)
	text := lines(t, all)
	for cut := range text {
		whole := bytes.Count(text[:cut], []byte("\n"))
		got, good, err := Read(bytes.NewReader(text[:cut]))
		if err != nil || len(got) != whole || good != int64(len(lines(t, all[:whole]))) {
			t.Fatalf("cut at byte %d: %v; %d reviews, want %d; %d good bytes", cut, err, len(got), whole, good)
		}
	}
}

func TestAnyOtherBadLineIsAnErrorWithItsNumber(t *testing.T) {
	one := string(lines(t, some(rand.New(rand.NewPCG(1, 1)), 1)))
	valid := `{"time":"2026-03-14T09:26:53Z","reviewer":"Ana","event":"gap-0000000000000001","version":1,"evidence_sha256":"","action":"watch","note":""}` + "\n"
	with := func(old, new string) string {
		if !strings.Contains(valid, old) {
			t.Fatalf("no %s to replace", old)
		}
		return strings.Replace(valid, old, new, 1)
	}
	if _, _, err := Read(strings.NewReader(valid)); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ name, line, want string }{
		{"an empty line", "\n", "EOF"},
		{"no JSON", "seen\n", "invalid character"},
		{"half a line with an end", valid[:40] + "\n", "invalid character"},
		{"two in one line", strings.TrimSuffix(valid, "\n") + valid, "more than one review"},
		{"an unknown member", with(`"note":""`, `"note":"","mood":"good"`), `unknown field "mood"`},
		{"no time", with(`"time":"2026-03-14T09:26:53Z",`, ""), "one after 1970 expected"},
		{"a time that is none", with("2026-03-14T", "2026-02-30T"), "parsing time"},
		{"nobody", with(`"Ana"`, `""`), "a name expected"},
		{"an event that is none", with("gap-0000000000000001", "../gap"), `event "../gap": an id expected`},
		{"version 0", with(`"version":1`, `"version":0`), "version 0: 1 or more expected"},
		{"evidence that is none", with(`"evidence_sha256":""`, `"evidence_sha256":"abc"`), "64 hexadecimal digits expected"},
		{"another action", with(`"watch"`, `"like"`), `action "like": one of [watch unwatch confirm dismiss reopen] expected`},
		{"a long note", with(`"note":""`, `"note":"`+strings.Repeat("ü", MaxNote+1)+`"`), "a note of 2001 characters: 2000 at most expected"},
		{"a huge line", `{"note":"` + strings.Repeat("x", 2*maxLine) + "\"}\n", "of 32768 bytes at most"},
	} {
		_, _, err := Read(strings.NewReader(one + valid + tc.line + valid))
		if err == nil || !strings.HasPrefix(err.Error(), "line 3: a review expected") || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want one line with %q", tc.name, err, tc.want)
		}
	}
}

// FuzzRead: what is read is reviews that can be written and read again, or an error of one line.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"time":"2026-03-14T09:26:53.58Z","reviewer":"Ana","event":"gap-0000000000000001","version":1,"evidence_sha256":"","action":"watch","note":"a\nb"}` + "\n"))
	f.Add([]byte(`{"time":"2026-03-14T09:26:53+05:30","Reviewer":"Ana","event":"port_call-00000000000000d1","version":9,"action":"dismiss"}` + "\n{\"time\""))
	f.Add([]byte("\n\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, good, err := Read(bytes.NewReader(text))
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %q", err)
			}
			return
		}
		if good > int64(len(text)) || bytes.Contains(text[good:], []byte("\n")) || bytes.Count(text[:good], []byte("\n")) != len(all) {
			t.Errorf("%d good bytes of %d for %d reviews", good, len(text), len(all))
		}
		again, _, err := Read(bytes.NewReader(lines(t, all)))
		if err != nil || !reflect.DeepEqual(again, all) {
			t.Errorf("written and read again: %v\n%v\n%v", err, again, all)
		}
	})
}

func TestWhatStandsOfAnEvent(t *testing.T) {
	for _, tc := range []struct {
		actions string
		watched bool
		verdict Action
	}{
		{"watch", true, ""}, {"watch unwatch", false, ""}, {"unwatch", false, ""},
		{"confirm", false, Confirm}, {"confirm dismiss", false, Dismiss}, {"dismiss confirm", false, Confirm}, {"confirm reopen", false, ""}, {"reopen", false, ""},
		{"watch confirm", true, Confirm}, {"watch confirm unwatch", false, Confirm}, {"watch dismiss reopen", true, ""},
	} {
		var all []Review
		for i, a := range strings.Fields(tc.actions) {
			all = append(all, Review{Event: "gap-1", Version: i + 3, Action: Action(a)})
		}
		got := Fold(all)["gap-1"]
		if got.Watched != tc.watched || got.Verdict != tc.verdict || len(got.Reviews) != len(all) {
			t.Errorf("%s: got %+v", tc.actions, got)
		}
		if last := len(all) + 2; got.Changed(last) || !got.Changed(last+1) {
			t.Errorf("%s: changed at version %d: %v, at the next: %v", tc.actions, last, got.Changed(last), got.Changed(last+1))
		}
	}
}

// open opens a log that is closed with the test.
func open(t *testing.T, path string) *Log {
	t.Helper()
	l, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func TestARestartKeepsReviewsAndCutsATornLine(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reviews.jsonl")
	all := some(rand.New(rand.NewPCG(5, 5)), 20)
	l := open(t, path)
	for _, r := range all[:10] {
		if err := l.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Open(path); err == nil || !strings.Contains(err.Error(), "in use by another program") {
		t.Errorf("a second server writes the same file: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Add(all[10]); err == nil {
		t.Error("a closed log takes a review")
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	torn := lines(t, all[10:11])
	if _, err := file.Write(torn[:len(torn)-1]); err != nil {
		t.Fatal(err)
	}
	_ = file.Close()
	l = open(t, path)
	if l.Cut != int64(len(torn)-1) {
		t.Errorf("%d bytes were cut off, want %d", l.Cut, len(torn)-1)
	}
	for _, r := range all[10:] {
		if err := l.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(l.All(), all) {
		t.Error("the reviews are not those that were written")
	}
	_ = l.Close()
	l = open(t, path)
	if l.Cut != 0 || !reflect.DeepEqual(l.All(), all) {
		t.Errorf("after another restart %d bytes are cut off, and there are %d reviews of %d", l.Cut, len(l.All()), len(all))
	}
	want := Fold(all)
	states := l.States()
	if len(states) != len(want) || states[0].Event != all[len(all)-1].Event {
		t.Errorf("%d events, the newest %s", len(states), states[0].Event)
	}
	for _, s := range states {
		if one, there := l.Of(s.Event); !there || !reflect.DeepEqual(one, s) || !reflect.DeepEqual(want[s.Event], s) {
			t.Errorf("%s: %+v", s.Event, one)
		}
	}
	if about, err := os.Stat(path); err != nil || about.Mode().Perm() != 0o600 {
		t.Errorf("others may read the log: %v, %v", about.Mode(), err)
	}
}

func TestALogThatCannotBeReadIsOneLine(t *testing.T) {
	dir := t.TempDir()
	bad := filepath.Join(dir, "bad.jsonl")
	if err := os.WriteFile(bad, []byte("not a review\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{bad: "open reviews " + bad + ": line 1: a review expected", dir: "open reviews: ", filepath.Join(dir, "none", "x"): "open reviews: "} {
		if _, err := Open(path); err == nil || !strings.HasPrefix(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want %s", path, err, want)
		}
	}
	if text, err := os.ReadFile(bad); err != nil || string(text) != "not a review\n" {
		t.Errorf("the file that was refused is now %q, %v", text, err)
	}
}

// TestAWriteThatFailsLeavesNothing: neither in the file nor in what is said to stand.
func TestAWriteThatFailsLeavesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reviews.jsonl")
	l := open(t, path)
	all := some(rand.New(rand.NewPCG(9, 9)), 2)
	if err := l.Add(all[0]); err != nil {
		t.Fatal(err)
	}
	_ = l.file.Close() // what comes now fails, and mending it too
	for range 2 {
		if err := l.Add(all[1]); err == nil || !strings.HasPrefix(err.Error(), "write review: ") {
			t.Errorf("got %v", err)
		}
	}
	if got := l.All(); len(got) != 1 {
		t.Errorf("%d reviews stand, want 1", len(got))
	}
	bad := all[1]
	bad.Event = "x"
	if err := l.Add(bad); err == nil || !strings.Contains(err.Error(), "an id expected") {
		t.Errorf("a review that could not be read back: got %v", err)
	}
}

func TestManyWriteAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "reviews.jsonl")
	l := open(t, path)
	var all sync.WaitGroup
	for writer := range uint64(8) {
		all.Go(func() {
			for _, r := range some(rand.New(rand.NewPCG(writer, 2)), 6) {
				if err := l.Add(r); err != nil {
					t.Error(err)
				}
				if s, there := l.Of(r.Event); !there || len(s.Reviews) == 0 {
					t.Errorf("%s is not there", r.Event)
				}
				_ = l.States()
			}
		})
	}
	all.Wait()
	_ = l.Close()
	again := open(t, path)
	if n := len(again.All()); n != 48 || !reflect.DeepEqual(again.All(), l.All()) {
		t.Errorf("%d reviews are read back, want 48 in the order in which they were taken", n)
	}
}
