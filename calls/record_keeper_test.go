package calls_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestRecordingKeeperObeys is a call in which the clinician asks, and records.
func TestRecordingKeeperObeys(t *testing.T) {
	t.Parallel()
	s := newStudio(t)
	for i, step := range []struct {
		told []careline.CallEvent
		want string
	}{
		{nil, ""},
		{[]careline.CallEvent{consent(careline.ConsentGiven, "dr-1")}, ""}, // agreed, and nobody has pressed Record
		{[]careline.CallEvent{wish(careline.RecordStart, 1)}, "RE1 in-progress"},
		{[]careline.CallEvent{report("RE1", "CA1", "in-progress")}, "RE1 in-progress"},
		{[]careline.CallEvent{wish(careline.RecordPause, 2)}, "RE1 paused"},
		{[]careline.CallEvent{report("RE1", "CA1", "in-progress")}, "RE1 paused"}, // late, or twice
		{[]careline.CallEvent{wish(careline.RecordResume, 3)}, "RE1 in-progress"},
		{[]careline.CallEvent{wish(careline.RecordPause, 4), wish(careline.RecordResume, 5)}, "RE1 in-progress"},
		{[]careline.CallEvent{wish(careline.RecordStop, 6)}, "RE1 completed"},
		{[]careline.CallEvent{report("RE1", "CA1", "completed")}, "RE1 completed"},
		{[]careline.CallEvent{wish(careline.RecordStart, 7)}, "RE1 completed, RE2 in-progress"},
		{[]careline.CallEvent{consent(careline.ConsentWithdrawn, "dr-1")}, "RE1 deleted, RE2 deleted"},
		{[]careline.CallEvent{wish(careline.RecordStart, 8)}, "RE1 deleted, RE2 deleted"},
		{[]careline.CallEvent{report("RE2", "CA1", "completed")}, "RE1 deleted, RE2 deleted"},
	} {
		s.told(step.told...)
		must(t, s.settle(false))
		t.Log("step", i)
		s.want(step.want)
	}
	for _, one := range s.call().Recordings {
		if one.Sid != "" && (one.State != careline.RecordingDeleted || one.Gone != calls.WhyWithdrawn) {
			t.Errorf("%+v", one)
		}
	}
	if want := []string{"started", "stopped", "started", "deleted", "stopped", "deleted"}; !slices.Equal(s.observed, want) {
		t.Errorf("observed %v, want %v", s.observed, want)
	}
}

// TestRecordingKeeperNeedsConsent: whatever else is told, nothing is recorded without it.
func TestRecordingKeeperNeedsConsent(t *testing.T) {
	t.Parallel()
	start := wish(careline.RecordStart, 1)
	amd := careline.CallEvent{ID: "amd", Leg: "CB1", Kind: careline.KindMachineDetection, AnsweredBy: "machine_start"}
	fax := amd
	fax.AnsweredBy = "fax"
	for name, test := range map[string]struct {
		announced bool
		told      []careline.CallEvent
		want      string
		consent   careline.Decision
	}{
		"nobody was asked":              {false, []careline.CallEvent{start}, "", careline.ConsentNone},
		"told, and no key":              {true, []careline.CallEvent{consent(careline.ConsentAnnounced, "key")}, "RE1 in-progress", careline.ConsentAnnounced},
		"key 9":                         {true, []careline.CallEvent{consent(careline.ConsentDeclined, "key")}, "", careline.ConsentDeclined},
		"key 9, and the button":         {true, []careline.CallEvent{consent(careline.ConsentDeclined, "key"), start}, "", careline.ConsentDeclined},
		"a standing refusal":            {false, []careline.CallEvent{consent(careline.ConsentDeclined, "standing"), consent(careline.ConsentGiven, "dr-1"), start}, "", careline.ConsentDeclined},
		"a machine was told":            {true, []careline.CallEvent{amd, consent(careline.ConsentAnnounced, "key")}, "", careline.ConsentNotAsked},
		"a fax":                         {true, []careline.CallEvent{fax}, "", careline.ConsentNotAsked},
		"a machine, in nobody's mind":   {false, []careline.CallEvent{amd}, "", careline.ConsentNone},
		"a person whom it took for one": {false, []careline.CallEvent{amd, consent(careline.ConsentGiven, "dr-1"), start}, "RE1 in-progress", careline.ConsentGiven},
		"not dialled": {false, []careline.CallEvent{consent(careline.ConsentGiven, "dr-1"), start,
			{ID: "e", Leg: "CB1", Kind: careline.KindProgress, Status: careline.StatusCompleted, Word: "completed", Order: 3}}, "", careline.ConsentGiven},
	} {
		s := newStudio(t, test.told...)
		if err := s.settle(test.announced); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		t.Log(name)
		s.want(test.want)
		if got := s.call().Consent.Decision; got != test.consent {
			t.Errorf("%s: consent %q", name, got)
		}
	}
}

