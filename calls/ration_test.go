package calls_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
)

// hammered is a starter on a real log, with a clock of its own.
type hammered struct {
	calls.Starter
	t     *testing.T
	log   store.Store
	later atomic.Int64
	next  atomic.Int64
}

func newHammered(t *testing.T, policy careline.Policy) *hammered {
	t.Helper()
	h := &hammered{t: t}
	now := func() time.Time { return noon.Add(time.Duration(h.later.Load())) }
	var err error
	h.log, err = sqlite.Open(t.Context(), store.Config{URL: "file:" + filepath.Join(t.TempDir(), "log.db"), Consumers: []string{"chart"}, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.log.Close(); err != nil {
			t.Error(err)
		}
	})
	h.Starter = starter(t, new(log))
	h.Log, h.Policy = h.log, policy
	h.Attempts, h.Rations = calls.NewAttempts(policy.PerMinute, now), calls.NewRations(h.log, now)
	return h
}

// asks begins so many calls at once, changed each, and counts the answers.
func (h *hammered) asks(n int, change func(*calls.Ask)) map[careline.Refusal]int {
	h.t.Helper()
	var all sync.WaitGroup
	answers := make(chan careline.Refusal, n)
	for range n {
		ask := calls.Ask{Call: fmt.Sprintf("CA%04d", h.next.Add(1)), Clinician: "dr-1", To: phone(h.t, "+447700900142"), Appointment: "a1"}
		if change != nil {
			change(&ask)
		}
		all.Go(func() {
			answer, err := h.Start(h.t.Context(), ask)
			if err != nil {
				h.t.Error(err)
			}
			answers <- refusalOf(answer)
		})
	}
	all.Wait()
	close(answers)
	count := map[careline.Refusal]int{}
	for why := range answers {
		count[why]++
	}
	return count
}

// kept counts what the log holds, by refusal.
func (h *hammered) kept() map[careline.Refusal]int {
	h.t.Helper()
	keys, err := h.log.CallsKept(h.t.Context(), time.Unix(0, 0), noon.Add(time.Hour))
	if err != nil {
		h.t.Fatal(err)
	}
	count := map[careline.Refusal]int{}
	for _, key := range keys {
		events, err := h.log.Events(h.t.Context(), key)
		if err != nil {
			h.t.Fatal(err)
		}
		count[events[0].Request.Refusal]++
	}
	return count
}

// A session that leaked is refused as often as it asks, and recorded once a minute.
func TestRefusalsByRateAreRecordedOnceAMinute(t *testing.T) {
	t.Parallel()
	h := newHammered(t, careline.Policy{Regions: []string{"GB"}, PerMinute: 10, Concurrent: 1000})
	if answers := h.asks(10, nil); answers[""] != 10 { // before any refusal, which would be one of the ten
		t.Errorf("answered %v", answers)
	}
	if answers := h.asks(359, nil); answers[careline.RefusedRate] != 359 {
		t.Errorf("answered %v", answers)
	}
	if kept := h.kept(); kept[""] != 10 || kept[careline.RefusedRate] != 1 {
		t.Errorf("kept %v; want 10 calls and one refusal", kept)
	}
	h.later.Add(int64(59 * time.Second))
	h.asks(50, nil)
	if kept := h.kept(); kept[careline.RefusedRate] != 1 {
		t.Errorf("kept within the minute: %v", kept)
	}
	h.later.Add(int64(2 * time.Second))
	h.asks(100, nil)
	if kept := h.kept(); kept[careline.RefusedRate] != 2 {
		t.Errorf("kept in the next minute: %v", kept)
	}
	if others := h.asks(1, func(a *calls.Ask) { a.Clinician = "dr-2" }); others[careline.RefusedParticipant] != 1 || h.kept()[careline.RefusedParticipant] != 1 {
		t.Errorf("another person: %v", others)
	}
}

// So it is with what is refused before anything is looked up.
func TestRefusalsOfEveryKindAreBounded(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*calls.Ask){
		"no appointment": func(a *calls.Ask) { a.Appointment = "a/../b" },
		"nobody of ours": func(a *calls.Ask) { a.Clinician = "" },
		"not our app":    func(a *calls.Ask) { a.Refusal = careline.RefusedAccount },
		"no such one":    func(a *calls.Ask) { a.Appointment = "a2" },
		"another number": func(a *calls.Ask) { a.To = phone(t, "+447700900143") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHammered(t, careline.Policy{Regions: []string{"GB"}, PerMinute: 10, Concurrent: 1000})
			if answers := h.asks(369, change); answers[""] != 0 {
				t.Errorf("answered %v", answers)
			}
			kept, all := h.kept(), 0
			for _, n := range kept {
				all += n
			}
			if all > 31 || kept[careline.RefusedRate] != 1 {
				t.Errorf("kept %v", kept)
			}
		})
	}
}

// A call that the log knows is answered as it was first, however busy its clinician
// is by now; and who may call again may, at once.
func TestRationsChangeNoAnswer(t *testing.T) {
	t.Parallel()
	h := newHammered(t, careline.Policy{Regions: []string{"GB"}, PerMinute: 2, Concurrent: 1000})
	first := calls.Ask{Call: "CAfirst", Clinician: "dr-1", To: phone(t, "+447700900142"), Appointment: "a1"}
	if answer, err := h.Start(t.Context(), first); err != nil || refusalOf(answer) != "" {
		t.Fatal(answer, err)
	}
	h.later.Add(int64(40 * time.Second))
	h.asks(4, nil)
	if answer, err := h.Start(t.Context(), first); err != nil || !dials(answer) {
		t.Errorf("asked for again: %+v, %v", answer, err)
	}
	h.later.Add(int64(time.Minute))
	if answers := h.asks(1, nil); answers[""] != 1 {
		t.Errorf("a minute later: %v", answers)
	}
}

// Whoever waits behind others of the same person does not wait for ever.
func TestRationsEndWithTheirRequest(t *testing.T) {
	t.Parallel()
	h := newHammered(t, careline.Policy{Regions: []string{"GB"}, PerMinute: 10, Concurrent: 1000})
	entered, leave := make(chan struct{}), make(chan struct{})
	slow := h.Starter
	slow.Log = &held{entered: entered, leave: leave}
	go slow.Start(context.WithoutCancel(t.Context()), calls.Ask{Call: "CA1", Clinician: "dr-1", To: phone(t, "+447700900142"), Appointment: "a1"})
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := h.Start(ctx, calls.Ask{Call: "CA2", Clinician: "dr-1", To: phone(t, "+447700900142"), Appointment: "a1"}); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("behind a slow one: %v", err)
	}
	close(leave)
}

// held is a log that answers when it is let.
type held struct {
	log
	entered, leave chan struct{}
}

func (h *held) Admit(ctx context.Context, e careline.CallEvent, may func(careline.Load) careline.Refusal) (careline.CallEvent, bool, error) {
	close(h.entered)
	<-h.leave
	return h.log.Admit(ctx, e, may)
}
