package export

import (
	"fmt"
	"io"
	"math"
	"reflect"
	"time"

	"github.com/darkwake/darkwake/pkg/chart"
	"github.com/darkwake/darkwake/pkg/vessel"
)

// Printer writes lines and keeps the first error. Text among the arguments is what strangers sent: whatever a terminal
// would obey is shown as its code (chart.Plain).
type Printer struct {
	w   io.Writer
	err error
}

// NewPrinter prints to w.
func NewPrinter(w io.Writer) *Printer { return &Printer{w: w} }

// Err is the first error of all writes.
func (p *Printer) Err() error { return p.err }

// Printf writes one formatted text.
func (p *Printer) Printf(format string, args ...any) {
	if p.err != nil {
		return
	}
	for i, a := range args {
		if v := reflect.ValueOf(a); v.IsValid() && v.Kind() == reflect.String {
			args[i] = chart.Plain(v.String())
		}
	}
	_, p.err = fmt.Fprintf(p.w, format, args...)
}

// About says barrels in words, to two digits: 2.1 million, 850 thousand.
func About(b vessel.Barrels) string {
	switch {
	case b >= 950_000:
		return fmt.Sprintf("%.1f million", float64(b)/1e6)
	case b >= 1000:
		return fmt.Sprintf("%d thousand", int64(math.Round(float64(b)/1e4))*10)
	}
	return fmt.Sprintf("%d", b)
}

const minute = "2006-01-02 15:04"

// Span prints a time from and to in UTC, with its length in days and hours; an open end as such.
func Span(start time.Time, end *time.Time) string {
	if end == nil {
		return start.UTC().Format(minute) + " UTC, not ended"
	}
	d := end.Sub(start)
	if d < time.Minute {
		return start.UTC().Format(minute) + " UTC"
	}
	length := fmt.Sprintf("%.1f h", d.Hours())
	if d >= 48*time.Hour {
		length = fmt.Sprintf("%.1f d", d.Hours()/24)
	}
	return fmt.Sprintf("%s to %s UTC (%s)", start.UTC().Format(minute), end.UTC().Format(minute), length)
}

// Position prints a place as degrees with hemispheres.
func Position(lon, lat float64) string {
	ns, ew := "N", "E"
	if lat < 0 {
		ns, lat = "S", -lat
	}
	if lon < 0 {
		ew, lon = "W", -lon
	}
	return fmt.Sprintf("%.4f° %s %.4f° %s", lat, ns, lon, ew)
}

// Thousands prints a whole number with commas.
func Thousands(n int64) string {
	if n < 0 {
		return "-" + Thousands(-n)
	}
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
