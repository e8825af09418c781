package picture

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/pkg/event"
)

// ink names how a part of a picture looks. Its name is the class of the part in an SVG.
type ink string

// The inks of grounds, axes and words.
const (
	inkGround ink = "ground"
	inkGrid   ink = "grid"
	inkAxis   ink = "axis"
	inkTick   ink = "tick"
	inkWord   ink = "word"
	inkFaint  ink = "faint"
	inkTitle  ink = "title"
	inkStamp  ink = "stamp" // SYNTHETIC, across the picture
	inkFoot   ink = "foot"  // words on the foot of an image
	inkRecall ink = "recall"
)

// The inks of the barometer.
const (
	inkSeen        ink = "seen"
	inkInferred    ink = "inferred"
	inkPending     ink = "pending"
	inkUnobserved  ink = "unobserved"
	inkProvisional ink = "provisional"
	inkBlind       ink = "blind"
	inkOutage      ink = "outage"
	inkBand        ink = "band"
	inkMeanRim     ink = "mean-rim"
	inkMean        ink = "mean"
	inkInterval    ink = "interval"
	inkNote        ink = "note"
	inkFlag        ink = "note-flag"
	inkFigure      ink = "figure"
	inkOverlay     ink = "overlay"
	inkOverlay2    ink = "overlay-2"
	inkDay         ink = "day" // the whole column of a day, which is its link
	inkBrush       ink = "brush"
	inkNow         ink = "now"
)

// The inks of the map.
const (
	inkSea       ink = "sea"
	inkLand      ink = "land"
	inkCoast     ink = "coast"
	inkGraticule ink = "graticule"
	inkTerminal  ink = "terminal"
	inkLawful    ink = "lawful"
	inkAnchorage ink = "anchorage"
	inkTransfers ink = "sts"
	inkGate      ink = "gate"
	inkArea      ink = "area"
	inkPlace     ink = "place"
	inkCluster   ink = "cluster"
	inkCount     ink = "count"
	inkScale     ink = "scale"

	inkInset      ink = "inset"
	inkInsetCoast ink = "inset-coast"
	inkHere       ink = "here"
)

// style is what an ink is made of; colours for light and for dark.
type style struct {
	fill, stroke [2]string
	width        float64 // of the stroke
	dash         float64
	opacity      float64 // 0 is full
	size         float64 // of words
	bold         bool
	halo         bool // the stroke lies under the fill
	hatch        bool // filled with lines of the stroke
}

// hatchStep is the distance of the lines of a hatching.
const hatchStep = 5.0

func fill(light, dark string) style { return style{fill: [2]string{light, dark}} }

func stroke(width float64, light, dark string) style {
	return style{stroke: [2]string{light, dark}, width: width}
}

func words(size float64, light, dark string) style {
	return style{fill: [2]string{light, dark}, size: size}
}

func (s style) with(change func(*style)) style {
	change(&s)
	return s
}

func dashed(s style, dash float64) style { return s.with(func(s *style) { s.dash = dash }) }
func hatched(s style) style              { return s.with(func(s *style) { s.hatch = true }) }
func bold(s style) style                 { return s.with(func(s *style) { s.bold = true }) }
func faint(s style, opacity float64) style {
	return s.with(func(s *style) { s.opacity = opacity })
}

// rimmed puts a rim of the ground under words or marks, so that they are read on anything.
func rimmed(s style, width float64, light, dark string) style {
	return s.with(func(s *style) { s.stroke, s.width, s.halo = [2]string{light, dark}, width, true })
}

