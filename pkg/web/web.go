package web

import (
	"bytes"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/darkwake/darkwake/pkg/alert"
	"github.com/darkwake/darkwake/pkg/explain"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/published"
	"github.com/darkwake/darkwake/pkg/triage"
	"github.com/darkwake/darkwake/pkg/web/api"
	"github.com/darkwake/darkwake/pkg/web/basemap"
	"github.com/darkwake/darkwake/pkg/web/model"
	"github.com/darkwake/darkwake/pkg/web/page"
	"github.com/darkwake/darkwake/pkg/web/seen"
)

// Options are what the site is told beside its store.
type Options struct {
	Key       string             // asked of everybody; empty: of nobody, and only this machine's names are answered
	Public    string             // the URL under which readers know the site; empty: they use the address
	Ancestors []string           // origins that may frame /embed; none: nobody may
	Tiles     string             // URL of map tiles, with {z}, {x} and {y}, or of a PMTiles file; empty: nothing comes from elsewhere
	Shores    string             // folder with a basemap of the operator's own; empty: the built-in one
	Figures   []published.Figure // published by others
	Weights   []explain.Weight
	Places    *place.Gazetteer
	Software  string
	Alerts    *alert.Service // whose rules are shown and tested; nil: none
	Desk      *triage.Desk   // where reviewers come in and write; nil: nobody reviews
	Log       *slog.Logger
}

// Handler answers everything that the site answers. What is wrong with an option is one clear line.
func Handler(m *model.Model, o Options) (http.Handler, error) {
	ancestors, err := Ancestors(o.Ancestors)
	if err != nil {
		return nil, err
	}
	var tiles string
	if o.Tiles != "" {
		if tiles, err = origin(o.Tiles); err != nil {
			return nil, fmt.Errorf("tiles %w", err)
		}
	}
	var names []string
	if o.Public != "" {
		if _, err := origin(o.Public); err != nil {
			return nil, fmt.Errorf("public URL %w", err)
		}
		u, _ := url.Parse(o.Public) // origin has read it
		names = append(names, strings.ToLower(u.Hostname()))
	}
	finder := seen.New(m, o.Places)
	pages, err := routes(m, finder, o)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", keyed(pages, o.Key))
	data := dataOf(m, finder, o)
	for _, path := range []string{"/api/", "/openapi.json", "/schemas/", "/feed.atom", "/feed.json", "/oembed"} {
		mux.Handle(path, data) // it asks for the key itself: what it says is read by programs
	}
	handler := compressed(mux)
	if o.Key == "" {
		handler = named(handler, names)
	}
	return headers(calm(handler, o.Log), ancestors, tiles), nil
}

// dataOf answers programs.
func dataOf(m *model.Model, f *seen.Finder, o Options) http.Handler {
	options := api.Defaults()
	options.Site, options.Key, options.Weights, options.Places, options.Seen, options.Log = strings.TrimSuffix(o.Public, "/"), o.Key, o.Weights, o.Places, f, o.Log
	return api.New(m, options)
}

// routes joins pages, files and data.
func routes(m *model.Model, f *seen.Finder, o Options) (*http.ServeMux, error) {
	tree, err := fs.Sub(embedded, "assets")
	if err != nil {
		return nil, fmt.Errorf("read assets: %w", err)
	}
	assets, err := newStatic(tree)
	if err != nil {
		return nil, err
	}
	shores, err := basemap.Open(o.Shores)
	if err != nil {
		return nil, err
	}
	var authorised func(*http.Request) bool
	if o.Key != "" { // keyed lets nobody else through
		authorised = func(*http.Request) bool { return true }
	}
	site, err := page.New(m, page.Options{Assets: assets.prefix(), Styles: assets.present("app/app.css"), Scripts: assets.present("app/app.js"), Public: strings.TrimSuffix(o.Public, "/"), Tiles: o.Tiles,
		Weights: o.Weights, Places: o.Places, Seen: f, Shores: shores, Figures: o.Figures, Software: o.Software, Alerts: o.Alerts, Desk: o.Desk, Keyed: authorised})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	site.Register(mux)
	mux.Handle("/assets/", assets)
	if o.Alerts != nil {
		mux.Handle("/alerts/test/{rule}", o.Alerts.Handler(authorised))
	}
	if err := lands(mux, shores, o.Places); err != nil {
		return nil, err
	}
	return mux, nil
}

// lands serves what the map is drawn on: the shores, and our own terminals, anchorages, areas and gates.
func lands(mux *http.ServeMux, shores *basemap.Base, places *place.Gazetteer) error {
	serve := func(name string, f file) {
		mux.HandleFunc("/basemap/"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "public, max-age=86400")
			f.serve(w, r)
		})
	}
	for _, name := range basemap.Files() {
		plain, ok := shores.File(name)
		if !ok {
			continue
		}
		br, _ := shores.File(name + ".br")
		gz, _ := shores.File(name + ".gz")
		serve(name, newFile(name, plain, br, gz))
	}
	var b bytes.Buffer
	if err := basemap.Places(&b, places); err != nil {
		return err
	}
	serve(basemap.PlacesFile, newFile(basemap.PlacesFile, b.Bytes(), nil, nil))
	return nil
}
