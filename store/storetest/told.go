package storetest

import (
	"encoding/json"
	"fmt"
	"testing"

	"perci.health/careline"
	"perci.health/careline/store"
)

// asJSON is what a reader of the told JSON has.
func asJSON(t *testing.T, told map[string]any) (all map[string]any) {
	t.Helper()
	text, err := json.Marshal(told)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// each tells all of some; none as the release did.
func each[T any](all []T, tell func(T) map[string]any) (told []any) {
	for _, one := range all {
		told = append(told, tell(one))
	}
	return told
}

func deadTold(d store.Dead) map[string]any {
	return map[string]any{
		"seq": d.Delivery.Event.Seq, "attempts": d.Delivery.Attempts, "cause": d.Cause, "buried": d.Buried,
	}
}

func eventTold(e careline.CallEvent) map[string]any {
	told := map[string]any{
		"seq": e.Seq, "id": e.ID, "call": e.Call, "leg": e.Leg, "kind": e.Kind, "at": e.At, "kept": e.Kept, "order": e.Order,
		"status": e.Status, "word": e.Word, "direction": e.Direction, "memberLeg": e.MemberLeg, "appointment": e.Appointment,
		"seconds": secondsTold(e.Seconds), "answeredBy": e.AnsweredBy, "recording": e.Recording, "report": string(e.Report),
		"trace": e.Trace, "lookedUp": e.Reconciled(), "clinician": e.Request.Clinician, "sender": e.Request.Sender,
		"patient": e.Request.Patient, "recipient": e.Request.Recipient, "to": e.Request.To.E164(),
		"callerId": e.Request.CallerID.E164(), "refusal": e.Request.Refusal,
	}
	return told
}

// factsTold is eventTold with what schema 4 has more.
func factsTold(e careline.CallEvent) map[string]any {
	told := eventTold(e)
	told["endedBy"], told["failure"], told["names"] = e.EndedBy, e.Failure, e.Request.Names
	told["household"], told["limit"] = e.Request.Household, e.Request.Limit
	return told
}

func filingTold(f careline.Filing) map[string]any {
	return map[string]any{
		"Call": f.Call, "ID": f.ID, "Version": f.Version, "Seq": f.Seq, "Tried": f.Tried, "Doubted": f.Doubted,
	}
}

func foldTold(c careline.Call) map[string]any {
	return map[string]any{
		"key": c.Key, "status": c.Status, "word": c.Word, "direction": c.Direction, "clinician": c.Clinician, "sender": c.Sender,
		"patient": c.Patient, "recipient": c.Recipient, "appointment": c.Appointment, "to": c.To.E164(), "refusal": c.Refusal,
		"sent": c.Sent, "received": c.Received, "ended": c.Ended, "seconds": secondsTold(c.Seconds), "answeredBy": c.AnsweredBy,
		"recording": c.Recording, "clinicianLeft": c.ClinicianLeft, "reconciled": c.Reconciled,
	}
}

func secondsTold(s careline.Seconds) string {
	if n, known := s.Value(); known {
		return fmt.Sprint(n)
	}
	return ""
}
