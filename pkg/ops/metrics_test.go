package ops

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
)

// names are those of WEB.md section 11 and of the alerts, with their labels.
var names = map[string][]string{
	"darkwake_ingest_messages_total": {"source", "type"}, "darkwake_ingest_duplicates_total": {"source"}, "darkwake_ingest_errors_total": {"reason", "source"},
	"darkwake_ingest_dropped_total": {"reason", "source"}, "darkwake_source_connected": {"source"}, "darkwake_source_last_message_timestamp_seconds": {"source"},
	"darkwake_source_reconnects_total": {"reason", "source"}, "darkwake_event_time_skew_seconds": {"source"}, "darkwake_kafka_produce_duration_seconds": nil,
	"darkwake_kafka_consumer_lag_records": {"partition", "topic"}, "darkwake_kafka_consumer_lag_seconds": {"partition", "topic"},
	"darkwake_detect_watermark_timestamp_seconds": {"partition"}, "darkwake_detect_watermark_delay_seconds": nil, "darkwake_detect_late_reports_total": {"action"},
	"darkwake_detect_tracks": {"state"}, "darkwake_detect_state_bytes": nil, "darkwake_detect_events_total": {"kind", "transition"}, "darkwake_coverage_cells": {"state"},
	"darkwake_estimate_barrels_per_day": {"basis"}, "darkwake_feed_health_ratio": {"source"}, "darkwake_detect_latency_seconds": nil, "darkwake_estimate_as_of_timestamp_seconds": nil,
	"darkwake_watch_list_age_seconds": {"list"}, "darkwake_alerts_total": {"channel", "outcome"}, "darkwake_build_info": {"goversion", "revision", "version"},
}

var past = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// full is a registry in which every metric has a value.
func full(t *testing.T) (*prometheus.Registry, *Ingest, *Detect) {
	t.Helper()
	r := NewRegistry(NewBuild("darkwake 1.2.3"))
	in, d := NewIngest(r), NewDetect(r)
	s := in.Source("north")
	s.Heard(1)
	s.Heard(1)
	s.Heard(27)
	s.Heard(29)
	s.Refused("bad_checksum")
	s.Skew(3 * time.Second)
	in.Produced(20 * time.Millisecond)
	in.Watch(func() []SourceState {
		return []SourceState{
			{Source: "north", Connected: true, LastMessage: past, Duplicates: 4, Reconnects: map[string]int64{"eof": 2, "429": 1}, Dropped: map[string]int64{"queue": 7}},
			{Source: "file", Ended: true},
		}
	})
	d.Lag("darkwake.reports.v1", 3, 1000, 2*time.Second)
	d.Watermark(3, past)
	d.Watermark(Whole, past.Add(time.Hour))
	d.State("a", 3, 1000)
	d.State("b", 0, 234)
	d.Revised(2)
	d.Tracks("moving", 9)
	d.CoverageCells("known", 8)
	d.FeedHealth("north", 0.9)
	d.WatchList("sdn", past)
	d.Alert("desk", "sent")
	for _, e := range []event.Event{{Version: 1, Status: event.Open}, {Version: 2, Status: event.Open}, {Version: 3, Status: event.Closed}, {Version: 4, Status: event.Retracted}} {
		e.Kind = event.Gap
		d.Event(e)
	}
	month := estimate.Interval{Mean: 1000, P05: 200, P50: 900, P95: 2500}
	rows := []estimate.Row{
		{Basis: estimate.Lifted, Known: true, Date: past, AsOf: past, Month: month},
		{Basis: estimate.Lifted, Known: true, Date: past.AddDate(0, 0, -1), AsOf: past, Month: estimate.Interval{Mean: 1}},
		{Basis: estimate.Exited, Date: past, AsOf: past, Month: estimate.Interval{P95: 9000}},
	}
	d.Vintage(rows)
	d.Vintage([]estimate.Row{{Basis: estimate.Lifted, Known: true, Date: past, AsOf: past.AddDate(0, 0, -1), Month: estimate.Interval{Mean: 2}}})
	return r, in, d
}

