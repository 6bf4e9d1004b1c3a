package store_test

import (
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
	"perci.health/careline/store"
	"perci.health/careline/store/storetest"
)

func keepsWhoIsPresent(t *testing.T, open database) {
	s, clock := openWith(t, open)
	say := func(clinician, device string, ready bool) {
		t.Helper()
		if err := (calls.Presence{Log: s, Now: clock.Now}).Say(t.Context(), clinician, device, ready); err != nil {
			t.Fatal(err)
		}
	}
	present := func(what string, want ...string) {
		t.Helper()
		got, err := calls.Presence{Log: s, Now: clock.Now}.Present(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		storetest.Same(t, what, got, want)
	}

	present("nobody has said anything")
	say("dr-2", "desk", true)
	say("dr-1", "desk", true)
	say("dr-1", "laptop", true)
	say("Dr-3", "desk", false)
	present("who is ready", "dr-1", "dr-2")
	say("dr-1", "desk", false)
	present("with another device", "dr-1", "dr-2")
	say("dr-1", "laptop", false)
	present("with none", "dr-2")

	clock.Forward(calls.PresentFor)
	say("Dr-3", "desk", true)
	present("after 45 s", "Dr-3", "dr-2")
	clock.Forward(time.Microsecond)
	present("after more", "Dr-3")
	say("dr-2", "desk", true)
	present("who says it again", "Dr-3", "dr-2")

	storetest.MustAppend(t, s, careline.CallEvent{ID: "request", Call: "CA1", Leg: "CA1", Kind: careline.KindRequested, Request: careline.Request{Clinician: "dr-2"}})
	present("who is in a call of their own", "Dr-3")
	storetest.MustAppend(t, s, careline.CallEvent{ID: "over", Call: "CA1", Leg: "CA1b", Kind: careline.KindProgress, Status: careline.StatusCompleted, Word: "completed"})
	present("whose call is over", "Dr-3", "dr-2")

	// What comes late does not count against what was said since.
	if err := s.SayPresent(t.Context(), "dr-2", "desk", false, clock.Now().Add(-time.Second)); err != nil {
		t.Fatal(err)
	}
	present("what was said before", "Dr-3", "dr-2")

	storetest.CloseStore(t, s)
	s = open(t, store.Config{Now: clock.Now})
	present("after a restart", "Dr-3", "dr-2")

	clock.Forward(2 * store.PresenceFor)
	say("dr-2", "another", true)
	left, err := s.Present(t.Context(), noon)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "what a day has passed of is forgotten of whoever says something", left, []string{"Dr-3", "dr-2"})
	say("dr-2", "another", false)
	if left, err = s.Present(t.Context(), noon); err != nil {
		t.Fatal(err)
	}
	storetest.Same(t, "their device of before is no more", left, []string{"Dr-3"})

	for _, device := range []string{"", string(make([]byte, 101)), "\xff"} {
		storetest.WantCode(t, (calls.Presence{Log: s, Now: clock.Now}).Say(t.Context(), "dr-1", device, true), careline.CodeInvalid)
	}
}

// countsACallInARoom has a call go on when its clinician has dropped out of the room, and
// not when the move to it failed, or the room is over.
func countsACallInARoom(t *testing.T, open database) {
	s, clock := openWith(t, open)
	live := func(what string, want int) {
		t.Helper()
		load, err := s.Load(t.Context(), "prac-1", clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		if load.Live != want {
			t.Errorf("%s: %d are live, want %d", what, load.Live, want)
		}
	}
	room := func(call, id string, kind careline.Kind, said careline.RoomSaid) careline.CallEvent {
		return careline.CallEvent{ID: id, Call: call, Leg: call, Kind: kind, Room: said}
	}
	left := func(call string) careline.CallEvent {
		return careline.CallEvent{ID: call + "/left", Call: call, Leg: call, Kind: careline.KindClinicianLeg, Status: careline.StatusCompleted, Word: "completed"}
	}

	storetest.MustAppend(t, s, storetest.Request("CA1", "prac-1"), storetest.Progress("CA1", "B1", 1, careline.StatusInProgress), room("CA1", "ask", careline.KindRoomAsked, careline.RoomSaid{}))
	storetest.MustAppend(t, s, storetest.Request("CA2", "prac-1"), storetest.Progress("CA2", "B2", 1, careline.StatusInProgress), room("CA2", "ask", careline.KindRoomAsked, careline.RoomSaid{}))
	storetest.MustAppend(t, s, storetest.Request("CA3", "prac-1"), storetest.Progress("CA3", "B3", 1, careline.StatusInProgress))
	live("three that go on", 3)
	storetest.CloseStore(t, s)
	s = open(t, store.Config{Consumers: []string{chart}, Now: clock.Now})

	storetest.MustAppend(t, s, left("CA1"), left("CA3"))
	live("they left two, one of them a room", 2)
	storetest.MustAppend(t, s, room("CA2", "answer", careline.KindPartyAnswered, careline.RoomSaid{Answers: "ask", Failed: "404"}), left("CA2"))
	live("the move of another failed", 1)
	storetest.MustAppend(t, s, storetest.Progress("CA1", "B1", 9, careline.StatusCompleted))
	live("the member left the room too", 0)
}
