package picture

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Sheet is a style sheet by which pictures within a page follow its theme: both colours of every ink, of which the browser takes
// the one that the page's color-scheme says. Browsers without light-dark() keep the attributes.
func Sheet() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(inks)) {
		st := inks[name]
		if st.hatch {
			fmt.Fprintf(&b, ".picture .%s-line{stroke:%s}\n", name, both(st.stroke))
			continue
		}
		var rules []string
		if st.fill[Light] != "" {
			rules = append(rules, "fill:"+both(st.fill))
		}
		if st.stroke[Light] != "" {
			rules = append(rules, "stroke:"+both(st.stroke))
		}
		fmt.Fprintf(&b, ".picture .%s{%s}\n", name, strings.Join(rules, ";"))
	}
	b.WriteString(".picture a:hover .day,.picture a:focus-visible .day{opacity:.14}\n.picture a:hover use,.picture a:focus-visible use{stroke-width:4}\n")
	return b.String()
}

func both(colour [2]string) string {
	return "light-dark(" + colour[Light] + "," + colour[Dark] + ")"
}
