// Package store keeps events and estimates at rest: in SQLite, which needs nothing installed, or in PostgreSQL.
//
// One writer puts what stage B finds, batch by batch, each in one transaction; many readers page through it. Every batch
// names the epoch of its owner. Of two versions of an event the one of the higher (epoch, version) stands, of two rows of a
// day the one of the higher (epoch, vintage), which is how everybody who reads the topics decides, too. So a batch that is
// put twice, or that comes from an owner who was replaced, changes nothing, and after a crash the new owner may put again
// what he cannot know to be there.
//
// Nothing is thrown away: every version that ever stood is kept with its reason, and every vintage of a day. What a new
// owner says again in the same bytes is kept once. Events are kept as their exact JSON beside the columns that queries need,
// so that events.jsonl can be written from the store byte for byte.
//
// The schema is one list of migrations for both databases, each applied in a transaction when the store is opened. A store
// of a newer program is refused, never touched.
//
// What is not here: what an event means, and any decision about it.
package store
