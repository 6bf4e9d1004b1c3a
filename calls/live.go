package calls

import (
	"context"
	"maps"

	"perci.health/careline"
)

// Change is a call as it is after some event.
type Change struct {
	// Seq is where a follower resumes who has been told this one: no change
	// up to here is new to it. It never falls, and may lie before the newest
	// event of Call.
	Seq  int64
	Call careline.Call
}

// Live tells clinicians of their own calls as they change, straight from the log
// and not from the health record, so that it goes on when the record is down.
type Live struct {
	log       LiveLog
	following *following[chan struct{}] // their wake-up calls
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
	return &Live{log: log, following: newFollowing[chan struct{}]()}
}

// Changed says that these calls have new events, after they were kept. It never
// waits, so that whoever keeps events can call it; Run does the rest.
func (l *Live) Changed(calls []string) { l.following.change(calls) }

// Missed says that anything may have changed: whoever told of changes elsewhere
// was not heard for a while. Every follower looks.
func (l *Live) Missed() { l.following.each(signal) }

// Run wakes followers of what changed, until ctx ends. A call whose clinician
// cannot be read wakes everybody: each finds out for itself.
func (l *Live) Run(ctx context.Context) {
	l.following.run(ctx, func(calls map[string]struct{}) {
		for call := range calls {
			clinician, err := l.log.Clinician(ctx, call)
			if err != nil {
				l.following.each(signal)
				continue
			}
			l.following.of(clinician, signal)
		}
	})
}

// Follow tells the clinician's calls that changed after the event seq, then each
// further change, to tell, until ctx ends or tell fails. Changes that come
// faster than tell takes them are told as one.
func (l *Live) Follow(ctx context.Context, clinician string, seq int64, tell func(Change) error) error {
	wake := make(chan struct{}, 1)
	defer l.following.join(clinician, wake)()

	f := follower{
		log:       l.log,
		clinician: clinician,
		seq:       seq,
		told:      map[string]int64{},
		tell:      tell,
	}
	for {
		if err := f.catchUp(ctx); err != nil {
			return err
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// follower is how far one Follow has come.
type follower struct {
	log       LiveLog
	clinician string
	seq       int64            // all up to here was told
	told      map[string]int64 // call → its newest event that was told, where that lies after seq
	tell      func(Change) error
}

// catchUp tells what is new.
//
// The log grows while it is read, call after call: an event that one of them
// just got says nothing of what the others got before it. What is certain is
// that each of the calls had an event after seq when they were looked for, and
// that all events of that time are told once catchUp is through. So the latest
// of those first events is where a follower may resume, and only who was told
// the last of the calls; before, it is where it was.
func (f *follower) catchUp(ctx context.Context) error {
	keys, err := f.log.CallsSince(ctx, f.clinician, f.seq)
	if err != nil {
		return err
	}

	safe := f.seq
	var held *Change // until it is known whether it is the last
	for _, key := range keys {
		events, err := f.log.Events(ctx, key)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			continue // joined to another call between the two readings
		}

		safe = max(safe, firstAfter(events, f.seq))
		newest := events[len(events)-1].Seq
		if f.told[key] == newest {
			continue
		}

		if err := f.tellHeld(held, f.seq); err != nil {
			return err
		}
		f.told[key] = newest
		held = &Change{Call: careline.Fold(events)}
	}

	if err := f.tellHeld(held, safe); err != nil {
		return err
	}
	f.seq = safe
	maps.DeleteFunc(f.told, func(_ string, newest int64) bool { return newest <= safe })
	return nil
}

func (f *follower) tellHeld(held *Change, seq int64) error {
	if held == nil {
		return nil
	}
	held.Seq = seq
	return f.tell(*held)
}

// firstAfter is the place of the first event after seq; seq if there is none.
func firstAfter(events []careline.CallEvent, seq int64) int64 {
	for _, e := range events {
		if e.Seq > seq {
			return e.Seq
		}
	}
	return seq
}
