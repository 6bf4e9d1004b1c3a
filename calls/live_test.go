package calls_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// liveLog holds the calls of one clinician, dr-1.
type liveLog struct {
	mu     sync.Mutex
	events map[string][]careline.CallEvent
	order  []string
}

func (l *liveLog) add(call string, seq int64, status careline.Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events[call] = append(l.events[call], careline.CallEvent{Seq: seq, Call: call, Leg: "leg", Kind: careline.KindProgress, Status: status, Word: string(status)})
	l.order = append(l.order, call)
}

func (l *liveLog) Events(_ context.Context, call string) ([]careline.CallEvent, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.events[call], nil
}

func (l *liveLog) Clinician(_ context.Context, call string) (string, error) { return "dr-1", nil }

func (l *liveLog) CallsSince(_ context.Context, clinician string, seq int64) (keys []string, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for call, events := range l.events {
		if clinician == "dr-1" && events[len(events)-1].Seq > seq {
			keys = append(keys, call)
		}
	}
	return keys, nil
}

func TestLiveTellsTheClinicianAndNobodyElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &liveLog{events: map[string][]careline.CallEvent{}}
		live := calls.NewLive(l)
		l.add("CA1", 1, careline.StatusRinging)
		ctx, stop := context.WithCancel(t.Context())
		own, other := make(chan calls.Change, 10), make(chan calls.Change, 10)
		var all sync.WaitGroup
		all.Go(func() { live.Run(ctx) })
		for who, told := range map[string]chan calls.Change{"dr-1": own, "dr-2": other} {
			all.Go(func() {
				err := live.Follow(ctx, who, 0, func(c calls.Change) error { told <- c; return nil })
				if !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		l.add("CA1", 2, careline.StatusBusy)
		live.Changed([]string{"CA1"})
		synctest.Wait()
		stop()
		all.Wait()
		first, second := <-own, <-own
		if first.Seq != 1 || first.Call.Status != careline.StatusRinging || second.Seq != 2 || second.Call.Status != careline.StatusBusy {
			t.Errorf("told %+v then %+v", first, second)
		}
		if len(own) != 0 || len(other) != 0 {
			t.Errorf("%d more to the clinician, %d to another", len(own), len(other))
		}
	})
}

func TestLiveResumesAfterWhatWasTold(t *testing.T) {
	t.Parallel()
	l := &liveLog{events: map[string][]careline.CallEvent{}}
	l.add("CA1", 1, careline.StatusRinging)
	l.add("CA2", 2, careline.StatusRinging)
	enough := errors.New("enough")
	var told []int64
	err := calls.NewLive(l).Follow(t.Context(), "dr-1", 1, func(c calls.Change) error {
		told = append(told, c.Seq)
		return enough
	})
	if !errors.Is(err, enough) || len(told) != 1 || told[0] != 2 {
		t.Errorf("told %v, %v; want what came after 1", told, err)
	}
}

// growing is a log that gets an event between two readings.
type growing struct {
	*liveLog
	between func()
}

func (g growing) Events(ctx context.Context, call string) ([]careline.CallEvent, error) {
	g.between()
	return g.liveLog.Events(ctx, call)
}

// Wherever a client is cut off, what it resumes with tells it all that it has
// not been told, though the log grows while it is read.
func TestLiveResumesWithoutALossWhereverItIsCutOff(t *testing.T) {
	t.Parallel()
	cut := errors.New("cut off")
	for after := 1; after <= 3; after++ {
		l := &liveLog{events: map[string][]careline.CallEvent{}}
		l.add("A", 10, careline.StatusRinging)
		l.add("B", 15, careline.StatusRinging)
		var once sync.Once
		log := growing{l, func() {
			once.Do(func() {
				l.add("C", 17, careline.StatusRinging)
				l.add("B", 18, careline.StatusBusy)
				l.add("A", 20, careline.StatusBusy)
			})
		}}
		live := calls.NewLive(log)
		saw, seq := map[string]careline.Status{}, int64(9)
		tell := func(enough int) func(calls.Change) error {
			return func(c calls.Change) error {
				if c.Seq < seq {
					t.Errorf("the place fell from %d to %d", seq, c.Seq)
				}
				seq, saw[c.Call.Key] = c.Seq, c.Call.Status
				if enough--; enough == 0 {
					return cut
				}
				return nil
			}
		}
		ctx, stop := context.WithCancel(t.Context())
		stop() // Follow tells what there is, and ends instead of waiting
		for _, enough := range []int{after, 0, 0} {
			if err := live.Follow(ctx, "dr-1", seq, tell(enough)); !errors.Is(err, cut) && !errors.Is(err, context.Canceled) {
				t.Fatal(err)
			}
		}
		want := map[string]careline.Status{"A": careline.StatusBusy, "B": careline.StatusBusy, "C": careline.StatusRinging}
		if diff := cmp.Diff(want, saw); diff != "" {
			t.Errorf("cut off after %d (-want +got):\n%s", after, diff)
		}
	}
}

// One connection hears of everything as well, and of nothing twice.
func TestLiveMissesNothingWhileItReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := &liveLog{events: map[string][]careline.CallEvent{}}
		l.add("A", 10, careline.StatusRinging)
		var once sync.Once
		live := calls.NewLive(growing{l, func() {
			once.Do(func() {
				l.add("C", 17, careline.StatusRinging)
				l.add("A", 20, careline.StatusBusy)
			})
		}})
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() { live.Run(ctx) })
		var told []string
		all.Go(func() {
			_ = live.Follow(ctx, "dr-1", 9, func(c calls.Change) error {
				told = append(told, c.Call.Key+" "+string(c.Call.Status))
				return nil
			})
		})
		for range 3 {
			synctest.Wait()
			live.Changed([]string{"A", "C"})
		}
		synctest.Wait()
		stop()
		all.Wait()
		if diff := cmp.Diff([]string{"A busy", "C ringing"}, told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}
