package twilio_test

import (
	"fmt"
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

// Each test is a call that is paid for: one person has a few of them, and the log
// knows whose they were.
func TestSoundTestsAreLimitedAndLogged(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	left := map[string]int{nurse: 2}
	a.hooks.SoundTest = func(person string) bool { left[person]--; return left[person] >= 0 }
	form := outgoingForm()
	form.Del("To")
	form.Del("appointmentId")
	form.Set(twilio.SoundTestParameter, "true")
	for n, want := range []string{"This is a sound test.", "This is a sound test.", "Please wait a minute", "Please wait a minute"} {
		w := a.post(twilio.PathOutgoing, form)
		a.wantStatus(w, 200)
		if !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Body.String(), "<Hangup/>") {
			t.Errorf("test %d: %s; want %q", n+1, w.Body, want)
		}
		logged := ""
		for _, attr := range a.line.Attrs() {
			logged += attr.String() + " "
		}
		if played := n < 2; !strings.Contains(logged, "clinician="+nurse) || !strings.Contains(logged, fmt.Sprint("sound_test=", played)) {
			t.Errorf("test %d is logged as %s", n+1, logged)
		}
	}
	if len(a.asks)+len(a.kept) > 0 {
		t.Error("something was asked for, or kept")
	}
}
