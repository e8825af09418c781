package folder

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/store"
)

// TestAFolderIsInTheStoreAsItIsOnDisk compares event by event, day by day and document by document.
func TestAFolderIsInTheStoreAsItIsOnDisk(t *testing.T) {
	folder := fixture.Folder()
	s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	for range 2 { // loaded again it is the same
		if err := Load(t.Context(), folder, s); err != nil {
			t.Fatal(err)
		}
	}
	var lines bytes.Buffer
	if err := s.WriteLines(t.Context(), &lines, store.Query{}); err != nil || !slices.Equal(sorted(lines.Bytes()), sorted(folder["events.jsonl"].Data)) {
		t.Errorf("events: %d bytes of %d, %v", lines.Len(), len(folder["events.jsonl"].Data), err)
	}
	r, err := record.Open(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, basis := range []estimate.Basis{estimate.Lifted, estimate.Exited, estimate.Discharged} {
		days, err := s.Days(t.Context(), basis, time.Time{}, time.Time{})
		if err != nil || len(days) != len(r.Rows(basis)) || len(days) > 0 && !reflect.DeepEqual(days, r.Rows(basis)) {
			t.Errorf("%s: got %d days, want %d, %v", basis, len(days), len(r.Rows(basis)), err)
		}
	}
	for file, name := range names {
		want, there := folder[file]
		d, err := s.Document(t.Context(), name)
		if there != (err == nil) {
			t.Errorf("document %s: %v", name, err)
			continue
		}
		body := []byte(d.Body)
		var text string
		if json.Unmarshal(body, &text) == nil {
			body = []byte(text)
		}
		if there && !bytes.Equal(bytes.TrimSpace(body), bytes.TrimSpace(want.Data)) {
			t.Errorf("document %s differs from %s", name, file)
		}
	}
	meta, err := s.Meta(t.Context())
	if err != nil || !meta.AsOf.Equal(r.Daily.AsOf) || meta.Config != r.Summary.Config || meta.Watermark.IsZero() {
		t.Errorf("got %+v, %v", meta, err)
	}
}

func sorted(text []byte) []string { return slices.Sorted(strings.Lines(string(text))) }

// TestADamagedFolderIsRefused cuts each file in half.
func TestADamagedFolderIsRefused(t *testing.T) {
	for _, file := range []string{"daily.json", "events.jsonl", "summary.json", "lots.json", "accounts.jsonl"} {
		folder := fixture.Folder()
		folder[file].Data = folder[file].Data[:len(folder[file].Data)/2]
		s, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "s.db"))
		if err != nil {
			t.Fatal(err)
		}
		if err := Load(t.Context(), folder, s); err == nil {
			t.Errorf("%s in half was taken", file)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
