package careline_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perci.health/careline"
)

// keptInOrder are the events as the log has them: each a second after the one before.
func keptInOrder(events []careline.CallEvent) []careline.CallEvent {
	kept := slices.Clone(events)
	for i := range kept {
		kept[i].Kept = noon.Add(seconds(i))
	}
	return kept
}

func legsInRoom(events []careline.CallEvent) careline.RoomLegs {
	return careline.LegsInRoom(careline.Fold(events), events)
}

// toldOf reports whether the room's reports tell of the leg whether it is in the room.
func toldOf(events []careline.CallEvent, leg string) bool {
	return slices.ContainsFunc(events, func(e careline.CallEvent) bool {
		ofRoom := e.Kind == careline.KindRoom || e.Kind == careline.KindPartyLeft
		ofAnother := []careline.RoomAct{careline.ActStart, careline.ActEnd, careline.ActFail}
		return ofRoom && e.Leg == leg && !slices.Contains(ofAnother, e.Room.Act)
	})
}

// inAny reports whether one of the legs is in the room.
func inAny(legs careline.RoomLegs, of careline.Party) bool {
	return slices.ContainsFunc(append(of.Earlier, of.Leg), func(leg string) bool {
		_, in := legs.In[leg]
		return in
	})
}

// In whatever order, however often and with whatever gaps a room is told of, who counts
// its seconds and who looks at the call see the same: who of those is in it of whom it
// was told, and whether it is over.
func TestLegsInRoomAgreeWithTheFold(t *testing.T) {
	t.Parallel()
	asked := roomAsked(seconds(40))
	rapid.Check(t, func(t *rapid.T) {
		some := slices.DeleteFunc(story(t), func(careline.CallEvent) bool { return rapid.IntRange(0, 2).Draw(t, "lost") == 0 })
		events := keptInOrder(with([]careline.CallEvent{asked}, shuffledTwice(t, some)...))
		call, legs := careline.Fold(events), legsInRoom(events)

		for _, p := range call.Parties {
			if toldOf(events, p.Leg) && p.Together != inAny(legs, p) {
				t.Fatalf("%s is in the call: %v; in the room are %v", p.Label, p.Together, legs.In)
			}
		}
		if call.Conference != legs.Conference {
			t.Fatalf("the room is %q, and %q", call.Conference, legs.Conference)
		}
		if over := call.Room == careline.RoomOver; over && len(legs.In) > 0 || !over && !legs.Ended.IsZero() {
			t.Fatalf("the room is %s; it ended at %s, and in it are %v", call.Room, legs.Ended, legs.In)
		}

		again := legsInRoom(keptInOrder(with([]careline.CallEvent{asked}, some...)))
		if diff := cmp.Diff(slices.Sorted(maps.Keys(legs.In)), slices.Sorted(maps.Keys(again.In))); diff != "" {
			t.Fatalf("in another order (-one +other):\n%s", diff)
		}
	})
}

// A report of an earlier room that comes late says nothing of the one that is open.
func TestLegsInRoomAfterAnother(t *testing.T) {
	t.Parallel()
	later := func(n int, act careline.RoomAct, leg string) careline.CallEvent {
		e := inRoom(n, act, "", leg, seconds(60+n))
		e.ID, e.Room.Conference = "later/"+e.ID, "CF2"
		return e
	}
	events := keptInOrder(with(inARoom(),
		inRoom(4, careline.ActLeave, careline.LabelMember, child, seconds(50)),
		later(1, careline.ActJoin, child), later(2, careline.ActJoin, parent),
		inRoom(5, careline.ActLeave, careline.LabelClinician, parent, seconds(51)), inRoom(6, careline.ActEnd, "", "", seconds(51))))

	legs := legsInRoom(events)
	if legs.Conference != "CF2" || len(legs.In) != 2 || !legs.Ended.IsZero() {
		t.Errorf("%+v", legs)
	}
	if c := careline.Fold(events); c.Conference != "CF2" || c.Room != careline.RoomOpen {
		t.Errorf("the call is in %s, which is %s", c.Conference, c.Room)
	}
}

// Its times are the log's: when somebody is kept to have left, and for whom no report says
// it, when the end of their leg was kept.
func TestLegsInRoomSince(t *testing.T) {
	t.Parallel()
	events := keptInOrder(with(ofThree(),
		inRoom(5, careline.ActLeave, interpreter, third, seconds(70)),
		progress(3, "completed", seconds(80)),
		legLives(inRoom(7, careline.ActLeave, careline.LabelClinician, parent, seconds(90)))))
	at := func(id string) time.Time {
		return events[slices.IndexFunc(events, func(e careline.CallEvent) bool { return e.ID == id })].Kept
	}

	want := careline.RoomLegs{
		Conference: conference,
		In:         map[string]time.Time{},
		Out:        map[string]time.Time{third: at(conference + "/5"), child: at(progress(3, "completed", 0).ID)},
		Since:      at(conference + "/1"),
	}
	left := map[string]careline.RoomSwitch{
		parent: {At: at(conference + "/7")},
		child:  {At: at(conference + "/1")},
		third:  {At: at(conference + "/5")},
	}
	want.Held, want.Muted = left, left
	if diff := cmp.Diff(want, legsInRoom(events)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
