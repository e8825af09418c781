package realkafka

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"maps"
	"math/big"
	randv2 "math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Options say what a broker offers beside its plain listener.
type Options struct {
	Users  map[string]string // name and password; opens listeners for SASL with PLAIN, SCRAM-SHA-256 and SCRAM-SHA-512
	TLS    bool              // opens a listener for TLS, and one for SASL over TLS if there are users
	Config map[string]string // properties of the broker, over our own
	Port   int               // of the plain listener; 0 is any that is free
}

// The listeners. Each has a port of its own.
const (
	controller = "CONTROLLER"
	plainText  = "PLAIN"
	sasl       = "SASL"
	overTLS    = "TLS"
	saslTLS    = "SASLTLS"
)

// protocols are the names that Kafka has for what a listener speaks.
var protocols = map[string]string{controller: "PLAINTEXT", plainText: "PLAINTEXT", sasl: "SASL_PLAINTEXT", overTLS: "SSL", saslTLS: "SASL_SSL"}

// listeners are those that the options ask for, in a fixed order.
func (o Options) listeners() []string {
	all := []string{controller, plainText}
	if len(o.Users) > 0 {
		all = append(all, sasl)
	}
	if o.TLS {
		all = append(all, overTLS)
	}
	if o.TLS && len(o.Users) > 0 {
		all = append(all, saslTLS)
	}
	return all
}

// choosePorts finds a free port for every listener below those that systems hand out to outgoing connections: a client
// that knocks while the broker is down could otherwise be given the very port that the broker needs again.
func (o Options) choosePorts() (map[string]string, error) {
	addrs := map[string]string{}
	if o.Port != 0 {
		addrs[plainText] = fmt.Sprintf("127.0.0.1:%d", o.Port)
	}
	for _, name := range o.listeners() {
		for attempt := 0; addrs[name] == ""; attempt++ {
			addr := fmt.Sprintf("127.0.0.1:%d", 20_000+randv2.N(12_000))
			l, err := net.Listen("tcp", addr)
			if err == nil {
				err = l.Close()
			}
			if err == nil && !slices.Contains(slices.Collect(maps.Values(addrs)), addr) {
				addrs[name] = addr
			}
			if attempt == 100 {
				return nil, fmt.Errorf("find a free port: %w", err)
			}
		}
	}
	return addrs, nil
}

// properties are the broker's configuration file.
func (o Options) properties(dir string, addrs map[string]string) []byte {
	var all, advertised, speaks []string
	for _, name := range o.listeners() {
		all = append(all, name+"://"+addrs[name])
		speaks = append(speaks, name+":"+protocols[name])
		if name != controller {
			advertised = append(advertised, name+"://"+addrs[name])
		}
	}
	p := map[string]string{
		"process.roles": "broker,controller", "node.id": "1",
		"controller.quorum.voters":  "1@" + addrs[controller],
		"controller.listener.names": controller, "inter.broker.listener.name": plainText,
		"listeners": strings.Join(all, ","), "advertised.listeners": strings.Join(advertised, ","),
		"listener.security.protocol.map": strings.Join(speaks, ","),
		"log.dirs":                       filepath.Join(dir, "data"),
		"auto.create.topics.enable":      "false",

		"offsets.topic.replication.factor": "1", "offsets.topic.num.partitions": "4",
		"transaction.state.log.replication.factor": "1", "transaction.state.log.min.isr": "1",
		"share.coordinator.state.topic.replication.factor": "1", "share.coordinator.state.topic.min.isr": "1",
		"group.initial.rebalance.delay.ms": "0", "group.min.session.timeout.ms": "1000",
		// A broker that was killed is registered until its session ends: 9 s by default, which a restart waits for.
		"broker.session.timeout.ms": "3000", "broker.heartbeat.interval.ms": "500",
		// Two threads of a kind will do, and an index preallocates 10 MB for every segment.
		"num.network.threads": "2", "num.io.threads": "2", "log.index.size.max.bytes": "1048576",
		"log.cleaner.dedupe.buffer.size": "16777216",
	}
	if len(o.Users) > 0 {
		o.offerSASL(p)
	}
	if o.TLS {
		p["ssl.keystore.type"], p["ssl.keystore.location"] = "PEM", filepath.Join(dir, keyFile)
	}
	maps.Copy(p, o.Config)
	var out bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(p)) {
		fmt.Fprintf(&out, "%s=%s\n", name, p[name])
	}
	return out.Bytes()
}

func (o Options) offerSASL(p map[string]string) {
	const modules = "org.apache.kafka.common.security."
	plain := modules + "plain.PlainLoginModule required"
	for _, name := range slices.Sorted(maps.Keys(o.Users)) {
		plain += fmt.Sprintf(" user_%s=%q", name, o.Users[name])
	}
	p["connection.failed.authentication.delay.ms"] = "0"
	p["sasl.enabled.mechanisms"] = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512"
	for _, listener := range []string{"sasl", "sasltls"} {
		p["listener.name."+listener+".plain.sasl.jaas.config"] = plain + ";"
		for _, scram := range []string{"scram-sha-256", "scram-sha-512"} {
			p["listener.name."+listener+"."+scram+".sasl.jaas.config"] = modules + "scram.ScramLoginModule required;"
		}
	}
}

// formatArguments are those of Kafka's storage tool, which makes the log directory, the users of SCRAM included.
func (o Options) formatArguments(properties string) ([]string, error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return nil, err
	}
	args := []string{"format", "--config", properties, "--cluster-id=" + base64.RawURLEncoding.EncodeToString(id)} // which may begin with a dash
	for _, name := range slices.Sorted(maps.Keys(o.Users)) {
		for _, scram := range []string{"SCRAM-SHA-256", "SCRAM-SHA-512"} {
			args = append(args, "--add-scram", fmt.Sprintf("%s=[name=%s,password=%s]", scram, name, o.Users[name]))
		}
	}
	return args, nil
}

// keyFile holds the private key and the certificate, as Kafka's PEM key stores do; caFile the certificate alone.
const (
	keyFile = "key.pem"
	caFile  = "ca.pem"
)

// certify makes a key and a certificate for 127.0.0.1 that signs itself.
func certify(dir string) (*x509.CertPool, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	about := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "kafka of a test"},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		IsCA: true, BasicConstraintsValid: true,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	signed, err := x509.CreateCertificate(rand.Reader, about, about, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: signed})
	both := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}), ca...)
	if err := os.WriteFile(filepath.Join(dir, keyFile), both, 0o600); err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, caFile), ca, 0o644); err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(ca)
	return pool, nil
}
