package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"hash"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/darkwake/darkwake/pkg/web/picture"
)

//go:embed assets
var embedded embed.FS

// types are what files are, by their endings: the host's own table may say otherwise, and a module of another type is not run.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".svg": "image/svg+xml", ".json": "application/json",
	".topojson": "application/json", ".geojson": "application/geo+json", ".png": "image/png", ".txt": "text/plain; charset=utf-8", ".woff2": "font/woff2",
}

// file is a file with its compressed twins.
type file struct {
	kind   string
	tag    string
	plain  []byte
	packed func() (br, gz []byte) // nil: it has none
}

// newFile makes a file of a name. It is served even if nobody knows its type.
func newFile(name string, plain, br, gz []byte) file {
	f := file{kind: types[path.Ext(name)], plain: plain}
	if f.kind == "" {
		f.kind = "application/octet-stream"
	}
	switch {
	case br != nil || gz != nil:
		f.packed = func() ([]byte, []byte) { return br, gz }
	case text(f.kind) && len(plain) >= leastCompressed:
		f.packed = sync.OnceValues(func() ([]byte, []byte) { return twins(plain) }) // when somebody asks, not before the site answers
	}
	sum := sha256.Sum256(plain)
	f.tag = hex.EncodeToString(sum[:8])
	return f
}

// hardest is the length up to which brotli is tried its hardest, bytes: beyond that it takes seconds.
const hardest = 100 << 10

// twins compresses what has no twins of its own, once.
func twins(plain []byte) (br, gz []byte) {
	var b, z bytes.Buffer
	level := brotli.BestCompression
	if len(plain) > hardest {
		level = brotliLevel
	}
	w := brotli.NewWriterLevel(&b, level)
	_, _ = w.Write(plain) // into memory
	_ = w.Close()
	g, _ := gzip.NewWriterLevel(&z, gzip.BestCompression)
	_, _ = g.Write(plain)
	_ = g.Close()
	return b.Bytes(), z.Bytes()
}

// serve sends the smallest form that the reader takes, or says that he has it.
func (f file) serve(w http.ResponseWriter, r *http.Request) {
	h, body, tag := w.Header(), f.plain, f.tag
	h.Set("Content-Type", f.kind)
	if f.packed != nil {
		h.Add("Vary", "Accept-Encoding")
	}
	if coding := encodings(r.Header.Get("Accept-Encoding")); coding != "" && f.packed != nil {
		switch br, gz := f.packed(); {
		case coding == "br" && br != nil:
			h.Set("Content-Encoding", "br")
			body, tag = br, tag+"-br"
		case gz != nil: // whoever takes brotli takes gzip, but for those who say otherwise
			h.Set("Content-Encoding", "gzip")
			body, tag = gz, tag+"-gz"
		}
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(body))
}

// static are the style sheets and modules of the page.
type static struct {
	files   map[string]file
	version string // of all of them together
}

// newStatic reads a tree of files. Twins are named like their file with .br or .gz at the end.
func newStatic(tree fs.FS) (*static, error) {
	s := &static{files: map[string]file{}}
	all := map[string][]byte{}
	var names []string
	err := fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		names = append(names, name)
		all[name], err = fs.ReadFile(tree, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	sum := sha256.New()
	for _, name := range names {
		if end := path.Ext(name); end == ".br" || end == ".gz" {
			continue
		}
		s.files[name] = newFile(name, all[name], all[name+".br"], all[name+".gz"])
		note(sum, name, all[name])
	}
	s.files[inkSheet] = newFile(inkSheet, []byte(picture.Sheet()), nil, nil)
	note(sum, inkSheet, s.files[inkSheet].plain)
	s.version = "v-" + hex.EncodeToString(sum.Sum(nil)[:6])
	return s, nil
}

// inkSheet is the style sheet of pictures, which pkg/web/picture makes from its inks.
const inkSheet = "page/ink.css"

// note takes a name and its content into a hash so that neither can pass for a part of the other.
func note(sum hash.Hash, name string, content []byte) {
	fmt.Fprintf(sum, "%d %s %d ", len(name), name, len(content))
	sum.Write(content)
}

// prefix is where the files are served under the name of their version.
func (s *static) prefix() string { return "/assets/" + s.version }

// present are those of some names that are there.
func (s *static) present(names ...string) []string {
	return slices.DeleteFunc(names, func(name string) bool { _, there := s.files[name]; return !there })
}

// ServeHTTP implements http.Handler. Under the version's own name a file may be kept for ever; under another, which an older page
// asks for, or under none, it is asked for anew.
func (s *static) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(r.URL.Path, "/assets/")
	keep := "no-cache"
	if version, rest, cut := strings.Cut(name, "/"); cut && strings.HasPrefix(version, "v-") {
		name = rest
		if version == s.version {
			keep = "public, max-age=31536000, immutable"
		}
	}
	f, there := s.files[name]
	if !there {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", keep)
	f.serve(w, r)
}
