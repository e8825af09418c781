package picture

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/web/basemap"
)

// The size of an image to be shared, in pixels: what the Open Graph protocol's readers show without cutting.
const (
	ShareWidth  = 1200
	ShareHeight = 630
)

// Imprint is what is burned into an image to be shared: where it comes from and when it was true.
type Imprint struct {
	URL       string    // of the page it shows
	AsOf      time.Time // of the data
	Synthetic bool      // says so across the image
}

// The inner edges of an image to be shared.
const (
	margin = 44.0
	foot   = 52.0
)

// ShareBarometer is the image of the number: the newest running mean in words, and the chart of its days.
type ShareBarometer struct {
	Barometer Barometer // its size is ignored
	Imprint   Imprint
}

// PNG writes the image, 1200 by 630 pixels.
func (s ShareBarometer) PNG(w io.Writer) error {
	p, err := newPainter(ShareWidth, ShareHeight, Light)
	if err != nil {
		return fmt.Errorf("draw barometer: %w", err)
	}
	p.ground()
	scale := 1.3
	b := s.Barometer
	b.Width, b.Height, b.Synthetic = int((ShareWidth-2*margin)/scale), 326, false
	chart, err := b.scene()
	if err != nil {
		return err
	}
	title, interval, window := headline(until(b.Rows, b.To))
	write := &writer{painter: p}
	write.line("Crude of sanctioned source", margin, 52, 22, false, inkFaint, ShareWidth-2*margin)
	write.line(title, margin, 104, 50, true, inkTitle, ShareWidth-2*margin)
	x := max(write.reach+34, margin+520)
	write.line(interval, x, 82, 25, false, inkWord, ShareWidth-margin-x)
	write.line(window, x, 110, 20, false, inkFaint, ShareWidth-margin-x)
	write.do(func() error { return p.scene(chart, margin, 142, scale) })
	write.imprint(s.Imprint)
	if write.err != nil {
		return fmt.Errorf("draw barometer: %w", write.err)
	}
	return writePNG(w, p.Image())
}

// until leaves out the rows after a day; none where it is zero.
func until(rows []estimate.Row, last time.Time) []estimate.Row {
	for !last.IsZero() && len(rows) > 0 && rows[len(rows)-1].Date.After(last) {
		rows = rows[:len(rows)-1]
	}
	return rows
}

// headline tells the newest row of a series.
func headline(rows []estimate.Row) (title, interval, window string) {
	if len(rows) == 0 {
		return "No number yet", "", "nothing has been counted so far"
	}
	r := rows[len(rows)-1]
	window = fmt.Sprintf("mean of %d days to %s (UTC), %s, %s", r.WindowDays, r.Date.UTC().Format("2 January 2006"), r.Basis, r.Status)
	if !r.Known {
		return "Too little was heard", "anything up to " + export.About(r.Month.P95) + " barrels a day", window
	}
	return export.About(r.Month.Mean) + " barrels a day", fmt.Sprintf("90 %% between %s and %s", export.About(r.Month.P05), export.About(r.Month.P95)), window
}

// writer writes lines and keeps the first error.
type writer struct {
	*painter
	reach float64 // the right end of the last line
	err   error
}

func (w *writer) do(f func() error) {
	if w.err == nil {
		w.err = f()
	}
}

func (w *writer) line(text string, x, y, size float64, isBold bool, i ink, most float64) {
	w.do(func() (err error) {
		w.reach, err = w.fitted(text, x, y, size, isBold, i, most)
		return err
	})
}

func (p *painter) ground() {
	p.paint(inkGround, func() { p.DrawRectangle(0, 0, ShareWidth, ShareHeight) }, 1)
}