// A machine that is detected while it is recorded: what there is goes.
func TestRecordingKeeperDeletesWhatAMachineSaid(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentAnnounced, "key"))
	must(t, s.settle(true))
	s.want("RE1 in-progress")
	s.told(careline.CallEvent{ID: "amd", Leg: "CB1", Kind: careline.KindMachineDetection, AnsweredBy: "machine_end_beep"})
	must(t, s.settle(true))
	s.want("RE1 deleted")
	if c := s.call(); c.Consent.Decision != careline.ConsentNotAsked || c.Recordings[0].Gone != calls.WhyMachine {
		t.Errorf("%+v, %+v", c.Consent, c.Recordings)
	}
}

// TestRecordingKeeperWaitsForTheLegs: the carrier connects them when the announcement is
// over, and refuses to record before.
func TestRecordingKeeperWaitsForTheLegs(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		refusals int
		then     func(*studio)
		want     string
		failed   bool
	}{
		"connected at once":  {0, nil, "RE1 in-progress", false},
		"connected soon":     {9, nil, "RE1 in-progress", false},
		"never connected":    {99, nil, "", true},
		"the member is gone": {99, hungUp, "", false},
		"taken back":         {3, func(s *studio) { s.told(consent(careline.ConsentWithdrawn, "dr-1")) }, "", false},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newStudio(t, consent(careline.ConsentAnnounced, "key"))
			s.refuse = test.refusals
			began := time.Now()
			keeper := s.keeper(true)
			keeper.Now = time.Now
			if test.then != nil {
				s.starting = func() { test.then(s) }
			}
			_, err := keeper.Handle(t.Context(), careline.Delivery{Event: careline.CallEvent{Call: "CA1"}})
			must(t, err)
			t.Log(name)
			s.want(test.want)
			failed := slices.ContainsFunc(s.events, func(e careline.CallEvent) bool { return e.Sound.Failed == "not-in-progress" })
			if failed != test.failed || time.Since(began) > 6*time.Second {
				t.Errorf("failed is %v after %v", failed, time.Since(began))
			}
		})
	}
}

func hungUp(s *studio) {
	s.told(careline.CallEvent{ID: "e", Leg: "CB1", Kind: careline.KindProgress, Status: careline.StatusCompleted, Word: "completed", Order: 3, At: noon})
}

// TestRecordingKeeperPausesWhileTheMemberIsOnHold, and goes on by itself, unless a person
// had paused it.
func TestRecordingKeeperPausesWhileTheMemberIsOnHold(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1))
	s.told(roomOfTwo()...)
	for i, step := range []struct {
		told careline.CallEvent
		want string
	}{
		{inRoom(4, careline.ActMute, "p2-member", "CB1"), "RE1 in-progress"},
		{inRoom(5, careline.ActHold, "p2-member", "CB1"), "RE1 paused"},
		{inRoom(6, careline.ActUnhold, "p2-member", "CB1"), "RE1 in-progress"},
		{wish(careline.RecordPause, 7), "RE1 paused"},
		{inRoom(8, careline.ActHold, "p2-member", "CB1"), "RE1 paused"},
		{inRoom(9, careline.ActUnhold, "p2-member", "CB1"), "RE1 paused"},
		{wish(careline.RecordResume, 10), "RE1 in-progress"},
		{inRoom(11, careline.ActHold, "p2-member", "CB1"), "RE1 paused"},
		{wish(careline.RecordResume, 12), "RE1 paused"},
		{inRoom(13, careline.ActUnhold, "p2-member", "CB1"), "RE1 in-progress"},
		{inRoom(14, careline.ActHold, "p1-clinician", "CA1"), "RE1 in-progress"},
		{inRoom(15, careline.ActHold, "p3-interpreter", "CI1"), "RE1 in-progress"},
		{inRoom(16, careline.ActHold, "p4-family", "CF1"), "RE1 in-progress"},
	} {
		s.told(step.told)
		must(t, s.settle(false))
		t.Log("step", i)
		s.want(step.want)
		newest := s.call().Recordings[len(s.call().Recordings)-1]
		if string(newest.State) != s.takes[0].sid[:0]+string(s.takes[0].state) {
			t.Errorf("the log says %s", newest.State)
		}
	}
}

