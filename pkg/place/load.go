package place

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"github.com/darkwake/darkwake/pkg/geo"
)

// What a gazetteer's table may be refused for. The error that Load returns is a RowError or wraps the reader's own.
var (
	// ErrColumn is returned for a column that is missing, unknown or there twice.
	ErrColumn = errors.New("bad column")
	// ErrValue is returned for a cell that does not hold what its column asks for.
	ErrValue = errors.New("bad value")
	// ErrShape is returned for a place with no shape or with two, and for a gate that is not a line of two points.
	ErrShape = errors.New("bad shape")
	// ErrTwice is returned for the second place of a name.
	ErrTwice = errors.New("name given twice")
)

// RowError says where in a table something is wrong.
type RowError struct {
	File   string
	Line   int
	Column string
	Value  string
	Why    string // what the column asks for
	Err    error  // one of the above
}

// Error names the file, line, column and value.
func (e *RowError) Error() string {
	return fmt.Sprintf("load gazetteer: %s:%d: %s %q: %v: %s", e.File, e.Line, e.Column, e.Value, e.Err, e.Why)
}

// Unwrap gives the kind of mistake.
func (e *RowError) Unwrap() error { return e.Err }

// columns are the columns of a gazetteer. The first four must be there; of radius_km and shape each row has one.
func columns() []string {
	return []string{"name", "kind", "lon", "lat",
		"country", "radius_km", "shape", "confidence", "sanctioned", "outside_hormuz", "grade", "max_dwt_t", "max_draught_m", "outbound", "notes", "source"}
}

const (
	neededColumns = 4
	// largestRadius is more than any anchorage; what exceeds it is a number in metres.
	largestRadius = 300
	// largestShape is in degrees: more is a box across half an ocean, or a slip of the pen.
	largestShape = 40
	// largestRing keeps one row from filling memory.
	largestRing = 100_000
	// largestTable does the same for the whole.
	largestTable = 100_000
)

// Load reads a gazetteer from a table with a header: comma-separated, in UTF-8, columns in any order.
//
//	name           unique
//	kind           load_berth, load_terminal, load_terminal_zone, load_terminal_nonIR, port, transit_terminal, discharge,
//	               anchorage, sts_area, zone or gate
//	lon, lat       a point inside the place, degrees of WGS 84
//	country        ISO 3166, two letters, or empty
//	radius_km      of a circle round the point; or else
//	shape          WKT: POLYGON of one ring, for a gate LINESTRING of two points
//	confidence     high, medium or low; low when empty
//	sanctioned     yes: Iranian crude, condensate or fuel oil is loaded here; no when empty
//	outside_hormuz yes or no; no when empty
//	grade          what is usually loaded, a name of Grades
//	max_dwt_t, max_draught_m   limits of the largest berth
//	outbound       for a gate N, E, S or W: the direction of a ship that leaves the Gulf
//	notes, source  text
//
// The first mistake ends the reading, with a RowError. Name is the file's, for that error.
func Load(r io.Reader, name string) (*Gazetteer, error) {
	buffered := bufio.NewReader(r)
	if mark, err := buffered.Peek(3); err == nil && string(mark) == "\ufeff" {
		buffered.Discard(3) //nolint:errcheck // three bytes are there
	}
	t := table{name: name, rows: csv.NewReader(buffered), seen: map[string]bool{}}
	if err := t.header(); err != nil {
		return nil, err
	}
	var places []Place
	for {
		p, err := t.next()
		if errors.Is(err, io.EOF) {
			return newGazetteer(places), nil
		}
		if err != nil {
			return nil, err
		}
		if places = append(places, p); len(places) > largestTable {
			return nil, fmt.Errorf("load gazetteer: %s: more than %d places", name, largestTable)
		}
	}
}

// table reads rows until the first mistake, which it keeps.
type table struct {
	name   string
	rows   *csv.Reader
	column map[string]int
	row    []string
	seen   map[string]bool
	err    error
}

func (t *table) header() error {
	row, err := t.rows.Read()
	if err != nil {
		return fmt.Errorf("load gazetteer: %s: header: %w", t.name, err)
	}
	t.column = make(map[string]int, len(row))
	for i, c := range row {
		c = strings.ToLower(strings.TrimSpace(c))
		why := ""
		if !slices.Contains(columns(), c) {
			why = "columns are " + strings.Join(columns(), ", ")
		} else if _, twice := t.column[c]; twice {
			why = "there is one of each"
		}
		if why != "" {
			return &RowError{t.name, 1, "column", c, why, ErrColumn}
		}
		t.column[c] = i
	}
	for _, c := range columns()[:neededColumns] {
		if _, ok := t.column[c]; !ok {
			return &RowError{t.name, 1, "column", c, "it is needed", ErrColumn}
		}
	}
	return nil
}

func (t *table) next() (Place, error) {
	row, err := t.rows.Read()
	if errors.Is(err, io.EOF) {
		return Place{}, err
	}
	if err != nil {
		return Place{}, fmt.Errorf("load gazetteer: %s: %w", t.name, err)
	}
	t.row = row
	p := t.place()
	return p, t.err
}

