package twiliobox

import (
	"errors"
	"maps"
	"net/url"
	"slices"
	"time"
)

// reserved names cannot be passed as custom parameters: they are Twilio's own.
var reserved = []string{
	"AccountSid", "ApiVersion", "ApplicationSid", "CallSid", "CallStatus", "Called", "Caller", "Direction", "To", "ParentCallSid",
}

// connect starts a call as Device.connect of the Voice SDK does, without a browser: the
// caller says what a phone of that voice does, and nothing when it is "". It returns the
// parent's sid at once, the rest happens on the call's own goroutine.
func (e *engine) connect(token string, params map[string]string, voice string) (string, error) {
	g, refused := e.checkToken(token, time.Now())
	if refused == nil && !g.outgoing {
		refused = errNoOutgoing
	}
	if refused != nil {
		return "", refused
	}
	parent, begin := e.outgoing(g, params)
	if voice != "" {
		parent.line.talk(newRobot(Phone{Voice: voice}))
	}
	return parent.sid, begin()
}

// outgoing makes the leg of a client that places a call, and what begins the
// call. params are the client's; those in the signed token win over them, since
// a server chose them (Twilio does not say which do).
func (e *engine) outgoing(g grants, params map[string]string) (*leg, func() error) {
	all := maps.Clone(params)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, g.params)
	app, _ := e.account.application(g.applicationSID)
	me := "client:" + g.identity
	parent := &leg{
		sid:            newSID("CA"),
		direction:      "inbound",
		status:         Ringing,
		line:           &line{},
		from:           me,
		caller:         me,
		to:             all["To"],
		applicationSID: app.SID,
		fallback:       hook{url: app.VoiceFallbackURL, method: app.VoiceFallbackMethod},
		hook:           hook{url: app.StatusCallback, method: app.StatusCallbackMethod, events: []string{"completed"}},
	}

	// Captured requests of clients that pass a From of their own carry it, beside
	// the true Caller.
	if from := all["From"]; from != "" {
		parent.from = from
	}

	return parent, func() error { return e.begin(parent, app.VoiceURL, app.VoiceMethod, all) }
}

var (
	errNoSuchNumber = errors.New("to: it is no incoming phone number of this account")
	errBadCaller    = errors.New("from: it must be E.164, as +447700900142, or anonymous")
)

// incoming starts a call as somebody who dials one of the account's numbers.
func (e *engine) incoming(from, to string) (string, error) {
	number, ok := e.account.number(to)
	if !ok || number.PhoneNumber != to {
		return "", errNoSuchNumber
	}
	if from != "anonymous" && !e164Pattern().MatchString(from) {
		return "", errBadCaller
	}

	parent, begin := e.arriving(from, number.Number)
	return parent.sid, begin()
}

// arriving makes the leg of who calls a number of the account, and what begins the
// call.
func (e *engine) arriving(from string, n Number) (*leg, func() error) {
	if app, ok := e.account.application(n.VoiceApplicationSID); ok {
		n.VoiceURL, n.VoiceMethod = app.VoiceURL, app.VoiceMethod
		n.VoiceFallbackURL, n.VoiceFallbackMethod = app.VoiceFallbackURL, app.VoiceFallbackMethod
		n.StatusCallback, n.StatusCallbackMethod = app.StatusCallback, app.StatusCallbackMethod
	}
	parent := &leg{
		sid:            newSID("CA"),
		direction:      "inbound",
		status:         Ringing,
		pstn:           true,
		line:           &line{},
		from:           from,
		caller:         from,
		to:             n.PhoneNumber,
		numberSID:      n.SID,
		applicationSID: n.VoiceApplicationSID,
		fallback:       hook{url: n.VoiceFallbackURL, method: n.VoiceFallbackMethod},
		hook:           hook{url: n.StatusCallback, method: n.StatusCallbackMethod, events: []string{"completed"}},
	}

	return parent, func() error {
		return e.begin(parent, n.VoiceURL, n.VoiceMethod, map[string]string{"StirVerstat": "TN-Validation-Passed-A"})
	}
}

func (e *engine) begin(parent *leg, voiceURL, method string, custom map[string]string) error {
	first := request{
		purpose: "voice",
		method:  method,
		url:     voiceURL,
		callSID: parent.sid,
	}
	first.form = url.Values{}
	for name, value := range custom {
		if !slices.Contains(reserved, name) {
			first.form.Set(name, value)
		}
	}
	return e.start(parent, first)
}
