package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"
)

// howToApply ends every plan.
const howToApply = " To do it, give the same command with --apply.\n"

const replayHelp = `What could not be delivered, and the record of calls anew.

It reads DATABASE_URL, for strays TWILIO_ACCOUNT_SID, whose reports they have to be,
and google also PUBSUB_PROJECT and PUBSUB_TOPIC. A SQLite database belongs to one
process: stop the service first. Whatever is to be delivered is delivered by the
service, as soon as it runs.

Without a command it lists. What changes something shows a plan, and does it with
--apply.`

// replayCommand is careline replay, with the log of the settings.
func replayCommand(from source) *cobra.Command {
	r := &replaying{quiet: googleQuiet, now: time.Now(), open: openSet}
	return r.command(from)
}

func (r *replaying) command(from source) *cobra.Command {
	c := r.reading(from, &cobra.Command{
		Use:   "replay",
		Short: "What could not be delivered, and the record of calls anew",
		Long:  replayHelp,
		Args:  known,
	}, func([]string) (task, error) { return r.list, nil })

	c.AddCommand(
		r.reading(from, &cobra.Command{
			Use:   "list",
			Short: "List what was given up: deliveries (chart/12, pubsub/12) and messages that nobody could read (stray/3)",
			Args:  noWords,
		}, func([]string) (task, error) { return r.list, nil }),
		r.reading(from, &cobra.Command{
			Use:   "show ID …",
			Short: "Show some in full, with the numbers in them",
			Args:  someLetters,
		}, func(ids []string) (task, error) {
			return func(ctx context.Context) error { return r.letterwise(ctx, ids, r.show) }, nil
		}),
		r.changing(from, &cobra.Command{
			Use:   "again ID … | all",
			Short: "Deliver some again; read a stray again",
			Args:  someLetters,
		}, func(ids []string) (task, error) { return r.eachOr(ids, r.again, "delivered or read again"), nil }),
		r.changing(from, &cobra.Command{
			Use:   "discard ID … | all",
			Short: "Drop some; a delivery's event stays in the log",
			Args:  someLetters,
		}, func(ids []string) (task, error) { return r.eachOr(ids, r.discard, "dropped"), nil }),
		r.callsCommand(from),
		r.changing(from, &cobra.Command{
			Use:   "google",
			Short: "Take the dead letters that Google Pub/Sub holds: their events into the log, and what nobody can read among the strays",
			Args:  noWords,
		}, func([]string) (task, error) { return r.askedGoogle() }),
	)
	return c
}

// task is what is done with the log once it is open.
type task = func(ctx context.Context) error

// eachOr does one thing with each letter, or says that it would be done.
func (r *replaying) eachOr(ids []string, do func(context.Context, letter) error, would string) task {
	return func(ctx context.Context) error {
		if !r.apply {
			return r.planned(ctx, ids, would)
		}
		return r.letterwise(ctx, ids, do)
	}
}

// reading makes a command that reads the log. Nothing is opened before what is asked
// for is understood.
func (r *replaying) reading(from source, c *cobra.Command, asked func(args []string) (task, error)) *cobra.Command {
	return withSettings(c, from, func(c *cobra.Command, from source, args []string) error {
		r.get, r.out, r.aside = from.get, c.OutOrStdout(), c.ErrOrStderr()
		do, err := asked(args)
		if err != nil {
			return err
		}

		if r.store, err = r.open(c.Context(), r.get); err != nil {
			return err
		}
		return errors.Join(do(c.Context()), r.store.Close())
	})
}

// changing makes a command that changes the log, when it is told to.
func (r *replaying) changing(from source, c *cobra.Command, asked func(args []string) (task, error)) *cobra.Command {
	applyFlag(c, &r.apply)
	return r.reading(from, c, asked)
}

// applyFlag is the same for every command that shows a plan first.
func applyFlag(c *cobra.Command, apply *bool) {
	c.Flags().BoolVar(apply, "apply", false, "do it; without this only what would be done is said")
}

func someLetters(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return errors.New("say which, such as chart/12; careline replay lists them")
	}
	return nil
}
