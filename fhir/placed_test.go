package fhir_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// The system that careline replaces recorded calls that the REST API placed, under
// their one SID.
func filesACallThatTheAPIPlaced(t *testing.T, s *server) {
	const sid = "CA00000000000000000000000000000009"
	c, chart := s.client(t), s.chart(t)
	former := seed(t, c, object{"resourceType": "Communication", "status": "in-progress", "identifier": []object{{"system": "https://www.twilio.com/", "value": sid}},
		"note": []object{{"text": "Theirs."}}})

	call := careline.Call{
		Key:         sid,
		MemberLeg:   sid,
		Status:      careline.StatusCompleted,
		Word:        "completed",
		Direction:   "outbound-api",
		Appointment: "a1",
		Patient:     "Patient/m1",
		Recipient:   "Patient/m1",
		Sender:      "Practitioner/p1",
		Sent:        tenFifteen,
		Seconds:     careline.SecondsOf(49),
	}
	filed := file(t, chart, call, careline.Filing{Call: sid, Tried: true})
	if "Communication/"+filed.ID != former {
		t.Errorf("filed as %s beside %s", filed.ID, former)
	}
	entries, err := c.Search(t.Context(), "Communication", url.Values{"identifier": {"https://www.twilio.com/|" + sid}})
	if err != nil || len(entries) != 1 {
		t.Fatalf("%d in the record, %v", len(entries), err)
	}

	var m fhir.Communication
	if err := json.Unmarshal(entries[0].Resource.JSON, &m); err != nil {
		t.Fatal(err)
	}
	read := fhir.Systems{}.CallOf(m)
	if !cmp.Equal(read, call, cmp.AllowUnexported(careline.Seconds{})) || len(m.Identifier) != 1 {
		t.Errorf("read back as %+v with %v", read, m.Identifier)
	}
}

func TestACallThatTheAPIPlacedIsFiledOnce(t *testing.T) {
	t.Parallel()
	filesACallThatTheAPIPlaced(t, box(t))
}
