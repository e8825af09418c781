// Package ui holds the sources of the page's modules: plain ES modules and style sheets that `make ui` builds into
// ../assets, which is committed, so that `go install` needs no Node. Tests here hold what is built to its budget of bytes and,
// where Node is there, to its sources.
//
//   - src/main.js: what the page needs before the map; front.js holds its parts together
//   - src/state.js: the URL, which is the whole state
//   - src/map/: the map, fetched after the first paint
//   - test/: the page driven in a browser (`make browser`), and the modules' own arithmetic (test/unit)
package ui
