package store

import (
	"context"

	"zombiezen.com/go/sqlite"

	"perci.health/careline"
)

// Refile has a consumer given a call again. Whole: every event of the call is a
// delivery again, never tried, and its filing is forgotten but for Tried, which is
// set, so that the record is searched before anything is made anew. Not whole: the
// call's last event alone, and the filing's Seq goes back before it. The first
// delivery is due at once; what is pending stays in its place, and dead letters of
// the call that became deliveries are dead no more. An error of code not-found
// says that the log has no such call.
//
// A filing that somebody is about to save undoes this: whoever refiles claims the
// call first.
func (s *sqliteStore) Refile(ctx context.Context, consumer, call string, whole bool) error {
	found := false
	err := s.write(ctx, "file a call again", func(t *tx) error {
		number, err := t.own(call)
		if err != nil {
			return err
		}
		last, err := t.lastEvent(number)
		if found = last > 0; err != nil || !found {
			return err
		}
		t.calls = append(t.calls, call)
		if whole {
			return t.refile(consumer, number, 0, t.query(sqlForgetFiling).int(number))
		}
		return t.refile(consumer, number, last, t.query(sqlTakeFilingBack).int(number).int(last))
	})
	if err == nil && !found {
		return noCall(call)
	}
	return err
}

// refile makes deliveries of the call's events from a place on, and has filing
// changed.
func (t *tx) refile(consumer string, call, from int64, filing query) error {
	if err := filing.exec(); err != nil {
		return err
	}
	for _, sql := range [...]string{sqlDeliverAgain, sqlUnburyCall} {
		if err := t.query(sql).int(call).text(consumer).int(from).exec(); err != nil {
			return err
		}
	}
	if err := t.query(sqlHoldAll).int(call).text(consumer).exec(); err != nil {
		return err
	}
	_, err := t.promote(consumer, call)
	return err
}

// own is the number of the call that has the key itself, not by a leg; 0: none.
func (t *tx) own(key string) (number int64, err error) {
	_, err = t.query(sqlOwnCall).text(key).one(func(row *sqlite.Stmt) { number = row.ColumnInt64(0) })
	return number, err
}

// lastEvent is the place of the call's last event; 0: it has none.
func (t *tx) lastEvent(call int64) (seq int64, err error) {
	_, err = t.query(sqlLastEvent).int(call).one(func(row *sqlite.Stmt) { seq = row.ColumnInt64(0) })
	return seq, err
}

func noCall(key string) error {
	return careline.NewError(careline.CodeNotFound, "The log has no call "+key+".", nil)
}
