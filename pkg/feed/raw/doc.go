// Package raw keeps the records of a log's partitions in files: what ingest tail --raw writes and detect replay reads, so that
// what a service found can be found again from what reached it, flags and punctuations included.
//
// A folder has a file for each partition, reports-00000.pb and so on: records as they are on Kafka (darkwake.v1.Record), each
// behind its length as a varint.
package raw
