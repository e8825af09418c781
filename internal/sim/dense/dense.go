package dense

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/sim"
	"github.com/darkwake/darkwake/internal/sim/air"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/internal/sim/write"
)

// File writes so many days of a scenario as plain NMEA with TAG blocks to a file that lasts as long as the test.
func File(tb testing.TB, scenarioPath string, days float64) (path string, lines int) {
	tb.Helper()
	data, err := feed(tb, scenarioPath, days)
	if err != nil {
		tb.Fatal(err)
	}
	path = filepath.Join(tb.TempDir(), "full.nmea")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		tb.Fatal(err)
	}
	return path, bytes.Count(data, []byte("\n"))
}

func feed(tb testing.TB, path string, days float64) ([]byte, error) {
	s, err := scenario.Open(path)
	if err != nil {
		return nil, err
	}
	s.Days = days
	for span, every := range map[*scenario.Span]time.Duration{
		&s.Reporting.Moving: 2 * time.Second, &s.Reporting.Still: 10 * time.Second, &s.Reporting.Static: 90 * time.Second,
		&s.Reporting.Base: 20 * time.Second, &s.Reporting.Aid: time.Minute,
	} {
		*span = scenario.Span(every)
	}
	world, err := sim.New(s)
	if err != nil {
		return nil, err
	}
	var all bytes.Buffer
	nmea := write.NewNMEA(&all, world)
	if _, _, err := air.Run(tb.Context(), world, nmea.Deliver); err != nil {
		return nil, fmt.Errorf("make dense feed: %w", err)
	}
	return all.Bytes(), nmea.Flush()
}
