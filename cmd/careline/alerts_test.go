package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"perci.health/careline/calls"
)

// A call that lasts is looked up again and again, and no report of it is lost: an alarm that counted those would stand for ever.
func TestLostReportsAreCountedByCompletedLookUps(t *testing.T) {
	t.Parallel()
	selector := regexp.MustCompile(`careline_lookups_total(\{[^}]*\})?`)
	for file, least := range map[string]int{"../../deploy/terraform/alerts.tf": 2, "../../docs/runbook.md": 3} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		found := selector.FindAllString(strings.ReplaceAll(string(text), `\"`, `"`), -1)
		want := `careline_lookups_total{outcome="` + calls.LookedUpCompleted + `"}`
		if len(found) < least || slices.ContainsFunc(found, func(s string) bool { return s != want }) {
			t.Errorf("%s has %q, want %d times or more %s, and nothing else", file, found, least, want)
		}
	}
}
