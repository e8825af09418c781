package feed

import (
	"bytes"
	"errors"
	"io"
)

// readSize is the size of a read and of the buffer behind it. 256 KiB is where a larger one gains nothing (LIBRARIES.md
// 1.2), and it holds the longest line many times.
const readSize = 256 << 10

// blanks are the bytes that alone make no line: ASCII's. Other blanks of Unicode are bytes that nobody should send.
const blanks = " \t\v\f\r"

// lines cuts a stream into lines without allocating. A line ends at LF, CR LF or CR; NULs and blank lines vanish.
// Blanks longer than the cap are cut off what follows. A line longer than the cap is cut there and marked; reading
// goes on at the next line, or at the next character that may open a sentence: '!', '\', '$' or '{'.
type lines struct {
	in     io.Reader
	cap    int
	json   int   // the cap of a line that opens with '{', zero for the same
	base   int64 // offset in the stream of buf[0]
	buf    []byte
	pos    int // start of the next line in buf
	end    int // end of what was read
	nul    bool
	cr     bool
	done   bool   // the stream has ended
	err    error  // why it ended, nil for its natural end
	number uint64 // of the current line, from 1; blank lines count

	line   []byte // valid until the next call
	offset int64
	long   bool // the line was cut at the cap
}

func newLines(in io.Reader, longest int) *lines {
	return &lines{in: in, cap: longest, buf: make([]byte, readSize)}
}

// next moves to the next line that is not blank; false at the end of the stream. The last line needs no newline.
func (l *lines) next() bool {
	for {
		// The search is bounded, so that a stream without newlines is not searched again and again.
		longest := l.longest()
		i := bytes.IndexByte(l.buf[l.pos:min(l.end, l.pos+longest+2)], '\n')
		switch {
		case i >= 0:
		case l.end-l.pos > longest+1:
			i = longest + 1 // long enough to know that it is too long
		case l.done && l.pos == l.end:
			return false
		case l.done:
			i = l.end - l.pos
		default:
			l.fill()
			continue
		}
		if l.take(i) {
			return true
		}
	}
}

// longest is the cap of the next line.
func (l *lines) longest() int {
	if l.json > 0 && l.pos < l.end && l.buf[l.pos] == '{' {
		return l.json
	}
	return l.cap
}

// take makes a line of the next n bytes and of the newline behind them; false if nothing is left of it.
func (l *lines) take(n int) bool {
	raw, longest := l.buf[l.pos:l.pos+n], l.longest()
	l.offset, l.long = l.base+int64(l.pos), false
	l.number++
	if l.cr {
		if i := bytes.IndexByte(raw, '\r'); i >= 0 && i < len(raw)-1 {
			raw = raw[:i]
			l.pos += i + 1
			return l.keep(raw)
		}
		raw = bytes.TrimSuffix(raw, []byte("\r"))
	}
	if len(raw) > longest {
		l.pos += longest
		if len(bytes.Trim(raw[:longest], blanks+"\x00")) == 0 { // a line may come behind any number of blanks
			l.number--
			return false
		}
		l.line, l.long = raw[:longest], true
		l.resync()
		return true
	}
	l.pos += n
	if l.pos < l.end && l.buf[l.pos] == '\n' {
		l.pos++
	}
	return l.keep(raw)
}

func (l *lines) keep(raw []byte) bool {
	if l.nul {
		raw = withoutNUL(raw)
	}
	l.line = raw
	return len(raw) > 0 && (raw[0] > ' ' || len(bytes.Trim(raw, blanks)) > 0)
}

// resync skips the rest of a line that was too long. The cut part stays in the buffer as long as the line is in use.
func (l *lines) resync() {
	kept := bytes.Clone(l.line)
	for {
		rest := l.buf[l.pos:l.end]
		if i := bytes.IndexAny(rest, "\r\n!\\${"); i >= 0 {
			l.pos += i
			if c := rest[i]; c == '\n' || c == '\r' {
				l.pos++
			}
			break
		}
		l.pos = l.end
		if l.done {
			break
		}
		l.fill()
	}
	l.line = kept
}

// fill moves the open line to the front and reads behind it.
func (l *lines) fill() {
	copy(l.buf, l.buf[l.pos:l.end])
	l.base += int64(l.pos)
	l.end -= l.pos
	l.pos = 0
	for tries := 0; ; tries++ {
		n, err := l.in.Read(l.buf[l.end:])
		fresh := l.buf[l.end : l.end+n]
		l.end += n
		if l.base == 0 && l.number == 0 && bytes.HasPrefix(l.buf[:l.end], []byte("\xef\xbb\xbf")) {
			l.pos = 3 // a byte order mark, which some tables open with
		}
		l.done = err != nil
		if err != nil && !errors.Is(err, io.EOF) {
			l.err = err
		}
		if n == 0 && err == nil && tries < 100 {
			continue
		}
		if n == 0 && err == nil {
			l.done, l.err = true, io.ErrNoProgress
		}
		// Whether CR and NUL occur is asked once for each read, so that ordinary lines are not searched for them.
		l.nul = bytes.IndexByte(fresh, 0) >= 0 || bytes.IndexByte(l.buf[:l.end-n], 0) >= 0
		l.cr = bytes.IndexByte(fresh, '\r') >= 0 || bytes.IndexByte(l.buf[:l.end-n], '\r') >= 0
		return
	}
}

// read is how many bytes of the stream have been handed out.
func (l *lines) read() int64 { return l.base + int64(l.pos) }

// withoutNUL drops NULs in place.
func withoutNUL(b []byte) []byte {
	if bytes.IndexByte(b, 0) < 0 {
		return b
	}
	kept := b[:0]
	for _, c := range b {
		if c != 0 {
			kept = append(kept, c)
		}
	}
	return kept
}

// cutSize is the buffer of a live connection, of which there may be many: it holds the longest JSON line.
const cutSize = 128 << 10

// MaxJSON is the longest line of JSON in a live stream, in bytes: envelopes with several sentences have a few kilobytes.
const MaxJSON = 64 << 10

// Cut cuts a live stream into lines and calls do with each, as soon as its end has come; long marks one that was cut at
// the cap: MaxLine of the options, or MaxJSON where it opens with '{'. The line is valid until do returns. Cut returns when
// the stream ends: nil for its natural end.
func Cut(in io.Reader, o Options, do func(line []byte, long bool)) error {
	l := &lines{in: in, cap: o.MaxLine, json: max(MaxJSON, o.MaxLine), buf: make([]byte, max(cutSize, 2*o.MaxLine))}
	for l.next() {
		do(l.line, l.long)
	}
	return l.err
}

// CutBytes cuts a datagram or a body into lines as Cut does. It may change the bytes.
func CutBytes(b []byte, o Options, do func(line []byte, long bool)) {
	l := &lines{cap: o.MaxLine, json: max(MaxJSON, o.MaxLine), buf: b, end: len(b), done: true}
	l.nul, l.cr = bytes.IndexByte(b, 0) >= 0, bytes.IndexByte(b, '\r') >= 0
	for l.next() {
		do(l.line, l.long)
	}
}
