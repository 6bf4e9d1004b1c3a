package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/store"
)

// purgeBatch bounds how long those who write wait behind a purge.
const purgeBatch = 100

// purging is a run of careline purge.
type purging struct {
	store store.Store
	// recorded asks the health record which calls it holds as a patient's; nil: it is not asked.
	recorded func(ctx context.Context, patient careline.Reference) ([]string, error)
	keep     time.Duration
	now      time.Time
	out      io.Writer
}

// runPurge forgets calls, with the numbers in them. The service does the same by
// itself once a day for those that are too old.
func runPurge(ctx context.Context, args []string, out io.Writer) error {
	r := &reader{get: os.Getenv}
	p := &purging{keep: readRetention(r), now: time.Now(), out: out}
	do, err := p.asked(args)
	if err != nil {
		return helped(err)
	}

	if r.text("FHIR_BASE_URL", "") != "" {
		p.recorded = func(ctx context.Context, patient careline.Reference) ([]string, error) {
			record, err := recordOf(r)
			if err != nil {
				return nil, err
			}
			return record.RecordedFor(ctx, patient)
		}
	}

	s, err := openStore(ctx, r)
	if err != nil {
		return err
	}
	p.store = s
	return errors.Join(do(ctx), s.Close())
}

// asked is what args ask for. Nothing is opened before they are understood.
func (p *purging) asked(args []string) (do func(context.Context) error, err error) {
	flags := flag.NewFlagSet("careline purge", flag.ContinueOnError)
	flags.SetOutput(p.out)
	before := flags.String("before", "", "forget calls that nothing was heard of since this `date`, such as 2025-10-01; without it RETENTION_DAYS ago")
	patient := flags.String("patient", "", "forget every call of this patient, such as `Patient/ID`")
	apply := flags.Bool("apply", false, "do it; without this only what would be done is said")
	if err := parse(flags, args); err != nil {
		return nil, err
	}

	// Also an empty one, as of a variable that is not set: it does not mean everybody.
	erase := false
	flags.Visit(func(f *flag.Flag) { erase = erase || f.Name == "patient" })
	if erase {
		id, found := strings.CutPrefix(*patient, "Patient/")
		switch {
		case *before != "":
			return nil, errors.New("--patient forgets all of a patient's calls: --before cannot be given with it")
		case !found || !careline.ValidID(id):
			return nil, errors.New("--patient must be the patient's id in the health record, as Patient/ID")
		}
		return func(ctx context.Context) error { return p.erase(ctx, careline.Reference(*patient), *apply) }, nil
	}

	until := p.now.Add(-p.keep)
	if *before != "" {
		if until, err = time.Parse(time.DateOnly, *before); err != nil || until.After(p.now) {
			return nil, errors.New("--before must be a date such as 2025-10-01, not in the future")
		}
	}

	return func(ctx context.Context) error { return p.purge(ctx, until, *apply) }, nil
}

func (p *purging) purge(ctx context.Context, until time.Time, apply bool) error {
	day := until.UTC().Format(time.DateTime)
	if !apply {
		keys, err := p.store.CallsKept(ctx, time.Unix(0, 0), until)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(p.out, "Last heard of before %s UTC: %s. To forget them: careline purge --apply, with the same --before if one was given.\n", day, several(len(keys), "call"))
		return err
	}

	total := 0
	for {
		n, err := p.store.Purge(ctx, until, purgeBatch)
		total += n
		if err != nil {
			return fmt.Errorf("after %s were forgotten: %w", several(total, "call"), err)
		}
		if n < purgeBatch {
			break
		}
	}

	_, err := fmt.Fprintf(p.out, "Forgot %s, last heard of before %s UTC.\n", several(total, "call"), day)
	return err
}

func (p *purging) erase(ctx context.Context, patient careline.Reference, apply bool) error {
	keys, err := calls.Whose{Log: p.store, Recorded: p.recorded}.Calls(ctx, patient)
	if err != nil {
		return fmt.Errorf("nothing was forgotten: %w", err)
	}
	if !apply {
		_, err := fmt.Fprintf(p.out, "The log holds %s of %s. To forget them, add --apply. The health record and Twilio are not touched.\n", several(len(keys), "call"), patient)
		return err
	}

	for i, key := range keys {
		err := claimed(ctx, p.store, key, func(held context.Context) error { return p.store.Erase(held, key) })
		if err != nil {
			return fmt.Errorf("%d of %s forgotten, then %s: %w", i, several(len(keys), "call"), key, err)
		}
	}

	_, err = fmt.Fprintf(p.out, "Forgot %s of %s. The health record and Twilio were not touched.\n", several(len(keys), "call"), patient)
	return err
}
