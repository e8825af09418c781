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

	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/darkwake/darkwake/pkg/pipeline"
)

// summarise puts together what the feed read and what the engine found.
func summarise(r *pipeline.Result, stream *feed.Replay, sources []feed.SourceConfig, software string, took time.Duration) export.Summary {
	s := r.Summary(stream.Stats(), stream.Problems())
	for i := range s.Inputs {
		s.Inputs[i].SHA256 = hashOf(sources[i].Paths)
	}
	s.Software, s.Seconds, s.LinesPerS = software, took.Seconds(), float64(s.Lines)/took.Seconds()
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