// inks are all of them. The parts of a bar go from strong to weak against the ground as sureness does, so that they differ in
// grey as well; the mean is vermilion on blue, which colour-blind people tell apart (Okabe and Ito 2008).
var inks = func() map[ink]style {
	all := map[ink]style{
		inkGround: fill("#ffffff", "#0e1620"),
		inkGrid:   stroke(0.7, "#d5dae0", "#2b3947"),
		inkAxis:   stroke(1, "#6a7683", "#7e8d9c"),
		inkTick:   words(11.5, "#46525e", "#aebbc8"),
		inkWord:   words(12.5, "#1c242c", "#e6edf3"),
		inkFaint:  words(11.5, "#5b6672", "#9eacba"),
		inkTitle:  bold(words(15, "#1c242c", "#e6edf3")),
		inkFoot:   words(20, "#ffffff", "#ffffff"),
		inkRecall: words(27, "#a3123a", "#ff7a9c"),
		inkStamp:  faint(bold(words(64, "#a3123a", "#ff7a9c")), 0.16),

		inkSeen:        fill("#0b3d6b", "#8cc4f5"),
		inkInferred:    fill("#3f87c4", "#4b92cf"),
		inkPending:     fill("#a3c9e6", "#2d6292"),
		inkUnobserved:  fill("#d9dfe6", "#3a4653"),
		inkProvisional: hatched(stroke(1.6, "#ffffff", "#0e1620")),
		inkBlind:       hatched(stroke(1.1, "#b9c1ca", "#465463")),
		inkOutage:      faint(fill("#8a6d00", "#e0b64a"), 0.19),
		inkBand:        faint(fill("#d55e00", "#ff9d5c"), 0.15),
		inkMeanRim:     stroke(3.8, "#ffffff", "#0e1620"),
		inkMean:        stroke(2, "#c24f00", "#ff9d5c"),
		inkInterval:    faint(stroke(0.9, "#1c242c", "#e6edf3"), 0.55),
		inkNote:        dashed(stroke(1.1, "#7a2b6b", "#e7a6d8"), 3),
		inkFlag:        fill("#7a2b6b", "#e7a6d8"),
		inkFigure:      stroke(1.5, "#00684b", "#5fd3ae"),
		inkOverlay:     dashed(stroke(1.4, "#4d4d4d", "#c9c9c9"), 6),
		inkOverlay2:    dashed(stroke(1.4, "#4d4d4d", "#c9c9c9"), 2),
		inkDay:         faint(fill("#000000", "#ffffff"), 0.0001),
		inkBrush:       faint(fill("#0072b2", "#5ab4ef"), 0.18),
		inkNow:         stroke(1.6, "#c24f00", "#ff9d5c"),

		inkSea:       fill("#e8f1f7", "#13212e"),
		inkLand:      fill("#f0ebdd", "#27313b").with(func(s *style) { s.stroke, s.width = s.fill, 0.4 }),
		inkCoast:     stroke(2, "#9a8e70", "#64727f"),
		inkGraticule: stroke(0.6, "#cbdbe6", "#1f3242"),
		inkTerminal:  rimmed(fill("#1c242c", "#f2f5f8"), 1.2, "#ffffff", "#13212e"),
		inkLawful:    rimmed(fill("#7d8893", "#8896a3"), 1.2, "#ffffff", "#13212e"),
		inkAnchorage: dashed(stroke(1, "#4f6d85", "#7fa3bf"), 3),
		inkTransfers: dashed(stroke(1.1, "#0072b2", "#5ab4ef"), 5),
		inkGate:      dashed(stroke(1.2, "#6b5a8a", "#b7a3dc"), 2),
		inkArea:      dashed(stroke(1.6, "#c24f00", "#ff9d5c"), 6),
		inkPlace:     rimmed(words(11.5, "#37424d", "#c3ced9"), 3, "#f4f7f9", "#13212e"),
		inkCluster:   rimmed(fill("#5b6a78", "#a5b3c1"), 1.6, "#ffffff", "#13212e"),
		inkCount:     bold(words(10.5, "#ffffff", "#0e1620")),
		inkScale:     stroke(1.5, "#1c242c", "#e6edf3"),

		inkInset:      stroke(1.2, "#6a7683", "#7e8d9c"),
		inkInsetCoast: stroke(1.6, "#9a8e70", "#64727f"),
		inkHere:       rimmed(fill("#b84700", "#ff9d5c"), 1.4, "#ffffff", "#13212e"),
	}
	for i, c := range [2][2]string{{"#0072b2", "#5ab4ef"}, {"#c24f00", "#ff9d5c"}} {
		all[shipInk("track", i+1)] = stroke(1.6, c[0], c[1])
		all[shipInk("unseen", i+1)] = dashed(stroke(1.4, c[0], c[1]), 5)
		all[shipInk("fix", i+1)] = rimmed(fill(c[0], c[1]), 1.2, "#ffffff", "#13212e")
		all[shipInk("hull", i+1)] = style{fill: c, stroke: c, width: 1.2, opacity: 0.7}
	}
	for _, m := range Marks() {
		all[ink(m.Name())] = rimmed(fill(m.Light, m.Dark), 1.6, "#ffffff", "#13212e")
	}
	return all
}()

