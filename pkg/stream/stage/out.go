package stage

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/stream"
)

// event sends a version to the topic and the output.
func (b *workerB) event(e event.Event) {
	b.out.Event(e)
	value, err := e.MarshalJSON() // json.Marshal would escape the < and > of raw sentences
	if err == nil {
		cause := b.cause
		err = b.events.Put(stream.Record{Key: []byte(e.ID), Value: value, Acked: func() { b.o.Observe.Latency(time.Since(cause)) }, Headers: []stream.Header{
			{Name: "content-type", Value: "application/json"}, {Name: "schema", Value: e.Schema},
			{Name: "epoch", Value: strconv.FormatInt(b.states.Owner().Epoch, 10)}, {Name: "version", Value: strconv.Itoa(e.Version)},
			{Name: "ce_specversion", Value: "1.0"}, {Name: "ce_id", Value: fmt.Sprintf("%s.%d", e.ID, e.Version)}, {Name: "ce_source", Value: "darkwake"},
			{Name: "ce_type", Value: "darkwake." + string(e.Kind)}, {Name: "ce_time", Value: e.Watermark.UTC().Format("2006-01-02T15:04:05Z")},
		}})
	}
	b.err = errors.Join(b.err, err)
}

// vintage sends a vintage's rows.
func (b *workerB) vintage(rows []estimate.Row) {
	b.out.Vintage(rows)
	for _, r := range rows {
		value, err := json.Marshal(r)
		if err == nil {
			err = b.estimates.Put(stream.Record{Value: value,
				Key: fmt.Appendf(nil, "%s %s %s", r.Date.Format("2006-01-02"), r.Basis, r.AsOf.UTC().Format("2006-01-02T15:04:05Z")),
				Headers: []stream.Header{{Name: "content-type", Value: "application/json"}, {Name: "schema", Value: "darkwake.estimate/v1"},
					{Name: "epoch", Value: strconv.FormatInt(b.states.Owner().Epoch, 10)}}})
		}
		b.err = errors.Join(b.err, err)
	}
}
