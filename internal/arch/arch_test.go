package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/darkwake/darkwake/"

// allowed lists, for each package on the data's path, which of our own packages it may import. A name that ends in /
// stands for everything below. Packages that are not listed are checked by the other rules only.
var allowed = map[string][]string{
	"pkg/param":          {},
	"pkg/geo":            {"pkg/geo/"},
	"pkg/ais":            {"pkg/geo", "proto/"},
	"pkg/place":          {"pkg/geo"},
	"pkg/vessel/":        {"pkg/geo", "pkg/ais", "pkg/vessel"},
	"pkg/event":          {"pkg/geo", "pkg/vessel"},
	"pkg/track":          {"pkg/param", "pkg/ais", "pkg/geo", "pkg/vessel", "pkg/place"},
	"pkg/coverage":       {"pkg/param", "pkg/geo"},
	"pkg/weights":        {"pkg/event"},
	"pkg/detect/":        {"pkg/param", "pkg/weights", "pkg/track", "pkg/coverage", "pkg/place", "pkg/vessel", "pkg/geo", "pkg/event", "pkg/call"},
	"pkg/call":           {"pkg/param", "pkg/event", "pkg/vessel", "pkg/place", "pkg/geo"},
	"pkg/cargo":          {"pkg/param", "pkg/event", "pkg/vessel", "pkg/place", "pkg/geo", "pkg/call"},
	"pkg/cargo/lots":     {"pkg/param", "pkg/event", "pkg/vessel", "pkg/place", "pkg/geo", "pkg/cargo"},
	"pkg/cargo/trace":    {"pkg/param", "pkg/event", "pkg/vessel", "pkg/place", "pkg/geo", "pkg/cargo", "pkg/cargo/lots"},
	"pkg/feed":           {"pkg/param", "pkg/ais", "pkg/geo", "pkg/feed/", "pkg/secret", "proto/"},
	"pkg/secret":         {},
	"pkg/feed/live":      {"pkg/ais", "pkg/feed", "pkg/feed/table"},
	"pkg/feed/table":     {"pkg/ais", "pkg/geo"},
	"pkg/export":         {"pkg/chart", "pkg/event", "pkg/estimate/", "pkg/timeline", "pkg/cargo", "pkg/vessel", "pkg/geo", "pkg/coverage"},
	"pkg/export/life":    {"pkg/chart", "pkg/cargo/lots", "pkg/vessel"},
	"pkg/chart":          {"pkg/geo"},
	"pkg/export/tabular": {"pkg/chart", "pkg/geo"},
	"pkg/export/mapfile": {"pkg/ais", "pkg/chart", "pkg/event", "pkg/explain", "pkg/export", "pkg/export/tabular", "pkg/geo", "pkg/place", "pkg/vessel"},
	"pkg/published":      {"pkg/estimate", "pkg/record"},
	"pkg/extract":        {"pkg/cargo/lots", "pkg/estimate", "pkg/event", "pkg/export/tabular", "pkg/geo", "pkg/published", "pkg/record", "pkg/vessel"},
	"pkg/report":         {"pkg/chart", "pkg/estimate/", "pkg/event", "pkg/export", "pkg/geo", "pkg/place", "pkg/published", "pkg/record", "pkg/vessel", "pkg/web/picture"},
	"pkg/record":         {"pkg/cargo/lots", "pkg/estimate", "pkg/event", "pkg/export", "pkg/vessel"},
	"pkg/explain":        {"pkg/ais", "pkg/chart", "pkg/estimate", "pkg/event", "pkg/export", "pkg/record", "pkg/geo", "pkg/place", "pkg/vessel"},
	"pkg/estimate/":      {"pkg/param", "pkg/cargo", "pkg/event", "pkg/vessel", "pkg/coverage"},
	"pkg/timeline":       {"pkg/param"},
	"pkg/store":          {"pkg/estimate", "pkg/event", "pkg/geo", "pkg/vessel"},
	"pkg/ops":            {"pkg/estimate", "pkg/event"},
	"pkg/alert":          {"pkg/alert/post", "pkg/chart", "pkg/event", "pkg/explain", "pkg/export", "pkg/geo", "pkg/param", "pkg/place", "pkg/secret", "pkg/store", "pkg/vessel", "pkg/vessel/list"},
	"pkg/alert/post":     {"pkg/chart", "pkg/secret"},
	"pkg/web/model":      {"pkg/ais", "pkg/cargo/lots", "pkg/estimate", "pkg/event", "pkg/explain", "pkg/export", "pkg/geo", "pkg/record", "pkg/store", "pkg/vessel"},
	"pkg/web/gate":       {},
	"pkg/triage":         {"pkg/chart", "pkg/param", "pkg/secret", "pkg/vessel/list", "pkg/web/gate"},
	"pkg/web/api":        {"pkg/chart", "pkg/estimate/", "pkg/event", "pkg/explain", "pkg/export/", "pkg/extract", "pkg/geo", "pkg/place", "pkg/record", "pkg/store", "pkg/timeline", "pkg/vessel", "pkg/web/api/schema", "pkg/web/gate", "pkg/web/model", "pkg/web/seen", "pkg/web/view"},
	"pkg/web/api/schema": {"pkg/estimate", "pkg/event", "pkg/export/tabular", "pkg/timeline", "pkg/web/model"},
	"pkg/export/gfw":     {"pkg/event", "pkg/geo"},
	"pkg/web/view":       {"pkg/event", "pkg/geo", "pkg/record", "pkg/store", "pkg/vessel"},
	"pkg/web/seen":       {"pkg/event", "pkg/explain", "pkg/geo", "pkg/param", "pkg/place", "pkg/vessel", "pkg/web/model", "pkg/web/view"},
	"pkg/web/basemap":    {"pkg/geo", "pkg/place"},
	"pkg/web/picture":    {"pkg/chart", "pkg/estimate/", "pkg/event", "pkg/explain", "pkg/export", "pkg/geo", "pkg/place", "pkg/published", "pkg/timeline", "pkg/vessel", "pkg/web/basemap"},
}

