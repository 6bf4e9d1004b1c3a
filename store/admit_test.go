package store_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store/storetest"
)

// admitsNoMoreThanAllowed has a clinician begin many calls in one moment.
func admitsNoMoreThanAllowed(t *testing.T, open database) {
	s, clock := openWith(t, open)
	for _, test := range []struct {
		clinician string
		policy    careline.Policy
		why       careline.Refusal
	}{
		{"at once", careline.Policy{Concurrent: 2, PerMinute: 100}, careline.RefusedConcurrent},
		{"in a minute", careline.Policy{Concurrent: 100, PerMinute: 3}, careline.RefusedRate},
	} {
		const asked = 30
		kept := make([]careline.CallEvent, asked)
		var all sync.WaitGroup
		for i := range kept {
			all.Go(func() {
				kept[i], _ = storetest.Admit(t, s, storetest.Request(fmt.Sprintf("%s-%d", test.clinician, i), test.clinician), test.policy)
			})
		}
		all.Wait()
		count := map[careline.Refusal]int{}
		for _, e := range kept {
			count[e.Request.Refusal]++
		}
		may := min(test.policy.Concurrent, test.policy.PerMinute)
		storetest.Same(t, test.clinician, count, map[careline.Refusal]int{"": may, test.why: asked - may})
		load, err := s.Load(t.Context(), test.clinician, clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		storetest.Same(t, "load of "+test.clinician, load, careline.Load{Recent: asked, Live: may})
	}
}

func keepsWhatWasDecided(t *testing.T, open database) {
	s, clock := openWith(t, open)
	one := careline.Policy{Concurrent: 1, PerMinute: 100}
	ask := func(call string) careline.CallEvent {
		e := storetest.Request(call, "p1")
		e.Request.To, e.Request.CallerID = storetest.Phone(t, "+447700900123"), storetest.Phone(t, "+442079460000")
		return e
	}
	first, _ := storetest.Admit(t, s, ask("CA1"), one)
	second, _ := storetest.Admit(t, s, ask("CA2"), one)
	want := ask("CA2")
	want.Seq, want.Kept, want.Kind = 2, noon, careline.KindRefused
	want.Request.Refusal, want.Request.CallerID = careline.RefusedConcurrent, careline.Phone{}
	storetest.Same(t, "the refused one", second, want)
	for _, kept := range []careline.CallEvent{first, second} {
		log, err := s.Events(t.Context(), kept.Call)
		if err != nil {
			t.Fatal(err)
		}
		storetest.Same(t, "in the log", log, []careline.CallEvent{kept})
	}

	// Asked for again, each is answered as before, whatever the load is now.
	clock.Forward(time.Second)
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 1, careline.StatusCompleted))
	third, _ := storetest.Admit(t, s, ask("CA3"), one)
	for _, kept := range []careline.CallEvent{first, second, third} {
		again, repeated := storetest.Admit(t, s, ask(kept.Call), one)
		if !repeated {
			t.Errorf("%s was kept twice", kept.Call)
		}
		storetest.Same(t, "asked for again", again, kept)
	}
	if third.Kind != careline.KindRequested {
		t.Errorf("nothing is live, and it was %s", third.Kind)
	}
	load, err := s.Load(t.Context(), "p1", clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "load after repetitions", load, careline.Load{Recent: 3, Live: 1})

	_, _, err = s.Admit(t.Context(), storetest.Progress("CA4", "CB4", 1, careline.StatusRinging), one.MayBegin)
	storetest.WantCode(t, err, careline.CodeInvalid)
}

// leavesItselfOut admits a call that its own reports came before.
func leavesItselfOut(t *testing.T, open database) {
	s, _ := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 1, careline.StatusRinging))
	var seen []careline.Load
	_, _, err := s.Admit(t.Context(), storetest.Request("CA1", "p1"), func(l careline.Load) careline.Refusal {
		seen = append(seen, l)
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	other := storetest.Request("CA1", "p1")
	other.ID = "another request of the same call"
	_, _, err = s.Admit(t.Context(), other, func(l careline.Load) careline.Refusal {
		seen = append(seen, l)
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "load without itself", seen, []careline.Load{{}, {}})
}
