package twiliobox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox/media"
)

// What a document on the callee's side may hold, and what becomes of the rest.
func TestWhisper(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, page string
		codes      []int
		bridged    string
		seconds    string // DialCallDuration, with 12 s of talk where it is joined
	}{
		{"speaks", `<Response><Say>one two</Say></Response>`, nil, "true", "13"},
		{"plays and waits", `<Response><Play>/a.mp3</Play><Pause length="2"/></Response>`, nil, "true", "19"},
		{"nothing", `<Response/>`, nil, "true", "12"},
		{"leads on", `<Response><Redirect>/more</Redirect></Response>`, nil, "true", "13"},
		{"hangs up", `<Response><Say>one two</Say><Hangup/></Response>`, nil, "false", "1"},
		{"dials", `<Response><Say>one two</Say><Dial callerId="` + ours + `">` + member + `</Dial></Response>`, []int{13201}, "false", "1"},
		{"rejects", `<Response><Reject/></Response>`, []int{12200}, "false", "0"},
		{"enqueues", `<Response><Enqueue>a</Enqueue></Response>`, []int{12200}, "false", "0"},
		{"is not TwiML", `<`, []int{12100}, "false", "0"},
	}
	for _, tt := range tests {
		for noun, to := range map[string]string{"Number": member, "Client": "client:alice"} {
			t.Run(tt.name+" to a "+noun, func(t *testing.T) {
				t.Parallel()
				twiml := `<Response><Dial callerId="` + ours + `" answerOnBridge="true" action="/result"><` + noun + ` url="/whisper">` + strings.TrimPrefix(to, "client:") + `</` + noun + `></Dial></Response>`
				inWorld(t, twiml, func(w *world) {
					w.do("PUT", "/sandbox/v1/phones/"+to, map[string]any{"outcome": "answer"}, nil)
					w.pages["/whisper"], w.pages["/more"], w.pages["/result"] = xmlPage(tt.page), xmlPage(`<Response><Say>one</Say></Response>`), xmlPage(`<Response><Hangup/></Response>`)
					sid := w.connect(nil)
					pass(time.Minute)
					v, got := w.call(sid), w.one("/result")
					if got.get("DialBridged") != tt.bridged || got.get("DialCallStatus") != "completed" || got.get("DialCallDuration") != tt.seconds {
						t.Errorf("%v", got.form)
					}
					if diff := cmp.Diff(tt.codes, v.codes()); diff != "" {
						t.Error(diff)
					}
					if answered := v.Legs[0].DurationSeconds > 0; answered != (tt.bridged == "true") {
						t.Errorf("the caller was answered: %v", answered)
					}
					if ask := w.one("/whisper"); ask.get("To") != to || ask.get("CallStatus") != "in-progress" || !ask.signed {
						t.Errorf("%v", ask.form)
					}
				})
			})
		}
	}
}

// Meanwhile the caller hears it ring, and is answered when it is over; the callee hears
// the whisper, and then the caller.
func TestWhisperWithSound(t *testing.T) {
	t.Parallel()
	w := newWired(t, `<Response><Dial answerOnBridge="true" `+patient+`><Client url="/whisper">dr_jones</Client></Dial></Response>`)
	w.pages["/whisper"] = xmlPage(`<Response><Play loop="0">/music.mp3</Play></Response>`)
	callee, caller := w.reachable("dr_jones"), w.listening()
	theirs := caller.invite("TJS1", "")
	theirs.accept(caller.next("ringing").Payload.SDP)
	invite := callee.next("invite").Payload
	b := newBrowser(t)
	callee.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": b.answer(invite.SDP)})
	b.hears("what is played before the two are joined", 523.25)
	theirs.hears("ringback all the while", 400, 450)
	caller.still(w.token()) // not answered
	callee.send("hangup", map[string]any{"callsid": invite.CallSID})
	if m := caller.next("hangup").Payload; m.Error.Code != 0 {
		t.Errorf("%+v", m)
	}
}

// Without answerOnBridge the caller is answered when the callee accepts, and rung for
// until the whisper is over.
func TestWhisperToAnUnbridgedCaller(t *testing.T) {
	t.Parallel()
	w := newWired(t, unbridged(patient, `<Client url="/whisper">dr_jones</Client>`))
	w.pages["/whisper"] = xmlPage(`<Response><Say>A call from your clinic.</Say></Response>`)
	callee, caller := w.reachable("dr_jones"), w.listening()
	theirs := caller.invite("TJS1", "")
	theirs.accept(caller.next("ringing").Payload.SDP)
	invite := callee.next("invite").Payload
	b := newBrowser(t)
	callee.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": b.answer(invite.SDP)})
	caller.next("answer")
	theirs.say(media.Tone(1200))
	b.hears("the caller, after the whisper", 1200)
}
