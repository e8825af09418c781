package story

import (
	"fmt"
	"strings"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
)

// tell prints an event in one line: the kind, the ships, the status and what matters of its kind. Versions after the
// first carry their number; the last word is the likeliest explanation where the kind has rivals.
func tell(e event.Event) string {
	words := []string{string(e.Kind)}
	var ships []string
	for _, v := range e.Vessels {
		ships = append(ships, v.MMSI.String())
	}
	if len(ships) > 0 {
		words = append(words, strings.Join(ships, "+"))
	}
	words = append(words, string(e.Status))
	if e.Version > 1 {
		words = append(words, fmt.Sprintf("v%d", e.Version))
	}
	words = append(words, facts(e)...)
	for _, v := range e.Vessels {
		if len(v.Listed) > 0 {
			words = append(words, fmt.Sprintf("listed=%q", strings.Join(v.Listed, "; ")))
			break
		}
	}
	if e.Status == event.Retracted {
		words = append(words, "because: "+e.Why)
	}
	return strings.Join(words, " ")
}

func facts(e event.Event) []string {
	switch d := e.Details.(type) {
	case event.GapDetails:
		return gapFacts(e, d)
	case event.RendezvousDetails:
		return meetingFacts(e, d)
	case event.PortCallDetails:
		return callFacts(e, d)
	case event.TransitDetails:
		direction := "inbound"
		if d.Outbound {
			direction = "outbound"
		}
		return []string{d.Gate, direction, "at=" + clock(e.Start)}
	case event.DraughtDetails:
		return []string{fmt.Sprintf("%.1fm->%.1fm", float64(d.BeforeM), float64(d.AfterM)), "between=" + clock(d.LastSeen) + ".." + clock(d.FirstSeen)}
	case event.IdentityDetails:
		return identityFacts(e, d)
	case event.LoiteringDetails:
		return []string{"start=" + clock(e.Start), length(d.DurationH), fmt.Sprintf("mean=%.1fkn %s", float64(d.MeanKn), d.Load)}
	case event.OutageDetails:
		return []string{d.Source, "start=" + clock(e.Start), fmt.Sprintf("silent=%.1fh", d.SilentH)}
	case event.InterferenceDetails:
		return interferenceFacts(e, d)
	case event.FalsePositionDetails:
		return falseFacts(e, d)
	case event.LiftDetails:
		return []string{d.Route, fmt.Sprintf("q=%.2f mean=%.2fMb", e.Probability, float64(e.Barrels.Mean)/1e6)}
	case event.TransferDetails:
		return []string{d.Form, fmt.Sprintf("p=%.2f mean=%.2fMb expected=%.2fMb", e.Probability, float64(e.Barrels.Mean)/1e6, float64(d.Expected)/1e6)}
	case event.DischargeDetails:
		return []string{d.Zone, d.Form, fmt.Sprintf("p=%.2f mean=%.2fMb expected=%.2fMb", e.Probability, float64(e.Barrels.Mean)/1e6, float64(d.Expected)/1e6)}
	}
	return nil
}

func interferenceFacts(e event.Event, d event.InterferenceDetails) []string {
	out := []string{"start=" + clock(e.Start)}
	if e.End != nil {
		out = append(out, "end="+clock(*e.End))
	}
	return append(out, fmt.Sprintf("%s at %.2fE %.2fN", d.Shape, e.Lon, e.Lat), fmt.Sprintf("ships=%d p=%.2f", d.Ships, e.Probability))
}

func falseFacts(e event.Event, d event.FalsePositionDetails) []string {
	out := []string{d.Sort, "start=" + clock(e.Start)}
	if e.End != nil {
		out = append(out, "end="+clock(*e.End))
	}
	if e.Status == event.Retracted {
		return out
	}
	out = append(out, fmt.Sprintf("p=%.2f", e.Probability))
	if d.Last != nil && d.Next != nil {
		out = append(out, "true="+clock(d.Last.Time)+".."+clock(d.Next.Time))
		if len(d.HiddenCalls) > 0 {
			out = append(out, fmt.Sprintf("calls=%d quickest=%q", len(d.HiddenCalls), d.HiddenCalls[0].Place))
		}
	}
	return out
}

