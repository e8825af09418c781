package picture

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/web/basemap"
	"github.com/paulmach/orb"
)

// Map is a map of events.
type Map struct {
	View   View
	Events []event.Event
	Places *place.Gazetteer // terminals, anchorages, transfer areas and gates; nil draws none
	Base   *basemap.Base    // the shores; nil draws none
	Area   []geo.Point      // the corners of an area that the events were picked by; may be empty
	Chosen string           // the id of an event that is ringed
	// Closer is where a cluster leads: the same page, nearer. Nil makes clusters no links.
	Closer    func(View) string
	Synthetic bool

	tracks *chart.Chart // of one event
	inset  bool         // shows where it lies, if it is near
}

// mostMarks is how many marks are drawn one by one; more are gathered into clusters.
const mostMarks = 600

// SVG writes the map. Inline, each event is a link to /event/ID.
func (m Map) SVG(w io.Writer, look Look) error {
	return m.scene().svg(w, look)
}

func (m Map) scene() *scene {
	m.View = m.View.sound()
	d := &mapping{Map: m, scene: &scene{name: "map", width: float64(m.View.Width), height: float64(m.View.Height)}}
	var sea path
	sea.rect(0, 0, d.width, d.height)
	d.draw(inkSea, sea)
	d.graticule()
	d.shores()
	d.places()
	d.area()
	d.chart(d.tracks)
	d.label = fmt.Sprintf("Map of %d events; the table lists them with the same links", d.events())
	left, top, inset := d.corner()
	d.names()
	d.scale()
	if inset {
		d.locate(left, top)
	}
	if m.Synthetic {
		d.say(inkStamp, d.width/2, d.height*0.56, atMiddle, "SYNTHETIC")
	}
	return d.scene
}

// mapping is a map in the making.
type mapping struct {
	Map
	*scene
	taken  [][4]float64 // where words and marks stand
	wanted []name
}

// name is a word that is written where there is room.
type name struct {
	text string
	x, y float64
	rank int // lower first
}

// graticule draws meridians and parallels at round degrees.
func (d *mapping) graticule() {
	box := d.View.Box()
	step := 30.0
	for _, s := range []float64{10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01} {
		if s/360*d.View.pixels() >= 90 {
			step = s
		}
	}
	var lines path
	for k := math.Ceil(box.Min[0] / step); k*step <= box.Max[0]; k++ {
		x, _ := d.View.near(geo.Point{k * step, 0})
		lines.move(x, 0)
		lines.line(x, d.height)
		if x > 70 && x < d.width-16 {
			d.say(inkFaint, x+3, 12, atStart, degrees(shortWay(k*step), "E", "W"))
		}
	}
	for k := math.Ceil(box.Min[1] / step); k*step <= box.Max[1]; k++ {
		_, y := d.View.near(geo.Point{d.View.Centre[0], k * step})
		lines.move(0, y)
		lines.line(d.width, y)
		if y > 24 && y < d.height-30 {
			d.say(inkFaint, 4, y-3, atStart, degrees(k*step, "N", "S"))
		}
	}
	d.elements = slices.Insert(d.elements, 1, element{ink: inkGraticule, path: lines})
}

func degrees(x float64, positive, negative string) string {
	x = math.Round(x*100) / 100
	switch {
	case x < 0:
		return fmt.Sprintf("%g° %s", -x, negative)
	case x == 0:
		return "0°"
	}
	return fmt.Sprintf("%g° %s", x, positive)
}

// shores draws the land's outline and over it the land, cut a little outside the picture. What is left of the outline is
// the coast: where the fine and the coarse shores meet, the land lies over it.
func (d *mapping) shores() {
	if d.Base == nil {
		return
	}
	const beyond = 6.0
	northWest, southEast := d.View.Point(-beyond, -beyond), d.View.Point(d.width+beyond, d.height+beyond)
	shore := d.Base.Cut(orb.Bound{Min: geo.Point{northWest[0], southEast[1]}, Max: geo.Point{southEast[0], northWest[1]}}, d.View.Zoom)
	var land path
	for _, polygon := range shore.Land {
		for _, ring := range polygon {
			d.trace(&land, ring)
			land.close()
		}
	}
	d.shapes = map[string]path{"shore": land}
	at := slices.IndexFunc(d.elements, func(e element) bool { return e.ink == inkGraticule })
	d.elements = slices.Insert(d.elements, at+1, element{ink: inkCoast, mark: "shore"}, element{ink: inkLand, mark: "shore"})
}

