package deploy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"

	"github.com/darkwake/darkwake/pkg/feed"
)

// programs are the built programs and the flags of their verb run.
type programs struct {
	dir   string
	flags map[string][]string // of ingest and detect
}

func build(t *testing.T) programs {
	t.Helper()
	p := programs{dir: t.TempDir(), flags: map[string][]string{}}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", p.dir, "../cmd/ingest", "../cmd/detect").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"ingest", "detect"} {
		help, err := p.command(t, name, "run", "--help")
		if err != nil {
			t.Fatalf("%s run --help: %v\n%s", name, err, help)
		}
		for _, found := range regexp.MustCompile(`(?m)^ +(?:-\w, )?--([a-z-]+)`).FindAllSubmatch(help, -1) {
			p.flags[name] = append(p.flags[name], string(found[1]))
		}
		if len(p.flags[name]) < 5 {
			t.Fatalf("%s run --help names only the flags %v:\n%s", name, p.flags[name], help)
		}
	}
	return p
}

func (p programs) command(t *testing.T, name string, args ...string) ([]byte, error) {
	return exec.CommandContext(t.Context(), filepath.Join(p.dir, name), args...).CombinedOutput()
}

// has tells whether a program's verb run has a flag.
func (p programs) has(name, flag string) bool { return slices.Contains(p.flags[name], flag) }

// hasVariable tells whether an environment variable sets a flag of a program, or is the password or key itself.
func (p programs) hasVariable(name, variable string) bool {
	flag := strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(variable, "DARKWAKE_"), "_", "-"))
	secret := flag == "sasl-password" || flag == "api-key"
	return p.has(name, flag) || secret && p.has(name, flag+"-file")
}

func TestTheProgramsKnowWhatIsAskedOfThem(t *testing.T) {
	p := build(t)
	t.Run("flags and variables", func(t *testing.T) { everyFlagAndVariableExists(t, p) })
	t.Run("command lines", func(t *testing.T) { commandLinesAreTaken(t, p) })
	t.Run("TLS and password", func(t *testing.T) { securedKafkaIsReached(t, p) })
}

func everyFlagAndVariableExists(t *testing.T, p programs) {
	both := []string{"ingest", "detect"}
	for _, tc := range []struct {
		file string
		of   []string
		all  bool // every one of these programs must have it, not just one
	}{
		{"Dockerfile", both, false},
		{"systemd/darkwake-ingest.service", both[:1], true},
		{"systemd/darkwake-detect.service", both[1:], true},
		{"systemd/darkwake.default", both, false},
		{"helm/darkwake/templates/ingest.yaml", both[:1], true},
		{"helm/darkwake/templates/detect.yaml", both[1:], true},
		{"helm/darkwake/templates/_helpers.tpl", both, true},
		{"helm/darkwake/values.yaml", both[1:], true},
		{"helm/darkwake/ci/all-values.yaml", both[1:], true},
	} {
		t.Run(tc.file, func(t *testing.T) {
			text := read(t, tc.file)
			found := 0
			check := func(what string, has func(name string) bool) {
				found++
				n := 0
				for _, name := range tc.of {
					if has(name) {
						n++
					}
				}
				if n == 0 || tc.all && n < len(tc.of) {
					t.Errorf("%s: of %v, %d know it", what, tc.of, n)
				}
			}
			for _, m := range regexp.MustCompile(`(?:^|[\s"'\[])--([a-z][a-z-]+)`).FindAllStringSubmatch(text, -1) {
				if !slices.Contains([]string{"help", "read-only", "rm", "platform", "from", "chown"}, m[1]) { // Docker's
					check("--"+m[1], func(name string) bool { return p.has(name, m[1]) })
				}
			}
			for _, m := range regexp.MustCompile(`DARKWAKE_[A-Z0-9_]+`).FindAllString(text, -1) {
				check(m, func(name string) bool { return p.hasVariable(name, m) })
			}
			if found == 0 {
				t.Error("neither a flag nor a variable found")
			}
		})
	}
}

// service is what the test reads of a service of compose.yaml.
type service struct {
	Entrypoint  []string       `yaml:"entrypoint"`
	Command     []string       `yaml:"command"`
	Environment map[string]any `yaml:"environment"`
	User        string         `yaml:"user"`
	ReadOnly    bool           `yaml:"read_only"`
	CapDrop     []string       `yaml:"cap_drop"`
	Ports       []string       `yaml:"ports"`
	Image       string         `yaml:"image"`
	Volumes     []string       `yaml:"volumes"`
	DependsOn   map[string]any `yaml:"depends_on"`
	Healthcheck struct {
		Test []string `yaml:"test"`
	} `yaml:"healthcheck"`
}

// composition is what the test reads of compose.yaml.
type composition struct {
	Services map[string]service `yaml:"services"`
	Volumes  map[string]any     `yaml:"volumes"`
}

func compose(t *testing.T) composition {
	t.Helper()
	return parsed(t, read(t, "compose.yaml"))
}

