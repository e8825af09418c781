package api

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/export/tabular"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/api/schema"
	"github.com/darkwake/darkwake/pkg/web/model"
	"github.com/darkwake/darkwake/pkg/web/seen"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// VesselAnswer is a ship as events know her.
type VesselAnswer struct {
	Head
	MMSI    []vessel.MMSI `json:"mmsi"`     // all under which events have her
	IMO     []vessel.IMO  `json:"imo"`      // all with which
	Names   []Said        `json:"names"`    // what she called herself, by the first time
	Flags   []Said        `json:"flags"`    // ISO 3166, from her numbers
	Classes []Said        `json:"classes"`  // size classes
	Listed  []string      `json:"listed"`   // list, entry and date
	DWT     *float64      `json:"dwt_t"`    // best estimate of the newest event that has one
	Total   int           `json:"total"`    // events that stand
	Related []Relation    `json:"identity"` // identity events that name her
	Items   []Event       `json:"events"`   // the newest
	More    string        `json:"more"`     // where all are
}

// Said is a particular and when it was said.
type Said struct {
	Value string    `json:"value"`
	First time.Time `json:"first"` // start of the first event with it
	Last  time.Time `json:"last"`
}

// Relation is an identity event in a few words.
type Relation struct {
	Event       string             `json:"event"`
	Form        string             `json:"form"`
	Probability float64            `json:"probability"`
	Changes     []event.Alteration `json:"changes"`
	MMSI        []vessel.MMSI      `json:"mmsi"` // of all ships of it
}

// newestOfShip is how many events a ship's answer has.
const newestOfShip = 100

// vessel answers for a number: nine digits are an MMSI, seven an IMO number.
func (q *request) vessel() (answer, error) {
	text := q.PathValue("number")
	n, err := strconv.Atoi(text)
	if err != nil || n <= 0 || len(text) != 7 && len(text) != 9 {
		return answer{}, problem{Status: http.StatusNotFound, Detail: fmt.Sprintf("no ship %q: expected an MMSI of nine digits or an IMO number of seven", clip(text))}
	}
	events, err := q.api.model.Events(q.Context())
	if err != nil {
		return answer{}, err
	}
	is := func(v event.Vessel) bool {
		return len(text) == 9 && int(v.MMSI) == n || len(text) == 7 && int(v.IMO) == n
	}
	out := VesselAnswer{MMSI: []vessel.MMSI{}, IMO: []vessel.IMO{}, Names: []Said{}, Flags: []Said{}, Classes: []Said{}, Listed: []string{}, Related: []Relation{}, Items: []Event{},
		More: q.site() + "/api/v1/events?ship=" + text}
	for _, e := range events { // by start
		if i := slices.IndexFunc(e.Vessels, is); i >= 0 && e.Status != event.Retracted {
			out.add(e, e.Vessels[i])
		}
	}
	if out.Total == 0 {
		return answer{}, problem{Status: http.StatusNotFound, Detail: "no event that stands has the ship " + text}
	}
	slices.Reverse(out.Items)
	out.Items = out.Items[:min(len(out.Items), newestOfShip)]
	out.Head = q.head()
	return asJSON(out), nil
}

// add takes in an event and her part in it, in the order of their starts.
func (a *VesselAnswer) add(e event.Event, v event.Vessel) {
	a.Total++
	a.Items = append(a.Items, brief(e))
	if !slices.Contains(a.MMSI, v.MMSI) {
		a.MMSI = append(a.MMSI, v.MMSI)
	}
	if v.IMO != 0 && !slices.Contains(a.IMO, v.IMO) {
		a.IMO = append(a.IMO, v.IMO)
	}
	for _, x := range []struct {
		list *[]Said
		text string
	}{{&a.Names, v.Name}, {&a.Flags, v.Flag}, {&a.Classes, v.Class}} {
		note(x.list, x.text, e.Start.UTC())
	}
	for _, hit := range v.Listed {
		if !slices.Contains(a.Listed, hit) {
			a.Listed = append(a.Listed, hit)
		}
	}
	if v.DWT > 0 {
		a.DWT = &v.DWT
	}
	if d, is := e.Details.(event.IdentityDetails); is {
		r := Relation{Event: e.ID, Form: d.Form, Probability: e.Probability, Changes: append([]event.Alteration{}, d.Changes...), MMSI: []vessel.MMSI{}}
		for _, v := range e.Vessels {
			r.MMSI = append(r.MMSI, v.MMSI)
		}
		a.Related = append(a.Related, r)
	}
}

