package calls_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
)

// Whoever joins a call that is recorded is told so, once; also while it is paused.
func TestRoomsTellThatItIsRecorded(t *testing.T) {
	t.Parallel()
	for _, state := range []careline.RecordingState{careline.RecordingRunning, careline.RecordingPaused} {
		tellsThatItIsRecorded(t, state)
	}
}

func tellsThatItIsRecorded(t *testing.T, state careline.RecordingState) {
	h := newHall(t)
	h.keep(careline.CallEvent{ID: "recording/paused", Call: parentLeg, Kind: careline.KindRecording, Recording: "RE1", At: noon, Sound: careline.RecordingSaid{State: state, Answers: "asked"}})
	h.keep(careline.CallEvent{ID: "recording", Call: parentLeg, Kind: careline.KindRecording, Recording: "RE1", At: noon, Sound: careline.RecordingSaid{State: careline.RecordingRunning}})
	h.add()
	h.pass(3 * time.Second)
	if len(h.x.said) > 0 {
		t.Errorf("told before anybody joined: %q", h.x.said)
	}
	h.x.pick(interprets)
	h.pass(20 * time.Second)
	if len(h.x.said) != 1 || !strings.HasPrefix(h.x.said[0], interprets) || !strings.Contains(h.x.said[0], "say=recorded") {
		t.Errorf("told: %q", h.x.said)
	}
}

// records has the carrier record the call, as the clinician asked.
func (h *hall) records(n int) {
	h.keep(careline.CallEvent{
		ID:    fmt.Sprintf("start/%d", n),
		Call:  parentLeg,
		Kind:  careline.KindRecordingAsked,
		At:    h.clock(),
		Sound: careline.RecordingSaid{Act: careline.RecordStart, By: "dr-1"},
	})
	h.look()
}

// warned are who was told that the call is recorded.
func (h *hall) warned() (all []string) {
	for _, said := range h.x.said {
		if label, sentence, _ := strings.Cut(said, " "); strings.Contains(sentence, "say=recorded") {
			all = append(all, label)
		}
	}
	return all
}

// Whoever is there already when a call begins to be recorded is told so, each time that
// somebody wants it; a process that is started anew tells nobody again.
func TestRoomsTellWhoIsThereThatItIsRecorded(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.pass(time.Minute)
	if told := h.warned(); len(told) > 0 {
		t.Fatalf("told of nothing: %q", told)
	}

	h.records(1)
	h.restart()
	h.pass(20 * time.Second)
	if told := h.warned(); len(told) != 1 || told[0] != interprets {
		t.Errorf("told: %q, want %s once", told, interprets)
	}

	h.keep(careline.CallEvent{ID: "stop", Call: parentLeg, Kind: careline.KindRecordingAsked, At: h.clock(), Sound: careline.RecordingSaid{Act: careline.RecordStop, By: "dr-1"}})
	h.keep(careline.CallEvent{ID: "failed", Call: parentLeg, Kind: careline.KindRecording, At: h.clock(), Sound: careline.RecordingSaid{Act: careline.RecordStart, Answers: "start/1", Failed: "stopped"}})
	h.records(2)
	h.pass(20 * time.Second)
	if told := h.warned(); len(told) != 2 {
		t.Errorf("told: %q, want %s once more", told, interprets)
	}
}

// What is to be said is said again when the carrier could not, also by the process that
// follows one that was killed at any step.
func TestRoomsTellInTheEnd(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]func(http.ResponseWriter, func()){
		"busy":        told(429, 20429),
		"out":         told(503, 20500),
		"answer lost": dropped(false),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := added(t)
			h.x.faults["tell"] = fault
			h.records(1)
			h.pass(5 * time.Second)
			delete(h.x.faults, "tell")
			h.pass(20 * time.Second)
			if told := h.warned(); len(told) != 1 || h.stops() != 0 {
				t.Errorf("told %q, stopped %d times; asked %q", told, h.stops(), h.x.asked)
			}
		})
	}

	for fuse := 1; ; fuse++ {
		h := added(t)
		h.steps, h.fuse = 0, fuse
		h.records(1)
		whole := h.steps < fuse
		h.restart()
		h.pass(20 * time.Second)
		if told := h.warned(); len(told) == 0 || len(told) > 2 || h.stops() != 0 { // twice: it died before it could keep that it did
			t.Errorf("killed at step %d: told %q, stopped %d times", fuse, told, h.stops())
		}
		if whole {
			break
		}
	}
}

