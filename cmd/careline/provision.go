package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"perci.health/careline/setup"
)

// planTimeout bounds the making of a plan.
const planTimeout = 2 * time.Minute

// provisionFlags are what provision can be told.
type provisionFlags struct {
	apply, json, check bool
	planned
}

// provisionCommand sets the parties up.
func provisionCommand(from source) *cobra.Command {
	var f provisionFlags
	c := &cobra.Command{
		Use:   "provision",
		Short: "Show how Twilio and the other parties have to be set up; --apply does it",
		Args:  noWords,
	}

	c.Flags().BoolVar(&f.apply, "apply", false, "make the changes of the plan, in its order, and stop at the first that fails")
	c.Flags().BoolVar(&f.check, "check", false, "end with status 2 when the plan is not empty, for a program; changes nothing")
	c.Flags().BoolVar(&f.json, "json", false, "print JSON for a program")
	c.Flags().BoolVar(&f.takeNumbers, "take-numbers", false, "plan to take the account's numbers also from other services that answer them now")
	return withSettings(c, from, func(c *cobra.Command, from source, _ []string) error {
		return provision(c.Context(), from.get, f, c.OutOrStdout())
	})
}

// provision shows how the parties have to be set up for the settings that get
// answers, and sets them up when it is told to. Its error says that this failed,
// or with --check that there is something to do.
func provision(ctx context.Context, get func(string) string, f provisionFlags, out io.Writer) error {
	if f.apply && f.check {
		return errors.New("--check changes nothing and --apply does: choose one")
	}
	c, err := readConfig(get)
	if err != nil {
		return err
	}

	r := provisioning{provisionFlags: f}
	err = r.open(ctx, c)
	if err == nil {
		err = r.run(ctx, out)
	}
	return errors.Join(err, closeAll(r.parties))
}

// open opens the parties that there is something to set up at.
func (r *provisioning) open(ctx context.Context, c config) error {
	for _, p := range parties() {
		if p.used != nil && !p.used(c) {
			continue
		}
		o, err := p.open(ctx, c)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		r.parties = append(r.parties, o)
	}
	return nil
}

func (r *provisioning) run(ctx context.Context, out io.Writer) error {
	var err error
	if r.plan, err = r.planAll(ctx); err != nil {
		return fmt.Errorf("nothing was changed: %w; careline doctor says what to do", err)
	}

	r.done = make([]bool, len(r.plan))
	if r.apply {
		return errors.Join(r.applyAll(ctx, out), r.printJSON(out))
	}

	if err := errors.Join(r.printPlan(out), r.printJSON(out)); err != nil {
		return err
	}
	if r.check && len(r.plan) > 0 {
		return status{errors.New("there is something to set up"), 2}
	}
	return nil
}

// planAll asks every party.
func (r *provisioning) planAll(ctx context.Context) (setup.Plan, error) {
	ctx, cancel := context.WithTimeout(ctx, planTimeout)
	defer cancel()

	var all setup.Plan
	for _, p := range r.parties {
		if p.plan == nil {
			continue
		}
		changes, err := p.plan(ctx, r.planned)
		if err != nil {
			return nil, err
		}
		all = append(all, changes...)
	}
	return all, nil
}

// provisioning is a plan and what became of it.
type provisioning struct {
	provisionFlags
	parties []opened
	plan    setup.Plan
	done    []bool     // of each change of the plan
	remain  setup.Plan // after the plan was applied
}
