package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/klauspost/compress/zstd"

	"github.com/darkwake/darkwake/pkg/feed"
)

// TestMakeFormats reads what each pair of flags writes the way detect does, which knows a file by its content.
func TestMakeFormats(t *testing.T) {
	cases := []struct {
		format, compress, file string
		reports                int // at least
	}{
		{"nmea", "zstd", "small.nmea.zst", 4000},
		{"aisstream", "gzip", "small.jsonl.gz", 4000},
		{"marinecadastre", "none", "small.csv", 1500},
	}
	for _, c := range cases {
		t.Run(c.format+" in "+c.compress, func(t *testing.T) {
			dir := t.TempDir()
			var stdout, stderr bytes.Buffer
			args := []string{"make", smallScenario, "--out", dir, "--format", c.format, "--compress", c.compress, "--seed", "9"}
			if code := run(t.Context(), args, &stdout, &stderr); code != exitOK || stderr.Len() > 0 {
				t.Fatalf("exit code %d: %s", code, stderr.String())
			}
			path := filepath.Join(dir, c.file)
			stream, err := feed.Open(t.Context(), []feed.SourceConfig{{ID: "made", Paths: []string{path}}}, feed.Defaults())
			if err != nil {
				t.Fatal(err)
			}
			defer stream.Close()
			n := 0
			for {
				r, err := stream.Next()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(err)
				}
				if r.Report != nil {
					n++
				}
			}
			if p := stream.Problems(); n < c.reports || len(p) > 0 {
				t.Errorf("%d reports, want at least %d; %v", n, c.reports, p)
			}
			if !bytes.Contains(stdout.Bytes(), []byte(c.file)) || !bytes.Contains(stdout.Bytes(), []byte("seed 9")) {
				t.Errorf("printed %q", stdout.String())
			}
			if left, _ := os.ReadDir(dir); len(left) != 2 {
				t.Errorf("%v in the folder, want the feed and the truth alone", left)
			}
		})
	}
}

// TestPackChangesLevelOnce writes past the point where compression gets faster: one reader reads it all, and two runs
// give the same bytes.
func TestPackChangesLevelOnce(t *testing.T) {
	line := []byte("!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23\r\n")
	var runs [2]bytes.Buffer
	for i := range runs {
		z, err := pack("zstd", &runs[i])
		if err != nil {
			t.Fatal(err)
		}
		z.(*packed).left = 10 * len(line)
		for range 25 {
			if _, err := z.Write(line); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
	}
	r, err := zstd.NewReader(&runs[0])
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	first := bytes.Clone(runs[0].Bytes())
	text, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(text, bytes.Repeat(line, 25)) {
		t.Errorf("read %d bytes (%v), want 25 lines", len(text), err)
	}
	if frames := bytes.Count(first, []byte{0x28, 0xb5, 0x2f, 0xfd}); frames != 2 || !bytes.Equal(first, runs[1].Bytes()) {
		t.Errorf("%d frames, want 2; the runs are equal: %v", frames, bytes.Equal(first, runs[1].Bytes()))
	}
}
