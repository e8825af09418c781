package headline

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// worst lists every aim that is missed, with the number: first in simulated worlds, scenario by scenario.
func worst(b *strings.Builder, sets []Set, measures []row, bare *Coverage, halts *Halts) {
	b.WriteString("\n## What is bad\n\nEvery aim of this page that is missed.\n\n")
	for _, s := range sets {
		var texts []string
		about := ""
		for _, r := range measures {
			name := about + ": " + r.name
			if parts := strings.Split(r.name, "**"); len(parts) > 1 {
				about, name = parts[1], strings.ReplaceAll(r.name, "**", "")
			}
			c := r.of(s)
			if slices.Contains(r.aim.where, s.Name) && !math.IsNaN(c.x) && !c.meets(r.aim) {
				texts = append(texts, fmt.Sprintf("%s is %.*f (aim %s)", name, c.digits, c.x, r.aim.text))
			}
		}
		tell(b, s.Name, texts)
	}
	if bare != nil {
		var texts []string
		if n, ok := bare.covers(bare.Final); !ok {
			texts = append(texts, fmt.Sprintf("the final mean is in the 90 %% interval in %d of %d", n, bare.Worlds))
		}
		if n, ok := bare.covers(bare.Nowcast); !ok {
			texts = append(texts, fmt.Sprintf("the nowcast in %d of %d", n, bare.Worlds))
		}
		tell(b, "worlds without AIS", texts)
	}
	if halts != nil {
		for _, l := range halts.lines {
			tell(b, "halts, "+l.name, l.bad())
		}
	}
}

func tell(b *strings.Builder, where string, texts []string) {
	if len(texts) == 0 {
		texts = []string{"nothing"}
	}
	fmt.Fprintf(b, "- **%s**: %s.\n", where, strings.Join(texts, "; "))
}

// bad are the aims of the tests for a halt that a line misses.
func (l haltLine) bad() (out []string) {
	if float64(l.halts) > float64(l.years)/20 {
		out = append(out, fmt.Sprintf("%d false calls in %d years", l.halts, l.years))
	}
	for _, x := range []struct {
		name string
		list []float64
		at   float64
		most float64
	}{{"a call after the earliest day", l.late, 0.9, 5}, {"the early sign", l.sign, 0.9, 14}, {"a doubling in the median", l.doubling, 0.5, 30}, {"a doubling in nine of ten", l.doubling, 0.9, 50}} {
		if days := quantile(x.list, x.at); days > x.most {
			out = append(out, fmt.Sprintf("%s takes %g days (aim %g)", x.name, days, x.most))
		}
	}
	return out
}
