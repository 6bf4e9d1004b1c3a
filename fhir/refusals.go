package fhir

import "perci.health/careline"

// refusal is one of the code system of refusals. Many viewers show the display of
// a coding and nothing else.
type refusal struct {
	code    careline.Refusal
	display string
}

var refusals = []refusal{
	{careline.RefusedAccount, "Not our account"},
	{careline.RefusedCaller, "Unknown caller"},
	{careline.RefusedAppointmentID, "Appointment malformed"},
	{careline.RefusedAppointment, "Appointment not found"},
	{careline.RefusedParticipant, "Not a participant"},
	{careline.RefusedNumberMalformed, "Number malformed"},
	{careline.RefusedNumberNotOnFile, "Number not on file"},
	{careline.RefusedNumberType, "Number type not allowed"},
	{careline.RefusedCountry, "Country not allowed"},
	{careline.RefusedRate, "Too many calls in a short time"},
	{careline.RefusedConcurrent, "Too many calls at once"},
	{careline.RefusedUnchecked, "Health record unavailable"},
	{careline.RefusedNoCallerID, "No caller id available"},
	{careline.RefusedDeceased, "Patient deceased"},
	{careline.RefusedNumberShared, "Number shared"},
	{careline.RefusedNumberUnread, "Number unreadable"},
	{careline.RefusedWindow, "Appointment too far away"},
}

// refusalDisplay is how the code system shows a refusal; empty for one that it does
// not know.
func refusalDisplay(code careline.Refusal) string {
	for _, r := range refusals {
		if r.code == code {
			return r.display
		}
	}
	return ""
}
