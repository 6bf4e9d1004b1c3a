package careline_test

import (
	"errors"
	"strings"
	"testing"

	"perci.health/careline"
)

func TestRecoveredPrintsNoValue(t *testing.T) {
	t.Parallel()
	type patient struct{ name string }
	for name, c := range map[string]struct {
		panicked any
		want     string
	}{
		"an error": {errors.New("index out of range"), "index out of range"},
		"a text":   {"Tuna Kettle", "a string"},
		"a value":  {patient{name: "Tuna Kettle"}, "a careline_test.patient"},
	} {
		func() {
			defer func() {
				what, stack := careline.Recovered(recover())
				if what != c.want || stack.Key != "stack" || !strings.Contains(stack.Value.String(), "TestRecoveredPrintsNoValue") || strings.Contains(stack.Value.String(), "Kettle") {
					t.Errorf("%s: %q at %v", name, what, stack)
				}
			}()
			panic(c.panicked)
		}()
	}
}
