package tabular

import (
	"bytes"
	"fmt"
	"io"
	"reflect"

	"github.com/parquet-go/parquet-go"
)

// Parquet writes rows as one Parquet file with zstd pages. The facts, name and value by turns, go into its metadata. What
// was written is read back and compared before it is handed on: a broken column is an error here and not at the reader's.
func Parquet[T any](w io.Writer, rows []T, facts ...string) error {
	options := []parquet.WriterOption{parquet.Compression(&parquet.Zstd), parquet.CreatedBy("darkwake", "", "")}
	for i := 0; i+1 < len(facts); i += 2 {
		options = append(options, parquet.KeyValueMetadata(facts[i], facts[i+1]))
	}
	var b bytes.Buffer
	to := parquet.NewGenericWriter[T](&b, options...)
	if _, err := to.Write(rows); err != nil {
		return fmt.Errorf("write Parquet: %w", err)
	}
	if err := to.Close(); err != nil {
		return fmt.Errorf("write Parquet: %w", err)
	}
	back, err := readParquet[T](b.Bytes())
	if err != nil {
		return fmt.Errorf("write Parquet: read back: %w", err)
	}
	if len(back) != len(rows) {
		return fmt.Errorf("write Parquet: %d rows read back, %d written", len(back), len(rows))
	}
	names := Columns[T]()
	for i := range rows {
		got, want := reflect.ValueOf(back[i]), reflect.ValueOf(rows[i])
		for k, name := range names {
			if cell(got.Field(k), AsSent) != cell(want.Field(k), AsSent) {
				return fmt.Errorf("write Parquet: row %d, %s: %s read back, %s written", i+1, name, cell(got.Field(k), AsSent), cell(want.Field(k), AsSent))
			}
		}
	}
	if _, err := w.Write(b.Bytes()); err != nil {
		return fmt.Errorf("write Parquet: %w", err)
	}
	return nil
}

// readParquet reads a file of rows that Parquet wrote.
func readParquet[T any](file []byte) ([]T, error) {
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, fmt.Errorf("read Parquet: %w", err)
	}
	rows := make([]T, f.NumRows())
	from := parquet.NewGenericReader[T](f)
	defer from.Close()
	for n := 0; n < len(rows); {
		k, err := from.Read(rows[n:])
		n += k
		if n < len(rows) && (err != nil || k == 0) {
			return nil, fmt.Errorf("read Parquet: %d of %d rows: %w", n, len(rows), err)
		}
	}
	return rows, nil
}
