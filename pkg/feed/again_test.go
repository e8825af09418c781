package feed

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"
)

// repeater serves text to each who connects, cut off where the test says.
func repeater(t *testing.T, serve func(connection int) string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	go func() {
		defer close(done)
		for n := 0; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Write([]byte(serve(n))) // the client may have what it wants
			conn.Close()
		}
	}()
	return "tcp://" + l.Addr().String()
}

// TestServerThatRepeatsItselfIsAFile cuts connections off at random: the records are those of a file with the same bytes.
func TestServerThatRepeatsItselfIsAFile(t *testing.T) {
	var text strings.Builder
	for i := range int64(2000) {
		text.WriteString(fix(200000000+i%7, i*3))
	}
	whole := text.String()
	path := write(t, t.TempDir(), "a", whole)
	want := story(t, open(t, []SourceConfig{{ID: "a", Paths: []string{path}}}, Defaults()))
	const seed = 101
	cuts := rand.New(rand.NewPCG(seed, 0))
	address := repeater(t, func(n int) string {
		if n >= 12 {
			return whole
		}
		return whole[:cuts.IntN(len(whole)*(n+1)/12)]
	})
	s := SourceConfig{ID: "a", Paths: []string{address}}
	if !Repeatable([]SourceConfig{s}) {
		t.Error("the server does not count as repeatable")
	}
	p := open(t, []SourceConfig{s}, Defaults())
	if got := story(t, p); !slices.Equal(got, want) {
		t.Errorf("got %d records, want %d (seed %d)", len(got), len(want), seed)
	}
	if problems := p.Problems(); len(problems) > 0 {
		t.Error(problems)
	}
}

func TestServerThatDoesNotRepeatItself(t *testing.T) {
	a, b := fix(200000001, 1)+fix(200000001, 2), fix(200000009, 1)+fix(200000009, 2)
	p := open(t, []SourceConfig{{ID: "a", Paths: []string{repeater(t, func(n int) string { return []string{a, b}[n%2] })}}}, Defaults())
	drain(t, p)
	if got := p.Problems(); len(got) != 1 || !errors.Is(got[0], errOther) {
		t.Errorf("got %v, want one problem that says so", got)
	}
}

func TestServerThatIsAwayForTooLong(t *testing.T) {
	for name, address := range map[string]string{
		"nobody listens":            "tcp://127.0.0.1:1",
		"somebody hangs up at once": repeater(t, func(int) string { return "" }),
	} {
		a := newAgain(t.Context(), address)
		a.patient = time.Millisecond
		done := make(chan error, 1)
		go func() {
			_, err := a.Read(make([]byte, 10))
			done <- err
		}()
		if name == "nobody listens" {
			if err := <-done; err == nil || !strings.Contains(err.Error(), "connect") {
				t.Errorf("%s: got %v, want an error of the connection", name, err)
			}
			continue
		}
		select {
		case err := <-done:
			t.Errorf("%s: got %v, want to try on", name, err)
		case <-time.After(50 * time.Millisecond):
		}
		if err := a.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v after Close, want it to end", name, err)
		}
	}
}

func ExampleRepeatable() {
	recordings := []SourceConfig{{ID: "march", Paths: []string{"march.nmea.gz"}}, {ID: "sim", Paths: []string{"tcp://127.0.0.1:10110"}}}
	fmt.Println(Repeatable(recordings), Repeatable(append(recordings, SourceConfig{ID: "kystverket", Kind: TCP, Address: "153.44.253.27:5631"})))
	// Output: true false
}
