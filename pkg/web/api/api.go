package api

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/estimate"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/web/api/schema"
	"github.com/darkwake/darkwake/pkg/web/gate"
	"github.com/darkwake/darkwake/pkg/web/model"
	"github.com/darkwake/darkwake/pkg/web/seen"
	"github.com/darkwake/darkwake/pkg/web/view"
)

// Options are what the API is told by its server.
type Options struct {
	Site      string           // of the page, such as https://example.org, without a slash at the end; empty: as the request names it
	Key       string           // that every request must carry; empty: none
	Limits    gate.Limits      // of each client
	Streams   int              // most clients of /stream at once
	Heartbeat time.Duration    // of a stream on which nothing happens
	Held      int              // bytes of answers that are kept
	Weights   []explain.Weight // of the models behind probabilities, for evidence.zip
	Places    *place.Gazetteer // for the map in evidence.zip, and areas by name; may be nil
	Seen      *seen.Finder     // of the same model; nil: one of its own
	Log       *slog.Logger     // of answers that failed; nil: nobody is told
}

// Defaults are those of a server for a few hundred readers.
func Defaults() Options {
	return Options{Limits: gate.Defaults(), Streams: 500, Heartbeat: 15 * time.Second, Held: 64 << 20}
}

// api is the handler.
type api struct {
	model   *model.Model
	o       Options
	limiter *gate.Limiter
	cache   cache
	streams chan struct{} // a token for each
}

// New returns the handler of /api/, /openapi.json, /schemas/, /feed.atom, /feed.json and /oembed. The model's Run should be at work:
// streams are woken by it.
func New(m *model.Model, o Options) http.Handler {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Seen == nil {
		o.Seen = seen.New(m, o.Places)
	}
	a := &api{model: m, o: o, limiter: gate.NewLimiter(o.Limits), streams: make(chan struct{}, max(1, o.Streams))}
	a.cache.most = o.Held
	mux := http.NewServeMux()
	for _, e := range endpoints() {
		mux.Handle(e.Path, a.guard(func(w http.ResponseWriter, r *http.Request) { a.serve(w, r, e) }))
	}
	mux.Handle("/api/v1/stream", a.guard(a.stream))
	described, err := documents()
	if err != nil {
		panic(err) // it is made of our own types, and of nothing that comes from outside
	}
	for path, body := range described {
		mux.Handle(path, a.guard(func(w http.ResponseWriter, r *http.Request) { a.document(w, r, body) }))
	}
	mux.Handle("/", a.guard(func(w http.ResponseWriter, r *http.Request) {
		tell(w, problem{Status: http.StatusNotFound, Detail: "no such path: /openapi.json lists all"})
	}))
	return mux
}

// endpoint is one path with what it answers.
type endpoint struct {
	schema.Endpoint
	serve func(*request) (answer, error)
}

// filters are the parameters by which events are chosen.
var filters = []string{"from", "to", "kind", "status", "conf", "hours", "flag", "size", "list", "area", "src", "ship", "place", "q"}

