// Package twilio is everything that is said to Twilio and heard from it.
//
//	said   access tokens (Minter), TwiML (Response), REST requests (Client, Pool)
//	heard  signed webhooks (Verifier, Webhooks) and the reports in them (Event)
//
// Twilio's words, CallSid or DialCallStatus, stay in this package; outside it
// there are legs, statuses and events of package careline.
package twilio
