package seen

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"

	"github.com/paulmach/orb"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// Area is a part of the sea: some places of the gazetteer, or what lies within corners.
type Area struct {
	Text   string   `json:"area"`   // as it is asked for
	Places []string `json:"places"` // that make it, by name; none for corners

	ids    []place.ID // sorted
	places *place.Gazetteer
	corner func(geo.Point) bool // nil for places
}

// Holds tells whether a point lies in the area.
func (a *Area) Holds(p geo.Point) bool {
	if a.corner != nil {
		return a.corner(p)
	}
	return a.place(p) != place.NoPlace
}

// place is the area's first place, by precedence, that holds a point.
func (a *Area) place(p geo.Point) place.ID {
	var room [8]place.ID
	for _, id := range a.places.Find(p, room[:0]) {
		if _, is := slices.BinarySearch(a.ids, id); is {
			return id
		}
	}
	return place.NoPlace
}

// Where names the place at a point of the area; empty where there is none.
func (a *Area) Where(p geo.Point) string {
	if a.places == nil {
		return ""
	}
	id := place.NoPlace
	if a.corner == nil {
		id = a.place(p)
	} else if all := a.places.Find(p, nil); len(all) > 0 {
		id = all[0]
	}
	if id == place.NoPlace {
		return ""
	}
	return a.places.At(id).Name
}

// Atlas knows areas by their names. It does not change.
type Atlas struct {
	places *place.Gazetteer // may be nil: then only corners are known
	groups []group
	names  []string
}

// group is some places under one name.
type group struct {
	name string
	also []string
	ids  []place.ID
}

// NewAtlas returns the areas of a gazetteer, which may be nil.
func NewAtlas(g *place.Gazetteer) *Atlas {
	a := &Atlas{places: g}
	if g == nil {
		return a
	}
	for _, k := range kinds {
		a.add(group{name: k.name, also: k.also}, k.has)
	}
	countries := map[string]bool{}
	for id := range place.ID(g.Len()) {
		countries[g.At(id).Country] = true
	}
	delete(countries, "")
	var ordered []group
	for code := range countries {
		ordered = append(ordered, group{name: cmp.Or(nations[code], code), also: []string{code}})
	}
	slices.SortFunc(ordered, func(x, y group) int { return strings.Compare(x.name, y.name) })
	for _, c := range ordered {
		a.add(c, func(p *place.Place) bool { return p.Country == c.also[0] })
	}
	for _, x := range a.groups {
		a.names = append(a.names, x.name)
	}
	for id := range place.ID(g.Len()) {
		if p := g.At(id); p.Kind != place.Gate { // a gate holds nothing
			a.names = append(a.names, p.Name)
		}
	}
	return a
}

func (a *Atlas) add(x group, has func(*place.Place) bool) {
	for id := range place.ID(a.places.Len()) {
		if p := a.places.At(id); p.Kind != place.Gate && has(p) {
			x.ids = append(x.ids, id)
		}
	}
	if len(x.ids) > 0 {
		a.groups = append(a.groups, x)
	}
}

// kinds are the groups by what places are for.
var kinds = []struct {
	name string
	also []string
	has  func(*place.Place) bool
}{
	{"Iranian loading terminals", []string{"Iranian load terminals", "Iranian terminals"}, func(p *place.Place) bool { return p.Sanctioned }},
	{"STS areas", []string{"STS", "transfer areas"}, func(p *place.Place) bool { return p.Kind == place.STSArea }},
	{"STS areas outside Hormuz", nil, func(p *place.Place) bool { return p.Kind == place.STSArea && p.Outside }},
	{"places outside Hormuz", []string{"outside Hormuz"}, func(p *place.Place) bool { return p.Outside }},
	{"anchorages", []string{"anchorage"}, func(p *place.Place) bool { return p.Kind == place.Anchorage }},
	{"discharge ports", []string{"discharge"}, func(p *place.Place) bool { return p.Kind == place.Discharge }},
}

// nations are the short English names of ISO 3166 of the countries that the built-in gazetteer has. Others go by their code.
var nations = map[string]string{"AE": "United Arab Emirates", "BH": "Bahrain", "CN": "China", "EG": "Egypt", "ES": "Spain", "GR": "Greece", "ID": "Indonesia", "IQ": "Iraq", "IR": "Iran",
	"KW": "Kuwait", "MT": "Malta", "MY": "Malaysia", "OM": "Oman", "QA": "Qatar", "SA": "Saudi Arabia", "SG": "Singapore", "SY": "Syria"}

