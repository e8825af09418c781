package ops

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// messageTypes is one more than the highest AIS message type; type 0 is a row of a table, which has none.
const messageTypes = 29

// Ingest are the metrics of the program that reads feeds.
type Ingest struct {
	messages *prometheus.CounterVec
	errors   *prometheus.CounterVec
	skew     *prometheus.HistogramVec
	produce  prometheus.Histogram
	began    time.Time

	mu struct {
		sync.Mutex
		sources map[string]*Source
		states  func() []SourceState
	}
}

// SourceState is how a source stands when somebody asks. Counts only grow.
type SourceState struct {
	Source      string
	Connected   bool
	Ended       bool      // it gives nothing more and is not missed
	LastMessage time.Time // zero before the first
	Duplicates  int64
	Reconnects  map[string]int64 // by reason: eof, 429, idle, slow, error
	Dropped     map[string]int64 // by reason
}

// NewIngest registers the metrics of ingest.
func NewIngest(r *prometheus.Registry) *Ingest {
	m := &Ingest{
		began: time.Now(),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "darkwake_ingest_messages_total",
			Help: "Reports delivered, by source and AIS message type; 0 is a row of a table."}, []string{"source", "type"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "darkwake_ingest_errors_total",
			Help: "Lines that could not be used, by the dead letter's reasons."}, []string{"source", "reason"}),
		skew: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "darkwake_event_time_skew_seconds",
			Help:    "Receipt less event time: delay of the feed, and error of the clocks.",
			Buckets: []float64{-300, -60, -10, -1, 0, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3600, 5400, 21600}}, []string{"source"}),
		produce: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "darkwake_kafka_produce_duration_seconds",
			Help:    "From sending a batch to its acknowledgement, repeats included.",
			Buckets: []float64{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30}}),
	}
	m.mu.sources = map[string]*Source{}
	r.MustRegister(m.messages, m.errors, m.skew, m.produce, m.collector())
	return m
}

// Produced notes that a batch was acknowledged after so long.
func (m *Ingest) Produced(d time.Duration) { m.produce.Observe(d.Seconds()) }

// Watch says who knows how the sources stand. It is asked at every scrape and must not block.
func (m *Ingest) Watch(states func() []SourceState) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.mu.states = states
}

func (m *Ingest) states() []SourceState {
	m.mu.Lock()
	states := m.mu.states
	m.mu.Unlock()
	if states == nil {
		return nil
	}
	return states()
}

func (m *Ingest) collector() prometheus.Collector {
	connected := describe("darkwake_source_connected", "1 while the source is connected.", "source")
	last := describe("darkwake_source_last_message_timestamp_seconds", "When the last report of a live source came; 0 before the first.", "source")
	reconnects := describe("darkwake_source_reconnects_total", "Connections made anew, by why the last one ended.", "source", "reason")
	dropped := describe("darkwake_ingest_dropped_total", "What a live source gave and nobody could take, by reason.", "source", "reason")
	duplicates := describe("darkwake_ingest_duplicates_total", "Exact repeats by the same station.", "source")
	return reckoned{[]*prometheus.Desc{connected, last, reconnects, dropped, duplicates},
		func(send func(*prometheus.Desc, prometheus.ValueType, float64, ...string)) {
			for _, s := range m.states() {
				if !s.Ended { // what is over is not missed: no alert may wait for it
					on := 0.0
					if s.Connected {
						on = 1
					}
					send(connected, prometheus.GaugeValue, on, s.Source)
					send(last, prometheus.GaugeValue, seconds(s.LastMessage), s.Source)
				}
				send(duplicates, prometheus.CounterValue, float64(s.Duplicates), s.Source)
				for reason, n := range s.Reconnects {
					send(reconnects, prometheus.CounterValue, float64(n), s.Source, reason)
				}
				for reason, n := range s.Dropped {
					send(dropped, prometheus.CounterValue, float64(n), s.Source, reason)
				}
			}
		}}
}

// Feeds is a check that fails when every source that is watched has been silent for longer than the given time, by the
// wall clock. One that speaks is enough; with none to watch, or when all have ended, there is nothing to fail.
func (m *Ingest) Feeds(silent time.Duration) Check {
	return Check{"feeds", func(context.Context) error {
		watched, newest := 0, m.began
		for _, s := range m.states() {
			if s.Ended {
				continue
			}
			watched++
			if s.LastMessage.After(newest) {
				newest = s.LastMessage
			}
		}
		if age := time.Since(newest); watched > 0 && age > silent {
			return fmt.Errorf("all %d sources are silent for %v", watched, age.Round(time.Second))
		}
		return nil
	}}
}

// Source are the metrics of one source, cheap enough for every report.
type Source struct {
	m     *Ingest
	id    string
	types [messageTypes]atomic.Pointer[prometheus.Counter]
	skew  prometheus.Observer
}

// Source returns the metrics of a source; the same for the same id.
func (m *Ingest) Source(id string) *Source {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := m.mu.sources[id]
	if s == nil {
		s = &Source{m: m, id: id, skew: m.skew.WithLabelValues(id)}
		m.mu.sources[id] = s
	}
	return s
}

// Heard counts a report of an AIS message type.
func (s *Source) Heard(messageType uint8) {
	if messageType >= messageTypes {
		messageType = 0
	}
	c := s.types[messageType].Load()
	if c == nil {
		made := s.m.messages.WithLabelValues(s.id, strconv.Itoa(int(messageType)))
		c = &made
		s.types[messageType].Store(c)
	}
	(*c).Inc()
}

// Skew notes by how much a report's receipt is after its event time.
func (s *Source) Skew(d time.Duration) { s.skew.Observe(d.Seconds()) }

// Refused counts a line that could not be used, by a reason of the dead letter.
func (s *Source) Refused(reason string) { s.m.errors.WithLabelValues(s.id, reason).Inc() }
