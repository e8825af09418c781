package alert

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/alert/post"
	"github.com/darkwake/darkwake/pkg/event"
	"github.com/darkwake/darkwake/pkg/param"
	"github.com/darkwake/darkwake/pkg/place"
	"github.com/darkwake/darkwake/pkg/secret"
	"github.com/darkwake/darkwake/pkg/vessel"
	"github.com/darkwake/darkwake/pkg/vessel/list"
)

// Sender sends a message once and tells what was answered. Neither answer nor error holds a secret.
type Sender interface {
	Send(ctx context.Context, m post.Message, now time.Time) (answer string, err error)
}

// Channel is where messages go.
type Channel struct {
	Name string
	Kind string
	Sender
}

// Config is what a rules file says.
type Config struct {
	Site     string // address of the page, for links; may be empty
	Channels []Channel
	Rules    []Rule
}

// Outside is what a rules file may refer to.
type Outside struct {
	Places *place.Gazetteer                  // of areas by name
	Expand func(string) (string, error)      // puts secrets in for ${NAME}; secret.Expand
	Read   func(path string) ([]byte, error) // watch lists and certificates; os.ReadFile
}

// The file as it is written (docs/alerts.md).
type (
	fileEntry struct {
		Site     string                  `yaml:"site"`
		Channels map[string]channelEntry `yaml:"channels"`
		Rules    []ruleEntry             `yaml:"rules"`
	}
	channelEntry struct {
		Kind         string   `yaml:"kind"`
		URL          string   `yaml:"url"`
		Secret       string   `yaml:"secret"`
		AllowPrivate bool     `yaml:"allow_private"`
		CA           string   `yaml:"ca_file"`
		Server       string   `yaml:"server"`
		Security     string   `yaml:"security"`
		User         string   `yaml:"user"`
		Password     string   `yaml:"password"`
		From         string   `yaml:"from"`
		To           []string `yaml:"to"`
		Token        string   `yaml:"token"`
		Chat         string   `yaml:"chat"`
	}
	ruleEntry struct {
		Name        string      `yaml:"name"`
		Kinds       []string    `yaml:"kinds"`
		Statuses    []string    `yaml:"statuses"`
		Probability *float64    `yaml:"min_probability"`
		Barrels     int64       `yaml:"min_barrels"`
		Area        *areaEntry  `yaml:"area"`
		Watch       *watchEntry `yaml:"watch"`
		Digest      duration    `yaml:"digest"`
		Channels    []string    `yaml:"channels"`
	}
	areaEntry struct {
		Box     *boxEntry    `yaml:"box"`
		Polygon [][2]float64 `yaml:"polygon"`
		Place   string       `yaml:"place"`
		Within  float64      `yaml:"within_km"`
	}
	boxEntry struct {
		West  *float64 `yaml:"west"`
		South *float64 `yaml:"south"`
		East  *float64 `yaml:"east"`
		North *float64 `yaml:"north"`
	}
	watchEntry struct {
		MMSI   []uint32 `yaml:"mmsi"`
		IMO    []uint32 `yaml:"imo"`
		Flags  []string `yaml:"flags"`
		Listed []string `yaml:"listed"`
		File   string   `yaml:"file"`
	}
)

// duration reads itself, so that an error names the value and what was expected.
type duration time.Duration

// UnmarshalText reads "1h" or "30m".
func (d *duration) UnmarshalText(b []byte) error {
	v, err := time.ParseDuration(string(b))
	if err != nil {
		return fmt.Errorf("%q: a time such as 1h or 30m expected", b)
	}
	*d = duration(v)
	return nil
}

// maxFile bounds a rules file.
const maxFile = 1 << 20

