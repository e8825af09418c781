package populate

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sort"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
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

// window is a time in days since the world's start.
type window struct{ from, to float64 }

// later is the first of a place's windows, which are in order, that ends after a day.
func (b *builder) later(place string, day float64) int {
	taken := b.booked[place]
	return sort.Search(len(taken), func(i int) bool { return taken[i].to > day })
}

// isFree tells whether nobody has a place at any time between two days.
func (b *builder) isFree(place string, from, to float64) bool {
	i := b.later(place, from)
	return i == len(b.booked[place]) || b.booked[place][i].from >= to
}

// reserve takes a berth, a buoy or any other place for one ship at a time; false when somebody has it by then.
func (b *builder) reserve(place string, from, to float64) bool {
	if !b.isFree(place, from, to) {
		return false
	}
	b.booked[place] = slices.Insert(b.booked[place], b.later(place, from), window{from, to})
	return true
}

// vacant is the first day, from some day on, on which a place is free for so many days.
func (b *builder) vacant(place string, from, days float64) float64 {
	for _, w := range b.booked[place][b.later(place, from):] {
		if w.from >= from+days {
			break
		}
		from = w.to
	}
	return from
}

// lie takes a spot in a field, or a berth of a quay, for a time and makes it a place of its own, which it names; false when all are taken.
func (b *builder) lie(field string, from, to float64) (string, bool) {
	for _, name := range b.spots(field) {
		if b.reserve(name, from, to) {
			return name, true
		}
	}
	return "", false
}

// spots names all spots of a field or quay, and makes them places of their own.
func (b *builder) spots(field string) []string {
	p := b.s.Places[field]
	out := make([]string, p.Spots)
	for n := range out {
		out[n] = fmt.Sprintf("%s/%d", field, n+1)
		if _, known := b.s.Places[out[n]]; !known {
			b.s.Places[out[n]] = spotOf(field, p, n)
		}
	}
	return out
}

// spotOf is one berth of a quay, or one spot of a field: its squares are numbered in rings outwards, and each anchor
// falls a little beside.
func spotOf(field string, p scenario.Place, n int) scenario.Place {
	if p.Title == "" {
		p.Title = field
	}
	spacing, berths := p.Spacing, p.Spots
	p.Spacing, p.Spots = 0, 0
	if p.Quay {
		along := geo.Metres(spacing * (float64(n) - float64(berths-1)/2))
		p.At = scenario.Point(motion.Pose{At: p.At.Geo(), Heading: geo.Degrees(p.Heading)}.Point(along, 0))
		return p
	}
	column, row := motion.Spiral(n)
	off := func(k int, salt uint32) geo.Metres {
		x := (uint32(n)*2654435761 + salt) >> 8 & 0xffff
		return geo.Metres(spacing * (float64(k) + 0.06*(float64(x)/32768-1)))
	}
	p.At = scenario.Point(motion.Move(p.At.Geo(), off(column, 1), off(row, 0x9e3779b9)))
	return p
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

// receive scales what the world's receivers hear.
func (b *builder) receive(r scenario.Reception) {
	stations, satellites := b.dial("reception.stations", r.Stations.Or(1)), b.dial("reception.satellites", r.Satellites.Or(1))
	b.s.Stations, b.s.Satellites = slices.Clone(b.s.Stations), slices.Clone(b.s.Satellites)
	for i := range b.s.Stations {
		b.s.Stations[i].RangeKM *= stations
	}
	for i := range b.s.Satellites {
		b.s.Satellites[i].Heard = min(1, satellites*b.s.Satellites[i].Heard)
	}
}

// hush lets a share of lawful ships pass the Strait of Hormuz in silence.
func (b *builder) hush(share scenario.Dial) {
	chances, rng := b.dial("caution", share), b.stream("caution")
	if chances <= 0 {
		return
	}
	for i := range b.s.Ships {
		ship := &b.s.Ships[i]
		if ship.Fleet != "" {
			continue
		}
		var steps []scenario.Step
		for _, step := range ship.Steps {
			if first, last := narrows(step.Sail); last > first+1 && chance(rng, chances) {
				steps = append(steps, silenced(step.Sail, first, last)...)
			} else {
				steps = append(steps, step)
			}
		}
		ship.Steps = steps
	}
}

// narrows are the points of a way that lie in the Strait: the first one, and the one after the last.
func narrows(s *scenario.Sail) (first, last int) {
	if s == nil {
		return 0, 0
	}
	in := func(v scenario.Spot) bool {
		return v.Name == "" && v.Point[0] > 55.6 && v.Point[0] < 57 && v.Point[1] > 25.9
	}
	if first = slices.IndexFunc(s.Via, in); first < 0 {
		return 0, 0
	}
	for last = first; last < len(s.Via) && in(s.Via[last]); last++ {
	}
	return first, last
}

// silenced is a way with a silence from one of its points to another.
func silenced(s *scenario.Sail, first, last int) []scenario.Step {
	part := func(via []scenario.Spot) scenario.Step {
		return scenario.Step{Sail: &scenario.Sail{Via: via, Knots: s.Knots}}
	}
	steps := []scenario.Step{part(s.Via[:first+1]), off(), part(s.Via[first+1 : last]), on()}
	if last < len(s.Via) {
		steps = append(steps, part(s.Via[last:]))
	}
	return steps
}
