package calls

import (
	"context"
	"sync"

	"perci.health/careline"
)

// Change is a call as it is after some event.
type Change struct {
	Seq  int64 // the event's place in the log; a follower resumes after it
	Call careline.Call
}

// Live tells clinicians of their own calls as they change, straight from the log
// and not from the health record, so that it goes on when the record is down.
type Live struct {
	log       LiveLog
	mu        sync.Mutex
	followers map[string]map[chan struct{}]struct{} // clinician → wake-up calls
}

// LiveLog is what Live reads.
type LiveLog interface {
	// Events are all that the log holds for a call, in the log's order.
	Events(ctx context.Context, call string) ([]careline.CallEvent, error)
	// CallsSince are the keys of a clinician's calls that have an event after
	// seq, in the order of their newest events.
	CallsSince(ctx context.Context, clinician string, seq int64) ([]string, error)
	// Clinician is whose call it is; empty when that is not known.
	Clinician(ctx context.Context, call string) (string, error)
}

// NewLive follows log.
func NewLive(log LiveLog) *Live {
	return &Live{log: log, followers: map[string]map[chan struct{}]struct{}{}}
}

// Changed wakes those who follow these calls. It is told after the events are
// kept, and never waits for a follower.
func (l *Live) Changed(ctx context.Context, calls []string) error {
	if l.idle() {
		return nil
	}
	for _, call := range calls {
		clinician, err := l.log.Clinician(ctx, call)
		if err != nil {
			return err
		}
		l.wake(clinician)
	}
	return nil
}

func (l *Live) idle() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.followers) == 0
}

func (l *Live) wake(clinician string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for wake := range l.followers[clinician] {
		select {
		case wake <- struct{}{}:
		default: // already has a wake-up call waiting
		}
	}
}

// Follow tells the clinician's calls that changed after the event seq, then each
// further change, to tell, until ctx ends or tell fails. Changes that come
// faster than tell takes them are told as one.
func (l *Live) Follow(ctx context.Context, clinician string, seq int64, tell func(Change) error) error {
	wake := make(chan struct{}, 1)
	l.join(clinician, wake)
	defer l.leave(clinician, wake)
	for {
		next, err := l.tellSince(ctx, clinician, seq, tell)
		if err != nil {
			return err
		}
		seq = next
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (l *Live) tellSince(ctx context.Context, clinician string, seq int64, tell func(Change) error) (int64, error) {
	keys, err := l.log.CallsSince(ctx, clinician, seq)
	if err != nil {
		return seq, err
	}
	for _, key := range keys {
		events, err := l.log.Events(ctx, key)
		if err != nil {
			return seq, err
		}
		if len(events) == 0 {
			continue // joined to another call between the two readings
		}
		newest := events[len(events)-1].Seq
		if err := tell(Change{Seq: newest, Call: careline.Fold(events)}); err != nil {
			return seq, err
		}
		seq = max(seq, newest)
	}
	return seq, nil
}

func (l *Live) join(clinician string, wake chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.followers[clinician] == nil {
		l.followers[clinician] = map[chan struct{}]struct{}{}
	}
	l.followers[clinician][wake] = struct{}{}
}

func (l *Live) leave(clinician string, wake chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.followers[clinician], wake)
	if len(l.followers[clinician]) == 0 {
		delete(l.followers, clinician)
	}
}
