package cli

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/stream"
	"github.com/spf13/pflag"
)

// Broker are the flags that say how Kafka is reached.
type Broker struct {
	DataDir      string
	Produced     func(time.Duration) // hears how long each batch took; may be nil
	brokers      []string
	partitions   int
	replicas     int
	keep         time.Duration
	session      time.Duration
	mechanism    string
	user         string
	passwordFile string
	tls          bool
	ca           string
}

// Register adds the flags to a command's.
func (b *Broker) Register(fl *pflag.FlagSet) {
	fl.StringSliceVar(&b.brokers, "brokers", nil, "Kafka brokers, host:port,…; without any, one runs in this process, with its data in --data-dir")
	fl.StringVar(&b.DataDir, "data-dir", "darkwake-data", "folder of the embedded broker and of the default store; programs that share it share the broker")
	fl.IntVar(&b.partitions, "partitions", 4, "partitions of the reports, fixed for the life of the topic: as many members can share the work")
	fl.IntVar(&b.replicas, "replicas", 1, "replicas of every partition")
	fl.DurationVar(&b.keep, "keep", 30*24*time.Hour, "how long reports, facts and dead letters stay in the log (0: for ever)")
	fl.DurationVar(&b.session, "session", 20*time.Second, "after so long without a sign of life a member's work goes to another")
	fl.StringVar(&b.mechanism, "sasl-mechanism", "", "PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; none without it")
	fl.StringVar(&b.user, "sasl-user", "", "user name for --sasl-mechanism")
	fl.StringVar(&b.passwordFile, "sasl-password-file", "", "file with the password; or the environment variable DARKWAKE_SASL_PASSWORD")
	fl.BoolVar(&b.tls, "tls", false, "connect by TLS")
	fl.StringVar(&b.ca, "tls-ca", "", "file with the certificates (PEM) to trust instead of the system's")
}

// Connect reaches the broker, runs the embedded one if none is named, and makes the topics that are missing. The function
// ends the connection, and the embedded broker.
func (b *Broker) Connect(ctx context.Context, log *slog.Logger) (*stream.Client, func() error, error) {
	o, err := b.options()
	if err != nil {
		return nil, nil, err
	}
	end := func() error { return nil }
	if len(o.Brokers) == 0 {
		embedded, err := stream.Embed(ctx, filepath.Join(b.DataDir, "broker"))
		if err != nil {
			return nil, nil, err
		}
		end, o.Brokers = embedded.Close, []string{embedded.Addr()}
		log.Info("no --brokers: the embedded broker serves this machine alone", "data", b.DataDir, "address", embedded.Addr(), "runs_here", embedded.Running())
	}
	client, err := stream.Dial(ctx, o)
	if err != nil {
		return nil, nil, errors.Join(err, end())
	}
	if err := client.Ensure(ctx); err != nil {
		client.Close()
		return nil, nil, errors.Join(err, end())
	}
	return client, func() error {
		client.Close()
		return end()
	}, nil
}

// options are the flags in the client's words.
func (b *Broker) options() (stream.Options, error) {
	o := stream.Options{Brokers: b.brokers, Partitions: b.partitions, Replicas: b.replicas, ReportsKept: b.keep, Session: b.session, Mechanism: b.mechanism, User: b.user, Produced: b.Produced}
	if b.mechanism != "" {
		password, err := Secret("sasl-password", b.passwordFile)
		if err != nil {
			return o, err
		}
		o.Password = password
	}
	if b.tls {
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if b.ca != "" {
		pem, err := os.ReadFile(b.ca)
		if err != nil {
			return o, fmt.Errorf("--tls-ca: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return o, fmt.Errorf("--tls-ca %s: expected certificates as PEM", b.ca)
		}
		o.TLS = &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: roots}
	}
	return o, nil
}

// Secret reads a secret from a file if one is named, and else from the environment.
func Secret(name, file string) (string, error) {
	if file == "" {
		return os.Getenv(EnvName(name)), nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("--%s-file: %w", name, err)
	}
	return strings.TrimRight(string(data), "\r\n"), nil
}