func gapFacts(e event.Event, d event.GapDetails) []string {
	out := []string{"off=" + clock(e.Start)}
	if d.On != nil {
		out = append(out, "on="+clock(d.On.Time), length(d.DurationH), fmt.Sprintf("%.0fnm implied=%.1fkn", d.SeaM.NauticalMiles(), float64(d.ImpliedKn)))
	}
	if e.Status != event.Retracted {
		out = append(out, fmt.Sprintf("p=%.2f %s", e.Probability, e.Explanations[0].Cause))
	}
	if n := len(d.HiddenCalls); n > 0 && d.On != nil {
		best := d.HiddenCalls[0]
		out = append(out, fmt.Sprintf("calls=%d", n), fmt.Sprintf("kharg=%s", fitOf(d, "Kharg complex")), fmt.Sprintf("quickest=%q", best.Place))
	}
	return out
}

func identityFacts(e event.Event, d event.IdentityDetails) []string {
	out := []string{d.Form, "start=" + clock(e.Start)}
	if d.Off != nil && d.On != nil {
		out = append(out, "off="+clock(d.Off.Time), "on="+clock(d.On.Time))
	}
	for _, c := range d.Changes {
		out = append(out, fmt.Sprintf("%s:%s->%s", c.Field, strings.ReplaceAll(c.Before, " ", "_"), strings.ReplaceAll(c.After, " ", "_")))
	}
	if e.Status != event.Retracted {
		out = append(out, fmt.Sprintf("%s p=%.2f %s", d.Claim, e.Probability, e.Explanations[0].Cause))
	}
	return out
}

// fitOf is the fit of a place among the hidden calls.
func fitOf(d event.GapDetails, name string) string {
	for _, h := range d.HiddenCalls {
		if strings.HasPrefix(h.Place, name) {
			return fmt.Sprintf("%.2f(%s..%s)", h.Fit, clock(h.Earliest), clock(h.Latest))
		}
	}
	return "none"
}

func meetingFacts(e event.Event, d event.RendezvousDetails) []string {
	out := []string{"start=" + clock(e.Start)}
	if e.End != nil {
		out = append(out, "end="+clock(*e.End))
	}
	out = append(out, length(d.DurationH))
	if d.Form != event.Alongside {
		out = append(out, string(d.Form))
	} else if d.AntennaOnly {
		out = append(out, "antennas only")
	} else {
		out = append(out, fmt.Sprintf("gap=%.0fm", float64(d.MedianGapM)))
	}
	for _, v := range e.Vessels {
		if v.Role == event.Donor {
			out = append(out, "from="+v.MMSI.String())
		}
	}
	return append(out, fmt.Sprintf("p=%.2f %s", e.Probability, e.Explanations[0].Cause))
}

func callFacts(e event.Event, d event.PortCallDetails) []string {
	out := []string{fmt.Sprintf("%q", e.Place.Name)}
	if d.StopStart != nil {
		out = append(out, "stop="+clock(*d.StopStart))
	}
	if e.Status == event.Closed && d.StopEnd != nil {
		out = append(out, "moved="+clock(*d.StopEnd), length(d.StoppedH))
	}
	out = append(out, fmt.Sprintf("confidence=%d", d.Confidence))
	if d.Sanctioned {
		out = append(out, "sanctioned")
	}
	return out
}

// length prints hours as people say them.
func length(hours float64) string {
	t := time.Duration(hours * float64(time.Hour)).Round(time.Minute)
	return fmt.Sprintf("%dh%02dm", int(t.Hours()), int(t.Minutes())%60)
}
