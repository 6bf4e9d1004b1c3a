package careline_test

import (
	"cmp"
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

// recordingAsked is a command of a recording, at noon + at by our clock; by whom may be
// empty: careline itself.
func recordingAsked(act careline.RecordingAct, by string, at time.Duration) careline.CallEvent {
	return careline.CallEvent{ID: fmt.Sprint(act, at), Call: parent, Leg: parent, Kind: careline.KindRecordingAsked, At: noon.Add(at), Sound: careline.RecordingSaid{Act: act, By: by}}
}

// done is the answer to it, half a second later.
func done(asked careline.CallEvent, sid, failed string) careline.CallEvent {
	return careline.CallEvent{ID: asked.ID + "/answer", Call: parent, Leg: parent, Kind: careline.KindRecording, At: asked.At.Add(time.Second / 2), Recording: sid,
		Sound: careline.RecordingSaid{Answers: asked.ID, Failed: failed}}
}

// sound is the carrier's report of a recording that began at noon + begun.
func sound(sid string, state careline.RecordingState, begun, at time.Duration) careline.CallEvent {
	return careline.CallEvent{ID: sid + "/" + string(state), Call: parent, Leg: parent, Kind: careline.KindRecording, At: noon.Add(at), Recording: sid,
		Sound: careline.RecordingSaid{State: state, Channels: 2, Started: noon.Add(begun)}}
}

func soundKept(sid, media string) careline.CallEvent {
	return careline.CallEvent{ID: sid + "/kept", Call: parent, Leg: parent, Kind: careline.KindRecordingKept, At: noon.Add(seconds(200)), Recording: sid, Sound: careline.RecordingSaid{Media: media}}
}

func soundGone(sid, why string) careline.CallEvent {
	return careline.CallEvent{ID: sid + "/gone", Call: parent, Leg: parent, Kind: careline.KindRecordingGone, At: noon.Add(seconds(300)), Recording: sid, Sound: careline.RecordingSaid{Why: why}}
}

func TestFoldOfRecordings(t *testing.T) {
	t.Parallel()
	start, again := recordingAsked(careline.RecordStart, "", seconds(10)), recordingAsked(careline.RecordStart, "dr-1", seconds(60))
	within := recordingAsked(careline.RecordStart, "dr-1", seconds(10)+400*time.Millisecond)
	running := []careline.CallEvent{start, done(start, "RE1", ""), sound("RE1", careline.RecordingRunning, seconds(10), seconds(12))}
	held, pressed := recordingAsked(careline.RecordPause, "", seconds(20)), recordingAsked(careline.RecordPause, "dr-1", seconds(22))
	heldToo := recordingAsked(careline.RecordPause, "", seconds(25))
	resume, stop := recordingAsked(careline.RecordResume, "dr-1", seconds(30)), recordingAsked(careline.RecordStop, "dr-1", seconds(40))
	completed := lasting(sound("RE1", careline.RecordingCompleted, seconds(10), seconds(50)), 30)
	late := sound("RE1", careline.RecordingRunning, seconds(10), seconds(99))

	tests := map[string]struct {
		events []careline.CallEvent
		want   string // of each: its name, state, seconds, Media, why gone
	}{
		"nothing":                              {nil, ""},
		"asked for":                            {running[:1], "[- starting]"},
		"asked for, in vain":                   {[]careline.CallEvent{start, done(start, "", "21220")}, "[- failed]"},
		"asked for, in vain, and again":        {[]careline.CallEvent{start, done(start, "", "21220"), again, done(again, "RE2", "")}, "[- failed][RE2 in-progress]"},
		"asked for, and told of first":         {[]careline.CallEvent{start, running[2]}, "[- starting][RE1 in-progress]"},
		"running":                              {running, "[RE1 in-progress]"},
		"one that nobody asked for":            {running[2:], "[RE1 in-progress]"},
		"paused by careline":                   {with(running, held, done(held, "RE1", "")), "[RE1 paused 20.5]"},
		"paused by a person":                   {with(running, pressed, done(pressed, "RE1", "")), "[RE1 paused 22.5 by hand]"},
		"paused by careline, then a person":    {with(running, held, done(held, "RE1", ""), pressed, done(pressed, "RE1", "")), "[RE1 paused 20.5 by hand]"},
		"paused by a person, then careline":    {with(running, pressed, done(pressed, "RE1", ""), heldToo, done(heldToo, "RE1", "")), "[RE1 paused 22.5 by hand]"},
		"a pause that could not be":            {with(running, held, done(held, "RE1", "21220")), "[RE1 in-progress]"},
		"a pause that is not done yet":         {with(running, held), "[RE1 in-progress]"},
		"a pause whose command was lost":       {with(running, done(held, "RE1", "")), "[RE1 in-progress]"},
		"that it began comes late":             {with(running[:2], held, done(held, "RE1", ""), late), "[RE1 paused 20.5]"},
		"it goes on":                           {with(running, pressed, done(pressed, "RE1", ""), resume, done(resume, "RE1", "")), "[RE1 in-progress]"},
		"stopped":                              {with(running, stop, done(stop, "RE1", "")), "[RE1 stopped]"},
		"stopped, and that it goes on late":    {with(running[:2], stop, done(stop, "RE1", ""), late), "[RE1 stopped]"},
		"completed":                            {with(running, completed), "[RE1 completed 30 s]"},
		"completed while paused":               {with(running, held, done(held, "RE1", ""), completed), "[RE1 completed 30 s]"},
		"completed, and paused after all":      {with(running, completed, recordingAsked(careline.RecordPause, "", seconds(90)), done(recordingAsked(careline.RecordPause, "", seconds(90)), "RE1", "")), "[RE1 completed 30 s]"},
		"nothing was recorded":                 {with(running, sound("RE1", careline.RecordingAbsent, seconds(10), seconds(50))), "[RE1 absent]"},
		"it failed":                            {with(running, sound("RE1", careline.RecordingFailed, seconds(10), seconds(50))), "[RE1 failed]"},
		"kept":                                 {with(running, completed, soundKept("RE1", "m1")), "[RE1 completed 30 s m1]"},
		"kept, and told of by that alone":      {[]careline.CallEvent{soundKept("RE1", "m1")}, "[RE1 in-progress m1]"},
		"gone":                                 {with(running, completed, soundKept("RE1", "m1"), soundGone("RE1", "expired")), "[RE1 deleted 30 s gone: expired]"},
		"gone, and nobody says why":            {with(running, soundGone("RE1", "")), "[RE1 deleted gone: deleted]"},
		"gone before it is completed":          {with(running, soundGone("RE1", "withdrawn"), lasting(sound("RE1", careline.RecordingCompleted, seconds(10), seconds(400)), 30)), "[RE1 deleted 30 s gone: withdrawn]"},
		"two, in the order of their beginning": {with(running, sound("RE0", careline.RecordingRunning, seconds(60), seconds(61))), "[RE1 in-progress][RE0 in-progress]"},
		"two of one second, whose beginnings the carrier tells alike": {
			[]careline.CallEvent{start, done(start, "RE2", ""), sound("RE2", careline.RecordingCompleted, seconds(10), seconds(12)),
				within, done(within, "RE1", ""), sound("RE1", careline.RecordingRunning, seconds(10), seconds(12))},
			"[RE2 completed][RE1 in-progress]",
		},
		"one that is asked for in the second in which another began": {
			[]careline.CallEvent{start, done(start, "RE2", ""), sound("RE2", careline.RecordingCompleted, seconds(10), seconds(12)), recordingAsked(careline.RecordStart, "dr-1", seconds(10)+700*time.Millisecond)},
			"[RE2 completed][- starting]",
		},
		"a deletion is asked for": {with(running, completed, recordingAsked(careline.RecordDelete, "dr-9", seconds(90))), "[RE1 completed 30 s]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := foldedAnyhow(t, with(answered(), test.events...)...)
			told := ""
			for _, r := range c.Recordings {
				told += "[" + cmp.Or(r.Sid, "-") + " " + string(r.State)
				if n, known := r.Seconds.Value(); known {
					told += fmt.Sprintf(" %d s", n)
				}
				if !r.PausedAt.IsZero() {
					told += fmt.Sprint(" ", r.PausedAt.Sub(noon).Seconds())
				}
				if r.ByHand {
					told += " by hand"
				}
				if r.Media != "" {
					told += " " + r.Media
				}
				if r.Gone != "" {
					told += " gone: " + r.Gone
				}
				told += "]"
			}
			if told != test.want {
				t.Errorf("%s\nwant %s", told, test.want)
			}
			if c.Status != careline.StatusCompleted || !c.Ended.Equal(noon.Add(seconds(190))) || c.Parties != nil || c.Room != "" {
				t.Errorf("the call is %s, ended %v, %q with %v", c.Status, c.Ended, c.Room, c.Parties)
			}
		})
	}
}

