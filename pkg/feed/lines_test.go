package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func cutAll(in io.Reader, longest int) (out []string, l *lines) {
	l = newLines(in, longest)
	for l.next() {
		mark := ""
		if l.long {
			mark = " (long)"
		}
		out = append(out, fmt.Sprintf("%d@%d %s%s", l.number, l.offset, l.line, mark))
	}
	return out, l
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 30)
	tests := []struct {
		name, in string
		want     []string
	}{
		{"LF", "a\nb\n", []string{"1@0 a", "2@2 b"}},
		{"CR LF", "a\r\nb\r\n", []string{"1@0 a", "2@3 b"}},
		{"CR", "a\rb\r", []string{"1@0 a", "2@2 b"}},
		{"mixed", "a\rb\r\nc\n", []string{"1@0 a", "2@2 b", "3@5 c"}},
		{"blank lines count and vanish", "\n\r\n  \na\n", []string{"4@6 a"}},
		{"NULs vanish", "\x00a\x00b\x00\n\x00\x00\nc\n", []string{"1@0 ab", "3@9 c"}},
		{"cut in the middle", "a\nbc", []string{"1@0 a", "2@2 bc"}},
		{"nothing", "", nil},
		{"byte order mark", "\xef\xbb\xbfa\nb", []string{"1@3 a", "2@5 b"}},
		{"exactly as long as allowed", long[:20] + "\r\nb", []string{"1@0 " + long[:20], "2@22 b"}},
		{"too long, on at the next line", long + "\nb\n", []string{"1@0 " + long[:20] + " (long)", "2@31 b"}},
		{"too long, on at the next sentence", long + "!b\n", []string{"1@0 " + long[:20] + " (long)", "2@30 !b"}},
		{"too long, on at the next TAG block", long + "\\s:x\n", []string{"1@0 " + long[:20] + " (long)", "2@30 \\s:x"}},
		{"too long without end", long, []string{"1@0 " + long[:20] + " (long)"}},
		{"a line behind more blanks than are allowed", "a\n" + strings.Repeat(" ", 45) + "!b\nc\n", []string{"1@0 a", "2@42 " + "     !b", "3@50 c"}},
		{"more blanks and NULs than are allowed, alone", strings.Repeat(" \x00\t", 15) + "\r\nb\n", []string{"2@47 b"}},
		{"too long, CR as its last character", long[:20] + "\r" + "yz\n", []string{"1@0 " + long[:20], "2@21 yz"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, l := cutAll(strings.NewReader(test.in), 20)
			if fmt.Sprint(got) != fmt.Sprint(test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
			if l.read() != int64(len(test.in)) || l.err != nil {
				t.Errorf("read %d of %d bytes, error %v", l.read(), len(test.in), l.err)
			}
			slowly, _ := cutAll(iotest.OneByteReader(strings.NewReader(test.in)), 20)
			if fmt.Sprint(slowly) != fmt.Sprint(test.want) {
				t.Errorf("byte by byte: got %q, want %q", slowly, test.want)
			}
		})
	}
}

func TestLinesAcrossBuffers(t *testing.T) {
	var in strings.Builder
	for i := range 50_000 {
		fmt.Fprintf(&in, "line %d of many\n", i)
	}
	l := newLines(strings.NewReader(in.String()), 1024)
	n := 0
	for ; l.next(); n++ {
		if want := fmt.Sprintf("line %d of many", n); string(l.line) != want {
			t.Fatalf("got %q, want %q", l.line, want)
		}
		if got := in.String()[l.offset : l.offset+4]; got != "line" {
			t.Fatalf("offset %d points to %q", l.offset, got)
		}
	}
	if n != 50_000 {
		t.Fatalf("got %d lines, want 50000", n)
	}
}

func TestLinesKeepWhatCameBeforeAnError(t *testing.T) {
	broken := errors.New("disk on fire")
	got, l := cutAll(io.MultiReader(strings.NewReader("a\nb"), iotest.ErrReader(broken)), 20)
	if fmt.Sprint(got) != "[1@0 a 2@2 b]" || !errors.Is(l.err, broken) {
		t.Errorf("got %q and %v", got, l.err)
	}
}

