package twiliobox_test

import (
	"strings"
	"testing"
	"time"
)

// A browser that hangs is registered and rings for as long as it may: it is told of no
// call, and nobody answers. That of another identity is as it was.
func TestFrozenBrowser(t *testing.T) {
	t.Parallel()
	for identity, want := range map[string]string{"dr_jones": "no-answer", "dr_smith": "completed"} {
		t.Run(identity, func(t *testing.T) {
			t.Parallel()
			twiml := toClient
			if want == "no-answer" {
				twiml = strings.Replace(toClient, patient, `timeout="60"`, 1)
			}
			w := newWired(t, twiml)
			w.do("PUT", "/sandbox/v1/faults", map[string]any{"frozen": []string{identity}}, nil)
			p := w.reachable("dr_jones")
			w.connect(nil)
			if want == "completed" {
				invite := p.next("invite").Payload
				p.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": newBrowser(t).answer(invite.SDP)})
				eventually(t, "answer", func() bool { return len(w.at("/status")) == 3 })
				p.send("hangup", map[string]any{"callsid": invite.CallSID})
			}

			eventually(t, "result", func() bool { return len(w.at("/result")) == 1 })
			if got := w.one("/result").get("DialCallStatus"); got != want {
				t.Errorf("%s, want %s", got, want)
			}
			rang := statuses(w.at("/status"))
			if len(rang) < 2 || rang[1] != "1 ringing" {
				t.Errorf("reports %v", rang)
			}
			if want == "no-answer" {
				p.still(granted(t, "dr_jones", time.Hour, mayBoth))
			}
		})
	}
}
