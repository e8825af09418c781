package ops

import (
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
)

// Build is what a program says of itself.
type Build struct {
	Software string `json:"software"` // name and version, as events carry it
	Revision string `json:"revision"` // of the source; empty when it was not built in a checkout
	Go       string `json:"go"`
}

// NewBuild is the running program's.
func NewBuild(software string) Build {
	b := Build{Software: software, Go: runtime.Version()}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				b.Revision = s.Value
			}
		}
	}
	return b
}

// NewRegistry holds what every program tells: its build, the Go runtime and the process.
func NewRegistry(b Build) *prometheus.Registry {
	r := prometheus.NewRegistry()
	info := prometheus.NewGauge(prometheus.GaugeOpts{Name: "darkwake_build_info", Help: "The program's build, always 1.",
		ConstLabels: prometheus.Labels{"version": b.Software, "revision": b.Revision, "goversion": b.Go}})
	info.Set(1)
	r.MustRegister(info, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// reckoned are metrics whose values are asked for at every scrape.
type reckoned struct {
	descriptions []*prometheus.Desc
	collect      func(send func(d *prometheus.Desc, t prometheus.ValueType, value float64, labels ...string))
}

func (r reckoned) Describe(out chan<- *prometheus.Desc) {
	for _, d := range r.descriptions {
		out <- d
	}
}

func (r reckoned) Collect(out chan<- prometheus.Metric) {
	r.collect(func(d *prometheus.Desc, t prometheus.ValueType, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, t, value, labels...)
	})
}

// table is a map that many goroutines fill and a scrape reads.
type table[K comparable, V any] struct {
	sync.Mutex
	rows map[K]V
}

func (t *table[K, V]) set(k K, v V) {
	t.Lock()
	defer t.Unlock()
	if t.rows == nil {
		t.rows = map[K]V{}
	}
	t.rows[k] = v
}

func (t *table[K, V]) drop(k K) {
	t.Lock()
	defer t.Unlock()
	delete(t.rows, k)
}

func (t *table[K, V]) each(do func(K, V)) {
	t.Lock()
	defer t.Unlock()
	for k, v := range t.rows {
		do(k, v)
	}
}

// seconds is a time as Prometheus has it; the zero time is 0.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMilli()) / 1000
}

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}