// imprint writes the foot, with the address at the left and the time at the right, and across the image what is synthetic.
func (w *writer) imprint(i Imprint) {
	w.SetColor(colour("#0b3d6b", 0))
	w.DrawRectangle(0, ShareHeight-foot, ShareWidth, foot)
	w.Fill()
	right := "darkwake"
	if !i.AsOf.IsZero() {
		right += " · as of " + i.AsOf.UTC().Format("2 Jan 2006, 15:04 UTC")
	}
	w.do(func() error {
		f, err := w.face(20, false)
		if err != nil {
			return err
		}
		w.SetFontFace(f)
		width, _ := w.MeasureString(right)
		if err := w.words(inkFoot, right, ShareWidth-margin, ShareHeight-foot/2+7, 1, atEnd); err != nil {
			return err
		}
		_, err = w.fitted(i.URL, margin, ShareHeight-foot/2+7, 20, true, inkFoot, ShareWidth-2.6*margin-width)
		return err
	})
	if i.Synthetic {
		w.do(w.stamp)
	}
}

// stamp writes SYNTHETIC across the image.
func (w *writer) stamp() error {
	f, err := w.face(150, true)
	if err != nil {
		return err
	}
	w.Push()
	defer w.Pop()
	w.SetFontFace(f)
	w.RotateAbout(-math.Pi/10, ShareWidth/2, ShareHeight/2)
	w.SetColor(colour(inks[inkStamp].fill[Light], inks[inkStamp].opacity))
	w.DrawStringAnchored("SYNTHETIC", ShareWidth/2, ShareHeight/2, 0.5, 0.35)
	return nil
}

// ShareEvent is the image of an event: what is claimed of whom, when and how probably, beside a map.
type ShareEvent struct {
	Event   event.Event
	Places  *place.Gazetteer
	Base    *basemap.Base
	Imprint Imprint
}

// The map of an event's image.
const (
	shareMapLeft  = 560.0
	shareMapScale = 1.25
)

// PNG writes the image, 1200 by 630 pixels.
func (s ShareEvent) PNG(w io.Writer) error {
	p, err := newPainter(ShareWidth, ShareHeight, Light)
	if err != nil {
		return fmt.Errorf("draw event: %w", err)
	}
	p.ground()
	write := &writer{painter: p}
	m := EventMap{Event: s.Event, Places: s.Places, Base: s.Base,
		Width: int(math.Round((ShareWidth - shareMapLeft) / shareMapScale)), Height: 463}
	write.do(func() error { return p.scene(m.scene(), shareMapLeft, 0, shareMapScale) })
	write.event(s.Event)
	write.imprint(s.Imprint)
	if write.err != nil {
		return fmt.Errorf("draw event: %w", write.err)
	}
	return writePNG(w, p.Image())
}

// column is text that is written from the top down.
type column struct {
	*writer
	y float64
}

func (c *column) say(size float64, isBold bool, i ink, text string) {
	c.y += size * 1.3
	c.line(text, margin, c.y, size, isBold, i, shareMapLeft-margin-20)
}

// event writes the left side of an event's image.
func (w *writer) event(e event.Event) {
	const scale = 2.4
	m, known := MarkOf(e.Kind)
	if !known {
		w.do(func() error { return fmt.Errorf("kind %q does not exist", e.Kind) })
		return
	}
	w.paint(ink(m.Name()), func() { w.trace(m.shape, margin/scale+8, 62/scale, scale) }, scale)
	title := KindName(e.Kind)
	w.line(strings.ToUpper(title[:1])+title[1:], margin+52, 77, 42, true, inkTitle, shareMapLeft-2*margin-52)
	c := &column{writer: w, y: 94}
	switch {
	case e.Status == event.Retracted:
		c.say(25, true, inkRecall, "RETRACTED: "+e.Why)
	case e.SupersededBy != nil:
		c.say(25, true, inkRecall, "SUPERSEDED")
	}
	for _, v := range e.Vessels[:min(len(e.Vessels), 2)] {
		c.y += 6
		c.say(29, true, inkWord, cmp.Or(strings.TrimSpace(v.Name), "(name not heard)"))
		c.say(20, false, inkFaint, numbers(v))
	}
	if more := len(e.Vessels) - 2; more > 0 {
		c.say(20, false, inkFaint, fmt.Sprintf("and %d more", more))
	}
	c.y += 12
	if e.Place != nil && e.Place.Name != "" {
		c.say(24, false, inkWord, e.Place.Name)
	}
	for _, line := range spanLines(e) {
		c.say(24, false, inkWord, line)
	}
	if b := e.Barrels; b != nil {
		c.y += 12
		c.say(27, true, inkWord, export.About(b.Mean)+" barrels")
		c.say(20, false, inkFaint, fmt.Sprintf("90 %% between %s and %s", export.About(b.P05), export.About(b.P95)))
	}
	c.y += 12
	c.say(27, true, inkWord, "Probability "+Odds(e.Probability))
	c.say(20, false, inkFaint, "that "+explain.Claim(e.Kind))
}

