package twilio

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"

	"perci.health/careline"
)

// Subject says which of Twilio's reports a form is: the URL it came to says so,
// the form itself does not.
type Subject string

// The subjects. Their text names them also on other transports than HTTP.
const (
	SubjectCallStatus       Subject = "CallStatus"       // a leg's progress (Twilio, voice/twiml/number, statusCallback)
	SubjectDialResult       Subject = "DialResult"       // the outcome of a Dial (voice/twiml/dial, action)
	SubjectMachineDetection Subject = "MachineDetection" // who or what answered (voice/twiml/number, amdStatusCallback)
	SubjectConference       Subject = "Conference"       // a room, and who is in it (voice/twiml/conference, statusCallback)
)

// SubjectOf is the subject of the report that an event of kind k was made from;
// empty for the kinds that no report makes.
func SubjectOf(k careline.Kind) Subject {
	switch k {
	case careline.KindProgress, careline.KindClinicianLeg, careline.KindMemberCalled, careline.KindRingLeg, careline.KindParty:
		return SubjectCallStatus
	case careline.KindDialEnded, careline.KindMoved:
		return SubjectDialResult
	case careline.KindRoom, careline.KindPartyLeft:
		return SubjectConference
	case careline.KindMachineDetection:
		return SubjectMachineDetection
	case careline.KindRecording:
		return SubjectRecording
	case careline.KindConsent:
		return SubjectConsent
	}
	return ""
}

// The query parameters of our callback URLs. In the JSON of a report they stand
// beside the form's own parameters.
const (
	// AppointmentParameter names the appointment.
	AppointmentParameter = "AppointmentId"
	// CallParameter names the call, by its key, that a leg belongs to which no
	// ParentCallSid places: one that the REST API dialled into it. On the result of a
	// Dial it says that the leg was in the call's room, or is moving to it.
	CallParameter = "call"
	// PartyParameter is the label of whoever is on such a leg: a number of theirs in the
	// call, a hyphen and their role, such as "p3-interpreter" (careline.Role).
	PartyParameter = "party"
)

// Event is what a report says. Its Report is the form as JSON, from which
// FormFromJSON and Event make the same event again.
//
// A report that Twilio signed is worth keeping, odd or not, for it may be the
// only one that tells how a call ended. So only a CallSid that is missing or
// malformed is an error, of code invalid: there is nothing to keep it under.
// Every other field that cannot be read is left out of the event, and parameters
// that mean nothing here never come in; the report holds them all. A status word
// that is new to us is kept as the event's Word.
func Event(s Subject, f Form) (careline.CallEvent, error) {
	e, _, err := event(s, f)
	return e, err
}

// event also names the parameters that could not be read.
func event(s Subject, f Form) (e careline.CallEvent, left []string, err error) {
	switch s {
	case SubjectConference:
		return conference(f)
	case SubjectRecording:
		return recordingReport(f)
	case SubjectConsent:
		return consentReport(f)
	}

	r := report{Form: f}
	leg, once := f.one("CallSid")
	if !once || !isSID(sidCall, leg) {
		return e, nil, notReport("CallSid is missing or malformed")
	}
	e.Leg, e.Appointment = string(leg), r.appointment()

	name := ""
	switch s {
	case SubjectCallStatus:
		name = r.callStatus(&e)
	case SubjectDialResult:
		name = r.dialResult(&e)
	case SubjectMachineDetection:
		name = r.machineDetection(&e)
	default:
		return careline.CallEvent{}, nil, notReport("its subject is unknown")
	}

	e.Report = f.JSON()
	e.ID = identify(name, e.Report)
	return e, r.left, nil
}

// identify is the id of a report of that name. Two reports can have one name and
// say different things: a length that the first did not know yet, a detection that
// came to another end. Twilio's repetition of a report is the same to the letter,
// its time of the event included, so the content tells one from the other. A
// repetition of what an older release kept, by the name alone, is kept once more,
// and changes nothing.
func identify(name string, report []byte) string {
	sum := sha256.Sum256(report)
	return name + "/" + hex.EncodeToString(sum[:8])
}

func notReport(why string) error {
	return careline.NewError(careline.CodeInvalid, "This is not a report that Twilio sends: "+why+".", nil)
}

// report is a form while it is read as one of Twilio's reports.
type report struct {
	Form
	left []string // names of the parameters that could not be read
}

// callStatus tells apart those who report to one URL: whoever joined a call, whom the
// URL names; a leg with a parent, which is a clinician's when an app was dialled and
// else the member's; one that the REST API dialled for an appointment; the
// clinician's, which came in from an app; and a leg that a member began. It returns
// the name of the report, as dialResult and machineDetection do.
func (r *report) callStatus(e *careline.CallEvent) string {
	parent := r.sid("ParentCallSid", sidCall)
	r.outcome(e, "CallStatus", "CallDuration")
	sequence := r.sequence(e)
	e.Recording = r.recording()
	e.At, e.AnsweredBy = r.timestamp(), r.word("AnsweredBy")

	suffix := ""
	switch e.Direction = r.word("Direction"); {
	case r.joined(e, parent):
		// placed by the URL
	case parent != "" && r.toApp():
		e.Kind, e.Call = careline.KindRingLeg, parent
	case parent != "":
		e.Kind, e.Call = careline.KindProgress, parent
	case slices.Contains(r.left, "ParentCallSid"):
		e.Kind = careline.KindProgress // of somebody's leg: the log knows whose
	case e.Direction == careline.DirectionAPI && e.Appointment != "":
		e.Kind, e.Call = careline.KindProgress, e.Leg
		e.Request.To = r.dialled()
	case e.Direction != careline.DirectionAPI && r.fromApp():
		e.Kind, e.Call, suffix = careline.KindClinicianLeg, e.Leg, "/parent"
	case e.Direction == "inbound":
		e.Kind, e.Call, suffix = careline.KindMemberCalled, e.Leg, "/inbound"
	default:
		e.Kind = careline.KindProgress // of a leg that the report does not place, or of something else than its progress
	}

	word := e.Word
	if word == "" {
		word = "-"
	}
	return e.Leg + "/" + sequence + "/" + word + suffix
}

