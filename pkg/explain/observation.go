package explain

import (
	"fmt"
	"math"
	"time"

	"github.com/darkwake/darkwake/pkg/event"
)

// observations says what, if it were heard or seen, would move the leading explanation, in the event's own times and
// numbers. Each kind has its own; all stand here.
func observations(e event.Event) []string {
	switch d := e.Details.(type) {
	case event.GapDetails:
		return ofGap(e, d)
	case event.RendezvousDetails:
		return ofMeeting(e)
	case event.PortCallDetails:
		return ofCall(d)
	case event.TransitDetails:
		return []string{fmt.Sprintf("a report of hers within the %.0f min round %s from the other side of the gate: she did not pass then", d.BracketM, clock(e.Start))}
	case event.DraughtDetails:
		return []string{fmt.Sprintf("static reports after %s that say %.1f m again: the change would be undone; one of the %d fewer and it would not have been told if that left less than %s",
			clock(d.FirstSeen), float64(d.BeforeM), d.Reports, threshold(e, "static_reports"))}
	case event.IdentityDetails:
		return ofIdentity(e, d)
	case event.LoiteringDetails:
		return []string{fmt.Sprintf("an hour between %s and %s at %s kn or more: two shorter ones, told only from %s h", clock(e.Start), ending(e), threshold(e, "mean_speed"), threshold(e, "duration"))}
	case event.OutageDetails:
		return []string{fmt.Sprintf("lines of %s dated between %s and %s, however late: no outage if no pause of %s h is left", d.Source, clock(e.Start), ending(e), threshold(e, "source_silent"))}
	case event.InterferenceDetails:
		return []string{fmt.Sprintf("%d of the %d ships shown to have been there: too few for interference", max(1, d.Ships-int(limit(e, "ships_displaced", 3))+1), d.Ships)}
	case event.FalsePositionDetails:
		return ofFalse(e, d)
	case event.LiftDetails:
		return ofLift(e, d)
	}
	return nil
}

func ofGap(e event.Event, d event.GapDetails) (lines []string) {
	off, least := d.Off.Time, time.Duration(limit(e, "silence_published", 6)*float64(time.Hour))
	if e.End == nil {
		lines = append(lines, fmt.Sprintf("heard by any station: the silence ends there; heard with a time before %s: there was none to tell", clock(off.Add(least))))
	} else {
		parts := max(2, int(math.Ceil(e.End.Sub(off).Hours()/least.Hours())))
		lines = append(lines, fmt.Sprintf("a report of hers between %s and %s, however late: two shorter silences; %d of them evenly spread leave none of %.0f h",
			clock(off), clock(*e.End), parts-1, least.Hours()))
	}
	return append(lines, reception(e, d)...)
}

// reception tells how much more silence would make not being heard improbable, by the rate at which it became so until
// now.
func reception(e event.Event, d event.GapDetails) []string {
	clear := limit(e, "not_received_p0", 0.01)
	r := d.Reception
	switch {
	case r == nil || d.ReceptionModel != "controls":
		return []string{"enough ships that do not hide, heard near her in these hours: it would be known whether she could have been heard"}
	case r.P0 <= clear && r.Expected > 0:
		lost := r.Expected * (1 - math.Log(clear)/math.Log(max(r.P0, 1e-9)))
		return []string{fmt.Sprintf("%.1f of the %.1f expected hours and passes of reception shown to have been deaf: she may just not have been heard (p0 above %s)", lost, r.Expected, number(clear))}
	case e.End == nil && r.P0 < 1 && r.Expected > 0:
		more := d.DurationH * (math.Log(clear)/math.Log(r.P0) - 1)
		return []string{fmt.Sprintf("still silent %.0f h from now, heard about as others are: p0 would fall from %s to %s", more, number(r.P0), number(clear))}
	}
	return nil
}

func ofMeeting(e event.Event) []string {
	last := e.Watermark
	if e.End != nil {
		last = *e.End
	}
	lines := []string{fmt.Sprintf("draughts typed anew until %s, one deeper and one shallower (findings draughts swapped, one draught changed)", clock(last.Add(24*time.Hour)))}
	for _, v := range e.Vessels {
		if v.Draught.Before != nil && v.Draught.After != nil && *v.Draught.Before == *v.Draught.After {
			lines = append(lines, fmt.Sprintf("another draught than %.1f m in the next static report of %s", float64(*v.Draught.After), orUnknown(v.Name)))
		}
	}
	return lines
}

func ofCall(d event.PortCallDetails) (lines []string) {
	if d.Confidence < 4 {
		lines = append(lines, fmt.Sprintf("%d of 4 signs are there (entry, stop, exit, second source): each further one raises the probability", d.Confidence))
	}
	if d.Exit == nil {
		lines = append(lines, "heard outside: the call ends there")
	}
	return append(lines, fmt.Sprintf("heard elsewhere between %s and the end: she was not here, or there are two of her", clock(d.Entry)))
}

func ofIdentity(e event.Event, d event.IdentityDetails) []string {
	if d.Claim == "two_ships" {
		return []string{fmt.Sprintf("%d times told two ships apart; one set of particulars and one track from %s on would speak for one", d.Times, clock(e.Watermark))}
	}
	if d.Off != nil && d.On != nil {
		return []string{fmt.Sprintf("the old number heard after %s while the new one is elsewhere: two ships", clock(d.On.Time))}
	}
	return []string{fmt.Sprintf("the old particulars heard again after %s: no lasting change", clock(e.Start))}
}

func ofFalse(e event.Event, d event.FalsePositionDetails) []string {
	line := fmt.Sprintf("a station that hears this place and heard her there between %s and %s: she was there", clock(e.Start), ending(e))
	if n := len(d.NotHeardBy); n > 0 {
		line += fmt.Sprintf(" (%d that hear it did not)", n)
	}
	return []string{line}
}

func ofLift(e event.Event, d event.LiftDetails) []string {
	var lines []string
	for _, v := range e.Vessels {
		if v.Draught.Before == nil || v.Draught.After == nil {
			continue
		}
		before, after := fmt.Sprintf("%.1f m", float64(*v.Draught.Before)), fmt.Sprintf("%.1f m", float64(*v.Draught.After))
		if before == after {
			lines = append(lines, fmt.Sprintf("the next draught that her crew types: %s still, as before, is that of a ship that loaded nothing", before))
			continue
		}
		lines = append(lines, fmt.Sprintf("%s instead of %s in her next static report: the draught of a ship that loaded nothing", before, after))
	}
	end := "its end"
	if e.End != nil {
		end = clock(*e.End)
	}
	return append(lines, fmt.Sprintf("seen elsewhere between %s and %s, or a retraction of any of the %d events it rests on", clock(e.Start), end, len(d.Because)))
}

// limit is the threshold of a rule, or the given one where the event has no such rule.
func limit(e event.Event, name string, otherwise float64) float64 {
	for _, r := range e.Details.Tested() {
		if r.Name == name {
			return r.Threshold
		}
	}
	return otherwise
}

// threshold is a rule's threshold as text.
func threshold(e event.Event, name string) string {
	if v := limit(e, name, math.NaN()); !math.IsNaN(v) {
		return number(v)
	}
	return "its threshold"
}

func clock(t time.Time) string { return t.UTC().Format(minute) }

// ending is when an event ended, or how far it is known to have gone on.
func ending(e event.Event) string {
	if e.End != nil {
		return clock(*e.End)
	}
	return clock(e.Watermark)
}