func (d *mapping) trace(p *path, points []geo.Point) {
	for i, q := range points {
		x, y := d.View.near(q)
		if i == 0 {
			p.move(x, y)
		} else {
			p.line(x, y)
		}
	}
}

// places draws what the gazetteer has: outlines of areas, dots for terminals, lines for gates.
func (d *mapping) places() {
	if d.Places == nil {
		return
	}
	var anchorages, transfers, gates, lawful, terminals path
	for id := range place.ID(d.Places.Len()) {
		p := d.Places.At(id)
		x, y := d.View.At(p.Centre)
		radius := float64(p.Radius) / d.View.metres()
		if x < -200-radius || y < -200-radius || x > d.width+200+radius || y > d.height+200+radius {
			continue
		}
		switch p.Kind {
		case place.Terminal, place.TerminalZone, place.Berth:
			if p.Kind != place.Berth || d.View.Zoom > 9 {
				terminals.rect(x-3, y-3, 6, 6)
				d.wanted = append(d.wanted, name{p.Name, x, y, 0})
			}
		case place.LawfulTerminal, place.TransitTerminal:
			lawful.rect(x-2.5, y-2.5, 5, 5)
			d.wanted = append(d.wanted, name{p.Name, x, y, 3})
		case place.Anchorage:
			d.outline(&anchorages, p)
			d.wanted = append(d.wanted, name{p.Name, x, y, 2})
		case place.STSArea:
			d.outline(&transfers, p)
			d.wanted = append(d.wanted, name{p.Name, x, y, 1})
		case place.Gate:
			d.trace(&gates, []geo.Point{d.close(p.Line[0]), d.close(p.Line[1])})
		}
	}
	d.draw(inkAnchorage, anchorages)
	d.draw(inkTransfers, transfers)
	d.draw(inkGate, gates)
	d.draw(inkLawful, lawful)
	d.draw(inkTerminal, terminals)
}

// close moves a point to the view's side of the world.
func (d *mapping) close(p geo.Point) geo.Point {
	return geo.Point{d.View.Centre[0] + shortWay(p[0]-d.View.Centre[0]), p[1]}
}

func (d *mapping) outline(to *path, p *place.Place) {
	ring := p.Ring
	if len(ring) == 0 {
		ring = geo.Circle(p.Centre, p.Radius, 32)
	}
	for i, q := range ring {
		x, y := d.View.At(q)
		if i == 0 {
			to.move(x, y)
		} else {
			to.line(x, y)
		}
	}
	to.close()
}

func (d *mapping) area() {
	var outline path
	for i, q := range d.Area {
		x, y := d.View.At(q)
		if i == 0 {
			outline.move(x, y)
		} else {
			outline.line(x, y)
		}
	}
	if len(d.Area) > 2 {
		outline.close()
	}
	d.draw(inkArea, outline)
}

// spot is an event within the picture, with those of its kind that its mark stands for as well.
type spot struct {
	event.Event
	x, y float64
	more int
}

// events draws a mark for each event in the picture, the most probable on top, and returns how many there are. An event
// whose position is 0, 0 has none.
func (d *mapping) events() int {
	var all []spot
	for _, e := range d.Events {
		if e.Lon == 0 && e.Lat == 0 || math.IsNaN(e.Lon+e.Lat) {
			continue
		}
		x, y := d.View.At(geo.Point{e.Lon, e.Lat})
		if x >= 0 && y >= 0 && x < d.width && y < d.height {
			all = append(all, spot{Event: e, x: x, y: y})
		}
	}
	chosen := func(s spot) int {
		if s.ID == d.Chosen {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b spot) int {
		return cmp.Or(cmp.Compare(chosen(a), chosen(b)), cmp.Compare(weight(a.Kind), weight(b.Kind)), cmp.Compare(a.Probability, b.Probability), cmp.Compare(a.ID, b.ID))
	})
	if len(all) > mostMarks {
		d.clusters(all)
		return len(all)
	}
	for _, s := range thinned(all) {
		d.mark(s)
	}
	return len(all)
}

// same is how near each other two marks of a kind are drawn as one, in pixels: of the lower hardly anything would be seen.
const same = 5.0

