package populate

import (
	"container/heap"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/internal/sim/motion"
	"github.com/darkwake/darkwake/internal/sim/scenario"
	"github.com/darkwake/darkwake/pkg/geo"
)

// network is the graph of the lanes, with the places that hang on it.
type network struct {
	s        *scenario.Scenario
	names    []string
	points   []geo.Point
	index    map[string]int
	next     [][]int // by node: those that follow
	terminal map[string]string
	known    map[[2]string][]geo.Point // ways found before
}

func newNetwork(s *scenario.Scenario) (*network, error) {
	n := &network{s: s, index: map[string]int{}, terminal: map[string]string{}, known: map[[2]string][]geo.Point{}}
	for _, name := range slices.Sorted(maps.Keys(s.Lanes.Nodes)) {
		n.index[name] = len(n.points)
		n.names = append(n.names, name)
		n.points = append(n.points, s.Lanes.Nodes[name].Geo())
	}
	if len(n.points) == 0 {
		return nil, fmt.Errorf("a population needs lanes, there are none")
	}
	n.next = make([][]int, len(n.points))
	for _, way := range s.Lanes.Edges {
		for i := 1; i < len(way); i++ {
			from, to := n.index[way[i-1]], n.index[way[i]]
			if !slices.Contains(n.next[from], to) {
				n.next[from] = append(n.next[from], to)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Terminals)) {
		for _, p := range slices.Concat(s.Terminals[name].Berths, s.Terminals[name].Roads) {
			n.terminal[p] = name
		}
	}
	return n, nil
}

// place finds a place by name; a spot of a field hangs on the lanes as the field does.
func (n *network) place(name string) (field string, p scenario.Place, err error) {
	p, known := n.s.Places[name]
	if !known {
		return "", p, fmt.Errorf("no place %q", name)
	}
	field, _, _ = strings.Cut(name, "/")
	return field, p, nil
}

// doors are the nodes by which a place is left (or, inbound, reached).
func (n *network) doors(name string, inbound bool) ([]int, error) {
	field, p, err := n.place(name)
	if err != nil {
		return nil, err
	}
	t := n.s.Terminals[n.terminal[field]]
	doors := p.Out
	if len(doors) == 0 {
		doors = t.Out
	}
	if inbound {
		doors = p.In
		if len(doors) == 0 {
			doors = t.In
		}
	}
	var out []int
	for _, d := range doors {
		out = append(out, n.index[d])
	}
	if len(out) == 0 {
		out = append(out, n.nearest(p.At.Geo()))
	}
	return out, nil
}

func (n *network) nearest(p geo.Point) int {
	best := 0
	for i, q := range n.points {
		if motion.Length(p, q) < motion.Length(p, n.points[best]) {
			best = i
		}
	}
	return best
}

// near is how far two places that hang on the same node may lie apart for ships to go straight from one to the other.
const near geo.Metres = 45_000

// route leads from one place to another along the lanes: the points between them. It is empty between places that lie
// close together, such as a berth and its roads.
func (n *network) route(from, to string) ([]scenario.Spot, error) {
	points, err := n.way(from, to)
	if err != nil {
		return nil, err
	}
	var out []scenario.Spot
	for _, p := range points[1 : len(points)-1] {
		out = append(out, scenario.Spot{Point: scenario.Point(p)})
	}
	return out, nil
}

// hours is how long the way takes at a speed, with half an hour to gather way and to lose it.
func (n *network) hours(from, to string, knots float64) float64 {
	points, err := n.way(from, to)
	if err != nil {
		return math.Inf(1)
	}
	return float64(wayLength(points).NauticalMiles())/knots + 0.5
}

// wayLength is the length of a line.
func wayLength(points []geo.Point) geo.Metres {
	sum := geo.Metres(0)
	for i := 1; i < len(points); i++ {
		sum += motion.Length(points[i-1], points[i])
	}
	return sum
}

// way is the line from one place to another, both ends with it.
func (n *network) way(from, to string) ([]geo.Point, error) {
	fromField, a, err := n.place(from)
	if err != nil {
		return nil, err
	}
	toField, b, err := n.place(to)
	if err != nil {
		return nil, err
	}
	key := [2]string{fromField, toField}
	between, known := n.known[key]
	if !known {
		if between, err = n.search(from, to); err != nil {
			return nil, err
		}
		n.known[key] = between
	}
	return eased(slices.Concat([]geo.Point{a.At.Geo()}, between, []geo.Point{b.At.Geo()})), nil
}

// A large ship needs room to turn back: where two lanes meet at more than sharp degrees the way is led round by wide.
const (
	sharp            = 80.0
	wide  geo.Metres = 3000
)

// eased replaces each sharp corner by two.
func eased(points []geo.Point) []geo.Point {
	out := []geo.Point{points[0]}
	for i := 1; i+1 < len(points); i++ {
		last, at, next := out[len(out)-1], points[i], points[i+1]
		in := motion.Direction(last, at)
		turn := motion.Turn(in, motion.Direction(at, next))
		out = append(out, at)
		if math.Abs(turn) > sharp && min(motion.Length(last, at), motion.Length(at, next)) > wide {
			aside := geo.Metres(math.Copysign(float64(wide), turn))
			out = append(out, motion.Pose{At: at, Heading: in}.Point(0, aside))
		}
	}
	return append(out, points[len(points)-1])
}

// search is Dijkstra's search over the nodes, from the doors of one place to those of the other.
func (n *network) search(from, to string) ([]geo.Point, error) {
	outs, err := n.doors(from, false)
	if err != nil {
		return nil, err
	}
	ins, err := n.doors(to, true)
	if err != nil {
		return nil, err
	}
	a, b := n.s.Places[from].At.Geo(), n.s.Places[to].At.Geo()
	if n.neighbours(from, to) {
		return nil, nil
	}
	length := make([]geo.Metres, len(n.points))
	before := make([]int, len(n.points))
	for i := range length {
		length[i], before[i] = geo.Metres(math.Inf(1)), -1
	}
	var open queue
	for _, o := range outs {
		length[o] = motion.Length(a, n.points[o])
		heap.Push(&open, reached{o, length[o]})
	}
	for len(open) > 0 {
		at := heap.Pop(&open).(reached)
		if at.length > length[at.node] {
			continue
		}
		for _, next := range n.next[at.node] {
			if l := at.length + motion.Length(n.points[at.node], n.points[next]); l < length[next] {
				length[next], before[next] = l, at.node
				heap.Push(&open, reached{next, l})
			}
		}
	}
	return n.back(from, to, ins, length, before, b)
}

// neighbours tells whether two places belong to one field or terminal, or are reached by the same node and not far apart.
func (n *network) neighbours(from, to string) bool {
	a, p, _ := n.place(from)
	b, q, _ := n.place(to)
	if a == b || n.terminal[a] != "" && n.terminal[a] == n.terminal[b] {
		return true
	}
	ins, _ := n.doors(from, true)
	others, _ := n.doors(to, true)
	return motion.Length(p.At.Geo(), q.At.Geo()) <= near && slices.ContainsFunc(ins, func(i int) bool { return slices.Contains(others, i) })
}

// back reads the way off the search's result.
func (n *network) back(from, to string, ins []int, length []geo.Metres, before []int, end geo.Point) ([]geo.Point, error) {
	best, least := -1, geo.Metres(math.Inf(1))
	for _, i := range ins {
		if l := length[i] + motion.Length(n.points[i], end); l < least {
			best, least = i, l
		}
	}
	if best < 0 {
		return nil, fmt.Errorf("no lane leads from %s to %s", from, to)
	}
	var out []geo.Point
	for i := best; i >= 0; i = before[i] {
		out = append(out, n.points[i])
	}
	slices.Reverse(out)
	return out, nil
}

// reached is a node of the search and the length of the way to it.
type reached struct {
	node   int
	length geo.Metres
}

// queue is a heap of nodes, the nearest first; ties go by number, so that the way found is always the same.
type queue []reached

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].length < q[j].length || q[i].length == q[j].length && q[i].node < q[j].node
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(x any)   { *q = append(*q, x.(reached)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
