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

// doubts is a log with filings in doubt.
type doubts struct {
	log
	filings []careline.Filing
	kept    map[string]time.Time // their last events, by call; else an hour ago
	since   time.Time
	taken   bool // another instance is at it
}

func (d *doubts) Claim(ctx context.Context, _, _ string) (context.Context, bool, error) {
	return ctx, !d.taken, nil
}

func (d *doubts) Release(context.Context, string, string) error { return nil }

func (d *doubts) Doubted(_ context.Context, since time.Time) ([]careline.Filing, error) {
	d.since = since
	return slices.DeleteFunc(slices.Clone(d.filings), func(f careline.Filing) bool {
		kept, lately := d.kept[f.Call]
		return lately && !kept.After(since) || !lately && since.After(time.Now().Add(-time.Hour))
	}), nil
}

func TestSettlerLooksAtEveryDoubt(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		d := &doubts{filings: []careline.Filing{{Call: "CA1", ID: "1"}, {Call: "CA2", ID: "2"}}}
		var looked []string
		s := calls.Settler{Log: d, Now: time.Now, Settle: func(_ context.Context, _ careline.Call, f careline.Filing) error {
			looked = append(looked, f.ID)
			if f.ID == "1" {
				return errors.New("the record is down")
			}
			return nil
		}}
		ctx, stop := context.WithTimeout(t.Context(), 2*calls.SettleEvery+time.Second)
		defer stop()
		failures := 0
		began := time.Now()
		s.Run(ctx, func(error) { failures++ })
		if !slices.Equal(looked, []string{"1", "2", "1", "2"}) || failures != 2 {
			t.Errorf("looked at %v with %d failures in two rounds", looked, failures)
		}
		if back := began.Add(2 * calls.SettleEvery).Sub(d.since); back != 24*time.Hour {
			t.Errorf("looked back %v", back)
		}
	})
}

// TestSettlerLooksSoonAtWhatIsNew: what was under way when a claim was lost is stored
// within seconds.
func TestSettlerLooksSoonAtWhatIsNew(t *testing.T) {
	t.Parallel()

	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		d := &doubts{filings: []careline.Filing{{Call: "CA1", ID: "1"}, {Call: "CA2", ID: "2"}}, kept: map[string]time.Time{"CA2": began}}
		var looked []string
		s := calls.Settler{Log: d, Now: time.Now, Settle: func(_ context.Context, _ careline.Call, f careline.Filing) error {
			looked = append(looked, f.ID+" after "+time.Since(began).String())
			return nil
		}}
		ctx, stop := context.WithTimeout(t.Context(), calls.SettleEvery+time.Second)
		defer stop()
		s.Run(ctx, func(err error) { t.Error(err) })
		if want := []string{"2 after 30s", "2 after 1m0s", "2 after 1m30s", "1 after 5m0s", "2 after 5m0s"}; !slices.Equal(looked, want) {
			t.Errorf("looked at %q, want %q", looked, want)
		}
	})
}

func TestSettlerLeavesItToAnotherInstance(t *testing.T) {
	t.Parallel()
	d := &doubts{filings: []careline.Filing{{Call: "CA1", ID: "1"}}, taken: true}
	s := calls.Settler{Log: d, Now: time.Now, Settle: func(context.Context, careline.Call, careline.Filing) error {
		t.Error("two instances ask the record the same")
		return nil
	}}
	if err := s.Look(t.Context()); err != nil {
		t.Error(err)
	}
}
