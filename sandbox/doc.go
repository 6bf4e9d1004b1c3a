// Package sandbox is the outside world of a clinic's telephone service, run on
// this machine: a Twilio (package twiliobox), a FHIR server (package fhirbox),
// a sign-in service in Descope's shape, a small clinic to call, and a console
// page to watch and steer it all. Every member's phone has a page too, which
// rings and can be answered with a microphone.
//
//	clinician's app ──▶ issuer            (OpenID Connect: session JWT)
//	scripted caller ──▶ the app           (access token)
//	scripted caller ──▶ twiliobox         (the Voice SDK's part)
//	     twiliobox  ──▶ the app           (webhooks)
//	        the app ──▶ fhirbox           (the record)
//	        console ──▶ all of them, and a live list of what they do
//
// Everything listens on 127.0.0.1 alone, and nothing here asks for a password:
// it must never be reachable from a service that real people use.
//
// Patterns and pages are made when they are first used (sync.OnceValue), here and in
// the boxes: the service has all of this in its binary, and does not pay for it when
// it starts.
package sandbox
