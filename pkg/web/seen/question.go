package seen

import (
	"cmp"
	"context"
	"encoding/base64"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/web/model"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// Finder finds passages in what a model reads. It is safe for concurrent use.
type Finder struct {
	*Atlas
	model *model.Model

	mu   sync.Mutex
	kept *history // of the newest version that was asked for
}

// New returns the finder of a model. Without a gazetteer areas have corners and no names.
func New(m *model.Model, g *place.Gazetteer) *Finder { return &Finder{Atlas: NewAtlas(g), model: m} }

// Question is what is asked for.
type Question struct {
	A, B   Area
	Within time.Duration // from the last report in A to the first in B at most
	From   time.Time     // passages that are under way from then on; zero: no bound
	To     time.Time     // and before then; zero: no bound
	MostKn geo.Knots     // faster reports do not count, nor those that tell no speed; zero: all count
	MMSI   vessel.MMSI   // that either end was reported under; zero: any
	IMO    vessel.IMO
	Sizes  []string // any of them; none: all
	Flags  []string // any of them; none: all
	List   string   // as view.State has it
}

// UsualDays is the longest time between that is asked for where nothing is said: two months. The 3,800 nautical miles from Kharg to
// the waters off Johor take 16 days at 10 kn, and ships wait on the way.
const UsualDays = 60

// mostDays bounds the time between.
const mostDays = 3660

// Read reads a question from a page's state: its parameters a, b, within_days and max_kn, and class, which is size by another name. What they
// cannot say is a problem. Without a or b there is no question, and the area's Text is empty.
func (f *Finder) Read(s view.State) (Question, []view.Problem) {
	q := Question{Within: UsualDays * 24 * time.Hour, From: s.From, To: s.To, MMSI: s.MMSI, IMO: s.IMO, Sizes: s.Sizes, Flags: s.Flags, List: s.List}
	var problems []view.Problem
	wrong := func(name, value, expected string) {
		problems = append(problems, view.Problem{Parameter: name, Value: value[:min(len(value), longestText)], Expected: expected})
	}
	for _, x := range []struct {
		name string
		area *Area
	}{{"a", &q.A}, {"b", &q.B}} {
		if text := Own(s, x.name); text != "" {
			var err error
			if *x.area, err = f.Area(text); err != nil {
				wrong(x.name, text, err.Error())
			}
		}
	}
	if q.A.Text != "" && strings.EqualFold(q.A.Text, q.B.Text) {
		wrong("b", q.B.Text, "another area than a")
	}
	if text := Own(s, "within_days"); text != "" {
		days, err := strconv.ParseFloat(text, 64)
		if err != nil || !(days > 0 && days <= mostDays) {
			wrong("within_days", text, fmt.Sprintf("days, up to %d", mostDays))
		} else {
			q.Within = time.Duration(days * 24 * float64(time.Hour))
		}
	}
	if text := Own(s, "max_kn"); text != "" {
		kn, err := strconv.ParseFloat(text, 64)
		if err != nil || !(kn > 0 && kn <= float64(fastest)) {
			wrong("max_kn", text, fmt.Sprintf("knots, up to %.0f", fastest))
		} else {
			q.MostKn = geo.Knots(kn)
		}
	}
	if text := Own(s, "class"); text != "" {
		as, bad := view.Parse(url.Values{"size": {text}})
		if len(bad) > 0 {
			wrong("class", text, bad[0].Expected)
		}
		q.Sizes = append(slices.Clone(q.Sizes), as.Sizes...)
	}
	return q, problems
}

// Own is a parameter that the page's state does not know, by its name in any case.
func Own(s view.State, name string) string {
	for _, key := range slices.Sorted(maps.Keys(s.Unknown)) {
		if values := s.Unknown[key]; strings.EqualFold(key, name) && len(values) > 0 {
			return strings.TrimSpace(strings.ToValidUTF8(values[0], "\uFFFD"))
		}
	}
	return ""
}

// Asked tells whether both areas are given.
func (q *Question) Asked() bool { return q.A.Text != "" && q.B.Text != "" }

// Find answers a question.
func (f *Finder) Find(ctx context.Context, q Question) (Found, error) {
	h, err := f.history(ctx)
	if err != nil {
		return Found{}, err
	}
	return h.find(q), nil
}

// history is what is quoted of all ships now. Those who ask at once wait for one of them to read it.
func (f *Finder) history(ctx context.Context) (*history, error) {
	v, err := f.model.Version(ctx)
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept != nil && f.kept.tag == v.Tag() {
		return f.kept, nil
	}
	events, err := f.model.Events(ctx)
	if err != nil {
		return nil, err
	}
	f.kept = newHistory(v.Tag(), events, f.model.Fixes)
	return f.kept, nil
}

// Found is an answer.
type Found struct {
	Passages   []Passage // the latest arrival first
	Ships      int
	Untrue     int // reports in A or B that an event calls false: left out
	Impossible int // pairs of reports that no ship sails between: left out
}

func (h *history) find(q Question) Found {
	out := Found{Passages: []Passage{}}
	for _, s := range h.hulls {
		before := len(out.Passages)
		if q.wants(s) {
			s.find(q, &out)
		}
		if len(out.Passages) > before {
			out.Ships++
		}
	}
	slices.SortStableFunc(out.Passages, order)
	return out
}

// order is that of an answer: the latest arrival first.
func order(a, b Passage) int {
	return cmp.Or(b.B.First.Compare(a.B.First), compareNumbers(a.number, b.number))
}

// wants tells whether the question is about a ship.
func (q *Question) wants(h *hull) bool {
	s := h.ship
	switch {
	case q.IMO != 0 && s.IMO != q.IMO && !h.sends(q.IMO),
		q.MMSI != 0 && s.MMSI != q.MMSI && !slices.ContainsFunc(h.reports, func(r report) bool { return r.mmsi == q.MMSI }),
		len(q.Sizes) > 0 && !slices.Contains(q.Sizes, cmp.Or(s.Class, vessel.ClassUnknown.String())),
		len(q.Flags) > 0 && !slices.Contains(q.Flags, s.Flag):
		return false
	}
	switch q.List {
	case "":
		return true
	case view.ListAny:
		return len(s.Listed) > 0
	case view.ListNone:
		return len(s.Listed) == 0
	}
	return slices.ContainsFunc(s.Listed, func(hit string) bool {
		name, _, _ := strings.Cut(hit, " ")
		return strings.EqualFold(name, q.List)
	})
}

// sends tells whether a ship was heard with an IMO number.
func (h *hull) sends(n vessel.IMO) bool {
	for _, all := range h.imos {
		if slices.Contains(all, n) {
			return true
		}
	}
	return false
}

// Page is the part of an answer that follows the passage of a cursor, at most so many passages, and the cursor of the next page: empty
// on the last. An empty cursor asks for the first page; one that no page ended with is false.
func (f Found) Page(cursor string, limit int) (page []Passage, next string, ok bool) {
	rest := f.Passages
	if cursor != "" {
		last, ok := readCursor(cursor)
		if !ok {
			return nil, "", false
		}
		i, _ := slices.BinarySearchFunc(rest, last, order)
		for i < len(rest) && order(rest[i], last) == 0 {
			i++
		}
		rest = rest[i:]
	}
	if len(rest) > limit {
		rest = rest[:limit]
		next = rest[limit-1].cursor()
	}
	return rest, next, true
}

func (p *Passage) cursor() string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d %d", p.B.First.UnixMilli(), p.number.imo, p.number.mmsi))
}

func readCursor(text string) (p Passage, ok bool) {
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(plain) > 60 {
		return p, false
	}
	var at int64
	if _, err := fmt.Sscanf(string(plain), "%d %d %d", &at, &p.number.imo, &p.number.mmsi); err != nil {
		return p, false
	}
	p.B.First = time.UnixMilli(at).UTC()
	return p, true
}
