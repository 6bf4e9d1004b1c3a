package calls_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

const (
	both       = "p1-clinician p2-member"
	withThird  = "p1-clinician p2-member p3-interpreter"
	interprets = "p3-interpreter"
)

// added is a call of three.
func added(t *testing.T) *hall {
	t.Helper()
	h := newHall(t)
	if who, err := h.rooms.Add(t.Context(), "dr-1", parentLeg, calls.KindDirectory, "polish"); err != nil || who.Label != interprets || who.State() != careline.PartyIsAsked {
		t.Fatalf("%+v, %v", who, err)
	}
	h.look()
	h.x.pick(interprets)
	h.look()
	if h.seats() != withThird {
		t.Fatalf("in the room: %s; asked %q", h.seats(), h.x.asked)
	}
	return h
}

// A call of two goes on in a room, and an interpreter joins it.
func TestRoomsAdd(t *testing.T) {
	t.Parallel()
	h := added(t)
	c := h.call()
	if c.Room != careline.RoomOpen || c.Conference != roomSID || len(c.Parties) != 3 || c.Final() {
		t.Errorf("room %q %q, %d parties, %s", c.Room, c.Conference, len(c.Parties), c.Status)
	}
	if p, ok := c.Party(interprets); !ok || p.State() != careline.PartyIsConnected || p.Leg == "" || p.Entry != "polish" {
		t.Errorf("the interpreter: %+v", p)
	}
	if h.times("move") != 1 || h.times("add") != 1 {
		t.Errorf("asked %q", h.x.asked)
	}
	if h.look(); h.times("add") != 1 {
		t.Error("asked once more when there was nothing to do")
	}
	slices.Sort(h.became)
	if became := strings.Join(h.became, ", "); became != "add done, move done" {
		t.Errorf("became of it: %s", became)
	}
}

func TestRoomsAddRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		before   func(*hall)
		who      string
		kind, id string
		code     careline.Code
		reason   careline.Reason
	}{
		"a daughter":                   {nil, "dr-1", calls.KindRelated, "d1", "", ""},
		"a colleague":                  {nil, "dr-1", calls.KindClinician, "dr-2", "", ""},
		"a number that is not allowed": {nil, "dr-1", calls.KindRelated, "d2", careline.CodeForbidden, careline.ReasonNotOnFile},
		"nobody with a number":         {nil, "dr-1", calls.KindRelated, "d3", careline.CodeInvalid, careline.ReasonNotOnFile},
		"somebody else's relative":     {nil, "dr-1", calls.KindRelated, "d9", careline.CodeInvalid, careline.ReasonNotOnFile},
		"a number that was typed":      {nil, "dr-1", "number", "+447700900999", careline.CodeInvalid, careline.ReasonNotOnFile},
		"a colleague who is not there": {nil, "dr-1", calls.KindClinician, "dr-3", careline.CodeInvalid, careline.ReasonNotOnFile},
		"oneself":                      {nil, "dr-1", calls.KindClinician, "dr-1", careline.CodeInvalid, careline.ReasonNotOnFile},
		"into another's call":          {nil, "dr-2", calls.KindDirectory, "polish", careline.CodeNotFound, careline.ReasonNoCall},
		"nobody's":                     {nil, "", calls.KindDirectory, "polish", careline.CodeNotFound, careline.ReasonNoCall},
		"into a call that is over":     {func(h *hall) { h.x.end(childLeg, "completed") }, "dr-1", calls.KindDirectory, "polish", careline.CodeConflict, careline.ReasonOver},
		"who is in already":            {func(h *hall) { _, _ = h.rooms.Add(h.t.Context(), "dr-1", parentLeg, calls.KindDirectory, "polish") }, "dr-1", calls.KindDirectory, "polish", careline.CodeConflict, careline.ReasonAlreadyIn},
		"as one too many":              {func(h *hall) { h.rooms.Most = 2 }, "dr-1", calls.KindDirectory, "polish", careline.CodeConflict, careline.ReasonRoomFull},
		"when the clinician has left":  {func(h *hall) { h.x.legs[parentLeg] = "completed"; h.x.leg(parentLeg, "completed") }, "dr-1", calls.KindDirectory, "polish", careline.CodeConflict, careline.ReasonOver},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHall(t)
			if test.before != nil {
				test.before(h)
			}
			asked := len(h.events())
			_, err := h.rooms.Add(t.Context(), test.who, parentLeg, test.kind, test.id)
			if test.code == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if careline.CodeOf(err) != test.code || h.reason(err) != test.reason || len(h.events()) != asked {
				t.Errorf("%v (%s, %s), %d events more", err, careline.CodeOf(err), h.reason(err), len(h.events())-asked)
			}
		})
	}
}

