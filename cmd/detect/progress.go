package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/feed"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// showProgress draws a bar on a terminal: bytes, lines a second, the event time reached, the time to go. It writes
// nothing when stderr is a file or a pipe, or when it is told to be quiet. The returned function ends it.
func showProgress(r *feed.Replay, quiet bool, stderr io.Writer) func() {
	f, isFile := stderr.(*os.File)
	if quiet || !isFile || !term.IsTerminal(int(f.Fd())) {
		return func() {}
	}
	total := r.Progress().Total
	if total <= 0 {
		total = -1 // standard input: a spinner without an end
	}
	bar := progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(f), progressbar.OptionShowBytes(true), progressbar.OptionThrottle(200*time.Millisecond),
		progressbar.OptionSetWidth(24), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))

	stop := make(chan struct{})
	var drawing sync.WaitGroup
	drawing.Go(func() {
		tick := time.NewTicker(250 * time.Millisecond)
		defer tick.Stop()
		began := time.Now()
		for {
			select {
			case <-stop:
				return
			case now := <-tick.C:
				p := r.Progress()
				rate := float64(p.Lines) / now.Sub(began).Seconds()
				bar.Describe(fmt.Sprintf("%s  %.2f M lines/s", p.Event.Time().Format("2006-01-02 15:04"), rate/1e6))
				_ = bar.Set64(p.Read) // drawing is all that could go wrong
			}
		}
	})
	return func() {
		close(stop)
		drawing.Wait()
		_ = bar.Finish()
	}
}
