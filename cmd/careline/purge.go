package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/fhir"
	"perci.health/careline/store"
	"perci.health/careline/twilio"
)

// purgeBatch bounds how long those who write wait behind a purge.
const purgeBatch = 100

// purging is a run of careline purge.
type purging struct {
	open func(ctx context.Context, get func(string) string) (store.Store, error)
	now  time.Time

	store store.Store
	// recorded asks the health record which calls it holds as a patient's; nil: it is not asked.
	recorded func(ctx context.Context, patient careline.Reference) ([]string, error)
	// sound reaches the recordings at Twilio, and what the record holds of them.
	sound           func() (*twilio.Client, *fhir.Chart, error)
	keep            time.Duration
	out, aside      io.Writer
	before, patient string
	apply           bool
}

// purgeCommand forgets calls, with the numbers in them. The service does the same by
// itself once a day for those that are too old.
func purgeCommand(from source) *cobra.Command {
	p := &purging{now: time.Now(), open: openSet}
	return p.command(from)
}

func (p *purging) command(from source) *cobra.Command {
	c := &cobra.Command{
		Use:   "purge",
		Short: "Forget calls: those that are too old, or a patient's",
		Args:  noWords,
	}

	c.Flags().StringVar(&p.before, "before", "", "forget calls that nothing was heard of since this `date`, such as 2025-10-01; without it RETENTION_DAYS ago")
	c.Flags().StringVar(&p.patient, "patient", "", "forget every call of this patient, by `id`, such as Patient/ID")
	applyFlag(c, &p.apply)
	return withSettings(c, from, func(c *cobra.Command, from source, _ []string) error {
		r := newReader(from.get)
		p.keep, p.out, p.aside = readRetention(r), c.OutOrStdout(), c.ErrOrStderr()

		// Also an empty one, as of a variable that is not set: it does not mean everybody.
		do, err := p.asked(c.Flags().Changed("patient"))
		if err != nil {
			return err
		}
		if len(r.faults) > 0 {
			return r.faults[0]
		}

		if r.text("FHIR_BASE_URL") != "" {
			p.recorded, p.sound = p.askRecord(r), recordingsOf(from.get)
		}
		if p.store, err = p.open(c.Context(), from.get); err != nil {
			return err
		}
		return errors.Join(do(c.Context()), p.store.Close())
	})
}

// askRecord asks the health record which calls it holds as a patient's.
func (*purging) askRecord(r *reader) func(context.Context, careline.Reference) ([]string, error) {
	return func(ctx context.Context, patient careline.Reference) ([]string, error) {
		record, err := recordOf(r)
		if err != nil {
			return nil, err
		}
		return record.RecordedFor(ctx, patient)
	}
}

// asked is what the flags ask for. Nothing is opened before they are understood.
func (p *purging) asked(erase bool) (do task, err error) {
	if erase {
		id, found := strings.CutPrefix(p.patient, "Patient/")
		switch {
		case p.before != "":
			return nil, errors.New("--patient forgets all of a patient's calls: --before cannot be given with it")
		case !found || !careline.ValidID(id):
			return nil, errors.New("--patient must be the patient's id in the health record, as Patient/ID")
		}
		return func(ctx context.Context) error { return p.erase(ctx, careline.Reference(p.patient)) }, nil
	}

	until := p.now.Add(-p.keep)
	if p.before != "" {
		if until, err = time.Parse(time.DateOnly, p.before); err != nil || until.After(p.now) {
			return nil, errors.New("--before must be a date such as 2025-10-01, not in the future")
		}
	}

	return func(ctx context.Context) error { return p.purge(ctx, until) }, nil
}

func (p *purging) purge(ctx context.Context, until time.Time) error {
	day := until.UTC().Format(time.DateTime)
	old, err := p.store.Old(ctx, until)
	if err != nil {
		return err
	}
	if !p.apply {
		_, err = fmt.Fprintf(p.out, "%s would be forgotten, last heard of before %s UTC."+howToApply, countWords(old), day)
		return err
	}

	watch := watched(p.aside, "key", old.Keys())
	defer watch.end()
	total := careline.LogCount{}
	for {
		watch.at(total.Keys())
		forgotten, err := p.store.Purge(ctx, until, purgeBatch)
		total = total.And(forgotten)
		if err != nil {
			return fmt.Errorf("after %s were forgotten: %w", countWords(total), err)
		}
		if forgotten.Keys() < purgeBatch {
			break
		}
	}

	watch.end()
	_, err = fmt.Fprintf(p.out, "Forgot %s, last heard of before %s UTC.\n", countWords(total), day)
	return err
}

// countWords are "2 calls, 1 look and 3 messages": what there is none of is left out,
// but for the calls.
func countWords(f careline.LogCount) string {
	words := several(f.Calls, "call")
	switch {
	case f.Looks > 0 && f.Strays > 0:
		return words + ", " + several(f.Looks, "look") + " and " + several(f.Strays, "message") + " that nobody could read"
	case f.Looks > 0:
		return words + " and " + several(f.Looks, "look")
	case f.Strays > 0:
		return words + " and " + several(f.Strays, "message") + " that nobody could read"
	}
	return words
}

func (p *purging) erase(ctx context.Context, patient careline.Reference) error {
	keys, err := calls.Whose{Log: p.store, Recorded: p.recorded}.Calls(ctx, patient)
	if err != nil {
		return fmt.Errorf("nothing was forgotten: %w", err)
	}
	if !p.apply {
		recorded, err := p.recordedOf(ctx, keys)
		if err != nil {
			return fmt.Errorf("nothing was forgotten: %w", err)
		}
		_, err = fmt.Fprintf(p.out, "%s of %s would be forgotten. The health record and Twilio would not be touched%s."+howToApply, several(len(keys), "call"), patient, recorded)
		return err
	}

	watch := watched(p.aside, "call", len(keys))
	defer watch.end()
	recordings := 0
	for i, key := range keys {
		watch.at(i)
		n, err := p.forget(ctx, key)
		recordings += n
		if err != nil {
			return fmt.Errorf("%d of %s forgotten, then %s: %w", i, several(len(keys), "call"), key, err)
		}
	}

	watch.end()
	touched := "The health record and Twilio were not touched."
	if recordings > 0 {
		touched = "Deleted " + several(recordings, "recording") + " at Twilio, with the Media in the health record. Neither was touched otherwise."
	}
	_, err = fmt.Fprintf(p.out, "Forgot %s of %s. %s\n", several(len(keys), "call"), patient, touched)
	return err
}
