package twilio

import (
	"context"
	"log/slog"
	"net/http"

	"perci.health/careline"
)

// SoundTestParameter is the custom parameter of a call that dials nobody: the
// clinician's app places it with SoundTest=true to find out whether sound passes
// both ways.
const SoundTestParameter = "SoundTest"

// soundTestWords last about eight seconds, enough for the Voice SDK to measure
// round trip, jitter and loss; soundTestPause leaves time to be heard.
const (
	soundTestWords = "This is a sound test. If you can hear this, your speaker works. " +
		"The sound is being measured in both directions. No patient has been called. Thank you, goodbye."
	soundTestPause = 2
	soundTestLater = "You have tested the sound several times. Please wait a minute, then test it again."
)

// soundTest reports whether a form asks for nothing but the test. One that also
// names a number or an appointment is a call like any other, and is checked and
// recorded like one.
func (s *server) soundTest(f Form) bool {
	return f.Get(SoundTestParameter) == "true" && absent(f, "To") && absent(f, "appointmentId") && absent(f, AppointmentParameter) &&
		s.ours(f) && f.Get("ApplicationSid") == s.ApplicationSID && caller(f) != ""
}

func absent(f Form, name string) bool {
	value, once := f.one(name)
	return once && len(value) == 0
}

// playSoundTest concerns no patient, so nothing of it goes into the record; the log
// has who asked, for each test is a call that is paid for.
func (s *server) playSoundTest(ctx context.Context, rd *reading) reply {
	person := caller(rd.form)
	may := s.SoundTest == nil || s.SoundTest(person)
	careline.Note(ctx, slog.String("clinician", person), slog.Bool("sound_test", may))
	if !may {
		return s.say(rd, soundTestLater)
	}
	rd.out = appendResponse(rd.out[:0], s.Greeting.say(soundTestWords), Pause{Seconds: soundTestPause}, Hangup{})
	return reply{status: http.StatusOK, twiml: rd.out}
}
