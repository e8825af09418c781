package feed

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/darkwake/darkwake/pkg/feed/table"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zip"
	"github.com/klauspost/compress/zstd"
)

// The reasons for which a whole input is a Problem, apart from those of the system.
var (
	// ErrUnknownContent is returned for an input that is neither sentences nor a table that is known.
	ErrUnknownContent = errors.New("content not recognised: NMEA sentences, a table with a header or JSON lines expected")
	// ErrNoTime is returned for an input none of whose lines has a time, so that all were refused.
	ErrNoTime = errors.New("no line has a time: say when the recording began (assume start)")
)

// Problem is an input that could not be read, or not to its end. The other inputs go on; a run with a Problem is not
// wholly a success.
type Problem struct {
	Source string
	Path   string
	Err    error
}

// Error names the input and the reason.
func (p Problem) Error() string { return fmt.Sprintf("read %s: %v", p.Path, p.Err) }

// Unwrap is the reason.
func (p Problem) Unwrap() error { return p.Err }

// member is one stream of bytes: a file, or a file inside a zip.
type member struct {
	name string
	// open starts from the beginning. The reader is closed by closing the second value.
	open func() (io.Reader, io.Closer, error)
	// once marks standard input, which cannot be opened again.
	once bool
}

// inputs opens paths and counts what is read of them.
type inputs struct {
	stdin io.Reader
	temp  string
	read  *tally
}

// tally counts bytes as they lie on disk, compressed or not. It is quiet while a table is looked through, so that
// each byte counts once.
type tally struct {
	n     *atomic.Int64
	quiet atomic.Bool
}

func (t *tally) add(n int) {
	if !t.quiet.Load() {
		t.n.Add(int64(n))
	}
}

// members lists what a path holds: the members of a zip in the order of their names, anything else as it is. The closer
// is called when all members have been read.
func (in inputs) members(ctx context.Context, path string) ([]member, io.Closer, error) {
	if path == "-" {
		if in.stdin != nil {
			return in.pipe(ctx, "standard input", in.stdin)
		}
		return in.pipe(ctx, "standard input", os.Stdin)
	}
	if strings.HasPrefix(path, "tcp://") {
		server := newAgain(ctx, path)
		members, closer, err := in.pipe(ctx, path, server)
		if err != nil {
			return nil, nil, errors.Join(err, server.Close())
		}
		return members, both{closer, server}, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, bare(err)
	}
	if info, err := f.Stat(); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return in.pipe(ctx, path, f)
	}
	magic, err := peekAt(f)
	if err != nil {
		return nil, nil, errors.Join(bare(err), f.Close())
	}
	if isZip(magic) {
		return in.archive(ctx, path, f)
	}
	err = f.Close()
	open := func() (io.Reader, io.Closer, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, nil, bare(err)
		}
		return inflate(ctx, &counted{f, in.read}, f)
	}
	return []member{{name: path, open: open}}, none{}, err
}

