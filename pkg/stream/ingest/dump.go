package ingest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/darkwake/darkwake/pkg/feed/raw"
	"github.com/darkwake/darkwake/pkg/stream"
)

// Dump writes what the reports' partitions hold at this moment to a folder, in the form of feed/raw, and returns how many
// records there are.
func Dump(ctx context.Context, c *stream.Client, folder string) (int64, error) {
	n := int64(0)
	for p := range c.Partitions() {
		if err := dump(ctx, c, p, filepath.Join(folder, raw.Name(p)), &n); err != nil {
			return n, fmt.Errorf("dump partition %d: %w", p, err)
		}
	}
	return n, nil
}

func dump(ctx context.Context, c *stream.Client, partition int, path string, n *int64) error {
	first, next, err := c.Span(ctx, stream.ReportsTopic, partition)
	if err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<18)
	err = c.Scan(ctx, stream.ReportsTopic, partition, first, next, func(r stream.Read) error {
		*n++
		return raw.Write(w, r.Value)
	})
	return errors.Join(err, w.Flush(), f.Close())
}
