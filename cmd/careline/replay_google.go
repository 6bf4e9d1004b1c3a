package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perci.health/careline"
	"perci.health/careline/pubsub"
)

// googleQuiet is longer than Google holds back a message that somebody failed to
// take: a minute at most between attempts, and half a minute until it notices that
// nobody answers any more.
const googleQuiet = 100 * time.Second

// askedGoogle takes the dead letters that Google holds.
func (r *replaying) askedGoogle() (do task, err error) {
	settings := newReader(r.get)
	c := readPubSub(settings)
	switch {
	case len(settings.faults) > 0:
		return nil, settings.faults[0]
	case !projectForm(c.project):
		return nil, errors.New("PUBSUB_PROJECT is required: the id of the Google Cloud project whose topic is used")
	}

	account, err := r.account()
	if err != nil {
		return nil, err
	}

	return func(ctx context.Context) error {
		if letters := c.at().DeadLetters(); !r.apply {
			return r.plan("All that waits in %s would be taken, until nothing has come for %v. How much that is Google tells by its own metrics alone.", letters.Name, r.quiet)
		}
		return r.google(ctx, c.at().DeadLetters(), account)
	}, nil
}

// google takes what the subscription holds, into the log of which the service files.
func (r *replaying) google(ctx context.Context, letters pubsub.Topic, account string) error {
	pull := pubsub.Pull{
		Topic:        letters,
		Subscription: letters.Name,
		Log:          slog.New(slog.DiscardHandler), // the error says it
		Inbox: &pubsub.Inbox{Understand: understanding(account), KeepStray: r.store.KeepStray, Append: func(ctx context.Context, e careline.CallEvent) error {
			_, _, err := r.store.Append(ctx, e)
			return err
		}},
	}

	if _, err := fmt.Fprintf(r.out, "Taking what waits in %s, until nothing has come for %v.\n", letters.Name, r.quiet); err != nil {
		return err
	}

	taken, err := pull.All(ctx, r.quiet)
	if err != nil {
		err = fmt.Errorf("there may be more; run it again when this is put right: %w", err)
	}
	_, told := fmt.Fprintf(r.out, "%s taken: %d with an event for the log, %d that nobody can read (careline replay lists them).\n",
		several(taken.Kept+taken.Strays, "message"), taken.Kept, taken.Strays)
	return errors.Join(err, told)
}
