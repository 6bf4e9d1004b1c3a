package calls

import (
	"context"
	"time"

	"perci.health/careline"
	"perci.health/careline/backoff"
)

const (
	// SweepEvery is how often the carrier's own list of recordings is looked through.
	SweepEvery = time.Hour
	// sweepFirst is when that is done first, so that a process that is replaced every
	// hour does it too.
	sweepFirst = 5 * time.Minute
	// endsBy is how long after its call the end of a recording has been told of.
	endsBy = time.Hour
	// lookBackFirst and lookBack are how far the list is looked back in for ends that
	// nobody told of: at the start for a day of outage, and the longest call.
	lookBackFirst, lookBack = 24*time.Hour + careline.LiveFor, 2*time.Hour + careline.LiveFor
	// undoneFrom and undoneTo are how long ago recordings were made among which, once a
	// day, deletions are looked for that were given up (relay.DefaultBackoff).
	undoneFrom, undoneTo = 10 * 24 * time.Hour, 2 * 24 * time.Hour
)

// sweeping and sounds are what a sweep claims, so that one instance does it.
const (
	sweeping = "sweeping"
	sounds   = "sounds"
)

// The ways in which a sweep deals with a recording. Their text is part of the metrics.
const (
	SweptExpired = "expired" // it is as old as recordings may become, and will be deleted
	SweptHeld    = "held"    // as old, and under legal hold
	SweptFound   = "found"   // its end was found and kept
)

// RecordingSweep goes by the carrier's own list of recordings, which tells of all sound
// that there is: it has those deleted that were kept long enough, and those whose deletion
// was given up, and finds ends that nobody reported. What somebody else recorded in the account is left alone: of that the
// log knows nothing.
type RecordingSweep struct {
	Log SweptLog
	// Listed are the carrier's recordings that were made at from or later, and before to;
	// a zero from is the beginning.
	Listed func(ctx context.Context, from, to time.Time) ([]Carried, error)
	// Held reports whether a Media in the record is under legal hold.
	Held func(ctx context.Context, media string) (bool, error)
	Keep time.Duration // how long a recording is kept; 0: for ever
	Now  func() time.Time

	Observe func(outcome string) // told of every recording that is dealt with; may be nil
	Overdue func(recordings int) // told by every sweep how many go on an hour after their calls; may be nil
	looked  bool                 // once since the start
	undone  time.Time            // when deletions that were given up were looked for last
}

// SweptLog is the log as a sweep needs it.
//
// Wide: a sweep claims, reads and keeps.
type SweptLog interface {
	Claim(ctx context.Context, consumer, call string) (held context.Context, ok bool, err error)
	Release(ctx context.Context, consumer, call string) error
	// Events are all that the log holds for a call, in the log's order.
	Events(ctx context.Context, call string) ([]careline.CallEvent, error)
	// AppendFor keeps an event durably, once, and has the consumer given it.
	AppendFor(ctx context.Context, consumer string, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error)
	// CallOf is the key of the call that a leg belongs to; empty when it is none's.
	CallOf(ctx context.Context, leg string) (string, error)
}

// Look sweeps once, unless another instance is at it. A recording that could not be dealt
// with keeps no other from it, and is dealt with an hour later; the error is the last one.
func (s *RecordingSweep) Look(ctx context.Context) error {
	held, ours, err := s.Log.Claim(ctx, sweeping, sounds)
	if err != nil || !ours {
		return err
	}
	defer func() { _ = s.Log.Release(context.WithoutCancel(held), sweeping, sounds) }() // an end of the process releases it too

	now := s.Now()
	back := lookBack
	if !s.looked {
		back = lookBackFirst
	}
	overdue := 0
	last := s.each(held, now.Add(-back), now.Add(-endsBy), func(ctx context.Context, k *knownRecordings, c Carried) error {
		late, err := s.ended(ctx, k, c, now)
		if late {
			overdue++
		}
		return err
	})
	if last == nil {
		s.looked = true
		if s.Overdue != nil {
			s.Overdue(overdue)
		}
	}

	if now.Sub(s.undone) >= 24*time.Hour {
		err := s.each(held, now.Add(-undoneFrom), now.Add(-undoneTo), s.again)
		if err == nil {
			s.undone = now
		} else {
			last = err
		}
	}
	if s.Keep <= 0 {
		return last
	}
	if err := s.each(held, time.Time{}, now.Add(-s.Keep), s.expired); err != nil {
		last = err
	}
	return last
}

