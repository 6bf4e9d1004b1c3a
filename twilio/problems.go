package twilio

import "perci.health/careline"

// Problem is what one of Twilio's error codes means for careline.
type Problem struct {
	Code     careline.Code
	Sentence string // for the person who must act on it
}

// Sentences that several codes share.
const (
	setUpWrongly  = "Calling is not set up correctly. Please tell support."
	invalidNumber = "The telephone number is not valid. Please check the patient's record."
	sessionOver   = "The calling session has expired. Please sign in again."
	badConnection = "There is a connection problem. Please check the network and try again."
)

// ProblemOf explains an error code of Twilio's REST API, TwiML or Voice SDK
// (Twilio, api/errors); ok is false for a code that careline does not meet.
func ProblemOf(code int) (p Problem, ok bool) {
	p, ok = problems[code]
	return p, ok
}

var problems = map[int]Problem{
	10005: {careline.CodeRejected, "Voice calls are switched off for this Twilio account. Please tell support."},

	13214: {careline.CodeRejected, setUpWrongly}, // caller id invalid
	13223: {careline.CodeInvalid, invalidNumber},
	13224: {careline.CodeInvalid, invalidNumber},
	13225: {careline.CodeRejected, "This number cannot be called."},
	13226: {careline.CodeInvalid, invalidNumber},
	13227: {careline.CodeRejected, "Calls to this country are not enabled. Please tell support."},

	20003: {careline.CodeRejected, "Twilio refused the credentials. Check the account SID and the API key with its secret."},
	20008: {careline.CodeRejected, "Twilio's test credentials cannot do this. Use the account's own."},
	20404: {careline.CodeNotFound, "Twilio does not know this resource."},
	20429: {careline.CodeUnavailable, "Twilio is handling too many requests for this account. Please try again in a moment."},

	20101: {careline.CodeUnauthenticated, sessionOver},
	20102: {careline.CodeUnauthenticated, sessionOver},
	20103: {careline.CodeUnauthenticated, sessionOver},
	20104: {careline.CodeUnauthenticated, sessionOver},
	20105: {careline.CodeUnauthenticated, sessionOver},
	20106: {careline.CodeUnauthenticated, sessionOver},
	20107: {careline.CodeUnauthenticated, sessionOver},
	20151: {careline.CodeUnauthenticated, sessionOver},
	20157: {careline.CodeUnauthenticated, sessionOver},

	21210: {careline.CodeRejected, setUpWrongly}, // caller id not ours
	21211: {careline.CodeInvalid, invalidNumber},
	21212: {careline.CodeRejected, setUpWrongly}, // caller id malformed
	21213: {careline.CodeRejected, setUpWrongly}, // caller id missing
	21214: {careline.CodeRejected, "This number cannot be reached."},
	21215: {careline.CodeRejected, "Calls to this country are not enabled. Please tell support."},
	21216: {careline.CodeRejected, "This number cannot be called."},
	21217: {careline.CodeInvalid, invalidNumber},
	21219: {careline.CodeRejected, setUpWrongly}, // trial account
	21220: {careline.CodeConflict, "The call has already ended."},
	21262: {careline.CodeRejected, setUpWrongly}, // machine detection has nobody to tell
	21481: {careline.CodeConflict, "The list changed while it was read. Please try again."},
	22005: {careline.CodeUnavailable, "Too many calls are waiting to be placed. Please try again later."},

	31000: {careline.CodeUnavailable, badConnection},
	31002: {careline.CodeRejected, "The call was declined."},
	31003: {careline.CodeUnavailable, badConnection},
	31005: {careline.CodeUnavailable, badConnection},
	31009: {careline.CodeUnavailable, badConnection},
	31105: {careline.CodeInvalid, "The practitioner's id cannot be used for calling."},
	31201: {careline.CodeUnauthenticated, sessionOver},
	31202: {careline.CodeUnauthenticated, sessionOver},
	31204: {careline.CodeUnauthenticated, sessionOver},
	31205: {careline.CodeUnauthenticated, sessionOver},
	31206: {careline.CodeUnavailable, "You have placed too many calls in a short time. Please wait a minute and try again."},
	31207: {careline.CodeUnauthenticated, sessionOver},
	31401: {careline.CodeForbidden, "The microphone may not be used. Please allow it in the browser and call again."},
	31402: {careline.CodeUnavailable, "No microphone could be opened. Please connect one and call again."},
	31404: {careline.CodeNotFound, "The number could not be found."},
	31480: {careline.CodeUnavailable, "The other side cannot be reached at the moment."},
	31486: {careline.CodeUnavailable, "The line is busy."},
	31503: {careline.CodeUnavailable, "The calling service cannot be reached. Please try again in a minute."},
	31603: {careline.CodeRejected, "The call was declined."},

	53000: {careline.CodeUnavailable, badConnection},
	53001: {careline.CodeUnavailable, badConnection},
	53405: {careline.CodeUnavailable, badConnection},
}
