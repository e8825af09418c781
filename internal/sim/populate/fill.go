package populate

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"

	"github.com/darkwake/darkwake/internal/sim/scenario"
)

// Fill adds the ships of a scenario's population to it. Without a population it does nothing.
func Fill(s *scenario.Scenario) error {
	if s.Population == nil {
		return nil
	}
	b, err := newBuilder(s)
	if err != nil {
		return err
	}
	b.receive(s.Population.Reception)
	if s.Population.Trade != nil {
		if err := b.trade(s.Population.Trade); err != nil {
			return fmt.Errorf("populate with trade: %w", err)
		}
	}
	if err := b.lawful(&s.Population.Lawful); err != nil {
		return fmt.Errorf("populate with lawful traffic: %w", err)
	}
	b.hush(s.Population.Caution)
	if err := s.Validate(); err != nil {
		return fmt.Errorf("check the populated scenario: %w", err)
	}
	return nil
}

// builder is one world being filled.
type builder struct {
	s       *scenario.Scenario
	net     *network
	mmsis   map[uint32]bool
	serials map[uint32]bool
	names   map[string]bool
	booked  map[string][]window // by place: when it is taken
}

func newBuilder(s *scenario.Scenario) (*builder, error) {
	net, err := newNetwork(s)
	if err != nil {
		return nil, fmt.Errorf("read lanes: %w", err)
	}
	b := &builder{s: s, net: net, mmsis: map[uint32]bool{}, serials: map[uint32]bool{}, names: map[string]bool{}, booked: map[string][]window{}}
	for i := range s.Ships {
		for _, v := range s.Ships[i].Copies() {
			b.mmsis[v.MMSI], b.serials[v.Serial], b.names[v.Name] = true, true, true
		}
	}
	return b, nil
}

// stream is the source of chance of one group of ships.
func (b *builder) stream(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(b.s.Seed, h.Sum64()))
}

// dial draws a number of the world, once: the same name gives the same draw.
func (b *builder) dial(name string, d scenario.Dial) float64 {
	if d.From == d.To {
		return d.From
	}
	return d.From + (d.To-d.From)*b.stream("dial "+name).Float64()
}

// ship makes a ship with a name and numbers of her own, none of them real: the MMSI has 999 behind the country's
// digits, and no IMO number begins with 2, 3 or 4. It draws the same amount of chance for every ship.
func (b *builder) ship(rng *rand.Rand, hull string, mid int) scenario.Ship {
	number := free(b.mmsis, uint32(mid)*1_000_000+999_001, 999, rng.IntN(999))
	serial := free(b.serials, 200_000, 300_000, rng.IntN(300_000))
	name := b.name(rng.IntN(len(firstNames) * len(lastNames)))
	return scenario.Ship{Name: name, MMSI: number, Serial: serial, CallSign: callSign(serial), Hull: hull}
}

// free finds the first number not yet taken in a row of n, beginning somewhere within, and takes it.
func free(taken map[uint32]bool, from uint32, n, begin int) uint32 {
	for i := range n {
		number := from + uint32((begin+i)%n)
		if !taken[number] {
			taken[number] = true
			return number
		}
	}
	return from + uint32(begin) // all taken: Validate will name the two that collide
}

// name gives a name that no other ship of the world has, 20 characters at most.
func (b *builder) name(draw int) string {
	n := len(firstNames) * len(lastNames)
	for i := range n {
		k := (draw + i) % n
		name := "SYN " + firstNames[k/len(lastNames)] + " " + lastNames[k%len(lastNames)]
		if !b.names[name] {
			b.names[name] = true
			return name
		}
	}
	return fmt.Sprintf("SYN %d", draw)
}

// callSign spells a serial in letters and figures.
func callSign(serial uint32) string {
	const signs = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	out := []byte("SY")
	for range 4 {
		out = append(out, signs[serial%32])
		serial /= 32
	}
	return string(out)
}

// The words that names are made of: no more than eight and seven letters.
var (
	firstNames = []string{"AMBER", "ARGENT", "AUTUMN", "AZURE", "BRIGHT", "BRONZE", "CALM", "CEDAR", "COBALT", "COPPER", "CORAL",
		"CRYSTAL", "DAWN", "DISTANT", "EASTERN", "EMERALD", "FAIR", "GENTLE", "GILDED", "GOLDEN", "GRACE", "GRAND", "GREAT", "HAPPY",
		"INDIGO", "IVORY", "JADE", "LITTLE", "LUCKY", "LUNAR", "MAPLE", "MARBLE", "MERRY", "MISTY", "NOBLE", "NORTHERN", "OCHRE", "OPAL",
		"PEARL", "PROUD", "QUIET", "RAPID", "ROSE", "ROYAL", "RUBY", "SCARLET", "SILENT", "SILVER", "SOUTHERN", "SPRING", "STEADY",
		"SUMMER", "SUNNY", "SWIFT", "TEAL", "TOPAZ", "TRUE", "VALIANT", "VELVET", "WESTERN", "WILD", "WINTER", "WISE", "YOUNG"}
	lastNames = []string{"ANCHOR", "ARROW", "ASTER", "BANNER", "BEACON", "BREEZE", "BRIDGE", "CANYON", "CASTLE", "CIRCLE", "COMET",
		"CRANE", "CREST", "CROWN", "DELTA", "DOLPHIN", "DUNE", "EAGLE", "ECHO", "FALCON", "FERRY", "FIELD", "FLAME", "FOREST", "FORTUNE",
		"GARDEN", "GLORY", "HARBOUR", "HERON", "HORIZON", "IRIS", "ISLAND", "JEWEL", "JOURNEY", "LAGOON", "LANTERN", "LILY", "LOTUS",
		"MEADOW", "METEOR", "MIRROR", "MONARCH", "OSPREY", "PALM", "PETREL", "PILGRIM", "PLANET", "PRAIRIE", "QUASAR", "QUEST", "RAVEN",
		"REEF", "RIVER", "ROBIN", "SIERRA", "SPARROW", "SPIRIT", "STAR", "STREAM", "SUMMIT", "SWAN", "TIDE", "TULIP", "VALLEY", "VENTURE",
		"VIOLET", "VOYAGER", "WILLOW", "ZENITH", "ZEPHYR"}
)
