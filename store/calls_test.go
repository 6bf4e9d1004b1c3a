package store_test

import (
	"fmt"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store/storetest"
)

func countsLoad(t *testing.T, open database) {
	s, clock := openWith(t, open)
	want := func(what string, want careline.Load) {
		t.Helper()
		got, err := s.Load(t.Context(), "p1", clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		storetest.Same(t, what, got, want)
	}
	want("nobody called", careline.Load{})
	refused := storetest.Request("CA0", "p1")
	refused.Kind, refused.Request.Refusal = careline.KindRefused, careline.RefusedRate
	storetest.MustAppend(t, s, refused, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"), storetest.Request("CA3", "p2"))
	want("two calls, one refused", careline.Load{Recent: 3, Live: 2})
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 1, careline.StatusInProgress), storetest.AMD("CB1"))
	want("one answered", careline.Load{Recent: 3, Live: 2})
	storetest.MustAppend(t, s, storetest.Progress("CA2", "CB2", 1, careline.StatusBusy))
	want("one busy", careline.Load{Recent: 3, Live: 1})
	clock.Forward(time.Minute)
	want("a minute later", careline.Load{Live: 1})
	clock.Forward(4*time.Hour - time.Minute - time.Second)
	want("just before four hours", careline.Load{Live: 1})
	clock.Forward(time.Second)
	want("after four hours", careline.Load{})

	for i, end := range []careline.CallEvent{
		{Kind: careline.KindDialEnded, Status: careline.StatusNoAnswer},
		{Kind: careline.KindClinicianLeg, Status: careline.StatusCompleted},
		{Kind: careline.KindProgress, Status: careline.StatusCanceled},
		{Kind: careline.KindProgress, Status: careline.StatusFailed},
		{Kind: careline.KindProgress, Status: careline.StatusCompleted},
		{Kind: careline.KindProgress, Status: careline.StatusRefused},
	} {
		key := fmt.Sprintf("CC%d", i)
		end.ID, end.Call = "end", key
		first := []careline.CallEvent{storetest.Request(key, "p1"), end}
		if i%2 == 1 { // the end came before the request
			first[0], first[1] = first[1], first[0]
		}
		storetest.MustAppend(t, s, first...)
		want(fmt.Sprintf("%s %s", end.Kind, end.Status), careline.Load{Recent: i + 1})
	}
}

// A call of which the carrier reports nothing is soon taken to be over; any
// report, whenever and however it comes, gives it its four hours.
func forgetsSilentCalls(t *testing.T, open database) {
	s, clock := openWith(t, open)
	live := func(what string, clinician string, want int) {
		t.Helper()
		got, err := s.Load(t.Context(), clinician, clock.Now())
		if err != nil || got.Live != want {
			t.Errorf("%s: %+v is live, want %d (error: %v)", what, got, want, err)
		}
	}
	storetest.MustAppend(t, s, storetest.Request("CA1", "silent"),
		storetest.Request("CA2", "after"), storetest.Progress("CA2", "CB2", 1, careline.StatusInitiated),
		storetest.Progress("CA3", "CB3", 1, careline.StatusInitiated), storetest.Request("CA3", "before"),
		storetest.Request("CA4", "detected"), storetest.AMD("CB4"), // the leg's call is not known yet
		storetest.AMD("CB5"), storetest.Progress("CA5", "CB5", 1, careline.StatusRinging), storetest.Request("CA5", "joined"),
		storetest.Request("CA6", "joined late"), storetest.AMD("CB6"))
	if err := s.SaveFiling(t.Context(), careline.Filing{Call: "CA7"}); err != nil {
		t.Fatal(err)
	}
	storetest.MustAppend(t, s, storetest.Request("CA7", "filed"))
	clock.Forward(3*time.Minute - time.Second)
	live("not yet", "silent", 1)
	live("not yet", "filed", 1)
	clock.Forward(time.Second)
	joins := storetest.Progress("CA6", "CB6", 1, careline.StatusRinging)
	storetest.MustAppend(t, s, joins)
	for clinician, want := range map[string]int{"silent": 0, "after": 1, "before": 1, "detected": 0, "joined": 1, "joined late": 1, "filed": 0} {
		live("after three minutes", clinician, want)
	}
	storetest.MustAppend(t, s, storetest.Progress("CA4", "CB4", 1, careline.StatusRinging), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging))
	live("a report at last", "silent", 1)
	live("its leg known at last", "detected", 1)
	storetest.MustAppend(t, s, storetest.Progress("CA1", "CB1", 2, careline.StatusCompleted), storetest.Request("CA1", "silent"))
	live("over, and asked for again", "silent", 0)
	ended := storetest.Progress("", "CB8", 2, careline.StatusCompleted) // before anybody said whose leg it is
	storetest.MustAppend(t, s, storetest.Request("CA8", "ended"), ended, storetest.Progress("CA8", "CB8", 1, careline.StatusRinging))
	live("its leg was over before it was known", "ended", 0)
}

