package explain

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/darkwake/darkwake/pkg/event"
)

// Weight is the log-odds that a finding adds for one explanation of a kind of event. Cause is empty where the model has
// one claim only, and Block names findings whose sum is held within ±Cap.
type Weight struct {
	Kind    event.Kind
	Cause   event.Cause
	Finding string
	Weight  float64
	Block   string
	Cap     float64
}

// Changes tells what would change the verdict: the rules nearest to their thresholds, how strong evidence must be for the
// second explanation to lead, findings of the model, and observations.
func (d Dossier) Changes() []string {
	e := d.Event()
	return slices.Concat(nearest(e), overtaking(e), d.findings(), observations(e))
}

func (p *page) changes(d Dossier) {
	p.Printf("\nWhat would change the verdict\n")
	for _, line := range d.Changes() {
		p.Printf("  %s\n", line)
	}
}

// margin is how far a rule's value is from its threshold: the logarithm of their ratio where both are positive, otherwise
// the difference in units of the threshold (at least 1).
func margin(r event.Rule) float64 {
	if r.Value > 0 && r.Threshold > 0 {
		return math.Abs(math.Log(r.Value / r.Threshold))
	}
	return math.Abs(r.Value-r.Threshold) / max(1, math.Abs(r.Threshold))
}

// nearest names the two rules that passed and the two that failed by least.
func nearest(e event.Event) (lines []string) {
	if e.Details == nil {
		return nil
	}
	rules := slices.Clone(e.Details.Tested())
	slices.SortStableFunc(rules, func(a, b event.Rule) int { return cmp.Compare(margin(a), margin(b)) })
	shown := map[bool]int{}
	for _, r := range rules {
		if shown[r.Passed]++; shown[r.Passed] > 2 {
			continue
		}
		verb := "fails"
		if r.Passed {
			verb = "holds"
		}
		by := strings.TrimSpace(number(math.Abs(r.Value-r.Threshold)) + " " + unitOf(r))
		if r.Value == r.Threshold {
			by = "nothing"
		}
		lines = append(lines, fmt.Sprintf("nearest rule that %s: %s, by %s (%s %s %s)", verb, strings.ReplaceAll(r.Name, "_", " "), by, number(r.Value), r.Op, number(r.Threshold)))
	}
	return lines
}

// unitOf is a rule's unit where it can stand behind a difference.
func unitOf(r event.Rule) string {
	if strings.HasPrefix(r.Unit, "of ") {
		return ""
	}
	return r.Unit
}

// overtaking says how strong evidence for the second explanation must be to make it the first.
func overtaking(e event.Event) []string {
	if len(e.Explanations) < 2 || e.Explanations[1].P <= 0 {
		return nil
	}
	a, b := e.Explanations[0], e.Explanations[1]
	return []string{fmt.Sprintf("%s (%.2f) leads %s (%.2f): evidence of %s to 1 for the latter would turn them round",
		words(a.Cause), a.P, words(b.Cause), b.P, number(a.P/b.P))}
}

func words[T ~string](s T) string { return strings.ReplaceAll(string(s), "_", " ") }

// effect is a finding with the probability that the claim would have if it came or went.
type effect struct {
	finding string
	there   bool
	p       float64
	leads   event.Cause // what would lead, if that is another explanation than now
}

// enough is the least change of a probability that is worth a line, and most how many lines findings take.
const (
	enough = 0.05
	most   = 6
)

// findings asks the model behind the probability: what if a finding had not been made, or one were made that is not
// there? One at a time, all else as it is.
func (d Dossier) findings() (lines []string) {
	e := d.Event()
	var effects []effect
	switch details := e.Details.(type) {
	case event.RendezvousDetails:
		effects = d.ofMeeting(e, details)
	case event.LiftDetails:
		effects = d.ofLift(details)
	case event.FalsePositionDetails:
		for _, t := range details.Terms {
			effects = append(effects, effect{finding: t.Name, there: true, p: event.Logistic(details.Score - t.Value*t.Weight)})
		}
	}
	effects = slices.DeleteFunc(effects, func(x effect) bool { return math.Abs(x.p-e.Probability) < enough && x.leads == "" })
	slices.SortStableFunc(effects, func(a, b effect) int {
		return cmp.Or(cmp.Compare(math.Abs(b.p-e.Probability), math.Abs(a.p-e.Probability)), strings.Compare(a.finding, b.finding))
	})
	for _, x := range effects[:min(most, len(effects))] {
		line := fmt.Sprintf("if %q were found as well: probability %.2f instead of %.2f", words(x.finding), x.p, e.Probability)
		if x.there {
			line = fmt.Sprintf("without %q: probability %.2f instead of %.2f", words(x.finding), x.p, e.Probability)
		}
		if x.leads != "" {
			line += ", and " + words(x.leads) + " would lead"
		}
		lines = append(lines, line)
	}
	return lines
}

// ofMeeting multiplies each explanation by the odds of a finding and normalises anew.
func (d Dossier) ofMeeting(e event.Event, details event.RendezvousDetails) (out []effect) {
	byFinding := map[string]map[event.Cause]float64{}
	var order []string
	for _, w := range d.Weights {
		if w.Kind != e.Kind || w.Finding == "always" {
			continue
		}
		if byFinding[w.Finding] == nil {
			byFinding[w.Finding] = map[event.Cause]float64{}
			order = append(order, w.Finding)
		}
		byFinding[w.Finding][w.Cause] += w.Weight
	}
	for _, finding := range order {
		there, sign := slices.Contains(details.Findings, finding), 1.0
		if there {
			sign = -1
		}
		list := slices.Clone(e.Explanations)
		for i := range list {
			list[i].P *= math.Exp(sign * byFinding[finding][list[i].Cause])
		}
		list = event.Normalise(list)
		x := effect{finding: finding, there: there, p: event.Probability(list, event.CargoTransfer)}
		if len(e.Explanations) > 0 && list[0].Cause != e.Explanations[0].Cause {
			x.leads = list[0].Cause
		}
		out = append(out, x)
	}
	return out
}

// ofLift adds or takes a term of the logistic model, with each block's sum held within its cap.
func (d Dossier) ofLift(details event.LiftDetails) (out []effect) {
	sums, held := map[string]float64{}, map[string]float64{}
	present := map[string]float64{}
	for _, t := range details.Terms {
		sums[t.Block] += t.Value * t.Weight
		present[t.Name] = t.Value
	}
	for _, w := range d.Weights {
		if w.Kind != event.Lift {
			continue
		}
		held[w.Block] = clamp(sums[w.Block], w.Cap)
		value, there := present[w.Finding]
		moved := sums[w.Block] + w.Weight
		if there {
			moved = sums[w.Block] - value*w.Weight
		}
		out = append(out, effect{finding: w.Finding, there: there, p: event.Logistic(details.Score - held[w.Block] + clamp(moved, w.Cap))})
	}
	return out
}

func clamp(x, limit float64) float64 {
	if limit <= 0 {
		return x
	}
	return max(-limit, min(limit, x))
}
