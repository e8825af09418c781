package store

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/darkwake/darkwake/internal/fixture"
	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export"
	"github.com/darkwake/darkwake/pkg/geo"
	"github.com/darkwake/darkwake/pkg/vessel"
)

func pgError(code string) error { return &pgconn.PgError{Code: code, Message: "made up"} }

// each runs a test on an empty store of every kind.
func each(t *testing.T, test func(t *testing.T, url string)) {
	t.Run("sqlite", func(t *testing.T) { test(t, filepath.Join(t.TempDir(), "a store?100%.db")) })
	t.Run("postgres", func(t *testing.T) { test(t, shared.database(t, "")) })
}

func opened(t testing.TB, url string) *Store {
	t.Helper()
	s, err := Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

var places = []event.Place{{Name: "Khor Fakkan", Kind: "sts_area"}, {Name: "Kharg", Kind: "terminal"}, {Name: "São Sebastião 100%_x", Kind: "terminal"}}

// story makes n events of all kinds in a year, with traps in their names, in the order of their ids.
func story(n int) []event.Event {
	r := rand.New(rand.NewPCG(7, uint64(n)))
	all := make([]event.Event, n)
	for i := range all {
		kind := event.Kinds()[r.IntN(len(event.Kinds()))]
		start := fixture.First.Add(time.Duration(r.Int64N(365*24*60)) * time.Minute) // so that some start together
		e := event.Event{Schema: event.Schema, ID: fmt.Sprintf("%s-%016x", kind, r.Uint64()), Version: 1, Kind: kind, Start: start, Status: event.Open,
			Why: "told <first> & alone", Lon: float64(r.IntN(360_00000))/1e5 - 180, Lat: float64(r.IntN(180_00000))/1e5 - 90, Probability: float64(r.IntN(101)) / 100,
			Details: event.DetailsOf(kind), Watermark: start.Add(time.Hour), Software: "darkwake test", Config: "sha256:00",
			Evidence: event.Evidence{Sentences: []string{`!AIVDM,1,1,,A,19@>iFh0AwSp<&>,0*52`}}}
		if r.IntN(3) > 0 {
			end := start.Add(time.Duration(r.IntN(72*60)) * time.Minute)
			e.End, e.Status = &end, []event.Status{event.Closed, event.Retracted}[r.IntN(2)]
		}
		if p := r.IntN(4); p < 3 {
			e.Place = &places[p]
		}
		for range r.IntN(3) {
			k := r.IntN(6)
			e.Vessels = append(e.Vessels, event.Vessel{Role: event.Subject, MMSI: vessel.MMSI(620999001 + k), IMO: vessel.IMO(9000003 * (k % 2)), Name: fixture.Names[k],
				Flag: []string{"KM", "PA", ""}[k%3], Class: []string{"VLCC", "", "MR"}[k%3], Listed: [][]string{{"SDN 1 (2024-03-01)", "SDN 2"}, nil, {"uani 7"}, {}}[k%4]})
		}
		if p := r.IntN(3); p > 0 {
			e.Evidence.Refs = []event.Ref{{Source: "feed " + string(rune('a'+p))}, {Source: "feed a", Offset: 1}, {Source: "feed a", Offset: 2}}
		}
		all[i] = e
	}
	return all
}

// again is another version of an event.
func again(e event.Event, version int, why string) event.Event {
	e.Version, e.Why = version, why
	return e
}

func put(t testing.TB, s *Store, epoch int64, b Batch) {
	t.Helper()
	if err := s.Put(context.Background(), epoch, b); err != nil {
		t.Fatal(err)
	}
}

func lines(t testing.TB, s *Store) string {
	t.Helper()
	var b bytes.Buffer
	if err := s.WriteLines(context.Background(), &b, Query{Limit: 7}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestEventsComeBackAsTheirFileHasThem, byte for byte and in its order, after a restart too.
func TestEventsComeBackAsTheirFileHasThem(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		events := append(story(60), fixture.Events()...)
		slices.SortFunc(events, event.Compare)
		var want bytes.Buffer
		if err := export.Events(&want, events); err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		shuffled := slices.Clone(events)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		for chunk := range slices.Chunk(shuffled, 13) {
			put(t, s, 1, Batch{Events: chunk})
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = opened(t, url)
		if got := lines(t, s); got != want.String() {
			t.Errorf("got %d bytes, want %d", len(got), want.Len())
		}
		for _, e := range events {
			held, err := s.Event(t.Context(), e.ID)
			if err != nil {
				t.Fatal(err)
			}
			back, err := held.Event()
			if err != nil || back.ID != e.ID || back.Version != e.Version || !back.Start.Equal(e.Start) {
				t.Errorf("event %s: got %s, version %d, %v", e.ID, back.ID, back.Version, err)
			}
		}
		if _, err := s.Event(t.Context(), "gap-\x00\xff"); !errors.Is(err, ErrNotFound) {
			t.Errorf("an id that is none: got %v, want %v", err, ErrNotFound)
		}
	})
}

// dump is everything that a reader can see, but for the numbers of changes.
func dump(t testing.TB, s *Store) string {
	t.Helper()
	ctx := context.Background()
	var b strings.Builder
	b.WriteString(lines(t, s))
	after := int64(0)
	var changes []string
	for {
		page, err := s.Changes(ctx, after, 50)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			changes, after = append(changes, fmt.Sprintf("%s v%d by %d: %s", e.ID, e.Version, e.Epoch, e.JSON)), e.Sequence
		}
		if len(page) < 50 {
			break
		}
	}
	slices.Sort(changes)
	b.WriteString(strings.Join(changes, "\n"))
	for _, basis := range []estimate.Basis{estimate.Lifted, estimate.Exited} {
		days, err := s.Days(ctx, basis, time.Time{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range days {
			old, err := s.Vintages(ctx, d.Date, basis)
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintln(&b, d.Record(), d.Account != nil, len(old))
			for _, v := range old {
				fmt.Fprintln(&b, v.Record())
			}
		}
	}
	meta, err := s.Meta(ctx)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := s.Document(ctx, "coverage")
	if err != nil && !errors.Is(err, ErrNotFound) {
		t.Fatal(err)
	}
	fmt.Fprintln(&b, meta.Watermark, meta.AsOf, meta.Config, meta.Software, doc.AsOf, string(doc.Body))
	return b.String()
}

// row is a day's estimate in a vintage.
func row(date, asOf time.Time, mean vessel.Barrels) estimate.Row {
	i := estimate.Interval{Mean: mean, P05: 0, P50: mean, P95: 2 * mean}
	return estimate.Row{Date: date, Basis: estimate.Lifted, Known: true, Day: i, Week: i, Month: i, WindowDays: 28, Seen: mean, Lifts: 0.25, Detection: 0.5, Health: 1, Status: estimate.Provisional, AsOf: asOf,
		Account: &estimate.Account{}}
}

// said is what a run has to say, batch by batch: versions of some events and a vintage each.
func toSay(r *rand.Rand, n int) []Batch {
	events := story(8)
	versions := map[string]int{}
	var all []Batch
	for k := range n {
		at := fixture.First.Add(time.Duration(k+1) * 24 * time.Hour)
		b := Batch{Meta: &Meta{Watermark: at, AsOf: at, Config: "c", Software: "s"}, Documents: []Document{{Name: "coverage", AsOf: at, Body: json.RawMessage(fmt.Sprintf(`{"k":%d}`, k))}}}
		for range r.IntN(4) {
			e := events[r.IntN(len(events))]
			versions[e.ID]++
			b.Events = append(b.Events, again(e, versions[e.ID], fmt.Sprintf("change %d", k)))
		}
		for d := range k + 1 {
			b.Rows = append(b.Rows, row(fixture.First.Add(time.Duration(d)*24*time.Hour), at, vessel.Barrels(100*r.IntN(50))))
		}
		all = append(all, b)
	}
	return all
}

// TestOldBatchesChangeNothing: whatever was put before may be put again, by the same owner or an older one.
func TestOldBatchesChangeNothing(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		const seed = 11
		r := rand.New(rand.NewPCG(seed, 0))
		s := opened(t, url)
		batches := toSay(r, 10)
		for k, b := range batches {
			put(t, s, 5, b)
			want := dump(t, s)
			for range 3 {
				old, epoch := batches[r.IntN(k+1)], int64(5-r.IntN(2))
				put(t, s, epoch, old)
				if got := dump(t, s); got != want {
					t.Fatalf("seed %d: a batch of the first %d, put again by epoch %d, changed\n%s\nto\n%s", seed, k+1, epoch, want, got)
				}
			}
			put(t, s, 4, Batch{Events: []event.Event{again(batches[k].event(), 99, "by an owner who was replaced")}})
			if got := dump(t, s); batches[k].Events != nil && got != want {
				t.Fatalf("seed %d: what an owner who was replaced says changed\n%s\nto\n%s", seed, want, got)
			}
		}
	})
}

// event is one of the batch, or one that nobody knows.
func (b Batch) event() event.Event {
	if len(b.Events) == 0 {
		return story(8)[0]
	}
	return b.Events[0]
}

// TestANewOwnerSaysItAgain: killed anywhere and gone on from an earlier checkpoint under higher epochs, a run leaves what
// one that was never killed leaves, and keeps no version twice.
func TestANewOwnerSaysItAgain(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		const seed = 12
		r := rand.New(rand.NewPCG(seed, 0))
		batches := toSay(r, 12)
		whole := opened(t, filepath.Join(t.TempDir(), "whole.db"))
		for _, b := range batches {
			put(t, whole, 1, b)
		}
		s := opened(t, url)
		epoch := int64(1)
		for k := 0; k < len(batches); k++ {
			put(t, s, epoch, batches[k])
			if r.IntN(3) == 0 && epoch < 8 {
				k, epoch = max(-1, k-1-r.IntN(4)), epoch+1
			}
		}
		got, want := dump(t, s), dump(t, whole)
		for e := range epoch {
			got = strings.ReplaceAll(got, fmt.Sprintf(" by %d: ", e+1), " by 1: ")
		}
		if sorted(got) != sorted(want) {
			t.Errorf("seed %d, %d owners: got\n%s\nwant\n%s", seed, epoch, got, want)
		}
	})
}

