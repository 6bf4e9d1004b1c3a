package store_test

import (
	"fmt"
	"testing"
	"time"

	"perci.health/careline"
)

func countsLoad(t *testing.T, open database) {
	s, clock := openWith(t, open)
	want := func(what string, want careline.Load) {
		t.Helper()
		got, err := s.Load(t.Context(), "p1", clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		same(t, what, got, want)
	}
	want("nobody called", careline.Load{})
	refused := request("CA0", "p1")
	refused.Kind, refused.Request.Refusal = careline.KindRefused, careline.RefusedRate
	mustAppend(t, s, refused, request("CA1", "p1"), request("CA2", "p1"), request("CA3", "p2"))
	want("two calls, one refused", careline.Load{Recent: 3, Live: 2})
	mustAppend(t, s, progress("CA1", "CB1", 1, careline.StatusInProgress), amd("CB1"))
	want("one answered", careline.Load{Recent: 3, Live: 2})
	mustAppend(t, s, progress("CA2", "CB2", 1, careline.StatusBusy))
	want("one busy", careline.Load{Recent: 3, Live: 1})
	clock.forward(time.Minute)
	want("a minute later", careline.Load{Live: 1})
	clock.forward(4*time.Hour - time.Minute - time.Second)
	want("just before four hours", careline.Load{Live: 1})
	clock.forward(time.Second)
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
		first := []careline.CallEvent{request(key, "p1"), end}
		if i%2 == 1 { // the end came before the request
			first[0], first[1] = first[1], first[0]
		}
		mustAppend(t, s, first...)
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
	mustAppend(t, s, request("CA1", "silent"),
		request("CA2", "after"), progress("CA2", "CB2", 1, careline.StatusInitiated),
		progress("CA3", "CB3", 1, careline.StatusInitiated), request("CA3", "before"),
		request("CA4", "detected"), amd("CB4"), // the leg's call is not known yet
		amd("CB5"), progress("CA5", "CB5", 1, careline.StatusRinging), request("CA5", "joined"),
		request("CA6", "joined late"), amd("CB6"))
	if err := s.SaveFiling(t.Context(), careline.Filing{Call: "CA7"}); err != nil {
		t.Fatal(err)
	}
	mustAppend(t, s, request("CA7", "filed"))
	clock.forward(3*time.Minute - time.Second)
	live("not yet", "silent", 1)
	live("not yet", "filed", 1)
	clock.forward(time.Second)
	joins := progress("CA6", "CB6", 1, careline.StatusRinging)
	mustAppend(t, s, joins)
	for clinician, want := range map[string]int{"silent": 0, "after": 1, "before": 1, "detected": 0, "joined": 1, "joined late": 1, "filed": 0} {
		live("after three minutes", clinician, want)
	}
	mustAppend(t, s, progress("CA4", "CB4", 1, careline.StatusRinging), progress("CA1", "CB1", 1, careline.StatusRinging))
	live("a report at last", "silent", 1)
	live("its leg known at last", "detected", 1)
	mustAppend(t, s, progress("CA1", "CB1", 2, careline.StatusCompleted), request("CA1", "silent"))
	live("over, and asked for again", "silent", 0)
	ended := progress("", "CB8", 2, careline.StatusCompleted) // before anybody said whose leg it is
	mustAppend(t, s, request("CA8", "ended"), ended, progress("CA8", "CB8", 1, careline.StatusRinging))
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
		same(t, fmt.Sprintf("calls since %d", seq), got, want)
	}
	since(0)
	kept := mustAppend(t, s, request("CA1", "p1"), request("CA2", "p1"), request("CA3", "p2"), progress("CA1", "CB1", 1, careline.StatusRinging))
	check := func() {
		t.Helper()
		since(0, "CA2", "CA1")
		since(kept[1].Seq, "CA1")
		since(kept[3].Seq)
	}
	check()
	// Far behind the end of the log the answer is found another way.
	for i := range 1100 {
		mustAppend(t, s, progress("CA3", "CB3", i, careline.StatusRinging))
	}
	check()
	mustAppend(t, s, amd("CB4"), progress("CA2", "CB4", 1, careline.StatusRinging))
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
		same(t, "filing", got, f)
	}
	want(careline.Filing{Call: "CA1"})
	mustAppend(t, s, request("CA1", "p1"))
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
	mustAppend(t, s, progress("CA2", "CB2", 1, careline.StatusRinging))
	want(careline.Filing{Call: "CA2", ID: "comm-2", Version: "v1", Seq: 9, Tried: true})
	want(careline.Filing{Call: "CB2"})
	wantCode(t, s.SaveFiling(t.Context(), careline.Filing{Call: "CB2", ID: "x"}), careline.CodeConflict)
	wantCode(t, s.SaveFiling(t.Context(), careline.Filing{}), careline.CodeInvalid)
}
