package life

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Names gives a ship a name to be shown; empty for her number alone.
type Names func(vessel.MMSI) string

// drawing is one lot's life as nodes and arrows.
type drawing struct {
	title  string
	nodes  []node // by column, then row
	arrows []arrow
}

// node is a source, a ship or an end.
type node struct {
	key         string
	column, row int
	lines       []string
	form        form
}

type form string

const (
	source form = "source"
	ship   form = "ship"
	end    form = "end"
	lost   form = "lost"
)

// arrow is oil that went from one node to another.
type arrow struct {
	from, to int
	label    string
	weight   vessel.Barrels
}

// draw lays out a lot's life. A ship's column is one more than the greatest of those from whom she first received; ends
// are in the last column. It refuses a lot that the graph does not have.
func draw(g lots.Graph, lot string, names Names) (drawing, error) {
	i := slices.IndexFunc(g.Lots, func(l lots.Lot) bool { return l.ID == lot })
	if i < 0 {
		return drawing{}, fmt.Errorf("draw lot %q: no such lot", lot)
	}
	l := g.Lots[i]
	d := drawing{title: fmt.Sprintf("%s: %s expected barrels (q = %.2f), born %s", l.ID, thousands(l.Expected), l.Q, day(l.Born))}
	column := map[vessel.MMSI]int{}
	last := 1
	for _, m := range g.Moves {
		if m.Lot != lot {
			continue
		}
		switch _, known := column[m.To]; {
		case m.Kind.Born():
			d.add(node{key: "source", lines: born(m), form: source})
			column[m.To] = 1
			d.add(shipNode(m.To, 1, names))
		case m.Kind == lots.Transfer && !known:
			column[m.To] = column[m.From] + 1
			d.add(shipNode(m.To, column[m.To], names))
		}
		last = max(last, column[m.To])
	}
	for _, m := range g.Moves {
		if m.Lot == lot {
			d.follow(m, last+1)
		}
	}
	for _, h := range g.Aboard {
		if h.Lot == lot {
			d.note(h)
		}
	}
	d.settle()
	return d, nil
}

func shipNode(m vessel.MMSI, column int, names Names) node {
	n := node{key: m.String(), column: column, lines: []string{m.String()}, form: ship}
	if names != nil && names(m) != "" {
		n.lines = []string{names(m), m.String()}
	}
	return n
}

func born(m lots.Move) []string {
	what := map[lots.Kind]string{lots.Lifted: "lifted", lots.Provisional: "origin unknown", lots.Withheld: "withheld"}[m.Kind]
	return []string{what, m.Because[0].Event}
}

// add puts in a node once.
func (d *drawing) add(n node) {
	if d.find(n.key) < 0 {
		d.nodes = append(d.nodes, n)
	}
}

func (d *drawing) find(key string) int {
	return slices.IndexFunc(d.nodes, func(n node) bool { return n.key == key })
}

// follow adds the arrow of a move, or what it says of a ship.
func (d *drawing) follow(m lots.Move, endColumn int) {
	from, to := m.From.String(), m.To.String()
	switch {
	case m.Kind.Born():
		from = "source"
	case m.Kind.Ends():
		n := node{key: string(m.Kind) + m.Zone + m.Place, column: endColumn, lines: []string{string(m.Kind)}, form: end}
		if m.Zone != "" {
			n.lines = append(n.lines, m.Zone)
		}
		if m.Place != "" {
			n.lines = append(n.lines, m.Place)
		}
		if m.Kind == lots.Unseen || m.Kind == lots.Merged {
			n.form = lost
		}
		d.add(n)
		to = n.key
	case m.Kind == lots.Exit:
		d.say(to, "left Gulf of Oman "+day(m.At))
		return
	case m.Kind == lots.Storage:
		d.say(to, "storage from "+day(m.At))
		return
	}
	label := fmt.Sprintf("%s bbl, %s", thousands(m.Expected), day(m.At))
	if !m.Kind.Born() && m.P < 1 {
		label += fmt.Sprintf(", p = %.2f", m.P)
	}
	d.arrows = append(d.arrows, arrow{from: d.find(from), to: d.find(to), label: label, weight: m.Expected})
}

// say adds a line to a node, once.
func (d *drawing) say(key, line string) {
	if n := &d.nodes[d.find(key)]; !slices.Contains(n.lines, line) {
		n.lines = append(n.lines, line)
	}
}

// note says what a ship still has.
func (d *drawing) note(h lots.Holding) {
	where := "inside"
	if h.Exited {
		where = "outside"
	}
	d.say(h.Hull.String(), fmt.Sprintf("aboard: %s bbl (%s)", thousands(h.Expected), where))
}

// settle gives nodes their rows: in each column by the mean row of those from whom oil comes, then by key, so that few
// arrows cross. Nodes and arrows are sorted, and arrows follow.
func (d *drawing) settle() {
	order := make([]int, len(d.nodes))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(d.nodes[a].column, d.nodes[b].column) })
	mean := make([]float64, len(d.nodes))
	for first := 0; first < len(order); {
		last := first
		for last < len(order) && d.nodes[order[last]].column == d.nodes[order[first]].column {
			mean[order[last]] = d.above(order[last])
			last++
		}
		column := order[first:last]
		slices.SortFunc(column, func(a, b int) int {
			return cmp.Or(cmp.Compare(mean[a], mean[b]), cmp.Compare(d.nodes[a].key, d.nodes[b].key))
		})
		for row, i := range column {
			d.nodes[i].row = row
		}
		first = last
	}
	place, sorted := make([]int, len(order)), make([]node, len(order))
	for at, i := range order {
		place[i], sorted[at] = at, d.nodes[i]
	}
	d.nodes = sorted
	for i, a := range d.arrows {
		d.arrows[i].from, d.arrows[i].to = place[a.from], place[a.to]
	}
}

// above is the mean row of the nodes of earlier columns that give to one.
func (d *drawing) above(i int) float64 {
	var sum, n float64
	for _, a := range d.arrows {
		if a.to == i && d.nodes[a.from].column < d.nodes[i].column {
			sum, n = sum+float64(d.nodes[a.from].row), n+1
		}
	}
	return sum / max(1, n)
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

// thousands prints barrels with commas.
func thousands(v vessel.Barrels) string {
	s := fmt.Sprint(int64(v))
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