func TestRoomsAddWhileItRings(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.keep(careline.CallEvent{ID: "CA3/request", Call: "CA3", Leg: "CA3", Kind: careline.KindRequested, Request: careline.Request{Clinician: "dr-1"}})
	_, err := h.rooms.Add(t.Context(), "dr-1", "CA3", calls.KindDirectory, "polish")
	if h.reason(err) != careline.ReasonNotInProgress {
		t.Error(err)
	}
}

func TestCandidates(t *testing.T) {
	t.Parallel()
	h := added(t)
	all, full, err := h.rooms.Candidates(t.Context(), "dr-1", parentLeg)
	if err != nil || full {
		t.Fatal(full, err)
	}
	got := map[string]bool{}
	for _, c := range all {
		got[c.Kind+" "+c.ID()] = c.In
		if (c.Refusal != "") != (c.ID() == "d2") {
			t.Errorf("%s: refusal %q", c.ID(), c.Refusal)
		}
	}
	if len(got) != 4 || !got["directory polish"] || got["related d1"] || got["clinician dr-2"] {
		t.Errorf("%v", got)
	}
	if _, _, err := h.rooms.Candidates(t.Context(), "dr-2", parentLeg); careline.CodeOf(err) != careline.CodeNotFound {
		t.Error(err)
	}
}

func yes() *bool { v := true; return &v }
func no() *bool  { v := false; return &v }

// Hold of a call of two moves it to a room first.
func TestRoomsHold(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	if done, err := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p2-member", calls.Wanted{Hold: yes()}); done || err != nil {
		t.Fatal(done, err)
	}
	h.look()
	if !h.x.held[childLeg] || h.seats() != both {
		t.Fatalf("in the room: %s, asked %q", h.seats(), h.x.asked)
	}
	h.pass(10 * time.Minute)
	if p, _ := h.call().Party("p2-member"); !p.Held || !h.x.held[childLeg] {
		t.Error("taken off hold by itself")
	}

	done, err := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p2-member", calls.Wanted{Hold: no(), Muted: yes()})
	if done || err != nil {
		t.Fatal(done, err)
	}
	h.look()
	if p, _ := h.call().Party("p2-member"); p.Held || !p.Muted {
		t.Errorf("%+v", p)
	}
	if done, err := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p2-member", calls.Wanted{Muted: yes()}); !done || err != nil {
		t.Errorf("what is so already: %t, %v", done, err)
	}
	if _, err := h.rooms.Change(t.Context(), "dr-2", parentLeg, "p2-member", calls.Wanted{Muted: no()}); careline.CodeOf(err) != careline.CodeNotFound {
		t.Error(err)
	}
	if _, err := h.rooms.Change(t.Context(), "dr-1", parentLeg, "p9-other", calls.Wanted{Muted: no()}); careline.CodeOf(err) != careline.CodeNotFound {
		t.Error(err)
	}
}

func TestRoomsRemove(t *testing.T) {
	t.Parallel()
	h := added(t)
	if err := h.rooms.Remove(t.Context(), "dr-1", parentLeg, interprets); err != nil {
		t.Fatal(err)
	}
	h.look()
	if p, _ := h.call().Party(interprets); h.seats() != both || p.Outcome != careline.PartyRemoved {
		t.Errorf("in the room: %s; %q", h.seats(), p.Outcome)
	}
	if err := h.rooms.Remove(t.Context(), "dr-1", parentLeg, "p2-member"); h.reason(err) != careline.ReasonLastMember {
		t.Error(err)
	}
	if err := h.rooms.Remove(t.Context(), "dr-1", parentLeg, interprets); err != nil {
		t.Errorf("one who is out: %v", err)
	}
}

