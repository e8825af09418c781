// Package realkafka runs Apache Kafka for tests: one node in KRaft mode on free loopback ports, with its data in a directory
// of the test's own.
//
// The embedded broker (kfake) speaks Kafka's protocol but is not Kafka: it neither compacts nor elects, it answers faster
// and forgives more. What must hold in production is therefore tested against the real thing too. Java 17 and Maven are all
// that it needs: the jars are fetched once (43 MB) into the user's cache directory, or the one that JarsEnv names, and used
// without a network from then on. Where something is missing, tests that ask for a Broker are skipped with the reason, and
// fail with it if RequireEnv is 1.
//
// Outside tests, `make kafka` runs the same broker in the foreground.
package realkafka