// The first recording that has a name is the call's, and what the record holds of
// recordings moves the time of what is told; a pause does not.
func TestFoldOfTheTimesOfRecordings(t *testing.T) {
	t.Parallel()
	start, held := recordingAsked(careline.RecordStart, "", seconds(10)), recordingAsked(careline.RecordPause, "", seconds(195))
	running := sound("RE1", careline.RecordingRunning, seconds(10), seconds(12))
	for name, test := range map[string]struct {
		events []careline.CallEvent
		at     int
	}{
		"running":  {[]careline.CallEvent{start, done(start, "RE1", ""), running}, 190},
		"paused":   {[]careline.CallEvent{running, held, done(held, "RE1", "")}, 190},
		"kept":     {[]careline.CallEvent{running, soundKept("RE1", "m1")}, 200},
		"gone":     {[]careline.CallEvent{running, soundKept("RE1", "m1"), soundGone("RE1", "expired")}, 300},
		"declined": {[]careline.CallEvent{running, consent(careline.ConsentWithdrawn, "dr-1", seconds(210))}, 210},
	} {
		c := foldedAnyhow(t, with(answered(), test.events...)...)
		if c.Recording != "RE1" || !c.At.Equal(noon.Add(seconds(test.at))) {
			t.Errorf("%s: the recording is %q, told of %v", name, c.Recording, c.At)
		}
		if r := c.Recordings[0]; r.Channels != 2 || !r.Started.Equal(noon.Add(seconds(10))) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

func consent(d careline.Decision, by string, at time.Duration) careline.CallEvent {
	return careline.CallEvent{ID: fmt.Sprint("consent/", d, by), Call: parent, Leg: parent, Kind: careline.KindConsent, At: noon.Add(at),
		Consent: careline.Consent{Decision: d, By: by, Text: "abc"}}
}

// What stands of several decisions is the same, whichever was made or came first.
func TestFoldOfConsent(t *testing.T) {
	t.Parallel()
	order := []careline.Decision{careline.ConsentAnnounced, careline.ConsentNotAsked, careline.ConsentGiven, careline.ConsentDeclined, careline.ConsentWithdrawn}
	for i, lesser := range order {
		for _, greater := range order[i+1:] {
			for _, at := range [][2]int{{1, 2}, {2, 1}} {
				c := foldedAnyhow(t, requested(), consent(lesser, "dr-1", seconds(at[0])), consent(greater, "dr-2", seconds(at[1])))
				want := careline.Consent{Decision: greater, By: "dr-2", Text: "abc", At: noon.Add(seconds(at[1]))}
				if diff := gocmp.Diff(want, c.Consent); diff != "" {
					t.Errorf("of %s and %s (-want +got):\n%s", lesser, greater, diff)
				}
			}
		}
	}

	if c := foldedAnyhow(t, requested(), consent(careline.ConsentGiven, "dr-2", seconds(2)), consent(careline.ConsentGiven, "dr-1", seconds(1))); c.Consent.By != "dr-1" {
		t.Errorf("of two that are the same, that of %s stands", c.Consent.By)
	}
	if c := foldedAnyhow(t, requested(), consent("maybe", "dr-1", 0)); c.Consent.Decision.Allows() || c.Consent != (careline.Consent{}) {
		t.Errorf("of a decision that is new to us: %+v", c.Consent)
	}
}
