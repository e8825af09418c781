package reality

import (
	"cmp"
	_ "embed" // recorded.csv
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Value is one figure of a feed. Its key says the theme and the thing, its unit is that of the key's row in Rows: shares
// are 0..1, times seconds, lengths metres, speeds knots.
type Value struct {
	Key   string  `json:"key"`
	N     int64   `json:"n"` // observations that it rests on
	Value float64 `json:"value"`
}

// Figures are all that a feed was measured to be.
type Figures struct {
	Name       string      `json:"name"`
	Values     []Value     `json:"values"` // by key
	Histograms []Histogram `json:"histograms"`
}

// Find gives the value of a key.
func (f *Figures) Find(key string) (Value, bool) {
	i := slices.IndexFunc(f.Values, func(v Value) bool { return v.Key == key })
	if i < 0 {
		return Value{}, false
	}
	return f.Values[i], true
}

// Histogram gives the distribution of a key, or none.
func (f *Figures) Histogram(key string) *Histogram {
	for i := range f.Histograms {
		if f.Histograms[i].Key == key {
			return &f.Histograms[i]
		}
	}
	return nil
}

func (f *Figures) add(key string, n int64, value float64) {
	if n > 0 && !math.IsNaN(value) && !math.IsInf(value, 0) {
		f.Values = append(f.Values, Value{key, n, value})
	}
}

// share adds a part of a whole; nothing where there is no whole.
func (f *Figures) share(key string, part, whole int64) {
	f.add(key, whole, float64(part)/float64(max(1, whole)))
}

// spread adds the median and both tails of a histogram, and the histogram itself.
func (f *Figures) spread(h Histogram) {
	n := h.N()
	if n == 0 {
		return
	}
	f.add(h.Key+".p10", n, h.Quantile(0.1))
	f.add(h.Key+".median", n, h.Quantile(0.5))
	f.add(h.Key+".p90", n, h.Quantile(0.9))
	f.Histograms = append(f.Histograms, h)
}

// Sort puts values and histograms in the order of their keys.
func (f *Figures) Sort() {
	slices.SortFunc(f.Values, func(a, b Value) int { return cmp.Compare(a.Key, b.Key) })
	slices.SortFunc(f.Histograms, func(a, b Histogram) int { return cmp.Compare(a.Key, b.Key) })
}

// WriteJSON writes the figures of feeds as indented JSON.
func WriteJSON(w io.Writer, feeds []*Figures) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(feeds)
}

// Histogram counts values between edges: Counts[i] holds those from Edges[i] up to, not including, Edges[i+1]; the last
// count all that are larger.
type Histogram struct {
	Key    string    `json:"key"`
	Edges  []float64 `json:"edges"`
	Counts []int64   `json:"counts"`
}

// ladders are the edges of each histogram. Seconds are cut at halves, so that a stamp of whole seconds falls into the
// middle of its bin.
var ladders = map[string][]float64{
	"type":              steps(-0.5, 1, 28),
	"interval.at_rest":  slices.Concat([]float64{0}, steps(0.5, 1, 420), geometric(421, 1.1, 1300)),
	"interval.under_14": slices.Concat([]float64{0}, steps(0.5, 1, 60), geometric(61, 1.1, 700)),
	"silence":           slices.Concat(steps(0.5, 1, 60), geometric(61, 1.15, 50_000)),
	"sog":               steps(-0.25, 0.5, 80),
	"turn":              slices.Concat([]float64{0}, geometric(0.1, 1.25, 1000)),
	"rest":              slices.Concat([]float64{0}, geometric(0.05, 1.25, 5000)),
	"spacing":           geometric(5, 1.15, 200_000),
	"lag":               slices.Concat(steps(-0.5, 1, 60), geometric(60, 1.15, 90_000)),
}

func steps(from, step float64, n int) []float64 {
	out := make([]float64, n+1)
	for i := range out {
		out[i] = from + float64(i)*step
	}
	return out
}

func geometric(from, factor, to float64) []float64 {
	var out []float64
	for x := from; x <= to; x *= factor {
		out = append(out, x)
	}
	return out
}

// newHistogram makes an empty histogram on one of the ladders.
func newHistogram(key, ladder string) Histogram {
	return Histogram{Key: key, Edges: ladders[ladder], Counts: make([]int64, len(ladders[ladder]))}
}

func (h *Histogram) add(v float64) {
	i, exact := slices.BinarySearch(h.Edges, v)
	if !exact {
		i--
	}
	h.Counts[max(0, i)]++
}

// N is the number of values.
func (h *Histogram) N() int64 {
	sum := int64(0)
	for _, c := range h.Counts {
		sum += c
	}
	return sum
}

