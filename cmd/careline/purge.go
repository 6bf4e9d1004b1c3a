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
	"perci.health/careline/store"
)

// purgeBatch bounds how long those who write wait behind a purge.
const purgeBatch = 100

// purging is a run of careline purge.
type purging struct {
	store store.Store
	keep  time.Duration
	now   time.Time
	out   io.Writer
}

// runPurge forgets calls, with the numbers in them. The service does the same by
// itself once a day for those that are too old.
func runPurge(ctx context.Context, args []string, out io.Writer) error {
	r := &reader{get: os.Getenv}
	keep := readRetention(r)
	s, err := openStore(ctx, r)
	if err != nil {
		return err
	}
	p := purging{store: s, keep: keep, now: time.Now(), out: out}
	return errors.Join(p.run(ctx, args), s.Close())
}

func (p purging) run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("careline purge", flag.ContinueOnError)
	flags.SetOutput(p.out)
	before := flags.String("before", "", "forget calls that nothing was heard of since this `date`, such as 2025-10-01; without it RETENTION_DAYS ago")
	patient := flags.String("patient", "", "forget every call of this patient, such as `Patient/ID`")
	apply := flags.Bool("apply", false, "do it; without this only what would be done is said")
	if err := parse(flags, args); err != nil {
		return helped(err)
	}
	if *patient != "" {
		if *before != "" {
			return errors.New("--patient forgets all of a patient's calls: --before cannot be given with it")
		}
		return p.erase(ctx, careline.Reference(*patient), *apply)
	}
	until := p.now.Add(-p.keep)
	if *before != "" {
		var err error
		if until, err = time.Parse(time.DateOnly, *before); err != nil || until.After(p.now) {
			return errors.New("--before must be a date such as 2025-10-01, not in the future")
		}
	}
	return p.purge(ctx, until, *apply)
}

func (p purging) purge(ctx context.Context, until time.Time, apply bool) error {
	day := until.UTC().Format(time.DateTime)
	if !apply {
		keys, err := p.store.CallsKept(ctx, time.Unix(0, 0), until)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "%d calls were last heard of before %s UTC. To forget them: careline purge --apply, with the same --before if one was given\n", len(keys), day)
		return err
	}
	total := 0
	for {
		n, err := p.store.Purge(ctx, until, purgeBatch)
		total += n
		if err != nil {
			return fmt.Errorf("after %d calls: %w", total, err)
		}
		if n < purgeBatch {
			break
		}
	}
	_, err := fmt.Fprintf(p.out, "Forgot %d calls that were last heard of before %s UTC.\n", total, day)
	return err
}

func (p purging) erase(ctx context.Context, patient careline.Reference, apply bool) error {
	keys, err := p.store.CallsOf(ctx, patient)
	if err != nil {
		return err
	}
	if !apply {
		_, err := fmt.Fprintf(p.out, "The log holds %d calls of %s. To forget them, add --apply. The health record and Twilio are not touched.\n", len(keys), patient)
		return err
	}
	for _, key := range keys {
		err := claimed(ctx, p.store, key, func() error { return p.store.Erase(ctx, key) })
		if err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	_, err = fmt.Fprintf(p.out, "Forgot %d calls of %s. The health record and Twilio were not touched.\n", len(keys), patient)
	return err
}