// A second clinician may mute and remove themselves, and nobody else.
func TestRoomsOfASecondClinician(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	if _, err := h.rooms.Add(t.Context(), "dr-1", parentLeg, calls.KindClinician, "dr-2"); err != nil {
		t.Fatal(err)
	}
	h.look()
	const second = "p3-second-clinician"
	h.x.pick(second)
	if seen, err := h.rooms.Participants(t.Context(), calls.Asker{Clinician: "dr-2"}, parentLeg); err != nil || seen.Own || seen.Self != second {
		t.Errorf("%+v, %v", seen, err)
	}
	if _, err := h.rooms.Change(t.Context(), "dr-2", parentLeg, second, calls.Wanted{Muted: yes()}); err != nil {
		t.Error(err)
	}
	if _, err := h.rooms.Change(t.Context(), "dr-2", parentLeg, second, calls.Wanted{Hold: yes()}); careline.CodeOf(err) != careline.CodeForbidden {
		t.Error(err)
	}
	for _, other := range []string{"p1-clinician", "p2-member"} {
		if err := h.rooms.Remove(t.Context(), "dr-2", parentLeg, other); careline.CodeOf(err) != careline.CodeNotFound {
			t.Errorf("%s: %v", other, err)
		}
	}
	if err := h.rooms.Remove(t.Context(), "dr-2", parentLeg, second); err != nil {
		t.Error(err)
	}
	h.look()
	if h.seats() != both {
		t.Errorf("in the room: %s", h.seats())
	}
}

func TestRoomsEnd(t *testing.T) {
	t.Parallel()
	t.Run("of two", func(t *testing.T) {
		t.Parallel()
		h := newHall(t)
		if err := h.rooms.End(t.Context(), "dr-2", parentLeg); careline.CodeOf(err) != careline.CodeNotFound {
			t.Error(err)
		}
		if err := h.rooms.End(t.Context(), "dr-1", parentLeg); err != nil {
			t.Fatal(err)
		}
		h.look()
		if c := h.call(); c.Status != careline.StatusCompleted || h.times("hang up") != 1 || c.Room != careline.RoomNone {
			t.Errorf("%s; asked %q", c.Status, h.x.asked)
		}
		if err := h.rooms.End(t.Context(), "dr-1", parentLeg); h.reason(err) != careline.ReasonOver {
			t.Error(err)
		}
	})
	t.Run("of a room, with one who still rings", func(t *testing.T) {
		t.Parallel()
		h := added(t)
		if _, err := h.rooms.Add(t.Context(), "dr-1", parentLeg, calls.KindRelated, "d1"); err != nil {
			t.Fatal(err)
		}
		h.look()
		if err := h.rooms.End(t.Context(), "dr-1", parentLeg); err != nil {
			t.Fatal(err)
		}
		h.look()
		c := h.call()
		if h.seats() != "" || c.Room != careline.RoomOver || !over(h.x.legs[h.x.made["p4-family"]]) {
			t.Errorf("in the room: %s; asked %q", h.seats(), h.x.asked)
		}
		if err := h.rooms.End(t.Context(), "dr-1", parentLeg); h.reason(err) != careline.ReasonOver {
			t.Error(err)
		}
	})
}

// The Dial of a clinician whose browser is lost is not ended by it; they come back on
// another leg, which is the same call.
func TestRejoin(t *testing.T) {
	t.Parallel()
	h := added(t)
	h.x.end(parentLeg, "completed")
	h.look()
	seen, err := h.rooms.Participants(t.Context(), calls.Asker{Clinician: "dr-1"}, parentLeg)
	if err != nil || seen.Waiting.IsZero() {
		t.Fatal(seen.Waiting, err)
	}
	if len(h.x.said) != 2 {
		t.Errorf("told: %q", h.x.said)
	}
	h.pass(40 * time.Second)

	const again = "CA00000000000000000000000000000077"
	ask := calls.Ask{Call: again, Clinician: "dr-1", Join: parentLeg}
	for range 2 {
		answer, err := h.rooms.Rejoin(t.Context(), ask)
		if join, ok := answer.(calls.Join); !ok || err != nil || join.Room != parentLeg || join.Label != "p4-clinician" {
			t.Fatalf("%+v, %v", answer, err)
		}
	}
	h.x.legs[again] = "in-progress"
	h.x.join(again, "p4-clinician")
	h.pass(2 * time.Minute)
	c := h.call()
	if h.seats() != "p2-member p3-interpreter p4-clinician" || c.Final() || c.ClinicianLeft || len(c.Parties) != 3 || len(h.x.said) != 2 {
		t.Errorf("in the room: %s; %s, left %t, %d parties", h.seats(), c.Status, c.ClinicianLeft, len(c.Parties))
	}

	// What the new leg reports is the call's.
	h.keep(careline.CallEvent{ID: "end of it", Call: again, Leg: again, Kind: careline.KindClinicianLeg, Status: careline.StatusCompleted, Word: "completed"})
	if other, err := h.log.Events(t.Context(), again); err != nil || len(other) > 0 {
		t.Errorf("%d events of a call of its own, %v", len(other), err)
	}
}