// endpoints are all paths but the stream, in the order of the description.
func endpoints() []endpoint {
	days := []string{"basis", "from", "to", "format", "csv"}
	paged := []string{"order", "limit", "cursor", "format", "csv"}
	return []endpoint{
		{schema.Endpoint{Path: "/api/v1/events", About: "Events that stand, by filter. Without a limit every format but json is the whole selection.", Parameters: slices.Concat(filters, paged),
			Body: EventsAnswer{}, Formats: []string{"json", "jsonl", "geojson", "csv", "kmz", "gpx", "parquet", "gfw"}}, (*request).events},
		{schema.Endpoint{Path: "/api/v1/events/{id}", About: "One event as it stands, retracted or not, with everything that it rests on.", Body: EventAnswer{}}, (*request).event},
		{schema.Endpoint{Path: "/api/v1/events/{id}/versions", About: "Everything that was ever said of an event, the newest last.", Body: VersionsAnswer{}}, (*request).versions},
		{schema.Endpoint{Path: "/api/v1/events/{id}/hulls", About: "Both ships of a meeting, true to size, at the two quoted fixes nearest in time (GeoJSON).", Body: HullsAnswer{}}, (*request).hulls},
		{schema.Endpoint{Path: "/api/v1/events/{id}/evidence.zip", About: "An event with its versions, sentences, track, map and hashes as plain files.", Formats: []string{"zip"}}, (*request).evidence},
		{schema.Endpoint{Path: "/api/v1/facets", About: "What the filters may be set to, with the number of events of each.", Parameters: filters, Body: FacetsAnswer{}}, (*request).facets},
		{schema.Endpoint{Path: "/api/v1/vessels/{number}", About: "A ship by her MMSI or IMO number: who she said she was, and her events, the newest first.", Body: VesselAnswer{}}, (*request).vessel},
		{schema.Endpoint{Path: "/api/v1/estimates", About: "Barrels a day, day by day.", Parameters: days, Body: EstimatesAnswer{}, Formats: []string{"json", "csv", "parquet"}}, (*request).estimates},
		{schema.Endpoint{Path: "/api/v1/estimates/{date}", About: "A day with its account: the ships behind it, what was added for those not seen, and how the number changed.", Parameters: []string{"basis"}, Body: DayAnswer{}}, (*request).day},
		{schema.Endpoint{Path: "/api/v1/lots", About: "The oil of each lift, and where it is now.", Parameters: []string{"from", "to", "format", "csv"}, Body: LotsAnswer{}, Formats: []string{"json", "geojson", "csv", "parquet"}}, (*request).lots},
		{schema.Endpoint{Path: "/api/v1/coverage", About: "What could be heard where (GeoJSON).", Body: CoverageAnswer{}}, (*request).coverage},
		{schema.Endpoint{Path: "/api/v1/status", About: "How the sources and the data stand.", Body: StatusAnswer{}}, (*request).status},
		{schema.Endpoint{Path: "/api/v1/tracks", About: "Where ships said they were, in the sentences that events quote. Nothing is known of the way between two fixes.", Parameters: []string{"from", "to", "event"}, Body: TracksAnswer{}}, (*request).tracks},
		{schema.Endpoint{Path: "/api/v1/passages", About: "Ships that were reported in one area and later in another, in sentences that events quote, the latest arrival first.",
			Parameters: []string{"a", "b", "within_days", "max_kn", "from", "to", "class", "size", "flag", "list", "ship", "limit", "cursor", "format", "csv"}, Body: PassagesAnswer{}, Formats: []string{"json", "jsonl", "csv"}}, (*request).passages},
		{schema.Endpoint{Path: "/feed.atom", About: "What was last said, as Atom.", Parameters: filters, Formats: []string{"atom"}}, (*request).atom},
		{schema.Endpoint{Path: "/feed.json", About: "What was last said, as JSON Feed 1.1.", Parameters: filters, Body: Feed{}}, (*request).jsonFeed},
		{schema.Endpoint{Path: "/oembed", About: "How a page of ours is embedded (oEmbed 1.0).", Parameters: []string{"url", "maxwidth", "maxheight", "format"}, Body: Embedding{}}, (*request).oembed},
	}
}

// documents are the description of the API, by path: openapi.json and the schemas of all answers.
func documents() (map[string][]byte, error) {
	stream := schema.Endpoint{Path: "/api/v1/stream", Formats: []string{"stream"},
		About: "Changes as they come (server-sent events): change (an event in short; the id is where Last-Event-ID goes on), estimate, status, reset."}
	described := []schema.Endpoint{stream}
	values := map[string]any{"event-v1": event.Event{}, "problem": problem{}, "change": Event{}}
	for _, e := range endpoints() {
		described = append(described, e.Endpoint)
		if e.Body != nil {
			values[e.Name()] = e.Body
		}
	}
	out := map[string][]byte{}
	whole, err := schema.OpenAPI(Version, described, problem{})
	if err == nil {
		out["/openapi.json"], err = json.Marshal(whole)
	}
	for name, value := range values {
		s, err1 := schema.Of(value, name, schema.Open)
		text, err2 := json.Marshal(s)
		out["/schemas/"+name+".json"] = text
		err = errors.Join(err, err1, err2)
	}
	return out, err
}

