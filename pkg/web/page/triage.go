package page

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/export/tabular"
	"github.com/darkwake/darkwake/pkg/store"
	"github.com/darkwake/darkwake/pkg/triage"
)

// registerDesk adds what reviewers ask for and send.
func (s *Site) registerDesk(mux *http.ServeMux) {
	for pattern, make := range map[string]func(http.ResponseWriter, *http.Request) (answer, error){
		"GET /login": s.login, "POST /login": s.enter, "POST /logout": s.leave, "POST /event/{id}/review": s.review,
		"GET /triage": s.triage, "GET /triage/log.csv": s.logTable, "GET /triage/log.jsonl": s.logLines,
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
			r = s.recognised(r)
			a, err := s.made(r, func(r *http.Request) (answer, error) { return make(w, r) })
			a.private = true
			s.send(w, r, a, err)
		})
	}
}

// visitor is the key under which a request's context has the reviewer who asks.
type visitor struct{}

// recognised gives a request its reviewer, if its cookie is one's. Nobody else's cookies are looked at.
func (s *Site) recognised(r *http.Request) *http.Request {
	if s.o.Desk == nil {
		return r
	}
	session, known := s.o.Desk.Session(r)
	if !known {
		return r
	}
	return r.WithContext(context.WithValue(r.Context(), visitor{}, &session))
}

// who is the reviewer who asks; nil is anybody else.
func who(r *http.Request) *triage.Session {
	session, _ := r.Context().Value(visitor{}).(*triage.Session)
	return session
}

// face tells on a page who asks, or where reviewers come in.
func (s *Site) face(b *base, r *http.Request) {
	switch b.Who = who(r); {
	case s.o.Desk == nil || b.Who != nil || r.URL.Path == "/login":
	case r.Method == http.MethodPost:
		b.Login = loginPath(strings.TrimSuffix(r.URL.Path, "/review"))
	default:
		b.Login = loginPath(r.URL.RequestURI())
	}
}

func loginPath(next string) string { return "/login?" + url.Values{"next": {next}}.Encode() }

// within is a page of this site to go on to: where a form names none, or another site's, it is that of the reviews.
func within(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") ||
		strings.HasPrefix(u.Path, "/log") {
		return "/triage"
	}
	return next
}

// loginPage asks for a reviewer's key.
type loginPage struct {
	base
	Token, Next, Refused string
}

func (s *Site) login(_ http.ResponseWriter, r *http.Request) (answer, error) {
	if who(r) != nil {
		return answer{to: within(r.URL.Query().Get("next"))}, nil
	}
	return s.door(r, within(r.URL.Query().Get("next")), http.StatusOK, "")
}

func (s *Site) door(r *http.Request, next string, status int, refused string) (answer, error) {
	p := loginPage{Token: s.o.Desk.Token(), Next: next, Refused: refused}
	var err error
	p.base, _, err = s.base(r, s.words.Say("login.title"), s.words.Say("login.says"))
	return answer{status: status, template: "login-page", data: p}, err
}

// enter lets a reviewer in, or shows the door again with the reason.
func (s *Site) enter(w http.ResponseWriter, r *http.Request) (answer, error) {
	refused := s.o.Desk.Enter(w, r)
	next := within(r.PostFormValue("next"))
	switch {
	case refused == nil:
		return answer{to: next}, nil
	case errors.Is(refused, triage.ErrTooMany):
		return s.door(r, next, http.StatusTooManyRequests, s.words.Say("login.too_many"))
	}
	return s.door(r, next, http.StatusForbidden, s.refusal(refused))
}

// refusal says why a form was not taken.
func (s *Site) refusal(err error) string {
	switch {
	case errors.Is(err, triage.ErrWrongKey):
		return s.words.Say("login.wrong")
	case errors.Is(err, triage.ErrForeign):
		return s.words.Say("login.foreign")
	}
	return s.words.Say("login.stale")
}

func (s *Site) leave(w http.ResponseWriter, r *http.Request) (answer, error) {
	if session := who(r); session != nil {
		if err := s.o.Desk.Check(r, session.Token); err != nil {
			return answer{}, fault{http.StatusForbidden, "review.refused", s.refusal(err)}
		}
		s.o.Desk.Leave(w, r)
	}
	return answer{to: "/"}, nil
}

