package careline_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perci.health/careline"
)

const (
	second = "CA00000000000000000000000000000003"
	third  = "CA00000000000000000000000000000004"
)

// on is the report of another leg.
func on(leg string, e careline.CallEvent) careline.CallEvent {
	e.ID, e.Leg = leg+"/"+e.ID, leg
	return e
}

// of is the dial result that names another leg.
func of(leg string, e careline.CallEvent) careline.CallEvent {
	e.ID, e.MemberLeg = leg+"/"+e.ID, leg
	return e
}

// rung is the report of a leg that was dialled to a clinician's app.
func rung(leg string, e careline.CallEvent) careline.CallEvent {
	e = on(leg, e)
	e.Kind = careline.KindRingLeg
	return e
}

// party is the report of a leg that joined the call.
func party(role careline.Role, e careline.CallEvent) careline.CallEvent {
	e = on(third, e)
	e.Kind, e.Role, e.Direction = careline.KindParty, role, "outbound-api"
	return e
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// leftRoom is the dial result of a clinician who was in a conference: there is no leg
// whose outcome it would be (Twilio, voice/twiml/dial, DialCallStatus).
func leftRoom() careline.CallEvent {
	e := dialEnded("answered", -1)
	e.Status, e.MemberLeg = careline.StatusInProgress, ""
	return e
}

func lookedUpClinician(word string) careline.CallEvent {
	e := clinicianLeg(word)
	e.ID, e.LookedUp = careline.ReconciledID(parent, e.Status), true
	return e
}

func withAnswer(e careline.CallEvent, who string) careline.CallEvent {
	e.ID, e.AnsweredBy = e.ID+who, who
	return e
}

func timeless(e careline.CallEvent) careline.CallEvent {
	e.At = time.Time{}
	return e
}

func hungUp(e careline.CallEvent, by careline.Side) careline.CallEvent {
	e.EndedBy = by
	return e
}

// What ends a leg, a Dial or somebody's part in a call does not end the call, as long
// as the member's own leg goes on.
func TestFoldOfACallThatGoesOn(t *testing.T) {
	t.Parallel()
	connected := []careline.CallEvent{requested(), progress(0, "initiated", 0), progress(1, "ringing", seconds(1)), progress(2, "in-progress", seconds(5))}
	tests := map[string]struct {
		events []careline.CallEvent
		leg    string // of the member's, by which it is told
		status careline.Status
		before careline.Status // as it was told before calls had legs
	}{
		"a Dial that was answered, in a conference": {
			append(slices.Clip(connected), leftRoom()),
			child, "in-progress", "in-progress",
		},
		"the clinician leaves the conference": {
			append(slices.Clip(connected), leftRoom(), clinicianLeg("completed")),
			child, "in-progress", "completed",
		},
		"the clinician leaves the conference, and was looked up while in it": {
			append(slices.Clip(connected), leftRoom(), clinicianLeg("completed"), lookedUpClinician("in-progress")),
			child, "in-progress", "completed",
		},
		"a second Dial, after nobody answered": {
			[]careline.CallEvent{
				requested(), progress(0, "ringing", 0), progress(1, "no-answer", seconds(30)), dialEnded("no-answer", -1),
				on(second, progress(0, "ringing", seconds(32))),
			},
			second, "ringing", "no-answer",
		},
		"a second Dial, after a conversation": {
			append(slices.Clip(connected), lasting(progress(3, "completed", seconds(65)), 60), dialEnded("completed", 60),
				on(second, progress(0, "initiated", seconds(66)))),
			second, "initiated", "completed",
		},
		"a second Dial that is answered": {
			append(slices.Clip(connected), lasting(progress(3, "completed", seconds(65)), 60), dialEnded("completed", 60),
				on(second, progress(0, "initiated", seconds(66))), on(second, progress(2, "in-progress", seconds(70)))),
			second, "in-progress", "completed",
		},
		"a loser of simultaneous ringing": {
			append(slices.Clip(connected), on(second, progress(1, "ringing", seconds(1))), on(second, progress(2, "canceled", seconds(5)))),
			child, "in-progress", "canceled",
		},
		"a loser that is said not to have answered": {
			append(slices.Clip(connected), on(second, progress(1, "ringing", seconds(1))), on(second, progress(2, "no-answer", seconds(6)))),
			child, "in-progress", "no-answer",
		},
		"one of two that ring is busy": {
			[]careline.CallEvent{requested(), progress(1, "ringing", 0), on(second, progress(0, "initiated", 0)), on(second, progress(1, "busy", seconds(1)))},
			child, "ringing", "busy",
		},
		"another leg rings, after the answer": {
			append(slices.Clip(connected), on(second, progress(1, "ringing", seconds(10)))),
			child, "in-progress", "in-progress",
		},
		"another leg rings, nobody knows since when, after a conversation": {
			append(slices.Clip(connected), progress(3, "completed", seconds(65)), timeless(on(second, progress(1, "ringing", 0)))),
			second, "ringing", "completed",
		},
		"the dial result of a leg that was never heard of": {
			[]careline.CallEvent{requested(), progress(1, "ringing", 0), of(second, dialEnded("completed", 30))},
			child, "ringing", "completed",
		},
		"a clinician's app that was rung too": {
			append(slices.Clip(connected), rung(second, progress(1, "ringing", seconds(1))), rung(second, progress(2, "canceled", seconds(5)))),
			child, "in-progress", "in-progress",
		},
		"the dial result of a clinician's app": {
			append(slices.Clip(connected), rung(second, progress(1, "ringing", seconds(1))), of(second, dialEnded("no-answer", -1))),
			child, "in-progress", "no-answer",
		},
		"an interpreter leaves": {
			append(slices.Clip(connected), party(careline.RoleInterpreter, progress(1, "in-progress", seconds(20))), party(careline.RoleInterpreter, progress(2, "completed", seconds(40)))),
			child, "in-progress", "in-progress",
		},
		"somebody whom nobody knows leaves": {
			append(slices.Clip(connected), party("", progress(2, "completed", seconds(40)))),
			child, "in-progress", "in-progress",
		},
		"a party that says it is the member leaves": {
			append(slices.Clip(connected), party(careline.RoleMember, progress(2, "completed", seconds(40)))),
			child, "in-progress", "in-progress",
		},
		"a party's leg of which one report said only whose child it is": {
			append(slices.Clip(connected), party(careline.RoleFamily, progress(1, "ringing", seconds(10))), on(third, progress(2, "completed", seconds(40)))),
			child, "in-progress", "completed",
		},
		"a party under the key's own id": {
			append(slices.Clip(connected), on(parent, party(careline.RoleFamily, progress(2, "completed", seconds(40))))),
			child, "in-progress", "in-progress",
		},
		"a dial result of nobody knows which of two legs": {
			append(slices.Clip(connected), on(second, progress(0, "initiated", seconds(1))), of("", dialEnded("failed", -1))),
			child, "in-progress", "failed",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := foldedAnyhow(t, test.events...)
			if c.Status != test.status || c.MemberLeg != test.leg || c.Final() {
				t.Errorf("it is %s by the leg %s, want %s by %s", c.Status, c.MemberLeg, test.status, test.leg)
			}
			if before := careline.FoldBefore(test.events); before.Status != test.before {
				t.Errorf("before calls had legs it was %s, want %s", before.Status, test.before)
			}
		})
	}
}

