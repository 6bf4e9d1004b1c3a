// Package twiliobox is a local Twilio: one http.Handler that takes calls as the
// Voice SDK places them, asks an application for TwiML, runs it against
// simulated phones, reports progress with signed webhooks and serves the part of
// the REST API 2010-04-01 that goes with it.
//
// It knows no application. Whatever it does is what Twilio's documentation says
// Twilio does (voice/twiml, voice/api/call-resource, usage/security,
// usage/webhooks/webhooks-connection-overrides, iam/access-tokens); where that
// is silent the comment at the place says which way was taken.
//
// # Member phones
//
// Only numbers that Ofcom set aside for drama are answered: +447700900000-999
// and +442079460000-999. What a phone does follows from the last three digits of
// its number, read as the SIP response it gives, until the sandbox is told
// otherwise (PUT /sandbox/v1/phones/{number}):
//
//	404      failed     unknown number, SIP 404
//	480      failed     temporarily unavailable, SIP 480
//	486      busy       SIP 486
//	487      no-answer  rings until the Dial gives up
//	503      failed     carrier failure, SIP 503
//	603      decline    rings 3 s, then refused by hand: busy, SIP 603
//	700-709  voicemail  a machine answers after 12 s and records for 20 s
//	800-809  manual     rings until somebody answers or declines it
//	others   answer     rings 3 s, talks 12 s, hangs up
//
// Any other number fails with SIP 404: nothing outside is ever dialled.
//
// # Time
//
// Each call has its own clock. Config.Pace scales waiting only; what a call
// reports (Timestamp, CallDuration) is what it would be at pace 1. Webhooks take
// the time they take, at any pace.
//
// # Layout
//
// The call engine (engine.go, call.go, leg.go, interpreter.go, dial.go) knows
// legs and TwiML and no incoming HTTP; rest.go and console.go serve HTTP and
// know no TwiML.
package twiliobox
