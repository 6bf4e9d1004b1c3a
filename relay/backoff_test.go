package relay_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/relay"
)

func TestBackoffDoublesToItsCap(t *testing.T) {
	t.Parallel()
	b := relay.DefaultBackoff()
	for attempts, want := range map[int]time.Duration{
		1: 200 * time.Millisecond, 2: 400 * time.Millisecond, 5: 3200 * time.Millisecond,
		11: 204800 * time.Millisecond, 12: 5 * time.Minute, 1000: 5 * time.Minute,
	} {
		if got := b.Wait(attempts, 1); got != want {
			t.Errorf("at most %v after %d attempts, want %v", got, attempts, want)
		}
		if got := b.Wait(attempts, 0.25); got != want/4 {
			t.Errorf("%v after %d attempts at a quarter, want %v", got, attempts, want/4)
		}
		if got := b.Wait(attempts, 0); got != 0 {
			t.Errorf("%v after %d attempts at none, want 0: full jitter", got, attempts)
		}
	}
}

func TestBackoffIsSpentAfterTwoDaysAndTwentyAttempts(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		age      time.Duration
		attempts int
		want     bool
	}{
		{48 * time.Hour, 19, true},
		{48 * time.Hour, 18, false}, // careline was down, not the record
		{48*time.Hour - 1, 1000, false},
	} {
		d := careline.Delivery{Event: careline.CallEvent{Kept: now.Add(-c.age)}, Attempts: c.attempts}
		if got := relay.DefaultBackoff().Spent(d, now); got != c.want {
			t.Errorf("after %v and %d attempts before this: spent is %v", c.age, c.attempts, got)
		}
	}
}

type asking struct{ time.Duration }

func (asking) Error() string               { return "too many requests" }
func (a asking) RetryAfter() time.Duration { return a.Duration }
func (a asking) wrapped() error            { return fmt.Errorf("file the call: %w", a) }
func unavailable(cause error) error {
	return careline.NewError(careline.CodeUnavailable, "down", cause)
}
func rejected() error { return careline.NewError(careline.CodeRejected, "never", nil) }

func TestAfterAsksTheError(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want time.Duration
	}{
		{nil, 0},
		{errors.New("no wish"), 0},
		{asking{time.Minute}.wrapped(), time.Minute},
		{unavailable(asking{time.Minute}), time.Minute},
		{asking{-time.Minute}, 0},
		{asking{24 * time.Hour}, time.Hour},
	} {
		if got := relay.After(c.err); got != c.want {
			t.Errorf("%v asks for %v, want %v", c.err, got, c.want)
		}
	}
}
