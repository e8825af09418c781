package stream

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"
)

// Options say how a cluster is reached and how topics are made.
type Options struct {
	Brokers     []string // host:port, any of the cluster's
	Partitions  int      // of the reports; fixed once the topic is there
	Replicas    int      // of each partition
	TLS         *tls.Config
	Mechanism   string // of SASL: "", PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512
	User        string
	Password    string
	ReportsKept time.Duration       // how long reports, facts and dead letters stay; 0 means for ever
	Produced    func(time.Duration) // unless nil, is told how long each batch took to be acknowledged, from any goroutine
	Session     time.Duration       // after so long without a sign of life a member of a group is taken for dead; 20 s when zero
}

// Validate reports what cannot be: one line for each.
func (o Options) Validate() error {
	var wrong []error
	note := func(bad bool, format string, args ...any) {
		if bad {
			wrong = append(wrong, fmt.Errorf(format, args...))
		}
	}
	note(len(o.Brokers) == 0, "kafka.brokers: none: expected host:port")
	for _, b := range o.Brokers {
		_, _, err := net.SplitHostPort(b)
		note(err != nil, "kafka.brokers: %q: expected host:port", b)
	}
	note(o.Partitions < 1 || o.Partitions > 1024, "kafka.partitions: %d: expected 1 to 1024", o.Partitions)
	note(o.Replicas < 1 || o.Replicas > 9, "kafka.replicas: %d: expected 1 to 9", o.Replicas)
	note(o.Session != 0 && (o.Session < time.Second || o.Session > 5*time.Minute), "kafka.session: %v: expected 1s to 5m", o.Session)
	note(o.ReportsKept < 0, "kafka.reports_kept: %v: expected no less than 0", o.ReportsKept)
	_, err := o.mechanism()
	note(err != nil, "%v", err)
	note(o.Mechanism != "" && o.User == "", "kafka.sasl.user: none: expected one with mechanism %s", o.Mechanism)
	return errors.Join(wrong...)
}

func (o Options) mechanism() (sasl.Mechanism, error) {
	switch strings.ToUpper(o.Mechanism) {
	case "":
		return nil, nil
	case "PLAIN":
		return plain.Mechanism{Username: o.User, Password: o.Password}, nil
	case "SCRAM-SHA-256":
		return scram.Mechanism(scram.SHA256, o.User, o.Password)
	case "SCRAM-SHA-512":
		return scram.Mechanism(scram.SHA512, o.User, o.Password)
	}
	return nil, fmt.Errorf("kafka.sasl.mechanism: %q: expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512", o.Mechanism)
}

// Client is a connection to a cluster, safe for concurrent use.
type Client struct {
	o          Options
	kafka      *kafka.Client
	transport  *kafka.Transport
	dialer     *kafka.Dialer
	partitions []int // of the reports
}

// Dial connects to a cluster. One that cannot be reached or refuses us is an error of one line.
func Dial(ctx context.Context, o Options) (*Client, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	mechanism, err := o.mechanism()
	if err != nil {
		return nil, err
	}
	if o.Session == 0 {
		o.Session = 20 * time.Second
	}
	c := &Client{o: o}
	for p := range o.Partitions {
		c.partitions = append(c.partitions, p)
	}
	c.transport = &kafka.Transport{TLS: o.TLS, SASL: mechanism, ClientID: "darkwake", DialTimeout: 10 * time.Second, IdleTimeout: 5 * time.Minute}
	c.kafka = &kafka.Client{Addr: kafka.TCP(o.Brokers...), Transport: c.transport}
	c.dialer = &kafka.Dialer{TLS: o.TLS, SASLMechanism: mechanism, ClientID: "darkwake", Timeout: 10 * time.Second, DualStack: true}
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if _, err := c.kafka.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{}}); err != nil {
		c.Close()
		return nil, fmt.Errorf("reach kafka at %s: %w", strings.Join(o.Brokers, ", "), plainly(err))
	}
	return c, nil
}

// Ping tells whether the cluster answers.
func (c *Client) Ping(ctx context.Context) error {
	_, err := c.kafka.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{}})
	if err != nil {
		return fmt.Errorf("reach kafka: %w", plainly(err))
	}
	return nil
}

// Partitions is how many partitions the reports have.
func (c *Client) Partitions() int { return c.o.Partitions }

