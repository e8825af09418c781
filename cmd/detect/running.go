package main

import (
	"bufio"
	"errors"
	"io"

	"github.com/darkwake/darkwake/pkg/ais"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/pipeline"
)

// running are the files that are written while the engine runs. They take their names when all is done, so that a run
// that fails leaves those of an earlier one.
type running struct {
	listen   pipeline.Listener
	rejected func(ais.Reject) // nil when nobody asked for the refused lines
	files    []*outputFile
	finishes []func() error // write what is buffered, and tell the first error
}

// running opens vintages.csv and, if they were asked for, events.jsonl for all versions and rejected.jsonl.
func (f replayFlags) running(out folder) (*running, error) {
	r := &running{}
	err := r.open(out, "vintages.csv", func(w io.Writer) func() error {
		days := export.NewDays(w)
		r.listen.Vintage = days.Add
		return days.Flush
	})
	if err == nil && f.allVersions {
		err = r.open(out, "events.jsonl", func(w io.Writer) func() error {
			var failed error
			r.listen.Event = func(e event.Event) { failed = first(failed, func() error { return export.Event(w, e) }) }
			return func() error { return failed }
		})
	}
	if err == nil && f.rejected {
		err = r.open(out, "rejected.jsonl", func(w io.Writer) func() error {
			var failed error
			r.rejected = func(x ais.Reject) {
				failed = first(failed, func() error {
					return export.Refused(w, export.Refusal{Source: x.Source, Offset: x.Offset, Reason: x.Reason.String(), Line: x.Bytes})
				})
			}
			return func() error { return failed }
		})
	}
	if err != nil {
		return nil, errors.Join(err, r.discard())
	}
	return r, nil
}

// first keeps an error that is there and does nothing more after it.
func first(failed error, do func() error) error {
	if failed != nil {
		return failed
	}
	return do()
}

// open makes a file; use connects a buffered writer to it and returns what finishes it.
func (r *running) open(out folder, name string, use func(io.Writer) func() error) error {
	f, err := out.create(name)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	finish := use(w)
	r.files = append(r.files, f)
	r.finishes = append(r.finishes, func() error { return errors.Join(finish(), w.Flush()) })
	return nil
}

func (r *running) close() error {
	var errs []error
	for _, finish := range r.finishes {
		errs = append(errs, finish())
	}
	if err := errors.Join(errs...); err != nil {
		return errors.Join(err, r.discard())
	}
	for _, f := range r.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// discard leaves the files of an earlier run in place.
func (r *running) discard() error {
	var errs []error
	for _, f := range r.files {
		errs = append(errs, f.File.Close(), f.discard())
	}
	return errors.Join(errs...)
}
