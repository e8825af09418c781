package page

import (
	"bytes"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/pkg/cargo/lots"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export/life"
	"github.com/darkwake/darkwake/pkg/record"
	"github.com/darkwake/darkwake/pkg/report"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// shipPage is what is known of a ship.
type shipPage struct {
	base
	Name    string
	Facts   []pair
	Listed  []entry
	History history
	Lots    []string
	Rows    []row
	Count   int
	Left    string // how many events are not shown
	MapLink string
	Seen    string // where she may be asked for by areas
}

// mostOfShip is how many events a ship's page lists.
const mostOfShip = 200

func (s *Site) ship(r *http.Request) (answer, error) {
	text := r.PathValue("ship")
	asked, problems := view.Parse(map[string][]string{"ship": {text}})
	if len(problems) > 0 || asked.IMO == 0 && asked.MMSI == 0 {
		return answer{}, notFound(s.words.Say("message.no_number", text))
	}
	x, err := s.indexed(r.Context())
	if err != nil {
		return answer{}, err
	}
	h := hull(event.Vessel{IMO: asked.IMO, MMSI: asked.MMSI})
	if known := x.numbers[asked.MMSI]; asked.MMSI != 0 && known != "" {
		h = known
	}
	found := x.of(h)
	if len(found) == 0 {
		return answer{}, notFound(s.words.Say("message.no_ship", text))
	}
	rec, err := s.record(r.Context())
	if err != nil {
		return answer{}, err
	}
	p := s.about1(x, rec, h, found)
	p.MapLink = view.State{IMO: asked.IMO, MMSI: asked.MMSI}.URL("/")
	p.Seen = view.State{IMO: asked.IMO, MMSI: asked.MMSI}.URL("/seen")
	p.base, _, err = s.base(r, p.Name, s.words.Say("ship.about", p.Name, len(found)))
	return answer{keep: true, template: "ship", data: p}, err
}

// about1 tells of one ship what her events tell.
func (s *Site) about1(x *index, rec *record.Record, h string, found []int) shipPage {
	p := shipPage{Count: len(found)}
	var newest event.Vessel
	numbers := map[vessel.MMSI]bool{}
	var all []event.Vessel
	for _, i := range found {
		for _, v := range x.events[i].Vessels {
			if hull(v) == h || x.numbers[v.MMSI] == h {
				newest, numbers[v.MMSI] = v, true
				all = append(all, v)
			}
		}
	}
	p.Name, p.History = s.name(newest.Name), s.history(x, newest)
	p.Listed = s.listed(rec, all)
	m := s.member(newest)
	p.Facts = []pair{{"IMO", m.IMO}, {"MMSI", joined(numbers)}, {s.words.Say("ships.flag"), m.Flag}, {s.words.Say("ships.class"), strings.TrimSpace(m.Class + " " + m.DWT)}}
	if hull := newest.Hull; hull != nil {
		p.Facts = append(p.Facts, pair{s.words.Say("ship.size"), fmt.Sprintf("%.0f × %.0f m", float64(hull.Bow+hull.Stern), float64(hull.Port+hull.Starboard))})
	}
	slices.Reverse(found)
	for n, i := range found {
		if n == mostOfShip {
			p.Left = s.words.Say("ship.left", len(found)-n)
			break
		}
		p.Rows = append(p.Rows, s.row(x.events[i]))
	}
	if rec != nil {
		for _, move := range rec.Lots.Moves {
			if (numbers[move.From] || numbers[move.To]) && !slices.Contains(p.Lots, move.Lot) {
				p.Lots = append(p.Lots, move.Lot)
			}
		}
	}
	return p
}

func joined(numbers map[vessel.MMSI]bool) string {
	var all []string
	for m := range numbers {
		all = append(all, m.String())
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

// lotPage is the life of a cargo.
type lotPage struct {
	base
	Heading string
	Facts   []pair
	SVG     template.HTML
	Moves   []move
}

// move is something that happened to a cargo.
type move struct {
	When, What        string
	From, To          *shipLink
	End               string
	Barrels, Expected string
	Because           []string
}

func (s *Site) lot(r *http.Request) (answer, error) {
	id := r.PathValue("id")
	rec, err := s.record(r.Context())
	if err != nil {
		return answer{}, err
	}
	x, err := s.indexed(r.Context())
	if err != nil {
		return answer{}, err
	}
	at := -1
	if rec != nil {
		at = slices.IndexFunc(rec.Lots.Lots, func(l lots.Lot) bool { return l.ID == id })
	}
	if at < 0 {
		return answer{}, notFound(s.words.Say("message.no_lot", id))
	}
	l := rec.Lots.Lots[at]
	p := lotPage{Heading: s.words.Say("lot.title", day(l.Born), s.name(x.names[l.Hull]))}
	p.Facts = []pair{{s.words.Say("oil.lot"), l.ID}, {s.words.Say("lot.q"), report.Chance(l.Q) + ", " + s.words.Chance(l.Q)}, {s.words.Say("oil.barrels"), thousands(l.Barrels)},
		{s.words.Say("oil.expected"), thousands(l.Expected)}}
	var b bytes.Buffer
	if err := life.SVG(&b, rec.Lots, id, func(m vessel.MMSI) string { return x.names[m] }); err != nil {
		return answer{}, err
	}
	p.SVG = template.HTML(b.String()) // pkg/export/life escapes names
	for _, m := range rec.Lots.Moves {
		if m.Lot == id {
			p.Moves = append(p.Moves, s.move(x, m))
		}
	}
	p.base, _, err = s.base(r, p.Heading, s.words.Say("lot.about", thousands(l.Expected)))
	return answer{keep: true, template: "lot", data: p}, err
}

func (s *Site) move(x *index, m lots.Move) move {
	out := move{When: minute(m.At), What: s.words.Or("move", string(m.Kind)), Barrels: thousands(m.Barrels), Expected: thousands(m.Expected)}
	for _, c := range m.Because {
		out.Because = append(out.Because, c.Event)
	}
	of := func(n vessel.MMSI) *shipLink {
		if n == 0 {
			return nil
		}
		return &shipLink{Name: s.name(x.names[n]), Href: "/ship/" + n.String()}
	}
	out.From, out.To = of(m.From), of(m.To)
	out.End = strings.TrimSpace(m.Zone + " " + m.Place)
	if m.P < 1 {
		out.What += ", p " + report.Chance(m.P)
	}
	return out
}
