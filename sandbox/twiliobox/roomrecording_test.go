package twiliobox_test

import (
	"net/http"
	"net/url"
	"testing"

	"perci.health/careline/sandbox/media"
)

// A recording of the clinician's leg goes on through the move of a call into a room,
// and holds who joined later: the clinician in its first channel, all else in its
// second. One of a phone in the room holds what the phone said and heard.
func TestRecordingThroughARoom(t *testing.T) {
	t.Parallel()
	const third = "+447700900143"
	w := newWired(t, dialTo(member, patient, ""))
	w.script(member, map[string]any{"outcome": "answer", "ringSeconds": 0, "talkSeconds": 0, "voice": "tone:1300"})
	w.script(third, map[string]any{"outcome": "answer", "ringSeconds": 0, "talkSeconds": 0, "voice": "tone:1700"})
	p := w.listening()
	a, answer := p.inCall()
	a.say(media.Tone(500))
	a.hears("the member", 1300)
	parent := answer.Payload.CallSID
	recorded := w.startRecording(parent, "RecordingChannels=dual").SID
	w.passes(parent, 50)

	w.publish("/result", hall(`participantLabel="p1"`))
	w.publish("/conference", hall(`participantLabel="p2"`))
	child := w.call(parent).Legs[1].SID
	if code := w.rest("POST", "/Calls/"+child+".json", "Url="+url.QueryEscape(base+"/conference"), nil); code != http.StatusOK {
		t.Fatalf("redirect: %d", code)
	}
	form := url.Values{"From": {ours}, "To": {third}, "Label": {"p3"}, "Beep": {"false"}, "EarlyMedia": {"false"}}
	var added inRoomNow
	w.rest("POST", "/Conferences/hall/Participants.json", form.Encode(), &added)
	a.hears("both", 1300, 1700)
	phone := w.startRecording(added.CallSid, "RecordingChannels=dual").SID
	w.passes(parent, 50)
	w.steer(parent, recorded, "Status=stopped")
	w.steer(added.CallSid, phone, "Status=stopped")
	for _, sid := range []string{recorded, phone} {
		eventually(t, "the recording", func() bool { return w.sound(sid).Code == http.StatusOK })
	}

	first, second := w.heard(recorded)
	if !alone(first, 500, 1300) {
		t.Error("the first channel is not the clinician alone")
	}
	before, after := second[:40], second[len(second)-40:]
	if !holds(before, 1300) || !holdsBoth(after, 1300, 1700) {
		t.Errorf("the second channel: %.2f of the member before; %.2f and %.2f after", media.Power(before, 1300), media.Power(after, 1300), media.Power(after, 1700))
	}
	first, second = w.heard(phone)
	if !alone(first, 1700, 500) || !holdsBoth(second[len(second)/2:], 500, 1300) {
		t.Errorf("the phone's recording: itself alone: %v; %.2f and %.2f", alone(first, 1700, 500), media.Power(second, 500), media.Power(second, 1300))
	}
}

// holdsBoth says whether a tenth of a second of some sound is of two tones alone: on a
// busy machine not every one is.
func holdsBoth(sound []media.Frame, one, other float64) bool {
	for i := range len(sound) - 5 {
		if share(sound[i:i+5], []float64{one, other}) {
			return true
		}
	}
	return false
}