func note(list *[]Said, text string, at time.Time) {
	if text == "" {
		return
	}
	if i := slices.IndexFunc(*list, func(s Said) bool { return s.Value == text }); i >= 0 {
		(*list)[i].Last = at
		return
	}
	*list = append(*list, Said{text, at, at})
}

// TracksAnswer is where ships said they were.
type TracksAnswer struct {
	Head
	From  *time.Time    `json:"from"`
	To    *time.Time    `json:"to"`
	Ships []model.Track `json:"ships"`
	Cut   bool          `json:"cut"` // there were more fixes than an answer holds: ask for a shorter time
}

// mostFixes bounds an answer, so that a map can draw it.
const mostFixes = 50_000

func (q *request) tracks() (answer, error) {
	if err := q.check(); err != nil {
		return answer{}, err
	}
	var tracks []model.Track
	var err error
	if id := q.state.Event; id != "" {
		tracks, err = q.api.model.TracksOf(q.Context(), id)
	} else {
		tracks, err = q.api.model.Tracks(q.Context(), q.state.From, q.state.To)
	}
	if err != nil {
		return answer{}, err
	}
	out := TracksAnswer{Head: q.head(), From: known(q.state.From), To: known(q.state.To), Ships: tracks}
	n := 0
	for i, t := range tracks {
		if n += len(t.Fixes); n > mostFixes {
			out.Ships, out.Cut = tracks[:max(i, 1)], true
			break
		}
	}
	return asJSON(out), nil
}

// PassagesAnswer is which ships were reported in one area and later in another.
type PassagesAnswer struct {
	Head
	A          seen.Area      `json:"a"`
	B          seen.Area      `json:"b"`
	WithinDays float64        `json:"within_days"` // longest time between
	MostKn     *float64       `json:"max_kn"`      // faster reports do not count; null: all do
	From       *time.Time     `json:"from"`
	To         *time.Time     `json:"to"`
	Total      int            `json:"total"` // passages on all pages
	Ships      int            `json:"ships"`
	Untrue     int            `json:"false_reports"`    // in A or B, by an event: left out
	Impossible int            `json:"impossible_pairs"` // of reports: no ship sails between them; left out
	Rests      string         `json:"rests_on"`         // what counts, and what is not found
	Next       *string        `json:"next"`             // cursor of the page after it; null on the last
	Items      []seen.Passage `json:"passages"`
}

// restsOn says what an answer about passages can know.
const restsOn = "Only reports that events quote count: a ship that passed without an event is not found, a loading that is inferred from a silence is no report, and of the way between two reports nothing is known."

// question reads what is asked; both areas must be.
func (q *request) question() seen.Question {
	asked, problems := q.api.o.Seen.Read(q.state)
	q.wrong = append(q.wrong, problems...)
	for _, x := range []struct {
		name string
		area seen.Area
	}{{"a", asked.A}, {"b", asked.B}} {
		if x.area.Text == "" && seen.Own(q.state, x.name) == "" {
			q.wrong = append(q.wrong, view.Problem{Parameter: x.name, Expected: seen.ErrArea.Error()})
		}
	}
	return asked
}

func (q *request) passages() (answer, error) {
	format, raw := q.choice("format", "json", "jsonl", "csv"), q.choice("csv", "guarded", "raw") == "raw"
	limit, asked := q.whole("limit", 0, 1, store.MaxLimit), q.question()
	if err := q.check(); err != nil {
		return answer{}, err
	}
	found, err := q.api.o.Seen.Find(q.Context(), asked)
	if err != nil {
		return answer{}, err
	}
	switch {
	case limit == 0 && format == "json":
		limit = passagesShown
	case limit == 0:
		limit = len(found.Passages) + 1
	}
	page, next, ok := found.Page(q.own["cursor"], limit)
	if !ok {
		return answer{}, problem{Status: http.StatusBadRequest, Detail: view.Problem{Parameter: "cursor", Value: clip(q.own["cursor"]), Expected: "next of the page before"}.Error()}
	}
	if format != "json" {
		return answer{kind: schema.MediaType(format), file: q.name("passages", format), next: next, write: func(w io.Writer) error { return writePassages(w, format, raw, page) }}, nil
	}
	out := PassagesAnswer{Head: q.head(), A: asked.A, B: asked.B, WithinDays: asked.Within.Hours() / 24, From: known(asked.From), To: known(asked.To), Total: len(found.Passages), Ships: found.Ships,
		Untrue: found.Untrue, Impossible: found.Impossible, Rests: restsOn, Items: page}
	if next != "" {
		out.Next = &next
	}
	if kn := float64(asked.MostKn); kn > 0 {
		out.MostKn = &kn
	}
	a := asJSON(out)
	a.next = next
	return a, nil
}

