package calls_test

import (
	"errors"
	"slices"
	"testing"

	"perci.health/careline"
)

// TestRecordingKeeperKilled: the process is killed at each step of each command, before
// the step and after it. However it goes on, one is recorded where one is wanted, nothing
// without consent, and what was taken back is deleted.
func TestRecordingKeeperKilled(t *testing.T) {
	t.Parallel()
	given, start := consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1)
	inThree := slices.Clip(append(roomOfThree(), given, start))
	left := inRoom(5, careline.ActLeave, "p2-member", "CB1")
	room := careline.CallEvent{ID: "room", Kind: careline.KindRoomAsked, At: noon, Room: careline.RoomSaid{By: "dr-1"}}
	hold, unhold := holdAsked(2, careline.ActHold, "p2-member"), holdAsked(3, careline.ActUnhold, "p2-member")
	for name, test := range map[string]struct {
		announced bool
		commands  []careline.CallEvent
		want      string
	}{
		"start":     {false, []careline.CallEvent{given, start}, "RE1 in-progress"},
		"announced": {true, []careline.CallEvent{consent(careline.ConsentAnnounced, "key")}, "RE1 in-progress"},
		"pause":     {false, []careline.CallEvent{given, start, wish(careline.RecordPause, 2)}, "RE1 paused"},
		"resume":    {false, []careline.CallEvent{given, start, wish(careline.RecordPause, 2), wish(careline.RecordResume, 3)}, "RE1 in-progress"},
		"hold":      {false, []careline.CallEvent{given, start, room, hold, heldAnswer(hold, "")}, "RE1 paused"},
		"unhold":    {false, []careline.CallEvent{given, start, room, hold, heldAnswer(hold, ""), unhold, heldAnswer(unhold, "")}, "RE1 in-progress"},
		"stop":      {false, []careline.CallEvent{given, start, wish(careline.RecordStop, 2)}, "RE1 completed"},
		"again":     {false, []careline.CallEvent{given, start, wish(careline.RecordStop, 2), wish(careline.RecordStart, 3)}, "RE1 completed, RE2 in-progress"},
		"withdraw":  {false, []careline.CallEvent{given, start, consent(careline.ConsentWithdrawn, "dr-1")}, "RE1 deleted"},
		"machine": {true, []careline.CallEvent{consent(careline.ConsentAnnounced, "key"),
			{ID: "amd", Leg: "CB1", Kind: careline.KindMachineDetection, AnsweredBy: "fax"}}, "RE1 deleted"},
		"the member leaves":     {false, append(inThree, left), "RE1 completed"},
		"paused, before that":   {false, append(inThree, wish(careline.RecordPause, 2), left), "RE1 completed"},
		"is asked for too late": {false, append(inThree, left, wish(careline.RecordStart, 7)), "RE1 completed"},
	} {
		whole := killed(t, test.announced, test.commands, 0, false, "")
		t.Log(name, whole.step, "steps")
		whole.want(test.want)
		for cut := 1; cut <= whole.step; cut++ {
			for _, after := range []bool{false, true} {
				for _, then := range []string{"recovers", "recovers, with reports", "hears the next command first"} {
					s := killed(t, test.announced, test.commands, cut, after, then)
					t.Log(name, "killed at", cut, "after it:", after, "then", then)
					if then != "hears the next command first" {
						s.want(test.want)
					} else if got, want := s.going(), whole.going(); !slices.Equal(got, want) { // what was not begun yet is never begun
						t.Errorf("there is sound of %v, want of %v", got, want)
					}
				}
			}
		}
	}
}

// going are the states of what is recorded, and in test of what may not be kept of all.
func (s *studio) going() (states []careline.RecordingState) {
	for _, one := range s.takes {
		kept := one.state == careline.RecordingCompleted && s.call().Consent.Decision.Allows()
		if !one.deleted && !kept {
			states = append(states, one.state)
		}
	}
	return states
}

// killed obeys one command after another; it is killed once, and then goes on.
func killed(t *testing.T, announced bool, commands []careline.CallEvent, cut int, after bool, then string) *studio {
	s := newStudio(t)
	s.cut, s.after = cut, after
	for i, command := range commands {
		s.told(command)
		err := s.settle(announced)
		if err != nil && !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		last := i+1 == len(commands)
		if err != nil && then == "hears the next command first" && !last {
			continue
		}
		if err != nil && then == "recovers, with reports" {
			s.reports()
		}
		if err != nil {
			must(t, s.settle(announced))
		}
		if !s.call().Consent.Decision.Allows() && slices.ContainsFunc(s.takes, func(one take) bool { return !one.deleted }) {
			t.Errorf("killed at %d: there is sound without consent: %v", cut, s.takes)
		}
	}
	s.reports()
	must(t, s.settle(announced))
	return s
}

