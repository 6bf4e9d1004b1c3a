package twilio

import (
	"strconv"
	"strings"
	"time"

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
)

// SubjectOf is the subject of the report that an event of kind k was made from;
// empty for the kinds that no report makes.
func SubjectOf(k careline.Kind) Subject {
	switch k {
	case careline.KindProgress, careline.KindClinicianLeg, careline.KindMemberCalled:
		return SubjectCallStatus
	case careline.KindDialEnded:
		return SubjectDialResult
	case careline.KindMachineDetection:
		return SubjectMachineDetection
	}
	return ""
}

// AppointmentParameter is the query parameter of our callback URLs, the only one,
// that names the appointment; in the JSON of a report it stands beside the
// form's own parameters.
const AppointmentParameter = "AppointmentId"

// Event is what a report says. Its Report is the form as JSON, from which
// FormFromJSON and Event make the same event again.
//
// What identifies the event, the SIDs, the status word, the sequence number and
// the appointment, must be well formed, else the error's code is invalid. What
// only describes it, a time or a length, is left out when it cannot be read: the
// outcome of a call is worth more than its length, and the report keeps both.
func Event(s Subject, f Form) (careline.CallEvent, error) {
	e, fault := event(s, f)
	if fault != "" {
		return careline.CallEvent{}, careline.NewError(careline.CodeInvalid, "This is not a report that Twilio sends: "+fault+".", nil)
	}
	e.Report = f.JSON()
	return e, nil
}

func event(s Subject, f Form) (careline.CallEvent, string) {
	if fault := oddName(f); fault != "" {
		return careline.CallEvent{}, fault
	}
	var e careline.CallEvent
	fault := ""
	switch s {
	case SubjectCallStatus:
		fault = callStatus(&e, f)
	case SubjectDialResult:
		fault = dialResult(&e, f)
	case SubjectMachineDetection:
		fault = machineDetection(&e, f)
	default:
		fault = "its subject is unknown"
	}
	if fault != "" {
		return e, fault
	}
	if e.Appointment = f.Get(AppointmentParameter); e.Appointment != "" && !careline.ValidID(e.Appointment) {
		return e, AppointmentParameter + " is malformed"
	}
	return e, ""
}

// oddName refuses names that Twilio does not use. As a signature has no
// delimiters, part of a signed URL could else be passed off as a parameter.
func oddName(f Form) string {
	for _, p := range f.pairs {
		for _, c := range p.name {
			if c <= ' ' || c >= 0x7f || c == '?' || c == '&' || c == '=' || c == '/' || c == '#' {
				return "a parameter's name has odd characters"
			}
		}
	}
	return ""
}

// callStatus tells apart the three who report to one URL: the member's leg,
// which has a parent; the clinician's, which came in from an app; and a leg that
// a member began.
func callStatus(e *careline.CallEvent, f Form) string {
	leg, fault := f.sid("CallSid", sidCall)
	if fault != "" || leg == "" {
		return "CallSid is missing or malformed"
	}
	parent, fault := f.sid("ParentCallSid", sidCall)
	if fault != "" {
		return fault
	}
	if fault := f.outcome(e, "CallStatus", "CallDuration"); fault != "" {
		return fault
	}
	sequence, fault := f.sequence(e)
	if fault != "" {
		return fault
	}
	if e.Recording, fault = f.sid("RecordingSid", sidRecording); fault != "" {
		return fault
	}
	e.At, e.AnsweredBy = f.timestamp(), f.word("AnsweredBy")
	suffix := ""
	switch e.Direction = f.word("Direction"); {
	case parent != "":
		e.Kind, e.Call = careline.KindProgress, parent
	case f.fromApp():
		e.Kind, e.Call, suffix = careline.KindClinicianLeg, leg, "/parent"
	case e.Direction == "inbound":
		e.Kind, e.Call, suffix = careline.KindMemberCalled, leg, "/inbound"
	default:
		e.Kind = careline.KindProgress // dialled for somebody that the report does not name
	}
	e.Leg, e.ID = leg, leg+"/"+sequence+"/"+e.Word+suffix
	return ""
}

// dialResult has no time and no sequence number of its own.
func dialResult(e *careline.CallEvent, f Form) string {
	call, fault := f.sid("CallSid", sidCall)
	if fault != "" || call == "" {
		return "CallSid is missing or malformed"
	}
	if e.MemberLeg, fault = f.sid("DialCallSid", sidCall); fault != "" {
		return fault
	}
	if fault := f.outcome(e, "DialCallStatus", "DialCallDuration"); fault != "" {
		return fault
	}
	if e.Recording, fault = f.sid("RecordingSid", sidRecording); fault != "" {
		return fault
	}
	e.Kind, e.Call, e.Leg, e.ID = careline.KindDialEnded, call, call, call+"/dial"
	e.Direction = f.word("Direction")
	return ""
}

// machineDetection names the member's leg alone; the log knows whose it is.
func machineDetection(e *careline.CallEvent, f Form) string {
	leg, fault := f.sid("CallSid", sidCall)
	if fault != "" || leg == "" {
		return "CallSid is missing or malformed"
	}
	if e.AnsweredBy = f.word("AnsweredBy"); e.AnsweredBy == "" {
		return "AnsweredBy is missing or malformed"
	}
	e.Kind, e.Leg, e.ID, e.At = careline.KindMachineDetection, leg, leg+"/amd", f.timestamp()
	return ""
}

// sid is a SID, or empty when there is none.
func (f Form) sid(name, prefix string) (sid, fault string) {
	value, ok := f.one(name)
	if !ok || (len(value) > 0 && !isSID(prefix, value)) {
		return "", name + " is malformed"
	}
	return string(value), ""
}

// outcome reads a status word and the length that goes with it: CallDuration,
// for Duration is in minutes, rounded up.
func (f Form) outcome(e *careline.CallEvent, status, duration string) string {
	if e.Word = f.word(status); e.Word == "" {
		return status + " is missing or malformed"
	}
	e.Status = statusOf(e.Word)
	if n, ok := f.number(duration); ok {
		e.Seconds = careline.SecondsOf(n)
	}
	return ""
}

// sequence reads the sequence number, and returns it as an event's id has it.
func (f Form) sequence(e *careline.CallEvent) (text, fault string) {
	value, ok := f.one("SequenceNumber")
	if ok && len(value) == 0 {
		return "-", ""
	}
	n, ok := f.number("SequenceNumber")
	if !ok {
		return "", "SequenceNumber is malformed"
	}
	e.Order = n
	return strconv.Itoa(n), ""
}

// number is a count of at most nine digits.
func (f Form) number(name string) (n int, ok bool) {
	value, _ := f.one(name)
	if len(value) == 0 || len(value) > 9 {
		return 0, false
	}
	for _, c := range value {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// timestampLayout is RFC 2822 as Twilio writes it, whose days have one digit or
// two; time.RFC1123Z knows only two.
const timestampLayout = "Mon, 2 Jan 2006 15:04:05 -0700"

// timestamp is Twilio's time of the report, zero when it gives none.
func (f Form) timestamp() time.Time {
	value, ok := f.one("Timestamp")
	if !ok || len(value) == 0 {
		return time.Time{}
	}
	return parseTime(string(value))
}

// parseTime is zero for what is no time of Twilio's.
func parseTime(text string) time.Time {
	at, err := time.Parse(timestampLayout, text)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
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
