package main

import (
	"context"
	"errors"
	"strconv"
	"time"

	"perci.health/careline/pubsub"
	"perci.health/careline/store"
)

// openSet is openStore for the settings that get answers: how commands open the log,
// unless a test has one for them.
func openSet(ctx context.Context, get func(string) string) (store.Store, error) {
	return openStore(ctx, newReader(get))
}

// openStore opens the log for a command that runs beside the service, or instead of it.
func openStore(ctx context.Context, r *reader) (store.Store, error) {
	url := databaseURL(r)
	if len(r.faults) > 0 {
		return nil, r.faults[0]
	}
	return openLog(ctx, store.Config{URL: url.Reveal(), Consumers: []string{chart}, Outbound: []string{pubsub.ForwardConsumer}})
}

// account is whose reports are read: anybody who may publish to the topic could
// have written a message.
func (r *replaying) account() (string, error) {
	settings := newReader(r.get)
	sid := accountSID(settings)
	if len(settings.faults) > 0 {
		return "", settings.faults[0]
	}
	return sid, nil
}

// How long a command waits for an instance that files a call, which takes it no
// longer than the health record takes to answer.
const (
	claimWithin = 45 * time.Second
	claimEvery  = 100 * time.Millisecond
)

// claimed has do done while nobody files the call: an instance that is about to
// save where the call stands would undo it.
func claimed(ctx context.Context, log store.Store, key string, do func(context.Context) error) error {
	waiting, cancel := context.WithTimeout(ctx, claimWithin)
	defer cancel()
	again := time.NewTicker(claimEvery)
	defer again.Stop()
	for {
		held, ok, err := log.Claim(ctx, chart, key)
		if err != nil {
			return err
		}
		if ok {
			return errors.Join(do(held), log.Release(context.WithoutCancel(held), chart, key))
		}

		select {
		case <-again.C:
		case <-waiting.Done():
			return errors.New("it is being filed all the time: try again later")
		}
	}
}

// several is how many there are of something, in words that can be read.
func several(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}
