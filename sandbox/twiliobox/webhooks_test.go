package twiliobox_test

import (
	"net/http"
	"testing"
	"time"
)

// A webhook that is sent again is the one that was sent, signed; it drives no call.
func TestAWebhookIsSentAgain(t *testing.T) {
	t.Parallel()
	inWorld(t, `<Response><Hangup/></Response>`, func(w *world) {
		sid := w.connect(map[string]string{"To": member})
		pass(5 * time.Second)
		first := w.at("/voice")
		if len(first) != 1 {
			t.Fatalf("%d requests for the first TwiML", len(first))
		}
		again := map[string]any{
			"callSid":          sid,
			"purpose":          "voice",
			"method":           "POST",
			"url":              base + "/voice",
			"parameters":       first[0].form,
			"idempotencyToken": first[0].header.Get("I-Twilio-Idempotency-Token"),
		}
		var came struct {
			StatusCode int    `json:"statusCode"`
			Body       string `json:"body"`
		}
		if status := w.do("POST", "/sandbox/v1/webhooks", again, &came); status != http.StatusOK || came.StatusCode != http.StatusOK || came.Body == "" {
			t.Fatalf("sent again: %d, %+v", status, came)
		}

		all := w.at("/voice")
		if len(all) != 2 || !all[1].signed || all[1].form.Encode() != first[0].form.Encode() || all[1].header.Get("I-Twilio-Idempotency-Token") != first[0].header.Get("I-Twilio-Idempotency-Token") {
			t.Errorf("the second: %+v, want the first again, signed", all[len(all)-1])
		}
		if v := w.call(sid); v.Status != "completed" {
			t.Errorf("the call is %s: its end was not the second webhook's to change", v.Status)
		}

		for name, bad := range map[string]map[string]any{
			"no address": {"method": "POST", "url": "/voice"},
			"a method":   {"method": "DELETE", "url": base + "/voice"},
		} {
			if status := w.do("POST", "/sandbox/v1/webhooks", bad, nil); status != http.StatusBadRequest {
				t.Errorf("%s: %d", name, status)
			}
		}
	})
}