// The outcome of a call is that of the one leg that tells it.
func TestFoldOfTheOutcomeOfSeveralLegs(t *testing.T) {
	t.Parallel()
	ringing := func(leg string) careline.CallEvent { return on(leg, progress(1, "ringing", 0)) }
	talked := []careline.CallEvent{requested(), progress(1, "ringing", 0), progress(2, "in-progress", seconds(5)), lasting(progress(3, "completed", seconds(65)), 60)}
	gone := lookedUpClinician("completed")
	tests := map[string]struct {
		events  []careline.CallEvent
		leg     string
		status  careline.Status
		ended   time.Duration
		seconds int
		summary string
	}{
		"the one that was answered, not the loser": {
			append(slices.Clip(talked), ringing(second), on(second, progress(2, "canceled", seconds(70)))),
			child, "completed", seconds(65), 60, "Answered, lasted 1 min",
		},
		"the one that was answered, though the loser's end was lost": {
			append(slices.Clip(talked), ringing(second)),
			child, "completed", seconds(65), 60, "Answered, lasted 1 min",
		},
		"a loser that began in the second of the answer": {
			append(slices.Clip(talked), on(second, progress(1, "ringing", seconds(5)))),
			child, "completed", seconds(65), 60, "Answered, lasted 1 min",
		},
		"a second Dial that reached nobody": {
			append(slices.Clip(talked), on(second, progress(1, "ringing", seconds(66))), on(second, progress(2, "no-answer", seconds(90)))),
			child, "completed", seconds(65), 60, "Answered, lasted 1 min",
		},
		"a second Dial that was answered": {
			append(slices.Clip(talked), on(second, progress(1, "in-progress", seconds(70))), on(second, lasting(progress(2, "completed", seconds(100)), 30))),
			second, "completed", seconds(100), 30, "Answered, lasted 30 s",
		},
		"the last of two that nobody answered": {
			[]careline.CallEvent{requested(), progress(1, "ringing", 0), progress(2, "busy", seconds(9)), on(second, progress(1, "ringing", seconds(10))), on(second, progress(2, "no-answer", seconds(40)))},
			second, "no-answer", seconds(40), -1, "No answer",
		},
		"of two that began at once, always the same": {
			[]careline.CallEvent{requested(), ringing(second), on(second, progress(2, "no-answer", seconds(30))), progress(1, "ringing", 0), progress(2, "busy", seconds(30))},
			child, "busy", seconds(30), -1, "Declined",
		},
		"the clinician left while the second rang": {
			[]careline.CallEvent{requested(), progress(1, "ringing", 0), progress(2, "busy", seconds(9)), on(second, progress(1, "ringing", seconds(10))), clinicianLeg("completed")},
			second, "canceled", time.Hour, -1, "Ended before it was answered",
		},
		"the clinician left while both rang": {
			[]careline.CallEvent{requested(), progress(1, "ringing", 0), on(second, progress(1, "ringing", seconds(10))), clinicianLeg("completed")},
			second, "canceled", time.Hour, -1, "Ended before it was answered",
		},
		"the clinician left while the first rang on": {
			[]careline.CallEvent{requested(), progress(1, "ringing", 0), on(second, progress(1, "ringing", seconds(10))), on(second, progress(2, "busy", seconds(12))), clinicianLeg("completed")},
			child, "canceled", time.Hour, -1, "Ended before it was answered",
		},
		"the clinician left, and only the first was answered": {
			[]careline.CallEvent{requested(), progress(2, "in-progress", seconds(5)), on(second, progress(1, "ringing", seconds(10))), clinicianLeg("completed")},
			child, "completed", time.Hour, -1, "Answered, then ended",
		},
		"the clinician left, and the first was answered nobody knows when": {
			[]careline.CallEvent{requested(), progress(1, "ringing", 0), timeless(progress(2, "in-progress", 0)), on(second, progress(1, "ringing", seconds(10))), clinicianLeg("completed")},
			child, "completed", time.Hour, -1, "Answered, then ended",
		},
		"the dial result names the one that was answered": {
			[]careline.CallEvent{requested(), ringing(child), ringing(second), hungUp(of(second, dialEnded("completed", 30)), careline.SideMember), clinicianLeg("completed")},
			second, "completed", 0, 30, "Answered, lasted 30 s",
		},
		"the member leaves the conference after the clinician": {
			append(slices.Clip(talked), leftRoom(), clinicianLeg("completed")),
			child, "completed", seconds(65), 60, "Answered, lasted 1 min",
		},
		"the carrier knows of nobody in the conference any more": {
			append(slices.Clip(talked[:3]), leftRoom(), gone),
			child, "completed", time.Hour, -1, "Answered, then ended",
		},
		"of the call the carrier knows nothing, not even a word": {
			[]careline.CallEvent{requested(), progress(2, "in-progress", seconds(5)), {ID: "gone", Call: parent, Leg: parent, Kind: careline.KindClinicianLeg, Status: careline.StatusCompleted, LookedUp: true}},
			child, "completed", 0, -1, "Answered, then ended",
		},
		"of a leg only a detection is known": {
			[]careline.CallEvent{requested(), progress(1, "ringing", 0), progress(2, "no-answer", seconds(30)), on(second, machine("human"))},
			child, "no-answer", seconds(30), -1, "No answer",
		},
		"a dial that named nobody, when two legs had not been told of": {
			[]careline.CallEvent{requested(), machine("human"), on(second, machine("fax")), of("", dialEnded("failed", -1))},
			"", "failed", 0, -1, "Could not be connected",
		},
		"the interpreter outlasts the member": {
			append(slices.Clip(talked), party(careline.RoleInterpreter, progress(2, "in-progress", seconds(20)))),
			child, "completed", seconds(65), 60, "Answered, lasted 1 min",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := foldedAnyhow(t, test.events...)
			if c.Status != test.status || c.MemberLeg != test.leg || c.Summary() != test.summary || c.Seconds != careline.SecondsOf(test.seconds) {
				t.Errorf("it is %s by the leg %q, %v: %s", c.Status, c.MemberLeg, c.Seconds, c.Summary())
			}
			if ended := c.Ended; test.ended > 0 && !ended.Equal(noon.Add(test.ended)) || test.ended == 0 && !ended.IsZero() {
				t.Errorf("ended %v", ended)
			}
		})
	}
}

