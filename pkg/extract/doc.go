// Package extract makes what detect export writes out of what a run left: days, the ships behind each day, events, lots
// and comparisons with published figures, as rows for tables and as features for maps. A row's json tags are the columns'
// names; docs/exports.md says what each means.
package extract
