package events

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"perci.health/careline"
)

// work handles what is due of one call, until nothing is, a delivery fails or
// the shift ends.
func (s *shift) work(call string) (done report) {
	done.call = call
	held, claimed, err := s.Queue.Claim(s.handling, s.Consumer, call)
	if err != nil {
		done.err = err
		return done
	}
	if !claimed {
		// Whoever has it may have looked for the last time before what woke us came.
		done.again = s.now().Add(claimedFor)
		return done
	}
	// What is read and noted here is about work already done: it does not end
	// with the shift.
	ctx := context.WithoutCancel(held)
	defer func() {
		if err := s.Queue.Release(ctx, s.Consumer, call); err != nil && done.err == nil {
			done.err = err
		}
	}()
	for {
		if s.stopped() {
			return done
		}
		d, ok, err := s.Queue.Next(ctx, s.Consumer, call, s.now())
		if err != nil || !ok {
			done.err = err
			return done
		}
		if done.again, done.err = s.deliver(held, d); done.err != nil || !done.again.IsZero() {
			return done
		}
		if d.Known != nil && d.Known.Last {
			return done // what came since has woken the relay
		}
	}
}

// stopped reports whether no further delivery may begin.
func (s *shift) stopped() bool {
	select {
	case <-s.stopping:
		return true
	default:
		return false
	}
}

// verdict is how a delivery ended.
type verdict struct {
	outcome string
	again   time.Time // of a retry
	err     error
}

// deliver handles one delivery, notes the outcome and writes its line. again is
// when it will be due, if it failed and will be; err is a failure of the queue. held
// ends with the claim.
func (s *shift) deliver(held context.Context, d careline.Delivery) (again time.Time, err error) {
	ctx, line := careline.WithLine(held)
	began := s.now()
	handleErr := s.handle(ctx, d)
	took := s.now().Sub(began)
	v := s.judge(held, d, handleErr)
	if v.outcome != OutcomeInterrupted {
		s.outage.saw(d.Event.Call, handleErr, s.now())
		err = s.settle(held, d, v)
	}
	s.report(d, v, took, append(line.Attrs(), settled(err)...))
	if s.Observe != nil {
		s.Observe(v.outcome, d, took)
	}
	return v.again, err
}

// handle calls Handle within its limit. A panic is a failure like any other: of
// this delivery, not of the process.
func (s *shift) handle(ctx context.Context, d careline.Delivery) (err error) {
	ctx, cancel := context.WithTimeout(ctx, orElse(s.Limit, time.Minute))
	defer cancel()
	end := func(error) {}
	if s.Span != nil {
		ctx, end = s.Span(ctx, d)
	}
	defer func() {
		if p := recover(); p != nil {
			what, stack := careline.Recovered(p)
			careline.Note(ctx, stack)
			err = fmt.Errorf("panic while handling: %s", what)
		}
		end(err)
	}()
	return s.Handle(ctx, d)
}

// judge says what becomes of a delivery. Whatever failed while held ended is not the
// delivery's fault.
func (s *shift) judge(held context.Context, d careline.Delivery, err error) verdict {
	now := s.now()
	switch {
	case err == nil:
		return verdict{outcome: OutcomeDone}
	case careline.CodeOf(err) == careline.CodeRejected:
		return verdict{outcome: OutcomeBuried, err: fmt.Errorf("will never be taken: %w", err)}
	case held.Err() != nil:
		return verdict{outcome: OutcomeInterrupted, again: now, err: err}
	case s.backoff().Spent(d, now):
		return verdict{outcome: OutcomeBuried, err: fmt.Errorf("failed %d times since %s, the last time: %w",
			d.Attempts+1, d.Event.Kept.Format(time.RFC3339), err)}
	}
	wait := s.backoff().Wait(d.Attempts+1, s.random())
	return verdict{outcome: OutcomeRetry, again: now.Add(max(wait, After(err))), err: err}
}

func (s *shift) settle(held context.Context, d careline.Delivery, v verdict) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(held), settleFor)
	defer cancel()
	switch v.outcome {
	case OutcomeDone:
		return s.Queue.Done(ctx, d)
	case OutcomeBuried:
		return s.Queue.Bury(ctx, d, v.err.Error())
	default:
		return s.Queue.Retry(ctx, d, v.again, v.err.Error())
	}
}

// settled tells that the outcome could not be noted: the delivery is repeated.
func settled(err error) []slog.Attr {
	if err == nil {
		return nil
	}
	return []slog.Attr{slog.Bool("noted", false)}
}

// report writes the one line of a delivery.
func (s *shift) report(d careline.Delivery, v verdict, took time.Duration, noted []slog.Attr) {
	level := slog.LevelInfo
	switch v.outcome {
	case OutcomeRetry, OutcomeInterrupted:
		level = slog.LevelWarn
	case OutcomeBuried:
		level = slog.LevelError
	}
	attrs := []slog.Attr{
		slog.String("consumer", s.Consumer), slog.String("call", d.Event.Call), slog.Int64("seq", d.Event.Seq),
		slog.String("kind", string(d.Event.Kind)), slog.Int("attempt", d.Attempts+1),
		slog.String("outcome", v.outcome), slog.Int64("took_ms", took.Milliseconds()),
	}
	if v.err != nil {
		attrs = append(attrs, slog.String("err", v.err.Error()))
	}
	s.Log.LogAttrs(s.handling, level, "delivery", append(attrs, noted...)...)
}