// Mark is how events of a kind look on a map: a shape and a colour of their own.
type Mark struct {
	Kind        event.Kind
	Light, Dark string // the colour, by theme
	shape       path
}

// Name is the class of the mark in a picture, and the end of its symbol's identifier: mark-gap.
func (m Mark) Name() string { return "mark-" + string(m.Kind) }

// Path is the shape as the data of an SVG path, some 14 units wide about 0, 0, to be filled by the even-odd rule.
func (m Mark) Path() string { return m.shape.data() }

// Marks are the marks of all kinds in canonical order. Colours go by what an event is about: vermilion for oil that
// moves, blue for ships that meet, amber for silence, green for voyages, purple for false names and places, grey for what
// lames the receivers; shapes differ between all of them.
func Marks() []Mark {
	return []Mark{
		{event.Outage, "#4a535c", "#b9c4ce", shape(func(p *path) { p.circle(0, 0, 7); p.rect(-4.6, -1.6, 9.2, 3.2) })},
		{event.Interference, "#6b6414", "#d8cf6a", shape(func(p *path) {
			p.polygon(0, -8, 1.8, -2.4, 7, -4, 3.2, 0, 7, 4, 1.8, 2.4, 0, 8, -1.8, 2.4, -7, 4, -3.2, 0, -7, -4, -1.8, -2.4)
		})},
		{event.Identity, "#6b3fa0", "#c3a2f0", shape(func(p *path) {
			p.circle(0, 0, 7)
			p.move(0, -4.8)
			p.curve(2.6, -4.8, 4.8, -2.6, 4.8, 0)
			p.curve(4.8, 2.6, 2.6, 4.8, 0, 4.8)
			p.close()
		})},
		{event.FalsePosition, "#a8327f", "#f29bd0", shape(func(p *path) {
			p.polygon(-4.2, -6.6, 0, -2.4, 4.2, -6.6, 6.6, -4.2, 2.4, 0, 6.6, 4.2, 4.2, 6.6, 0, 2.4, -4.2, 6.6, -6.6, 4.2, -2.4, 0, -6.6, -4.2)
		})},
		{event.PortCall, "#00684b", "#5fd3ae", shape(func(p *path) { p.rect(-5.8, -5.8, 11.6, 11.6) })},
		{event.Transit, "#3d7a1f", "#a5d977", shape(func(p *path) { p.polygon(-6.5, -6, -1.5, -6, 5.5, 0, -1.5, 6, -6.5, 6, -1, 0) })},
		{event.DraughtChange, "#0f6a72", "#6fd0d8", shape(func(p *path) {
			p.polygon(-6, -6.5, 6, -6.5, 6, -3, 2, -3, 2, 3, 6, 3, 6, 6.5, -6, 6.5, -6, 3, -2, 3, -2, -3, -6, -3)
		})},
		{event.Loitering, "#557000", "#c6dd52", shape(func(p *path) {
			p.polygon(0, -7.5, 7.5, 0, 0, 7.5, -7.5, 0)
			p.polygon(0, -3.6, 3.6, 0, 0, 3.6, -3.6, 0)
		})},
		{event.Gap, "#946300", "#f5b93b", shape(broken)},
		{event.Rendezvous, "#0067a3", "#5ab4ef", shape(func(p *path) {
			p.polygon(-4, -7.5, -1, -4, -1, 7, -7, 7, -7, -4)
			p.polygon(4, -7.5, 7, -4, 7, 7, 1, 7, 1, -4)
		})},
		{event.Lift, "#b84700", "#ff9d5c", shape(func(p *path) { p.polygon(0, -7.5, 7.5, 5.8, -7.5, 5.8) })},
		{event.Transfer, "#c8401f", "#ff8a70", shape(func(p *path) { p.polygon(-8, 0, -3, -5.6, -3, -2, 3, -2, 3, -5.6, 8, 0, 3, 5.6, 3, 2, -3, 2, -3, 5.6) })},
		{event.Discharge, "#7d3200", "#e5b48c", shape(func(p *path) { p.polygon(0, 7.5, 7.5, -5.8, -7.5, -5.8) })},
	}
}