// stops is how often the recording was asked to end.
func (h *hall) stops() (n int) {
	for _, e := range h.events() {
		if e.Kind == careline.KindRecordingAsked && e.Sound.Act == careline.RecordStop {
			n++
		}
	}
	return n
}

// Nobody is recorded who cannot be told of it: what the carrier will not say, or does not
// in time, ends the recording, and so does that it does not find them though they are
// there. Of one who has left it ends nothing.
func TestRoomsNobodyIsRecordedUntold(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		fault  func(http.ResponseWriter, func())
		leaves bool
		stops  int
	}{
		"refused":   {told(400, 16024), false, 1},
		"out":       {told(503, 20500), false, 1},
		"not found": {told(404, 20404), false, 1},
		"left":      {told(404, 20404), true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := added(t)
			h.x.faults["tell"] = test.fault
			h.records(1)
			if test.leaves {
				h.x.end(h.x.made[interprets], "completed")
			}
			h.pass(time.Minute)
			if h.stops() != test.stops {
				t.Errorf("stopped %d times, want %d; asked %q", h.stops(), test.stops, h.x.asked)
			}
		})
	}
}

// Those who wait for their clinician are asked to stay, in the end.
func TestRoomsTellToStayInTheEnd(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.x.faults["tell"] = told(503, 20500)
	h.x.end(parentLeg, "completed")
	h.pass(4 * time.Second)
	delete(h.x.faults, "tell")
	h.pass(4 * time.Second)
	stays := 0
	for _, said := range h.x.said {
		if strings.Contains(said, "say=stay") {
			stays++
		}
	}
	if stays != 2 {
		t.Errorf("said %q, want both to be asked once; asked %q", h.x.said, h.x.asked)
	}
}

// Whoever was not told before the recording ended, and is there when it begins anew for the
// same wish, is told then.
func TestRoomsTellWhenItIsRecordedAnew(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.x.faults["tell"] = told(503, 20500)
	h.records(1)
	recording := func(sid string, state careline.RecordingState, answers string) {
		h.keep(careline.CallEvent{ID: sid + "/" + string(state), Call: parentLeg, Leg: parentLeg, Kind: careline.KindRecording, Recording: sid, At: h.clock(), Sound: careline.RecordingSaid{Act: careline.RecordStart, State: state, Answers: answers}})
	}
	recording("RE1", careline.RecordingRunning, "start/1")
	h.pass(3 * time.Second)
	h.keep(careline.CallEvent{ID: "RE1/over", Call: parentLeg, Leg: parentLeg, Kind: careline.KindRecording, Recording: "RE1", At: h.clock(), Sound: careline.RecordingSaid{State: careline.RecordingCompleted}})
	h.pass(3 * time.Second)
	delete(h.x.faults, "tell")
	if told := h.warned(); len(told) > 0 {
		t.Fatalf("told of nothing: %q", told)
	}

	recording("RE2", careline.RecordingRunning, "start/1")
	h.pass(5 * time.Second)
	if told := h.warned(); len(told) != 1 || h.stops() != 0 {
		t.Errorf("told %q, stopped %d times; asked %q", told, h.stops(), h.x.asked)
	}
}

// The member's end is told by their leg alone: the recording of those who still speak is to
// stop, by the same event that whoever keeps recordings would keep.
func TestRoomsStopARecordingWithoutTheMember(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.records(1)
	h.keep(careline.CallEvent{ID: "RE1", Call: parentLeg, Leg: parentLeg, Kind: careline.KindRecording, Recording: "RE1", At: h.clock(), Sound: careline.RecordingSaid{Act: careline.RecordStart, State: careline.RecordingRunning, Answers: "start/1"}})
	h.pass(2 * time.Second)
	h.deaf = true
	h.x.end(childLeg, "completed")
	h.pass(time.Second)
	if events := h.events(); h.stops() != 1 || !slices.ContainsFunc(events, func(e careline.CallEvent) bool { return e.ID == parentLeg+"/recording/stop/start/1" }) {
		t.Errorf("stopped %d times; asked %q", h.stops(), h.x.asked)
	}
}
