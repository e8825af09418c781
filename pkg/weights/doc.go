// Package weights reads the weights of evidence that detectors carry as data: what each finding counts for or against a
// claim, in natural log-odds. Files are made by simulate fit, never by hand; which causes and findings there are is the
// detector's to say.
package weights
