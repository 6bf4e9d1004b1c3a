package twiliobox_test

import (
	"net/http"
	"testing"
	"time"

	"perci.health/careline/sandbox/media"
)

// A client that is connected without a browser has the voice that it is given: the other
// side hears it, and it is on the first channel of a recording. Without one it is silent.
func TestConnectWithAVoice(t *testing.T) {
	t.Parallel()
	for _, voice := range []string{"", "tone:500"} {
		inWorld(t, dialTo(member, "", ""), func(w *world) {
			w.do("PUT", "/sandbox/v1/phones/"+member, map[string]any{"outcome": "answer", "voice": "tone:1000", "talkSeconds": 60}, nil)
			var made struct{ CallSid string }
			if code := w.do("POST", "/sandbox/v1/connect", map[string]any{"token": sign(t, claims(), secret, nil), "voice": voice}, &made); code != http.StatusCreated {
				t.Fatalf("connect: %d", code)
			}
			pass(5 * time.Second)
			sid := w.startRecording(made.CallSid, "RecordingChannels=dual").SID
			pass(2 * time.Second)
			w.steer(made.CallSid, sid, "Status=stopped")
			pass(2 * time.Second)

			first, second := w.heard(sid)
			if quiet(first) != (voice == "") || voice != "" && media.Power(first, 500) < 0.95 || media.Power(second, 1000) < 0.95 {
				t.Errorf("voice %q: %.2f of it on the first channel, %.2f of the phone on the second", voice, media.Power(first, 500), media.Power(second, 1000))
			}
		})
	}

	inWorld(t, "", func(w *world) {
		if code := w.do("POST", "/sandbox/v1/connect", map[string]any{"token": sign(t, claims(), secret, nil), "voice": "loud"}, nil); code != http.StatusBadRequest {
			t.Errorf("a voice that is none: %d", code)
		}
	})
}
