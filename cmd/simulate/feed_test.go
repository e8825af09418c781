package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestFeedServesTheFile runs the command as a user would, and reads the port that it prints.
func TestFeedServesTheFile(t *testing.T) {
	dir := t.TempDir()
	var ignored bytes.Buffer
	if code := run(t.Context(), []string{"make", smallScenario, "--compress", "none", "--out", dir}, &ignored, &ignored); code != exitOK {
		t.Fatal(ignored.String())
	}
	want, err := os.ReadFile(filepath.Join(dir, "small.nmea"))
	if err != nil {
		t.Fatal(err)
	}
	in, stdout := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- run(t.Context(), []string{"feed", smallScenario, "--speed", "max", "--tcp", ":0"}, stdout, &stderr)
		stdout.Close()
	}()
	printed := bufio.NewScanner(in)
	if !printed.Scan() || !strings.HasPrefix(printed.Text(), "listening tcp 127.0.0.1:") {
		t.Fatalf("printed %q: %s", printed.Text(), stderr.String())
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(printed.Text(), "listening tcp "))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	got, err := io.ReadAll(conn)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("heard %d bytes (%v), want the %d of the file", len(got), err, len(want))
	}
	if !printed.Scan() || !strings.Contains(printed.Text(), "1 clients, 0 of them dropped") || <-code != exitOK {
		t.Errorf("printed %q: %s", printed.Text(), stderr.String())
	}
}

// TestFeedIsInterrupted ends a feed that would last for days. That is how it is meant to end.
func TestFeedIsInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	in, stdout := io.Pipe()
	var stderr bytes.Buffer
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"feed", smallScenario, "--speed", "1", "--ws", "127.0.0.1:0", "--from-day", "1"}, stdout, &stderr)
		stdout.Close()
	}()
	printed := bufio.NewScanner(in)
	if !printed.Scan() || !strings.HasPrefix(printed.Text(), "listening ws 127.0.0.1:") {
		t.Fatalf("printed %q: %s", printed.Text(), stderr.String())
	}
	interrupt()
	if !printed.Scan() || !strings.HasPrefix(printed.Text(), "SYNTHETIC scenario small") || <-code != exitOK {
		t.Errorf("printed %q: %s", printed.Text(), stderr.String())
	}
}

func TestFeedFlags(t *testing.T) {
	cases := []struct {
		name string
		args []string
		want string
	}{
		{"nobody would hear", nil, "--tcp, --udp or --ws expected"},
		{"no such speed", []string{"--tcp", ":0", "--speed", "fast"}, "or max expected"},
		{"backwards", []string{"--tcp", ":0", "--speed", "-1"}, "from 0 on"},
		{"no port", []string{"--tcp", "localhost"}, "missing port"},
		{"beyond the end", []string{"--tcp", ":0", "--from-day", "9"}, "lasts 3.5 days"},
		{"before the begin", []string{"--tcp", ":0", "--from-day", "-1"}, "0 or more"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			args := append([]string{"feed", smallScenario}, c.args...)
			if code := run(t.Context(), args, &stdout, &stderr); code != exitUsage || !strings.Contains(stderr.String(), c.want) {
				t.Errorf("exit code %d, %q, want %d and %q", code, stderr.String(), exitUsage, c.want)
			}
		})
	}
}
