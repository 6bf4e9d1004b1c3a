package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"perci.health/careline"
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
	if people := byPeople(r.plan); people < len(r.plan) {
		text += fmt.Sprintf("\n%d to change. To change it: careline provision --apply", len(r.plan)-people)
		if r.takeNumbers {
			text += " --take-numbers"
		}
		text += "\n"
	}
	if people := byPeople(r.plan); people > 0 {
		text += fmt.Sprintf("\n%d for a person to do or decide.\n", people)
	}
	_, err := io.WriteString(out, text)
	return err
}

// told are changes in words, under the name of their party.
func told(changes []careline.Change) string {
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
		if c.Apply == nil {
			want = "do  "
		}
		fmt.Fprintf(&text, "  %s\n    have  %s\n    %s  %s\n", oneLine(c.Thing), oneLine(have), want, oneLine(c.Want))
	}
	return text.String()
}

// byPeople counts the changes that careline cannot make.
func byPeople(changes []careline.Change) (n int) {
	for _, c := range changes {
		if c.Apply == nil {
			n++
		}
	}
	return n
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
	fmt.Fprintf(out, "What remains:\n\n%s", told(r.remain))
	if left := len(r.remain) - byPeople(r.remain); left > 0 {
		return fmt.Errorf("changes that were made and did not last: %d; somebody else may be changing the same", left)
	}
	return nil
}

func (r *provisioning) applyInOrder(ctx context.Context, out io.Writer) error {
	for i, change := range r.plan {
		if change.Apply == nil {
			continue
		}
		err := applyOne(ctx, change)
		if err == nil {
			r.done[i] = true
			fmt.Fprintf(out, "done    %s: %s\n", change.Party, change.Thing)
			continue
		}
		fmt.Fprintf(out, "failed  %s: %s\n", change.Party, change.Thing)
		for _, rest := range r.plan[i+1:] {
			if rest.Apply != nil {
				fmt.Fprintf(out, "not yet %s: %s\n", rest.Party, rest.Thing)
			}
		}
		return fmt.Errorf("%s: %w; run careline provision --apply again when that is put right, what is done stays done", change.Thing, err)
	}
	return nil
}

func applyOne(ctx context.Context, c careline.Change) error {
	ctx, cancel := context.WithTimeout(ctx, changeTimeout)
	defer cancel()
	return c.Apply(ctx)
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

func asJSON(c careline.Change, done bool) changeJSON {
	by := "careline"
	if c.Apply == nil {
		by = "person"
	}
	return changeJSON{Party: c.Party, Thing: c.Thing, Have: c.Have, Want: c.Want, By: by, Done: done}
}
