package page

import (
	"net/http"

	"github.com/darkwake/darkwake/pkg/alert"
)

// alertsPage are the rules by which events are told, each with a test button.
type alertsPage struct {
	base
	Token    string
	Rules    []rule
	Channels []channel
}

type rule struct {
	Name, Says string
	Channels   []string
}

type channel struct{ Name, Kind, Waiting string }

// alerts shows rules to whoever may test them: they name what somebody watches.
func (s *Site) alerts(r *http.Request) (answer, error) {
	if s.o.Alerts == nil || !alert.May(r, s.o.Keyed) {
		return answer{}, notFound(s.words.Say("alerts.none"))
	}
	waiting, err := s.o.Alerts.Pending(r.Context())
	if err != nil {
		return answer{}, err
	}
	p := alertsPage{Token: s.o.Alerts.Token()}
	for _, x := range s.o.Alerts.Config.Rules {
		p.Rules = append(p.Rules, rule{x.Name, x.Says(), x.Channels})
	}
	for _, c := range s.o.Alerts.Config.Channels {
		p.Channels = append(p.Channels, channel{c.Name, c.Kind, count(int64(waiting[c.Name]))})
	}
	p.base, _, err = s.base(r, s.words.Say("alerts.title"), s.words.Say("alerts.says"))
	return answer{template: "alerts-page", data: p}, err
}
