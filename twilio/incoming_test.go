package twilio_test

import (
	"net/url"
	"testing"

	"perci.health/careline"
	"perci.health/careline/twilio"
)

func TestCallerOf(t *testing.T) {
	t.Parallel()
	for from, want := range map[string]string{
		"+447700900142":   "+447700900142",
		"+266696687":      "", // ANONYMOUS
		"+7378742833":     "", // RESTRICTED
		"anonymous":       "",
		"Restricted":      "",
		"":                "",
		"07700900142":     "", // Twilio writes E.164; what else it is nobody knows
		"client:dr-1":     "",
		"sip:x@y.example": "",
	} {
		form := url.Values{"CallSid": {"CA0123456789abcdef0123456789abcdef"}, "CallStatus": {"completed"}, "Direction": {"inbound"}, "From": {from}, "To": {"+442079460000"}}
		e, err := twilio.Event(twilio.SubjectCallStatus, parse(t, form))
		if err != nil {
			t.Fatal(err)
		}
		if from != "client:dr-1" && e.Kind != careline.KindMemberCalled {
			t.Errorf("%q: kept as %s", from, e.Kind)
		}
		if got := twilio.CallerOf(e); got.E164() != want {
			t.Errorf("%q is read as %q", from, got.E164())
		}
	}
	if got := twilio.CallerOf(careline.CallEvent{Report: []byte("[")}); !got.IsZero() {
		t.Error("what is no report has a caller")
	}
}
