package careline_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

// standing is what the log remembers after the events, in their order.
func standing(events ...careline.CallEvent) careline.Standing {
	s := careline.Standing{Key: parent}
	for _, e := range events {
		s = s.Told(e)
	}
	return s
}

func at(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

func TestStandingTold(t *testing.T) {
	t.Parallel()
	ask := keptAt(requested(), 0)
	ringing := keptAt(progress(1, "ringing", 0), time.Second)
	begun := careline.Standing{
		Key:       parent,
		First:     at(0),
		Listed:    true,
		Requested: true,
		Clinician: "dr-1",
		Patient:   "Patient/p1",
		Begun:     at(0),
		Look:      at(180),
	}
	with := func(change func(*careline.Standing)) careline.Standing {
		s := begun
		change(&s)
		return s
	}
	other := asked("other", careline.Request{Clinician: "dr-2", Patient: "Patient/p2"})
	unplaced := progress(1, "ringing", 0)
	unplaced.Call = ""
	called := keptAt(progress(1, "completed", 0), 0)
	called.Kind = careline.KindMemberCalled
	addFailed := answer("add", "404", "")
	addFailed.Room.Act = careline.ActAdd
	startFailed := answer("room", "404", "")
	startFailed.Room.Act = careline.ActStart
	tests := map[string]struct {
		events []careline.CallEvent
		want   careline.Standing
	}{
		"asked for":            {[]careline.CallEvent{ask}, begun},
		"the first request":    {[]careline.CallEvent{ask, keptAt(other, time.Second)}, begun},
		"a request after all":  {[]careline.CallEvent{ringing, keptAt(requested(), 2*time.Second)}, with(func(s *careline.Standing) { s.First, s.Begun, s.Heard, s.Look = at(1), at(2), true, at(181) })},
		"heard of":             {[]careline.CallEvent{ask, ringing}, with(func(s *careline.Standing) { s.Heard = true })},
		"refused":              {[]careline.CallEvent{keptAt(refused(), 0)}, with(func(s *careline.Standing) { s.Over, s.Settled, s.Look = true, true, time.Time{} })},
		"ended":                {[]careline.CallEvent{ask, progress(3, "busy", 0)}, with(func(s *careline.Standing) { s.Heard, s.Over, s.Settled, s.Look = true, true, true, time.Time{} })},
		"the clinician left":   {[]careline.CallEvent{ask, clinicianLeg("completed")}, with(func(s *careline.Standing) { s.Heard, s.Over = true, true })},
		"it stays ended":       {[]careline.CallEvent{ask, dialEnded("busy", -1), ringing}, with(func(s *careline.Standing) { s.Heard, s.Over, s.Settled, s.Look = true, true, true, time.Time{} })},
		"in a room":            {[]careline.CallEvent{ask, ringing, roomAsked(0), clinicianLeg("completed")}, with(func(s *careline.Standing) { s.Heard, s.Room = true, true })},
		"nobody is in it":      {[]careline.CallEvent{ask, ringing, roomAsked(0), lookedUpClinician("completed")}, with(func(s *careline.Standing) { s.Heard, s.Room, s.Over = true, true, true })},
		"a room in vain":       {[]careline.CallEvent{ask, ringing, roomAsked(0), answer("room", "404", ""), clinicianLeg("completed")}, with(func(s *careline.Standing) { s.Heard, s.Over = true, true })},
		"a start in vain":      {[]careline.CallEvent{ask, ringing, roomAsked(0), startFailed, clinicianLeg("completed")}, with(func(s *careline.Standing) { s.Heard, s.Over = true, true })},
		"an answer to another": {[]careline.CallEvent{ask, ringing, roomAsked(0), addFailed, clinicianLeg("completed")}, with(func(s *careline.Standing) { s.Heard, s.Room = true, true })},
		"a room that is over":  {[]careline.CallEvent{ask, roomAsked(0), inRoom(1, careline.ActEnd, "", "", 0), clinicianLeg("completed")}, with(func(s *careline.Standing) { s.Heard, s.Over = true, true })},
		"the member leaves it": {[]careline.CallEvent{ask, roomAsked(0), progress(3, "completed", 0)}, with(func(s *careline.Standing) {
			s.Heard, s.Room, s.Over, s.Settled, s.Look = true, true, true, true, time.Time{}
		})},
		"nothing heard":          {[]careline.CallEvent{ask, added(0), answer("add", "", third), consent(careline.ConsentGiven, "dr-1", 0), recordingAsked(careline.RecordStart, "", 0), done(recordingAsked(careline.RecordStart, "", 0), "RE1", ""), soundKept("RE1", "m1"), soundGone("RE1", "expired")}, begun},
		"what is recorded alone": {[]careline.CallEvent{keptAt(sound("RE1", careline.RecordingCompleted, 0, 0), 0)}, careline.Standing{Key: parent, First: at(0), Heard: true}},
		"a leg of nobody":        {[]careline.CallEvent{keptAt(unplaced, 0)}, careline.Standing{Key: parent, First: at(0), Listed: true, Heard: true}},
		"a leg of nobody joined": {[]careline.CallEvent{keptAt(unplaced, 0), ringing}, careline.Standing{Key: parent, First: at(0), Listed: true, Heard: true, Look: at(180)}},
		"a member called":        {[]careline.CallEvent{called}, careline.Standing{Key: parent, First: at(0), Listed: true, Heard: true}},
	}
	for name, test := range tests {
		if diff := cmp.Diff(test.want, standing(test.events...)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestStandingJoined(t *testing.T) {
	t.Parallel()
	call := careline.Standing{Key: parent, First: at(10), Requested: true, Clinician: "dr-1", Begun: at(10), Look: at(190)}
	tests := map[string]struct {
		call, leg, want careline.Standing
	}{
		"a leg that was there before": {
			call,
			careline.Standing{Key: child, First: at(5), Heard: true, Look: at(185)},
			careline.Standing{Key: parent, First: at(5), Requested: true, Clinician: "dr-1", Begun: at(10), Heard: true, Look: at(185)},
		},
		"a leg that came later": {
			call,
			careline.Standing{Key: child, First: at(15), Over: true, Look: at(195)},
			careline.Standing{Key: parent, First: at(10), Requested: true, Clinician: "dr-1", Begun: at(10), Over: true, Look: at(190)},
		},
		"a leg that settles it": {
			call,
			careline.Standing{Key: child, First: at(10), Settled: true},
			careline.Standing{Key: parent, First: at(10), Requested: true, Clinician: "dr-1", Begun: at(10), Settled: true},
		},
		"a leg of which nothing is known": {
			call,
			careline.Standing{Key: child},
			call,
		},
		"a call of which nothing is known": {
			careline.Standing{Key: parent},
			careline.Standing{Key: child, First: at(5), Look: at(185)},
			careline.Standing{Key: parent, First: at(5), Look: at(185)},
		},
		"a call that was heard of, over and settled": {
			careline.Standing{Key: parent, First: at(1), Heard: true, Over: true, Settled: true},
			careline.Standing{Key: child, First: at(1), Look: at(181)},
			careline.Standing{Key: parent, First: at(1), Heard: true, Over: true, Settled: true},
		},
		"a leg that was in a room": {
			careline.Standing{Key: parent, First: at(1)},
			careline.Standing{Key: child, First: at(1), Room: true},
			careline.Standing{Key: parent, First: at(1), Room: true},
		},
	}
	for name, test := range tests {
		if diff := cmp.Diff(test.want, test.call.Joined(test.leg)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestStandingLiveAt(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		standing careline.Standing
		after    time.Duration
		want     bool
	}{
		"just asked for":           {careline.Standing{}, 0, true},
		"silent for almost 3 min":  {careline.Standing{}, careline.SilentFor - 1, true},
		"silent for 3 min":         {careline.Standing{}, careline.SilentFor, false},
		"heard of, for 3 min":      {careline.Standing{Heard: true}, careline.SilentFor, true},
		"heard of, for almost 4 h": {careline.Standing{Heard: true}, careline.LiveFor - 1, true},
		"heard of, for 4 h":        {careline.Standing{Heard: true}, careline.LiveFor, false},
		"over":                     {careline.Standing{Heard: true, Over: true}, 0, false},
	}
	for name, test := range tests {
		test.standing.Begun = noon
		if got := test.standing.LiveAt(noon.Add(test.after)); got != test.want {
			t.Errorf("%s: live is %v", name, got)
		}
	}
	if (careline.Standing{Heard: true}).LiveAt(noon) {
		t.Error("a call that nobody asked for is somebody's")
	}
}

func TestWhatAnEventSaysOfItsCall(t *testing.T) {
	t.Parallel()
	of := func(kind careline.Kind, status careline.Status) careline.CallEvent {
		return careline.CallEvent{Kind: kind, Status: status}
	}
	tests := map[string]struct {
		event               careline.CallEvent
		asks, ends, settles bool
	}{
		"a request":                     {of(careline.KindRequested, ""), true, false, false},
		"a refusal":                     {of(careline.KindRefused, ""), true, true, true},
		"the member's leg goes on":      {of(careline.KindProgress, "ringing"), false, false, false},
		"the member's leg ends":         {of(careline.KindProgress, "busy"), false, true, true},
		"a dial that ended":             {of(careline.KindDialEnded, "completed"), false, true, true},
		"a dial that goes on":           {of(careline.KindDialEnded, "in-progress"), false, false, false},
		"the clinician's leg ends":      {of(careline.KindClinicianLeg, "completed"), false, true, false},
		"the clinician's leg goes on":   {of(careline.KindClinicianLeg, "ringing"), false, false, false},
		"a detection":                   {of(careline.KindMachineDetection, "completed"), false, false, false},
		"a member's call":               {of(careline.KindMemberCalled, "completed"), false, false, false},
		"an app that was rung":          {of(careline.KindRingLeg, "canceled"), false, false, false},
		"somebody who joined, and left": {of(careline.KindParty, "completed"), false, false, false},
		"a room that is asked for":      {of(careline.KindRoomAsked, ""), false, false, false},
		"a Dial that moves":             {of(careline.KindMoved, "completed"), false, false, false},
		"somebody who left the room":    {of(careline.KindPartyLeft, "completed"), false, false, false},
		"the end is asked for":          {careline.CallEvent{Kind: careline.KindPartyAsked, Room: careline.RoomSaid{Act: careline.ActEnd}}, false, false, false},
		"the room ends":                 {careline.CallEvent{Kind: careline.KindRoom, Room: careline.RoomSaid{Act: careline.ActEnd}}, false, false, false},
		"a decision":                    {of(careline.KindConsent, ""), false, false, false},
		"a recording":                   {of(careline.KindRecording, "completed"), false, false, false},
	}
	for name, test := range tests {
		if e := test.event; e.Asks() != test.asks || e.Ends() != test.ends || e.Settles() != test.settles {
			t.Errorf("%s: asks %v, ends %v, settles %v", name, e.Asks(), e.Ends(), e.Settles())
		}
	}

	e := careline.CallEvent{Call: parent, Leg: child}
	if e.Key() != parent {
		t.Errorf("it is kept under %s", e.Key())
	}
	if e.Call = ""; e.Key() != child {
		t.Errorf("without a call it is kept under %s", e.Key())
	}
}

// A call that was looked up and goes on is looked at again when that was put off to,
// whatever is reported meanwhile.
func TestStandingToldWhileItIsLookedAtAgain(t *testing.T) {
	t.Parallel()
	s := standing(keptAt(requested(), 0))
	s.Look = at(600)
	if again := s.Told(keptAt(progress(1, "ringing", 0), time.Second)); !again.Look.Equal(at(600)) {
		t.Errorf("it is looked at %v", again.Look)
	}
}
