package scenario

// Trade is the illicit trade of a world.
type Trade struct{}