// Close lets go of the connections.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// plainly says in words what kafka-go says at length.
func plainly(err error) error {
	var op *net.OpError
	switch {
	case errors.Is(err, kafka.SASLAuthenticationFailed):
		return errors.New("user or password refused")
	case errors.Is(err, kafka.IllegalSASLState):
		return errors.New("it asks for no password, and one was given")
	case errors.Is(err, context.DeadlineExceeded):
		return errors.New("no answer within 15 s")
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it closed the connection: it may ask for TLS, or for none, or for a user and password")
	case errors.As(err, &op):
		return op
	}
	if cause := errors.Unwrap(err); cause != nil && strings.HasPrefix(err.Error(), "kafka.(*Client).") {
		return cause
	}
	return err
}

// The topics. A change of what their records hold makes a new version.
const (
	ReportsTopic     = "darkwake.reports.v1"    // reports and punctuations, key MMSI; as many partitions as configured
	FeedsTopic       = "darkwake.feeds.v1"      // a copy of the punctuations, for monitors, key source
	FactsTopic       = "darkwake.facts.v1"      // stage A to stage B, one partition
	EventsTopic      = "darkwake.events.v1"     // key event id, compacted
	EstimatesTopic   = "darkwake.estimates.v1"  // key date, basis and vintage, compacted
	StateTopic       = "darkwake.state.v1"      // what the stages remember, compacted; a partition for each of the reports' and one for stage B
	DeadLettersTopic = "darkwake.deadletter.v1" // what could not be used, key source
)

// Ensure makes the topics that are not there and refuses a cluster whose topics have other partitions than configured.
func (c *Client) Ensure(ctx context.Context) error {
	kept := "-1"
	if c.o.ReportsKept > 0 {
		kept = fmt.Sprint(c.o.ReportsKept.Milliseconds())
	}
	log := map[string]string{"cleanup.policy": "delete", "retention.ms": kept, "message.timestamp.type": "LogAppendTime"}
	compact := map[string]string{"cleanup.policy": "compact", "message.timestamp.type": "LogAppendTime"}
	state := map[string]string{"cleanup.policy": "compact", "message.timestamp.type": "LogAppendTime", "segment.bytes": "16777216",
		"min.cleanable.dirty.ratio": "0.2", "max.compaction.lag.ms": "600000"}
	topics := []struct {
		name       string
		partitions int
		config     map[string]string
	}{
		{ReportsTopic, c.o.Partitions, log}, {FeedsTopic, 1, log}, {FactsTopic, 1, log}, {DeadLettersTopic, 1, log},
		{EventsTopic, 1, compact}, {EstimatesTopic, 1, compact}, {StateTopic, c.o.Partitions + 1, state},
	}
	request := &kafka.CreateTopicsRequest{}
	for _, t := range topics {
		made := kafka.TopicConfig{Topic: t.name, NumPartitions: t.partitions, ReplicationFactor: c.o.Replicas, ConfigEntries: []kafka.ConfigEntry{
			{ConfigName: "max.message.bytes", ConfigValue: strconv.Itoa(messageBytes)}}}
		for name, value := range t.config {
			made.ConfigEntries = append(made.ConfigEntries, kafka.ConfigEntry{ConfigName: name, ConfigValue: value})
		}
		request.Topics = append(request.Topics, made)
	}
	answer, err := c.kafka.CreateTopics(ctx, request)
	if err != nil {
		return fmt.Errorf("create topics: %w", plainly(err))
	}
	for name, err := range answer.Errors {
		if err != nil && !errors.Is(err, kafka.TopicAlreadyExists) {
			return fmt.Errorf("create topic %s: %w", name, err)
		}
	}
	for _, t := range topics {
		if err := c.awaitPartitions(ctx, t.name, t.partitions); err != nil {
			return err
		}
	}
	return nil
}

// awaitPartitions waits until every partition of a topic has a leader.
func (c *Client) awaitPartitions(ctx context.Context, topic string, want int) error {
	for {
		answer, err := c.kafka.Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}})
		if err != nil {
			return fmt.Errorf("look at topic %s: %w", topic, plainly(err))
		}
		led := 0
		for _, t := range answer.Topics {
			for _, p := range t.Partitions {
				if p.Error == nil && p.Leader.Host != "" {
					led++
				}
			}
			if n := len(t.Partitions); t.Error == nil && led == n && n > 0 {
				if n != want {
					return fmt.Errorf("topic %s has %d partitions, not %d: their number is fixed for its life", topic, n, want)
				}
				return nil
			}
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("wait for topic %s: %w", topic, err)
		}
	}
}

// PartitionOf is where a key's reports belong, as Java's clients say (murmur2): whoever writes the topic spreads it alike.
func (c *Client) PartitionOf(key []byte) int {
	return kafka.Murmur2Balancer{}.Balance(kafka.Message{Key: key}, c.partitions...)
}