// guard is what every request passes: who may ask, how, and how often.
func (a *api) guard(next http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Access-Control-Allow-Origin", "*")
		h.Set("Access-Control-Expose-Headers", "ETag, Link, Content-Disposition, Retry-After, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy, Darkwake-As-Of, Darkwake-Coverage, Darkwake-Version")
		h.Set("X-Content-Type-Options", "nosniff")
		switch r.Method {
		case http.MethodGet, http.MethodHead:
		case http.MethodOptions:
			h.Set("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
			h.Set("Access-Control-Allow-Headers", "Authorization, If-None-Match, Last-Event-ID")
			h.Set("Access-Control-Max-Age", "86400")
			w.WriteHeader(http.StatusNoContent)
			return
		default:
			h.Set("Allow", "GET, HEAD, OPTIONS")
			tell(w, problem{Status: http.StatusMethodNotAllowed, Detail: "everything here is only read"})
			return
		}
		left := a.limiter.Take(gate.Client(r), time.Now()) // before the key: guessing it is slow, too
		left.Set(h)
		switch {
		case !left.Allowed:
			tell(w, problem{Status: http.StatusTooManyRequests, Detail: "more requests than " + left.Policy + " allows"})
		case !gate.Authorised(r, a.o.Key):
			gate.Challenge(h)
			tell(w, problem{Status: http.StatusUnauthorized, Detail: "expected Authorization: Bearer and the key of this server"})
		default:
			next(w, r)
		}
	})
}

// request is one question with what its answer rests on.
type request struct {
	*http.Request
	api     *api
	version model.Version
	stands  model.Status
	state   view.State
	own     map[string]string // parameters that the page has not, by name in lower case
	wrong   []view.Problem
}

// ask prepares a request.
func (a *api) ask(r *http.Request) (*request, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	q := &request{Request: r, api: a, own: map[string]string{}}
	if err != nil {
		q.wrong = append(q.wrong, view.Problem{Parameter: "query", Value: clip(r.URL.RawQuery), Expected: "parameters as name=value&name=value, escaped"})
	}
	var problems []view.Problem
	q.state, problems = view.Parse(values)
	q.wrong = append(q.wrong, problems...)
	for name, values := range q.state.Unknown {
		if len(values) > 0 {
			q.own[strings.ToLower(name)] = values[0]
		}
	}
	if q.version, err = a.model.Version(r.Context()); err != nil {
		return nil, err
	}
	q.stands, err = a.model.Status(r.Context())
	return q, err
}

// clip shortens text that is quoted back.
func clip(s string) string { return s[:min(len(s), 200)] }

// choice is a parameter that has one of some values, the first unless it is given.
func (q *request) choice(name string, values ...string) string {
	given := strings.ToLower(q.own[name])
	switch {
	case given == "":
		return values[0]
	case slices.Contains(values, given):
		return given
	}
	q.wrong = append(q.wrong, view.Problem{Parameter: name, Value: clip(q.own[name]), Expected: "one of " + strings.Join(values, ", ")})
	return values[0]
}

// whole is a parameter that is a number from one to another.
func (q *request) whole(name string, otherwise, from, to int) int {
	given := q.own[name]
	if given == "" {
		return otherwise
	}
	n, err := strconv.Atoi(given)
	if err != nil || n < from || n > to {
		q.wrong = append(q.wrong, view.Problem{Parameter: name, Value: clip(given), Expected: strconv.Itoa(from) + " to " + strconv.Itoa(to)})
		return otherwise
	}
	return n
}

func (q *request) basis() estimate.Basis {
	return estimate.Basis(q.choice("basis", string(estimate.Lifted), string(estimate.Exited), string(estimate.Discharged)))
}

// check reports all parameters that say nothing.
func (q *request) check() error {
	if len(q.wrong) == 0 {
		return nil
	}
	return problem{Status: http.StatusBadRequest, Detail: q.wrong[0].Error(), Parameters: q.wrong}
}

// site is the page's own address.
func (q *request) site() string {
	if q.api.o.Site != "" {
		return strings.TrimSuffix(q.api.o.Site, "/")
	}
	scheme := "http"
	if q.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + q.Host
}

// fault makes a problem of an error.
func fault(err error) problem {
	var p problem
	switch {
	case errors.As(err, &p):
		return p
	case errors.Is(err, store.ErrQuery):
		return problem{Status: http.StatusBadRequest, Detail: err.Error()}
	case errors.Is(err, store.ErrNotFound):
		return problem{Status: http.StatusNotFound, Detail: "not in the store"}
	case errors.Is(err, model.ErrNothing):
		return problem{Status: http.StatusNotFound, Detail: "no estimate yet"}
	case errors.Is(err, context.DeadlineExceeded):
		return problem{Status: http.StatusServiceUnavailable, Detail: "the answer took too long"}
	}
	return problem{Status: http.StatusServiceUnavailable, Detail: "the store does not answer"}
}
