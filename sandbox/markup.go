package sandbox

import (
	"html"
	"strings"
)

// markup is HTML that may be shown as it is: ours, or made by text.
//
// html/template would do the same, and better. But it looks methods up by their
// names, and so the linker keeps every exported method of every type in a program
// that has it: 4 MB of code and tables more in the service, which shows none of these
// pages, to be read at its start and held.
type markup string

// text is what s reads as, between tags or in an attribute's quotation marks.
func text(s string) markup { return markup(html.EscapeString(s)) }

// with is the page with its marks, such as __OWNER__, replaced. What is put in is
// not looked through for marks again.
func (m markup) with(marks map[string]markup) markup {
	var pairs []string
	for mark, value := range marks {
		pairs = append(pairs, mark, string(value))
	}
	return markup(strings.NewReplacer(pairs...).Replace(string(m)))
}
