package careline_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

const (
	rejoined    = "CA00000000000000000000000000000005"
	interpreter = "p3-interpreter"
	conference  = "CF00000000000000000000000000000001"
)

// wished is what a clinician asks for in a room, at noon + at by our clock.
func wished(id string, kind careline.Kind, at time.Duration, said careline.RoomSaid) careline.CallEvent {
	said.By = "dr-1"
	return careline.CallEvent{ID: id, Call: parent, Leg: parent, Kind: kind, At: noon.Add(at), Room: said}
}

func roomAsked(at time.Duration) careline.CallEvent {
	return wished("room", careline.KindRoomAsked, at, careline.RoomSaid{})
}

func added(at time.Duration) careline.CallEvent {
	return wished("add", careline.KindPartyAsked, at, careline.RoomSaid{Act: careline.ActAdd, Label: interpreter, Entry: "polish", Name: "Wanda"})
}

// answer is what became of the command of that id, and on which leg.
func answer(id, failed, leg string) careline.CallEvent {
	return careline.CallEvent{ID: id + "/answer" + failed, Call: parent, Leg: leg, Kind: careline.KindPartyAnswered, At: noon.Add(time.Minute),
		Room: careline.RoomSaid{Answers: id, Failed: failed}}
}

// inRoom is the carrier's n-th report on the room.
func inRoom(n int, act careline.RoomAct, label, leg string, at time.Duration) careline.CallEvent {
	kind := careline.KindRoom
	if act == careline.ActLeave {
		kind = careline.KindPartyLeft
	}
	return careline.CallEvent{ID: fmt.Sprintf("%s/%d", conference, n), Call: parent, Leg: leg, Kind: kind, Order: n, At: noon.Add(at),
		Room: careline.RoomSaid{Conference: conference, Act: act, Label: label}}
}

// failedJoin is the carrier on an interpreter who has left the room because they never
// came in.
func failedJoin(n int) careline.CallEvent {
	e := inRoom(n, careline.ActLeave, interpreter, third, seconds(51))
	e.Room.Act = careline.ActFail
	return e
}

// legLives is a leave of somebody whose leg goes on.
func legLives(e careline.CallEvent) careline.CallEvent {
	e.Room.LegLives = true
	return e
}

// movedDial is the dial result of a call that moves to its room.
func movedDial() careline.CallEvent {
	e := dialEnded("completed", 40)
	e.Kind = careline.KindMoved
	return e
}

// joining is a report of the interpreter's leg.
func joining(n int, word string, at time.Duration) careline.CallEvent {
	e := party(careline.RoleInterpreter, progress(n, word, at))
	e.Room.Label = interpreter
	return e
}

func talking() []careline.CallEvent {
	return []careline.CallEvent{requested(), progress(0, "initiated", 0), progress(1, "ringing", seconds(1)), progress(2, "in-progress", seconds(5))}
}

// inARoom is a call of two that moved to a room 40 s after it began.
func inARoom() []careline.CallEvent {
	return append(talking(), roomAsked(seconds(40)), answer("room", "", ""), movedDial(),
		inRoom(1, careline.ActJoin, careline.LabelMember, child, seconds(41)), inRoom(2, careline.ActJoin, careline.LabelClinician, parent, seconds(42)),
		inRoom(3, careline.ActStart, "", "", seconds(42)))
}

// ofThree is the same call with an interpreter in it.
func ofThree() []careline.CallEvent {
	return append(inARoom(), added(seconds(50)), answer("add", "", third), joining(0, "initiated", seconds(51)), joining(1, "ringing", seconds(52)),
		joining(2, "in-progress", seconds(60)), inRoom(4, careline.ActJoin, interpreter, third, seconds(60)))
}

func with(events []careline.CallEvent, more ...careline.CallEvent) []careline.CallEvent {
	return append(slices.Clip(events), more...)
}

// whole is how a call stands with its room, and who is in it, in few words.
func whole(c careline.Call) string {
	told := fmt.Sprintf("%s %q", c.Status, c.Room)
	for _, p := range c.Present() {
		told += " " + p.Label + ":" + string(p.State())
		if p.Outcome != "" && p.Outcome != careline.PartyLeft {
			told += ":" + p.Outcome
		}
		if p.Held {
			told += ":held"
		}
		if p.Muted {
			told += ":muted"
		}
	}
	return told
}

func without(events []careline.CallEvent, ids ...string) []careline.CallEvent {
	return slices.DeleteFunc(slices.Clone(events), func(e careline.CallEvent) bool { return slices.Contains(ids, e.ID) })
}