// pure packages have no clock, logger, network, disk, goroutine or unseeded randomness. Reading embedded data and an
// io.Reader that somebody else opened is no effect.
var pure = []string{"pkg/param", "pkg/weights", "pkg/chart", "pkg/explain", "pkg/geo", "pkg/ais", "pkg/place", "pkg/vessel/", "pkg/event", "pkg/track", "pkg/coverage",
	"pkg/call", "pkg/detect/", "pkg/cargo/", "pkg/estimate/", "pkg/timeline", "pkg/export/life", "pkg/export/tabular", "pkg/export/mapfile", "pkg/export/gfw", "pkg/record", "pkg/published", "pkg/extract", "pkg/report", "pkg/web/picture"}

// effects are the imports that a pure package must not have.
var effects = []string{"os", "net", "net/http", "log", "log/slog", "math/rand", "math/rand/v2", "crypto/rand", "syscall", "os/exec"}

// clock lists who may ask the wall clock; routines who may start a goroutine. pkg/ops is one of them by decision: it serves
// a port, and ages are reckoned when they are asked for.
var (
	clock    = []string{"internal/faults", "pkg/feed", "pkg/feed/live", "pkg/stream/", "pkg/store/", "pkg/ops", "pkg/web/", "pkg/alert/", "pkg/triage", "cmd/"}
	routines = []string{"internal/faults", "internal/realkafka", "pkg/feed", "pkg/feed/live", "pkg/stream/", "pkg/store/", "pkg/ops", "pkg/web/", "pkg/alert/", "cmd/", "pkg/pipeline", "internal/sim/"}
)

// source is one Go file of the tree that is not a test.
type source struct {
	pkg, file string
	syntax    *ast.File
}

