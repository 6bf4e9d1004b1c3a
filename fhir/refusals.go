package fhir

import "perci.health/careline"

// refusalDisplay is how the code system of refusals shows one; empty for one that
// it does not know. Many viewers show the display of a coding and nothing else.
func refusalDisplay(r careline.Refusal) string {
	switch r {
	case careline.RefusedAccount:
		return "Not our account"
	case careline.RefusedCaller:
		return "Unknown caller"
	case careline.RefusedAppointmentID:
		return "Appointment malformed"
	case careline.RefusedAppointment:
		return "Appointment not found"
	case careline.RefusedParticipant:
		return "Not a participant"
	case careline.RefusedNumberMalformed:
		return "Number malformed"
	case careline.RefusedNumberNotOnFile:
		return "Number not on file"
	case careline.RefusedNumberType:
		return "Number type not allowed"
	case careline.RefusedCountry:
		return "Country not allowed"
	case careline.RefusedRate:
		return "Too many calls in a short time"
	case careline.RefusedConcurrent:
		return "Too many calls at once"
	case careline.RefusedUnchecked:
		return "Health record unavailable"
	case careline.RefusedNoCallerID:
		return "No caller id available"
	case careline.RefusedDeceased:
		return "Patient deceased"
	case careline.RefusedNumberShared:
		return "Number shared"
	case careline.RefusedNumberUnread:
		return "Number unreadable"
	case careline.RefusedWindow:
		return "Appointment too far away"
	}

	return ""
}
