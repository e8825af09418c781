package ais

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// recordings finds a folder of recorded data beside the checkout, or skips the test and says which.
func recordings(t testing.TB, folder, purpose string) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test's directory")
		}
		dir = up
	}
	path := filepath.Join(dir, "..", "shared", "data", folder)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("../shared/data/%s is not present: skipping the %s", folder, purpose)
	}
	return path
}

// readLines gives the lines of a file, unpacked if it is a gzip file, without their ends.
func readLines(t testing.TB, path string) []string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	scan := bufio.NewScanner(f)
	if strings.HasSuffix(path, ".gz") {
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		scan = bufio.NewScanner(z)
	}
	scan.Buffer(nil, 1<<20)
	var lines []string
	for scan.Scan() {
		lines = append(lines, strings.TrimRight(scan.Text(), "\r"))
	}
	if err := scan.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}

// fragment is a sentence taken apart in the plainest way, for tests of the payload alone.
type fragment struct {
	key         string // talker, total, sequence, channel
	total, part int
	payload     string
	fill        uint8
}

// fragmentForm finds one sentence; what stands round it is ignored.
var fragmentForm = regexp.MustCompile(`!([A-Z0-9-]{2}VD[MO],(\d),(\d),(\d?),([^,]*),([^,]*),([0-5]?))\*([0-9A-Fa-f]{2})`)

// fragments finds all sentences of a line whose checksum holds.
func fragments(line string) []fragment {
	var out []fragment
	for _, m := range fragmentForm.FindAllStringSubmatch(line, -1) {
		sum := byte(0)
		for _, c := range []byte(m[1]) {
			sum ^= c
		}
		if want, _ := strconv.ParseUint(m[8], 16, 8); byte(want) != sum {
			continue
		}
		total, _ := strconv.Atoi(m[2])
		part, _ := strconv.Atoi(m[3])
		fill, _ := strconv.Atoi("0" + m[7])
		out = append(out, fragment{m[1][:2] + m[2] + m[4] + m[5], total, part, m[6], uint8(fill)})
	}
	return out
}

// joiner puts parts together in order; a first part starts anew. Enough for recordings of one station.
type joiner map[string]fragment

// add gives the whole message when f completes one.
func (j joiner) add(f fragment) (payload string, fill uint8, ok bool) {
	if f.total == 1 {
		return f.payload, f.fill, f.part == 1
	}
	open := j[f.key]
	if f.part != 1 && f.part != open.part+1 {
		return "", 0, false
	}
	if f.part > 1 {
		f.payload = open.payload + f.payload
	}
	j[f.key] = f
	return f.payload, f.fill, f.part == f.total
}

// armourBits packs a text of '0' and '1' into six-bit armour and gives the fill bits that belong to it.
func armourBits(bits string) (payload []byte, fill uint8) {
	for len(bits)%6 != 0 {
		bits += "0"
		fill++
	}
	for i := 0; i < len(bits); i += 6 {
		v, err := strconv.ParseUint(bits[i:i+6], 2, 8)
		if err != nil {
			panic(fmt.Sprintf("armour bits: %v", err)) // tests only hand in zeros and ones
		}
		c := byte(v) + 48
		if c > 87 {
			c += 8
		}
		payload = append(payload, c)
	}
	return payload, fill
}

// whole is a complete message of a recording and where it came from.
type whole struct {
	where   string
	payload []byte
	fill    uint8
}

// allRecorded collects every complete message of every NMEA recording, in the order of files and lines.
func allRecorded(t testing.TB) []whole {
	dir := recordings(t, "", "messages of all recordings")
	var paths []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasSuffix(path, ".gz") && !strings.HasSuffix(path, ".chk") {
			paths = append(paths, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(paths)
	var out []whole
	for _, path := range paths {
		joined := joiner{}
		for n, line := range readLines(t, path) {
			for _, f := range fragments(line) {
				if payload, fill, ok := joined.add(f); ok {
					name, _ := filepath.Rel(dir, path)
					out = append(out, whole{fmt.Sprintf("%s:%d", name, n+1), []byte(payload), fill})
				}
			}
		}
	}
	return out
}

// bitStrings gives the 42,892 messages of the go-ais project as text of zeros and ones, with the type that the
// file name states.
func bitStrings(t testing.TB, each func(kind int, bits string)) {
	dir := recordings(t, "go-ais", "comparison with go-ais's own messages")
	for kind := 1; kind <= 27; kind++ {
		path := filepath.Join(dir, fmt.Sprintf("%d.msg.gz", kind))
		if _, err := os.Stat(path); err != nil {
			continue // no file for type 26
		}
		for _, line := range readLines(t, path) {
			if line != "" {
				each(kind, line)
			}
		}
	}
}