func TestImportRules(t *testing.T) {
	for _, s := range sources(t) {
		rules, bound := rulesFor(s.pkg)
		for _, imported := range imports(s.syntax) {
			ours, isOurs := strings.CutPrefix(imported, module)
			switch {
			case imported == "github.com/segmentio/kafka-go" && !within(s.pkg, []string{"pkg/stream"}):
				t.Errorf("%s imports kafka-go: only pkg/stream may", s.file)
			case within(s.pkg, pure) && slices.Contains(effects, imported):
				t.Errorf("%s imports %s: %s is pure", s.file, imported, s.pkg)
			case isOurs && strings.HasPrefix(s.pkg, "pkg/") && strings.HasPrefix(ours, "internal/sim"):
				t.Errorf("%s imports %s: nothing on the data's path knows the simulator", s.file, ours)
			case isOurs && bound && !within(ours, rules):
				t.Errorf("%s imports %s: %s may import only %v", s.file, ours, s.pkg, rules)
			case isOurs && strings.HasPrefix(s.pkg, "pkg/") && strings.HasPrefix(ours, "cmd/"):
				t.Errorf("%s imports %s: no package imports a command", s.file, ours)
			}
		}
	}
}

func TestEffectsStayAtTheRim(t *testing.T) {
	for _, s := range sources(t) {
		ast.Inspect(s.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				if !within(s.pkg, routines) {
					t.Errorf("%s starts a goroutine: only %v may", s.file, routines)
				}
			case *ast.CallExpr:
				if call, ok := n.Fun.(*ast.SelectorExpr); ok && call.Sel.Name == "Go" && len(n.Args) == 1 && !within(s.pkg, routines) {
					t.Errorf("%s starts a goroutine by %s: only %v may", s.file, call.Sel.Name, routines)
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "Sleep"}, n.Sel.Name) && !within(s.pkg, clock) {
					t.Errorf("%s calls time.%s: only %v may", s.file, n.Sel.Name, clock)
				}
			case *ast.FuncDecl:
				if n.Name.Name == "init" && n.Recv == nil && !generated(s.syntax) {
					t.Errorf("%s has func init: wiring is explicit", s.file)
				}
			}
			return true
		})
	}
}

// TestEveryPackageIntroducesItself asks for a doc.go with a package comment.
func TestEveryPackageIntroducesItself(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		documented[s.pkg] = documented[s.pkg] || generated(s.syntax) ||
			(path.Base(s.file) == "doc.go" || s.syntax.Name.Name == "main") && s.syntax.Doc.Text() != ""
	}
	for _, pkg := range sorted(documented) {
		if !documented[pkg] {
			t.Errorf("%s has no package comment in doc.go", pkg)
		}
	}
}

// TestRulesCanFail proves that the helpers tell a breach from a rule kept: a test that cannot fail is a defect.
func TestRulesCanFail(t *testing.T) {
	rules, bound := rulesFor("pkg/detect/gap")
	if !bound || within("pkg/detect/rendezvous", rules) || within("pkg/stream", rules) || !within("pkg/track", rules) {
		t.Errorf("rules for a detector: got %v, bound %v", rules, bound)
	}
	if within("pkg/feedback", []string{"pkg/feed"}) {
		t.Error("pkg/feedback counts as pkg/feed")
	}
}

func rulesFor(pkg string) ([]string, bool) {
	for name, rules := range allowed {
		if within(pkg, []string{name}) {
			return rules, true
		}
	}
	return nil, false
}

// within tells whether pkg is one of names; a name ending in / takes everything below it too.
func within(pkg string, names []string) bool {
	return slices.ContainsFunc(names, func(name string) bool {
		if below, ok := strings.CutSuffix(name, "/"); ok {
			return pkg == below || strings.HasPrefix(pkg, name)
		}
		return pkg == name
	})
}

func imports(f *ast.File) []string {
	var paths []string
	for _, spec := range f.Imports {
		if p, err := strconv.Unquote(spec.Path.Value); err == nil {
			paths = append(paths, p)
		}
	}
	return paths
}

func generated(f *ast.File) bool { return ast.IsGenerated(f) }

func sorted(set map[string]bool) []string {
	var names []string
	for name := range set {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

func sources(t *testing.T) []source {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	var all []source
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.ParseComments)
		if err != nil {
			return err
		}
		all = append(all, source{pkg: path.Dir(name), file: name, syntax: syntax})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("found %d source files under %s: too few to be the tree", len(all), root)
	}
	return all
}
