// Package life draws the life of one cargo: from where it was lifted, through the ships that carried it, to where it was
// discharged. One drawing is Graphviz's language (DOT), the other an SVG of its own in columns, which needs no program
// to be laid out. Equal graphs give equal bytes, and names sent by strangers are escaped.
package life