func (t *table) place() Place {
	p := Place{
		Name:       t.text("name"),
		Kind:       Kind(t.oneOf("kind", kindNames())),
		Country:    t.text("country"),
		Centre:     geo.PointFromDegrees(t.number("lon", -180, 180), t.number("lat", -90, 90)),
		Confidence: t.oneOf("confidence", []string{"high", "medium", "low", ""}),
		Sanctioned: t.yes("sanctioned"),
		Outside:    t.yes("outside_hormuz"),
		Grade:      t.text("grade"),
		MaxDWT:     t.number("max_dwt_t", 0, 1e6),
		MaxDraught: geo.Metres(t.number("max_draught_m", 0, 40)),
		Outbound:   t.oneOf("outbound", []string{"N", "E", "S", "W", ""}),
		Notes:      t.text("notes"),
		Source:     t.text("source"),
	}
	if p.Confidence == "" {
		p.Confidence = "low"
	}
	switch _, known := BarrelsPerTonne(p.Grade); {
	case p.Name == "":
		t.refuse("name", ErrValue, "a place has a name")
	case t.seen[p.Name]:
		t.refuse("name", ErrTwice, "names are unique")
	case p.Country != "" && !twoLetters(p.Country):
		t.refuse("country", ErrValue, "two capital letters of ISO 3166")
	case p.Grade != "" && !known:
		t.refuse("grade", ErrValue, "no grade of that name")
	}
	t.seen[p.Name] = true
	t.shape(&p)
	return p
}

func twoLetters(s string) bool {
	return len(s) == 2 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'A' && s[1] <= 'Z'
}

func kindNames() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, string(k))
	}
	return names
}

// shape fills in radius, ring or line.
func (t *table) shape(p *Place) {
	p.Radius = geo.Metres(t.number("radius_km", 0, largestRadius)) * geo.Kilometre
	text := t.text("shape")
	if (p.Radius > 0) == (text != "") {
		t.refuse("shape", ErrShape, "a place has either radius_km or shape")
		return
	}
	if p.Kind == Gate || p.Outbound != "" {
		t.gate(p, text)
		return
	}
	if text == "" {
		return
	}
	polygon, err := wkt.UnmarshalPolygon(text)
	switch {
	case err != nil || len(polygon) != 1:
		t.refuse("shape", ErrShape, "WKT POLYGON of one ring, longitude before latitude")
	case len(polygon[0]) < 4 || len(polygon[0]) > largestRing || polygon[0][0] != polygon[0][len(polygon[0])-1]:
		t.refuse("shape", ErrShape, "a ring is closed and has at least three corners")
	case !onEarth(polygon[0]):
		t.refuse("shape", ErrShape, "longitudes are -180 to 180, latitudes -90 to 90")
	case !compact(polygon[0]):
		t.refuse("shape", ErrShape, fmt.Sprintf("no place is more than %d degrees across", largestShape))
	default:
		p.Ring = []geo.Point(polygon[0])
	}
}

// gate fills in the line of a gate and sees that one can go outbound across it.
func (t *table) gate(p *Place, text string) {
	line, err := wkt.UnmarshalLineString(text)
	switch {
	case p.Kind != Gate:
		t.refuse("outbound", ErrValue, "only a gate has a direction")
		return
	case err != nil || len(line) != 2 || line[0] == line[1] || !onEarth(line):
		t.refuse("shape", ErrShape, "a gate is a WKT LINESTRING of two points")
		return
	case p.Outbound == "":
		t.refuse("outbound", ErrValue, "a gate is crossed outbound towards N, E, S or W")
		return
	}
	p.Line = [2]geo.Point{line[0], line[1]}
	east, north := compass(p.Outbound)
	if shortWay(line[1][0]-line[0][0])*north-(line[1][1]-line[0][1])*east == 0 {
		t.refuse("outbound", ErrValue, "the direction runs along the gate")
	}
}

// compact reports whether all corners are within reach of the first, the short way round.
func compact(ring orb.Ring) bool {
	for _, p := range ring {
		if math.Abs(shortWay(p[0]-ring[0][0])) > largestShape || math.Abs(p[1]-ring[0][1]) > largestShape {
			return false
		}
	}
	return true
}

func onEarth(points []orb.Point) bool {
	for _, p := range points {
		// Written so that what is not a number fails too.
		if !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) {
			return false
		}
	}
	return true
}

// text is the cell of a column, empty where the table lacks the column.
func (t *table) text(column string) string {
	if i, ok := t.column[column]; ok && i < len(t.row) {
		return strings.TrimSpace(t.row[i])
	}
	return ""
}

// number is a cell's number. An empty cell is zero, but for the coordinates.
func (t *table) number(column string, low, high float64) float64 {
	text := t.text(column)
	if text == "" && column != "lon" && column != "lat" {
		return 0
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || !(v >= low && v <= high) {
		t.refuse(column, ErrValue, fmt.Sprintf("a number from %g to %g", low, high))
		return 0
	}
	return v
}

func (t *table) oneOf(column string, values []string) string {
	text := t.text(column)
	if !slices.Contains(values, text) {
		t.refuse(column, ErrValue, "one of "+strings.Join(values, ", "))
	}
	return text
}

func (t *table) yes(column string) bool {
	return t.oneOf(column, []string{"yes", "no", ""}) == "yes"
}

// refuse keeps the first mistake.
func (t *table) refuse(column string, kind error, why string) {
	if t.err != nil {
		return
	}
	line, _ := t.rows.FieldPos(0)
	if i, ok := t.column[column]; ok {
		line, _ = t.rows.FieldPos(i)
	}
	t.err = &RowError{t.name, line, column, t.text(column), why, kind}
}