// review writes what a reviewer sent of an event, and goes back to the event. What is not written is handed back in words, so that
// no note is lost.
func (s *Site) review(_ http.ResponseWriter, r *http.Request) (answer, error) {
	id, note := r.PathValue("id"), triage.Note(r.PostFormValue("note"))
	refuse := func(status int, why string) (answer, error) {
		if note != "" {
			why += " " + s.words.Say("review.note_was", note)
		}
		return answer{}, fault{status, "review.refused", why}
	}
	session := who(r)
	if session == nil {
		return refuse(http.StatusForbidden, s.words.Say("review.ended"))
	}
	if err := s.o.Desk.Check(r, session.Token); err != nil {
		return refuse(http.StatusForbidden, s.refusal(err))
	}
	seen, err := s.version(r.Context(), id, r.PostFormValue("version"))
	switch {
	case errors.Is(err, store.ErrNotFound):
		return refuse(http.StatusNotFound, s.words.Say("message.no_event", id))
	case err != nil:
		return answer{}, err
	case seen == nil:
		return refuse(http.StatusConflict, s.words.Say("review.no_version", r.PostFormValue("version")))
	}
	written := triage.Review{Time: s.o.Desk.Now(), Reviewer: session.Reviewer, Event: id, Version: seen.Version, Evidence: seen.Evidence.SHA256, Action: triage.Action(r.PostFormValue("action")), Note: note}
	if err := written.Check(); err != nil {
		return refuse(http.StatusBadRequest, err.Error())
	}
	if err := s.o.Desk.Add(written); err != nil {
		return refuse(http.StatusServiceUnavailable, err.Error())
	}
	return answer{to: "/event/" + id + "#review"}, nil
}

// version is an event as it was in a version; nil if none that is kept has the number.
func (s *Site) version(ctx context.Context, id, number string) (*event.Event, error) {
	entries, err := s.model.Store().Versions(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if strconv.Itoa(entry.Version) == number {
			e, err := entry.Event()
			return &e, err
		}
	}
	return nil, nil
}

// reviewing is what a reviewer sees of an event's reviews, with the form.
type reviewing struct {
	Event, Token string
	Version      int
	Pills        []pill
	Changed      string
	Actions      []link
	Most         int
	Past         []reviewed
	Earlier      string
}

// pill is a state in a word.
type pill struct{ Class, Text string }

// reviewed is a review of the past.
type reviewed struct {
	When, ISO, Reviewer, Action, Version string
	Note                                 []string // lines
}

// mostPast is how many reviews of an event a page shows; the log has all.
const mostPast = 100

func (s *Site) reviewing(r *http.Request, e event.Event) *reviewing {
	session := who(r)
	if session == nil {
		return nil
	}
	out := &reviewing{Event: e.ID, Token: session.Token, Version: e.Version, Most: triage.MaxNote}
	state, there := s.o.Desk.Of(e.ID)
	out.Pills = s.pills(state)
	if there {
		out.Changed = s.moved(state.Last(), e)
	}
	for _, a := range triage.Actions() {
		same := state.Verdict == a && !state.Changed(e.Version)
		if a == triage.Watch && state.Watched || a == triage.Unwatch && !state.Watched || a == triage.Reopen && state.Verdict == "" || same {
			continue
		}
		out.Actions = append(out.Actions, link{Name: string(a), Text: s.words.Say("review.do." + string(a))})
	}
	for i, past := range slices.Backward(state.Reviews) {
		if len(out.Past) == mostPast {
			out.Earlier = s.words.Say("review.earlier", i+1)
			break
		}
		out.Past = append(out.Past, s.past(past))
	}
	return out
}

func (s *Site) pills(state triage.State) (out []pill) {
	if state.Watched {
		out = append(out, pill{"provisional", s.words.Say("review.watched")})
	}
	switch state.Verdict {
	case triage.Confirm:
		out = append(out, pill{"final", s.words.Say("review.confirmed")})
	case triage.Dismiss:
		out = append(out, pill{"blind", s.words.Say("review.dismissed")})
	}
	return out
}