// holdAsked is that somebody is to be put on hold, or taken off it, and heldAnswer what
// became of that.
func holdAsked(n int, act careline.RoomAct, label string) careline.CallEvent {
	return careline.CallEvent{ID: fmt.Sprintf("CA1/%s/%d", act, n), Kind: careline.KindPartyAsked, At: noon.Add(time.Duration(n) * time.Second),
		Room: careline.RoomSaid{Act: act, Label: label, By: "dr-1"}}
}

func heldAnswer(asked careline.CallEvent, failed string) careline.CallEvent {
	return careline.CallEvent{ID: asked.ID + "/answered", Kind: careline.KindPartyAnswered, At: asked.At,
		Room: careline.RoomSaid{Act: asked.Room.Act, Label: asked.Room.Label, Answers: asked.ID, Failed: failed}}
}

// TestRecordingKeeperPausesBeforeTheHold: from when the member is to be put on hold until
// it is known that they are not, whatever is reported, and when.
func TestRecordingKeeperPausesBeforeTheHold(t *testing.T) {
	t.Parallel()
	const member = "p2-member"
	hold, unhold := holdAsked(1, careline.ActHold, member), holdAsked(2, careline.ActUnhold, member)
	vain, again, back := holdAsked(3, careline.ActHold, member), holdAsked(4, careline.ActHold, member), holdAsked(5, careline.ActUnhold, member)
	interpreter, mute := holdAsked(6, careline.ActHold, "p3-interpreter"), holdAsked(7, careline.ActMute, member)
	late := careline.CallEvent{ID: "CF1/9", Leg: "CB1", Kind: careline.KindRoom, Order: 9, At: noon.Add(time.Minute),
		Room: careline.RoomSaid{Conference: "CF1", Act: careline.ActHold, Label: member}}
	last := holdAsked(8, careline.ActHold, member)

	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1),
		careline.CallEvent{ID: "room", Kind: careline.KindRoomAsked, At: noon, Room: careline.RoomSaid{By: "dr-1"}})
	for _, step := range []struct {
		what string
		told careline.CallEvent
		want string
	}{
		{"the interpreter is to be on hold", interpreter, "RE1 in-progress"},
		{"and is", heldAnswer(interpreter, ""), "RE1 in-progress"},
		{"the member is to be muted", mute, "RE1 in-progress"},
		{"the member is to be on hold", hold, "RE1 paused"},
		{"and is", heldAnswer(hold, ""), "RE1 paused"},
		{"and is to be taken off it", unhold, "RE1 paused"},
		{"and is", heldAnswer(unhold, ""), "RE1 in-progress"},
		{"the hold is reported late", late, "RE1 in-progress"},
		{"to be on hold once more", vain, "RE1 paused"},
		{"in vain", heldAnswer(vain, "too-late"), "RE1 in-progress"},
		{"and again", again, "RE1 paused"},
		{"which is taken back", back, "RE1 paused"},
		{"and was not done", heldAnswer(again, "taken-back"), "RE1 paused"},
		{"and nobody is on hold", heldAnswer(back, ""), "RE1 in-progress"},
		{"a person pauses", wish(careline.RecordPause, 20), "RE1 paused"},
		{"then there is a hold", last, "RE1 paused"},
		{"which comes to nothing", heldAnswer(last, "refused"), "RE1 paused"},
	} {
		if !calls.ForRecordings(step.told) && step.told.ID != interpreter.ID && step.told.ID != interpreter.ID+"/answered" && step.told.ID != mute.ID {
			t.Errorf("%s: nobody who has recordings made is told", step.what)
		}
		s.told(step.told)
		must(t, s.settle(false))
		t.Log(step.what)
		s.want(step.want)
	}
}

