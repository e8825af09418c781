package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/pipeline"
)

// summarise puts together what the feed read and what the engine found.
func summarise(r *pipeline.Result, stream *feed.Replay, sources []feed.SourceConfig, software string, took time.Duration) export.Summary {
	s := export.Summary{
		Software: software, Config: r.Config, First: instant(r.First), Last: instant(r.Last),
		Late: r.Counts.Late, Ships: r.Ships, Rejected: rejected(r.Refused), Facts: r.Facts,
		Events: map[string]int64{}, Versions: r.Versions, Waiting: r.Pending, BelowCut: r.Below, Health: r.Health, Seconds: took.Seconds(),
	}
	for i, st := range stream.Stats() {
		in := export.Input{
			Source: st.Source, Bytes: st.Bytes, Lines: st.Lines, Sentences: int64(st.Decoder.Sentences), Reports: st.Reports,
			Rejected: rejected(st.Rejects), First: instant(st.First.Time()), Last: instant(st.Last.Time()), SHA256: hashOf(sources[i].Paths),
		}
		s.Lines, s.Sentences, s.Reports = s.Lines+in.Lines, s.Sentences+in.Sentences, s.Reports+in.Reports
		for reason, n := range in.Rejected {
			s.Rejected[reason] += n
		}
		s.Synthetic = s.Synthetic || st.Decoder.Synthetic > 0
		s.Inputs = append(s.Inputs, in)
	}
	for _, e := range r.Events {
		if e.Status == event.Retracted {
			s.Retracted++
		} else {
			s.Events[string(e.Kind)]++
		}
	}
	for _, p := range stream.Problems() {
		s.Problems = append(s.Problems, p.Error())
	}
	s.LinesPerS = float64(s.Lines) / took.Seconds()
	return s
}

// problems says, in one line, whether a whole input was of no use: unreadable, or with over half its lines refused.
func problems(stream *feed.Replay) error {
	var texts []string
	known := map[string]bool{}
	for _, p := range stream.Problems() {
		texts = append(texts, p.Error())
		known[p.Source] = true
	}
	for _, st := range stream.Stats() {
		if refused := st.Refused(); refused*2 > st.Lines && !known[st.Source] {
			texts = append(texts, fmt.Sprintf("read %s: %d of %d lines were refused", st.Source, refused, st.Lines))
		}
	}
	if len(texts) == 0 {
		return nil
	}
	return inputError{errors.New(strings.Join(texts, "; "))}
}

func rejected(n [ais.Reasons]int64) map[string]int64 {
	by := map[string]int64{}
	for reason, count := range n {
		if count > 0 {
			by[ais.Reason(reason).String()] = count
		}
	}
	return by
}

// instant is nil for a time that was never set.
func instant(t time.Time) *time.Time {
	if t.IsZero() || t.UnixMilli() == 0 {
		return nil
	}
	return &t
}

// hashOf is the SHA-256 of a source's files as they lie on disk, one after the other in the order in which they are
// read; empty for what can be read only once (standard input, a named pipe) and for files that cannot be read.
func hashOf(paths []string) string {
	files, err := feed.Inputs(paths)
	if err != nil {
		return ""
	}
	sum := sha256.New()
	for _, file := range files {
		for _, path := range file.Paths {
			if addFile(sum, path) != nil {
				return ""
			}
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// addFile writes a regular file's bytes to w. It opens nothing else: a named pipe would block for ever.
func addFile(w io.Writer, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("read %s: not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, f)
	return errors.Join(err, f.Close())
}