// moved says that an event has changed since a review; empty if it has not.
func (s *Site) moved(last triage.Review, e event.Event) string {
	if last.Version == e.Version {
		return ""
	}
	return s.words.Say("review.changed", last.Version, e.Version)
}

func (s *Site) past(x triage.Review) reviewed {
	out := reviewed{When: minute(x.Time), ISO: iso(x.Time), Reviewer: x.Reviewer, Action: s.words.Say("review.did." + string(x.Action)), Version: s.words.Say("review.version", x.Version)}
	if x.Note != "" {
		out.Note = strings.Split(x.Note, "\n")
	}
	return out
}

// triagePage are the events that were reviewed, and how far they were ahead of watch lists.
type triagePage struct {
	base
	Piles        []link
	Rows         []triaged
	Newer, Older string
	Lead         string
	LeadSays     string
}

// triaged is an event with its newest review.
type triaged struct {
	ID, Kind, Title, When, Status string
	Pills                         []pill
	Changed                       string
	Last                          reviewed
	Note                          []string // the newest that there is
	Leads                         []lead
}

// lead is how far ahead of her listing an event showed a ship.
type lead struct{ Ship, Href, Days, Says string }

// pageOfTriage is how many events a page lists.
const pageOfTriage = 50

// pile is a way in which reviewed events are sorted. An event that the store does not have is the zero one.
type pile struct {
	name  string
	holds func(triage.State, event.Event) bool
}

var piles = []pile{
	{"all", func(triage.State, event.Event) bool { return true }},
	{"watched", func(s triage.State, _ event.Event) bool { return s.Watched }},
	{"confirmed", func(s triage.State, _ event.Event) bool { return s.Verdict == triage.Confirm }},
	{"dismissed", func(s triage.State, _ event.Event) bool { return s.Verdict == triage.Dismiss }},
	{"changed", func(s triage.State, e event.Event) bool { return e.ID != "" && s.Changed(e.Version) }},
}

func (s *Site) triage(_ http.ResponseWriter, r *http.Request) (answer, error) {
	if who(r) == nil {
		return answer{to: loginPath(r.URL.RequestURI())}, nil
	}
	x, err := s.indexed(r.Context())
	if err != nil {
		return answer{}, err
	}
	p, states, h := triagePage{}, s.o.Desk.States(), hits{x, map[string][]string{}}
	show := r.URL.Query().Get("show")
	if !slices.ContainsFunc(piles, func(f pile) bool { return f.name == show }) {
		show = piles[0].name
	}
	var chosen []triage.State
	for _, f := range piles {
		held := slices.DeleteFunc(slices.Clone(states), func(state triage.State) bool {
			e, _ := x.event(state.Event)
			return !f.holds(state, e)
		})
		if f.name == show {
			chosen = held
		}
		p.Piles = append(p.Piles, link{Href: "/triage?show=" + f.name, Text: s.words.Say("triage."+f.name, len(held)), Here: f.name == show})
	}
	for _, state := range p.turn(chosen, show, r.URL.Query().Get("page")) {
		p.Rows = append(p.Rows, s.triaged(state, h))
	}
	p.Lead, p.LeadSays = s.median(states, h)
	p.base, _, err = s.base(r, s.words.Say("triage.title"), s.words.Say("triage.says"))
	return answer{template: "triage-page", data: p}, err
}

// turn is a page of some events by its number from 0, with the ways to those beside it.
func (p *triagePage) turn(all []triage.State, show, number string) []triage.State {
	at, _ := strconv.Atoi(number) // what is none is the first
	at = max(0, min(at, (len(all)-1)/pageOfTriage))
	to := func(page int) string { return fmt.Sprintf("/triage?show=%s&page=%d", show, page) }
	if at > 0 {
		p.Newer = to(at - 1)
	}
	end := min(len(all), (at+1)*pageOfTriage)
	if end < len(all) {
		p.Older = to(at + 1)
	}
	return all[at*pageOfTriage : end]
}

