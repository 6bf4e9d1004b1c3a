package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"

	"perci.health/careline"
)

// The bounds of provision: of making the plan, and of each change.
const (
	planTimeout   = 2 * time.Minute
	changeTimeout = time.Minute
)

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
	plan, err := f.plan(ctx, c)
	if err != nil {
		return fmt.Errorf("nothing was changed: %w", err)
	}
	r := provisioning{provisionFlags: f, plan: plan, done: make([]bool, len(plan))}
	if f.apply {
		return errors.Join(r.applyAll(ctx, c, out), r.printJSON(out))
	}
	if err := errors.Join(r.printPlan(out), r.printJSON(out)); err != nil {
		return err
	}
	if f.check && len(plan) > 0 {
		return status{errors.New("there is something to set up"), 2}
	}
	return nil
}

// plan asks every party.
func (f provisionFlags) plan(ctx context.Context, c config) ([]careline.Change, error) {
	ctx, cancel := context.WithTimeout(ctx, planTimeout)
	defer cancel()
	var all []careline.Change
	for _, p := range parties() {
		if p.plan == nil {
			continue
		}
		changes, err := p.plan(ctx, c, f.planned)
		if err != nil {
			return nil, fmt.Errorf("plan %s: %w", p.name, err)
		}
		all = append(all, changes...)
	}
	return all, nil
}

// provisioning is a plan and what became of it.
type provisioning struct {
	provisionFlags
	plan   []careline.Change
	done   []bool
	remain []careline.Change // after the plan was applied
}