func parsed(t *testing.T, text string) composition {
	t.Helper()
	var file composition
	if err := yaml.Unmarshal([]byte(text), &file); err != nil {
		t.Fatal(err)
	}
	return file
}

// withAlerts is compose.yaml with the lines in force that its comment on alert rules is about.
func withAlerts(t *testing.T) string {
	t.Helper()
	return strings.NewReplacer("# DARKWAKE_ALERTS:", "DARKWAKE_ALERTS:", "# - ./alerts.yaml:", "- ./alerts.yaml:").Replace(read(t, "compose.yaml"))
}

func commandLinesAreTaken(t *testing.T, p programs) {
	services := compose(t).Services
	lines := map[string][]string{
		"compose ingest":        append([]string{"ingest"}, services["ingest"].Command...),
		"compose detect":        append([]string{"detect"}, services["detect"].Command...),
		"compose ingest health": append([]string{"ingest"}, services["ingest"].Healthcheck.Test[2:]...),
		"compose detect health": append([]string{"detect"}, services["detect"].Healthcheck.Test[2:]...),
	}
	for _, name := range []string{"ingest", "detect"} {
		start := regexp.MustCompile(`(?m)^ExecStart=/usr/bin/darkwake-(.*)$`).FindStringSubmatch(read(t, "systemd/darkwake-"+name+".service"))
		lines["systemd "+name] = strings.Fields(start[1])
	}
	services["detect, alerts"] = parsed(t, withAlerts(t)).Services["detect"]
	for service := range services {
		name, _, _ := strings.Cut(service, ",")
		for variable := range services[service].Environment {
			if !strings.HasPrefix(variable, "DARKWAKE_") {
				continue // another image's
			}
			if !p.hasVariable(name, variable) {
				t.Errorf("compose %s: no flag takes %s", service, variable)
			}
		}
	}
	for where, line := range lines {
		t.Run(where, func(t *testing.T) {
			// Flags are read before help is given, so that a wrong one is told.
			out, err := p.command(t, line[0], append(line[1:], "--help")...)
			usage := fmt.Sprintf("Usage:\n  %s %s", line[0], line[1]) // the program's own stands there if it has no such verb
			if err == nil && bytes.Contains(out, []byte(usage)) {
				return
			}
			t.Errorf("%s: %v\n%s", strings.Join(line, " "), err, out)
		})
	}
}

func TestComposeGivesAwayNothing(t *testing.T) {
	services := compose(t).Services
	for _, name := range []string{"kafka", "ingest", "detect", "prometheus", "grafana"} {
		s, ok := services[name]
		if !ok {
			t.Errorf("no service %s", name)
		}
		for _, port := range s.Ports {
			if !strings.HasPrefix(port, "127.0.0.1:") {
				t.Errorf("%s: port %s is open to the network", name, port)
			}
		}
		if name == "ingest" || name == "detect" {
			if !s.ReadOnly || s.User != "65532:65532" || !slices.Equal(s.CapDrop, []string{"ALL"}) {
				t.Errorf("%s: read_only %v, user %q, cap_drop %v", name, s.ReadOnly, s.User, s.CapDrop)
			}
		} else if _, tag, _ := strings.Cut(s.Image, ":"); tag == "" || tag == "latest" {
			t.Errorf("%s: image %s names no version", name, s.Image)
		}
	}
}

func TestComposeServesThePageOnlyWithAKeyOfTheOperators(t *testing.T) {
	detect := compose(t).Services["detect"]
	if key, _ := detect.Environment["DARKWAKE_API_KEY"].(string); !strings.HasPrefix(key, "${DARKWAKE_API_KEY:?") {
		t.Errorf("the key is %q: want one that must be given", key)
	}
	listen, _ := detect.Environment["DARKWAKE_LISTEN"].(string)
	if _, port, _ := strings.Cut(listen, ":"); port == "" || !slices.Contains(detect.Ports, "127.0.0.1:"+port+":"+port) {
		t.Errorf("detect listens on %q, and %v are reached", listen, detect.Ports)
	}
	for name, s := range compose(t).Services {
		if name != "ingest" && name != "detect" {
			continue
		}
		if s.Environment["DARKWAKE_ADMIN"] != "0.0.0.0:9464" {
			t.Errorf("%s: Prometheus asks port 9464, and the admin port is %v", name, s.Environment["DARKWAKE_ADMIN"])
		}
	}
	rules, _ := parsed(t, withAlerts(t)).Services["detect"].Environment["DARKWAKE_ALERTS"].(string)
	if rules == "" || !strings.Contains(withAlerts(t), "\n      - ./alerts.yaml:"+rules+":ro\n") {
		t.Errorf("the rules at %q are not what the commented volume brings", rules)
	}
}

func TestComposeNamesOnlyWhatIsThere(t *testing.T) {
	file := compose(t)
	for name, s := range file.Services {
		for other := range s.DependsOn {
			if _, ok := file.Services[other]; !ok {
				t.Errorf("%s depends on %s, which is no service", name, other)
			}
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			_, declared := file.Volumes[from]
			if _, err := os.Stat(from); strings.HasPrefix(from, ".") && err != nil {
				t.Errorf("%s: volume %s: %v", name, v, err)
			} else if !strings.HasPrefix(from, ".") && !declared {
				t.Errorf("%s: volume %s is not declared", name, v)
			}
		}
	}
	if len(file.Services["ingest"].DependsOn) == 0 || len(file.Services["detect"].Volumes) == 0 {
		t.Error("what the services share is not read")
	}
}

