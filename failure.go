package careline

// Failure is the carrier's reason why a call came to nothing. Zero: none was told.
type Failure struct {
	Code int `json:"code,omitempty"` // the carrier's error code
	SIP  int `json:"sip,omitempty"`  // the status of the last SIP response (RFC 3261, section 21)
}

// Reason is why, in one sentence for a person; empty when neither the carrier nor
// SIP has a word for it. The carrier's own code knows more than SIP.
func (f Failure) Reason() string {
	if reason := f.carrier(); reason != "" {
		return reason
	}
	return f.network()
}

// carrier goes by Twilio's error dictionary (api/errors), as far as it tells of
// dialling.
func (f Failure) carrier() string {
	switch f.Code {
	case 13223, 13224, 13226, 21211, 21217:
		return "This is not a telephone number that can be dialled."
	case 13225, 21214, 21216:
		return "The carrier does not connect calls to this number."
	case 13227, 21215:
		return "The clinic's telephone account may not call this country. Please tell your IT team."
	case 13214, 21210, 21212, 21213:
		return "The clinic's own number could not be used for the call. Please tell your IT team."
	case 10005, 20003, 21219:
		return "The clinic's telephone account cannot place this call. Please tell your IT team."
	}

	return ""
}

// network goes by RFC 3261, section 21, and by what Twilio says of these answers
// (voice/twiml/number, SipResponseCode).
func (f Failure) network() string {
	switch f.SIP {
	case 404, 410, 604:
		return "The number does not exist, or is not in service."
	case 484, 485:
		return "The number is not complete."
	case 480, 408:
		return "The telephone could not be reached: it may be switched off, or out of range."
	case 401, 403, 405, 407:
		return "The telephone network did not let the call through."
	case 486, 600:
		return "The line was busy."
	case sipDecline, 607, 608:
		return "The call was turned away."
	case 488, 606:
		return "The telephone did not accept this kind of call."
	case 500, 502, 503, 504, 580:
		return "The telephone network had a fault. Please try again."
	}

	return ""
}