// passagesShown is how many passages a page of JSON has without a limit.
const passagesShown = 100

// writePassages writes a page as a file: each passage a line.
func writePassages(w io.Writer, format string, raw bool, page []seen.Passage) error {
	if format == "csv" {
		to := tabular.NewCSV[seen.Row](w, textOf(raw))
		for _, p := range page {
			to.Add(p.Row())
		}
		return to.Flush()
	}
	to := json.NewEncoder(w)
	for _, p := range page {
		if err := to.Encode(p); err != nil {
			return fmt.Errorf("write passage: %w", err)
		}
	}
	return nil
}

// HullsAnswer is both ships of a meeting, true to size. It has no features where no positions and headings are quoted of both.
type HullsAnswer struct {
	Head
	Type     string        `json:"type"`
	Features []HullFeature `json:"features"`
	GapM     *float64      `json:"gap_m"`   // water between the hulls; null where the dimensions of one are not known
	ApartS   float64       `json:"apart_s"` // time between the two fixes: ships at anchor swing meanwhile
}

// HullFeature is a ship's outline, or her antenna's place where her dimensions are not known.
type HullFeature struct {
	Type       string         `json:"type"`
	Geometry   Geometry       `json:"geometry"`
	Properties HullProperties `json:"properties"`
}

// Geometry is a shape of RFC 7946.
type Geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// HullProperties are a ship's particulars and how she lay.
type HullProperties struct {
	Vessel
	At         time.Time `json:"at"` // of the fix
	HeadingDeg float64   `json:"heading_deg"`
	LengthM    *float64  `json:"length_m"`
	BeamM      *float64  `json:"beam_m"`
	Antenna    bool      `json:"antenna_unknown"` // it is taken to be amidships
}

func (q *request) hulls() (answer, error) {
	entry, err := q.api.model.Store().Event(q.Context(), q.PathValue("id"))
	if err != nil {
		return answer{}, q.unknown(err, "event")
	}
	e, err := q.api.model.Decode(entry)
	if err != nil {
		return answer{}, err
	}
	out := HullsAnswer{Head: q.head(), Type: "FeatureCollection", Features: []HullFeature{}}
	if m, ok := explain.AlongsideOf(e); ok {
		if gap, known := m.Gap(); known {
			metres := math.Round(float64(gap)*10) / 10
			out.GapM = &metres
		}
		out.ApartS = m.At[0].Sub(m.At[1]).Abs().Seconds()
		for i := range m.Ships {
			out.Features = append(out.Features, hullOf(m, i))
		}
	}
	a := asJSON(out)
	a.kind = schema.MediaType("geojson")
	return a, nil
}

func hullOf(m explain.Alongside, i int) HullFeature {
	v, p := m.Ships[i], m.Hulls[i]
	f := HullFeature{Type: "Feature", Properties: HullProperties{Vessel: brief(event.Event{Vessels: []event.Vessel{v}}).Vessels[0], At: m.At[i].UTC(), HeadingDeg: float64(p.Heading)},
		Geometry: Geometry{"Point", position(p.At)}}
	if v.Hull == nil {
		return f
	}
	length, beam := float64(p.Hull.Length()), float64(p.Hull.Beam())
	f.Properties.LengthM, f.Properties.BeamM, f.Properties.Antenna = &length, &beam, p.Hull.AntennaUnknown
	var ring [][2]float64
	for _, corner := range chart.Hull(p.Hull, p.At, p.Heading) { // closed
		ring = append(ring, position(corner))
	}
	if twiceArea(ring) < 0 {
		slices.Reverse(ring)
	}
	f.Geometry = Geometry{"Polygon", [][][2]float64{ring}}
	return f
}

// position rounds to 1e-6 degrees, a decimetre: hulls are drawn to scale.
func position(p geo.Point) [2]float64 {
	return [2]float64{math.Round(p[0]*1e6) / 1e6, math.Round(p[1]*1e6) / 1e6}
}

// twiceArea is positive for a ring that runs counter-clockwise.
func twiceArea(ring [][2]float64) (sum float64) {
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		sum += a[0]*b[1] - b[0]*a[1]
	}
	return sum
}
