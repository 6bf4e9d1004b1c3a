package twilio

import (
	"context"
	"net/http"
	"time"

	"perci.health/careline"
	"perci.health/careline/calls"
)

// The paths that Twilio is given, relative to the service's root.
const (
	PathOutgoing   = "/v1/twilio/outgoing"             // voice URL of the TwiML App
	PathIncoming   = "/v1/twilio/incoming"             // voice URL of the numbers
	PathCallStatus = "/v1/twilio/webhooks/call-status" // status callback of every leg
	PathDialResult = "/v1/twilio/webhooks/dial-result" // action of the Dial
	PathAMD        = "/v1/twilio/webhooks/amd"         // answering machine detection

	PathConference       = "/v1/twilio/conference"          // what a leg does that comes to its call's room
	PathConferenceStatus = "/v1/twilio/webhooks/conference" // status callback of every room
	PathSaid             = "/v1/twilio/conference/said"     // what is said to somebody in a room
)

// DefaultOverrides asks Twilio to repeat a report that could not be kept: by
// itself it repeats only when no connection could be made. At most three times,
// and in any case within 15 seconds (Twilio, webhooks-connection-overrides).
const DefaultOverrides = "rc=3&rp=ct,rt,5xx"

// Webhooks answers the requests that Twilio makes. Every one but a bad signature
// on the voice URLs is answered 200 with TwiML that says what is wrong: an HTTP
// error would be read to the clinician as "an application error has occurred".
type Webhooks struct {
	Verifier       *Verifier // nil: no signature is checked, for development on loopback only; what a browser sends for another site is refused
	AccountSID     string
	ApplicationSID string
	PublicURL      string // base of the callback URLs handed to Twilio; a slash at its end is ignored

	// Start decides about a call that a clinician asks for. An error means that
	// the decision could not be kept: nothing is dialled then.
	Start func(context.Context, calls.Ask) (calls.Answer, error)
	// SoundTest reports whether a person may test the sound once more, and counts it;
	// nil: as often as they like.
	SoundTest func(practitioner string) bool
	// Rooms are asked about legs that come to a room, or go to one; nil: there are none.
	Rooms Rooms
	// Keep makes an event durable, however often it comes.
	Keep func(context.Context, careline.CallEvent) error
	// Announcement is told to members before the conversation, where they are told that
	// it is recorded; nil: they are not.
	Announcement *Announcement

	Region           string // ISO 3166-1 alpha-2: whose national numbers an app may send
	Greeting         Greeting
	DialTimeout      time.Duration // of the ringing; 0: 30 s, else 5 to 600 s
	TimeLimit        time.Duration // of the conversation; 0: 4 h, the most Twilio allows
	MachineDetection string        // "", Enable or DetectMessageEnd
	Overrides        string        // connection overrides of the callback URLs, such as DefaultOverrides; may be empty

	Now   func() time.Time                 // nil: time.Now
	Trace func(ctx context.Context) string // W3C traceparent of ctx; may be nil
}

// Route is one line of the table of routes.
type Route struct {
	Method, Path string
	Handler      http.Handler
}

// Routes are the paths to serve, each with its handler, which looks at the
// request's RequestURI for the signature and never at its URL's path: it may be
// mounted under a prefix, and bounds itself what it reads of a body: who mounts it
// must not, for Twilio would read that answer out. The fields of w are read now,
// not later.
func (w Webhooks) Routes() []Route {
	s := newServer(w)

	return []Route{
		{http.MethodPost, PathOutgoing, s.voice(s.outgoing, s.misread)},
		{http.MethodGet, PathOutgoing, s.got(s.misread)},
		{http.MethodPost, PathIncoming, s.voice(s.incoming, s.greet)},
		{http.MethodGet, PathIncoming, s.got(s.greet)},
		{http.MethodPost, PathCallStatus, s.signed(s.callStatus)},
		{http.MethodPost, PathDialResult, s.voice(s.dialResult, s.ends)},
		{http.MethodGet, PathDialResult, s.got(s.ends)},
		{http.MethodPost, PathAMD, s.signed(s.machineDetection)},
		{http.MethodPost, PathConference, s.voice(s.conference, s.ends)},
		{http.MethodPost, PathConferenceStatus, s.signed(s.conferenceStatus)},
		{http.MethodPost, PathSaid, s.voice(s.said, s.ends)},
		{http.MethodPost, PathAnnounce, s.voice(s.announce, s.goesOn)},
		{http.MethodPost, PathConsent, s.voice(s.consent, s.goesOn)},
		{http.MethodPost, PathRecording, s.signed(s.recordingReported)},
	}
}