// each hands over the recordings of calls that the log knows.
func (s *RecordingSweep) each(ctx context.Context, from, to time.Time, do func(context.Context, *knownRecordings, Carried) error) error {
	listed, last := s.Listed(ctx, from, to)
	for _, c := range listed {
		call, err := s.Log.CallOf(ctx, c.Leg)
		if err == nil && call == "" {
			continue
		}

		events := []careline.CallEvent(nil)
		if err == nil {
			events, err = s.Log.Events(ctx, call)
		}
		if err == nil {
			err = do(ctx, known(events), c)
		}
		if err != nil {
			last = err
		}
	}
	return last
}

// ended keeps the end of a recording that the carrier knows and nobody reported, and that
// of one which nobody told of at all though it was asked for. late: it goes on though its
// call is over for long.
func (s *RecordingSweep) ended(ctx context.Context, k *knownRecordings, c Carried, now time.Time) (late bool, err error) {
	one, named := k.named(c.Sid)
	if !named && k.begun.id == "" {
		return false, nil // it is not ours
	}
	if named && (Carried{State: one.State}).Over() {
		return false, nil
	}
	if !c.Over() {
		return k.call.Final() && now.Sub(k.call.Ends()) > endsBy, nil
	}

	s.observe(SweptFound)
	_, _, err = s.Log.AppendFor(ctx, RecordingsConsumer, careline.CallEvent{
		ID:        c.Sid + "/" + string(c.State) + "/reconciled",
		Call:      k.call.Key,
		Leg:       c.Leg,
		Kind:      careline.KindRecording,
		Recording: c.Sid,
		At:        now,
		Word:      string(c.State),
		LookedUp:  true,
		Sound:     careline.RecordingSaid{State: c.State, Started: c.Created},
	})
	return false, err
}

// expired has a recording deleted that is old enough, unless somebody holds it.
func (s *RecordingSweep) expired(ctx context.Context, k *knownRecordings, c Carried) error {
	one, named := k.named(c.Sid)
	if !named || one.Gone != "" {
		return nil // it is not ours, or is deleted
	}
	why := k.shown(one).Gone
	if why != "" && why != WhyExpired {
		return s.again(ctx, k, c)
	}

	if one.Media != "" {
		held, err := s.Held(ctx, one.Media)
		if err != nil {
			return err
		}
		if held {
			s.observe(SweptHeld)
			return nil
		}
	}
	if why != "" {
		return s.again(ctx, k, c)
	}

	s.observe(SweptExpired)
	return s.ask(ctx, k, c.Sid+"/expired", c.Sid, WhyExpired)
}

// again asks anew, once a day, for a deletion that is wanted and was not done, though the
// carrier has the recording: whoever was to do it has given up.
func (s *RecordingSweep) again(ctx context.Context, k *knownRecordings, c Carried) error {
	one, named := k.named(c.Sid)
	if why := k.shown(one).Gone; named && one.Gone == "" && why != "" {
		return s.ask(ctx, k, c.Sid+"/again/"+s.Now().UTC().Format(time.DateOnly), c.Sid, why)
	}
	return nil
}

// ask keeps that a recording is to be deleted.
func (s *RecordingSweep) ask(ctx context.Context, k *knownRecordings, id, sid, why string) error {
	_, _, err := s.Log.AppendFor(ctx, RecordingsConsumer, careline.CallEvent{
		ID:        id,
		Call:      k.call.Key,
		Kind:      careline.KindRecordingAsked,
		Recording: sid,
		At:        s.Now(),
		Sound:     careline.RecordingSaid{Act: careline.RecordDelete, Why: why},
	})
	return err
}

func (k *knownRecordings) named(sid string) (oneRecording, bool) {
	for _, one := range k.all {
		if one.Sid == sid {
			return one, true
		}
	}
	return oneRecording{}, false
}

func (s *RecordingSweep) observe(outcome string) {
	if s.Observe != nil {
		s.Observe(outcome)
	}
}

// Run sweeps every SweepEvery until ctx ends. What failed is told to failed, and made up
// for at the next sweep.
func (s *RecordingSweep) Run(ctx context.Context, failed func(error)) {
	for pause := sweepFirst; backoff.Wait(ctx, pause); pause = SweepEvery {
		if err := s.Look(ctx); err != nil && ctx.Err() == nil {
			failed(err)
		}
	}
}
