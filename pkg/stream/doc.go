// Package stream runs the engine's two stages on Kafka, by kafka-go, which only it imports.
//
// Nothing is lost and nothing is doubled although kafka-go has neither an idempotent producer nor transactions:
//
//   - Every append is one batch to one partition, acknowledged by all replicas; the same batch is sent again until it is. A
//     batch may therefore stand in the log twice, and everybody who reads drops what he has read already by its number.
//   - Reports carry their number in their source, facts the number of their walk in their partition, events their id and
//     version. Recomputed from the same state they are the same bytes.
//   - What a stage remembers goes to the state topic in pieces, then a manifest that names them, with the offset at which
//     to go on. Recovery takes the newest manifest whose pieces are all there. Committed offsets are for lag monitors only.
//   - An owner of a partition writes under his own name (epoch and member). One who was taken for dead and wakes up can
//     neither overwrite his successor's state nor, having the same numbers, do harm to what is read.
//
// Without a broker of the user's, Embed runs one in the process, with its log on disk: the same code, on a single machine.
package stream
