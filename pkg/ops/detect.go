package ops

import (
	"math"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
)

// Detect are the metrics of the program that finds events.
type Detect struct {
	*Alerts
	lagRecords *prometheus.GaugeVec
	lagSeconds *prometheus.GaugeVec
	late       *prometheus.CounterVec
	tracks     *prometheus.GaugeVec
	events     *prometheus.CounterVec
	cells      *prometheus.GaugeVec
	health     *prometheus.GaugeVec
	latency    prometheus.Histogram

	watermarks table[int, time.Time]
	states     table[held, int]
	lists      table[string, time.Time]
	rows       table[estimate.Basis, estimate.Row]
}

// held names a worker that keeps a state.
type held struct {
	stage     string
	partition int
}

// NewDetect registers the metrics of detect.
func NewDetect(r *prometheus.Registry) *Detect {
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels)
	}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &Detect{
		Alerts:     NewAlerts(r),
		lagRecords: gauge("darkwake_kafka_consumer_lag_records", "Records in the log that are not read yet.", "topic", "partition"),
		lagSeconds: gauge("darkwake_kafka_consumer_lag_seconds", "How long ago the record that was read last had come into the log.", "topic", "partition"),
		late:       counter("darkwake_detect_late_reports_total", "Reports later than their source's lateness, by what they do: revised, they may change what was said.", "action"),
		tracks:     gauge("darkwake_detect_tracks", "Ships that are kept, by state.", "state"),
		events:     counter("darkwake_detect_events_total", "Versions of events: opened is a first version that is open, updated a later one; closed and retracted say so.", "kind", "transition"),
		cells:      gauge("darkwake_coverage_cells", "Cells of the reception map, by state.", "state"),
		health:     gauge("darkwake_feed_health_ratio", "How a source delivers against its own habit, 0 to 1.", "source"),
	}
	m.latency = prometheus.NewHistogram(prometheus.HistogramOpts{Name: "darkwake_detect_latency_seconds",
		Help:    "From reading the record that made an event known to the acknowledgement of the event.",
		Buckets: []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}})
	r.MustRegister(m.latency, m.lagRecords, m.lagSeconds, m.late, m.tracks, m.events, m.cells, m.health, m.ages(), quantiles{&m.rows})
	return m
}

// Alerts are the metrics of alert rules, which detect run and detect serve follow.
type Alerts struct{ messages *prometheus.CounterVec }

// NewAlerts registers the metrics of alert rules.
func NewAlerts(r *prometheus.Registry) *Alerts {
	m := &Alerts{prometheus.NewCounterVec(prometheus.CounterOpts{Name: "darkwake_alerts_total",
		Help: "Messages of alert rules, by what became of them: sent; failed, to be tried again; dropped after a day."}, []string{"channel", "outcome"})}
	r.MustRegister(m.messages)
	return m
}

// Channel begins the counts of an alert channel at zero, so that the first of each outcome is seen as an increase.
func (m *Alerts) Channel(name string, outcomes ...string) {
	for _, o := range outcomes {
		m.messages.WithLabelValues(name, o)
	}
}

// Alert counts a message of an alert rule. Channels are those of the operator's file.
func (m *Alerts) Alert(channel, outcome string) { m.messages.WithLabelValues(channel, outcome).Inc() }

// Lag notes how many records a worker is behind and how old the last one it read is.
func (m *Detect) Lag(topic string, partition int, records int64, age time.Duration) {
	p := strconv.Itoa(partition)
	m.lagRecords.WithLabelValues(topic, p).Set(float64(records))
	m.lagSeconds.WithLabelValues(topic, p).Set(age.Seconds())
}

// Whole is the partition of stage B, which has the watermark of all.
const Whole = -1

// Latency notes how long it took from the record that made an event known to the event.
func (m *Detect) Latency(d time.Duration) { m.latency.Observe(d.Seconds()) }

// Watermark notes how far in event time a partition is, or stage B.
func (m *Detect) Watermark(partition int, t time.Time) { m.watermarks.set(partition, t) }

// State notes the size of a worker's last checkpoint, in bytes.
func (m *Detect) State(stage string, partition, bytes int) {
	m.states.set(held{stage, partition}, bytes)
}

// Released forgets a partition of a topic that went to another process, so that its last values alarm nobody. With stage b
// goes the watermark of all.
func (m *Detect) Released(topic, stage string, partition int) {
	p := strconv.Itoa(partition)
	m.lagRecords.DeleteLabelValues(topic, p)
	m.lagSeconds.DeleteLabelValues(topic, p)
	m.states.drop(held{stage, partition})
	if stage == "b" {
		partition = Whole
	}
	m.watermarks.drop(partition)
}