func TestFoldOfRooms(t *testing.T) {
	t.Parallel()
	over := lasting(progress(3, "completed", seconds(100)), 95)
	rejoin := wished("rejoin", careline.KindPartyAsked, seconds(130), careline.RoomSaid{Act: careline.ActRejoin, Label: "p4-clinician"})
	rejoin.Leg = rejoined
	remove := wished("remove", careline.KindPartyAsked, seconds(70), careline.RoomSaid{Act: careline.ActRemove, Label: interpreter})
	member, clinician := careline.LabelMember, careline.LabelClinician
	left := []careline.CallEvent{inRoom(9, careline.ActLeave, clinician, parent, seconds(120)), clinicianLeg("completed")}

	tests := map[string]struct {
		events []careline.CallEvent
		want   string
		live   bool
	}{
		"of two, with no room":                    {talking(), `in-progress "" p1-clinician:connected p2-member:connected`, true},
		"of two, which is over":                   {with(talking(), over), `completed "" p1-clinician:left p2-member:left`, false},
		"of two, who was busy":                    {[]careline.CallEvent{requested(), progress(0, "initiated", 0), progress(1, "busy", 0)}, `busy "" p1-clinician:left p2-member:left:busy`, false},
		"of two, who rings":                       {talking()[:3], `ringing "" p1-clinician:asked p2-member:ringing`, true},
		"refused":                                 {[]careline.CallEvent{refused()}, `refused ""`, false},
		"asked for":                               {with(talking(), roomAsked(seconds(40))), `in-progress "moving" p1-clinician:connected p2-member:connected`, true},
		"asked for, and the Dial has ended":       {with(talking(), roomAsked(seconds(40)), movedDial()), `in-progress "moving" p1-clinician:connected p2-member:connected`, true},
		"asked for, in vain":                      {with(talking(), roomAsked(seconds(40)), answer("room", "21220", "")), `in-progress "" p1-clinician:connected p2-member:connected`, true},
		"in vain, and the clinician left":         {with(talking(), roomAsked(seconds(40)), answer("room", "21220", ""), clinicianLeg("completed")), `completed "" p1-clinician:left p2-member:left`, false},
		"in vain, as one of two answers says":     {with(talking(), roomAsked(seconds(40)), answer("room", "21220", ""), answer("room", "", ""), clinicianLeg("completed")), `in-progress "moving" p1-clinician:left p2-member:connected`, true},
		"in vain, but somebody joined it":         {with(inARoom()[:5], answer("room", "lost", ""), inRoom(1, careline.ActJoin, member, child, seconds(41)), clinicianLeg("completed")), `in-progress "moving" p1-clinician:left p2-member:connected`, true},
		"asked for when the clinician had left":   {with(talking(), clinicianLeg("completed"), roomAsked(2*time.Hour)), `completed "" p1-clinician:left p2-member:left`, false},
		"the member hung up on the way there":     {with(talking(), roomAsked(seconds(40)), movedDial(), over), `completed "moving" p1-clinician:connected p2-member:left`, false},
		"of two":                                  {inARoom(), `in-progress "open" p1-clinician:connected p2-member:connected`, true},
		"of three":                                {ofThree(), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:connected`, true},
		"of three, whose dialling is asked for":   {with(inARoom(), added(seconds(50))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:asked`, true},
		"of three, one of whom rings":             {with(inARoom(), added(seconds(50)), answer("add", "", third), joining(1, "ringing", seconds(52))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:ringing`, true},
		"of three, one of whom does not answer":   {with(inARoom(), added(seconds(50)), joining(1, "ringing", seconds(52)), joining(2, "no-answer", seconds(82))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:left:no-answer`, true},
		"of three, one of whom declines":          {with(inARoom(), added(seconds(50)), joining(1, "ringing", seconds(52)), joining(2, "busy", seconds(55))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:left:declined`, true},
		"of three, one of whom is busy":           {with(inARoom(), added(seconds(50)), joining(2, "busy", seconds(55))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:left:busy`, true},
		"of three, one of whom nobody could dial": {with(inARoom(), added(seconds(50)), answer("add", "13224", "")), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:left:failed`, true},
		"of three, one of whom could not come in": {with(inARoom(), added(seconds(50)), inRoom(4, careline.ActFail, interpreter, third, seconds(51))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:left:failed`, true},
		"of three, one of whom was never in it":   {with(inARoom(), added(seconds(50)), failedJoin(4)), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:left:failed`, true},
		"a word that is new to us":                {with(inARoom(), added(seconds(50)), inRoom(4, "", interpreter, third, seconds(51))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:asked`, true},
		"and the leg says why":                    {with(inARoom(), added(seconds(50)), joining(1, "no-answer", seconds(80)), inRoom(4, careline.ActFail, interpreter, third, seconds(80))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:left:no-answer`, true},
		"of three, one of whom leaves":            {with(ofThree(), inRoom(5, careline.ActLeave, interpreter, third, seconds(70))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:left`, true},
		"of three, one of whom is taken out":      {with(ofThree(), remove, inRoom(5, careline.ActLeave, interpreter, third, seconds(70))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:left:removed`, true},
		"of three, one of whom is to be":          {with(ofThree(), remove), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:connected`, true},
		"and it could not be done; they left":     {with(ofThree(), remove, answer("remove", "404", ""), joining(3, "completed", seconds(75))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:left`, true},
		"a leg that goes on elsewhere":            {with(ofThree(), legLives(inRoom(5, careline.ActLeave, interpreter, third, seconds(70)))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:connected`, true},
		"the member is on hold":                   {with(ofThree(), inRoom(5, careline.ActHold, member, child, seconds(70))), `in-progress "open" p1-clinician:connected p2-member:connected:held p3-interpreter:connected`, true},
		"and not any more":                        {with(ofThree(), inRoom(5, careline.ActHold, member, child, seconds(70)), inRoom(6, careline.ActUnhold, member, child, seconds(70))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:connected`, true},
		"the clinician cannot be heard":           {with(ofThree(), inRoom(5, careline.ActUnmute, clinician, parent, seconds(70)), inRoom(6, careline.ActMute, clinician, parent, seconds(70))), `in-progress "open" p1-clinician:connected:muted p2-member:connected p3-interpreter:connected`, true},
		"a report names no label":                 {with(ofThree(), inRoom(5, careline.ActHold, "", child, seconds(70))), `in-progress "open" p1-clinician:connected p2-member:connected:held p3-interpreter:connected`, true},
		"a join that is told after the leave":     {with(inARoom(), inRoom(5, careline.ActLeave, interpreter, third, seconds(70)), inRoom(4, careline.ActJoin, interpreter, third, seconds(70))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:left`, true},
		"one was elsewhere for a moment":          {with(ofThree(), legLives(inRoom(5, careline.ActLeave, member, child, seconds(70))), inRoom(6, careline.ActJoin, member, child, seconds(70)), inRoom(7, careline.ActHold, member, child, seconds(70))), `in-progress "open" p1-clinician:connected p2-member:connected:held p3-interpreter:connected`, true},
		"a report that tells a time too early":    {with(ofThree(), inRoom(5, careline.ActHold, member, child, seconds(70)), inRoom(6, careline.ActUnhold, member, child, seconds(69))), `in-progress "open" p1-clinician:connected p2-member:connected p3-interpreter:connected`, true},
		"what has no place stands by its time":    {with(ofThree(), inRoom(5, careline.ActHold, member, child, seconds(70)), inRoom(0, careline.ActUnhold, member, child, seconds(80)), inRoom(6, careline.ActMute, clinician, parent, seconds(90))), `in-progress "open" p1-clinician:connected:muted p2-member:connected p3-interpreter:connected`, true},
		"the member's join was lost":              {without(inARoom(), conference+"/1"), `in-progress "open" p1-clinician:connected p2-member:connected`, true},
		"all joins were lost, but that it began":  {without(inARoom(), conference+"/1", conference+"/2"), `in-progress "open" p1-clinician:connected p2-member:connected`, true},
		"one is in it, and not the other":         {without(inARoom(), conference+"/2", conference+"/3"), `in-progress "moving" p1-clinician:connected p2-member:connected`, true},
		"the clinician dropped out":               {with(inARoom(), left...), `in-progress "open" p1-clinician:left p2-member:connected`, true},
		"and comes back":                          {with(inARoom(), with(left, rejoin)...), `in-progress "open" p4-clinician:asked p2-member:connected`, true},
		"and is back":                             {with(inARoom(), with(left, rejoin, inRoom(10, careline.ActJoin, "p4-clinician", rejoined, seconds(131)))...), `in-progress "open" p4-clinician:connected p2-member:connected`, true},
		"and is back before they were gone":       {with(inARoom(), rejoin, inRoom(8, careline.ActJoin, "p4-clinician", rejoined, seconds(115)), left[0], left[1]), `in-progress "open" p4-clinician:connected p2-member:connected`, true},
		"and is in it on the leg of before":       {with(inARoom(), rejoin, legLives(inRoom(8, careline.ActLeave, "p4-clinician", rejoined, seconds(131)))), `in-progress "open" p1-clinician:connected p2-member:connected`, true},
		"and could not come back":                 {with(inARoom(), with(left, rejoin, answer("rejoin", "room-over", ""))...), `in-progress "open" p1-clinician:left p2-member:connected`, true},
		"the member left, as the room says":       {with(ofThree(), inRoom(5, careline.ActLeave, member, child, seconds(100))), `in-progress "open" p1-clinician:connected p2-member:left p3-interpreter:connected`, true},
		"the member left, and others go on":       {with(ofThree(), inRoom(5, careline.ActLeave, member, child, seconds(100)), over), `completed "open" p1-clinician:connected p2-member:left p3-interpreter:connected`, true},
		"and then they left too":                  {with(ofThree(), over, inRoom(6, careline.ActLeave, interpreter, third, seconds(110)), left[0]), `completed "over" p1-clinician:left p2-member:left p3-interpreter:left`, false},
		"it ended":                                {with(ofThree(), over, inRoom(7, careline.ActEnd, "", "", seconds(110))), `completed "over" p1-clinician:left p2-member:left p3-interpreter:left`, false},
		"it ended while one was dialled":          {with(inARoom(), added(seconds(50)), joining(1, "ringing", seconds(52)), inRoom(7, careline.ActEnd, "", "", seconds(60))), `in-progress "over" p1-clinician:left p2-member:left p3-interpreter:left:canceled`, false},
		"the carrier knows of nobody any more":    {with(inARoom(), lookedUpClinician("completed")), `completed "over" p1-clinician:left p2-member:left`, false},
		"the Dial of the room ended":              {with(inARoom(), of("", dialEnded("completed", 60))), `in-progress "open" p1-clinician:connected p2-member:connected`, true},
		"a plain call is to end":                  {with(talking(), wished("end", careline.KindPartyAsked, seconds(50), careline.RoomSaid{Act: careline.ActEnd})), `in-progress "" p1-clinician:connected p2-member:connected`, true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := foldedAnyhow(t, test.events...)
			if whole(c) != test.want || c.Live() != test.live {
				t.Errorf("live %v: %s\nwant %v: %s", c.Live(), whole(c), test.live, test.want)
			}
		})
	}
}

// What is known of each who is in it.
func TestFoldOfTheParties(t *testing.T) {
	t.Parallel()
	ask := keptAt(requested(), 0)
	ask.Request.Names = careline.Names{Sender: "Dr Okoye", Patient: "Ellis", Recipient: "Ellis"}
	ask.Request.To, _ = careline.DialledPhone("07700900142", "GB")
	rejoin := wished("rejoin", careline.KindPartyAsked, seconds(130), careline.RoomSaid{Act: careline.ActRejoin, Label: "p4-clinician"})
	rejoin.Leg = rejoined
	back := on(rejoined, clinicianLeg("in-progress"))
	events := with(ofThree()[1:], ask, inRoom(5, careline.ActHold, interpreter, third, seconds(70)), inRoom(9, careline.ActLeave, careline.LabelClinician, parent, seconds(120)),
		rejoin, back, inRoom(10, careline.ActJoin, "p4-clinician", rejoined, seconds(131)))
	c := foldedAnyhow(t, events...)

	want := []careline.Party{
		{
			Label:    "p4-clinician",
			Role:     careline.RoleClinician,
			Ref:      "Practitioner/dr-1",
			Name:     "Dr Okoye",
			Leg:      rejoined,
			Earlier:  []string{parent},
			Status:   careline.StatusInProgress,
			Asked:    noon,
			Joined:   noon.Add(seconds(5)),
			Together: true,
		},
		{
			Label:    careline.LabelMember,
			Role:     careline.RoleMember,
			Ref:      "Patient/p1",
			Name:     "Ellis",
			Ending:   "0142",
			Leg:      child,
			Status:   careline.StatusInProgress,
			Asked:    noon,
			Joined:   noon.Add(seconds(5)),
			Together: true,
		},
		{
			Label:    interpreter,
			Role:     careline.RoleInterpreter,
			Name:     "Wanda",
			Entry:    "polish",
			Leg:      third,
			Status:   careline.StatusInProgress,
			Asked:    noon.Add(seconds(50)),
			Joined:   noon.Add(seconds(60)),
			Held:     true,
			HeldAt:   noon.Add(seconds(70)),
			Together: true,
		},
	}
	if diff := cmp.Diff(want, c.Parties, same); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if c.Conference != conference || c.ClinicianLeft || c.ClinicianLeg != parent {
		t.Errorf("the room is %s, the clinician left is %v", c.Conference, c.ClinicianLeft)
	}
	if next := careline.NextLabel(events, careline.RoleFamily); next != "p5-family" {
		t.Errorf("the next label is %s", next)
	}
}

// The Dial of whoever else was in the room says nothing of whose leg the clinician's is.
func TestFoldOfAnothersDialThatMoved(t *testing.T) {
	t.Parallel()
	for leg, want := range map[string]string{parent: parent, child: "", rejoined: ""} {
		e := movedDial()
		e.Leg, e.MemberLeg = leg, ""
		if c := foldedAnyhow(t, e); c.ClinicianLeg != want {
			t.Errorf("of %s: the clinician's leg is %q, want %q", leg, c.ClinicianLeg, want)
		}
	}
}