// TestMetricsAreNamedAsSpecified, pass Prometheus' linter, and have no label that could be a ship.
func TestMetricsAreNamedAsSpecified(t *testing.T) {
	r, _, _ := full(t)
	var all []string
	for name := range names {
		all = append(all, name)
	}
	problems, err := testutil.GatherAndLint(r, all...)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), "darkwake_") {
			continue
		}
		found++
		want, ok := names[f.GetName()]
		if !ok {
			t.Errorf("%s: not specified", f.GetName())
		}
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetName())
			}
			if !slices.Equal(labels, want) {
				t.Errorf("%s: got labels %v, want %v", f.GetName(), labels, want)
			}
		}
	}
	if found != len(names) {
		t.Errorf("got %d metrics with a value, want %d", found, len(names))
	}
}

// TestTheOperatorIsToldOfEveryMetric, with its labels, and of none that is not exported.
func TestTheOperatorIsToldOfEveryMetric(t *testing.T) {
	text, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| `+"`(darkwake_[a-z_]+)`"+` \|(.*?)\| (.+) \|$`).FindAllStringSubmatch(string(text), -1) {
		name := row[1]
		want, ok := names[name]
		var labels []string
		for _, l := range regexp.MustCompile("`([a-z]+)`").FindAllStringSubmatch(row[2], -1) {
			if l[1] != "quantile" { // a summary's own
				labels = append(labels, l[1])
			}
		}
		slices.Sort(labels)
		if !ok || told[name] || !slices.Equal(labels, want) {
			t.Errorf("%s with labels %v: exported is %v (%v)", name, labels, want, ok)
		}
		told[name] = true
	}
	for name := range names {
		if !told[name] {
			t.Errorf("%s: no row in docs/operations.md", name)
		}
	}
	for _, name := range regexp.MustCompile(`darkwake_[a-z_]+[a-z]`).FindAllString(string(text), -1) {
		if names[name] == nil && !told[name] {
			t.Errorf("%s is named and not exported", name)
		}
	}
}

func TestAnAlertChannelsCountsBeginAtZero(t *testing.T) {
	r := prometheus.NewRegistry()
	m := NewDetect(r)
	m.Channel("desk", "sent", "dropped")
	if got := gathered(t, r); !strings.Contains(got, `darkwake_alerts_total{channel="desk",outcome="dropped"} 0`+"\n") {
		t.Errorf("no count of a channel before its first message in\n%s", got)
	}
	m.Alert("desk", "dropped")
	m.Channel("desk", "sent", "dropped")
	if got := gathered(t, r); !strings.Contains(got, `darkwake_alerts_total{channel="desk",outcome="dropped"} 1`+"\n") {
		t.Errorf("a count that began again in\n%s", got)
	}
}

func TestMetricsTellWhatTheyWereTold(t *testing.T) {
	r, _, d := full(t)
	has := func(lines ...string) {
		t.Helper()
		got := gathered(t, r)
		for _, line := range lines {
			if !strings.Contains(got, line+"\n") {
				t.Errorf("%s: missing in\n%s", line, regexp.MustCompile(`(?m)^(# |go_|process_).*\n`).ReplaceAllString(got, ""))
			}
		}
	}
	has(`darkwake_ingest_messages_total{source="north",type="1"} 2`, `darkwake_ingest_messages_total{source="north",type="0"} 1`,
		`darkwake_ingest_errors_total{reason="bad_checksum",source="north"} 1`, `darkwake_source_reconnects_total{reason="429",source="north"} 1`,
		`darkwake_ingest_dropped_total{reason="queue",source="north"} 7`, `darkwake_source_last_message_timestamp_seconds{source="north"} 1.7723232e+09`,
		`darkwake_ingest_duplicates_total{source="file"} 0`, `darkwake_source_connected{source="north"} 1`,
		`darkwake_event_time_skew_seconds_bucket{source="north",le="5"} 1`, `darkwake_detect_state_bytes 1234`, `darkwake_detect_late_reports_total{action="revised"} 2`,
		`darkwake_detect_watermark_timestamp_seconds{partition="all"} 1.7723268e+09`, `darkwake_detect_events_total{kind="gap",transition="opened"} 1`, `darkwake_detect_events_total{kind="gap",transition="retracted"} 1`,
		`darkwake_estimate_barrels_per_day{basis="lifted",quantile="0.5"} 900`, `darkwake_estimate_barrels_per_day_sum{basis="lifted"} 1000`,
		`darkwake_estimate_barrels_per_day{basis="exited",quantile="0.95"} 9000`, `darkwake_estimate_barrels_per_day_count{basis="exited"} 0`,
		`darkwake_kafka_consumer_lag_records{partition="3",topic="darkwake.reports.v1"} 1000`)
	if got := gathered(t, r); strings.Contains(got, `darkwake_source_connected{source="file"}`) || strings.Contains(got, `basis="exited",quantile="0.5"`) {
		t.Error("a source that has ended is missed, or a number that is not known is told")
	}
	delay := reading(t, r, "darkwake_detect_watermark_delay_seconds")
	if want := time.Since(past).Seconds(); delay < want-60 || delay > want+60 {
		t.Errorf("delay: got %v, want that of the slowest partition, %v", delay, want)
	}
	d.Released("darkwake.reports.v1", "a", 3)
	has(`darkwake_detect_state_bytes 234`)
	if got := gathered(t, r); strings.Contains(got, `partition="3"`) {
		t.Error("a partition that went elsewhere is still told")
	}
	d.Watermark(0, past)
	d.Released("darkwake.facts.v1", "b", 0)
	if got := gathered(t, r); strings.Contains(got, `partition="all"`) || !strings.Contains(got, `darkwake_detect_watermark_timestamp_seconds{partition="0"}`) {
		t.Error("stage B took a partition's watermark with it, and not its own")
	}
	d.Watermark(Whole, past.Add(time.Hour))
	d.Released("darkwake.reports.v1", "a", 0)
	if after := reading(t, r, "darkwake_detect_watermark_delay_seconds"); delay-after < 3500 || delay-after > 3700 {
		t.Errorf("delay without the slowest partition: got %v, want an hour less than %v", after, delay)
	}
}