func (s *Site) triaged(state triage.State, h hits) triaged {
	out := triaged{ID: state.Event, Title: state.Event, Pills: s.pills(state), Last: s.past(state.Last())}
	for _, past := range slices.Backward(state.Reviews) {
		if out.Note = s.past(past).Note; out.Note != nil {
			break
		}
	}
	e, there := h.x.event(state.Event)
	if !there {
		out.Changed = s.words.Say("triage.gone")
		return out
	}
	out.Kind, out.Title, out.When, out.Changed = string(e.Kind), s.title(e), minute(e.Start), s.moved(state.Last(), e)
	if e.Status == event.Retracted {
		out.Status = s.words.Or("status", string(e.Status))
	}
	for _, v := range h.ships(e) {
		if l, listed := triage.Ahead(e.Start, h.of(v)); listed {
			out.Leads = append(out.Leads, s.lead(v, l))
		}
	}
	return out
}

func (s *Site) lead(v event.Vessel, l triage.Lead) lead {
	out := lead{Ship: s.name(v.Name), Href: shipPath(v)}
	switch {
	case l.Known && l.Days >= 0:
		out.Days, out.Says = s.words.Say("lead.days", l.Days), s.words.Say("lead.before", l.Hit.Entry, l.Hit.Date)
	case l.Known:
		out.Days, out.Says = s.words.Say("lead.days", l.Days), s.words.Say("lead.after", l.Hit.Entry, l.Hit.Date)
	case l.Hit.OfList:
		out.Says = s.words.Say("lead.of_list", l.Hit.Entry, l.Hit.Date)
	default:
		out.Says = s.words.Say("lead.no_date", l.Hit.Entry)
	}
	return out
}

// median is the lead over the confirmed events that stand: of each listed ship in each of them.
func (s *Site) median(states []triage.State, h hits) (says, of string) {
	var days []int
	events, undated := 0, 0
	for _, state := range states {
		e, there := h.x.event(state.Event)
		if !there || state.Verdict != triage.Confirm || e.Status == event.Retracted {
			continue
		}
		before := len(days)
		for _, v := range h.ships(e) {
			switch l, listed := triage.Ahead(e.Start, h.of(v)); {
			case l.Known:
				days = append(days, l.Days)
			case listed:
				undated++
			}
		}
		if len(days) > before {
			events++
		}
	}
	middle, there := triage.Median(days)
	if !there {
		return s.words.Say("lead.none"), s.words.Say("lead.none_says", undated)
	}
	return s.words.Say("lead.median", middle), s.words.Say("lead.of", len(days), events, undated)
}

// hits finds what lists say of ships: in any of their events, since an event before the listing does not know of it.
type hits struct {
	x     *index
	known map[string][]string
}

func (h hits) of(v event.Vessel) []string {
	name := hull(v)
	if known, there := h.known[name]; there {
		return known
	}
	var all []string
	for _, i := range h.x.of(name) {
		for _, w := range h.x.events[i].Vessels {
			if hull(w) == name || h.x.numbers[w.MMSI] == name {
				all = append(all, w.Listed...)
			}
		}
	}
	slices.Sort(all)
	h.known[name] = slices.Compact(all)
	return h.known[name]
}

// ships are those of an event, each once.
func (h hits) ships(e event.Event) (out []event.Vessel) {
	for _, v := range e.Vessels {
		if len(out) < mostHistories && !slices.ContainsFunc(out, func(o event.Vessel) bool { return hull(o) == hull(v) }) {
			out = append(out, v)
		}
	}
	return out
}

// logTable is the log for a spreadsheet.
func (s *Site) logTable(_ http.ResponseWriter, r *http.Request) (answer, error) {
	var b bytes.Buffer
	if err := tabular.CSV(&b, s.o.Desk.All()); err != nil {
		return answer{}, err
	}
	return s.log(r, b.Bytes(), "text/csv; charset=utf-8", "darkwake_reviews.csv")
}

// logLines is the log as it stands in its file.
func (s *Site) logLines(_ http.ResponseWriter, r *http.Request) (answer, error) {
	var b bytes.Buffer
	for _, review := range s.o.Desk.All() {
		if err := triage.Write(&b, review); err != nil {
			return answer{}, err
		}
	}
	return s.log(r, b.Bytes(), "application/x-ndjson", "darkwake_reviews.jsonl")
}

func (s *Site) log(r *http.Request, body []byte, kind, file string) (answer, error) {
	if who(r) == nil {
		return answer{to: loginPath(r.URL.RequestURI())}, nil
	}
	return answer{body: body, kind: kind, file: file}, nil
}
