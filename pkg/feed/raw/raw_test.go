package raw

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/feed"
)

func records(t testing.TB) [][]byte {
	var out [][]byte
	for n := range uint64(3) {
		b, err := feed.AppendRecord(nil, feed.Record{Punctuation: &feed.Punctuation{Source: "a", Number: n + 1, Watermark: ais.UnixMilli(n)}})
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b)
	}
	return out
}

func file(t testing.TB, name string, data []byte) string {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// read returns the numbers of a file's punctuations, how many were passed over, and the error at its end.
func read(t testing.TB, path string) (numbers []uint64, poisoned int64, end error) {
	r, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	for {
		rec, err := r.Next()
		if err != nil {
			return numbers, r.Poisoned, err
		}
		if rec.Punctuation != nil {
			numbers = append(numbers, rec.Punctuation.Number)
		}
	}
}

func TestWhatWasWrittenIsReadAndNonsensePassedOver(t *testing.T) {
	var out bytes.Buffer
	all := records(t)
	for _, r := range [][]byte{all[0], []byte("nonsense"), all[1], all[2]} {
		if err := Write(&out, r); err != nil {
			t.Fatal(err)
		}
	}
	numbers, poisoned, end := read(t, file(t, "x", out.Bytes()))
	if len(numbers) != 3 || numbers[2] != 3 || poisoned != 1 || !errors.Is(end, io.EOF) {
		t.Errorf("got %v, %d passed over, %v", numbers, poisoned, end)
	}
	if _, _, end := read(t, file(t, "x", out.Bytes()[:out.Len()-1])); end == nil || !strings.Contains(end.Error(), "cut off") {
		t.Errorf("a file that is cut off: got %v", end)
	}
}

func TestAPartitionThatIsMissingIsNamed(t *testing.T) {
	dir := t.TempDir()
	for _, p := range []int{0, 2} {
		if err := os.WriteFile(filepath.Join(dir, Name(p)), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Partitions(dir); err == nil || !strings.Contains(err.Error(), Name(1)) {
		t.Errorf("got %v", err)
	}
	if files, err := Partitions(t.TempDir()); len(files) > 0 || err != nil {
		t.Errorf("an empty folder: got %v, %v", files, err)
	}
}

// FuzzReader reads anything: it ends, with no more records than there are bytes.
func FuzzReader(f *testing.F) {
	var out bytes.Buffer
	for _, r := range records(f) {
		if err := Write(&out, r); err != nil {
			f.Fatal(err)
		}
	}
	f.Add(out.Bytes())
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0x7f})
	f.Add([]byte{0, 0, 3, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		numbers, poisoned, _ := read(t, file(t, "x", data))
		if len(numbers)+int(poisoned) > len(data) {
			t.Errorf("%d records of %d bytes", len(numbers)+int(poisoned), len(data))
		}
	})
}
