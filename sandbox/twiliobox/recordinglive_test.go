package twiliobox_test

import (
	"net/http"
	"testing"
	"time"

	"perci.health/careline/sandbox/media"
)

// Somebody dials a number of the account and a browser answers: the first channel
// is the caller's, who has no sound of his own here, the second the browser's.
func TestRecordingOfACaller(t *testing.T) {
	t.Parallel()
	w := newWired(t, "")
	w.pages["/incoming"] = xmlPage(toClient)
	p := w.reachable("dr_jones")
	var made struct{ CallSid string }
	if code := w.do("POST", "/sandbox/v1/incoming", map[string]any{"from": "+447700900142", "to": ours}, &made); code != http.StatusCreated {
		t.Fatal(code)
	}
	invite := p.next("invite").Payload
	b := newBrowser(t)
	p.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": b.answer(invite.SDP)})
	b.say(media.Tone(700))
	eventually(t, "answer", func() bool { return w.call(made.CallSid).Status == "in-progress" })
	eventually(t, "sound", func() bool {
		legs := w.call(made.CallSid).Legs
		return legs[1].Media != nil && legs[1].Media.PacketsIn > 10
	})

	sid := w.startRecording(invite.CallSID, "RecordingChannels=dual").SID
	before := w.call(made.CallSid).Legs[1].Media.PacketsIn
	eventually(t, "a second of sound", func() bool { return w.call(made.CallSid).Legs[1].Media.PacketsIn > before+50 })
	w.steer(made.CallSid, sid, "Status=stopped")
	eventually(t, "the recording", func() bool { return w.sound(sid).Code == http.StatusOK })
	first, second := w.heard(sid)
	if !quiet(first) || !alone(second, 700, 1200) || len(second) < 45 {
		t.Errorf("%d frames; the caller is quiet: %v, the clinician alone: %v", len(second), quiet(first), alone(second, 700, 1200))
	}
}

// A page that is loaded again leaves a silence, and is then heard again; the
// recording is as long as that took.
func TestRecordingWhileAPageIsLoadedAgain(t *testing.T) {
	t.Parallel()
	w := newWired(t, dialTo("+447700900801", patient, ""))
	w.box.Endure(time.Second, time.Minute, time.Minute, time.Minute)
	p := w.listening()
	b := p.invite("TJS1", "")
	b.accept(p.next("ringing").Payload.SDP)
	page := w.page("+447700900801")
	parent := p.next("answer").Payload.CallSID
	b.say(media.Tone(700))
	page.say(media.Tone(1200))
	b.hears("the member", 1200)

	asked := time.Now()
	sid := w.startRecording(parent, "RecordingChannels=dual").SID
	began := time.Now()
	w.passes(parent, 50)
	page.close()
	w.passes(parent, 50)
	page = w.page("+447700900801")
	page.say(media.Tone(900))
	b.hears("the member after the reload", 900)
	w.passes(parent, 50)
	atLeast := int(time.Since(began) / media.FrameTime)
	w.steer(parent, sid, "Status=stopped")
	atMost := int(time.Since(asked) / media.FrameTime)
	eventually(t, "the recording", func() bool { return w.sound(sid).Code == http.StatusOK })

	first, second := w.heard(sid)
	if len(second) < atLeast-1 || len(second) > atMost+1 {
		t.Errorf("%d frames in %d to %d of the wall clock", len(second), atLeast, atMost)
	}
	if !alone(first, 700, 900) || longestQuiet(second) < 20 {
		t.Errorf("the clinician alone: %v; a silence of %d frames", alone(first, 700, 900), longestQuiet(second))
	}
	if !holds(second[:50], 1200) || holds(second[:50], 900) || !holds(second[len(second)-50:], 900) {
		t.Error("the member is not heard before and after")
	}
}

// holds says whether a tenth of a second of some sound is a tone.
func holds(sound []media.Frame, hz float64) bool {
	for i := range len(sound) - 5 {
		if media.Power(sound[i:i+5], hz) > 0.8 {
			return true
		}
	}
	return false
}

// What passes in a pause can be left out.
func TestRecordingSkipsAPause(t *testing.T) {
	t.Parallel()
	inTalk(t, func(w *world, parent, _ string) {
		sid := w.startRecording(parent, "").SID
		pass(2 * time.Second)
		w.steer(parent, sid, "Status=paused&PauseBehavior=skip")
		pass(10 * time.Second)
		w.steer(parent, sid, "Status=in-progress")
		pass(3 * time.Second)
		w.steer(parent, sid, "Status=stopped")
		pass(2 * time.Second)
		if now, _ := w.recording(sid); now.Duration != "5" {
			t.Errorf("%+v", now)
		}
	})
}

// A phone that nobody holds has the recorded leg, a browser the other: both are
// heard.
func TestRecordingOfAPhoneByItself(t *testing.T) {
	t.Parallel()
	w := newWired(t, "")
	w.script(member, map[string]any{"outcome": "answer", "voice": "tone:1000", "talkSeconds": 0})
	p := w.reachable("dr_jones")
	w.pages["/placed"] = xmlPage(toClient)
	parent := w.place(asked(member))
	invite := p.next("invite").Payload
	b := newBrowser(t)
	p.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": b.answer(invite.SDP)})
	b.say(media.Tone(700))
	b.hears("the phone", 1000)

	sid := w.startRecording(parent, "RecordingChannels=dual").SID
	packets := func() int { return w.call(parent).Legs[1].Media.PacketsIn }
	before := packets()
	eventually(t, "a second of sound", func() bool { return packets() > before+50 })
	w.steer(parent, sid, "Status=stopped")
	eventually(t, "the recording", func() bool { return w.sound(sid).Code == http.StatusOK })
	first, second := w.heard(sid)
	if !alone(first, 1000, 700) || !alone(second, 700, 1000) {
		t.Errorf("%d frames: the phone alone %v, the clinician alone %v", len(second), alone(first, 1000, 700), alone(second, 700, 1000))
	}
}

// A leg that is told to run something else leaves its Dial, and its recording goes
// on.
func TestRecordingOutlivesARedirect(t *testing.T) {
	t.Parallel()
	for _, ends := range []bool{false, true} {
		inTalk(t, func(w *world, parent, _ string) {
			w.pages["/elsewhere"] = xmlPage(`<Response><Pause length="5"/></Response>`)
			w.do("PUT", "/sandbox/v1/unproven", map[string]any{"recordingEndsWithDial": ends}, nil)
			sid := w.startRecording(parent, "").SID
			pass(2 * time.Second)
			if code := w.rest("POST", "/Calls/"+parent+".json", "Url="+base+"/elsewhere", nil); code != http.StatusOK {
				t.Fatalf("redirect: %d", code)
			}
			pass(20 * time.Second)
			want := map[bool]string{false: "7", true: "2"}[ends]
			if now, _ := w.recording(sid); now.Status != "completed" || now.Duration != want {
				t.Errorf("ends with the Dial: %v; %+v", ends, now)
			}
		})
	}
}
