package chart

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Plain makes text from strangers fit to be shown: what a terminal or a page would obey instead of show (control
// characters, marks that turn the direction of writing, invisible and private ones, broken UTF-8) becomes its code as
// \u202e, and is seen. Everything else stays as it is.
func Plain(s string) string {
	if !strings.ContainsFunc(s, unseen) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case unseen(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// unseen tells of characters that are no graphic ones: Cc, Cf, Co, Cs, line and paragraph separators, spaces of odd width.
func unseen(r rune) bool {
	return !unicode.IsGraphic(r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r)
}