func shape(draw func(*path)) path {
	var p path
	draw(&p)
	return p
}

// broken is a ring that is open to the right.
func broken(p *path) {
	const r, s, in = 7.0, 4.95, 0.5 // radius, its 45° share, and how much smaller the inner ring is
	k := r * quarter
	p.move(s, -s)
	p.curve(3.6, -6.3, 1.9, -r, 0, -r)
	p.curve(-k, -r, -r, -k, -r, 0)
	p.curve(-r, k, -k, r, 0, r)
	p.curve(1.9, r, 3.6, 6.3, s, s)
	p.line(s*in, s*in)
	p.curve(3.6*in, 6.3*in, 1.9*in, r*in, 0, r*in)
	p.curve(-k*in, r*in, -r*in, k*in, -r*in, 0)
	p.curve(-r*in, -k*in, -k*in, -r*in, 0, -r*in)
	p.curve(1.9*in, -r*in, 3.6*in, -6.3*in, s*in, -s*in)
	p.close()
}

// MarkOf is the mark of a kind; false for a kind that does not exist.
func MarkOf(k event.Kind) (Mark, bool) {
	all := Marks()
	i := slices.IndexFunc(all, func(m Mark) bool { return m.Kind == k })
	if i < 0 {
		return Mark{}, false
	}
	return all[i], true
}

// symbolPath is the shape of a mark by its name.
func symbolPath(name string) path {
	for _, m := range Marks() {
		if m.Name() == name {
			return m.shape
		}
	}
	return nil
}

// Sheet is a style sheet by which pictures within a page follow its theme: both colours of every ink, of which the browser takes
// the one that the page's color-scheme says. Browsers without light-dark() keep the attributes.
func Sheet() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(inks)) {
		st := inks[name]
		if st.hatch {
			fmt.Fprintf(&b, ".picture .%s-line{stroke:%s}\n", name, both(st.stroke))
			continue
		}
		var rules []string
		if st.fill[Light] != "" {
			rules = append(rules, "fill:"+both(st.fill))
		}
		if st.stroke[Light] != "" {
			rules = append(rules, "stroke:"+both(st.stroke))
		}
		fmt.Fprintf(&b, ".picture .%s{%s}\n", name, strings.Join(rules, ";"))
	}
	b.WriteString(".picture a:hover .day,.picture a:focus-visible .day{opacity:.14}\n.picture a:hover use,.picture a:focus-visible use{stroke-width:4}\n")
	return b.String()
}

func both(colour [2]string) string {
	return "light-dark(" + colour[Light] + "," + colour[Dark] + ")"
}
