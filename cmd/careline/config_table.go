package main

import "slices"

// setting is one that careline reads from its environment: all that is known of it
// before its value is. The readers take its default from here, the faults whether it
// may be repeated, and `careline serve --help` and the README tell the rest.
type setting struct {
	name     string
	fallback string // read when it is not set; "": there is none, or shown says what happens then
	shown    string // how the default is told where fallback does not say it
	meaning  string
	example  string // of a required one: all of them together are enough to start with
	required bool
	secret   bool // it stands in no sentence
}

// group is a part of the table under a heading of its own.
type group struct {
	heading  string
	settings []setting
}

// required is a setting without which careline does not start.
func required(name, example, meaning string) setting {
	return setting{
		name:     name,
		example:  example,
		meaning:  meaning,
		required: true,
	}
}

func optional(name, fallback, meaning string) setting {
	return setting{name: name, fallback: fallback, meaning: meaning}
}

// hidden is s as a secret.
func (s setting) hidden() setting {
	s.secret = true
	return s
}

// without is s whose default is told in words.
func (s setting) without(shown string) setting {
	s.shown = shown
	return s
}

// standard is the default as it is told; "" where there is none to tell.
func (s setting) standard() string {
	switch {
	case s.required:
		return "required"
	case s.shown != "":
		return s.shown
	}
	return s.fallback
}

// table is every setting, in the order in which they are told.
func table() []group {
	return slices.Concat(outwardSettings(), callSettings(), featureSettings(), inwardSettings())
}

// tabled finds a setting of the table by its name.
func tabled(name string) (setting, bool) {
	for _, g := range table() {
		for _, s := range g.settings {
			if s.name == name {
				return s, true
			}
		}
	}
	return setting{}, false
}

// settingNames are the names of the table, in its order.
func settingNames() (names []string) {
	for _, g := range table() {
		for _, s := range g.settings {
			names = append(names, s.name)
		}
	}
	return names
}
