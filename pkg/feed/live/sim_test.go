package live

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/serve"
	"github.com/darkwake/darkwake/internal/sim/write"
	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

// world is a simulated sea of a few days, with who hears it.
func world(t *testing.T) *sim.World {
	t.Helper()
	s, err := scenario.Open(filepath.Join("..", "..", "..", "internal", "sim", "testdata", "small.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := sim.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// serving runs the simulator's server until the world has ended or the test has. It returns its address.
func serving(t *testing.T, change func(*serve.Options)) string {
	t.Helper()
	o := serve.Defaults(Wall{})
	o.Speed, o.Clients, o.Patience = 0, 1, time.Minute
	listening := make(chan string, 3)
	o.Listening = func(_, address string) { listening <- address }
	change(&o)
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan struct{})
	w := world(t)
	go func() {
		defer close(over)
		if _, err := serve.Run(ctx, w, o); err != nil {
			t.Error(err)
		}
	}()
	t.Cleanup(func() {
		cancel()
		<-over
	})
	return <-listening
}

// heardKey is how often each message was heard: by kind, ship, event time and station.
type heardKey struct {
	kind    ais.Kind
	mmsi    ais.MMSI
	at      ais.UnixMilli
	station string
}

// hears reads a stream until it ends.
func hears(t *testing.T, s feed.Stream) map[heardKey]int {
	t.Helper()
	all := map[heardKey]int{}
	for {
		rec, err := s.Next()
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, context.Canceled):
			return all
		case err != nil:
			t.Fatal(err)
		case rec.Report != nil:
			r := rec.Report
			all[heardKey{r.Kind, r.MMSI, r.Time, r.Station.String()}]++
		}
	}
}

// recording is what a file holds that was written of the same world.
func recording(t *testing.T, form func(io.Writer, *sim.World) writer) map[heardKey]int {
	t.Helper()
	path := filepath.Join(t.TempDir(), "world")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := world(t)
	out := form(file, w)
	_, _, err = air.Run(t.Context(), w, out.Deliver)
	if err := errors.Join(err, out.Flush(), file.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := feed.Open(t.Context(), []feed.SourceConfig{{ID: "a", Paths: []string{path}}}, feed.Defaults())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return hears(t, s)
}

type writer interface {
	Deliver(*air.Delivery) error
	Flush() error
}

// TestSimulatedSeaIsHeardWhole serves a world over TCP and the websocket, as fast as it is read: what is heard is what a
// recording of the world holds, but for exact repeats of one station, which are counted.
func TestSimulatedSeaIsHeardWhole(t *testing.T) {
	for _, test := range []struct {
		network string
		source  func(address string) feed.SourceConfig
		form    func(io.Writer, *sim.World) writer
	}{
		{"tcp", func(a string) feed.SourceConfig { return feed.SourceConfig{ID: "a", Kind: feed.TCP, Address: a} },
			func(o io.Writer, w *sim.World) writer { return write.NewNMEA(o, w) }},
		{"ws", func(a string) feed.SourceConfig {
			return feed.SourceConfig{ID: "a", Kind: feed.AISStream, URL: "ws://" + a + "/v0/stream", Key: "any"}
		}, func(o io.Writer, w *sim.World) writer { return placed{write.NewEnvelopes(w), o} }},
	} {
		t.Run(test.network, func(t *testing.T) {
			want := recording(t, test.form)
			address := serving(t, func(o *serve.Options) {
				if test.network == "tcp" {
					o.TCP = "127.0.0.1:0"
				} else {
					o.WebSocket = "127.0.0.1:0"
				}
			})
			clock := newHandClock()
			clock.now = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) // behind the world's end
			o := quick(mixed{clock})
			o.Patience, o.Hold = time.Minute, time.Minute
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			l, err := Open(ctx, []feed.SourceConfig{test.source(address)}, o)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			go func() {
				for l.Status()[0].Reconnects[EOF] == 0 && ctx.Err() == nil {
					time.Sleep(time.Millisecond)
				}
				cancel()
			}()
			got := hears(t, l)
			s := l.Status()[0]
			repeats := int64(0)
			for k, n := range want {
				repeats += int64(n - got[k])
				if got[k] == 0 || got[k] > n {
					t.Fatalf("%+v: heard %d times, want %d or less, not none", k, got[k], n)
				}
			}
			if len(got) != len(want) || len(want) < 5000 || repeats != s.Repeats || s.Drops != (Losses{}) {
				t.Errorf("heard %d messages, want %d, over 5000; %d repeats are missing; %+v", len(got), len(want), repeats, s)
			}
		})
	}
}

// placed writes what the server says: envelopes of ships whose place is known.
type placed struct {
	words *write.Envelopes
	out   io.Writer
}

func (p placed) Deliver(d *air.Delivery) error {
	e, ok := p.words.Of(d)
	if !ok || !e.Placed || !asked[e.Type] {
		return nil
	}
	_, err := p.out.Write(append(e.JSON, '\n'))
	return err
}

func (placed) Flush() error { return nil }

// asked are the types of messages that a subscription asks for.
var asked = map[string]bool{"PositionReport": true, "ShipStaticData": true, "StandardClassBPositionReport": true, "ExtendedClassBPositionReport": true,
	"StaticDataReport": true, "LongRangeAisBroadcastMessage": true, "BaseStationReport": true}