// thinned leaves one mark of those of a kind that lie on each other, the last, and counts the others with it.
func thinned(all []spot) []spot {
	type heap struct {
		kind        event.Kind
		column, row int
	}
	at := map[heap]int{}
	var out []spot
	for _, s := range slices.Backward(all) {
		k := heap{s.Kind, int(s.x / same), int(s.y / same)}
		if i, there := at[k]; there {
			out[i].more++
			continue
		}
		at[k] = len(out)
		out = append(out, s)
	}
	slices.Reverse(out)
	return out
}

// weight puts what carries barrels over what explains silences.
func weight(k event.Kind) int {
	return slices.Index([]event.Kind{event.Outage, event.Interference, event.PortCall, event.Transit, event.DraughtChange, event.Loitering, event.Identity,
		event.FalsePosition, event.Gap, event.Rendezvous, event.Discharge, event.Transfer, event.Lift}, k)
}

func (d *mapping) mark(s spot) {
	m, ok := MarkOf(s.Kind)
	if !ok {
		return
	}
	if s.ID == d.Chosen && s.ID != "" {
		var ring path
		ring.circle(s.x, s.y, 14)
		d.draw(inkNow, ring)
	}
	d.taken = append(d.taken, [4]float64{s.x - 8, s.y - 8, s.x + 8, s.y + 8})
	title := EventTitle(s.Event)
	if s.more > 0 {
		title += fmt.Sprintf("; and %d more of this kind here", s.more)
	}
	d.elements = append(d.elements, element{ink: ink(m.Name()), mark: m.Name(), x: s.x, y: s.y, href: "/event/" + s.ID, title: title})
}

// EventTitle tells an event in a line: what, who, where, when and how probable.
func EventTitle(e event.Event) string {
	var ships []string
	for i, v := range e.Vessels {
		if i == 2 {
			ships = append(ships, fmt.Sprintf("%d more", len(e.Vessels)-2))
			break
		}
		name := strings.TrimSpace(v.Name)
		if name == "" {
			name = "MMSI " + v.MMSI.String()
		}
		ships = append(ships, name)
	}
	parts := []string{KindName(e.Kind)}
	if len(ships) > 0 {
		parts = append(parts, strings.Join(ships, " and "))
	}
	if e.Place != nil && e.Place.Name != "" {
		parts = append(parts, e.Place.Name)
	}
	parts = append(parts, export.Span(e.Start, e.End), "probability "+Odds(e.Probability))
	if e.Status == event.Retracted {
		parts = append(parts, "retracted")
	}
	return strings.Join(parts, ", ")
}

// KindName is a kind in plain letters.
func KindName(k event.Kind) string { return strings.ReplaceAll(string(k), "_", " ") }

// Odds prints a probability to two digits; nothing here is certain.
func Odds(p float64) string {
	switch {
	case p > 0.99:
		return "> 0.99"
	case p < 0.01:
		return "< 0.01"
	}
	return fmt.Sprintf("%.2f", p)
}

// clusterStep is the width of the squares whose marks become one.
const clusterStep = 44.0

// clusters draws a disc with a number for each square that has more than one event. What carries barrels stays a mark of its
// own on top, unless there is too much of that, too.
func (d *mapping) clusters(all []spot) {
	first := slices.IndexFunc(all, func(s spot) bool { return s.ID == d.Chosen || weight(s.Kind) >= weight(event.Discharge) })
	var marks []spot
	if first >= 0 {
		marks = thinned(all[first:])
	}
	if len(marks) > mostMarks/4 {
		first, marks = len(all), nil
	}
	if first >= 0 {
		all = all[:first]
	}
	type square struct{ column, row int }
	in := map[square][]spot{}
	for _, s := range all {
		k := square{int(s.x / clusterStep), int(s.y / clusterStep)}
		in[k] = append(in[k], s)
	}
	for _, k := range slices.SortedFunc(maps.Keys(in), func(a, b square) int { return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column)) }) {
		if spots := in[k]; len(spots) == 1 {
			d.mark(spots[0])
		} else {
			d.cluster(spots)
		}
	}
	for _, s := range marks {
		d.mark(s)
	}
}

