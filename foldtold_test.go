package careline_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

func keptAt(e careline.CallEvent, at time.Duration) careline.CallEvent {
	e.Kept = noon.Add(at)
	return e
}

// aside is a report under a leg's id that is no progress of a leg: a recording's,
// a conference's, a stream's.
func aside(leg, recording string, at time.Duration) careline.CallEvent {
	return careline.CallEvent{ID: leg + "/-/-/" + recording, Call: parent, Leg: leg, Kind: careline.KindProgress, At: noon.Add(at), Recording: recording}
}

// foldedAnyhow is what the events tell, in whatever order they come.
func foldedAnyhow(t *testing.T, events ...careline.CallEvent) careline.Call {
	t.Helper()
	want := careline.Fold(events)
	dice := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		dice.Shuffle(len(events), func(i, j int) { events[i], events[j] = events[j], events[i] })
		if got := careline.Fold(events); !cmp.Equal(got, want, same) {
			t.Fatalf("in another order (-want +got):\n%s", cmp.Diff(want, got, same))
		}
	}
	return want
}

func TestFoldOfACallThatReachedNobody(t *testing.T) {
	t.Parallel()
	c := foldedAnyhow(t, keptAt(requested(), -3*time.Second), clinicianLeg("completed"))
	if c.Status != careline.StatusCanceled || c.MemberLeg != "" || c.Summary() != "Ended before it was answered" {
		t.Errorf("%s of leg %q: %s", c.Status, c.MemberLeg, c.Summary())
	}
	if !c.Sent.Equal(noon.Add(-3*time.Second)) || !c.Ended.Equal(noon.Add(time.Hour)) {
		t.Errorf("sent %v, ended %v", c.Sent, c.Ended)
	}
}

// Whatever is reported under the key's own id, the member's leg is another.
func TestTheKeysLegIsNeverTheMembers(t *testing.T) {
	t.Parallel()
	tests := map[string][]careline.CallEvent{
		"a recording of a leg that is dialled":   {requested(), aside(parent, "RE1", -time.Minute), progress(1, "ringing", 0), dialEnded("no-answer", -1)},
		"a recording, and no report but the end": {requested(), aside(parent, "RE1", -time.Minute), dialEnded("no-answer", -1)},
		"a detection":                            {requested(), aside(parent, "RE1", -time.Minute), {ID: "x", Call: parent, Leg: parent, Kind: careline.KindMachineDetection}, dialEnded("no-answer", -1)},
		"a dial that names itself":               {requested(), aside(parent, "RE1", -time.Minute), {ID: "x", Call: parent, Leg: parent, MemberLeg: parent, Kind: careline.KindDialEnded}, dialEnded("no-answer", -1)},
	}
	for name, events := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := foldedAnyhow(t, events...)
			if c.MemberLeg != child || c.ClinicianLeg != parent || c.Recording != "RE1" || c.Status != careline.StatusNoAnswer {
				t.Errorf("the legs are %q and %q, its recording %q, %s", c.ClinicianLeg, c.MemberLeg, c.Recording, c.Status)
			}
			if !c.Sent.IsZero() && !c.Sent.Equal(noon) {
				t.Errorf("sent %v, when nobody was dialled yet", c.Sent)
			}
		})
	}

	if c := foldedAnyhow(t, requested(), aside(parent, "RE1", 0)); c.MemberLeg != "" || c.Recording != "RE1" || c.Status != careline.StatusRequested || !c.Sent.IsZero() {
		t.Errorf("of a recording alone: %+v", c)
	}
	over := careline.CallEvent{ID: parent + "/-/completed", Call: parent, Leg: parent, Kind: careline.KindProgress, Status: careline.StatusCompleted, Word: "completed"}
	if c := foldedAnyhow(t, requested(), progress(1, "ringing", 0), over); c.Status != careline.StatusCanceled || c.Word != "ringing" || !c.ClinicianLeft {
		t.Errorf("of its end, of which nothing says whose it is: %s %q", c.Status, c.Word)
	}
	if c := foldedAnyhow(t, requested(), aside(child, "RE2", -time.Minute), progress(0, "initiated", 0)); !c.Sent.Equal(noon) || c.Recording != "RE2" {
		t.Errorf("of a recording of the member's leg: sent %v, %q", c.Sent, c.Recording)
	}
}

