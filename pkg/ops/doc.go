// Package ops is what an operator sees of a running program: its metrics, its health, and its log.
//
// Metrics are two sets of typed methods, Ingest and Detect, so that nobody else imports the Prometheus client. Names and
// labels are those of WEB.md section 11; labels are bounded (sources, partitions, kinds), never a ship. What has an age,
// such as the watermark's delay, is reckoned when it is asked for, so that it grows while the program hangs.
//
// The admin port answers /livez (the process), /readyz and /healthz (can it do its work?; with ?verbose check by check),
// /metrics, /version and, if asked for, /debug/pprof. It is for operators, not for the public, and listens on loopback
// unless told otherwise.
//
// What is not here: what is measured and checked. The programs' parts call the methods and bring their checks.
package ops
