package calls_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// attic is a log of so many old calls.
type attic struct {
	silent
	old    int
	asked  []int
	before []time.Time
	fail   error
	taken  bool
}

func (a *attic) Claim(ctx context.Context, _, _ string) (context.Context, bool, error) {
	return ctx, !a.taken, nil
}

func (a *attic) Purge(_ context.Context, before time.Time, limit int) (careline.LogCount, error) {
	a.asked, a.before = append(a.asked, limit), append(a.before, before)
	n := min(a.old, limit)
	a.old -= n
	if a.fail != nil {
		return careline.LogCount{}, a.fail
	}
	return careline.LogCount{Calls: n}, nil
}

func TestRetentionForgetsEverythingThatIsOld(t *testing.T) {
	t.Parallel()
	a := &attic{old: 450}
	told := 0
	r := calls.Retention{Log: a, Keep: 24 * time.Hour, Now: func() time.Time { return noon }, Forgotten: func(n int) { told += n }}
	if n, err := r.Forget(t.Context()); n != 450 || err != nil || told != 450 || a.old != 0 {
		t.Errorf("%d forgotten, %d told, %d left (error: %v)", n, told, a.old, err)
	}
	if len(a.asked) != 3 || slices.Max(a.asked) > 200 {
		t.Errorf("asked for %v at once", a.asked)
	}
	if !a.before[0].Equal(noon.Add(-24 * time.Hour)) {
		t.Errorf("forgets what came before %v", a.before[0])
	}

	for what, r := range map[string]calls.Retention{
		"another is at it": {Log: &attic{old: 1, taken: true}, Keep: time.Hour, Now: r.Now},
		"kept for ever":    {Log: &attic{old: 1}, Now: r.Now},
	} {
		if n, err := r.Forget(t.Context()); n != 0 || err != nil {
			t.Errorf("%s: %d forgotten (error: %v)", what, n, err)
		}
	}
	a = &attic{old: 1, fail: errors.New("full disk")}
	if _, err := (calls.Retention{Log: a, Keep: time.Hour, Now: r.Now}).Forget(t.Context()); !errors.Is(err, a.fail) {
		t.Errorf("a failure is told as %v", err)
	}
}

func TestRetentionRunsEveryDay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &attic{fail: errors.New("down")}
		ctx, stop := context.WithTimeout(t.Context(), 49*time.Hour)
		defer stop()
		failures := 0
		calls.Retention{Log: a, Keep: time.Hour, Now: time.Now}.Run(ctx, func(error) { failures++ })
		if len(a.asked) != 3 || failures != 3 {
			t.Errorf("asked %d times in two days and an hour, with %d failures told", len(a.asked), failures)
		}
	})
}