func (d *mapping) cluster(spots []spot) {
	var x, y float64
	kinds := map[event.Kind]int{}
	for _, s := range spots {
		x, y = x+s.x/float64(len(spots)), y+s.y/float64(len(spots))
		kinds[s.Kind]++
	}
	var says []string
	for _, k := range event.Kinds() {
		if kinds[k] > 0 {
			says = append(says, fmt.Sprintf("%d %s", kinds[k], KindName(k)))
		}
	}
	href := ""
	if d.Closer != nil {
		closer := d.View
		closer.Centre, closer.Zoom = d.View.Point(x, y), min(d.View.Zoom+2, mostZoom)
		href = d.Closer(closer.sound())
	}
	r := 7 + 2.6*math.Log10(float64(len(spots)))
	var disc path
	disc.circle(x, y, r)
	d.taken = append(d.taken, [4]float64{x - r, y - r, x + r, y + r})
	d.titled(inkCluster, disc, href, fmt.Sprintf("%d events: %s", len(spots), strings.Join(says, ", ")))
	d.say(inkCount, x, y+4, atMiddle, short(len(spots)))
}

// short prints a count in four characters at most.
func short(n int) string {
	switch {
	case n < 1000:
		return fmt.Sprint(n)
	case n < 10_000:
		return fmt.Sprintf("%.1fk", float64(n)/1000)
	}
	return fmt.Sprintf("%dk", n/1000)
}

// names writes the names of places where neither a mark nor another name stands, the weightiest first.
func (d *mapping) names() {
	slices.SortStableFunc(d.wanted, func(a, b name) int { return cmp.Or(cmp.Compare(a.rank, b.rank), cmp.Compare(a.text, b.text)) })
	for _, n := range d.wanted {
		text, _, _ := strings.Cut(n.text, " (")
		text, _, _ = strings.Cut(text, " / ")
		width := 6.2 * float64(len([]rune(text)))
		if d.View.Zoom < 4.5 && n.rank > 0 {
			continue
		}
		if x, y, ok := d.room(n, width); ok {
			d.say(inkPlace, x, y, atStart, text)
		}
	}
}

// room finds where a name can stand: beside its place, over or under it, and farther off for the weightiest.
func (d *mapping) room(n name, width float64) (x, y float64, ok bool) {
	tries := 1
	if n.rank <= 0 {
		tries = 3
	}
	for k := range tries {
		off := 9 + 8*float64(k)
		for _, at := range [][2]float64{{n.x + off, n.y + 4}, {n.x - off - width, n.y + 4}, {n.x - width/2, n.y - off}, {n.x - width/2, n.y + off + 9}} {
			box := [4]float64{at[0], at[1] - 11, at[0] + width, at[1] + 3}
			if box[0] >= 2 && box[2] <= d.width-2 && box[1] >= 2 && box[3] <= d.height-24 && !d.crowded(box) {
				d.taken = append(d.taken, box)
				return at[0], at[1], true
			}
		}
	}
	return 0, 0, false
}

func (d *mapping) crowded(box [4]float64) bool {
	return slices.ContainsFunc(d.taken, func(t [4]float64) bool {
		return box[0] < t[2] && box[2] > t[0] && box[1] < t[3] && box[3] > t[1]
	})
}

// scale draws a bar of a round length, and who is to be thanked for the coast.
func (d *mapping) scale() {
	length := 50.0
	for _, decade := range []float64{100, 1000, 10_000, 100_000, 1_000_000} {
		for _, f := range []float64{1, 2, 5} {
			if f*decade/d.View.metres() <= min(d.width/3, 160) {
				length = f * decade
			}
		}
	}
	text := fmt.Sprintf("%g km", length/1000)
	if length < 1000 {
		text = fmt.Sprintf("%g m", length)
	}
	y := d.height - 10
	bar := path{{verb: 'M', to: [3][2]float64{{10, y - 6}}}, {verb: 'L', to: [3][2]float64{{10, y}}}, {verb: 'L', to: [3][2]float64{{10 + length/d.View.metres(), y}}}, {verb: 'L', to: [3][2]float64{{10 + length/d.View.metres(), y - 6}}}}
	d.draw(inkScale, bar)
	d.say(inkPlace, 14, y-4, atStart, text)
	if d.Base != nil {
		d.say(inkPlace, d.width-6, d.height-7, atEnd, "coast: GSHHG, Natural Earth")
	}
}
