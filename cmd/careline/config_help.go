package main

import (
	"fmt"
	"strings"
)

// helpWide is how wide the text of the settings is.
const helpWide = 96

// settingsHelp is every setting with its default and its meaning, for a terminal.
func settingsHelp() string {
	var text strings.Builder
	text.WriteString("Settings are environment variables, or lines NAME=value of the file of --env-file; careline\ndoctor checks them. Each with its default:\n")
	for _, g := range table() {
		fmt.Fprintf(&text, "\n%s\n", g.heading)
		for _, s := range g.settings {
			fmt.Fprintf(&text, "  %s%s\n%s", s.name, within(" (", plainText(s.standard()), ")"), wrapped(plainText(s.meaning), "      "))
		}
	}
	return strings.TrimSuffix(text.String(), "\n")
}

// plainText is a text without the marks that it has for the README.
func plainText(text string) string { return strings.NewReplacer("`", "", "*", "").Replace(text) }

// within is a text between two others, or nothing.
func within(before, text, after string) string {
	if text == "" {
		return ""
	}
	return before + text + after
}

// wrapped is a text in lines that begin with margin.
func wrapped(text, margin string) string {
	var out strings.Builder
	line := margin
	for word := range strings.FieldsSeq(text) {
		if line != margin && len([]rune(line))+len([]rune(word)) >= helpWide {
			out.WriteString(line + "\n")
			line = margin
		}
		if line != margin {
			line += " "
		}
		line += word
	}
	return out.String() + line + "\n"
}
