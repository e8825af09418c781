package populate

import "github.com/darkwake/darkwake/internal/sim/scenario"

// lawful makes all ships that carry nothing sanctioned.
func (b *builder) lawful(*scenario.Lawful) error { return nil }