// TestRecordingKeeperAdopts: a start whose answer was lost has begun one, or two.
func TestRecordingKeeperAdopts(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1))
	s.takes = []take{
		{sid: "RE1", leg: "CA1", state: careline.RecordingCompleted},
		{sid: "RE2", leg: "CA1", state: careline.RecordingRunning},
		{sid: "RE3", leg: "CA1", state: careline.RecordingRunning},
		{sid: "RE4", leg: "CA9", state: careline.RecordingRunning},
	}
	must(t, s.settle(false))
	s.want("RE1 completed, RE2 in-progress, RE3 deleted, RE4 in-progress")
}

// TestRecordingKeeperGoesOnAfterTheMove: where the carrier ends a recording with the Dial,
// another one is begun in the room; elsewhere one that ended is left.
func TestRecordingKeeperGoesOnAfterTheMove(t *testing.T) {
	t.Parallel()
	for moved, want := range map[bool]string{true: "RE1 completed, RE2 in-progress", false: "RE1 completed"} {
		s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1))
		must(t, s.settle(false))
		if moved {
			s.told(careline.CallEvent{ID: "room", Kind: careline.KindRoomAsked, At: noon.Add(time.Second), Room: careline.RoomSaid{By: "dr-1"}})
		}
		s.takes[0].state = careline.RecordingCompleted
		s.reports()
		must(t, s.settle(false))
		s.want(want)
		must(t, s.settle(false))
		s.want(want)
	}
}

// TestRecordingKeeperTriesAgain: what the carrier cannot do now is not taken for done.
func TestRecordingKeeperTriesAgain(t *testing.T) {
	t.Parallel()
	down := careline.NewError(careline.CodeUnavailable, "Down.", nil)
	refuses := careline.NewError(careline.CodeRejected, "No.", nil)
	for name, test := range map[string]struct {
		what string
		err  error
		told careline.CallEvent
		want string
	}{
		"list":                        {"list", down, wish(careline.RecordStart, 2), "RE1 completed, RE2 in-progress"},
		"start":                       {"start", down, wish(careline.RecordStart, 2), "RE1 completed, RE2 in-progress"},
		"stop":                        {"change", down, wish(careline.RecordStop, 2), "RE1 completed"},
		"stop is refused":             {"change", refuses, wish(careline.RecordStop, 2), "RE1 completed"},
		"pause is refused":            {"change", refuses, wish(careline.RecordPause, 2), "RE1 paused"},
		"delete":                      {"delete", down, consent(careline.ConsentWithdrawn, "dr-1"), "RE1 deleted"},
		"delete is refused":           {"delete", refuses, consent(careline.ConsentWithdrawn, "dr-1"), "RE1 deleted"},
		"stop before what is deleted": {"change", down, consent(careline.ConsentWithdrawn, "dr-1"), "RE1 deleted"},
	} {
		s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1))
		must(t, s.settle(false))
		if test.what == "list" || test.what == "start" {
			s.told(wish(careline.RecordStop, 1))
			must(t, s.settle(false))
		}
		s.told(test.told)
		s.fails[test.what] = test.err
		if err := s.settle(false); careline.CodeOf(err) != careline.CodeUnavailable {
			t.Errorf("%s: %v", name, err)
		}
		s.fails[test.what] = nil
		must(t, s.settle(false))
		t.Log(name)
		s.want(test.want)
	}
}

// TestRecordingKeeperDeletesLater: a sound that is still being made is deleted when it is
// there, and one that turns up after all was deleted, too.
func TestRecordingKeeperDeletesLater(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1))
	must(t, s.settle(false))
	s.heldUp = true
	s.told(consent(careline.ConsentWithdrawn, "dr-1"))
	if err := s.settle(false); careline.CodeOf(err) != careline.CodeConflict {
		t.Error(err)
	}
	s.want("RE1 stopped")
	s.takes[0].state = careline.RecordingCompleted
	must(t, s.settle(false))
	s.want("RE1 deleted")

	s.heldUp = false
	s.takes = append(s.takes, take{sid: "RE2", leg: "CA1", state: careline.RecordingRunning})
	s.told(report("RE2", "CA1", "in-progress"))
	must(t, s.settle(false))
	s.want("RE1 deleted, RE2 deleted")
}