// Where the report of what was begun came, and not the answer, it is what was asked for:
// nothing is said to be starting any more.
func TestRecordingKeeperNamesWhatWasReported(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1), report("RE1", "CA1", "in-progress"))
	s.takes = []take{{sid: "RE1", leg: "CA1", state: careline.RecordingRunning}}
	must(t, s.settle(false))
	if all := s.call().Recordings; len(all) != 1 || all[0].Sid != "RE1" || all[0].State != careline.RecordingRunning {
		t.Errorf("%+v", all)
	}
	s.want("RE1 in-progress")
}

// What the carrier refuses for good ends nothing: the call goes on, unrecorded.
func TestRecordingKeeperTellsWhatCouldNotBegin(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1))
	s.fails["start"] = careline.NewError(careline.CodeRejected, "No.", errors.New("20003"))
	must(t, s.settle(false))
	must(t, s.settle(false))
	if c := s.call(); len(c.Recordings) != 1 || c.Recordings[0].State != careline.RecordingFailed || !slices.Equal(s.observed, []string{"not-started"}) {
		t.Errorf("%+v, observed %v", c.Recordings, s.observed)
	}
	s.fails["start"] = nil
	s.told(wish(careline.RecordStart, 2))
	must(t, s.settle(false))
	s.want("RE1 in-progress")
}

// TestRecordingKeeperOvertaken: of two wishes at once, or of one that was given up before
// the carrier answered, only the newest is ever told as starting.
func TestRecordingKeeperOvertaken(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		wishes []careline.RecordingAct
		want   string
	}{
		"twice at once":                 {[]careline.RecordingAct{careline.RecordStart, careline.RecordStart}, "RE1 in-progress"},
		"stopped, and wanted once more": {[]careline.RecordingAct{careline.RecordStart, careline.RecordStop, careline.RecordStart, careline.RecordStop}, "RE1 completed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, lost := range []bool{false, true} { // the carrier began one, and its answer was lost
				s := newStudio(t, consent(careline.ConsentGiven, "dr-1"))
				for i, act := range test.wishes {
					s.told(wish(act, i+1))
				}
				want := test.want
				if lost {
					s.takes = []take{{sid: "RE1", leg: "CA1", state: careline.RecordingRunning}}
				} else if test.wishes[len(test.wishes)-1] == careline.RecordStop {
					want = ""
				}

				must(t, s.settle(false))
				s.want(want)
				for _, one := range s.call().Recordings {
					if one.State == careline.RecordingStarting {
						t.Errorf("lost %t: one is said to be starting: %+v", lost, s.call().Recordings)
					}
				}
			}
		})
	}
}

// TestRecordingKeeperIsAskedWhileItRecords: a second wish that comes when the first is
// carried out, as of another tab, is for what runs already.
func TestRecordingKeeperIsAskedWhileItRecords(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1))
	s.starting = func() { s.told(wish(careline.RecordStart, 2)) }
	must(t, s.settle(false))
	s.starting = nil
	must(t, s.settle(false))
	s.want("RE1 in-progress")
	if all := s.call().Recordings; len(all) != 1 || all[0].State != careline.RecordingRunning {
		t.Errorf("%+v", all)
	}
}

// TestRecordingKeeperWaitsForTheMember: nothing is begun while the member is on hold, or is
// to be: what is said meanwhile is nobody's to keep. It begins when they are back.
func TestRecordingKeeperWaitsForTheMember(t *testing.T) {
	t.Parallel()
	hold, unhold := holdAsked(2, careline.ActHold, "p2-member"), holdAsked(4, careline.ActUnhold, "p2-member")
	s := newStudio(t, append(roomOfThree(), consent(careline.ConsentGiven, "dr-1"), hold)...)
	s.starting = func() { t.Error("it is recorded while the member is to be on hold") }
	s.told(wish(careline.RecordStart, 3))
	must(t, s.settle(false))
	s.told(heldAnswer(hold, ""))
	must(t, s.settle(false))
	s.want("")

	s.starting = nil
	s.told(unhold, heldAnswer(unhold, ""))
	must(t, s.settle(false))
	s.want("RE1 in-progress")
}
