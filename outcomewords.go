package careline

// Outcome is how a call stands, or ended, as a person tells calls apart: one word for
// what the carrier's status, what answered, who hung up and why say together. The web
// app says them from its catalogue (web/src/words/en/service.ts, which a test holds to these).
type Outcome string

// The outcomes.
const (
	OutcomeUnknown   Outcome = "unknown" // nothing is known yet, or only a word that is new to us
	OutcomeRefused   Outcome = "refused"
	OutcomeRequested Outcome = "requested"
	OutcomeQueued    Outcome = "queued"
	OutcomeDialling  Outcome = "dialling"
	OutcomeRinging   Outcome = "ringing"

	OutcomeAnswered        Outcome = "answered" // by nobody knows whom or what
	OutcomePersonAnswered  Outcome = "person-answered"
	OutcomeMachineAnswered Outcome = "machine-answered" // that takes messages
	OutcomeFaxAnswered     Outcome = "fax-answered"

	OutcomeEnded            Outcome = "ended" // it was answered, by nobody knows whom or what
	OutcomeEndedWithPerson  Outcome = "ended-with-person"
	OutcomeEndedWithMachine Outcome = "ended-with-machine"
	OutcomeEndedWithFax     Outcome = "ended-with-fax"

	OutcomeDeclined Outcome = "declined"
	OutcomeBusy     Outcome = "busy"
	OutcomeNoAnswer Outcome = "no-answer"
	OutcomeGivenUp  Outcome = "given-up" // the clinician did not wait for an answer
	OutcomeFailed   Outcome = "failed"
)

// OutcomeWords are what an outcome is called in each place where a person reads it.
// None holds a semicolon, or anything of a person. An empty one is not used there: the
// place says more, such as who was called.
type OutcomeWords struct {
	Summary string `json:"summary"` // in the record and the API
	Card    string `json:"card"`    // the heading of the call that the clinician is in, or was in last
	History string `json:"history"` // the heading of a call of an appointment
	List    string `json:"list"`    // in the list of a day; of a busy line the Summary stands there
}

// Words are what the outcome is called: the one place that says so.
func (o Outcome) Words() OutcomeWords {
	switch o {
	case OutcomeRefused:
		return says("Not placed", "The call was not placed", "Call not placed", "Not placed")
	case OutcomeRequested:
		return says("Requested", "", "Call started", "Calling now")
	case OutcomeQueued:
		return says("Waiting to be dialled", "", "Waiting to be dialled", "Calling now")
	case OutcomeDialling:
		return says("Dialling", "", "Dialling", "Calling now")
	case OutcomeRinging:
		return says("Ringing", "Calling…", "Ringing", "Calling now")
	case OutcomeDeclined:
		return says("Declined", "Call declined", "Call declined", "Declined")
	case OutcomeBusy:
		return says("The line was busy", "Line busy", "Line busy", "Line busy")
	case OutcomeNoAnswer:
		return says("No answer", "No answer", "No answer", "No answer")
	case OutcomeGivenUp:
		return says("Ended before it was answered", "Call cancelled", "Cancelled before answer", "Cancelled")
	case OutcomeFailed:
		return says("Could not be connected", "The call did not go through", "The call did not go through", "Did not go through")
	}

	return o.answeredWords()
}

// answeredWords are those of a call that was answered.
func (o Outcome) answeredWords() OutcomeWords {
	switch o {
	case OutcomeAnswered:
		return says("Answered", "Connected", "Call answered", "In a call now")
	case OutcomePersonAnswered:
		return says("Answered by a person", "Connected", "Call answered", "In a call now")
	case OutcomeMachineAnswered:
		return says("Voicemail answered", "Voicemail: leave no clinical detail", "Voicemail answered", "Voicemail answered")
	case OutcomeFaxAnswered:
		return says("Answered by a fax machine", "A fax machine answered", "A fax machine answered", "In a call now")
	case OutcomeEnded:
		return says("Answered", "Call ended", "Call ended", "Call ended")
	case OutcomeEndedWithPerson:
		return says("Answered by a person", "Call ended", "Call ended", "Answered")
	case OutcomeEndedWithMachine:
		return says("Left for voicemail", "Left for voicemail", "Left for voicemail", "Left for voicemail")
	case OutcomeEndedWithFax:
		return says("Answered by a fax machine", "Call ended", "Call ended", "A fax machine answered")
	}

	return OutcomeWords{Summary: "Not known yet"}
}

// says are the words of an outcome, place by place.
func says(summary, card, history, list string) OutcomeWords {
	return OutcomeWords{
		Summary: summary,
		Card:    card,
		History: history,
		List:    list,
	}
}
