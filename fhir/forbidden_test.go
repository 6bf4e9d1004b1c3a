package fhir_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// What the record refuses to say was answered: nothing older may stand for it.
func TestAnAppointmentThatMayNotBeReadIsNoOutage(t *testing.T) {
	t.Parallel()

	for status, want := range map[int]careline.Code{
		http.StatusForbidden:          careline.CodeRejected,
		http.StatusServiceUnavailable: careline.CodeUnavailable,
		http.StatusNotFound:           careline.CodeUnavailable, // no place to search at: a setting
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		defer server.Close()
		client, err := fhir.New(fhir.Config{BaseURL: server.URL})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Appointment(t.Context(), "a1"); careline.CodeOf(err) != want {
			t.Errorf("%d: %v, want code %s", status, err, want)
		}
	}
}