func sorted(text string) string {
	all := strings.Split(text, "\n")
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// TestAnotherAnswerOfANewOwner stands although its version is lower, and what was said before is kept.
func TestAnotherAnswerOfANewOwner(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		e := story(1)[0]
		e.Vessels = []event.Vessel{{MMSI: 620999001}}
		other := again(e, 2, "another second")
		other.Vessels = []event.Vessel{{MMSI: 620999002}}
		put(t, s, 1, Batch{Events: []event.Event{again(e, 3, "third"), e, again(e, 2, "second")}})
		put(t, s, 2, Batch{Events: []event.Event{e, other}})
		var got []string
		all, err := s.Versions(t.Context(), e.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range all {
			x, err := v.Event()
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%d.%d %s", v.Epoch, v.Version, x.Why))
		}
		want := []string{"1.2 second", "1.3 third", "2.1 told <first> & alone", "2.2 another second"}
		if !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
		for mmsi, want := range map[vessel.MMSI]int{620999001: 0, 620999002: 1} {
			if n, err := s.Count(t.Context(), Query{MMSI: mmsi}); n != want || err != nil {
				t.Errorf("ship %d: got %d events, %v; want %d: ships are those of the version that stands", mmsi, n, err, want)
			}
		}
		if _, err := s.Versions(t.Context(), "gap-0000000000000000"); !errors.Is(err, ErrNotFound) {
			t.Errorf("an id that is none: got %v, want %v", err, ErrNotFound)
		}
	})
}

