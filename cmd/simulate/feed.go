package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/serve"
)

// feedOptions are the flags of simulate feed.
type feedOptions struct {
	worldOptions
	tcp, udp, ws string
	speed        string
	from         float64
	clients      int
}

func feedCommand() *cobra.Command {
	o := &feedOptions{}
	c := &cobra.Command{
		Use:   "feed SCENARIO --tcp :PORT",
		Short: "Serve a scenario live, over TCP, UDP and a websocket",
		Long: "feed runs a scenario in its own time, SPEED times faster than the clock, and serves what receivers hear of it:\n" +
			"sentences to everybody who connects to --tcp, a datagram for each message to --udp, and aisstream.io's websocket\n" +
			"protocol at --ws (any API key will do). Addresses without a host are on loopback; port 0 takes a free one, and the\n" +
			"one taken is printed. The feed ends with the world, or when it is interrupted.\n\n" +
			"At speed max the clients set the pace: the feed waits for the first of them, and then for the slowest. At any other\n" +
			"speed a client that falls behind is dropped. Datagrams know no pace: at speed max most of them are lost.",
		Example: "  simulate feed testdata/scenarios/first-look.yaml --speed 3600 --tcp :10110 --ws :8081",
		Args:    func(_ *cobra.Command, args []string) error { return usageArgs(exactlyOne("feed", args)) },
		RunE:    func(c *cobra.Command, args []string) error { return o.run(c, args[0]) },
	}
	f := c.Flags()
	f.StringVar(&o.tcp, "tcp", "", "address to serve sentences at")
	f.StringVar(&o.udp, "udp", "", "address to send sentences to")
	f.StringVar(&o.ws, "ws", "", "address to serve the websocket at")
	f.StringVar(&o.speed, "speed", "60", "times faster than the clock, or max")
	f.Float64Var(&o.from, "from-day", 0, "day of the world to begin with")
	f.IntVar(&o.clients, "clients", 0, "wait for so many clients before the first message (1 at speed max, but for UDP alone)")
	o.register(c)
	return c
}

// wallClock is the time of day.
type wallClock struct{}

// Now implements serve.Clock.
func (wallClock) Now() time.Time { return time.Now() }

// After implements serve.Clock.
func (wallClock) After(d time.Duration) <-chan time.Time { return time.After(d) }

// options checks the flags.
func (o *feedOptions) options(c *cobra.Command) (serve.Options, error) {
	s := serve.Defaults(wallClock{})
	if o.tcp+o.udp+o.ws == "" {
		return s, usageError{errors.New("feed: nobody would hear it: --tcp, --udp or --ws expected")}
	}
	if s.Speed = 0; o.speed != "max" {
		v, err := strconv.ParseFloat(o.speed, 64)
		if err != nil || !(v >= 0 && v <= 1e9) {
			return s, usageError{fmt.Errorf("--speed %s: a number from 0 on or max expected", o.speed)}
		}
		s.Speed = v
	}
	if !(o.from >= 0) || o.clients < 0 {
		return s, usageError{fmt.Errorf("--from-day %g, --clients %d: 0 or more expected", o.from, o.clients)}
	}
	s.From, s.Clients = sim.Days(o.from), o.clients
	if s.Speed == 0 && !c.Flags().Changed("clients") && o.tcp+o.ws != "" {
		s.Clients = 1
	}
	for _, a := range []struct {
		flag, text string
		to         *string
	}{{"tcp", o.tcp, &s.TCP}, {"udp", o.udp, &s.UDP}, {"ws", o.ws, &s.WebSocket}} {
		if a.text == "" {
			continue
		}
		host, port, err := net.SplitHostPort(a.text)
		if err != nil {
			return s, usageError{fmt.Errorf("--%s %s: %w", a.flag, a.text, err)}
		}
		if host == "" {
			host = "127.0.0.1"
		}
		*a.to = net.JoinHostPort(host, port)
	}
	return s, nil
}

// run serves until the world ends or the context does.
func (o *feedOptions) run(c *cobra.Command, path string) error {
	s, err := o.options(c)
	if err != nil {
		return err
	}
	world, err := o.open(path)
	if err != nil {
		return err
	}
	if s.From >= world.End() {
		return usageError{fmt.Errorf("--from-day %g: the world lasts %g days", o.from, world.Scenario().Days)}
	}
	out := c.OutOrStdout()
	s.Listening = func(network, address string) {
		if network == "udp" {
			network = "sending udp"
		} else {
			network = "listening " + network
		}
		fmt.Fprintln(out, network, address)
	}
	return o.serve(c.Context(), world, s, out)
}

// serve serves and tells what came of it.
func (o *feedOptions) serve(ctx context.Context, world *sim.World, s serve.Options, out io.Writer) error {
	stats, err := serve.Run(ctx, world, s)
	if err != nil {
		return fmt.Errorf("feed %s: %w", world.Scenario().Name, err)
	}
	fmt.Fprintf(out, "SYNTHETIC scenario %s, seed %d: %d messages, %d datagrams, %d clients, %d of them dropped\n", world.Scenario().Name,
		world.Scenario().Seed, stats.Messages, stats.Datagrams, stats.Clients, stats.Slow)
	return nil
}
