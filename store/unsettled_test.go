package store_test

import (
	"fmt"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

func clinicianLeft(call string) careline.CallEvent {
	return careline.CallEvent{ID: call + "/0/completed/parent", Call: call, Leg: call, Kind: careline.KindClinicianLeg,
		Status: careline.StatusCompleted, Word: "completed"}
}

// looksAtSilentCalls is about when, and about whom first.
func looksAtSilentCalls(t *testing.T, open database) {
	s, clock := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	clock.Forward(time.Second)
	storetest.MustAppend(t, s, storetest.Progress("CA2", "CB2", 1, careline.StatusRinging)) // begun under another system
	clock.Forward(time.Second)
	storetest.MustAppend(t, s, storetest.Request("CA3", "p1"))
	clock.Forward(time.Minute)
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 1, careline.StatusRinging)) // does not put the look off
	storetest.WantUnsettled(t, "just before its time", s, noon.Add(careline.LookAfter-time.Microsecond))
	storetest.WantUnsettled(t, "when it is time", s, noon.Add(careline.LookAfter), "CA1")
	later := noon.Add(careline.LookAfter + time.Minute)
	storetest.WantUnsettled(t, "the longest waiting first", s, later, "CA1", "CA2", "CA3")
	if calls, all := storetest.Unsettled(t, s, later, 2); len(calls) != 2 || all != 3 {
		t.Errorf("%v of %d, want the first two of 3", calls, all)
	}

	again := later.Add(time.Hour)
	for call, at := range map[string]time.Time{"CA1": again, "CA2": {}, "nobody": again} {
		if err := s.LookAgain(t.Context(), call, at); err != nil {
			t.Fatal(err)
		}
	}
	storetest.WantUnsettled(t, "one is put off, one is done", s, later, "CA3")
	storetest.WantUnsettled(t, "an hour later", s, again, "CA3", "CA1")
	storetest.MustAppend(t, s, storetest.Progress("CA2", "CB2", 2, careline.StatusInProgress))
	storetest.WantUnsettled(t, "what is done stays so", s, again.Add(24*time.Hour), "CA3", "CA1")
	storetest.CloseStore(t, s)
	s = open(t, store.Config{Consumers: []string{chart}, Now: clock.Now})
	storetest.WantUnsettled(t, "after a restart", s, again, "CA3", "CA1")
}

func looksAtNoneWhoseOutcomeIsKnown(t *testing.T, open database) {
	s, clock := openWith(t, open)
	far := noon.Add(30 * 24 * time.Hour)
	refused := storetest.Request("", "p1")
	refused.Kind = careline.KindRefused
	for i, end := range []careline.CallEvent{
		storetest.Progress("", "", 3, careline.StatusCompleted), storetest.Progress("", "", 3, careline.StatusBusy), storetest.Progress("", "", 3, careline.StatusFailed),
		storetest.Progress("", "", 3, careline.StatusNoAnswer), storetest.Progress("", "", 3, careline.StatusCanceled), storetest.DialEnded("", "", careline.StatusBusy), refused,
	} {
		for n, first := range []bool{true, false} {
			call := fmt.Sprintf("CC%d-%d", i, n)
			end.ID, end.Call, end.Leg = call+"/end", call, call
			other := storetest.Progress(call, "leg-"+call, 1, careline.StatusRinging)
			if first {
				storetest.MustAppend(t, s, end, other)
			} else {
				storetest.MustAppend(t, s, other, end)
			}
			if err := s.LookAgain(t.Context(), call, clock.Now()); err != nil { // too late: it is known
				t.Fatal(err)
			}
			storetest.WantUnsettled(t, fmt.Sprintf("%s %s, first is %v", end.Kind, end.Status, first), s, far)
		}
	}
	if _, _, err := s.Admit(t.Context(), storetest.Request("CA0", "p1"), func(careline.Load) careline.Refusal { return careline.RefusedRate }); err != nil {
		t.Fatal(err)
	}
	storetest.WantUnsettled(t, "refused when it was kept", s, far)

	// The clinician's leg does not know how the member's ended.
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), clinicianLeft("CA1"), storetest.DialEnded("CA1", "CB1", careline.StatusInProgress))
	storetest.WantUnsettled(t, "the clinician has left", s, far, "CA1")
	storetest.MustAppend(t, s, storetest.DialEnded("CA2", "CB2", careline.StatusUnknown))
	storetest.WantUnsettled(t, "an outcome that we cannot read", s, far, "CA1", "CA2")
}

// looksAtLegsWithTheirCall is about legs whose call is told later, or never.
func looksAtLegsWithTheirCall(t *testing.T, open database) {
	s, _ := openWith(t, open)
	far := noon.Add(30 * 24 * time.Hour)
	storetest.MustAppend(t, s, storetest.AMD("CB1"), storetest.Progress("", "CB2", 1, careline.StatusRinging),
		careline.CallEvent{ID: "CD1/in", Call: "CD1", Leg: "CD1", Kind: careline.KindMemberCalled, Status: careline.StatusRinging})
	storetest.MustSaveFiling(t, s, careline.Filing{Call: "CF1"})
	storetest.WantUnsettled(t, "of nobody's call", s, far)
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 1, careline.StatusRinging), storetest.Progress("CA2", "CB2", 2, careline.StatusInProgress))
	storetest.WantUnsettled(t, "their calls are known", s, far, "CA1", "CA2")
	if err := s.LookAgain(t.Context(), "CB1", time.Time{}); err != nil {
		t.Fatal(err)
	}
	storetest.WantUnsettled(t, "a leg's own key says nothing", s, far, "CA1", "CA2")

	// The outcome was there before anybody knew whose it is.
	storetest.MustAppend(t, s, storetest.Progress("", "CB3", 2, careline.StatusNoAnswer), storetest.Request("CA3", "p1"), storetest.Progress("CA3", "CB3", 1, careline.StatusRinging))
	storetest.MustAppend(t, s, storetest.Progress("", "CB4", 2, careline.StatusBusy), storetest.Progress("CA4", "CB4", 1, careline.StatusRinging))
	storetest.WantUnsettled(t, "an outcome that came before its call", s, far, "CA1", "CA2")
	// And this one turns out to be a call in its own right.
	storetest.MustAppend(t, s, storetest.AMD("CA5"), storetest.Request("CA5", "p1"), storetest.AMD("CA6"), clinicianLeft("CA6"))
	storetest.WantUnsettled(t, "a leg that is a call", s, far, "CA1", "CA2", "CA5", "CA6")
	// While this one turns out to be a leg of another.
	storetest.MustAppend(t, s, clinicianLeft("CB7"), storetest.Progress("CA7", "CB7", 1, careline.StatusRinging))
	storetest.WantUnsettled(t, "a call that is a leg", s, far, "CA1", "CA2", "CA5", "CA6", "CA7")
	storetest.MustAppend(t, s, storetest.Progress("CA7", "CB7", 9, careline.StatusBusy))
	for _, end := range []careline.CallEvent{storetest.Progress("CA1", "CB1", 9, careline.StatusCompleted), storetest.Progress("", "CB2", 9, careline.StatusCompleted),
		storetest.DialEnded("CA5", "CB5", careline.StatusBusy), storetest.Progress("CA6", "CB6", 9, careline.StatusFailed)} {
		storetest.MustAppend(t, s, end)
	}
	storetest.WantUnsettled(t, "all over", s, far)
}
