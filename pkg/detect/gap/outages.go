package gap

import (
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
)

// outages are the times in which each source was out.
type outages map[string][]outage

type outage struct {
	id       string
	from, to time.Time // to is zero while it lasts
}

// hear takes in a version: the newest of an id counts.
func (o outages) hear(source string, e event.Event) {
	list := slices.DeleteFunc(o[source], func(x outage) bool { return x.id == e.ID })
	if e.Status != event.Retracted {
		x := outage{id: e.ID, from: e.Start}
		if e.End != nil {
			x.to = *e.End
		}
		list = append(list, x)
	}
	o[source] = list
}

// share is the part of a silence in which the source was out.
func (o outages) share(source string, from, to time.Time) float64 {
	var out time.Duration
	for _, x := range o[source] {
		end := x.to
		if end.IsZero() || end.After(to) {
			end = to
		}
		begin := x.from
		if begin.Before(from) {
			begin = from
		}
		out += max(0, end.Sub(begin))
	}
	if !to.After(from) {
		return 0
	}
	return min(1, out.Hours()/to.Sub(from).Hours())
}

// outageMemory is longer than the longest window in which a hidden loading is looked for (75 days before a transfer).
const outageMemory = 100 * 24 * time.Hour

func (o outages) forget(w time.Time) {
	for source, list := range o {
		o[source] = slices.DeleteFunc(list, func(x outage) bool {
			return !x.to.IsZero() && w.Sub(x.to) > outageMemory
		})
	}
}
