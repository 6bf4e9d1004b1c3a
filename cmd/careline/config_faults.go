package main

import (
	"slices"
	"strings"
)

// fault is what is wrong with a setting, or with several that go together.
type fault struct {
	settings []string // the names of the settings at fault, at least one
	said     string   // how the sentence calls them, such as "A, B" or "A=x or B=y"
	wrong    string   // what is wrong, as the rest of the sentence: "is required", "must be …"
	value    string   // what it is now, as it may be told (see tellable); "" where that helps nobody
	do       string   // what the setting is for, or what to do; "" when wrong says it all
}

// Error is the whole sentence, without a full stop: "NAME is required: …".
func (f fault) Error() string {
	told := f.said + " " + f.wrong
	if f.value != "" {
		told += ", and is " + f.value
	}
	if f.do != "" {
		told += ": " + f.do
	}

	return told
}

// faults are why careline cannot start: the error of readConfig. Every fault stands
// in it once, in the order in which the settings were read.
type faults []fault

// Error tells all of them at once, each in a line of its own.
func (all faults) Error() string {
	var told strings.Builder
	told.WriteString("these settings must be put right before careline can start:")
	for _, sentence := range all.sentences() {
		told.WriteString("\n  " + sentence)
	}
	told.WriteString("\n(to try it without any: careline demo)")

	return told.String()
}

// sentences are the faults, each as a sentence without a full stop.
func (all faults) sentences() (told []string) {
	for _, f := range all {
		told = append(told, f.Error())
	}
	return told
}

// settings are the names of all settings at fault. One that is at fault in two ways
// is named twice.
func (all faults) settings() (names []string) {
	for _, f := range all {
		names = append(names, f.settings...)
	}
	return names
}

// fault notes what is wrong with one setting.
func (r *reader) fault(setting, wrong, do string) {
	r.note(fault{
		settings: []string{setting},
		said:     setting,
		wrong:    wrong,
		value:    r.tellable(setting),
		do:       do,
	})
}

// faultOf notes what is wrong with settings that go together.
func (r *reader) faultOf(settings []string, wrong, do string) {
	r.note(fault{
		settings: settings,
		said:     strings.Join(settings, ", "),
		wrong:    wrong,
		do:       do,
	})
}

// note keeps each fault once: a setting may be read several times.
func (r *reader) note(f fault) {
	told := f.Error()
	if !slices.ContainsFunc(r.faults, func(known fault) bool { return known.Error() == told }) {
		r.faults = append(r.faults, f)
	}
}
