package store_test

import (
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store/storetest"
)

// keepsWhatIsRecorded has a call stay for as long as the record has a recording of it.
func keepsWhatIsRecorded(t *testing.T, open database) {
	s, clock := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Request("CA2", "p1"))
	media := careline.Filing{
		Call:  "CA1",
		Of:    "Media/RE1",
		ID:    "m1",
		Seq:   1,
		Tried: true,
	}
	storetest.MustSaveFiling(t, s, media)
	storetest.MustSaveFiling(t, s, careline.Filing{
		Call: "CA2",
		Of:   "AuditEvent",
		ID:   "a1",
		Seq:  2,
	})
	clock.Forward(time.Hour)

	purged := func(want int) {
		t.Helper()
		if n, err := s.Purge(t.Context(), clock.Now(), 100); n.Keys() != want || err != nil {
			t.Errorf("%+v were forgotten, want %d (error: %v)", n, want, err)
		}
	}
	purged(1)
	storetest.Same(t, "the recorded one", storetest.IDsOf(t, s, "CA1"), []string{"CA1/request"})

	media.ID, media.Seq = "", 2
	storetest.MustSaveFiling(t, s, media)
	purged(1)
	storetest.Same(t, "the recorded one once that is gone", storetest.IDsOf(t, s, "CA1"), nil)
}

// keepsWhatIsAtTheCarrier has a call stay for as long as the carrier may have sound of
// it, also where the record never had a recording of it: nothing else says that the sound
// is ours, and is to be deleted.
func keepsWhatIsAtTheCarrier(t *testing.T, open database) {
	s, clock := openWith(t, open)
	told := func(call, id string) careline.CallEvent {
		return careline.CallEvent{
			ID:   id,
			Call: call,
			Kind: careline.KindRecording,
		}
	}
	for _, call := range []string{"CA1", "CA2", "CA3", "CA4"} {
		storetest.MustAppend(t, s, storetest.Request(call, "p1"))
	}
	storetest.MustAppend(t, s,
		told("CA1", "RE1/start/CA1/recording/start/x"),
		told("CA1", "RE1/gone"),
		told("CA1", "RE2/completed"),
		told("CA2", "RE3/in-progress"),
		told("CA3", "RE4/absent"),
		told("CA3", "RE5/in-progress"),
		told("CA3", "RE5/failed/reconciled"),
		told("CA4", "RE6/completed"),
		told("CA4", "RE6/gone"),
	)
	clock.Forward(time.Hour)

	purged := func(want int) {
		t.Helper()
		if n, err := s.Purge(t.Context(), clock.Now(), 100); n.Keys() != want || err != nil {
			t.Errorf("%+v were forgotten, want %d (error: %v)", n, want, err)
		}
	}
	purged(2)
	for _, call := range []string{"CA1", "CA2"} {
		if len(storetest.IDsOf(t, s, call)) == 0 {
			t.Errorf("%s is forgotten, with sound of it at the carrier", call)
		}
	}

	storetest.MustAppend(t, s, told("CA1", "RE2/gone"))
	storetest.MustAppend(t, s, told("CA2", "RE3/gone"))
	clock.Forward(time.Hour)
	purged(2)
}

// findsTheCallOfALeg tells which call a leg belongs to, whichever of the two was known
// first.
func findsTheCallOfALeg(t *testing.T, open database) {
	s, _ := openWith(t, open)
	storetest.MustAppend(t, s,
		storetest.AMD("CB1"),
		storetest.Request("CA1", "p1"),
		storetest.Progress("CA1", "CB1", 1, careline.StatusRinging),
		storetest.Progress("CA1", "CB2", 1, careline.StatusRinging),
		storetest.AMD("CB9"),
	)
	for leg, want := range map[string]string{"CA1": "CA1", "CB1": "CA1", "CB2": "CA1", "CB9": "CB9", "CB7": "", "": ""} {
		if call, err := s.CallOf(t.Context(), leg); call != want || err != nil {
			t.Errorf("%q is of %q, want %q (error: %v)", leg, call, want, err)
		}
	}
}
