package twilio

import "perci.health/careline"

// problem is what one of Twilio's error codes means for careline.
type problem struct {
	Code     careline.Code
	Sentence string // for the person who must act on it
}

// problems are the codes that reading numbers and changing calls can be answered with
// (Twilio, api/errors).
var problems = map[int]problem{
	20003: {careline.CodeRejected, "Twilio refused the credentials. Check the account SID and the API key with its secret."},
	20008: {careline.CodeRejected, "Twilio's test credentials cannot do this. Use the account's own."},
	20404: {careline.CodeNotFound, "Twilio does not know this resource."},
	20429: {careline.CodeUnavailable, "Twilio is handling too many requests for this account. Please try again in a moment."},
	16025: {careline.CodeConflict, "Somebody of this label is in the room already."},
	21220: {careline.CodeNotFound, "This call is not in progress any more."},
	21481: {careline.CodeConflict, "The list changed while it was read. Please try again."},
}
