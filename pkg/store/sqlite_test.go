package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
)

// TestFilesThatAreNoStore are refused in one line and left as they are.
func TestFilesThatAreNoStore(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	other := filepath.Join(dir, "other.db")
	db, err := sql.Open("sqlite", other)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("CREATE TABLE bookmarks (url TEXT)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, url string
		kind      error
		want      string
	}{
		{"no database", file("feed.nmea", strings.Repeat("!AIVDM,1,1,,A,13u?etPv2;0n:dDPwUM1U1Cb069D,0*24\r\n", 40)), ErrForeign, "not an SQLite database"},
		{"a database of another program", other, ErrForeign, "holds tables of another program"},
		{"a folder", dir, ErrDenied, "cannot be opened or made"},
		{"in no folder", filepath.Join(dir, "missing", "x.db"), ErrDenied, "expected an existing folder"},
		{"where nobody may write", "sqlite:/proc/darkwake.db", ErrDenied, "cannot be opened or made"},
		{"no path", "sqlite:", nil, "no path: expected a path"},
		{"nothing", "", nil, "no path: expected a path"},
		{"another scheme", "mysql://root:" + secret + "@db/darkwake", nil, `scheme "mysql": expected a path, sqlite:PATH or postgres://`},
		{"keywords", "host=db user=darkwake password=" + secret, nil, "a list of keywords: expected"},
		{"a URL that is none", "postgres://darkwake:" + secret + "@[db/x", nil, "a URL that cannot be read"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			before, _ := os.ReadFile(tc.url)
			s, err := Open(t.Context(), tc.url)
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			said(t, err, tc.kind, tc.want)
			if after, _ := os.ReadFile(tc.url); string(after) != string(before) && tc.url != other {
				t.Error("the file was changed")
			}
		})
	}
}

func TestViewsChangeNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	if _, err := View(t.Context(), path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing there: got %v, want %v", err, os.ErrNotExist)
	}
	if err := os.WriteFile(path, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := View(t.Context(), path)
	said(t, err, ErrOlder, "its schema is of version 0 and this program expects 2")
	put(t, opened(t, path), 1, Batch{Events: story(3)})
	v, err := View(t.Context(), "sqlite:"+path)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	said(t, v.Put(t.Context(), 1, Batch{Events: story(4)}), ErrReadOnly, "the file is read-only")
	if n, err := v.Count(t.Context(), Query{}); n != 3 || err != nil {
		t.Errorf("got %d events, %v, want 3", n, err)
	}
}

// TestAFullDiskLosesNothing: the batch that does not fit is refused whole, and goes in when there is room again.
func TestAFullDiskLosesNothing(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "x.db"))
	put(t, s, 1, Batch{Events: story(20)})
	want := dump(t, s)
	limit := func(pages int) {
		var n int
		if err := s.write.QueryRow("PRAGMA max_page_count = " + map[bool]string{true: "1", false: "1000000"}[pages == 1]).Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // which SQLite raises to the pages that are there
	said(t, s.Put(t.Context(), 1, Batch{Events: story(2000)}), ErrFull, "the disk is full")
	if got := dump(t, s); got != want {
		t.Error("a batch that did not fit left a part of itself")
	}
	limit(0)
	put(t, s, 1, Batch{Events: story(2000)})
	if n, err := s.Count(t.Context(), Query{}); n != 2020 || err != nil {
		t.Errorf("got %d events, %v, want 2020", n, err)
	}
}

func TestAReadOnlyFileIsSaidToBe(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "x.db"))
	if _, err := s.write.Exec("PRAGMA query_only = 1"); err != nil { // root may write where others may not
		t.Fatal(err)
	}
	said(t, s.Put(t.Context(), 1, Batch{Events: story(1)}), ErrReadOnly, "the file is read-only")
}

func TestALockedFileIsBusy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	opened(t, path)
	s, err := openSQLite(t.Context(), path, 20*time.Millisecond, true)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.ExecContext(t.Context(), "BEGIN IMMEDIATE"); err != nil {
		t.Fatal(err)
	}
	said(t, s.Put(t.Context(), 1, Batch{Events: story(1)}), ErrBusy, "locked by another program")
	if _, err := c.ExecContext(t.Context(), "ROLLBACK"); err != nil {
		t.Fatal(err)
	}
	put(t, s, 1, Batch{Events: story(1)})
}

// TestADamagedFileIsSaidToBe: pages of zeros in the middle are no crash and no empty answer.
func TestADamagedFileIsSaidToBe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, 1, Batch{Events: story(500)})
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	clear(whole[8192 : len(whole)-8192])
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	s, err = Open(t.Context(), path)
	if err == nil {
		_, err = s.Events(t.Context(), Query{})
		defer s.Close()
	}
	said(t, err, ErrForeign, "the file is damaged")
}

// FuzzQuery: whatever somebody asks for, the answer is a page or a line that says what is wrong with the question.
func FuzzQuery(f *testing.F) {
	s := opened(f, filepath.Join(f.TempDir(), "x.db"))
	put(f, s, 1, Batch{Events: story(50)})
	f.Add("syn", "Kharg", place{1, 2, "gap-0"}.cursor(false), "gap-0", "gap", 0.5, 10)
	f.Add("%_\\'\"; DROP TABLE events", "\x00\xff", "YXwxfDJ8Z2FwLTA", "", "", -1.0, 2000)
	f.Fuzz(func(t *testing.T, text, name, cursor, id, kind string, p float64, limit int) {
		q := Query{Text: text, Place: name, Cursor: cursor, MinProbability: p, Limit: limit, Listed: kind, Least: time.Duration(limit)}
		if id != "" {
			q.Flags, q.Classes, q.Sources = []string{id}, []string{kind, name}, []string{name}
		}
		if limit%3 == 0 {
			q.Area = []geo.Point{{p, p}, {p * 7, 3}, {float64(limit), -p}}
		}
		page, err := s.Events(context.Background(), q)
		if err != nil && !errors.Is(err, ErrQuery) {
			t.Fatalf("%+v: %v", q, err)
		}
		if err != nil && strings.Contains(err.Error(), "\n") {
			t.Fatalf("%+v: more than one line: %v", q, err)
		}
		if max := limit; err == nil && max > 0 && len(page.Entries) > max {
			t.Fatalf("%d events on a page of %d", len(page.Entries), max)
		}
		if at, err := parseCursor(cursor, false); err == nil && at != nil {
			if back := at.cursor(false); back != cursor {
				t.Logf("cursor %q is %q", cursor, back)
				if again, err := parseCursor(back, false); err != nil || *again != *at {
					t.Fatalf("cursor %q reads as %v, written %q, read %v, %v", cursor, at, back, again, err)
				}
			}
		}
		if _, err := s.Versions(context.Background(), id); err != nil && !errors.Is(err, ErrNotFound) {
			t.Fatalf("id %q: %v", id, err)
		}
		if _, err := s.Document(context.Background(), kind); !errors.Is(err, ErrNotFound) {
			t.Fatalf("document %q: %v", kind, err)
		}
	})
}
