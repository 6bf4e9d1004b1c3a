package store

import (
	"context"
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
	return s.keep(ctx, e, nil)
}

// keep asks decide, if there is one, before it keeps the event.
func (s *sqliteStore) keep(ctx context.Context, e careline.CallEvent, decide func(*tx, ref, *careline.CallEvent) error) (kept careline.CallEvent, repeated bool, err error) {
	if e.ID == "" {
		return kept, false, invalid("an event of kind %q has no id", e.Kind)
	}
	if e.Call == "" && e.Leg == "" {
		return kept, false, invalid("an event of kind %q names neither call nor leg", e.Kind)
	}
	e.Seq, e.At = 0, toStored(e.At)
	err = s.write(ctx, "keep an event", func(t *tx) error {
		kept, repeated = e, false
		kept.Kept = toStored(s.now())
		call, err := t.find(keyOf(e))
		if err != nil {
			return err
		}
		if decide != nil {
			if err := decide(t, call, &kept); err != nil {
				return err
			}
		}
		repeated, err = t.keep(call, &kept)
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
// call; a repetition becomes what was kept first.
func (t *tx) keep(call ref, e *careline.CallEvent) (repeated bool, err error) {
	key, fresh := keyOf(*e), call.number == 0
	if fresh {
		if call, err = t.begin(key, e); err != nil {
			return false, err
		}
	}
	if err := t.linkLegs(call, *e); err != nil {
		return false, err
	}
	e.Call = call.key
	insert, err := bindEvent(t.query(sqlKeepEvent).int(call.number), *e)
	if err != nil {
		return false, err
	}
	if err := insert.exec(); err != nil {
		return false, err
	}
	if e.Seq = t.inserted(); e.Seq == 0 {
		return true, t.first(call, e)
	}
	for _, consumer := range t.consumers {
		if err := t.query(sqlAddDelivery).int(call.number).text(consumer).int(e.Seq).time(e.Kept).exec(); err != nil {
			return false, err
		}
	}
	t.calls = append(t.calls, e.Call)
	if fresh {
		return false, nil
	}
	return false, t.tell(key, call, *e)
}

// begin adds the call of a first event, already told of it.
func (t *tx) begin(key string, e *careline.CallEvent) (ref, error) {
	if asks(*e) {
		return t.add(ref{key: key, over: e.Kind == careline.KindRefused}, e)
	}
	return t.add(ref{key: key, heard: true, over: ends(*e)}, nil)
}

// tell brings the call's row up to date, if it was not told the same before.
func (t *tx) tell(key string, call ref, e careline.CallEvent) error {
	if asks(e) {
		return t.query(sqlBeginCall).int(call.number).key(e.Request.Clinician).time(e.Kept).
			bool(e.Kind == careline.KindRefused).exec()
	}
	if call.heard && (call.over || !ends(e)) {
		return nil
	}
	call.heard, call.over = true, call.over || ends(e)
	t.keys.Add(key, call)
	return t.query(sqlTellCall).int(call.number).bool(ends(e)).exec()
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

// first replaces e by the event that was kept under its call and ID.
func (t *tx) first(call ref, e *careline.CallEvent) error {
	return t.query(sqlEventOnce).int(call.number).text(e.ID).
		eachEvent(func(kept careline.CallEvent, _ *sqlite.Stmt) { *e = kept })
}