// byAPI is a report of a leg that the REST API dialled.
func byAPI(n int, word string, at time.Duration) careline.CallEvent {
	e := progress(n, word, at)
	e.ID, e.Call, e.Leg, e.Direction = parent+"/"+e.ID, parent, parent, "outbound-api"
	return e
}

func TestFoldOfACallThatTheAPIPlaced(t *testing.T) {
	t.Parallel()
	answer := careline.CallEvent{ID: parent + "/amd", Call: parent, Leg: parent, Kind: careline.KindMachineDetection, AnsweredBy: "human"}
	events := []careline.CallEvent{byAPI(0, "initiated", 0), byAPI(1, "in-progress", 4*time.Second), answer, aside(parent, "RE1", 5*time.Second), lasting(byAPI(2, "completed", 9*time.Second), 5)}
	c := foldedAnyhow(t, events...)
	want := careline.Call{Key: parent, MemberLeg: parent, Status: careline.StatusCompleted, Word: "completed", Direction: "outbound-api", Appointment: "a1",
		Sent: noon, Received: noon.Add(4 * time.Second), Ended: noon.Add(9 * time.Second), At: noon.Add(9 * time.Second), Seconds: careline.SecondsOf(5), AnsweredBy: "human", Recording: "RE1",
		Legs: []careline.Leg{{
			ID:         parent,
			Role:       careline.RoleMember,
			Status:     careline.StatusCompleted,
			Word:       "completed",
			Direction:  "outbound-api",
			Sent:       noon,
			Received:   noon.Add(4 * time.Second),
			Ended:      noon.Add(9 * time.Second),
			Seconds:    careline.SecondsOf(5),
			AnsweredBy: "human",
		}}}
	if diff := cmp.Diff(want, c, same); diff != "" || !c.Recordable() {
		t.Errorf("recordable: %v (-want +got):\n%s", c.Recordable(), diff)
	}

	nowhere := byAPI(0, "ringing", 0)
	nowhere.Appointment = ""
	if careline.Fold([]careline.CallEvent{nowhere}).Recordable() {
		t.Error("a call for no appointment is recorded")
	}
	lost := clinicianLeg("completed")
	lost.ID, lost.LookedUp = careline.ReconciledID(parent, careline.StatusCompleted), true
	if c := foldedAnyhow(t, byAPI(0, "ringing", 0), lost); c.MemberLeg != parent || c.ClinicianLeg != "" || c.Status != careline.StatusCanceled || c.Word != "ringing" {
		t.Errorf("which the carrier has forgotten: %+v", c)
	}
	// Who is rung first and then connected to a member is a clinician.
	if c := foldedAnyhow(t, byAPI(0, "initiated", -time.Minute), byAPI(1, "in-progress", -time.Second), progress(0, "ringing", 0)); c.ClinicianLeg != parent || c.MemberLeg != child || c.Word != "ringing" || !c.Sent.Equal(noon) {
		t.Errorf("which goes on to a member: %+v", c)
	}
}