// A call begins with the first leg on which the member was dialled, and was answered
// on the first that was.
func TestFoldOfTheTimesOfSeveralLegs(t *testing.T) {
	t.Parallel()
	c := foldedAnyhow(t, requested(), progress(0, "ringing", 0), progress(1, "in-progress", seconds(5)), progress(2, "completed", seconds(9)),
		on(second, progress(0, "ringing", seconds(10))), on(second, progress(1, "in-progress", seconds(15))), on(second, progress(2, "completed", seconds(19))))
	if !c.Sent.Equal(noon) || !c.Received.Equal(noon.Add(seconds(5))) || !c.Ended.Equal(noon.Add(seconds(19))) || !c.At.Equal(c.Ended) {
		t.Errorf("sent %v, received %v, ended %v, told of %v", c.Sent, c.Received, c.Ended, c.At)
	}

	// What was looked up of another leg may be earlier than all reports; a leg without
	// times has none to tell.
	before := on(second, lookedUp("initiated", -seconds(10)))
	unknown := timeless(on(third, progress(0, "ringing", 0)))
	for _, test := range []struct {
		events []careline.CallEvent
		want   time.Time
	}{
		{[]careline.CallEvent{progress(0, "ringing", 0), before}, noon.Add(-seconds(10))},
		{[]careline.CallEvent{progress(0, "ringing", 0), unknown}, noon},
	} {
		if c := foldedAnyhow(t, test.events...); !c.Sent.Equal(test.want) || !c.Received.IsZero() {
			t.Errorf("sent %v, received %v; want %v", c.Sent, c.Received, test.want)
		}
	}
}