// A clinician comes back while Twilio has not noticed that their browser is gone: they are
// in the room once.
func TestRejoinWhileTheEarlierLegIsThere(t *testing.T) {
	t.Parallel()
	h := added(t)
	const again = "CA00000000000000000000000000000077"
	if _, err := h.rooms.Rejoin(t.Context(), calls.Ask{Call: again, Clinician: "dr-1", Join: parentLeg}); err != nil {
		t.Fatal(err)
	}
	h.pass(time.Second)
	h.x.legs[again] = "in-progress"
	h.x.join(again, "p4-clinician")
	h.pass(3 * time.Second)
	if h.seats() != "p2-member p3-interpreter p4-clinician" || !over(h.x.legs[parentLeg]) || h.call().Final() {
		t.Errorf("in the room: %s; asked %q", h.seats(), h.x.asked)
	}
}

func TestRejoinRefuses(t *testing.T) {
	t.Parallel()
	open := func(h *hall) calls.Ask { return calls.Ask{Call: "CA77", Clinician: "dr-1", Join: parentLeg} }
	for name, test := range map[string]struct {
		room bool
		ask  func(*hall) calls.Ask
	}{
		"a call of two":             {false, open},
		"another's call":            {true, func(*hall) calls.Ask { return calls.Ask{Call: "CA77", Clinician: "dr-2", Join: parentLeg} }},
		"a call that nobody knows":  {true, func(*hall) calls.Ask { return calls.Ask{Call: "CA77", Clinician: "dr-1", Join: "CA9"} }},
		"a room that is over":       {true, func(h *hall) calls.Ask { h.x.close(); return open(h) }},
		"a leg of the call as call": {true, func(*hall) calls.Ask { return calls.Ask{Call: "CA77", Clinician: "dr-1", Join: childLeg} }},
	} {
		h := newHall(t)
		if test.room {
			h = added(t)
		}
		ask := test.ask(h)
		before := len(h.events())
		answer, err := h.rooms.Rejoin(t.Context(), ask)
		if said, ok := answer.(calls.Say); !ok || said.Text != calls.RoomOver || err != nil || len(h.events()) != before {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
}

// Who comes to the room's address is of the call, or hears that it is over.
func TestRoomsEnter(t *testing.T) {
	t.Parallel()
	h := added(t)
	for name, test := range map[string]struct {
		call, leg, label string
		joins            bool
	}{
		"the clinician":          {parentLeg, parentLeg, "p1-clinician", true},
		"the member":             {parentLeg, childLeg, "p2-member", true},
		"the interpreter":        {parentLeg, h.x.made[interprets], interprets, true},
		"as somebody else":       {parentLeg, childLeg, "p1-clinician", false},
		"a leg of another call":  {parentLeg, "CA00000000000000000000000000000099", "p2-member", false},
		"of a call without room": {"CA3", "CA3", "p1-clinician", false},
	} {
		answer, err := h.rooms.Enter(t.Context(), test.call, test.leg, test.label)
		if _, joins := answer.(calls.Join); joins != test.joins || err != nil {
			t.Errorf("%s: %+v, %v", name, answer, err)
		}
	}
	h.x.close()
	if answer, _ := h.rooms.Enter(t.Context(), parentLeg, childLeg, "p2-member"); answer != (calls.Say{Text: calls.RoomOver}) {
		t.Errorf("when it is over: %+v", answer)
	}
}
