package calls_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/store"
	"perci.health/careline/store/sqlite"
)

// A review has the calls of which something was recorded, the newest first, page by page,
// also of those of which it is deleted.
func TestReviewTellsWhatWasRecorded(t *testing.T) {
	t.Parallel()
	now := noon
	log, err := sqlite.Open(t.Context(), store.Config{URL: "file:" + filepath.Join(t.TempDir(), "log.db"), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = log.Close() })
	keep := func(e careline.CallEvent) {
		t.Helper()
		if _, _, err := log.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}

	const all = calls.ReviewPage + 2
	for n := range all {
		key, sid := fmt.Sprintf("CA%03d", n), fmt.Sprintf("RE%03d", n)
		now = now.Add(time.Minute)
		keep(careline.CallEvent{ID: key + "/request", Call: key, Leg: key, Kind: careline.KindRequested,
			Request: careline.Request{Clinician: "dr-1", Patient: "Patient/p1", Names: careline.Names{Sender: "Dr One", Patient: "Ms P"}}})
		keep(careline.CallEvent{ID: "given", Call: key, Kind: careline.KindConsent, Consent: careline.Consent{Decision: careline.ConsentGiven, By: "dr-1"}})
		keep(careline.CallEvent{ID: sid + "/completed", Call: key, Leg: key, Kind: careline.KindRecording, Recording: sid,
			Sound: careline.RecordingSaid{State: careline.RecordingCompleted, Started: now}})
		keep(careline.CallEvent{ID: key + "B/request", Call: key + "B", Leg: key + "B", Kind: careline.KindRequested,
			Request: careline.Request{Clinician: "dr-1"}}) // of which nothing was
	}
	keep(careline.CallEvent{ID: "RE000/gone", Call: "CA000", Kind: careline.KindRecordingGone, Recording: "RE000", Sound: careline.RecordingSaid{Why: calls.WhyExpired}})

	review := calls.Review{Log: log}
	asked := careline.AskedFor{From: noon, To: noon.AddDate(0, 0, 1)}
	var pages []int
	var told []calls.Reviewed
	for {
		page, err := review.Page(t.Context(), asked)
		if err != nil {
			t.Fatal(err)
		}
		pages, told = append(pages, len(page.Calls)), append(told, page.Calls...)
		if page.Next.At.IsZero() {
			break
		}
		asked.After = page.Next
	}
	if fmt.Sprint(pages) != fmt.Sprint([]int{calls.ReviewPage, 2}) {
		t.Fatalf("pages of %v calls", pages)
	}
	for i, one := range told {
		key := fmt.Sprintf("CA%03d", all-1-i)
		if one.Recorded.Call != key || one.Audited.Key != key || len(one.Recorded.Recordings) != 1 || !one.Recorded.MayDelete ||
			one.Recorded.Consent != careline.ConsentGiven || one.Audited.Names.Sender != "Dr One" || one.Audited.Asked.IsZero() {
			t.Errorf("the %d. is %+v", i, one)
		}
	}
	if last := told[all-1].Recorded.Recordings[0]; last.State != careline.RecordingDeleted || last.Gone != calls.WhyExpired {
		t.Errorf("the deleted one is %+v", last)
	}
}