// Each leg is told by its own reports alone.
func TestFoldOfLegs(t *testing.T) {
	t.Parallel()
	c := foldedAnyhow(t, requested(),
		progress(0, "initiated", 0), progress(1, "in-progress", seconds(5)), lasting(progress(2, "completed", seconds(65)), 60), machine("human"),
		rung(second, progress(0, "ringing", seconds(1))), rung(second, progress(1, "busy", seconds(2))), dialEnded("completed", 61),
		withAnswer(party("", progress(0, "initiated", seconds(20))), "unknown"), withAnswer(rung(second, progress(2, "ringing", seconds(1))), "human"), party(careline.RoleInterpreter, progress(1, "in-progress", seconds(25))),
		on(third, machine("machine_start")), keptAt(party(careline.RoleFamily, progress(2, "completed", seconds(45))), 0),
		clinicianLeg("completed"))
	want := []careline.Leg{
		{
			ID:        parent,
			Role:      careline.RoleClinician,
			Status:    careline.StatusCompleted,
			Word:      "completed",
			Direction: "inbound",
			Sent:      noon.Add(time.Hour),
			Ended:     noon.Add(time.Hour),
		},
		{
			ID:         child,
			Role:       careline.RoleMember,
			Status:     careline.StatusCompleted,
			Word:       "completed",
			Direction:  "outbound-dial",
			Sent:       noon,
			Received:   noon.Add(seconds(5)),
			Ended:      noon.Add(seconds(65)),
			Seconds:    careline.SecondsOf(60),
			AnsweredBy: "human",
		},
		{
			ID:        second,
			Role:      careline.RoleClinician,
			Status:    careline.StatusBusy,
			Word:      "busy",
			Direction: "outbound-dial",
			Sent:      noon.Add(seconds(1)),
			Ended:     noon.Add(seconds(2)),

			AnsweredBy: "human",
		},
		{
			ID:         third,
			Role:       careline.RoleInterpreter,
			Status:     careline.StatusCompleted,
			Word:       "completed",
			Direction:  "outbound-api",
			Sent:       noon.Add(seconds(20)),
			Received:   noon.Add(seconds(25)),
			Ended:      noon.Add(seconds(45)),
			AnsweredBy: "machine_start",
		},
	}
	if diff := cmp.Diff(want, c.Legs, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !c.At.Equal(noon.Add(seconds(65))) || c.AnsweredBy != "human" || c.ClinicianLeg != parent {
		t.Errorf("told of %v, answered by %s, the clinician's leg is %s", c.At, c.AnsweredBy, c.ClinicianLeg)
	}
}

// A call that the REST API placed stays the member's when somebody joins it.
func TestFoldOfAPlacedCallThatSomebodyJoins(t *testing.T) {
	t.Parallel()
	for name, joined := range map[string]careline.CallEvent{
		"a party":           party(careline.RoleInterpreter, progress(1, "completed", seconds(3))),
		"a clinician's app": rung(second, progress(1, "completed", seconds(3))),
	} {
		c := foldedAnyhow(t, byAPI(0, "initiated", 0), byAPI(1, "in-progress", seconds(1)), joined)
		if c.MemberLeg != parent || c.ClinicianLeg != "" || c.Status != careline.StatusInProgress || len(c.Legs) != 2 || !c.Recordable() {
			t.Errorf("%s: %s, the member's leg is %q, the clinician's %q, of %d", name, c.Status, c.MemberLeg, c.ClinicianLeg, len(c.Legs))
		}
	}
}

// A leg that the REST API dialled is the clinician's when it is reported as that.
func TestFoldOfAPlacedLegOfAClinician(t *testing.T) {
	t.Parallel()
	c := foldedAnyhow(t, byAPI(0, "initiated", 0), clinicianLeg("completed"))
	if c.MemberLeg != "" || c.ClinicianLeg != parent || !c.ClinicianLeft {
		t.Errorf("the member's leg is %q, the clinician's %q", c.MemberLeg, c.ClinicianLeg)
	}
}

// anyLeg draws a report of any of several legs, in any role.
func anyLeg(t *rapid.T) careline.CallEvent {
	e := whatever(t)
	another := rapid.SampledFrom([]string{child, second, third}).Draw(t, "another leg")
	if e.Leg == child {
		e.Leg = another
	}
	if e.Kind == careline.KindDialEnded {
		e.MemberLeg = another
	}

	switch whose := rapid.IntRange(0, 3).Draw(t, "whose"); {
	case e.Kind != careline.KindProgress || e.Leg == parent:
	case whose == 0:
		e.Kind, e.Role = careline.KindParty, rapid.SampledFrom([]careline.Role{"", "member", "interpreter", "family", "second-clinician", "other"}).Draw(t, "role")
	case whose == 1:
		e.Kind = careline.KindRingLeg
	}
	e.ID = fmt.Sprintf("%s %s %s %s", e.ID, e.Leg, e.Kind, e.Role)
	return e
}

// Whatever is told of whichever legs, in whatever order and however often, it is one
// call; and a leg that is over stays over, as whose it is known.
func TestFoldOfAnyLegs(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events := rapid.SliceOfN(rapid.Custom(anyLeg), 0, 10).Draw(t, "events")
		want := careline.Fold(events)
		shuffled := slices.Concat(events, events)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if diff := cmp.Diff(want, careline.Fold(shuffled), same); diff != "" {
			t.Fatalf("shuffled and doubled (-want +got):\n%s", diff)
		}

		over := map[string]bool{}
		for i := range shuffled {
			for _, l := range careline.Fold(shuffled[:i+1]).Legs {
				if over[l.ID+string(l.Role)] && !l.Status.Final() {
					t.Fatalf("event %d reopened the leg %s: %+v", i, l.ID, shuffled[i])
				}
				over[l.ID+string(l.Role)] = l.Status.Final()
			}
		}
	})
}
