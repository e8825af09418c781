package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/darkwake/darkwake/internal/racing"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/snapshot"
	"github.com/darkwake/darkwake/pkg/track"
)

// TestStagesApartGiveTheSameBytes sends feeds through three partitions and one stage B, everything between them in its
// wire form, and gives each of the four processes a new life now and then, from its last snapshot alone.
func TestStagesApartGiveTheSameBytes(t *testing.T) {
	t.Run("two stations", func(t *testing.T) { compareApart(t, 500, twoStations(t)...) })
	t.Run("a month", func(t *testing.T) {
		racing.Skip(t)
		compareApart(t, 4_000, firstLook)
	})
}

// compareApart lets a process live for so many records or walks on average.
func compareApart(t *testing.T, life int, paths ...string) {
	want := replayFiles(t, 2, paths...)
	s, err := feed.Open(t.Context(), inputs(t, paths...), feed.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	p := newApart(t, 3)
	p.life = life
	for {
		rec, err := s.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		p.take(rec)
	}
	if got := p.finish(); got != want {
		t.Error(firstDifference(got, want))
	}
	if p.livesA < 6 || p.livesB < 3 {
		t.Errorf("only %d new lives of A and %d of B: too few to prove anything", p.livesA, p.livesB)
	}
}

// slice is a stream of some of another's records.
type slice struct {
	records [][]byte
	next    int
}

// Next implements feed.Stream.
func (s *slice) Next() (feed.Record, error) {
	if s.next == len(s.records) {
		return feed.Record{}, io.EOF
	}
	s.next++
	return feed.ParseRecord(s.records[s.next-1])
}

// Close implements feed.Stream.
func (s *slice) Close() error { return nil }

func TestPartitionsGiveTheSameBytes(t *testing.T) {
	want := replayFiles(t, 2, twoStations(t)...)
	s, err := feed.Open(t.Context(), inputs(t, twoStations(t)...), feed.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	parts := []feed.Stream{&slice{}, &slice{}, &slice{}}
	for rec, err := s.Next(); !errors.Is(err, io.EOF); rec, err = s.Next() {
		raw, failed := feed.AppendRecord(nil, rec)
		if err = errors.Join(err, failed); err != nil {
			t.Fatal(err)
		}
		for i, p := range parts {
			if part := p.(*slice); rec.Report == nil || i == shardOf(rec.Report.MMSI, len(parts)) {
				part.records = append(part.records, raw)
			}
		}
	}
	var out bytes.Buffer
	r, err := RunPartitions(t.Context(), fewDraws(), parts, listener(t, &out))
	if err != nil {
		t.Fatal(err)
	}
	leave(t, &out, r)
	if got := out.String(); got != want {
		t.Error(firstDifference(got, want))
	}
}

// TestPartitionsMayComeInAnyOrder breaks a stream off in the middle, where partitions know of different reports: punctuations
// come somewhat later than they were written, as those of a live stream may.
func TestPartitionsMayComeInAnyOrder(t *testing.T) {
	s, err := feed.Open(t.Context(), inputs(t, twoStations(t)...), feed.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	const partitions = 3
	var as []*StageA
	for range partitions {
		a, err := NewStageA(fewDraws())
		if err != nil {
			t.Fatal(err)
		}
		as = append(as, a)
	}
	found := make([][]Found, partitions)
	var held feed.Record
	for n := range 20_000 {
		rec, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		if rec.Punctuation != nil {
			held = rec
			continue
		}
		if n%40 == 0 && held.Punctuation != nil {
			rec = held
		}
		for i, a := range as {
			if rec.Report == nil || i == shardOf(rec.Report.MMSI, partitions) {
				a.Take(t.Context(), rec, func(f Found) { found[i] = append(found[i], f) })
			}
		}
	}
	result := func(order ...int) string {
		b, err := NewStageB(fewDraws(), partitions, Listener{})
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range order {
			for _, f := range found[i] {
				if err := b.Take(i, f); err != nil {
					t.Fatal(err)
				}
			}
		}
		var out bytes.Buffer
		r := b.Result()
		leave(t, &out, r)
		fmt.Fprintln(&out, r.First, r.Last)
		return out.String()
	}
	want := result(0, 1, 2)
	for _, order := range [][]int{{2, 1, 0}, {1, 2, 0}} {
		if got := result(order...); got != want {
			t.Errorf("order %v: %s", order, firstDifference(got, want))
		}
	}
}

// apart is an engine in pieces.
type apart struct {
	t              *testing.T
	out            bytes.Buffer
	as             []*StageA
	b              *StageB
	wire           *Wire
	rng            *rand.Rand
	life           int
	livesA, livesB int
}

func newApart(t *testing.T, partitions int) *apart {
	p := &apart{t: t, rng: rand.New(rand.NewPCG(7, 7))}
	for range partitions {
		p.as = append(p.as, p.newA())
	}
	p.b = p.newB()
	var err error
	if p.wire, err = NewWire(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *apart) newA() *StageA {
	a, err := NewStageA(fewDraws())
	if err != nil {
		p.t.Fatal(err)
	}
	return a
}

func (p *apart) newB() *StageB {
	b, err := NewStageB(fewDraws(), len(p.as), listener(p.t, &p.out))
	if err != nil {
		p.t.Fatal(err)
	}
	return b
}

// take gives a report to its partition and a punctuation to all.
func (p *apart) take(rec feed.Record) {
	raw, err := feed.AppendRecord(nil, rec)
	if err != nil {
		p.t.Fatal(err)
	}
	for i := range p.as {
		if rec.Report != nil && i != shardOf(rec.Report.MMSI, len(p.as)) {
			continue
		}
		if rec, err = feed.ParseRecord(raw); err != nil {
			p.t.Fatal(err)
		}
		p.as[i].Take(p.t.Context(), rec, func(f Found) { p.hand(i, f) })
		if p.rng.IntN(10*p.life) == 0 {
			p.livesA++
			fresh := p.newA()
			p.reborn(p.as[i].Save, fresh.Load, fresh.Save)
			p.as[i] = fresh
		}
	}
}

func (p *apart) hand(partition int, f Found) {
	raw, err := p.wire.Write(&f)
	if err != nil {
		p.t.Fatal(err)
	}
	found, err := p.wire.Read(raw)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := p.b.Take(partition, *found); err != nil {
		p.t.Fatal(err)
	}
	if p.rng.IntN(p.life) == 0 {
		p.livesB++
		fresh := p.newB()
		p.reborn(p.b.Save, fresh.Load, fresh.Save)
		p.b = fresh
	}
}

// reborn carries a state over, and asks that a second snapshot is the same.
func (p *apart) reborn(save func() ([]byte, error), load func([]byte) error, again func() ([]byte, error)) {
	first, err := save()
	if err != nil {
		p.t.Fatal(err)
	}
	if err := load(first); err != nil {
		p.t.Fatal(err)
	}
	second, err := again()
	if err != nil || !bytes.Equal(first, second) {
		p.t.Fatalf("a snapshot of %d bytes came back as one of %d, error %v", len(first), len(second), err)
	}
}

func (p *apart) finish() string {
	leave(p.t, &p.out, p.b.Result())
	return p.out.String()
}

// TestStatesHaveNoPointersIntoTheMiddle looks for what a snapshot would tear apart.
func TestStatesHaveNoPointersIntoTheMiddle(t *testing.T) {
	racing.Skip(t)
	s, err := feed.Open(t.Context(), inputs(t, firstLook), feed.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	p := newApart(t, 1)
	p.life = 1 << 40
	for n := 0; ; n++ {
		rec, err := s.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		p.as[0].Take(t.Context(), rec, func(f Found) { p.hand(0, f) })
		if n%200_000 != 100_000 {
			continue
		}
		c, err := p.b.codec()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Check(p.b.stateB, (*track.Fix)(nil)); err != nil {
			t.Error("stage B:", err)
		}
		if c, err = p.as[0].codec(); err != nil {
			t.Fatal(err)
		}
		if err := c.Check(p.as[0].state, (*track.Fix)(nil)); err != nil {
			t.Error("stage A:", err)
		}
	}
}

func TestAStateOfAnotherConfigurationIsRefused(t *testing.T) {
	c := fewDraws()
	b, err := NewStageB(c, 2, Listener{})
	if err != nil {
		t.Fatal(err)
	}
	data, err := b.Save()
	if err != nil {
		t.Fatal(err)
	}
	c.Gap.MinLength *= 2
	if b, err = NewStageB(c, 2, Listener{}); err != nil {
		t.Fatal(err)
	}
	if err := b.Load(data); !errors.Is(err, ErrConfig) {
		t.Errorf("got %v, want %v", err, ErrConfig)
	}
	if err := b.Load(data[:10]); !errors.Is(err, snapshot.ErrDamaged) {
		t.Errorf("got %v, want %v", err, snapshot.ErrDamaged)
	}
}
