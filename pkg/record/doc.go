// Package record reads back what a run left in its folder: the rows of each day with their accounts, the events, the lots,
// the revisions, the barometer and the summary. It is what exports, reports and pages are made from, so that none of
// them needs the engine.
//
// A folder is an fs.FS. Files are read strictly: one that is missing or does not fit is an error that names it. The events
// are read last, since they are the largest, and only in their newest version.
package record
