package main

import (
	"net/http"
	"strings"
	"testing"
)

// What a clinician notes of a call that is over becomes a version of it in the record.
func TestServeRecordsWhatAClinicianNotes(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	a := s.reaching(busy)
	key := s.call(a, busy)
	s.record(key, final)

	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, s.url+"/bff_clinical/v1/calls/"+key+"/note", strings.NewReader(`{"outcome":"not-reached","text":"Rings on Xylophone day."}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.session(a.Practitioner))
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Error(err)
	}

	versions := s.record(key, func(v []communication) bool { return strings.Contains(string(v[len(v)-1].raw), "Xylophone") })
	last := versions[len(versions)-1]
	if last.Status != "completed" || !strings.Contains(string(last.raw), `"code":"not-reached"`) {
		t.Errorf("recorded as %s", last.raw)
	}
	s.logTellsNobody()
}
