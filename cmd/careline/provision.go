package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"perci.health/careline/setup"
)

// planTimeout bounds the making of a plan.
const planTimeout = 2 * time.Minute

// provisionFlags are what provision can be told.
type provisionFlags struct {
	apply, json, check bool
	planned
}

func runProvision(ctx context.Context, args []string, out io.Writer) error {
	return provision(ctx, os.Getenv, args, out)
}

// provision shows how the parties have to be set up for the settings that get
// answers, and sets them up when it is told to. Its error says that this failed,
// or with --check that there is something to do.
func provision(ctx context.Context, get func(string) string, args []string, out io.Writer) error {
	var f provisionFlags
	flags := flag.NewFlagSet("careline provision", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.BoolVar(&f.apply, "apply", false, "make the changes of the plan, in its order, and stop at the first that fails")
	flags.BoolVar(&f.check, "check", false, "end with status 2 when the plan is not empty, for a program; changes nothing")
	flags.BoolVar(&f.json, "json", false, "print JSON for a program")
	flags.BoolVar(&f.takeNumbers, "take-numbers", false, "plan to take the account's numbers also from other services that answer them now")

	if err := parse(flags, args); err != nil {
		return helped(err)
	}
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
