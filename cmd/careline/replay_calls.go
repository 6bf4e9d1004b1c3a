package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"perci.health/careline"
)

// callsCommand files calls in the health record again.
func (r *replaying) callsCommand(from source) *cobra.Command {
	var f callsFlags
	c := &cobra.Command{
		Use:   "calls [KEY …]",
		Short: "File calls again as they stand",
	}

	c.Flags().StringVar(&f.since, "since", "", "every call with an event since this `date`, such as 2026-11-01, in place of keys")
	c.Flags().BoolVar(&f.whole, "whole", false, "every event of the call, a version each: after the record has lost it")
	return r.changing(from, c, func(keys []string) (task, error) { return r.askedCalls(f, keys) })
}

// callsFlags say which calls, and how.
type callsFlags struct {
	since string
	whole bool
}

// askedCalls is which calls are to be filed in the health record again, and how.
func (r *replaying) askedCalls(f callsFlags, keys []string) (task, error) {
	if (f.since == "") == (len(keys) == 0) {
		return nil, errors.New("say which calls: their keys, or --since and a date")
	}

	var from time.Time
	if f.since != "" {
		var err error
		if from, err = time.Parse(time.DateOnly, f.since); err != nil {
			return nil, fmt.Errorf("--since must be a date such as 2026-11-01, and is %q", f.since)
		}
	}

	return func(ctx context.Context) (err error) {
		if f.since != "" {
			if keys, err = r.store.CallsKept(ctx, from, r.now); err != nil {
				return err
			}
		}
		if !r.apply {
			return r.planCalls(ctx, keys, f.whole)
		}
		return r.calls(ctx, keys, f.whole)
	}, nil
}

// planCalls says how many calls would be filed again. One that the log does not have
// cannot be.
func (r *replaying) planCalls(ctx context.Context, keys []string, whole bool) error {
	events := 0
	for _, key := range keys {
		all, err := r.store.Events(ctx, key)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fmt.Errorf("the log has no call %s", oneLine(key))
		}
		events += len(all)
	}

	filed := countWords(careline.CountKeys(keys...))
	if whole {
		return r.plan("%s would be filed again, with a version for each of %s.", filed, several(events, "event"))
	}
	return r.plan("%s would be filed again, as they stand.", filed)
}

// calls files calls in the health record again.
func (r *replaying) calls(ctx context.Context, keys []string, whole bool) error {
	watch := watched(r.aside, "key", len(keys))
	defer watch.end()
	for i, key := range keys {
		watch.at(i)
		err := claimed(ctx, r.store, key, func(held context.Context) error { return r.store.Refile(held, chart, key, whole) })
		if err != nil {
			return fmt.Errorf("%d of %s will be filed again, then %s: %w", i, countWords(careline.CountKeys(keys...)), key, err)
		}
	}

	watch.end()
	_, err := fmt.Fprintf(r.out, "%s will be filed again.\n", countWords(careline.CountKeys(keys...)))
	return err
}
