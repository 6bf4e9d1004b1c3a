package store_test

import (
	"fmt"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store"
)

func unsettled(t *testing.T, s store.Store, now time.Time, limit int) (calls []string, all int) {
	t.Helper()
	calls, all, err := s.Unsettled(t.Context(), now, limit)
	if err != nil {
		t.Fatal(err)
	}
	return calls, all
}

func wantUnsettled(t *testing.T, what string, s store.Store, now time.Time, want ...string) {
	t.Helper()
	got, all := unsettled(t, s, now, 100)
	same(t, what, got, want)
	if all != len(want) {
		t.Errorf("%s: %d in all, want %d", what, all, len(want))
	}
}

func dialEnded(call, leg string, status careline.Status) careline.CallEvent {
	return careline.CallEvent{ID: call + "/dial", Call: call, Leg: call, MemberLeg: leg, Kind: careline.KindDialEnded, Status: status, Word: string(status)}
}

func clinicianLeft(call string) careline.CallEvent {
	return careline.CallEvent{ID: call + "/0/completed/parent", Call: call, Leg: call, Kind: careline.KindClinicianLeg,
		Status: careline.StatusCompleted, Word: "completed"}
}

// looksAtSilentCalls is about when, and about whom first.
func looksAtSilentCalls(t *testing.T, open database) {
	s, clock := openWith(t, open)
	mustAppend(t, s, request("CA1", "p1"))
	clock.forward(time.Second)
	mustAppend(t, s, progress("CA2", "CB2", 1, careline.StatusRinging)) // begun under another system
	clock.forward(time.Second)
	mustAppend(t, s, request("CA3", "p1"))
	clock.forward(time.Minute)
	mustAppend(t, s, progress("CA1", "CB1", 1, careline.StatusRinging)) // does not put the look off
	wantUnsettled(t, "just before its time", s, noon.Add(careline.LookAfter-time.Microsecond))
	wantUnsettled(t, "when it is time", s, noon.Add(careline.LookAfter), "CA1")
	later := noon.Add(careline.LookAfter + time.Minute)
	wantUnsettled(t, "the longest waiting first", s, later, "CA1", "CA2", "CA3")
	if calls, all := unsettled(t, s, later, 2); len(calls) != 2 || all != 3 {
		t.Errorf("%v of %d, want the first two of 3", calls, all)
	}

	again := later.Add(time.Hour)
	for call, at := range map[string]time.Time{"CA1": again, "CA2": {}, "nobody": again} {
		if err := s.LookAgain(t.Context(), call, at); err != nil {
			t.Fatal(err)
		}
	}
	wantUnsettled(t, "one is put off, one is done", s, later, "CA3")
	wantUnsettled(t, "an hour later", s, again, "CA3", "CA1")
	mustAppend(t, s, progress("CA2", "CB2", 2, careline.StatusInProgress))
	wantUnsettled(t, "what is done stays so", s, again.Add(24*time.Hour), "CA3", "CA1")
	closeStore(t, s)
	s = open(t, store.Config{Consumers: []string{chart}, Now: clock.Now})
	wantUnsettled(t, "after a restart", s, again, "CA3", "CA1")
}

