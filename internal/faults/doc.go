// Package faults breaks the streaming service on purpose and asks that nothing is lost and nothing doubled.
//
// Its tests run the built programs against Apache Kafka, each in a process of its own under a keeper that starts it again
// when it dies, kill them at random points, cut their checkpoints, take away their disk and feed them nonsense. Whatever
// happens, what detect run leaves at the end must be the bytes of detect replay. Three kills of each kind are tried in every
// test run, as many as FAULTS says by `make faults`, which writes docs/reliability.md.
package faults
