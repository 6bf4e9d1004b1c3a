package fhirbox_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"perci.health/careline/sandbox/fhirbox"
)

const record = `{"resourceType":"Communication","id":"%s","status":"in-progress","identifier":[{"system":"https://www.twilio.com/","value":"CA1"},{"system":"https://www.twilio.com/","value":"CA2"}],
 "category":[{"coding":[{"system":"https://perci.health/communication-category","code":"twilio-voice","display":"Twilio voice call"}]}],
 "medium":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode","code":"TEL"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode","code":"PHONE"}]}],
 "subject":{"reference":"Patient/ann"},"sender":{"reference":"PractitionerRole/role"},"recipient":[{"reference":"Patient/ann"}],"basedOn":[{"reference":"Appointment/a1"}],"sent":"2025-11-24T10:15:00Z","received":"2025-11-24T10:15:10Z",
 "payload":[{"contentString":"Outbound Twilio voice call; %d"}],
 "extension":[{"url":"https://perci.health/fhir/StructureDefinition/twilio-call","extension":[{"url":"callSid","valueString":"CA2"},{"url":"durationSeconds","valueInteger":180}]}]}`

// BenchmarkPut is one update of a call's record, without the network.
func BenchmarkPut(b *testing.B) {
	box, err := fhirbox.Open(fhirbox.Config{})
	if err != nil {
		b.Fatal(err)
	}

	defer box.Close()
	if err := box.Seed(b.Context(), []byte(clinic)); err != nil {
		b.Fatal(err)
	}

	h := box.Handler()
	i := 0
	for b.Loop() {
		i++
		req := httptest.NewRequest(http.MethodPut, "/fhir/R4/Communication/c1", strings.NewReader(fmt.Sprintf(record, "c1", i)))
		req.Header.Set("Content-Type", "application/fhir+json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, req)
		if w.Code != http.StatusOK {
			b.Fatal(w.Body.String())
		}
	}
}

// BenchmarkSearch finds a call's record by its identifier.
func BenchmarkSearch(b *testing.B) {
	box, err := fhirbox.Open(fhirbox.Config{})
	if err != nil {
		b.Fatal(err)
	}

	defer box.Close()
	if err := box.Seed(b.Context(), []byte(clinic)); err != nil {
		b.Fatal(err)
	}

	h := box.Handler()
	for b.Loop() {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/fhir/R4/Communication?identifier=https://www.twilio.com/|CA2", nil))
		if w.Code != http.StatusOK {
			b.Fatal(w.Body.String())
		}
	}
}
