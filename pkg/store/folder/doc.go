// Package folder puts what a run left in its folder into a store, so that pages and the API read one thing, whether a service
// is at work or a replay has ended.
//
// Events and rows of days go into the store as such; the other files that a page shows go in as documents, under the names
// that Document gives them and with the content that the folder has.
package folder