// matches is what a query means, told by the event alone.
func matches(q Query, e event.Event) bool {
	text := strings.ToLower(e.ID + "\n" + e.Why + "\n")
	var ship, hull bool
	for _, v := range e.Vessels {
		text += strings.ToLower(v.Name+"\n"+v.Flag+"\n"+v.MMSI.String()+"\n") + fmt.Sprint(v.IMO) + "\n" + strings.ToLower(strings.Join(v.Listed, "\n")) + "\n"
		ship, hull = ship || v.MMSI == q.MMSI, hull || v.IMO == q.IMO
	}
	name := ""
	if e.Place != nil {
		name = strings.ToLower(e.Place.Name)
	}
	end := e.Start
	if e.End != nil {
		end = *e.End
	}
	for _, word := range strings.Fields(strings.ToLower(q.Text)) {
		if !strings.Contains(text+name, word) {
			return false
		}
	}
	if b := q.Box; b != nil {
		inside := e.Lon >= b.West && e.Lon <= b.East
		if b.West > b.East {
			inside = e.Lon >= b.West || e.Lon <= b.East
		}
		if !inside || e.Lat < b.South || e.Lat > b.North {
			return false
		}
	}
	return fits(q, e) && (len(q.Kinds) == 0 || slices.Contains(q.Kinds, e.Kind)) && (len(q.Statuses) == 0 || slices.Contains(q.Statuses, e.Status)) &&
		(q.From.IsZero() || !end.Before(q.From) || e.End == nil && e.Status == event.Open) && (q.To.IsZero() || e.Start.Before(q.To)) &&
		(q.MMSI == 0 || ship) && (q.IMO == 0 || hull) && (q.Place == "" || name == strings.ToLower(q.Place)) && e.Probability >= q.MinProbability
}

// fits is what the filters of a query mean.
func fits(q Query, e event.Event) bool {
	var flags, classes, lists, sources []string
	for _, v := range e.Vessels {
		flags = append(flags, v.Flag)
		classes = append(classes, cmp.Or(v.Class, "unknown"))
		for _, hit := range v.Listed {
			lists = append(lists, strings.ToLower(strings.Fields(hit)[0]))
		}
	}
	for _, ref := range e.Evidence.Refs {
		sources = append(sources, ref.Source)
	}
	either := func(wanted, has []string) bool {
		return len(wanted) == 0 || slices.ContainsFunc(wanted, func(v string) bool { return slices.Contains(has, v) })
	}
	var lasted time.Duration
	if e.End != nil {
		lasted = e.End.Sub(e.Start)
	} else if e.Status == event.Open {
		lasted = e.Watermark.Sub(e.Start)
	}
	listed := q.Listed == "" || q.Listed == ListedAny && len(lists) > 0 || q.Listed == ListedNone && len(lists) == 0 || slices.Contains(lists, strings.ToLower(q.Listed))
	return either(q.Flags, flags) && either(q.Classes, classes) && either(q.Sources, sources) && listed && lasted >= q.Least &&
		(len(q.Area) == 0 || planar.RingContains(append(orb.Ring(q.Area), q.Area[0]), orb.Point{e.Lon, e.Lat}))
}

