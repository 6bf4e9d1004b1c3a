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
func (s *Store) Append(ctx context.Context, e careline.CallEvent) (kept careline.CallEvent, repeated bool, err error) {
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
		return t.keep(&kept, &repeated)
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

func (t *tx) keep(e *careline.CallEvent, repeated *bool) error {
	call, err := t.resolve(e)
	if err != nil {
		return err
	}
	e.Call = call.key
	insert, err := bindEvent(t.query(sqlKeepEvent).int(call.number), *e)
	if err != nil {
		return err
	}
	if err := insert.exec(); err != nil {
		return err
	}
	if e.Seq = t.inserted(); e.Seq == 0 {
		*repeated = true
		return t.first(call, e)
	}
	for _, consumer := range t.consumers {
		if err := t.query(sqlAddDelivery).int(call.number).text(consumer).int(e.Seq).time(e.Kept).exec(); err != nil {
			return err
		}
	}
	t.calls = append(t.calls, e.Call)
	return t.tellCall(call.number, *e)
}

// first replaces e by the event that was kept under its call and ID.
func (t *tx) first(call ref, e *careline.CallEvent) error {
	var decodeErr error
	_, err := t.query(sqlEventOnce).int(call.number).text(e.ID).one(func(row *sqlite.Stmt) { *e, decodeErr = eventAt(row) })
	if err != nil {
		return err
	}
	return decodeErr
}

// tellCall brings the call's row up to date.
func (t *tx) tellCall(number int64, e careline.CallEvent) error {
	if e.Kind == careline.KindRequested || e.Kind == careline.KindRefused {
		return t.query(sqlBeginCall).int(number).key(e.Request.Clinician).time(e.Kept).
			bool(e.Kind == careline.KindRefused).exec()
	}
	if ends(e) {
		return t.query(sqlEndCall).int(number).exec()
	}
	return nil
}

// ends reports whether the event says that the call, or the clinician's part in
// it, is over. The schema's statements say the same (sqlHasEnded).
func ends(e careline.CallEvent) bool {
	switch e.Kind {
	case careline.KindProgress, careline.KindDialEnded, careline.KindClinicianLeg:
		return e.Status.Final()
	}
	return false
}
