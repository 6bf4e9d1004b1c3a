package careline

// DirectionAPI is the carrier's word for a leg that its REST API dialled (Twilio,
// voice/api/call-resource, Direction).
const DirectionAPI = "outbound-api"

// direct reports whether the REST API dialled the member itself, and careline had
// no part in it: the call has one leg, which is the member's. The leg of a person
// who is rung first and then connected has others beside it, and is a clinician's.
func direct(events []CallEvent) bool {
	dialled := false
	for _, e := range events {
		switch {
		case e.Leg != e.Call || e.MemberLeg != "":
			return false
		case e.Kind == KindProgress:
			dialled = dialled || e.Direction == DirectionAPI
		case e.Kind == KindMachineDetection, e.Kind == KindClinicianLeg && e.Reconciled():
			// of whoever's leg it is
		default:
			return false
		}
	}

	return dialled
}

// member takes a leg for the member's, unless it is the one that the call is
// named for: that is the clinician's, whatever else was reported under its id.
func (f *fold) member(leg, key string) (isMembers bool) {
	if leg == key && !f.direct {
		return false
	}
	keep(&f.call.MemberLeg, leg)
	return true
}

// progress believes the first outcome, and before one the furthest status. A
// report without a status tells of something else that has to do with the leg,
// such as a recording, and nothing of how the leg gets on.
func (f *fold) progress(e CallEvent) {
	f.answeredBy(e)
	if !f.member(e.Leg, e.Call) {
		f.leave(e)
		return
	}
	if e.Call != e.Leg {
		keep(&f.call.ClinicianLeg, e.Call)
	}
	if e.Word == "" && e.Direction == "" && e.Status == StatusUnknown {
		return
	}

	if f.direct && f.call.To.IsZero() {
		f.call.To, f.call.ToEnding = e.Request.To, e.Request.To.Ending()
	}
	keep(&f.call.Direction, e.Direction)
	f.times(e)
	if e.Status.Final() {
		f.end(e)
		return
	}
	if f.outcome || f.call.Status == StatusRefused || e.Word == "" {
		return
	}
	if f.call.Word == "" || e.Status.progress() > f.call.Status.progress() {
		f.status(e)
	}
}

func (f *fold) dialEnded(e CallEvent) {
	keep(&f.call.ClinicianLeg, e.Leg)
	if e.MemberLeg != "" {
		f.member(e.MemberLeg, e.Call)
	}
	if e.Status.Final() {
		f.end(e)
	}
}

func (f *fold) clinicianLeg(e CallEvent) {
	if !f.direct {
		keep(&f.call.ClinicianLeg, e.Leg)
	}
	f.leave(e)
}

// leave notes that the leg which the call is named for is over.
func (f *fold) leave(e CallEvent) {
	if e.Status.Final() && !f.call.ClinicianLeft {
		f.call.ClinicianLeft, f.left, f.at.left = true, e.At, happened(e)
	}
}

// answeredBy believes a report of the leg before a detection, and anything
// before "unknown", which the carrier says when it could not tell.
func (f *fold) answeredBy(e CallEvent) {
	if e.AnsweredBy != "" && (f.machine == "" || f.machine == "unknown") {
		f.machine, f.at.machine = e.AnsweredBy, e.At
	}
}

// sipDecline is SIP's word for a call that was turned away (RFC 3261, section 21.6.2).
const sipDecline = 603

// fail keeps the reason of an outcome; each part is the first witness's who has it.
func (f *fold) fail(e CallEvent) {
	if e.Status == StatusCompleted {
		return // the carrier tells also how a good call was answered
	}
	if f.call.Failure.Code == 0 {
		f.call.Failure.Code = e.Failure.Code
	}
	if f.call.Failure.SIP == 0 {
		f.call.Failure.SIP = e.Failure.SIP
	}
}

// cutOff reports whether the carrier may have ended the conversation at its limit:
// its reports are then those of a member who hung up. It counts whole seconds.
func (f *fold) cutOff() bool {
	return f.limit > 0 && f.call.Seconds.known && f.call.Seconds.n >= f.limit-1
}

// reasons leaves of who and why what the outcome allows: a witness who was
// outvoted on the outcome was wrong on its reason too. Networks say "busy" of a
// call that a person turned away, but no telephone rings on a busy line.
func (f *fold) reasons() {
	c := &f.call
	switch c.Status {
	case StatusBusy:
		c.Declined = f.rang || c.Failure.SIP == sipDecline
	case StatusFailed, StatusNoAnswer:
		c.Declined = c.Failure.SIP == sipDecline
	}

	if c.Status != StatusFailed {
		c.Failure = Failure{}
	}
	hungUp := c.Status == StatusCompleted || c.EndedBy == SideClinician && (c.Status == StatusCanceled || c.Status == StatusNoAnswer)
	if !hungUp || f.cutOff() {
		c.EndedBy, f.at.side = "", f.at.status
	}
}