// Revised counts reports that came later than their source's lateness, and may change what was said.
func (m *Detect) Revised(reports int64) { m.late.WithLabelValues("revised").Add(float64(reports)) }

// Tracks notes how many ships are kept in a state, such as moving or quiet.
func (m *Detect) Tracks(state string, n int) { m.tracks.WithLabelValues(state).Set(float64(n)) }

// CoverageCells notes how many cells of the reception map are in a state, such as known or unknown.
func (m *Detect) CoverageCells(state string, n int) { m.cells.WithLabelValues(state).Set(float64(n)) }

// FeedHealth notes a source's health, 0 to 1.
func (m *Detect) FeedHealth(source string, ratio float64) {
	m.health.WithLabelValues(source).Set(ratio)
}

// WatchList notes the date of a list; its age is reckoned at every scrape.
func (m *Detect) WatchList(list string, dated time.Time) { m.lists.set(list, dated) }

// Event counts a version of an event.
func (m *Detect) Event(e event.Event) {
	transition := "updated"
	switch {
	case e.Status == event.Closed || e.Status == event.Retracted:
		transition = string(e.Status)
	case e.Version == 1:
		transition = "opened"
	}
	m.events.WithLabelValues(string(e.Kind), transition).Inc()
}

// Vintage notes the newest day's row of each basis.
func (m *Detect) Vintage(rows []estimate.Row) {
	for _, r := range rows {
		newest := true
		m.rows.each(func(b estimate.Basis, held estimate.Row) {
			newest = newest && (b != r.Basis || !r.AsOf.Before(held.AsOf) && !r.Date.Before(held.Date))
		})
		if newest {
			m.rows.set(r.Basis, r)
		}
	}
}

// ages are what changes while nothing happens, and sums.
func (m *Detect) ages() prometheus.Collector {
	watermark := describe("darkwake_detect_watermark_timestamp_seconds", "Event time up to which everything is in.", "partition")
	delay := describe("darkwake_detect_watermark_delay_seconds", "How far the slowest partition's watermark is behind the clock.")
	age := describe("darkwake_watch_list_age_seconds", "Time since the date of a watch list.", "list")
	state := describe("darkwake_detect_state_bytes", "Size of the last checkpoints of this process.")
	asOf := describe("darkwake_estimate_as_of_timestamp_seconds", "Event time at which the newest estimate was cut; 0 before the first.")
	return reckoned{[]*prometheus.Desc{watermark, delay, age, state, asOf},
		func(send func(*prometheus.Desc, prometheus.ValueType, float64, ...string)) {
			now, slowest := time.Now(), math.Inf(1)
			m.watermarks.each(func(partition int, t time.Time) {
				label := "all"
				if partition != Whole {
					label = strconv.Itoa(partition)
				}
				send(watermark, prometheus.GaugeValue, seconds(t), label)
				slowest = min(slowest, seconds(t))
			})
			if !math.IsInf(slowest, 1) {
				send(delay, prometheus.GaugeValue, seconds(now)-slowest)
			}
			m.lists.each(func(list string, dated time.Time) {
				send(age, prometheus.GaugeValue, now.Sub(dated).Seconds(), list)
			})
			total := 0
			m.states.each(func(_ held, bytes int) { total += bytes })
			send(state, prometheus.GaugeValue, float64(total))
			newest := 0.0
			m.rows.each(func(_ estimate.Basis, r estimate.Row) { newest = max(newest, seconds(r.AsOf)) })
			send(asOf, prometheus.GaugeValue, newest)
		}}
}

// quantiles tells the newest 28-day mean of each basis as a summary: its quantiles are those of the estimate, its sum is
// the mean and its count 1. A basis without a number has no quantile but the ends of its range.
type quantiles struct {
	rows *table[estimate.Basis, estimate.Row]
}

var barrels = describe("darkwake_estimate_barrels_per_day", "The newest 28-day mean: quantiles of the estimate, and as the sum its mean.", "basis")

func (q quantiles) Describe(out chan<- *prometheus.Desc) { out <- barrels }

func (q quantiles) Collect(out chan<- prometheus.Metric) {
	q.rows.each(func(basis estimate.Basis, r estimate.Row) {
		values := map[float64]float64{0.05: float64(r.Month.P05), 0.95: float64(r.Month.P95)}
		mean, known := 0.0, uint64(0)
		if r.Known {
			values[0.5] = float64(r.Month.P50)
			mean, known = float64(r.Month.Mean), 1
		}
		out <- prometheus.MustNewConstSummary(barrels, known, mean, values, string(basis))
	})
}
