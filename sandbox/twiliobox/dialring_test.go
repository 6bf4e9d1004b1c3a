package twiliobox_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox/media"
)

// unbridged dials without answerOnBridge.
func unbridged(attrs, nouns string) string {
	return `<Response><Dial callerId="` + ours + `" action="/result" ` + attrs + `>` + nouns + `</Dial></Response>`
}

func clientNoun(identity string) string {
	return `<Client statusCallback="/status" statusCallbackEvent="initiated ringing answered completed">` + identity + `</Client>`
}

// An application that waits for its callee's incoming call before it looks for the
// caller's accept, as the Voice SDK's own tests do, gets both in that order.
func TestCallerIsAnsweredWhenTheClientAccepts(t *testing.T) {
	t.Parallel()
	w := newWired(t, unbridged(patient, clientNoun("dr_jones")))
	callee := w.reachable("dr_jones")
	caller := w.listening()
	theirs := caller.invite("TJS1", "")
	invite := callee.next("invite").Payload
	theirs.accept(caller.next("ringing").Payload.SDP)
	caller.still(w.token()) // nothing but the ringing has come
	b := newBrowser(t)
	callee.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": b.answer(invite.SDP)})
	caller.next("answer")
	b.say(media.Tone(700))
	theirs.hears("the client", 700)
}

// Where a telephone is dialled the caller is answered when it rings, not before.
func TestCallerIsAnsweredWhenTheNumberRings(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, nouns string
		states      []string // of the caller
		seconds     string   // CallDuration of the caller
	}{
		{"it rings in vain", `<Number>+447700900487</Number>`, []string{"ringing", "in-progress", "completed"}, "34"},
		{"it is busy", `<Number>+447700900486</Number>`, []string{"ringing", "completed"}, "0"},
		{"there is none", `<Number>+447700900404</Number>`, []string{"ringing", "completed"}, "0"},
		{"one is busy, the other rings", `<Number>+447700900486</Number><Number>` + member + `</Number>`, []string{"ringing", "in-progress", "completed"}, "15"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, unbridged("", tt.nouns), func(w *world) {
				w.pages["/result"] = xmlPage(`<Response><Hangup/></Response>`)
				sid := w.connect(nil)
				pass(time.Minute)
				var states []string
				for _, s := range w.call(sid).Legs[0].States {
					states = append(states, s.Status)
				}
				if diff := cmp.Diff(tt.states, states); diff != "" {
					t.Error(diff)
				}
				if got := w.one("/parent").get("CallDuration"); got != tt.seconds {
					t.Errorf("CallDuration=%s, want %s", got, tt.seconds)
				}
			})
		})
	}
}

// A caller who has heard something before the Dial has been answered already.
func TestCallerIsAnsweredByWhatIsSaidBefore(t *testing.T) {
	t.Parallel()
	w := newWired(t, strings.Replace(unbridged(patient, clientNoun("dr_jones")), "<Dial", "<Say>One moment.</Say><Dial", 1))
	w.reachable("dr_jones")
	caller := w.listening()
	caller.invite("TJS1", "")
	caller.next("answer")
}
