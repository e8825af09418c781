// Package model is what pages, the API and alerts read: a store, turned into a record.Record, ships' tracks and the state of
// the sources, cached until the store changes.
//
// A Model belongs to one store and may be used by any number of goroutines. Everything that it hands out is shared: readers
// must not change it. While Run is at work it asks the store at an interval, answers come from memory and are at most so old,
// and subscribers are woken by every change; without Run each question asks the store whether something has changed.
//
//	m := model.New(s)
//	go m.Run(ctx, time.Second)
//	r, err := m.Record(ctx)              // ErrNothing: no vintage yet
//	woken, stop := m.Subscribe()         // then m.Changes(ctx, after, limit) from one's own place
//
// What is not here: HTML, HTTP, and any number that the store does not have.
//
//   - model.go: the snapshot, how it is kept, and who is woken
//   - record.go: the record of a snapshot
//   - status.go: how the sources stand
//   - track.go: what ships said of themselves, as far as events quote it
package model
