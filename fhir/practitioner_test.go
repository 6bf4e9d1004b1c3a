package fhir_test

import (
	"net/http"
	"testing"

	"perci.health/careline"
)

func TestPractitionerName(t *testing.T) {
	t.Parallel()
	for server, open := range map[string]func(*testing.T) *server{"fhirbox": box, "Medplum-like": medplumLike(t)} {
		t.Run(server, func(t *testing.T) {
			s := open(t)
			admin := s.client(t)
			hale := id(seed(t, admin, object{"resourceType": "Practitioner", "name": []object{{"family": "Hale", "given": []string{"Ines"}}}}))
			nameless := id(seed(t, admin, object{"resourceType": "Practitioner"}))
			if s.bind != nil { // no more is needed than the policy gives
				s.bind(t, shipped(t, "accesspolicy-careline"))
			}
			c := s.client(t)

			for practitioner, want := range map[string]string{hale: "Ines Hale", nameless: "", nobodysID: "", "no id!": ""} {
				if got, err := c.PractitionerName(t.Context(), practitioner); got != want || err != nil {
					t.Errorf("%s is called %q, %v", practitioner, got, err)
				}
			}
			s.fail(t, fault{Path: "/fhir/R4/Practitioner", Times: 1, Status: http.StatusServiceUnavailable})
			_, err := c.PractitionerName(t.Context(), hale)
			wantCode(t, err, careline.CodeUnavailable)
		})
	}
}
