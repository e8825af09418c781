// Package serve lets a simulated world be heard live: lines over TCP and UDP, and the websocket protocol of
// aisstream.io, with its subscriptions, refusals and silences.
//
// One goroutine, that of Run, makes the world and offers each message to every client; each client has a bounded queue
// and a goroutine that empties it. A client whose queue is full is dropped, at once when the world keeps a pace, after a
// while when it runs as fast as its clients read: no client holds up the others for good. Datagrams are sent to whoever
// listens, and lost when nobody does.
//
// What is not here: limits on the number of connections, keys that mean something, TLS. Addresses are those the
// caller gives; a simulator has no business on a public one.
package serve
