package setup

import (
	"context"
	"errors"
	"slices"
	"testing"
)

func TestPlanApplyStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	var made []string
	makes := func(thing string, err error) Change {
		return Change{Thing: thing, Apply: func(context.Context) error {
			made = append(made, thing)
			return err
		}}
	}
	plan := Plan{makes("a", nil), {Thing: "b"}, makes("c", refused), makes("d", nil), {Thing: "e"}}

	told := map[int]Outcome{}
	err := plan.Apply(t.Context(), func(i int, o Outcome) { told[i] = o })

	if !errors.Is(err, refused) || err.Error() != "c: refused" {
		t.Errorf("it ended with %v", err)
	}
	if !slices.Equal(made, []string{"a", "c"}) {
		t.Errorf("made: %v", made)
	}
	if len(told) != 3 || told[0] != Done || told[2] != Failed || told[3] != NotYet {
		t.Errorf("told: %v", told)
	}
	if n := plan.ByPeople(); n != 2 {
		t.Errorf("%d for people", n)
	}
}