// gathered is what a scrape gives.
func gathered(t *testing.T, r *prometheus.Registry) string {
	t.Helper()
	return get(t, Handler(Options{Registry: r}), "/metrics").Body.String()
}

func reading(t *testing.T, r *prometheus.Registry, name string) (value float64) {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(gathered(t, r))
	if m == nil {
		t.Fatalf("no %s", name)
	}
	if _, err := fmt.Sscan(m[1], &value); err != nil {
		t.Fatal(err)
	}
	return value
}

// TestFeedsAreStaleOnlyTogether: one source that speaks is enough; those that have ended are not waited for.
func TestFeedsAreStaleOnlyTogether(t *testing.T) {
	now := time.Now()
	for _, tc := range []struct {
		name   string
		states []SourceState
		began  time.Time
		stale  bool
	}{
		{"none", nil, past, false},
		{"one speaks, one is silent", []SourceState{{LastMessage: now.Add(-time.Minute)}, {LastMessage: past}}, past, false},
		{"all are silent", []SourceState{{LastMessage: past}, {LastMessage: now.Add(-16 * time.Minute)}}, past, true},
		{"none has spoken, for long", []SourceState{{}, {}}, past, true},
		{"none has spoken yet", []SourceState{{}, {}}, now, false},
		{"all have ended", []SourceState{{LastMessage: past, Ended: true}}, past, false},
		{"one has ended, one is silent", []SourceState{{LastMessage: now, Ended: true}, {LastMessage: past}}, past, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			m := NewIngest(prometheus.NewRegistry())
			m.began = tc.began
			if tc.states != nil {
				m.Watch(func() []SourceState { return tc.states })
			}
			if err := m.Feeds(15 * time.Minute).Run(t.Context()); (err != nil) != tc.stale {
				t.Errorf("got %v, want stale %v", err, tc.stale)
			}
		})
	}
}

// BenchmarkHeard is the cost of a report: at 300,000 a second it must not be seen.
func BenchmarkHeard(b *testing.B) {
	r := prometheus.NewRegistry()
	s := NewIngest(r).Source("north")
	n := 0
	for b.Loop() {
		s.Heard(1)
		n++
	}
	if got := testutil.ToFloat64(s.m.messages.WithLabelValues("north", "1")); got != float64(n) {
		b.Fatalf("got %v, want %d", got, n)
	}
}
