package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"perci.health/careline/sandbox"
)

// rings is a member's phone that rings the clinic's number.
func (s *system) rings(from string) {
	s.t.Helper()
	body := `{"from":"` + from + `","to":"` + s.world.Numbers[0] + `"}`
	res, err := http.Post(s.world.TwilioURL+"/sandbox/v1/incoming", "application/json", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		s.t.Fatal(res.Status)
	}
}

// calledBack is what the list says of an appointment, and what the appointment itself does.
func (s *system) calledBack(a sandbox.Appointment) (listed, opened string) {
	s.t.Helper()
	type shown struct {
		ID         string
		CalledBack json.RawMessage
	}
	session := s.session(a.Practitioner)
	var day struct{ Appointments []shown }
	decode(s.t, s.get(s.url+"/bff_clinical/v1/appointments", session), &day)
	for _, one := range day.Appointments {
		if one.ID == a.ID {
			listed = string(one.CalledBack)
		}
	}
	var one shown
	decode(s.t, s.get(s.url+"/bff_clinical/v1/appointments/"+a.ID, session), &one)
	return listed, string(one.CalledBack)
}

// heard waits until a browser was told.
func (s *system) heard(what string, told <-chan struct{}) {
	s.t.Helper()
	eventually(s.t, what, func() bool {
		select {
		case <-told:
			return true
		default:
			return false
		}
	})
}

// A member rings back: the clinician concerned hears of it at once, whichever instance
// their browser is connected to and though it has shown them nothing; so they do after
// everything was restarted, until they call again. Nothing of it is in the record.
func TestServeTellsWhoCalledBack(t *testing.T) {
	t.Parallel()
	first := newSystem(t, map[string]string{"DATABASE_URL": newDatabase(t)})
	second := first.beside()
	a := first.reaching(answers)
	here, there := first.listening(a.Practitioner, "event: called-back"), second.listening(a.Practitioner, `"appointment":"`+a.ID+`"`)
	second.rings(answers)
	first.heard("the browser at the first instance to be told", here)
	second.heard("the browser at the second instance to be told", there)

	third := second.beside()
	for name, s := range map[string]*system{"first": first, "second": second, "begun later": third} {
		eventually(t, "who called back at the instance "+name, func() bool {
			listed, opened := s.calledBack(a)
			return listed != "" && listed == opened && strings.Contains(listed, `"ending":"`+answers[len(answers)-4:]+`"`) &&
				strings.Contains(listed, `"of":{"ref":"Patient/`+a.Patient+`"`)
		})
	}
	if found := first.search("Communication"); len(found) != 0 {
		t.Errorf("the record has %s", found[0].raw)
	}

	third.record(third.call(a, answers), final)
	eventually(t, "nobody to have called back any more", func() bool {
		listed, opened := first.calledBack(a)
		return listed == "" && opened == ""
	})
	first.logTellsNobody(second)
}

// The health record is down: what was seen lately is enough.
func TestServeTellsWhoCalledBackWithoutTheRecord(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	a := s.reaching(answers)
	if listed, _ := s.calledBack(a); listed != "" {
		t.Errorf("before anybody rang: %s", listed)
	}
	s.put(s.fhirRoot()+"/sandbox/v1/faults", []map[string]any{{"status": 503, "times": 1_000_000}})
	told := s.listening(a.Practitioner, `"appointment":"`+a.ID+`"`)
	s.rings(answers)
	s.heard("the browser to be told", told)
}
