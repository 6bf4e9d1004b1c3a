package calls_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// inRoom is what the carrier tells of a call's room, as the n-th.
func inRoom(n int, act careline.RoomAct, label, leg string) careline.CallEvent {
	kind := careline.KindRoom
	if act == careline.ActLeave {
		kind = careline.KindPartyLeft
	}
	return careline.CallEvent{
		ID:    fmt.Sprintf("CF1/%d", n),
		Leg:   leg,
		Kind:  kind,
		Order: n,
		At:    noon.Add(time.Duration(n) * time.Second),
		Room:  careline.RoomSaid{Conference: "CF1", Act: act, Label: label},
	}
}

// roomOfTwo is that a call goes on in a room. The carrier has told three things of it.
func roomOfTwo() []careline.CallEvent {
	return []careline.CallEvent{
		{ID: "room", Kind: careline.KindRoomAsked, At: noon, Room: careline.RoomSaid{By: "dr-1"}},
		inRoom(1, careline.ActJoin, "p1-clinician", "CA1"),
		inRoom(2, careline.ActJoin, "p2-member", "CB1"),
		inRoom(3, careline.ActStart, "", ""),
	}
}

// roomOfThree is one in which there is an interpreter, too: the fourth thing.
func roomOfThree() []careline.CallEvent {
	return append(roomOfTwo(), inRoom(4, careline.ActJoin, "p3-interpreter", "CC1"))
}

// TestRecordingKeeperStopsWhenTheMemberLeaves: the clinician and an interpreter go on
// speaking, and that is not recorded, whatever else is told then.
func TestRecordingKeeperStopsWhenTheMemberLeaves(t *testing.T) {
	t.Parallel()
	type told = []careline.CallEvent
	agreed := told{consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1)}
	left := inRoom(5, careline.ActLeave, "p2-member", "CB1")
	elsewhere := left
	elsewhere.Room.LegLives = true

	for name, test := range map[string]struct {
		then []told
		want string
	}{
		"it runs":                   {[]told{agreed, {left}}, "RE1 completed"},
		"it is paused":              {[]told{agreed, {wish(careline.RecordPause, 2)}, {left}}, "RE1 completed"},
		"while on hold":             {[]told{agreed, {inRoom(5, careline.ActHold, "p2-member", "CB1")}, {inRoom(6, careline.ActLeave, "p2-member", "CB1")}}, "RE1 completed"},
		"they were told by a voice": {[]told{{consent(careline.ConsentAnnounced, "key")}, {left}}, "RE1 completed"},
		"before it could begin":     {[]told{append(agreed, left)}, ""},
		"one is asked for later":    {[]told{agreed, {left}, {wish(careline.RecordStart, 6)}, {wish(careline.RecordResume, 7)}}, "RE1 completed"},
		"somebody comes after them": {[]told{agreed, {left}, {inRoom(6, careline.ActJoin, "p4-family", "CD1")}}, "RE1 completed"},
		"they come back":            {[]told{agreed, {left}, {inRoom(6, careline.ActJoin, "p2-member", "CB1")}}, "RE1 completed"},
		"the clinician comes back on another leg": {
			[]told{agreed, {left}, {inRoom(6, careline.ActLeave, "p1-clinician", "CA1")}, {inRoom(7, careline.ActJoin, "p4-clinician", "CA2")}},
			"RE1 completed",
		},
		"the clinician had dropped, and comes back": {
			[]told{agreed, {inRoom(5, careline.ActLeave, "p1-clinician", "CA1")}, {inRoom(6, careline.ActLeave, "p2-member", "CB1")}, {inRoom(7, careline.ActJoin, "p4-clinician", "CA2")}},
			"RE1 completed",
		},
		"they leave and come back while the clinician is away": {
			[]told{agreed, {inRoom(5, careline.ActLeave, "p1-clinician", "CA1")},
				{inRoom(6, careline.ActLeave, "p2-member", "CB1")}, {inRoom(7, careline.ActJoin, "p2-member", "CB1")}, {inRoom(8, careline.ActJoin, "p4-clinician", "CA2")}},
			"RE1 completed",
		},
		"their leg goes on":      {[]told{agreed, {elsewhere}}, "RE1 in-progress"},
		"it was the interpreter": {[]told{agreed, {inRoom(5, careline.ActLeave, "p3-interpreter", "CC1")}}, "RE1 in-progress"},
	} {
		s := newStudio(t, roomOfThree()...)
		announced := strings.Contains(name, "voice")
		for _, events := range test.then {
			s.told(events...)
			s.endWithLegs()
			must(t, s.settle(announced))
			s.reports() // late, and once more
			must(t, s.settle(announced))
		}
		t.Log(name)
		s.want(test.want)
	}
}