func TestFoldTellsWhoAndWhy(t *testing.T) {
	t.Parallel()
	ended := func(word string, by careline.Side) careline.CallEvent {
		e := dialEnded(word, -1)
		e.EndedBy = by
		return e
	}
	failing := func(e careline.CallEvent, f careline.Failure) careline.CallEvent {
		e.Failure = f
		return e
	}
	ringing := progress(1, "ringing", 0)
	tests := map[string]struct {
		events   []careline.CallEvent
		endedBy  careline.Side
		failure  careline.Failure
		declined bool
		summary  string
	}{
		"the member hung up":             {[]careline.CallEvent{progress(3, "completed", 0), ended("completed", careline.SideMember)}, careline.SideMember, careline.Failure{}, false, "Answered, then ended"},
		"the clinician hung up":          {[]careline.CallEvent{lasting(progress(3, "completed", 0), 61), ended("completed", careline.SideClinician)}, careline.SideClinician, careline.Failure{}, false, "Answered, lasted 1 min 1 s"},
		"given up while it rang":         {[]careline.CallEvent{ringing, ended("no-answer", careline.SideClinician)}, careline.SideClinician, careline.Failure{}, false, "Ended before it was answered"},
		"it rang out":                    {[]careline.CallEvent{ringing, ended("no-answer", "")}, "", careline.Failure{}, false, "No answer"},
		"outvoted":                       {[]careline.CallEvent{progress(3, "busy", 0), ended("completed", careline.SideMember)}, "", careline.Failure{}, false, "The line was busy"},
		"the line was busy":              {[]careline.CallEvent{failing(progress(1, "busy", 0), careline.Failure{SIP: 486})}, "", careline.Failure{}, false, "The line was busy"},
		"declined after ringing":         {[]careline.CallEvent{ringing, progress(2, "busy", 1)}, "", careline.Failure{}, true, "Declined"},
		"declined, and the ringing late": {[]careline.CallEvent{progress(2, "busy", 1), progress(1, "ringing", 2)}, "", careline.Failure{}, true, "Declined"},
		"declined at once":               {[]careline.CallEvent{failing(progress(1, "busy", 0), careline.Failure{SIP: 603})}, "", careline.Failure{}, true, "Declined"},
		"declined, so it failed":         {[]careline.CallEvent{failing(progress(1, "failed", 0), careline.Failure{SIP: 603})}, "", careline.Failure{SIP: 603}, true, "Declined"},
		"no such number":                 {[]careline.CallEvent{failing(progress(1, "failed", 0), careline.Failure{SIP: 404})}, "", careline.Failure{SIP: 404}, false, "Could not be connected: The number does not exist, or is not in service."},
		"the account may not": {[]careline.CallEvent{failing(progress(1, "failed", 0), careline.Failure{SIP: 403}), failing(dialEnded("failed", 0), careline.Failure{Code: 13227})}, "", careline.Failure{Code: 13227, SIP: 403}, false,
			"Could not be connected: The clinic's telephone account may not call this country. Please tell your IT team."},
		"nobody knows why":     {[]careline.CallEvent{progress(1, "failed", 0)}, "", careline.Failure{}, false, "Could not be connected"},
		"answered with a code": {[]careline.CallEvent{failing(progress(1, "completed", 0), careline.Failure{SIP: 200})}, "", careline.Failure{}, false, "Answered, then ended"},
		"voicemail":            {[]careline.CallEvent{lasting(progress(3, "completed", 0), 66), machine("machine_end_beep")}, "", careline.Failure{}, false, "Left for voicemail, lasted 1 min 6 s"},
		"voicemail speaks":     {[]careline.CallEvent{progress(2, "in-progress", 0), machine("machine_start")}, "", careline.Failure{}, false, "Voicemail answered"},
		"voicemail, no length": {[]careline.CallEvent{progress(3, "completed", 0), machine("machine_start")}, "", careline.Failure{}, false, "Left for voicemail"},
		"a fax":                {[]careline.CallEvent{lasting(progress(3, "completed", 0), 120), machine("fax")}, "", careline.Failure{}, false, "Answered by a fax machine, lasted 2 min"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := foldedAnyhow(t, append(test.events, requested())...)
			if c.EndedBy != test.endedBy || c.Failure != test.failure || c.Declined != test.declined || c.Summary() != test.summary {
				t.Errorf("ended by %q, %+v, declined %v: %s", c.EndedBy, c.Failure, c.Declined, c.Summary())
			}
		})
	}
}

