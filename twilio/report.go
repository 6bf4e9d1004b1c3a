package twilio

import (
	"slices"
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
	r := report{Form: f}
	leg, once := f.one("CallSid")
	if !once || !isSID(sidCall, leg) {
		return e, nil, notReport("CallSid is missing or malformed")
	}
	e.Leg = string(leg)
	switch s {
	case SubjectCallStatus:
		r.callStatus(&e)
	case SubjectDialResult:
		r.dialResult(&e)
	case SubjectMachineDetection:
		r.machineDetection(&e)
	default:
		return careline.CallEvent{}, nil, notReport("its subject is unknown")
	}
	e.Appointment = r.appointment()
	e.Report = f.JSON()
	return e, r.left, nil
}

func notReport(why string) error {
	return careline.NewError(careline.CodeInvalid, "This is not a report that Twilio sends: "+why+".", nil)
}

// report is a form while it is read as one of Twilio's reports.
type report struct {
	Form
	left []string // names of the parameters that could not be read
}

// callStatus tells apart the three who report to one URL: the member's leg,
// which has a parent; the clinician's, which came in from an app; and a leg that
// a member began.
func (r *report) callStatus(e *careline.CallEvent) {
	parent := r.sid("ParentCallSid", sidCall)
	r.outcome(e, "CallStatus", "CallDuration")
	sequence := r.sequence(e)
	e.Recording = r.sid("RecordingSid", sidRecording)
	e.At, e.AnsweredBy = r.timestamp(), r.word("AnsweredBy")
	suffix := ""
	switch e.Direction = r.word("Direction"); {
	case parent != "":
		e.Kind, e.Call = careline.KindProgress, parent
	case r.fromApp():
		e.Kind, e.Call, suffix = careline.KindClinicianLeg, e.Leg, "/parent"
	case slices.Contains(r.left, "ParentCallSid"):
		e.Kind = careline.KindProgress // of somebody's leg: the log knows whose
	case e.Direction == "inbound":
		e.Kind, e.Call, suffix = careline.KindMemberCalled, e.Leg, "/inbound"
	default:
		e.Kind = careline.KindProgress // dialled for somebody that the report does not name
	}
	word := e.Word
	if word == "" {
		word = "-"
	}
	e.ID = e.Leg + "/" + sequence + "/" + word + suffix
}

// dialResult has no time and no sequence number of its own.
func (r *report) dialResult(e *careline.CallEvent) {
	e.MemberLeg = r.sid("DialCallSid", sidCall)
	r.outcome(e, "DialCallStatus", "DialCallDuration")
	e.Recording = r.sid("RecordingSid", sidRecording)
	e.Kind, e.Call, e.ID = careline.KindDialEnded, e.Leg, e.Leg+"/dial"
	e.Direction = r.word("Direction")
}

// machineDetection names the member's leg alone; the log knows whose it is.
func (r *report) machineDetection(e *careline.CallEvent) {
	e.AnsweredBy, e.At = r.word("AnsweredBy"), r.timestamp()
	e.Kind, e.ID = careline.KindMachineDetection, e.Leg+"/amd"
}

// value is a parameter; empty when it is absent, and when it is there with
// several values.
func (r *report) value(name string) []byte {
	value, ok := r.one(name)
	if !ok {
		r.leave(name)
	}
	return value
}

func (r *report) leave(name string) { r.left = append(r.left, name) }

// sid is a SID, or empty.
func (r *report) sid(name, prefix string) string {
	value := r.value(name)
	if len(value) > 0 && !isSID(prefix, value) {
		r.leave(name)
		return ""
	}
	return string(value)
}

// word is one of a few words, or empty.
func (r *report) word(name string) string {
	value := r.value(name)
	if len(value) > 0 && !isWord(value) {
		r.leave(name)
		return ""
	}
	return known(value)
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
}

// sequence reads the sequence number, and returns it as an event's id has it.
func (r *report) sequence(e *careline.CallEvent) string {
	n, ok := r.number("SequenceNumber")
	if !ok {
		return "-"
	}
	e.Order = n
	return strconv.Itoa(n)
}

// number is a count of at most nine digits; not ok when there is none.
func (r *report) number(name string) (n int, ok bool) {
	value := r.value(name)
	if len(value) > 9 {
		r.leave(name)
		return 0, false
	}
	for _, c := range value {
		if c < '0' || c > '9' {
			r.leave(name)
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(value) > 0
}

func (r *report) appointment() string {
	value := string(r.value(AppointmentParameter))
	if value != "" && !careline.ValidID(value) {
		r.leave(AppointmentParameter)
		return ""
	}
	return value
}

// timestampLayout is RFC 2822 as Twilio writes it, whose days have one digit or
// two; time.RFC1123Z knows only two.
const timestampLayout = "Mon, 2 Jan 2006 15:04:05 -0700"

// timestamp is Twilio's time of the report, zero when it gives none.
func (r *report) timestamp() time.Time {
	value := r.value("Timestamp")
	at := parseTime(string(value))
	if at.IsZero() && len(value) > 0 {
		r.leave("Timestamp")
	}
	return at
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
