// Package compare holds the simulated feed against real recordings and publications: which figures are compared, within
// which bands they count as resembling and why they differ (themes.go), the document (compare.go) and its drawings
// (plot.go). Document and drawings are the same to the byte for the same figures.
package compare