func TestQueriesFindWhatTheyMean(t *testing.T) {
	events := story(500)
	day := func(n int) time.Time { return fixture.First.Add(time.Duration(n) * 24 * time.Hour) }
	queries := map[string]Query{
		"everything":                     {},
		"two kinds":                      {Kinds: []event.Kind{event.Gap, event.Lift}},
		"what stands":                    {Statuses: []event.Status{event.Open, event.Closed}},
		"retracted":                      {Statuses: []event.Status{event.Retracted}},
		"under way in a week":            {From: day(100), To: day(107)},
		"from a day on":                  {From: day(300)},
		"before a day":                   {To: day(30)},
		"a box":                          {Box: &Box{-30, -20, 90, 60}},
		"a box across the date line":     {Box: &Box{150, -90, -150, 90}},
		"a ship by her MMSI":             {MMSI: 620999003},
		"a hull by her IMO number":       {IMO: 9000003},
		"a place in another case":        {Place: "KHOR fakkan"},
		"a place with signs of patterns": {Place: "são sebastião 100%_x"},
		"likely ones":                    {MinProbability: 0.8},
		"a name in another case":         {Text: "syn Plain"},
		"a name that is a formula":       {Text: `=HYPERLINK("http`},
		"signs of patterns":              {Text: "100%_x"},
		"a pattern that is none":         {Text: "1%x"},
		"a backslash":                    {Text: `\`},
		"a list and a number":            {Text: "sdn 620999001"},
		"a mark of direction":            {Text: "\u202e"},
		"nothing":                        {Text: "no such words anywhere"},
		"bytes that are no text":         {Text: "\xff\x00"},
		"a flag":                         {Flags: []string{"PA"}},
		"either flag":                    {Flags: []string{"PA", "KM"}},
		"a size class":                   {Classes: []string{"VLCC"}},
		"of unknown size":                {Classes: []string{"unknown", "ULCC"}},
		"on any list":                    {Listed: "any"},
		"on no list":                     {Listed: "none"},
		"on a list in another case":      {Listed: "Sdn"},
		"on a list that is not there":    {Listed: "sd"},
		"a source":                       {Sources: []string{"feed b"}},
		"either source":                  {Sources: []string{"feed b", "feed c"}},
		"a long time":                    {Least: 36 * time.Hour},
		"a moment":                       {Least: time.Millisecond},
		"in a triangle":                  {Area: []geo.Point{{-100, -60}, {120, -40}, {10, 80}}},
		"in an area with a bay":          {Area: []geo.Point{{-150, -80}, {150, -80}, {150, 80}, {0, -70}, {-150, 80}}},
		"in an area closed by hand":      {Area: []geo.Point{{-100, -60}, {120, -60}, {120, 80}, {-100, 80}, {-100, -60}}},
		"on a line":                      {Area: []geo.Point{{-100, 5}, {120, 5}, {10, 5}}},
		"filters together":               {Area: []geo.Point{{-180, -90}, {180, -90}, {180, 90}, {-180, 90}}, Flags: []string{"KM"}, Classes: []string{"VLCC", "MR"}, Listed: "any", Sources: []string{"feed a"}, Least: time.Hour},
		"several at once":                {Kinds: []event.Kind{event.Gap, event.PortCall, event.Outage}, From: day(50), To: day(250), MinProbability: 0.3, Text: "syn"},
	}
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		put(t, s, 1, Batch{Events: events})
		for name, q := range queries {
			t.Run(name, func(t *testing.T) {
				var want []string
				for _, e := range events {
					if matches(q, e) {
						want = append(want, e.ID)
					}
				}
				if (len(want) == 0) != slices.Contains([]string{"nothing", "a pattern that is none", "a backslash", "bytes that are no text", "on a list that is not there", "on a line"}, name) {
					t.Fatalf("the query fits %d events: it tests nothing", len(want))
				}
				slices.Sort(want)
				for _, q.Newest = range []bool{false, true} {
					got, sizes := pages(t, s, q, 9)
					if slices.Sort(got); !slices.Equal(got, want) {
						t.Errorf("newest first %v: got %d events on pages of %v, want %d", q.Newest, len(got), sizes, len(want))
					}
				}
				if n, err := s.Count(t.Context(), q); n != len(want) || err != nil {
					t.Errorf("count: got %d, %v, want %d", n, err, len(want))
				}
			})
		}
	})
}

// pages collects the ids of all pages and checks that they are in order.
func pages(t *testing.T, s *Store, q Query, limit int) (ids []string, sizes []int) {
	t.Helper()
	q.Limit = limit
	var last event.Event
	for {
		page, err := s.Events(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range page.Entries {
			e, err := x.Event()
			if err != nil {
				t.Fatal(err)
			}
			if c := event.Compare(last, e); len(ids) > 0 && (c < 0) == q.Newest {
				t.Fatalf("%s after %s, newest first %v", e.ID, last.ID, q.Newest)
			}
			ids, last = append(ids, e.ID), e
		}
		sizes = append(sizes, len(page.Entries))
		if q.Cursor = page.Next; q.Cursor == "" {
			return ids, sizes
		}
		if len(page.Entries) != limit {
			t.Fatalf("a page of %d with another after it: want %d", len(page.Entries), limit)
		}
	}
}

// TestPagesStandStillWhileEventsCome: what was there at the first page comes exactly once, whatever is put meanwhile.
func TestPagesStandStillWhileEventsCome(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		events := story(200)
		there, later := events[:100], events[100:]
		put(t, s, 1, Batch{Events: there})
		for _, newest := range []bool{false, true} {
			q, seen := Query{Newest: newest, Limit: 10}, map[string]int{}
			for turn := 0; ; turn++ {
				page, err := s.Events(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range page.Entries {
					seen[e.ID]++
				}
				if q.Cursor = page.Next; q.Cursor == "" {
					break
				}
				put(t, s, 1, Batch{Events: append(slices.Clone(later[5*turn%95:5*turn%95+5]), again(there[turn%100], 2+turn, "told again"))})
			}
			for _, e := range there {
				if seen[e.ID] != 1 {
					t.Errorf("newest first %v: %s came %d times, want once", newest, e.ID, seen[e.ID])
				}
			}
		}
	})
}

func TestBadQueriesAreNamed(t *testing.T) {
	older := place{1, 2, "gap-0"}.cursor(false)
	for _, tc := range []struct {
		name, want string
		q          Query
	}{
		{"a kind that is none", `kind "gab": expected one of`, Query{Kinds: []event.Kind{"gab"}}},
		{"a status that is none", `status "shut": expected open`, Query{Statuses: []event.Status{"shut"}}},
		{"an end before its start", "expected a time after from", Query{From: fixture.First, To: fixture.First}},
		{"too many", "limit 1001: expected 1 to 1000", Query{Limit: 1001}},
		{"fewer than none", "limit -1: expected", Query{Limit: -1}},
		{"more than sure", "probability 1.1: expected 0 to 1", Query{MinProbability: 1.1}},
		{"a box upside down", "south first", Query{Box: &Box{0, 10, 1, 9}}},
		{"a long text", "text of 201 characters: expected 200", Query{Text: strings.Repeat("x", 201)}},
		{"a flag without a name", "flags: expected up to 100 names", Query{Flags: []string{""}}},
		{"a time before none", "duration -1s: expected", Query{Least: -time.Second}},
		{"an area of two corners", "area of 2 corners: expected 3 to 100", Query{Area: []geo.Point{{1, 1}, {2, 2}}}},
		{"an area off the Earth", "expected longitudes", Query{Area: []geo.Point{{1, 1}, {2, 2}, {3, nan()}}}},
		{"a cursor of noise", `cursor "!!": expected`, Query{Cursor: "!!"}},
		{"a cursor of the other direction", "in the same direction", Query{Cursor: older, Newest: true}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := tc.q.Validate(); !errors.Is(err, ErrQuery) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
	if err := (Query{Cursor: older}).Validate(); err != nil {
		t.Errorf("a good cursor: %v", err)
	}
}

// TestDaysAreTheNewestRows and every row that was the newest before is kept.
func TestDaysAreTheNewestRows(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		day := func(n int) time.Time { return fixture.First.Add(time.Duration(n) * 24 * time.Hour) }
		exited := row(day(0), day(2), 700)
		exited.Basis = estimate.Exited
		unknown := estimate.Row{Date: day(4), Basis: estimate.Lifted, Status: estimate.Blind, WindowDays: 1, AsOf: day(5), Day: estimate.Interval{P95: 9000}}
		put(t, s, 1, Batch{Rows: []estimate.Row{row(day(0), day(1), 100), exited}})
		put(t, s, 1, Batch{Rows: []estimate.Row{row(day(0), day(3), 300), row(day(1), day(3), 400), row(day(0), day(2), 200), unknown}})
		days, err := s.Days(t.Context(), estimate.Lifted, time.Time{}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		want := []estimate.Row{row(day(0), day(3), 300), row(day(1), day(3), 400), unknown}
		if len(days) != len(want) {
			t.Fatalf("got %d days, want %d", len(days), len(want))
		}
		for i := range want {
			if !slices.Equal(days[i].Record(), want[i].Record()) || (days[i].Account != nil) != want[i].Known {
				t.Errorf("day %d: got %v, account %v, want %v", i, days[i].Record(), days[i].Account, want[i].Record())
			}
		}
		if some, err := s.Days(t.Context(), estimate.Lifted, day(1), day(4)); err != nil || len(some) != 1 || !some[0].Date.Equal(day(1)) {
			t.Errorf("from the second day, before the fifth: got %v, %v", some, err)
		}
		all, err := s.Vintages(t.Context(), day(0), estimate.Lifted)
		if err != nil {
			t.Fatal(err)
		}
		var means []vessel.Barrels
		for _, v := range all {
			means = append(means, v.Day.Mean)
		}
		if !slices.Equal(means, []vessel.Barrels{100, 200, 300}) {
			t.Errorf("vintages of the first day: got %v, want 100, 200, 300", means)
		}
	})
}

// TestAllOfABatchOrNothing: a batch that cannot be put whole leaves no part of itself.
func TestAllOfABatchOrNothing(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		put(t, s, 1, toSay(rand.New(rand.NewPCG(3, 0)), 1)[0])
		want := dump(t, s)
		more := toSay(rand.New(rand.NewPCG(4, 0)), 5)[4]
		more.Events = story(20)
		for name, spoil := range map[string]func(*Batch){
			"an event of no kind":        func(b *Batch) { b.Events = append(b.Events, event.Event{ID: "x-1", Version: 1, Kind: "x"}) },
			"an event without a version": func(b *Batch) { b.Events[3].Version = 0 },
			"a document that is none":    func(b *Batch) { b.Documents = append(b.Documents, Document{Name: "x", Body: []byte("{")}) },
			"a number that is none":      func(b *Batch) { b.Rows[2].Lifts = nan() },
		} {
			b := more
			b.Events, b.Rows = slices.Clone(more.Events), slices.Clone(more.Rows)
			spoil(&b)
			if err := s.Put(t.Context(), 2, b); err == nil || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: got %v, want one line", name, err)
			}
			if got := dump(t, s); got != want {
				t.Errorf("%s: left a part of its batch", name)
			}
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := s.Put(gone, 2, more); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: got %v", err)
		}
		put(t, s, 2, more)
		if got := dump(t, s); got == want {
			t.Error("the sound batch changed nothing")
		}
	})
}

func nan() float64 { var zero float64; return zero / zero }

// TestReadersNeedNotWaitForTheWriter, and see whole batches only.
func TestReadersNeedNotWaitForTheWriter(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		events := story(40)
		put(t, s, 1, Batch{Events: events})
		view, err := View(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer view.Close()
		var group sync.WaitGroup
		done := make(chan struct{})
		for _, reader := range []*Store{s, view} {
			group.Go(func() {
				for {
					page, err := reader.Events(context.Background(), Query{Limit: MaxLimit})
					if err != nil {
						t.Error(err)
						return
					}
					for _, e := range page.Entries {
						if e.Version != page.Entries[0].Version {
							t.Errorf("versions %d and %d on one page: half a batch", e.Version, page.Entries[0].Version)
							return
						}
					}
					select {
					case <-done:
						return
					default:
					}
				}
			})
		}
		for v := 2; v < 12; v++ {
			var next []event.Event
			for _, e := range events {
				next = append(next, again(e, v, "again"))
			}
			put(t, s, 1, Batch{Events: next})
		}
		close(done)
		group.Wait()
		if err := view.Put(t.Context(), 1, Batch{Events: story(1)}); strings.HasSuffix(t.Name(), "sqlite") && !errors.Is(err, ErrReadOnly) {
			t.Errorf("put by a view: got %v, want %v", err, ErrReadOnly)
		}
	})
}

// TestChangesCanBeFollowed from any number on: the last of each id is what stands.
func TestChangesCanBeFollowed(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		batches := toSay(rand.New(rand.NewPCG(9, 0)), 10)
		stands, after := map[string]string{}, int64(0)
		follow := func() {
			for {
				page, err := s.Changes(t.Context(), after, 3)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range page {
					if e.Sequence <= after {
						t.Fatalf("change %d after %d", e.Sequence, after)
					}
					stands[e.ID], after = string(e.JSON), e.Sequence
				}
				if len(page) < 3 {
					return
				}
			}
		}
		for k, b := range batches {
			put(t, s, int64(1+k/6), b)
			if k == 6 {
				put(t, s, 2, batches[3]) // the new owner goes on from there
			}
			follow()
		}
		for _, line := range strings.Split(strings.TrimSpace(lines(t, s)), "\n") {
			var e event.Event
			if err := json.Unmarshal([]byte(line), &e); err != nil {
				t.Fatal(err)
			}
			if stands[e.ID] != line {
				t.Errorf("%s: followed to %s, stands %s", e.ID, stands[e.ID], line)
			}
		}
		if meta, err := s.Meta(t.Context()); err != nil || meta.Sequence != after {
			t.Errorf("newest change: got %d, %v, want %d", meta.Sequence, err, after)
		}
		if _, err := s.Changes(t.Context(), 0, 0); !errors.Is(err, ErrQuery) {
			t.Errorf("no changes at all: got %v, want %v", err, ErrQuery)
		}
	})
}

func TestAStepThatFailsLeavesTheSchema(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		put(t, s, 1, Batch{Events: story(5)})
		want := lines(t, s)
		released, err := migrations(embedded)
		if err != nil {
			t.Fatal(err)
		}
		steps := func(next string) []migration {
			return append(slices.Clone(released), migration{len(released) + 1, "0003_more", statements(next)})
		}
		if err := s.migrate(t.Context(), steps("DELETE FROM versions;\nCREATE TABLE more (a TEXT);\nCREATE TABLE meta (a TEXT);\n")); err == nil || !strings.Contains(err.Error(), "migrate: step 0003_more:") && !strings.Contains(err.Error(), "already exists") {
			t.Errorf("a step that fails: got %v", err)
		}
		if got := lines(t, s); got != want {
			t.Error("a step that failed changed what was there")
		}
		if err := s.migrate(t.Context(), steps("CREATE TABLE more (a TEXT NOT NULL); -- which is empty\nINSERT INTO more VALUES ('x');\n")); err != nil {
			t.Fatal(err)
		}
		for name, open := range map[string]func(context.Context, string) (*Store, error){"open": Open, "view": View} {
			if _, err := open(t.Context(), url); !errors.Is(err, ErrNewer) || !strings.Contains(err.Error(), "its schema is of version 3 and this program knows 2") {
				t.Errorf("%s a newer store: got %v, want %v", name, err, ErrNewer)
			}
		}
		if got := lines(t, s); got != want {
			t.Error("the next step lost what was there")
		}
	})
}

func TestStepsAreNumberedWithoutHoles(t *testing.T) {
	for _, name := range []string{"0002_second.sql", "first.sql", "0000_none.sql"} {
		if _, err := migrations(fstest.MapFS{"migrations/" + name: {Data: []byte("x;")}}); err == nil || !strings.Contains(err.Error(), "expected number 0001") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

// TestProgramsMayOpenANewStoreAtOnce: one makes it, the others find it made.
func TestProgramsMayOpenANewStoreAtOnce(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		var group sync.WaitGroup
		for range 6 {
			group.Go(func() {
				s, err := Open(context.Background(), url)
				if err != nil {
					t.Error(err)
					return
				}
				if err := errors.Join(s.Put(context.Background(), 1, Batch{Events: story(3)}), s.Ping(context.Background()), s.Close()); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		s := opened(t, url)
		if n, err := s.Count(t.Context(), Query{}); n != 3 || err != nil {
			t.Errorf("got %d events, %v, want 3", n, err)
		}
	})
}

// TestWhatIsAskedForIsIndexed: a year's page is found by an index, not by sorting all events.
func TestWhatIsAskedForIsIndexed(t *testing.T) {
	s := opened(t, filepath.Join(t.TempDir(), "x.db"))
	for name, q := range map[string]Query{"all": {}, "newest": {Newest: true}, "a kind": {Kinds: []event.Kind{event.Gap}}, "a time": {To: fixture.First}} {
		w := q.conditions()
		var plan []string
		err := s.scan(t.Context(), func(rows *sql.Rows) error {
			var id, parent, unused int
			var detail string
			err := rows.Scan(&id, &parent, &unused, &detail)
			plan = append(plan, detail)
			return err
		}, "EXPLAIN QUERY PLAN "+entriesOf(w.String(), q.inOrder(), 101), w.args...)
		if err != nil {
			t.Fatal(err)
		}
		if text := strings.Join(plan, "; "); strings.Contains(text, "SCAN e ") && !strings.Contains(text, "SCAN e USING INDEX events_") || !strings.Contains(text, "USING INDEX events_") {
			t.Errorf("%s: sorts: %s", name, text)
		}
	}
}

// BenchmarkPut puts a year's 10,000 events in batches of a tick, and checks that they are there.
func BenchmarkPut(b *testing.B) {
	events := story(10_000)
	kinds := map[string]func(b *testing.B) string{"sqlite": func(b *testing.B) string { return filepath.Join(b.TempDir(), "x.db") }, "postgres": func(b *testing.B) string { return shared.database(b, "") }}
	for name, url := range kinds {
		for _, size := range []int{20, 500} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				for b.Loop() {
					s := opened(b, url(b))
					for chunk := range slices.Chunk(events, size) {
						put(b, s, 1, Batch{Events: chunk})
					}
					if n, err := s.Count(context.Background(), Query{}); n != len(events) || err != nil {
						b.Fatal(n, err)
					}
				}
				b.ReportMetric(float64(b.N)*float64(len(events))/b.Elapsed().Seconds(), "events/s")
			})
		}
	}
}

// BenchmarkEvents reads pages of a hundred from 50,000 events, five years of them.
func BenchmarkEvents(b *testing.B) {
	events := story(50_000)
	middle := fixture.First.Add(180 * 24 * time.Hour)
	queries := map[string]Query{"newest": {Newest: true}, "a week": {From: middle, To: middle.Add(7 * 24 * time.Hour)}, "a kind": {Kinds: []event.Kind{event.Gap}, Newest: true},
		"a box": {Box: &Box{40, 20, 60, 30}}, "a ship": {MMSI: 620999001, Newest: true}, "a rare text": {Text: events[77].ID[8:]}, "from the middle": {Cursor: place{middle.UnixMilli(), 0, "x"}.cursor(false)}}
	for name, url := range map[string]func() string{"sqlite": func() string { return filepath.Join(b.TempDir(), "x.db") }, "postgres": func() string { return shared.database(b, "") }} {
		if name == "postgres" && shared.missing != "" {
			continue
		}
		s := opened(b, url())
		for chunk := range slices.Chunk(events, 1000) {
			put(b, s, 1, Batch{Events: chunk})
		}
		for what, q := range queries {
			b.Run(name+"/"+what, func(b *testing.B) {
				for b.Loop() {
					if page, err := s.Events(context.Background(), q); err != nil || len(page.Entries) == 0 {
						b.Fatal(len(page.Entries), err)
					}
				}
			})
		}
	}
}

// BenchmarkVintage puts the vintages of ten days, 400 rows each, and checks the newest.
func BenchmarkVintage(b *testing.B) {
	for name, url := range map[string]func(b *testing.B) string{"sqlite": func(b *testing.B) string { return filepath.Join(b.TempDir(), "x.db") }, "postgres": func(b *testing.B) string { return shared.database(b, "") }} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				s := opened(b, url(b))
				for k := range 10 {
					at := fixture.First.Add(time.Duration(400+k) * 24 * time.Hour)
					var rows []estimate.Row
					for d := range 400 {
						rows = append(rows, row(fixture.First.Add(time.Duration(d)*24*time.Hour), at, vessel.Barrels(100*d)))
					}
					put(b, s, 1, Batch{Rows: rows})
				}
				if days, err := s.Days(context.Background(), estimate.Lifted, time.Time{}, time.Time{}); len(days) != 400 || err != nil {
					b.Fatal(len(days), err)
				}
			}
			b.ReportMetric(float64(b.N)*10/b.Elapsed().Seconds(), "vintages/s")
		})
	}
}

// TestDocumentsAreListedByName with who put them, so that a reader knows when to read one again.
func TestDocumentsAreListedByName(t *testing.T) {
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		if got, err := s.Documents(t.Context()); err != nil || len(got) != 0 {
			t.Errorf("an empty store: got %v, %v", got, err)
		}
		at := fixture.At(1)
		put(t, s, 7, Batch{Documents: []Document{{Name: "lots", AsOf: at, Body: json.RawMessage(`1`)}, {Name: "daily", AsOf: at.Add(time.Hour), Body: json.RawMessage(`2`)}}})
		put(t, s, 8, Batch{Documents: []Document{{Name: "lots", AsOf: at, Body: json.RawMessage(`3`)}}})
		got, err := s.Documents(t.Context())
		if err != nil || len(got) != 2 || got[0].Name != "daily" || got[0].Epoch != 7 || !got[0].AsOf.Equal(at.Add(time.Hour)) || got[1].Name != "lots" || got[1].Epoch != 8 {
			t.Errorf("got %+v, %v", got, err)
		}
		if d, err := s.Document(t.Context(), "lots"); err != nil || d.Epoch != 8 || string(d.Body) != "3" {
			t.Errorf("got %+v, %v", d, err)
		}
	})
}

// TestFacetsCountWhatAFilterWouldFind: each value is asked for alone.
func TestFacetsCountWhatAFilterWouldFind(t *testing.T) {
	events := story(300)
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		put(t, s, 1, Batch{Events: events})
		for name, q := range map[string]Query{"all": {}, "a kind and a flag": {Kinds: []event.Kind{event.Gap, event.Lift}, Flags: []string{"KM"}}, "listed": {Listed: "any", Limit: 3, Newest: true}, "nothing": {Text: "no such words"}} {
			f, err := s.Facets(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if n, _ := s.Count(t.Context(), q); f.Total != n {
				t.Errorf("%s: got a total of %d, want %d", name, f.Total, n)
			}
			for facet, with := range map[string]struct {
				tallies []Tally
				only    func(q *Query, value string)
			}{
				"kinds": {f.Kinds, func(q *Query, v string) { q.Kinds = []event.Kind{event.Kind(v)} }}, "statuses": {f.Statuses, func(q *Query, v string) { q.Statuses = []event.Status{event.Status(v)} }},
				"flags": {f.Flags, func(q *Query, v string) { q.Flags = []string{v} }}, "classes": {f.Classes, func(q *Query, v string) { q.Classes = []string{v} }},
				"lists": {f.Lists, func(q *Query, v string) { q.Listed = v }}, "sources": {f.Sources, func(q *Query, v string) { q.Sources = []string{v} }},
			} {
				if (len(with.tallies) < 2) != (name == "nothing" && facet != "lists") {
					t.Errorf("%s: %s are %v", name, facet, with.tallies)
				}
				for _, tally := range with.tallies {
					alone := q
					with.only(&alone, tally.Value)
					if n, err := s.Count(t.Context(), alone); n != tally.Events || err != nil {
						t.Errorf("%s: %s of %q: got %d, want %d, %v", name, facet, tally.Value, tally.Events, n, err)
					}
				}
			}
		}
	})
}

// TestIDsAreThoseOfAllPages of a query, in its order.
func TestIDsAreThoseOfAllPages(t *testing.T) {
	events := story(120)
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		put(t, s, 1, Batch{Events: events})
		for name, q := range map[string]Query{"all": {}, "newest first": {Newest: true}, "a kind": {Kinds: []event.Kind{event.Gap}}, "nothing": {Text: "no such words"}} {
			var want []string
			for page := q; ; {
				page.Limit = 7
				found, err := s.Events(t.Context(), page)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range found.Entries {
					want = append(want, e.ID)
				}
				if page.Cursor = found.Next; page.Cursor == "" {
					break
				}
			}
			if got, err := s.IDs(t.Context(), q, 1000); err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: got %d ids, want %d, %v", name, len(got), len(want), err)
			}
			if got, err := s.IDs(t.Context(), q, 3); err != nil || !slices.Equal(got, want[:min(3, len(want))]) {
				t.Errorf("%s: the first three are %v, %v", name, got, err)
			}
		}
		if _, err := s.IDs(t.Context(), Query{MinProbability: 2}, 1); !errors.Is(err, ErrQuery) {
			t.Errorf("a query that cannot be: %v", err)
		}
	})
}

// TestWhatChangedSinceIsFound by the number of the change, whether it was told anew or for the first time.
func TestWhatChangedSinceIsFound(t *testing.T) {
	events := story(30)
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		put(t, s, 1, Batch{Events: events[:20]})
		before, err := s.Meta(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		put(t, s, 1, Batch{Events: append(events[20:], again(events[3], 2, "told again"))})
		var want []string
		for _, e := range append(events[20:], events[3]) {
			want = append(want, e.ID)
		}
		got, _ := pages(t, s, Query{Since: before.Sequence}, 4)
		if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
			t.Errorf("got %d events, want %d", len(got), len(want))
		}
	})
}

// TestAnOlderStoreIsFilledForFilters: what its events say is found after the step as if it had been put now.
func TestAnOlderStoreIsFilledForFilters(t *testing.T) {
	events := story(40)
	each(t, func(t *testing.T, url string) {
		s := opened(t, url)
		put(t, s, 3, Batch{Events: events[:30]})
		put(t, s, 4, Batch{Events: append(events[30:], again(events[0], 2, "told again"))})
		want, err := s.Facets(t.Context(), Query{})
		if err != nil {
			t.Fatal(err)
		}
		long, err := s.Count(t.Context(), Query{Least: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		stood := lines(t, s)
		for _, statement := range []string{"DROP TABLE tags", "ALTER TABLE events DROP COLUMN lasts", "UPDATE events SET search = ''", "DELETE FROM schema_version WHERE version > 1"} {
			if _, err := s.write.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := View(t.Context(), url); !errors.Is(err, ErrOlder) {
			t.Errorf("view: got %v, want %v", err, ErrOlder)
		}
		s = opened(t, url)
		got, err := s.Facets(t.Context(), Query{})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v, %v", got, want, err)
		}
		if n, err := s.Count(t.Context(), Query{Least: time.Hour}); n != long || n == 0 || err != nil {
			t.Errorf("got %d long ones, want %d, %v", n, long, err)
		}
		if n, err := s.Count(t.Context(), Query{Text: "told"}); n != len(events) || err != nil {
			t.Errorf("got %d by text, want %d, %v", n, len(events), err)
		}
		if lines(t, s) != stood {
			t.Error("the step changed the events")
		}
	})
}
