package ops

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"

	"golang.org/x/term"
)

// Logging is how a program logs, on standard error.
type Logging struct {
	Format string // text, json, or auto: text on a terminal and else JSON
	Level  string // debug, info, warn or error
}

// Logger makes the log. A format or level that is none is one line that names the flag.
func (l Logging) Logger(to io.Writer) (*slog.Logger, error) {
	var level slog.Level
	switch strings.ToLower(l.Level) {
	case "debug", "info", "warn", "error":
		if err := level.UnmarshalText([]byte(l.Level)); err != nil {
			return nil, fmt.Errorf("--log-level %q: %w", l.Level, err)
		}
	default:
		return nil, fmt.Errorf("--log-level %q: expected debug, info, warn or error", l.Level)
	}
	o := &slog.HandlerOptions{Level: level}
	switch strings.ToLower(l.Format) {
	case "auto":
		if terminal(to) {
			return slog.New(slog.NewTextHandler(to, o)), nil
		}
		return slog.New(slog.NewJSONHandler(to, o)), nil
	case "text":
		return slog.New(slog.NewTextHandler(to, o)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(to, o)), nil
	}
	return nil, fmt.Errorf("--log-format %q: expected auto, text or json", l.Format)
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