// spanLines prints when an event began and ended.
func spanLines(e event.Event) []string {
	from := e.Start.UTC().Format("2 January 2006, 15:04 UTC")
	if e.End == nil {
		return []string{"from " + from, "not ended so far as is known"}
	}
	if e.End.Equal(e.Start) {
		return []string{from}
	}
	return []string{from, "to " + e.End.UTC().Format("2 January 2006, 15:04 UTC")}
}

// numbers are what a ship is known by.
func numbers(v event.Vessel) string {
	var all []string
	if v.IMO != 0 {
		all = append(all, fmt.Sprintf("IMO %d", v.IMO))
	}
	all = append(all, "MMSI "+v.MMSI.String())
	if v.Flag != "" {
		all = append(all, "flag "+v.Flag)
	}
	if v.Class != "" {
		all = append(all, v.Class)
	}
	return strings.Join(all, " · ")
}

// Badge writes the number as a small label for other pages: what it is at the left, the newest running mean at the right.
// A number that is provisional says so.
func Badge(w io.Writer, rows []estimate.Row) error {
	faces, err := newPainter(1, 1, Light)
	if err != nil {
		return fmt.Errorf("draw badge: %w", err)
	}
	value, back := badgeValue(rows)
	const size, pad, height = 11.0, 7.0, 20.0
	f, err := faces.face(size, false)
	if err != nil {
		return fmt.Errorf("draw badge: %w", err)
	}
	faces.SetFontFace(f)
	const label = "barrels lifted a day"
	left, _ := faces.MeasureString(label)
	right, _ := faces.MeasureString(value)
	left, right = math.Ceil(left+2*pad), math.Ceil(right+2*pad)
	_, err = fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" role="img" aria-label="%s: %s"><title>%s: %s</title>`+
		`<rect width="%g" height="%g" rx="3" fill="#3b4754"/><path d="M%g 0h%ga3 3 0 0 1 3 3v14a3 3 0 0 1-3 3h-%gz" fill="%s"/>`+
		`<g fill="#fff" font-family="'Liberation Sans', Arial, Helvetica, sans-serif" font-size="%g"><text x="%g" y="14" textLength="%g">%s</text><text x="%g" y="14" textLength="%g">%s</text></g></svg>`+"\n",
		left+right, height, label, value, label, value, left+right, height, left, right-3, right-3, back,
		size, pad, left-2*pad, label, left+pad, right-2*pad, value)
	if err != nil {
		return fmt.Errorf("draw badge: %w", err)
	}
	return nil
}

// badgeValue is the right side of the badge with its colour, on which white stands out at 4.5 to 1.
func badgeValue(rows []estimate.Row) (value, back string) {
	if len(rows) == 0 || !rows[len(rows)-1].Known {
		return "not known", "#5b6672"
	}
	r := rows[len(rows)-1]
	value = fmt.Sprintf("%.1f M (%.1f–%.1f)", float64(r.Month.Mean)/1e6, float64(r.Month.P05)/1e6, float64(r.Month.P95)/1e6)
	switch r.Status {
	case estimate.Provisional:
		return value + " provisional", "#0b3d6b"
	case estimate.Blind:
		return value + " blind", "#5b6672"
	}
	return value, "#0b3d6b"
}