func looksAtNoneWhoseOutcomeIsKnown(t *testing.T, open database) {
	s, clock := openWith(t, open)
	far := noon.Add(30 * 24 * time.Hour)
	refused := request("", "p1")
	refused.Kind = careline.KindRefused
	for i, end := range []careline.CallEvent{
		progress("", "", 3, careline.StatusCompleted), progress("", "", 3, careline.StatusBusy), progress("", "", 3, careline.StatusFailed),
		progress("", "", 3, careline.StatusNoAnswer), progress("", "", 3, careline.StatusCanceled), dialEnded("", "", careline.StatusBusy), refused,
	} {
		for n, first := range []bool{true, false} {
			call := fmt.Sprintf("CC%d-%d", i, n)
			end.ID, end.Call, end.Leg = call+"/end", call, call
			other := progress(call, "leg-"+call, 1, careline.StatusRinging)
			if first {
				mustAppend(t, s, end, other)
			} else {
				mustAppend(t, s, other, end)
			}
			if err := s.LookAgain(t.Context(), call, clock.Now()); err != nil { // too late: it is known
				t.Fatal(err)
			}
			wantUnsettled(t, fmt.Sprintf("%s %s, first is %v", end.Kind, end.Status, first), s, far)
		}
	}
	if _, _, err := s.Admit(t.Context(), request("CA0", "p1"), func(careline.Load) careline.Refusal { return careline.RefusedRate }); err != nil {
		t.Fatal(err)
	}
	wantUnsettled(t, "refused when it was kept", s, far)

	// The clinician's leg does not know how the member's ended.
	mustAppend(t, s, request("CA1", "p1"), clinicianLeft("CA1"), dialEnded("CA1", "CB1", careline.StatusInProgress))
	wantUnsettled(t, "the clinician has left", s, far, "CA1")
	mustAppend(t, s, dialEnded("CA2", "CB2", careline.StatusUnknown))
	wantUnsettled(t, "an outcome that we cannot read", s, far, "CA1", "CA2")
}

// looksAtLegsWithTheirCall is about legs whose call is told later, or never.
func looksAtLegsWithTheirCall(t *testing.T, open database) {
	s, _ := openWith(t, open)
	far := noon.Add(30 * 24 * time.Hour)
	mustAppend(t, s, amd("CB1"), progress("", "CB2", 1, careline.StatusRinging),
		careline.CallEvent{ID: "CD1/in", Call: "CD1", Leg: "CD1", Kind: careline.KindMemberCalled, Status: careline.StatusRinging})
	mustSaveFiling(t, s, careline.Filing{Call: "CF1"})
	wantUnsettled(t, "of nobody's call", s, far)
	mustAppend(t, s, progress("CA1", "CB1", 1, careline.StatusRinging), progress("CA2", "CB2", 2, careline.StatusInProgress))
	wantUnsettled(t, "their calls are known", s, far, "CA1", "CA2")
	if err := s.LookAgain(t.Context(), "CB1", time.Time{}); err != nil {
		t.Fatal(err)
	}
	wantUnsettled(t, "a leg's own key says nothing", s, far, "CA1", "CA2")

	// The outcome was there before anybody knew whose it is.
	mustAppend(t, s, progress("", "CB3", 2, careline.StatusNoAnswer), request("CA3", "p1"), progress("CA3", "CB3", 1, careline.StatusRinging))
	mustAppend(t, s, progress("", "CB4", 2, careline.StatusBusy), progress("CA4", "CB4", 1, careline.StatusRinging))
	wantUnsettled(t, "an outcome that came before its call", s, far, "CA1", "CA2")
	// And this one turns out to be a call in its own right.
	mustAppend(t, s, amd("CA5"), request("CA5", "p1"), amd("CA6"), clinicianLeft("CA6"))
	wantUnsettled(t, "a leg that is a call", s, far, "CA1", "CA2", "CA5", "CA6")
	// While this one turns out to be a leg of another.
	mustAppend(t, s, clinicianLeft("CB7"), progress("CA7", "CB7", 1, careline.StatusRinging))
	wantUnsettled(t, "a call that is a leg", s, far, "CA1", "CA2", "CA5", "CA6", "CA7")
	mustAppend(t, s, progress("CA7", "CB7", 9, careline.StatusBusy))
	for _, end := range []careline.CallEvent{progress("CA1", "CB1", 9, careline.StatusCompleted), progress("", "CB2", 9, careline.StatusCompleted),
		dialEnded("CA5", "CB5", careline.StatusBusy), progress("CA6", "CB6", 9, careline.StatusFailed)} {
		mustAppend(t, s, end)
	}
	wantUnsettled(t, "all over", s, far)
}