// FuzzLines cuts anything, in reads of any size: the same lines come out, none is blank or too long, and their
// offsets point to them.
func FuzzLines(f *testing.F) {
	f.Add([]byte("!AIVDM,1,1,,A,13HOI:0P0000VOHLCnHQKwvL05Ip,0*23\r\n\\s:x*00\\!AIVDM\r\x00\n"))
	f.Add([]byte(strings.Repeat("y", 100) + "$" + strings.Repeat("z", 100) + "\r\r\n\n"))
	f.Add([]byte("\xef\xbb\xbf{\"a\":1}\n# c"))
	f.Add([]byte(strings.Repeat(" ", 100) + "!AIVDM\n" + strings.Repeat("\x00", 200)))
	f.Add([]byte("\u0085\n \t\u00a0\n \t\v\n"))
	f.Fuzz(func(t *testing.T, in []byte) {
		l := newLines(bytes.NewReader(in), 64)
		last := int64(-1)
		var whole []string
		for l.next() {
			if len(l.line) > 64 || len(bytes.Trim(l.line, blanks)) == 0 {
				t.Fatalf("line %q is too long or blank", l.line)
			}
			if l.offset <= last || l.offset+int64(len(l.line)) > int64(len(in)) {
				t.Fatalf("line at %d after %d of %d bytes", l.offset, last, len(in))
			}
			if bytes.IndexByte(in, 0) < 0 && !bytes.Contains(in[l.offset:], l.line) {
				t.Fatalf("line %q is not in the input behind %d", l.line, l.offset)
			}
			last = l.offset
			whole = append(whole, string(l.line))
		}
		if l.read() != int64(len(in)) {
			t.Fatalf("read %d of %d bytes", l.read(), len(in))
		}
		slow := newLines(iotest.OneByteReader(bytes.NewReader(in)), 64)
		for i := 0; slow.next(); i++ {
			if i >= len(whole) || whole[i] != string(slow.line) {
				t.Fatalf("byte by byte, line %d is %q", i, slow.line)
			}
		}
	})
}

// TestCutCaps: NMEA and JSON have caps of their own, also in one stream.
func TestCutCaps(t *testing.T) {
	object := `{"x":"` + strings.Repeat("y", 5000) + `"}`
	in := strings.Repeat("A", 1025) + "\n" + object + "\r\n" + strings.Repeat("B", 1024) + "\n{" + strings.Repeat("z", MaxJSON) + "\nlast"
	var got []string
	collect := func(line []byte, long bool) { got = append(got, fmt.Sprintf("%c %d %t", line[0], len(line), long)) }
	want := []string{"A 1024 true", fmt.Sprintf("{ %d false", len(object)), "B 1024 false", fmt.Sprintf("{ %d true", MaxJSON), "l 4 false"}
	if err := Cut(iotest.OneByteReader(strings.NewReader(in)), Defaults(), collect); err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if err := Cut(iotest.ErrReader(iotest.ErrTimeout), Defaults(), collect); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

// FuzzCut: a datagram is cut as a stream of the same bytes is, however it comes.
func FuzzCut(f *testing.F) {
	for _, s := range []string{"a\nb\r\nc\rd", "\x00a\x00b\n\n", "{" + strings.Repeat("x", 3000) + "}\n!AIVDM", strings.Repeat("y", 2000) + "$z\n", "\xef\xbb\xbfa\n", ""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) > 8<<10 {
			t.Skip("byte by byte takes too long")
		}
		var stream, slow, datagram []string
		collect := func(to *[]string) func([]byte, bool) {
			return func(line []byte, long bool) { *to = append(*to, fmt.Sprintf("%t %s", long, line)) }
		}
		if err := errors.Join(Cut(bytes.NewReader(in), Defaults(), collect(&stream)), Cut(iotest.OneByteReader(bytes.NewReader(in)), Defaults(), collect(&slow))); err != nil {
			t.Fatal(err)
		}
		CutBytes(bytes.Clone(bytes.TrimPrefix(in, []byte("\xef\xbb\xbf"))), Defaults(), collect(&datagram))
		if !slices.Equal(stream, datagram) || !slices.Equal(stream, slow) {
			t.Errorf("stream %q, byte by byte %q, datagram %q", stream, slow, datagram)
		}
	})
}