// Middle is the value that stands for a bin: its lower edge where it is the last, or begins at zero, which is finer than
// AIS can say.
func (h *Histogram) Middle(i int) float64 {
	if i+1 >= len(h.Edges) || h.Edges[i] == 0 {
		return h.Edges[i]
	}
	return (h.Edges[i] + h.Edges[i+1]) / 2
}

// Quantile is the middle of the bin that holds a share q of the values below it or in it.
func (h *Histogram) Quantile(q float64) float64 {
	left := q * float64(h.N())
	for i, c := range h.Counts {
		if left -= float64(c); left <= 0 && c > 0 {
			return h.Middle(i)
		}
	}
	return math.NaN()
}

// Above is the number of values in bins that begin at v or higher.
func (h *Histogram) Above(v float64) int64 {
	sum := int64(0)
	for i, c := range h.Counts {
		if h.Edges[i] >= v {
			sum += c
		}
	}
	return sum
}

// recordedTable is the committed table of what the real recordings were measured to be.
//
//go:embed recorded.csv
var recordedTable string

// Recorded gives the figures of the real recordings as they were measured when the table was made.
func Recorded() ([]*Figures, error) { return ReadTable(strings.NewReader(recordedTable)) }

var tableHeader = []string{"recording", "figure", "n", "value"}

// WriteTable writes figures as rows: recording, figure, n, value. A histogram is one row whose value lists the bins
// that are not empty as index:count.
func WriteTable(w io.Writer, feeds []*Figures) error {
	out := csv.NewWriter(w)
	rows := [][]string{tableHeader}
	for _, f := range feeds {
		for _, v := range f.Values {
			rows = append(rows, []string{f.Name, v.Key, strconv.FormatInt(v.N, 10), strconv.FormatFloat(v.Value, 'g', 5, 64)})
		}
		for _, h := range f.Histograms {
			var bins []string
			for i, c := range h.Counts {
				if c > 0 {
					bins = append(bins, fmt.Sprintf("%d:%d", i, c))
				}
			}
			rows = append(rows, []string{f.Name, "histogram:" + h.Key, strconv.FormatInt(h.N(), 10), strings.Join(bins, " ")})
		}
	}
	if err := out.WriteAll(rows); err != nil {
		return fmt.Errorf("write table of figures: %w", err)
	}
	return nil
}

// ReadTable reads what WriteTable wrote.
func ReadTable(r io.Reader) ([]*Figures, error) {
	rows, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("read table of figures: %w", err)
	}
	if len(rows) == 0 || !slices.Equal(rows[0], tableHeader) {
		return nil, fmt.Errorf("read table of figures: header %v expected", tableHeader)
	}
	var feeds []*Figures
	for i, row := range rows[1:] {
		if len(feeds) == 0 || feeds[len(feeds)-1].Name != row[0] {
			feeds = append(feeds, &Figures{Name: row[0]})
		}
		if err := feeds[len(feeds)-1].readRow(row); err != nil {
			return nil, fmt.Errorf("read table of figures: row %d: %w", i+2, err)
		}
	}
	return feeds, nil
}

func (f *Figures) readRow(row []string) error {
	if key, ok := strings.CutPrefix(row[1], "histogram:"); ok {
		h := newHistogram(key, ladderOf(key))
		for bin := range strings.FieldsSeq(row[3]) {
			var i int
			var c int64
			if _, err := fmt.Sscanf(bin, "%d:%d", &i, &c); err != nil || i < 0 || i >= len(h.Counts) || c < 0 {
				return fmt.Errorf("bin %q of %s is not index:count", bin, key)
			}
			h.Counts[i] = c
		}
		f.Histograms = append(f.Histograms, h)
		return nil
	}
	n, err := strconv.ParseInt(row[2], 10, 64)
	if err != nil {
		return err
	}
	v, err := strconv.ParseFloat(row[3], 64)
	if err != nil {
		return err
	}
	if math.IsNaN(v) || math.IsInf(v, 0) || n < 0 {
		return fmt.Errorf("%s of %s is no figure", row[3], row[2])
	}
	f.Values = append(f.Values, Value{row[1], n, v})
	return nil
}

// ladderOf gives the ladder of a histogram's key: the longest ladder's name that the key begins with, else that of
// moving ships' intervals, or of those that report every three or six minutes.
func ladderOf(key string) string {
	best := "interval.under_14"
	if strings.HasPrefix(key, "static") || key == "interval.b_slow" {
		best = "interval.at_rest"
	}
	length := 0
	for name := range ladders {
		if strings.HasPrefix(key, name) && len(name) > length {
			best, length = name, len(name)
		}
	}
	return best
}
