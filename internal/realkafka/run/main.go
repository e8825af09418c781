// Command run runs Apache Kafka in the foreground, for developers: `make kafka`.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/darkwake/darkwake/internal/realkafka"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "kafka:", err)
		os.Exit(1)
	}
}

func run() error {
	fetch := flag.Bool("fetch", false, "only fetch the jars")
	dir := flag.String("dir", "", "directory of the data, kept (default a temporary one)")
	port := flag.Int("port", 9092, "loopback port")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *fetch {
		jars, err := realkafka.Fetch(ctx)
		if err == nil {
			fmt.Println(jars)
		}
		return err
	}
	if *dir == "" {
		temporary, err := os.MkdirTemp("", "kafka-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		*dir = temporary
	}
	b, err := realkafka.Launch(ctx, *dir, realkafka.Options{Port: *port})
	if err != nil {
		return err
	}
	fmt.Printf("Apache Kafka %s listens at %s, data in %s; interrupt to stop\n", realkafka.Version(), b.Addr(), b.Dir())
	select {
	case <-ctx.Done():
		return b.Stop()
	case <-b.Gone():
		return fmt.Errorf("the broker ended: see kafka.log in %s", b.Dir())
	}
}
