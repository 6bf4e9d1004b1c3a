package store

import (
	"context"
	"slices"
	"time"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
)

// Append keeps an event and one delivery of it to each consumer, durably, before
// it returns. The event kept has its Seq, its Kept and the Call it was kept for:
// the one it names, else the one its leg is known to belong to, else the leg's
// own id until that is known. Times are kept to the microsecond, in UTC.
//
// An event of the same call and ID is kept once: a repetition writes nothing and
// is answered with what was kept first, and repeated set. What was kept under a
// leg's own key belongs to the call once an event tells which call that is.
//
// An error of code invalid says that the event names no ID, or neither call nor
// leg; one of code unavailable, that it is not kept: the sender should repeat it.
// A caller whose ctx ends while the event is being committed still learns how
// that went.
func (s *sqliteStore) Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error) {
	return s.keep(ctx, e, keeping{})
}

// AppendFor is Append with one delivery more, to the consumer named, which must be
// one of Config.Outbound. A repetition causes none.
func (s *sqliteStore) AppendFor(ctx context.Context, consumer string, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error) {
	if !slices.Contains(s.writer.outbound, consumer) {
		return careline.CallEvent{}, false, invalid("nobody sends for the consumer %q", consumer)
	}
	return s.keep(ctx, e, keeping{consumer: consumer})
}

// keeping is what is done besides when an event is kept.
type keeping struct {
	consumer string // gets a delivery too; empty: nobody
	// decide has the last word on the event; nil: nothing is left to decide.
	decide func(*tx, ref, *careline.CallEvent) error
}

func (s *sqliteStore) keep(ctx context.Context, e careline.CallEvent, k keeping) (kept careline.CallEvent, repeated bool, err error) {
	if e.ID == "" {
		return kept, false, invalid("an event of kind %q has no id", e.Kind)
	}
	if e.Call == "" && e.Leg == "" {
		return kept, false, invalid("an event of kind %q names neither call nor leg", e.Kind)
	}
	if _, err := settleFacts(&e); err != nil {
		return kept, false, err
	}
	e.Seq, e.At = 0, toStored(e.At)
	err = s.write(ctx, "keep an event", func(t *tx) error {
		kept, repeated = e, false
		kept.Kept = toStored(s.now())
		call, err := t.find(keyOf(e))
		if err != nil {
			return err
		}
		if k.decide != nil {
			if err := k.decide(t, call, &kept); err != nil {
				return err
			}
		}
		repeated, err = t.keep(call, &kept, k.consumer)
		return err
	})
	if err != nil {
		return careline.CallEvent{}, false, err
	}
	return kept, repeated, nil
}

// toStored is t as a reader of the log will have it.
func toStored(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return time.UnixMicro(t.UnixMicro()).UTC()
}

// keep keeps the event for the call, the zero ref when it is the first of its
// call; a repetition becomes what was kept first. Besides everybody who gets all
// events, also gets it.
func (t *tx) keep(call ref, e *careline.CallEvent, also string) (repeated bool, err error) {
	key, fresh, told := keyOf(*e), call.number == 0, call.told(*e)
	if fresh {
		told.key = key
		if call, err = t.add(told, e); err != nil {
			return false, err
		}
	}
	if err := t.linkLegs(call, *e); err != nil {
		return false, err
	}
	e.Call = call.key
	if err := t.insert(call, e); err != nil {
		return false, err
	}
	if e.Seq == 0 {
		return true, t.first(call, e)
	}
	if err := t.deliver(call, *e, also); err != nil {
		return false, err
	}
	t.calls = append(t.calls, e.Call)
	switch {
	case fresh:
		return false, nil
	case asks(*e):
		return false, t.request(*e, told)
	case told == call:
		return false, nil
	}
	t.keys.Add(key, told)
	return false, t.tell(sqlTellCall, told).exec()
}

// insert gives the event its place in the log; 0 when it is a repetition.
func (t *tx) insert(call ref, e *careline.CallEvent) error {
	end, err := t.forgottenEnd()
	if err != nil {
		return err
	}
	insert, err := bindEvent(t.query(sqlKeepEvent).int(call.number), *e)
	if err != nil {
		return err
	}
	if end > 0 {
		insert = insert.int(end + 1)
	}
	if err := insert.exec(); err != nil {
		return err
	}
	if e.Seq = t.inserted(); e.Seq > 0 {
		*t.forgotten = 0
	}
	return nil
}

// deliver adds a delivery of the event to each consumer of all, and to also.
func (t *tx) deliver(call ref, e careline.CallEvent, also string) error {
	for _, consumer := range t.consumers {
		if err := t.query(sqlAddDelivery).int(call.number).text(consumer).int(e.Seq).time(e.Kept).exec(); err != nil {
			return err
		}
	}
	if also == "" {
		return nil
	}
	return t.query(sqlAddDelivery).int(call.number).text(also).int(e.Seq).time(e.Kept).exec()
}

// request brings the call's row up to date with a request; the first one stands.
func (t *tx) request(e careline.CallEvent, told ref) error {
	return t.tell(sqlBeginCall, told).key(e.Request.Clinician).time(e.Kept).text(string(e.Request.Patient)).exec()
}

// tell brings the call's row up to date with an event that is not its first.
func (t *tx) tell(sql string, told ref) query {
	return t.query(sql).int(told.number).bool(told.settled).bool(told.looked).int(LookAfter.Microseconds()).bool(told.over)
}

// asks reports whether the event is a clinician's request, not a carrier's report.
func asks(e careline.CallEvent) bool {
	return e.Kind == careline.KindRequested || e.Kind == careline.KindRefused
}

// ends reports whether the event says that the call, or the clinician's part in
// it, is over.
func ends(e careline.CallEvent) bool {
	switch e.Kind {
	case careline.KindProgress, careline.KindDialEnded, careline.KindClinicianLeg:
		return e.Status.Final()
	}
	return false
}

// settles reports whether the event tells the call's outcome.
func settles(e careline.CallEvent) bool {
	switch e.Kind {
	case careline.KindProgress, careline.KindDialEnded:
		return e.Status.Final()
	}
	return e.Kind == careline.KindRefused
}

// first replaces e by the event that was kept under its call and ID.
func (t *tx) first(call ref, e *careline.CallEvent) error {
	return t.query(sqlEventOnce).int(call.number).text(e.ID).
		eachEvent(func(kept careline.CallEvent, _ *sqlite.Stmt) { *e = kept })
}
