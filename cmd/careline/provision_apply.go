package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"perci.health/careline/setup"
)

const setUp = "Nothing to change: everything is set up as careline needs it."

// printPlan shows the plan, by party.
func (r *provisioning) printPlan(out io.Writer) error {
	if r.json {
		return nil
	}
	if len(r.plan) == 0 {
		_, err := fmt.Fprintln(out, setUp)
		return err
	}

	text := told(r.plan)
	if people := r.plan.ByPeople(); people < len(r.plan) {
		text += fmt.Sprintf("\n%d to change. To change it: careline provision --apply", len(r.plan)-people)
		if r.takeNumbers {
			text += " --take-numbers"
		}
		text += "\n"
	}
	if people := r.plan.ByPeople(); people > 0 {
		text += fmt.Sprintf("\n%d for a person to do or decide.\n", people)
	}

	_, err := io.WriteString(out, text)
	return err
}

// told are changes in words, under the name of their party.
func told(changes setup.Plan) string {
	var text strings.Builder
	party := ""
	for _, c := range changes {
		if c.Party != party {
			party = c.Party
			fmt.Fprintf(&text, "%s\n", party)
		}

		have, want := c.Have, "want"
		if have == "" {
			have = "nothing"
		}
		if c.ByPerson() {
			want = "do  "
		}
		fmt.Fprintf(&text, "  %s\n    have  %s\n    %s  %s\n", oneLine(c.Thing), oneLine(have), want, oneLine(c.Want))
	}
	return text.String()
}

// applyAll makes the changes, says how each went, and plans again to see.
func (r *provisioning) applyAll(ctx context.Context, out io.Writer) error {
	if r.json {
		out = io.Discard
	}
	if err := r.applyInOrder(ctx, out); err != nil {
		return err
	}

	var err error
	if r.remain, err = r.planAll(ctx); err != nil {
		return fmt.Errorf("the changes were made, but could not be looked at again: %w", err)
	}

	if len(r.remain) == 0 {
		_, err := fmt.Fprintln(out, "Everything is set up as careline needs it.")
		return err
	}
	if _, err := fmt.Fprintf(out, "What remains:\n\n%s", told(r.remain)); err != nil {
		return err
	}
	if left := len(r.remain) - r.remain.ByPeople(); left > 0 {
		return fmt.Errorf("changes that were made and did not last: %d; somebody else may be changing the same", left)
	}
	return nil
}

func (r *provisioning) applyInOrder(ctx context.Context, out io.Writer) error {
	var printed error
	err := r.plan.Apply(ctx, func(i int, became setup.Outcome) {
		r.done[i] = became == setup.Done
		_, err := fmt.Fprintf(out, "%-7s %s: %s\n", became, r.plan[i].Party, r.plan[i].Thing)
		printed = errors.Join(printed, err)
	})
	if err != nil {
		err = fmt.Errorf("%w; run careline provision --apply again when that is put right, what is done stays done", err)
	}
	return errors.Join(err, printed)
}

// changeJSON is a change for a program.
type changeJSON struct {
	Party string `json:"party"`
	Thing string `json:"thing"`
	Have  string `json:"have"`
	Want  string `json:"want"`
	By    string `json:"by"` // careline, or a person
	Done  bool   `json:"done"`
}

func (r *provisioning) printJSON(out io.Writer) error {
	if !r.json {
		return nil
	}

	answer := struct {
		Plan   []changeJSON `json:"plan"`
		Remain []changeJSON `json:"remaining"` // of a plan that was applied
	}{[]changeJSON{}, []changeJSON{}}
	for i, c := range r.plan {
		answer.Plan = append(answer.Plan, asJSON(c, r.done[i]))
	}
	for _, c := range r.remain {
		answer.Remain = append(answer.Remain, asJSON(c, false))
	}

	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(answer); err != nil {
		return errors.Join(errors.New("print the plan"), err)
	}
	return nil
}

func asJSON(c setup.Change, done bool) changeJSON {
	by := "careline"
	if c.ByPerson() {
		by = "person"
	}
	return changeJSON{
		Party: c.Party,
		Thing: c.Thing,
		Have:  c.Have,
		Want:  c.Want,
		By:    by,
		Done:  done,
	}
}
