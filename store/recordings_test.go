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
		if n, err := s.Purge(t.Context(), clock.Now(), 100); n != want || err != nil {
			t.Errorf("%d were forgotten, want %d (error: %v)", n, want, err)
		}
	}
	purged(1)
	storetest.Same(t, "the recorded one", storetest.IDsOf(t, s, "CA1"), []string{"CA1/request"})

	media.ID, media.Seq = "", 2
	storetest.MustSaveFiling(t, s, media)
	purged(1)
	storetest.Same(t, "the recorded one once that is gone", storetest.IDsOf(t, s, "CA1"), nil)
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
