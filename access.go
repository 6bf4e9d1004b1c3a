package careline

// Refusal is the reason why a call may not be dialled; empty when it may. Its
// text is written to the health record: never change one.
type Refusal string

// The refusals.
const (
	RefusedAccount         Refusal = "not-our-account"
	RefusedCaller          Refusal = "unknown-caller"
	RefusedAppointmentID   Refusal = "appointment-malformed"
	RefusedAppointment     Refusal = "appointment-not-found"
	RefusedParticipant     Refusal = "not-a-participant"
	RefusedNumberMalformed Refusal = "number-malformed"
	RefusedNumberNotOnFile Refusal = "number-not-on-file"
	RefusedNumberType      Refusal = "number-type-not-allowed"
	RefusedCountry         Refusal = "country-not-allowed"
	RefusedRate            Refusal = "too-many-calls-in-a-short-time"
	RefusedConcurrent      Refusal = "too-many-calls-at-once"
	RefusedUnchecked       Refusal = "health-record-unavailable"
	RefusedNoCallerID      Refusal = "no-caller-id-available"
	RefusedDeceased        Refusal = "patient-deceased"
	RefusedNumberShared    Refusal = "number-shared"
	RefusedNumberUnread    Refusal = "number-unreadable"
	RefusedWindow          Refusal = "appointment-too-far-away"
)

// spoken is what the clinician hears, one plain sentence each.
var spoken = map[Refusal]string{
	RefusedAccount:         "This call did not come from the clinic's own calling app, so it was not placed.",
	RefusedCaller:          "We could not tell who is calling. Please sign in again and call once more.",
	RefusedAppointmentID:   "The app did not say which appointment this call is for. Please open the appointment and call from there.",
	RefusedAppointment:     "We could not find this appointment. Please open it again from today's list.",
	RefusedParticipant:     "You are not booked on this appointment, so you cannot call its patient.",
	RefusedNumberMalformed: "This telephone number is not complete. Please check the patient's record.",
	RefusedNumberNotOnFile: "This number is not on file for the appointment's patient. Please check the patient's record.",
	RefusedNumberType:      "This kind of number cannot be called from here.",
	RefusedCountry:         "Calls to this country are not allowed.",
	RefusedRate:            "You have placed many calls in a short time. Please wait a minute and try again.",
	RefusedConcurrent:      "You are already in a call. Please end it before you place another.",
	RefusedUnchecked:       "We cannot check the appointment at the moment. Please try again in a minute.",
	RefusedNoCallerID:      "No telephone number is available to call from. Please try again, or tell your IT team.",
	RefusedDeceased:        "The record says that this patient has died. Please confirm that you want to reach the household, then call again.",
	RefusedNumberShared:    "This number is on file for more than one patient of the appointment. Please choose the person in the app, then call again.",
	RefusedNumberUnread:    "This number is not on file for the appointment's patient, and an entry there cannot be read as a telephone number. Please correct the patient's record.",
	RefusedWindow:          "This appointment is too long ago, or too far away, to call for it. Please open one that is nearer to today.",
}

// Sentence is what the clinician is told; a general one for a reason unknown.
func (r Refusal) Sentence() string {
	if s, ok := spoken[r]; ok {
		return s
	}
	return "This call could not be placed. Please try again."
}

// SentenceFor is Sentence for a call to that number: where the country is the
// reason, it names it. It tells no digit, and is Sentence for no number. A call
// that was read back from the record has no number: what it was told stands there.
func (r Refusal) SentenceFor(to Phone) string {
	if r != RefusedCountry {
		return r.Sentence()
	}

	country := CountryName(to.Region())
	if country == "" {
		return r.Sentence()
	}
	return "Calls to " + country + " are not allowed."
}

// Policy is what the clinic allows.
type Policy struct {
	Regions    []string // ISO 3166-1 alpha-2: countries that may be dialled; the first one reads national numbers
	PerMinute  int      // calls that one clinician may begin in a minute
	Concurrent int      // calls that one clinician may have at once
	WindowDays int      // how many days ago or ahead an appointment may be that is called for; 0: no limit
}

// Load is how busy a clinician is.
type Load struct {
	Recent int // calls asked for in the last minute, refused ones too
	Live   int // calls not known to be over
}

// MayBegin reports why a clinician with this load may not begin one more call.
func (p Policy) MayBegin(l Load) Refusal {
	if l.Live >= p.Concurrent {
		return RefusedConcurrent
	}
	if l.Recent >= p.PerMinute {
		return RefusedRate
	}
	return ""
}