// names are what channels and rules may be called: they stand in URLs, headers and metrics.
var names = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`)

// Load reads a rules file strictly: an unknown key, a value that cannot be and a channel that nobody named are errors of one
// line, which hold no secret.
func Load(r io.Reader, o Outside) (*Config, error) {
	text, err := param.Text(r, maxFile)
	var f fileEntry
	if err == nil {
		err = param.Decode(bytes.NewReader(text), &f, true)
	}
	if err != nil {
		return nil, fmt.Errorf("read alert rules: %w", err)
	}
	c := &Config{Site: strings.TrimSuffix(f.Site, "/")}
	if u, err := url.Parse(c.Site); c.Site != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.RawQuery != "") {
		return nil, fmt.Errorf("read alert rules: site %q: an address such as https://example.org expected", f.Site)
	}
	for name, e := range f.Channels {
		channel, err := e.channel(name, o)
		if err != nil {
			return nil, fmt.Errorf("read alert rules: channel %q: %w", name, err)
		}
		c.Channels = append(c.Channels, channel)
	}
	slices.SortFunc(c.Channels, func(a, b Channel) int { return cmp.Compare(a.Name, b.Name) })
	for i, e := range f.Rules {
		rule, err := e.rule(c, o)
		if err != nil {
			name := fmt.Sprintf("%q", e.Name)
			if e.Name == "" {
				name = fmt.Sprint(i + 1)
			}
			return nil, fmt.Errorf("read alert rules: rule %s: %w", name, err)
		}
		if _, twice := c.Rule(rule.Name); twice {
			return nil, fmt.Errorf("read alert rules: rule %q: there are two of this name", rule.Name)
		}
		c.Rules = append(c.Rules, rule)
	}
	if len(c.Rules) == 0 {
		return nil, errors.New("read alert rules: no rule: a list \"rules\" expected")
	}
	return c, nil
}

// Rule finds a rule by its name.
func (c *Config) Rule(name string) (Rule, bool) {
	i := slices.IndexFunc(c.Rules, func(r Rule) bool { return r.Name == name })
	if i < 0 {
		return Rule{}, false
	}
	return c.Rules[i], true
}

// channel finds one by its name.
func (c *Config) channel(name string) (Channel, bool) {
	i := slices.IndexFunc(c.Channels, func(x Channel) bool { return x.Name == name })
	if i < 0 {
		return Channel{}, false
	}
	return c.Channels[i], true
}

// meant asks whether a known word near a wrong one was meant.
func meant(wrong string, words []string) string {
	if best := param.Near(wrong, words); best != "" {
		return fmt.Sprintf(": did you mean %s?", best)
	}
	return ": expected one of " + strings.Join(words, ", ")
}

// keysOf are what a channel of each kind may say.
var keysOf = map[string][]string{
	"webhook":  {"url", "secret", "allow_private", "ca_file"},
	"smtp":     {"server", "security", "user", "password", "from", "to", "ca_file"},
	"slack":    {"url", "allow_private", "ca_file"},
	"discord":  {"url", "allow_private", "ca_file"},
	"teams":    {"url", "allow_private", "ca_file"},
	"telegram": {"token", "chat", "server", "allow_private", "ca_file"},
}

// channel makes a channel of what was written.
func (e channelEntry) channel(name string, o Outside) (Channel, error) {
	c := Channel{Name: name, Kind: e.Kind}
	if !names.MatchString(name) {
		return c, errors.New("a name of letters, digits, _ and - expected")
	}
	allowed, ok := keysOf[e.Kind]
	if !ok {
		return c, fmt.Errorf("kind %q%s", e.Kind, meant(e.Kind, []string{"webhook", "smtp", "slack", "discord", "teams", "telegram"}))
	}
	for _, k := range []struct {
		key string
		set bool
	}{{"url", e.URL != ""}, {"secret", e.Secret != ""}, {"allow_private", e.AllowPrivate}, {"ca_file", e.CA != ""}, {"server", e.Server != ""}, {"security", e.Security != ""},
		{"user", e.User != ""}, {"password", e.Password != ""}, {"from", e.From != ""}, {"to", len(e.To) > 0}, {"token", e.Token != ""}, {"chat", e.Chat != ""}} {
		if k.set && !slices.Contains(allowed, k.key) {
			return c, fmt.Errorf("%s: a channel of kind %s has %s", k.key, e.Kind, strings.Join(allowed, ", "))
		}
	}
	// Who knows the address of a chat's webhook can write there: it is a secret, too.
	keep := map[string]*string{"secret": &e.Secret, "password": &e.Password, "token": &e.Token}
	if e.Kind != "webhook" {
		keep["url"] = &e.URL
	}
	for key, text := range keep {
		if *text != "" && !secret.Named(*text) {
			return c, fmt.Errorf("%s: ${NAME} of the environment expected, not the secret itself", key)
		}
	}
	for key, text := range map[string]*string{"url": &e.URL, "secret": &e.Secret, "password": &e.Password, "token": &e.Token, "user": &e.User} {
		value, err := o.Expand(*text)
		if err != nil {
			return c, fmt.Errorf("%s: %w", key, err)
		}
		*text = value
	}
	var err error
	c.Sender, err = e.sender(o)
	return c, err
}

// sender makes what sends over the channel.
func (e channelEntry) sender(o Outside) (Sender, error) {
	var roots *x509.CertPool
	if e.CA != "" {
		pem, err := o.Read(e.CA)
		if err != nil {
			return nil, fmt.Errorf("ca_file: %w", err)
		}
		if roots = x509.NewCertPool(); !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("ca_file %s: certificates in PEM expected", e.CA)
		}
	}
	target := post.Target{URL: secret.Value(e.URL), Private: e.AllowPrivate, Roots: roots}
	switch e.Kind {
	case "webhook":
		return post.NewWebhook(target, secret.Value(e.Secret))
	case "smtp":
		return e.mail(roots)
	case "telegram":
		if e.Token == "" {
			return nil, errors.New("token: ${NAME} of the environment expected")
		}
		target.URL = secret.Value(post.TelegramURL(cmp.Or(e.Server, "https://api.telegram.org"), e.Token))
	}
	return post.NewChat(post.Service(e.Kind), target, e.Chat)
}

func (e channelEntry) mail(roots *x509.CertPool) (Sender, error) {
	m := &post.Mail{Server: e.Server, Security: post.Security(cmp.Or(e.Security, string(post.StartTLS))), User: e.User, Password: secret.Value(e.Password), Roots: roots}
	from, err := mail.ParseAddress(e.From)
	if err != nil {
		return nil, fmt.Errorf("from %q: an address such as darkwake <alerts@example.org> expected", e.From)
	}
	m.From = *from
	for _, text := range e.To {
		to, err := mail.ParseAddress(text)
		if err != nil {
			return nil, fmt.Errorf("to %q: an address such as desk@example.org expected", text)
		}
		m.To = append(m.To, *to)
	}
	return m, m.Check()
}

// The shortest and the longest interval of digests.
const (
	minDigest = time.Minute
	maxDigest = 31 * 24 * time.Hour
)

// rule makes a rule of what was written.
func (e ruleEntry) rule(c *Config, o Outside) (Rule, error) {
	r := Rule{Name: e.Name, Probability: event.Believed, Barrels: vessel.Barrels(e.Barrels), Digest: time.Duration(e.Digest), Channels: e.Channels}
	if !names.MatchString(e.Name) {
		return r, errors.New("name: letters, digits, _ and - expected")
	}
	if e.Probability != nil {
		r.Probability = *e.Probability
	}
	switch {
	case !(r.Probability >= 0 && r.Probability <= 1):
		return r, fmt.Errorf("min_probability %v: 0 to 1 expected", r.Probability)
	case r.Barrels < 0:
		return r, fmt.Errorf("min_barrels %d: 0 or more expected", r.Barrels)
	case r.Digest != 0 && (r.Digest < minDigest || r.Digest > maxDigest):
		return r, fmt.Errorf("digest %s: %s to %s expected", r.Digest, minDigest, maxDigest)
	case len(r.Channels) == 0:
		return r, errors.New("channels: one at least expected")
	}
	for i, name := range r.Channels {
		if _, ok := c.channel(name); !ok {
			var known []string
			for _, x := range c.Channels {
				known = append(known, x.Name)
			}
			return r, fmt.Errorf("channel %q%s", name, meant(name, known))
		}
		if slices.Contains(r.Channels[:i], name) {
			return r, fmt.Errorf("channel %q: named twice", name)
		}
	}
	var err error
	if r.Kinds, err = words("kind", e.Kinds, event.Kinds()); err != nil {
		return r, err
	}
	if r.Statuses, err = words("status", e.Statuses, []event.Status{event.Open, event.Closed}); err != nil {
		return r, err
	}
	if e.Area != nil {
		if r.Area, err = e.Area.area(o.Places); err != nil {
			return r, fmt.Errorf("area: %w", err)
		}
	}
	if e.Watch != nil {
		if r.Watch, err = e.Watch.watch(o); err != nil {
			return r, fmt.Errorf("watch: %w", err)
		}
	}
	return r, nil
}

// words reads a list of words of a closed set.
func words[T ~string](what string, texts []string, known []T) ([]T, error) {
	all := make([]string, len(known))
	for i, k := range known {
		all[i] = string(k)
	}
	var out []T
	for _, text := range texts {
		if !slices.Contains(all, text) {
			return nil, fmt.Errorf("%s %q%s", what, text, meant(text, all))
		}
		out = append(out, T(text))
	}
	return out, nil
}

// watch makes a watch of what was written.
func (e watchEntry) watch(o Outside) (*Watch, error) {
	w := &Watch{Listed: e.Listed}
	for _, m := range e.MMSI {
		if m < 100_000_000 || m > 999_999_999 {
			return nil, fmt.Errorf("mmsi %d: nine digits expected", m)
		}
		w.MMSI = append(w.MMSI, vessel.MMSI(m))
	}
	for _, n := range e.IMO {
		if !vessel.IMO(n).Valid() {
			return nil, fmt.Errorf("imo %d: seven digits with a right check digit expected", n)
		}
		w.IMO = append(w.IMO, vessel.IMO(n))
	}
	for _, f := range e.Flags {
		if len(f) != 2 || strings.ToUpper(f) != f {
			return nil, fmt.Errorf("flag %q: two capital letters as IR expected", f)
		}
		w.Flags = append(w.Flags, f)
	}
	if e.File != "" {
		text, err := o.Read(e.File)
		if err != nil {
			return nil, fmt.Errorf("file: %w", err)
		}
		l, err := list.Read(bytes.NewReader(text), e.File)
		if err != nil {
			return nil, fmt.Errorf("file %s: %w", e.File, err)
		}
		w.Book = list.NewBook([]list.List{l})
	}
	if len(w.MMSI)+len(w.IMO)+len(w.Flags)+len(w.Listed) == 0 && w.Book == nil {
		return nil, errors.New("mmsi, imo, flags, listed or file expected")
	}
	return w, nil
}
