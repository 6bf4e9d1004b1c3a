package store_test

import (
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/store/storetest"
)

// keepsNotes has a clinician note a call that is over and filed: that is one more delivery,
// and neither keeps the call alive nor has it looked up.
func keepsNotes(t *testing.T, open database) {
	s, clock := openWith(t, open)
	storetest.MustAppend(t, s, storetest.Request("CA1", "p1"), storetest.Progress("CA1", "CB1", 1, careline.StatusCompleted))
	for range 2 {
		if err := s.Done(t.Context(), storetest.Next(t, s, "CA1", clock.Now()), careline.Filing{}); err != nil {
			t.Fatal(err)
		}
	}

	note := careline.CallEvent{
		ID:   "CA1/noted/1",
		Call: "CA1",
		Kind: careline.KindNoted,
		At:   clock.Now().Add(time.Microsecond).UTC(),
		Note: careline.CallNote{Outcome: careline.CameToMessage, Text: "Zoë: \"ring\"\nagain <b>", By: "p1"},
	}
	kept, repeated, err := s.Append(t.Context(), note)
	if err != nil || repeated || kept.Note != note.Note {
		t.Fatalf("kept %+v, repeated %v: %v", kept.Note.Outcome, repeated, err)
	}
	events, err := s.Events(t.Context(), "CA1")
	if err != nil || len(events) != 3 {
		t.Fatalf("%d events: %v", len(events), err)
	}
	storetest.Same(t, "the note's event", events[2], kept)
	storetest.Same(t, "in a delivery", storetest.Next(t, s, "CA1", clock.Now()).Event, kept)

	if call := careline.Fold(events); call.Note.Text != note.Note.Text || !call.Note.At.Equal(note.At) || call.Status != careline.StatusCompleted {
		t.Errorf("it tells %s, noted at %v", call.Status, call.Note.At)
	}
}
