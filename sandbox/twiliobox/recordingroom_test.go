package twiliobox_test

import (
	"net/http"
	"net/url"
	"testing"

	"perci.health/careline/sandbox/media"
)

// A call of two becomes a room of three: its one recording goes on, with the
// clinician on the first channel and all others on the second.
func TestRecordingGoesIntoARoom(t *testing.T) {
	t.Parallel()
	const third = "+447700900143"
	w := newWired(t, dialTo(member, patient, ""))
	w.script(member, map[string]any{"outcome": "answer", "ringSeconds": 0, "talkSeconds": 0, "voice": "tone:1700"})
	w.script(third, map[string]any{"outcome": "answer", "ringSeconds": 0, "talkSeconds": 0, "voice": "tone:1100"})
	p := w.listening()
	a, answer := p.inCall()
	parent := answer.Payload.CallSID
	a.say(media.Tone(500))
	a.hears("the member", 1700)
	sid := w.startRecording(parent, "RecordingChannels=dual").SID
	w.passes(parent, 50)

	w.publish("/result", hall(`participantLabel="p1" waitUrl=""`))
	w.publish("/conference", hall(`participantLabel="p2" waitUrl=""`))
	child := w.call(parent).Legs[1].SID
	if code := w.rest("POST", "/Calls/"+child+".json", "Url="+url.QueryEscape(base+"/conference"), nil); code != http.StatusOK {
		t.Fatalf("redirect: %d", code)
	}
	eventually(t, "both in the room", func() bool { return len(w.at("/room")) == 2 })
	w.addPhone(third)
	a.hears("the other two", 1700, 1100)
	w.passes(parent, 50)
	if got := w.recordings("/Calls/" + parent + "/Recordings.json"); len(got) != 1 || got[0] != sid {
		t.Fatalf("recordings %v", got)
	}
	p.send("hangup", map[string]any{"callsid": parent})
	eventually(t, "the recording", func() bool { return w.sound(sid).Code == http.StatusOK })

	first, second := w.heard(sid)
	if !alone(first, 500, 1700) || media.Power(first, 1100) > 0.02 {
		t.Error("the first channel is not the clinician's alone")
	}
	last := second[len(second)-50:]
	if !holds(second[:50], 1700) || media.Power(second, 500) > 0.02 || !both(last, 1700, 1100) {
		t.Errorf("the second channel is not the member's, then that of both: %.2f %.2f", media.Power(last, 1700), media.Power(last, 1100))
	}
}

// both says whether a tenth of a second of some sound holds two tones.
func both(sound []media.Frame, one, other float64) bool {
	for i := range len(sound) - 5 {
		if share(sound[i:i+5], []float64{one, other}) {
			return true
		}
	}
	return false
}

// addPhone has the REST API dial a phone into the hall.
func (w *wired) addPhone(number string) (sid string) {
	w.t.Helper()
	form := url.Values{"From": {ours}, "To": {number}, "Label": {number}, "Beep": {"false"}, "EarlyMedia": {"false"}}
	var made struct {
		CallSID string `json:"call_sid"`
	}
	if code := w.rest("POST", "/Conferences/hall/Participants.json", form.Encode(), &made); code != http.StatusCreated {
		w.t.Fatalf("add: %d", code)
	}
	return made.CallSID
}

// The leg of a phone that answers by itself is recorded in a room: what it says, and
// the mix that it hears.
func TestRecordingOfAPhoneInARoom(t *testing.T) {
	t.Parallel()
	w := newWired(t, "")
	w.script(member, map[string]any{"outcome": "answer", "ringSeconds": 0, "talkSeconds": 0, "voice": "tone:1700"})
	a := w.come(500, `participantLabel="a" waitUrl=""`)
	b := w.come(900, `participantLabel="b" waitUrl=""`)
	sid := w.addPhone(member)
	a.hears("the other two", 900, 1700)
	b.hears("the other two", 500, 1700)
	made := w.startRecording(sid, "RecordingChannels=dual").SID
	w.passes(a.sid, 75)
	w.steer(sid, made, "Status=stopped")
	eventually(t, "the recording", func() bool { return w.sound(made).Code == http.StatusOK })
	first, second := w.heard(made)
	if len(first) < 70 || !alone(first, 1700, 500) {
		t.Errorf("the first channel of %d frames is not the phone's alone", len(first))
	}
	if !both(second, 500, 900) || media.Power(second, 1700) > 0.02 {
		t.Errorf("the second channel is not the others': %.2f %.2f %.2f", media.Power(second, 500), media.Power(second, 900), media.Power(second, 1700))
	}
}