func tellsCallsSince(t *testing.T, open database) {
	s, _ := openWith(t, open)
	since := func(seq int64, want ...string) {
		t.Helper()
		got, err := s.CallsSince(t.Context(), "p1", seq)
		if err != nil {
			t.Fatal(err)
		}
		storetest.Same(t, fmt.Sprintf("calls since %d", seq), got, want)
	}
	since(0)
	kept := storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"), storetest.Request("CA3", "p2"), storetest.Progress("CA1", "CB1", 1, careline.StatusRinging))
	check := func() {
		t.Helper()
		since(0, "CA2", "CA1")
		since(kept[1].Seq, "CA1")
		since(kept[3].Seq)
	}
	check()
	// Far behind the end of the log the answer is found another way.
	for i := range 1100 {
		storetest.MustAppend(t, s, storetest.Progress("CA3", "CB3", i, careline.StatusRinging))
	}
	check()
	storetest.MustAppend(t, s, storetest.AMD("CB4"), storetest.Progress("CA2", "CB4", 1, careline.StatusRinging))
	since(kept[3].Seq, "CA2")

	for call, want := range map[string]string{"CA1": "p1", "CA3": "p2", "CB1": "", "nobody": ""} {
		if got, err := s.Clinician(t.Context(), call); got != want || err != nil {
			t.Errorf("%s is a call of %q, want %q (error: %v)", call, got, want, err)
		}
	}
}

func keepsFilings(t *testing.T, open database) {
	s, _ := openWith(t, open)
	want := func(f careline.Filing) {
		t.Helper()
		got, err := s.Filing(t.Context(), f.Call)
		if err != nil {
			t.Fatal(err)
		}
		storetest.Same(t, "filing", got, f)
	}
	want(careline.Filing{Call: "CA1"})
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"))
	for _, f := range []careline.Filing{
		{Call: "CA1", Tried: true},
		{Call: "CA1", ID: "comm-1", Version: "v1", Seq: 7, Tried: true, Doubted: true},
		{Call: "CB2", ID: "comm-2", Version: "v1", Seq: 9, Tried: true},
	} {
		if err := s.SaveFiling(t.Context(), f); err != nil {
			t.Fatal(err)
		}
		want(f)
	}
	storetest.MustAppend(t, s, storetest.Progress("CA2", "CB2", 1, careline.StatusRinging))
	want(careline.Filing{Call: "CA2", ID: "comm-2", Version: "v1", Seq: 9, Tried: true})
	want(careline.Filing{Call: "CB2"})
	storetest.WantCode(t, s.SaveFiling(t.Context(), careline.Filing{Call: "CB2", ID: "x"}), careline.CodeConflict)
	storetest.WantCode(t, s.SaveFiling(t.Context(), careline.Filing{}), careline.CodeInvalid)
}