// A conversation that the carrier ended at its limit is reported as one that the
// member ended; nobody did.
func TestFoldTellsNobodyEndedWhatTheLimitEnded(t *testing.T) {
	t.Parallel()
	for limit, want := range map[int]careline.Side{
		0:    careline.SideMember,
		1:    "",
		60:   "",
		61:   "",
		62:   careline.SideMember,
		7200: careline.SideMember,
	} {
		ask := requested()
		ask.Request.Limit = limit
		over := dialEnded("completed", -1)
		over.EndedBy = careline.SideMember

		c := foldedAnyhow(t, ask, lasting(progress(3, "completed", 0), 60), over)
		if c.EndedBy != want {
			t.Errorf("with a limit of %d s a conversation of 60 s was ended by %q, want %q", limit, c.EndedBy, want)
		}
	}

	ask, over := requested(), dialEnded("completed", -1)
	ask.Request.Limit, over.EndedBy = 1, careline.SideMember
	if c := foldedAnyhow(t, ask, over); c.EndedBy != careline.SideMember {
		t.Errorf("a conversation of no known length was ended by %q", c.EndedBy)
	}
}

// At is the time of what is told, not of what came: a report that changes nothing
// does not move it, or every one of them would make a version of the record.
func TestFoldTellsWhen(t *testing.T) {
	t.Parallel()
	second := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Second) }
	ask := keptAt(requested(), -2*time.Second)
	timeless := machine("human")
	timeless.Kept = noon.Add(time.Hour)
	tests := map[string]struct {
		events   []careline.CallEvent
		sent, at time.Time
	}{
		"asked for":                {[]careline.CallEvent{ask}, time.Time{}, second(-2)},
		"refused":                  {[]careline.CallEvent{keptAt(refused(), -2*time.Second)}, second(-2), second(-2)},
		"ringing":                  {[]careline.CallEvent{ask, progress(0, "initiated", 0), progress(1, "ringing", 2*time.Second)}, second(0), second(2)},
		"ringing told too late":    {[]careline.CallEvent{ask, progress(0, "initiated", 0), progress(1, "in-progress", 2*time.Second), progress(1, "ringing", time.Second)}, second(0), second(2)},
		"over":                     {append(answered()[1:5:5], ask), second(0), second(190)},
		"over, and more was told":  {append(answered()[1:8:8], ask), second(0), second(190)},
		"a detection with no time": {[]careline.CallEvent{ask, progress(0, "in-progress", time.Second), timeless}, second(1), second(1)},
		"an end with no time":      {[]careline.CallEvent{ask, keptAt(dialEnded("busy", -1), 9*time.Second)}, second(-2), second(9)},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := foldedAnyhow(t, test.events...)
			if !c.Sent.Equal(test.sent) || !c.At.Equal(test.at) {
				t.Errorf("sent %v, told of %v", c.Sent, c.At)
			}
		})
	}
}

// What a second report of the end adds has its own time; one that adds nothing has none.
func TestFoldTellsWhenAnEndWasToldAgain(t *testing.T) {
	t.Parallel()
	over := progress(1, "completed", seconds(2))
	again := progress(2, "completed", seconds(5))
	tests := map[string]struct {
		again careline.CallEvent
		at    time.Time
	}{
		"adds nothing":     {again, noon.Add(seconds(2))},
		"adds a length":    {lasting(again, 60), noon.Add(seconds(5))},
		"adds who hung up": {hungUp(again, careline.SideMember), noon.Add(seconds(5))},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := foldedAnyhow(t, requested(), over, test.again)
			if !c.Ended.Equal(noon.Add(seconds(2))) || !c.At.Equal(test.at) {
				t.Errorf("ended %v, told of %v", c.Ended, c.At)
			}
		})
	}
}

// Who hung up is told of a conversation, and of a clinician who did not wait for one.
func TestFoldTellsWhoHungUp(t *testing.T) {
	t.Parallel()
	for word, ended := range map[string]struct{ clinician, member careline.Side }{
		"completed": {careline.SideClinician, careline.SideMember},
		"canceled":  {careline.SideClinician, ""},
		"no-answer": {careline.SideClinician, ""},
		"busy":      {},
		"failed":    {},
	} {
		for by, want := range map[careline.Side]careline.Side{
			careline.SideClinician: ended.clinician,
			careline.SideMember:    ended.member,
			"":                     "",
		} {
			if c := foldedAnyhow(t, requested(), hungUp(progress(1, word, 0), by)); c.EndedBy != want {
				t.Errorf("%s, by %q: it was ended by %q, want %q", word, by, c.EndedBy, want)
			}
		}
	}
}