// bare drops the path from a system error: Problem names it already.
func bare(err error) error {
	var p *os.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

func peekAt(f *os.File) ([]byte, error) {
	var magic [4]byte
	n, err := f.ReadAt(magic[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return magic[:n], nil
}

func isZip(magic []byte) bool {
	return bytes.HasPrefix(magic, []byte("PK\x03\x04")) || bytes.HasPrefix(magic, []byte("PK\x05\x06"))
}

// pipe reads what cannot be read twice: standard input, or a named pipe. It is read ahead in a goroutine that nobody
// waits for, because a read of a terminal cannot be interrupted; it ends with its next read. A zip must be read
// from its end, so it is first copied to disk.
func (in inputs) pipe(ctx context.Context, name string, src io.Reader) ([]member, io.Closer, error) {
	head := bufio.NewReaderSize(newAhead(ctx, &counted{src, in.read}, detached), 64<<10)
	if magic, _ := head.Peek(4); !isZip(magic) {
		open := func() (io.Reader, io.Closer, error) { return inflate(ctx, head, none{}) }
		return []member{{name: name, open: open, once: true}}, none{}, nil
	}
	f, err := os.CreateTemp(in.temp, "darkwake-pipe-*.zip")
	if err != nil {
		return nil, nil, err
	}
	spool := &temporary{f}
	if _, err := io.Copy(f, head); err != nil {
		return nil, nil, errors.Join(err, f.Close(), spool.Close())
	}
	members, closer, err := in.archive(ctx, name, f)
	if err != nil {
		return nil, nil, errors.Join(err, spool.Close())
	}
	return members, both{closer, spool}, nil
}

// archive lists a zip. It keeps f open until the closer is called.
func (in inputs) archive(ctx context.Context, path string, f *os.File) ([]member, io.Closer, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	z, err := zip.NewReader(&countedAt{f, in.read}, info.Size())
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open zip: %w", err), f.Close())
	}
	files := slices.DeleteFunc(z.File, func(m *zip.File) bool {
		return m.FileInfo().IsDir() || strings.HasPrefix(filepath.Base(m.Name), ".") || strings.HasPrefix(m.Name, "__MACOSX/")
	})
	slices.SortStableFunc(files, func(a, b *zip.File) int { return byName(filepath.FromSlash(a.Name), filepath.FromSlash(b.Name)) })
	var members []member
	for _, m := range files {
		members = append(members, member{name: path + "!" + m.Name, open: func() (io.Reader, io.Closer, error) {
			r, err := m.Open()
			if err != nil {
				return nil, nil, fmt.Errorf("open zip: %w", err)
			}
			ahead := newAhead(ctx, r, awaited)
			return inflate(ctx, ahead, both{ahead, r})
		}})
	}
	return members, f, nil
}

// inflate picks the compression by content. What is compressed is unpacked in a goroutine of its own, which the closer
// stops and waits for: unpacking costs more than decoding.
func inflate(ctx context.Context, raw io.Reader, closer io.Closer) (io.Reader, io.Closer, error) {
	head := bufio.NewReaderSize(raw, 64<<10)
	magic, err := head.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, errors.Join(bare(err), closer.Close())
	}
	var unpacked io.Reader
	switch {
	case bytes.HasPrefix(magic, []byte{0x1f, 0x8b}):
		z, err := gzip.NewReader(head)
		if err != nil {
			return nil, nil, errors.Join(err, closer.Close())
		}
		unpacked = z
	case bytes.Equal(magic, []byte{0x28, 0xb5, 0x2f, 0xfd}), len(magic) == 4 && magic[0]&0xf0 == 0x50 && bytes.Equal(magic[1:], []byte{0x2a, 0x4d, 0x18}):
		z, err := zstd.NewReader(head, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(256<<20))
		if err != nil {
			return nil, nil, errors.Join(err, closer.Close())
		}
		unpacked, closer = z, both{closeZstd{z}, closer}
	default:
		return head, closer, nil
	}
	ahead := newAhead(ctx, unpacked, awaited)
	return ahead, both{ahead, closer}, nil
}

// sniff is what a member's first bytes say: a table, or sentences (nil), or neither (an error). An empty member counts
// as sentences. The reader is the member from its beginning again.
func sniff(r io.Reader) (*table.Format, io.Reader, error) {
	const longest = 64 << 10
	head := bufio.NewReaderSize(r, longest)
	for want := 512; ; want *= 4 {
		b, err := head.Peek(min(want, longest))
		whole := err != nil || len(b) == longest
		if !whole {
			// A line cut by the end of the peek may look like something else.
			b = b[:bytes.LastIndexByte(b, '\n')+1]
		}
		if f := table.Recognise(b); f != nil {
			return f, head, nil
		}
		if hasSentence(b) {
			return nil, head, nil
		}
		if !whole {
			continue
		}
		switch {
		case err != nil && !errors.Is(err, io.EOF) && len(b) == 0:
			return nil, nil, err
		case len(bytes.TrimSpace(b)) == 0:
			return nil, head, nil
		}
		return nil, nil, ErrUnknownContent
	}
}

// hasSentence tells whether a line has what opens a sentence: '!' or '$' and five capital letters or digits, '-' for
// a talker that is not told, or a TAG block.
func hasSentence(b []byte) bool {
	for i, c := range b {
		switch {
		case c == '\\' && i+2 < len(b) && b[i+2] == ':':
			return true
		case (c == '!' || c == '$') && i+6 < len(b) && b[i+6] == ',' && address(b[i+1:i+6]), c == '$' && bytes.HasPrefix(b[i:], []byte("$PGHP,")):
			return true
		}
	}
	return false
}

func address(b []byte) bool {
	for _, c := range b {
		if (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

// counted counts what passes.
type counted struct {
	io.Reader
	n *tally
}

// Read reads and counts.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.add(n)
	return n, err
}

// countedAt counts what passes.
type countedAt struct {
	io.ReaderAt
	n *tally
}

// ReadAt reads and counts.
func (c *countedAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, off)
	c.n.add(n)
	return n, err
}

type none struct{}

// Close does nothing.
func (none) Close() error { return nil }

type both [2]io.Closer

// Close closes the first, then the second.
func (b both) Close() error { return errors.Join(b[0].Close(), b[1].Close()) }

type closeZstd struct{ z *zstd.Decoder }

// Close ends the decoder, which has no error to tell.
func (c closeZstd) Close() error {
	c.z.Close()
	return nil
}

type temporary struct{ f *os.File }

// Close removes the file. It may have been closed before by its reader.
func (t *temporary) Close() error { return os.Remove(t.f.Name()) }
