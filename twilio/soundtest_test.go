package twilio_test

import (
	"net/url"
	"strings"
	"testing"

	"perci.health/careline/twilio"
)

// The sound test dials nobody and leaves nothing in the record; whatever names a
// patient is no sound test.
func TestSoundTest(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(url.Values)
		asked  int
	}{
		"alone":                  {func(url.Values) {}, 0},
		"with a number":          {func(f url.Values) { f.Set("To", member) }, 1},
		"with an appointment":    {func(f url.Values) { f.Set("appointmentId", "abc123") }, 1},
		"two appointments":       {func(f url.Values) { f["appointmentId"] = []string{"abc123", "abc124"} }, 1},
		"not asked for":          {func(f url.Values) { f.Set(twilio.SoundTestParameter, "false") }, 1},
		"of another application": {func(f url.Values) { f.Set("ApplicationSid", "AP00000000000000000000000000000002") }, 1},
		"of another account":     {func(f url.Values) { f.Set("AccountSid", "AC00000000000000000000000000000002") }, 1},
		"of nobody":              {func(f url.Values) { f.Set("Caller", "+447700900001") }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t)
			form := outgoingForm()
			form.Del("To")
			form.Del("appointmentId")
			form.Set(twilio.SoundTestParameter, "true")
			c.change(form)
			w := a.post(twilio.PathOutgoing, form)
			a.wantStatus(w, 200)
			if len(a.asks) != c.asked || len(a.kept) != 0 {
				t.Errorf("%d calls asked for, %d events kept; want %d and none", len(a.asks), len(a.kept), c.asked)
			}
			if heard := strings.Contains(w.Body.String(), "This is a sound test."); heard != (c.asked == 0) {
				t.Errorf("sound test heard: %v, answer %s", heard, w.Body)
			}
		})
	}
}
