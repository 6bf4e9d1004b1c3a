package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"
)

// A clinician who opens Today when the health record's quota is used up is told so,
// the first time and every time after.
func TestServeShowsTodayWithoutQuota(t *testing.T) {
	t.Parallel()
	full := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Add("RateLimit", `"requests";r=9999974;t=12`)
		w.Header().Add("RateLimit", `"fhirInteractions";r=0;t=49`)
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	t.Cleanup(full.Close)
	s := newSystem(t, map[string]string{"FHIR_BASE_URL": full.URL + "/fhir/R4"})
	session := s.session(s.reaching(answers).Practitioner)
	for range 2 {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+"/bff_clinical/v1/appointments", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+session)
		before := time.Now()
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatalf("no answer after %v: %v", time.Since(before), err)
		}
		var problem struct{ Code, Detail string }
		err = json.NewDecoder(res.Body).Decode(&problem)
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
		wait, _ := strconv.Atoi(res.Header.Get("Retry-After"))
		if err != nil || res.StatusCode != http.StatusServiceUnavailable || problem.Code != "unavailable" || problem.Detail == "" || wait < 30 || wait > 50 {
			t.Errorf("%s, Retry-After %d: %+v, %v", res.Status, wait, problem, err)
		}
		if took := time.Since(before); took > 10*time.Second {
			t.Errorf("told after %v", took)
		}
	}
}
