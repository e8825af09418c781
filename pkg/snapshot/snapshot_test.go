package snapshot

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"
)

// ship is a graph with one of everything that the engine's memory holds.
type ship struct {
	name    string
	mmsi    uint32
	seen    time.Time
	Never   time.Time
	track   []fix
	recent  []fix // the same slice as track
	home    *port // before the maps that lead to it too: the first way to an object decides whether the reader's own is filled
	by      map[string]*port
	visits  map[port]int
	heard   map[*port]int
	next    *ship
	note    any
	rules   []string
	grid    [3]float32
	Lock    sync.Mutex
	notify  func(string) int
	nothing []int
	empty   []int
}

type fix struct{ lon, lat float64 }

type port struct {
	name string
	at   fix
}

// atlas is shared: both sides have their own.
type atlas struct {
	ports []port
	zones [][]string
}

func newAtlas() *atlas {
	return &atlas{ports: []port{{"Kharg", fix{50.3, 29.2}}, {"Fujairah", fix{56.4, 25.2}}}, zones: [][]string{{"A"}, {"B", "C"}}}
}

func fullShip(a *atlas) *ship {
	berth := &port{name: "berth"}
	s := &ship{name: "HORSE", mmsi: 620999001, seen: time.Date(2026, 3, 2, 4, 10, 0, 7, time.UTC),
		track: []fix{{1, 2}, {3, 4}}, by: map[string]*port{"k": &a.ports[0], "b": berth, "none": nil},
		visits: map[port]int{{name: "x"}: 1, {name: "y", at: fix{1, 1}}: 2}, heard: map[*port]int{&a.ports[1]: 5, berth: 6},
		home: berth, note: &fix{9, 9}, rules: a.zones[1], grid: [3]float32{1, 2, 3}, empty: []int{}}
	s.recent = s.track
	s.next = &ship{name: "HORSE", next: s, note: fix{8, 8}}
	return s
}

func newCodec(t testing.TB, a *atlas) *Codec {
	t.Helper()
	c, err := New([]any{a}, []any{&fix{}, fix{}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// builtShip is what a process has before it loads: its own functions, and things that the saved one no longer had.
func builtShip() *ship {
	return &ship{name: "built", notify: func(s string) int { return len(s) }, by: map[string]*port{"old": {}}, track: []fix{{7, 7}, {7, 7}}, home: &port{}}
}

func TestEverythingComesBack(t *testing.T) {
	there, here := newAtlas(), newAtlas()
	saved, loaded := fullShip(there), builtShip()
	home := loaded.home
	data, err := newCodec(t, there).Save(saved)
	if err != nil {
		t.Fatal(err)
	}
	if err := newCodec(t, here).Load(data, loaded); err != nil {
		t.Fatal(err)
	}
	if loaded.notify == nil || loaded.notify("four") != 4 {
		t.Error("the reader's function is gone")
	}
	if loaded.home != home {
		t.Error("what the reader had built was not filled in place")
	}
	switch {
	case loaded.next.next != loaded:
		t.Error("the ring is open")
	case loaded.by["k"] != &here.ports[0]:
		t.Error("a pointer into the shared atlas does not lead into the reader's")
	case loaded.by["b"] != loaded.home || loaded.heard[loaded.home] != 6 || loaded.heard[&here.ports[1]] != 5:
		t.Error("one object became two")
	case &loaded.track[0] != &loaded.recent[0]:
		t.Error("one slice became two")
	case &loaded.rules[0] != &here.zones[1][0]:
		t.Error("a shared slice was copied")
	case loaded.nothing != nil || loaded.empty == nil:
		t.Error("nothing and empty are mixed up")
	}
	loaded.notify = nil
	saved.by["k"], saved.heard, loaded.heard = loaded.by["k"], nil, nil
	if !reflect.DeepEqual(saved, loaded) {
		t.Errorf("got %+v, want %+v", loaded, saved)
	}
}

func TestTheSameGraphGivesTheSameBytes(t *testing.T) {
	var want []byte
	for range 20 { // maps are walked in another order each time
		a := newAtlas()
		got, err := newCodec(t, a).Save(fullShip(a))
		if err != nil {
			t.Fatal(err)
		}
		if want != nil && !bytes.Equal(got, want) {
			t.Fatal("two equal graphs gave different bytes")
		}
		want = got
	}
}

func TestLoadRefuses(t *testing.T) {
	a := newAtlas()
	whole, err := newCodec(t, a).Save(fullShip(a))
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(whole)
	flipped[len(flipped)/2] ^= 1
	type other struct{ Name string }
	more := newAtlas()
	more.ports = append(more.ports, port{name: "Jask"})
	for _, tc := range []struct {
		name  string
		data  []byte
		atlas *atlas
		root  any
		want  error
	}{
		{"half of it", whole[:len(whole)/2], a, &ship{}, ErrDamaged},
		{"nothing", nil, a, &ship{}, ErrDamaged},
		{"a flipped bit", flipped, a, &ship{}, ErrDamaged},
		{"another type", whole, a, &other{}, ErrLayout},
		{"another atlas", whole, more, &ship{}, ErrLayout},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := newCodec(t, tc.atlas).Load(tc.data, tc.root); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

func TestSaveRefuses(t *testing.T) {
	type holder struct {
		in   any
		Keys map[any]int
	}
	type channel struct{ wire uintptr }
	for _, tc := range []struct {
		name string
		root any
		want string
	}{
		{"a type in an interface that was not named", &holder{in: 7}, "a int lies in a interface {} and was not named"},
		{"keys without order", &holder{}, "map[interface {}]int has keys that cannot be put in order"},
		{"a bare address", &channel{1}, "a uintptr cannot be carried"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c, err := New(nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if h, ok := tc.root.(*holder); ok && h.in != nil {
				tc.root = &struct{ in any }{h.in}
			}
			if _, err := c.Save(tc.root); err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	zone := time.FixedZone("IRST", 12600)
	if _, err := newCodec(t, newAtlas()).Save(&ship{seen: time.Now().In(zone)}); err == nil {
		t.Error("a time outside UTC was saved")
	}
}

func TestCheckFindsPointersIntoTheMiddle(t *testing.T) {
	a := newAtlas()
	s := fullShip(a)
	if err := newCodec(t, a).Check(s); err != nil {
		t.Errorf("a sound graph: %v", err)
	}
	s.note = &s.track[1]
	if err := newCodec(t, a).Check(s); err == nil {
		t.Error("a pointer to the second element of a slice was not found")
	}
}

func TestNewRefuses(t *testing.T) {
	if _, err := New([]any{atlas{}}, nil); err == nil {
		t.Error("a shared value that is no pointer was taken")
	}
	if _, err := New(nil, []any{fix{}, fix{}}); err == nil {
		t.Error("a type that is named twice was taken")
	}
}

// FuzzLoad gives bytes to the reader behind the sum, so that damage which the sum would find is tried too.
func FuzzLoad(f *testing.F) {
	a := newAtlas()
	whole, err := newCodec(f, a).Save(fullShip(a))
	if err != nil {
		f.Fatal(err)
	}
	print := whole[:sha256.Size]
	f.Add(whole[sha256.Size : len(whole)-sha256.Size])
	f.Fuzz(func(t *testing.T, body []byte) {
		a := newAtlas()
		c := newCodec(t, a)
		got := builtShip()
		if err := c.load(append(bytes.Clone(print), body...), got); err == nil {
			if _, err := c.Save(got); err != nil {
				t.Errorf("what was loaded cannot be saved: %v", err)
			}
		}
	})
}