// Names are all names that an area can be asked for by, groups first. Part of a place's name does, too.
func (a *Atlas) Names() []string { return a.names }

// longestText bounds what an area is asked for by: a hundred corners to a metre.
const longestText = 3000

// ErrArea is returned by Area for text that names none.
var ErrArea = errors.New("a place of the gazetteer, a group of places, or west,south,east,north, or corners as lon,lat;lon,lat;lon,lat")

// Area finds the area of a name in any case: that of a place or a group, or whole words of places' names, which then are one
// area together; or makes one of corners, as view.State has them. The error says what was expected, with the nearest names.
func (a *Atlas) Area(text string) (Area, error) {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" || len(text) > longestText {
		return Area{}, ErrArea
	}
	if strings.Trim(text, "0123456789+-.,; ") == "" {
		return a.corners(text)
	}
	if a.places == nil {
		return Area{}, ErrArea
	}
	asked := words(text)
	for _, x := range a.groups {
		for _, name := range append([]string{x.name}, x.also...) {
			if slices.Equal(words(name), asked) {
				return a.made(x.name, x.ids), nil
			}
		}
	}
	var some []place.ID
	for id := range place.ID(a.places.Len()) {
		p := a.places.At(id)
		switch own := words(p.Name); {
		case p.Kind == place.Gate:
		case slices.Equal(own, asked):
			return a.made(p.Name, []place.ID{id}), nil
		case within(asked, own):
			some = append(some, id)
		}
	}
	if len(some) > 0 {
		return a.made(text, some), nil
	}
	if near := a.near(asked); len(near) > 0 {
		return Area{}, fmt.Errorf("%w: did you mean %s?", ErrArea, strings.Join(near, ", or "))
	}
	return Area{}, ErrArea
}

func (a *Atlas) made(text string, ids []place.ID) Area {
	out := Area{Text: text, Places: []string{}, ids: ids, places: a.places}
	for _, id := range ids {
		out.Places = append(out.Places, a.places.At(id).Name)
	}
	return out
}

// corners makes an area of what the page's parameter area takes.
func (a *Atlas) corners(text string) (Area, error) {
	s, problems := view.Parse(url.Values{"area": {text}})
	if len(problems) > 0 || len(s.Area) == 0 {
		return Area{}, ErrArea
	}
	out := Area{Text: s.Values().Get("area"), Places: []string{}, places: a.places}
	if len(s.Area) > 2 {
		out.corner = geo.Prepare(orb.MultiPolygon{{orb.Ring(s.Area)}}).Contains
		return out, nil
	}
	low, high := s.Area[0], s.Area[1]
	out.corner = func(p geo.Point) bool {
		east, west := p[0] <= high[0], p[0] >= low[0]
		return p[1] >= low[1] && p[1] <= high[1] && (east && west || low[0] > high[0] && (east || west)) // the second: across the date line
	}
	return out, nil
}

// words are those of a name in small letters, without what stands between them.
func words(name string) []string {
	return strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// within tells whether words follow each other in others.
func within(some, all []string) bool {
	for i := 0; len(some) > 0 && i+len(some) <= len(all); i++ {
		if slices.Equal(all[i:i+len(some)], some) {
			return true
		}
	}
	return false
}

// mostNear is how many names are proposed.
const mostNear = 3

// near are the names that are most like some words: whole names, and as many words of one as were asked for.
func (a *Atlas) near(asked []string) (out []string) {
	if len(asked) > 10 {
		return nil
	}
	type proposal struct {
		text  string
		score float64
	}
	var all []proposal
	propose := func(text string) {
		own, score := words(text), 0.0
		for _, w := range asked {
			switch {
			case slices.Contains(own, w):
				score++
			case param.Near(w, own) != "":
				score += 0.9
			}
		}
		if len(own) < len(asked) || score < 0.9 {
			return
		}
		all = append(all, proposal{text, score - 0.05*float64(len(own)-len(asked))})
	}
	for _, name := range a.names {
		propose(name)
		parts := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		for i := 0; len(parts) > len(asked) && i+len(asked) <= len(parts); i++ {
			propose(strings.Join(parts[i:i+len(asked)], " "))
		}
	}
	slices.SortStableFunc(all, func(x, y proposal) int { return cmp.Compare(y.score, x.score) })
	for _, p := range all {
		if len(out) < mostNear && !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, p.text) }) {
			out = append(out, p.text)
		}
	}
	return out
}
