package careline

// Failure is the carrier's reason why a call came to nothing. Zero: none was told.
type Failure struct {
	Code int `json:"code,omitempty"` // the carrier's error code
	SIP  int `json:"sip,omitempty"`  // the status of the last SIP response (RFC 3261, section 21)
}

// FailureKind is a failure as a person tells failures apart. Its text is in the API:
// never change one. The web app has a sentence for each.
type FailureKind string

// The kinds of failure.
const (
	FailedNumberInvalid  FailureKind = "number-invalid"
	FailedNumberRefused  FailureKind = "number-refused" // by the carrier
	FailedCountry        FailureKind = "country-not-enabled"
	FailedCallerID       FailureKind = "caller-id-unusable"
	FailedAccount        FailureKind = "account-cannot-call"
	FailedNotInService   FailureKind = "not-in-service"
	FailedIncomplete     FailureKind = "number-incomplete"
	FailedUnreachable    FailureKind = "unreachable" // switched off, or out of range
	FailedNotLetThrough  FailureKind = "not-let-through"
	FailedBusy           FailureKind = "busy"
	FailedTurnedAway     FailureKind = "turned-away"
	FailedNotAcceptable  FailureKind = "not-acceptable"
	FailedNetworkFault   FailureKind = "network-fault"
	FailedNobodyKnowsWhy FailureKind = "unknown" // neither the carrier nor SIP has a word for it
)

// failed is what a kind of failure is called in the record and the API.
var failed = map[FailureKind]string{
	FailedNumberInvalid:  "This is not a telephone number that can be dialled.",
	FailedNumberRefused:  "The carrier does not connect calls to this number.",
	FailedCountry:        "The clinic's telephone account may not call this country. Please tell your IT team.",
	FailedCallerID:       "The clinic's own number could not be used for the call. Please tell your IT team.",
	FailedAccount:        "The clinic's telephone account cannot place this call. Please tell your IT team.",
	FailedNotInService:   "The number does not exist, or is not in service.",
	FailedIncomplete:     "The number is not complete.",
	FailedUnreachable:    "The telephone could not be reached: it may be switched off, or out of range.",
	FailedNotLetThrough:  "The telephone network did not let the call through.",
	FailedBusy:           "The line was busy.",
	FailedTurnedAway:     "The call was turned away.",
	FailedNotAcceptable:  "The telephone did not accept this kind of call.",
	FailedNetworkFault:   "The telephone network had a fault. Please try again.",
	FailedNobodyKnowsWhy: "The carrier could not connect the call.",
}

// Sentence is why, for a person.
func (k FailureKind) Sentence() string { return failed[k] }

// Kind is what kind of failure it is. The carrier's own code knows more than SIP.
func (f Failure) Kind() FailureKind {
	if kind := f.carrier(); kind != "" {
		return kind
	}
	if kind := f.network(); kind != "" {
		return kind
	}
	return FailedNobodyKnowsWhy
}

// Reason is why, in one sentence for a person; empty when neither the carrier nor
// SIP has a word for it.
func (f Failure) Reason() string {
	kind := f.Kind()
	if kind == FailedNobodyKnowsWhy {
		return ""
	}
	return kind.Sentence()
}

// carrier goes by Twilio's error dictionary (api/errors), as far as it tells of
// dialling.
func (f Failure) carrier() FailureKind {
	switch f.Code {
	case 13223, 13224, 13226, 21211, 21217:
		return FailedNumberInvalid
	case 13225, 21214, 21216:
		return FailedNumberRefused
	case 13227, 21215:
		return FailedCountry
	case 13214, 21210, 21212, 21213:
		return FailedCallerID
	case 10005, 20003, 21219:
		return FailedAccount
	}

	return ""
}

// network goes by RFC 3261, section 21, and by what Twilio says of these answers
// (voice/twiml/number, SipResponseCode).
func (f Failure) network() FailureKind {
	switch f.SIP {
	case 404, 410, 604:
		return FailedNotInService
	case 484, 485:
		return FailedIncomplete
	case 480, 408:
		return FailedUnreachable
	case 401, 403, 405, 407:
		return FailedNotLetThrough
	case 486, 600:
		return FailedBusy
	case sipDecline, 607, 608:
		return FailedTurnedAway
	case 488, 606:
		return FailedNotAcceptable
	case 500, 502, 503, 504, 580:
		return FailedNetworkFault
	}

	return ""
}
