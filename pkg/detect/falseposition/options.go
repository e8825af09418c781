package falseposition

// Options are the parameters.
type Options struct{}

// Defaults returns the starting parameters.
func Defaults() Options { return Options{} }

// Validate checks every parameter.
func (o Options) Validate() error { return nil }
