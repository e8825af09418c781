package export

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/darkwake/darkwake/pkg/event"
)

// Event writes one event as one line of JSON: the lossless form from which all others are derived.
func Event(w io.Writer, e event.Event) error {
	line, err := e.MarshalJSON() // json.Marshal would escape the < and > of raw sentences
	if err != nil {
		return fmt.Errorf("write event %s: %w", e.ID, err)
	}
	if _, err = w.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write event %s: %w", e.ID, err)
	}
	return nil
}

// Events writes events as JSON lines, in the order given.
func Events(w io.Writer, events []event.Event) error {
	buffered := bufio.NewWriter(w)
	for _, e := range events {
		if err := Event(buffered, e); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

// ReadEvents reads JSON lines back and hands each event to take, until take says false.
func ReadEvents(r io.Reader, take func(event.Event) bool) error {
	dec := json.NewDecoder(r)
	for n := 1; ; n++ {
		var e event.Event
		err := dec.Decode(&e)
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return fmt.Errorf("read event %d: %w", n, err)
		case !take(e):
			return nil
		}
	}
}
