package store

import (
	"context"
	"errors"
	"time"

	"perci.health/careline"
)

var errPending = errors.New("not built yet")

func (s *sqliteStore) AppendFor(context.Context, string, careline.CallEvent) (careline.CallEvent, bool, error) {
	return careline.CallEvent{}, false, errPending
}
func (s *sqliteStore) CallsOf(context.Context, careline.Reference) ([]string, error) {
	return nil, errPending
}
func (s *sqliteStore) Refile(context.Context, string, string, bool) error { return errPending }
func (s *sqliteStore) Discard(context.Context, string, int64) error       { return errPending }
func (s *sqliteStore) LookAgain(context.Context, string, time.Time) error { return errPending }
func (s *sqliteStore) KeepStray(context.Context, careline.Stray) error    { return errPending }
func (s *sqliteStore) Strays(context.Context) ([]careline.Stray, error)   { return nil, errPending }
func (s *sqliteStore) DropStray(context.Context, int64) error             { return errPending }
func (s *sqliteStore) Purge(context.Context, time.Time, int) (int, error) { return 0, errPending }
func (s *sqliteStore) Erase(context.Context, string) error                { return errPending }
func (s *sqliteStore) Unsettled(context.Context, time.Time, int) ([]string, int, error) {
	return nil, 0, errPending
}

func (s *sqliteStore) CallsKept(context.Context, time.Time, time.Time) ([]string, error) {
	return nil, errPending
}
