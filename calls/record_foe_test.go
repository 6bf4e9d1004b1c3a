package calls_test

import (
	"testing"
	"time"

	"perci.health/careline"
)

// TestRecordingKeeperKeepsAPause: what a person paused, and the carrier ended with the
// Dial, is not begun anew in the room until they say so.
func TestRecordingKeeperKeepsAPause(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1), wish(careline.RecordPause, 2))
	must(t, s.settle(false))
	s.want("RE1 paused")
	s.told(careline.CallEvent{ID: "room", Kind: careline.KindRoomAsked, At: noon.Add(3 * time.Second), Room: careline.RoomSaid{By: "dr-1"}})
	s.takes[0].state = careline.RecordingCompleted
	s.reports()
	s.starting = func() { t.Error("it is recorded again, though a person paused it") }
	must(t, s.settle(false))

	s.starting = nil
	s.told(wish(careline.RecordStart, 4))
	must(t, s.settle(false))
	s.want("RE1 completed, RE2 in-progress")
}

// TestRecordingKeeperIsOff: where calls are not recorded any more, what was asked for
// before is not begun, and what runs is stopped and deleted as ever.
func TestRecordingKeeperIsOff(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1))
	off := s.keeper(false)
	off.Off = true
	handle := func() {
		t.Helper()
		_, err := off.Handle(t.Context(), careline.Delivery{Event: careline.CallEvent{Call: "CA1"}})
		must(t, err)
	}
	handle()
	s.want("")
	if r := s.call().Recordings; len(r) != 1 || r[0].State != careline.RecordingFailed {
		t.Errorf("%+v", r)
	}

	s.told(wish(careline.RecordStart, 2))
	must(t, s.settle(false))
	s.told(wish(careline.RecordStop, 3))
	handle()
	s.want("RE1 completed")
	s.told(consent(careline.ConsentWithdrawn, "dr-1"))
	handle()
	s.want("RE1 deleted")
}
