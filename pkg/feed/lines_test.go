package feed

import (
	"bytes"
	"errors"
	"fmt"
	"io"
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