// That it stops is nobody's word, and is kept before the carrier is asked, once.
func TestRecordingKeeperKeepsThatTheMemberLeft(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1))
	s.told(roomOfThree()...)
	must(t, s.settle(false))
	s.told(inRoom(5, careline.ActLeave, "p2-member", "CB1"))
	down := careline.NewError(careline.CodeUnavailable, "Down.", nil)
	s.fails["change"] = down
	for range 2 {
		if err := s.settle(false); careline.CodeOf(err) != careline.CodeUnavailable {
			t.Fatal(err)
		}
	}
	s.want("RE1 in-progress")
	if asked := s.stops(); len(asked) != 1 || asked[0].Sound.By != "" {
		t.Errorf("asked for %+v", asked)
	}

	s.fails["change"] = nil
	must(t, s.settle(false))
	s.want("RE1 completed")
	if one := s.call().Recordings[0]; one.State != careline.RecordingStopped {
		t.Errorf("%+v", one)
	}
	s.reports()
	must(t, s.settle(false))
	if asked := s.stops(); len(asked) != 1 {
		t.Errorf("asked for %+v", asked)
	}
}

// endWithLegs ends, as the carrier does, what is recorded of a leg that has left.
func (s *studio) endWithLegs() {
	for _, e := range s.events {
		for i := range s.takes {
			if e.Kind == careline.KindPartyLeft && s.takes[i].leg == e.Leg {
				s.takes[i].state = careline.RecordingCompleted
			}
		}
	}
}

// stops are what asks for the end of a recording.
func (s *studio) stops() (all []careline.CallEvent) {
	return slices.DeleteFunc(slices.Clone(s.events), func(e careline.CallEvent) bool {
		return e.Sound.Act != careline.RecordStop || e.Kind != careline.KindRecordingAsked
	})
}

// Of a call that is over nothing more is kept, whatever wakes the keeper months later.
func TestRecordingKeeperLeavesWhatIsOver(t *testing.T) {
	t.Parallel()
	s := newStudio(t, consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1))
	s.told(roomOfThree()...)
	must(t, s.settle(false))
	s.takes[0].state = careline.RecordingCompleted // with the clinician's leg
	s.reports()
	s.told(inRoom(5, careline.ActEnd, "", ""))
	hungUp(s)
	must(t, s.settle(false))
	s.want("RE1 completed")
	if asked := s.stops(); len(asked) != 0 {
		t.Errorf("asked for %+v", asked)
	}
}

// TestRecordingsRefuseWithoutTheMember: who has left cannot be recorded, and their clinician
// is told so.
func TestRecordingsRefuseWithoutTheMember(t *testing.T) {
	t.Parallel()
	for _, before := range [][]careline.CallEvent{
		nil,
		{consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1)},
		{consent(careline.ConsentGiven, "dr-1"), wish(careline.RecordStart, 1), wish(careline.RecordPause, 2)},
	} {
		s := newStudio(t, roomOfThree()...)
		s.told(before...)
		must(t, s.settle(false))
		r := calls.Recordings{Log: s, Mode: "asked", Now: s.tick, Consents: calls.Consents{Refuses: func(_ context.Context, _ careline.Reference) (bool, error) { return false, nil }}}
		s.told(inRoom(5, careline.ActLeave, "p2-member", "CB1"))
		for _, act := range []careline.RecordingAct{careline.RecordStart, careline.RecordResume} {
			_, err := r.Ask(t.Context(), "dr-1", "CA1", act)
			if e, ok := errors.AsType[*careline.Error](err); !ok || e.Code != careline.CodeConflict || e.Reason != careline.ReasonNotInProgress || act == careline.RecordStart && !strings.Contains(e.Message, "has left") {
				t.Errorf("%s: %v", act, err)
			}
		}
		if now := r.Of(s.call()); now.MayStart || !strings.Contains(now.Refused, "has left") {
			t.Errorf("%+v", now)
		}
	}
}
