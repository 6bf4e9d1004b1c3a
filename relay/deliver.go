package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"perci.health/careline"
)

// work handles what is due of one call, until nothing is, a delivery fails or Run
// ends.
func (s *dispatcher) work(call string) (done returned) {
	done.call = call
	held, claimed, err := s.from.Claim(s.handling, s.Consumer, call)
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
	// with Run.
	ctx := context.WithoutCancel(held)
	defer func() {
		if err := s.from.Release(ctx, s.Consumer, call); err != nil && done.err == nil {
			done.err = err
		}
	}()

	for !s.stopped() {
		d, ok, err := s.from.Next(ctx, s.Consumer, call, s.now())
		if err != nil || !ok {
			done.err = err
			return done
		}
		if done.again, done.err = s.deliver(held, d); done.err != nil || !done.again.IsZero() {
			return done
		}
		if d.Known != nil && d.Known.Last && !s.waitsHere(call) {
			return done // what came since has woken the relay
		}
	}
	return done
}

// waitsHere reports whether the next delivery of the call is in memory.
func (s *dispatcher) waitsHere(call string) bool {
	if s.memory == nil {
		return false
	}
	waits, _ := s.memory.waits(call)
	return waits
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
func (s *dispatcher) deliver(held context.Context, d careline.Delivery) (again time.Time, err error) {
	ctx, line := careline.WithLine(held)
	began := s.now()
	filed, handleErr := s.handle(ctx, d)
	took := s.now().Sub(began)

	v := s.judge(held, d, handleErr)
	if v.outcome != OutcomeInterrupted {
		s.outage.saw(d.Event.Call, handleErr, s.now())
		err = s.settle(held, d, v, filed)
	}
	if err != nil && careline.CodeOf(err) == careline.CodeConflict {
		// Filed under the key of what has turned out to be a leg of another call.
		v = s.judge(held, d, err)
		err = s.settle(held, d, v, careline.Filing{})
	}

	s.writeLine(d, v, took, append(line.Attrs(), settled(err)...))
	if s.Observe != nil {
		s.Observe(v.outcome, d, took)
	}
	return v.again, err
}

// handle calls Handle within its limit. A panic is a failure like any other: of
// this delivery, not of the process.
func (s *dispatcher) handle(ctx context.Context, d careline.Delivery) (filed careline.Filing, err error) {
	ctx, cancel := context.WithTimeout(ctx, s.limit())
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
		if putOff(err).IsZero() {
			end(err)
		} else {
			end(nil)
		}
	}()
	return s.Handle(ctx, d)
}

// judge says what becomes of a delivery. Whatever failed while held ended is not the
// delivery's fault.
func (s *dispatcher) judge(held context.Context, d careline.Delivery, err error) verdict {
	now := s.now()
	switch {
	case err == nil:
		return verdict{outcome: OutcomeDone}
	case careline.CodeOf(err) == careline.CodeRejected:
		return verdict{outcome: OutcomeBuried, err: fmt.Errorf("will never be taken: %w", err)}
	case held.Err() != nil:
		return verdict{outcome: OutcomeInterrupted, again: now, err: err}
	case !putOff(err).IsZero():
		return verdict{outcome: OutcomePutOff, again: later(now, putOff(err)), err: err}
	case s.backoff().Spent(d, now):
		return verdict{outcome: OutcomeBuried, err: fmt.Errorf("failed %d times since %s, the last time: %w",
			d.Attempts+1, d.Event.Kept.Format(time.RFC3339), err)}
	}

	wait := s.backoff().Wait(d.Attempts+1, s.random())
	return verdict{outcome: OutcomeRetry, again: now.Add(max(wait, After(err))), err: err}
}

// settle notes the outcome in the queue.
func (s *dispatcher) settle(held context.Context, d careline.Delivery, v verdict, filed careline.Filing) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(held), settleFor)
	defer cancel()

	switch v.outcome {
	case OutcomeDone:
		return s.from.Done(ctx, d, filed)
	case OutcomeBuried:
		return s.from.Bury(ctx, d, v.err.Error())
	case OutcomePutOff:
		d.Attempts-- // it was none
		return s.from.Retry(ctx, d, v.again, v.err.Error())
	default:
		if why := unnoted(v.err); why != nil {
			return why
		}
		return s.from.Retry(ctx, d, v.again, v.err.Error())
	}
}

// putOff is until when the handler asks for a delivery to be put off, which is no failure:
// what the first error in the chain with a method PutOff() time.Time says; zero: it does
// not ask.
func putOff(err error) time.Time {
	var says interface{ PutOff() time.Time }
	if !errors.As(err, &says) {
		return time.Time{}
	}
	return says.PutOff()
}

// later is the later of the two, so that nothing is due again in the past.
func later(now, until time.Time) time.Time {
	if until.After(now) {
		return until
	}
	return now
}

// unnoted is why a try must not be noted as one: what it left behind could not be saved
// in the log. That is the first error in the chain with a method Unnoted() error; nil:
// it may be noted.
func unnoted(err error) error {
	var says interface{ Unnoted() error }
	if !errors.As(err, &says) {
		return nil
	}
	return says.Unnoted()
}

// settled tells that the outcome could not be noted: the delivery is repeated.
func settled(err error) []slog.Attr {
	if err == nil {
		return nil
	}
	return []slog.Attr{slog.Bool("noted", false)}
}

// writeLine writes the one line of a delivery.
func (s *dispatcher) writeLine(d careline.Delivery, v verdict, took time.Duration, noted []slog.Attr) {
	level := slog.LevelInfo
	switch v.outcome {
	case OutcomeRetry, OutcomeInterrupted:
		level = slog.LevelWarn
	case OutcomeBuried:
		level = slog.LevelError
	}
	if !s.Log.Enabled(s.handling, level) {
		return
	}

	attrs := make([]slog.Attr, 0, 16)
	attrs = append(attrs,
		slog.String("consumer", s.Consumer),
		slog.String("call", d.Event.Call),
		slog.Int64("seq", d.Event.Seq),
		slog.String("kind", string(d.Event.Kind)),
		slog.Int("attempt", d.Attempts+1),
		slog.String("outcome", v.outcome),
		slog.Int64("took_ms", took.Milliseconds()),
	)
	if v.err != nil && v.outcome != OutcomePutOff {
		attrs = append(attrs, slog.String("err", v.err.Error()))
	}

	// Not through the logger, which would look for the calling line of code in the stack.
	record := slog.NewRecord(time.Now(), level, "delivery", 0)
	record.AddAttrs(append(attrs, noted...)...)
	_ = s.Log.Handler().Handle(s.handling, record) // there is nowhere else to tell of it; slog itself passes over it
}