func TestTheFeedsAreGood(t *testing.T) {
	t.Setenv("AISSTREAM_KEY", "secret")
	var values struct {
		Ingest struct {
			Feeds string `yaml:"feeds"`
		} `yaml:"ingest"`
	}
	if err := yaml.Unmarshal([]byte(read(t, "helm/darkwake/values.yaml")), &values); err != nil {
		t.Fatal(err)
	}
	plain := read(t, "feeds.yaml")
	for name, text := range map[string]string{
		"compose": plain, "compose, all of them": strings.ReplaceAll(plain, "\n  # ", "\n  "), "helm": values.Ingest.Feeds,
	} {
		sources, err := feed.LoadConfig(strings.NewReader(text))
		if err != nil || len(sources) == 0 {
			t.Errorf("%s: %d sources, %v", name, len(sources), err)
		}
	}
}

// metrics are those that the programs export: pkg/ops alone names any, each in quotes.
func metrics(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../pkg/ops/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		for _, m := range regexp.MustCompile(`"(darkwake_[a-z_]+)"`).FindAllStringSubmatch(read(t, file), -1) {
			all = append(all, m[1])
		}
	}
	if len(all) < 25 {
		t.Fatalf("pkg/ops names only %v", all)
	}
	return all
}

func TestAlertsAndDashboardAskForMetricsThatExist(t *testing.T) {
	name := regexp.MustCompile(`darkwake_[a-z_]+`)
	used, exported := map[string]bool{}, metrics(t)
	for _, file := range []string{"prometheus/alerts.yml", "prometheus/alerts_test.yml", "grafana/dashboards/darkwake.json"} {
		for _, m := range name.FindAllString(read(t, file), -1) {
			m = strings.TrimSuffix(m, "_bucket")
			used[m] = true
			if !slices.Contains(exported, m) {
				t.Errorf("%s asks for %s", file, m)
			}
		}
	}
	for _, m := range exported {
		if !used[m] {
			t.Errorf("neither dashboard nor alerts show %s", m)
		}
	}
}

// dashboard is what the test reads of a Grafana dashboard.
type dashboard struct {
	UID    string `json:"uid"`
	Panels []struct {
		ID         int         `json:"id"`
		Type       string      `json:"type"`
		Title      string      `json:"title"`
		Datasource *datasource `json:"datasource"`
		GridPos    struct{ X, Y, W, H int }
		Targets    []struct {
			Expr       string      `json:"expr"`
			Datasource *datasource `json:"datasource"`
		} `json:"targets"`
	} `json:"panels"`
	Templating struct {
		List []struct{ Name, Type, Query any } `json:"list"`
	} `json:"templating"`
}

type datasource struct {
	UID string `json:"uid"`
}

func TestTheDashboardIsWhole(t *testing.T) {
	var d dashboard
	if err := json.Unmarshal([]byte(read(t, "grafana/dashboards/darkwake.json")), &d); err != nil {
		t.Fatal(err)
	}
	if d.UID != "darkwake" || len(d.Panels) < 20 || d.Templating.List[0].Name != "DS_PROMETHEUS" || d.Templating.List[0].Type != "datasource" {
		t.Errorf("uid %s, %d panels, first variable %v", d.UID, len(d.Panels), d.Templating.List[0])
	}
	taken := map[[2]int]string{}
	ids := map[int]bool{}
	var rules strings.Builder
	rules.WriteString("groups:\n- name: dashboard\n  rules:\n")
	for _, p := range d.Panels {
		if ids[p.ID] {
			t.Errorf("%s: id %d is another panel's", p.Title, p.ID)
		}
		ids[p.ID] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other, ok := taken[[2]int{x, y}]; ok || x >= 24 {
					t.Fatalf("%s lies at %d,%d over %q or the rim", p.Title, x, y, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		if p.Type == "row" {
			continue
		}
		if len(p.Targets) == 0 || p.Datasource == nil || p.Datasource.UID != "${DS_PROMETHEUS}" {
			t.Errorf("%s: %d queries of %v", p.Title, len(p.Targets), p.Datasource)
		}
		for i, q := range p.Targets {
			expr := strings.NewReplacer("$__rate_interval", "5m", "$source", ".*").Replace(q.Expr)
			fmt.Fprintf(&rules, "  - record: panel_%d_%d\n    expr: %q\n", p.ID, i, expr)
		}
	}
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("SKIPPED: the queries are not read: no promtool (Debian: prometheus)")
	}
	file := filepath.Join(t.TempDir(), "rules.yml")
	if err := os.WriteFile(file, []byte(rules.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), promtool, "check", "rules", file).CombinedOutput(); err != nil {
		t.Errorf("a query is wrong: %v\n%s", err, out)
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