// joined places a leg by the call that the URL names, which knows better than the
// leg's parent whom it was dialled for. The call of a child is known without it, and
// so is that of the leg which the call is named for.
func (r *report) joined(e *careline.CallEvent, parent string) bool {
	call, label := r.sid(CallParameter, sidCall), r.word(PartyParameter)
	if call == "" || call == e.Leg || label == "" && parent != "" {
		return false
	}

	e.Kind, e.Call = careline.KindParty, call
	_, role, _ := strings.Cut(label, "-")
	e.Role = careline.Role(role)
	if !e.Role.Joins() {
		e.Role = careline.RoleOther
	}
	if careline.ValidLabel(label) {
		e.Room.Label = label
	}
	return true
}

// toApp reports whether the leg was dialled to an app of ours (Twilio,
// voice/twiml/client).
func (f Form) toApp() bool {
	return strings.HasPrefix(f.Get("To"), clientPrefix) || strings.HasPrefix(f.Get("Called"), clientPrefix)
}

// dialled is the number that the leg was dialled to, which Twilio writes in E.164;
// zero for what is none, as a client.
func (r *report) dialled() careline.Phone {
	to, err := careline.StoredPhone(string(r.value("To")))
	if err != nil {
		return careline.Phone{}
	}
	return to
}

// dialResult has no time and no sequence number of its own.
func (r *report) dialResult(e *careline.CallEvent) string {
	e.MemberLeg = r.sid("DialCallSid", sidCall)
	r.outcome(e, "DialCallStatus", "DialCallDuration")
	e.Recording = r.recording()
	e.Kind, e.Call = careline.KindDialEnded, e.Leg
	e.Direction = r.word("Direction")
	if room := r.sid(CallParameter, sidCall); room != "" {
		e.Kind, e.Call = careline.KindMoved, room
		return e.Leg + "/dial"
	}
	e.EndedBy = endedBy(statusOf(r.word("CallStatus")), e.Status)
	return e.Leg + "/dial"
}

// endedBy goes by how the clinician's leg stands when the Dial is over (Twilio,
// voice/twiml/dial, action): it waits for what to do next when the member has hung
// up, and is over when the clinician has, which may be before anybody answered.
func endedBy(clinicians, dial careline.Status) careline.Side {
	switch {
	case clinicians == careline.StatusInProgress && dial == careline.StatusCompleted:
		return careline.SideMember
	case clinicians != careline.StatusCompleted && clinicians != careline.StatusCanceled:
		return ""
	case dial == careline.StatusCompleted, dial == careline.StatusCanceled, dial == careline.StatusNoAnswer:
		return careline.SideClinician
	}
	return ""
}

// machineDetection names the member's leg alone; the log knows whose it is.
func (r *report) machineDetection(e *careline.CallEvent) string {
	e.AnsweredBy, e.At = r.word("AnsweredBy"), r.timestamp()
	e.Kind = careline.KindMachineDetection
	return e.Leg + "/amd"
}

// outcome reads a status word and the length that goes with it: CallDuration,
// for Duration is in minutes, rounded up. Any short text passes for the word.
func (r *report) outcome(e *careline.CallEvent, status, duration string) {
	word := r.value(status)
	if !isText(word) {
		r.leave(status)
		word = nil
	}
	e.Word = known(word)
	e.Status = statusOf(e.Word)

	if n, ok := r.number(duration); ok {
		e.Seconds = careline.SecondsOf(n)
	}
	if e.Status.Final() && e.Status != careline.StatusCompleted {
		e.Failure.Code, _ = r.number("ErrorCode")
		e.Failure.SIP, _ = r.number("SipResponseCode")
	}
}

// recording is the recording's SID, unless nothing was recorded under it (Twilio,
// voice/twiml/dial, recordingStatusCallback).
func (r *report) recording() string {
	switch r.word("RecordingStatus") {
	case "absent", "failed":
		return ""
	}
	return r.sid("RecordingSid", sidRecording)
}

const clientPrefix = "client:"

// fromApp reports whether the leg came in from an app of ours, by what Twilio
// says about it; its direction is "inbound" then, into Twilio.
func (f Form) fromApp() bool {
	if f.Get("ApplicationSid") != "" {
		return true
	}
	return strings.HasPrefix(f.Get("From"), clientPrefix) || strings.HasPrefix(f.Get("Caller"), clientPrefix)
}
