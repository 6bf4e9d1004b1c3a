package fhir_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

const (
	theCall   = "CA00000000000000000000000000000001" // and the clinician's leg
	theMember = "CA00000000000000000000000000000002"
)

var carriersWords = map[string]careline.Status{
	"queued": careline.StatusQueued, "initiated": careline.StatusInitiated, "ringing": careline.StatusRinging,
	"answered": careline.StatusInProgress, "in-progress": careline.StatusInProgress, "completed": careline.StatusCompleted,
	"busy": careline.StatusBusy, "failed": careline.StatusFailed, "no-answer": careline.StatusNoAnswer, "canceled": careline.StatusCanceled,
	"": careline.StatusUnknown, "levitating": careline.StatusUnknown, "refused": careline.StatusUnknown, "on hold": careline.StatusUnknown,
}

func one[T any](t *rapid.T, label string, values ...T) T {
	return rapid.SampledFrom(values).Draw(t, label)
}

// anyRequest is a clinician's ask, allowed or refused.
func anyRequest(t *rapid.T) careline.CallEvent {
	to, err := careline.ParsePhone(one(t, "to", "+447700900123", "+442079460018", "+34911234567"), "GB")
	if err != nil {
		t.Fatal(err)
	}

	e := careline.CallEvent{
		Kind:        careline.KindRequested,
		Leg:         theCall,
		Appointment: one(t, "appointment", "a1", ""),
		Request: careline.Request{
			Clinician: one(t, "clinician", "dr-1", ""),
			Sender:    careline.Reference(one(t, "sender", "Practitioner/p", "PractitionerRole/r", "")),
			Patient:   careline.Reference(one(t, "patient", "Patient/m", "")),
			Recipient: careline.Reference(one(t, "recipient", "Patient/m", "RelatedPerson/q", "")),
			To:        one(t, "number", to, careline.Phone{}),
			Household: rapid.Bool().Draw(t, "household"),
			Names: careline.Names{
				Sender:    one(t, "sender's name", "Dr Hale", ""),
				Patient:   one(t, "patient's name", "Axel Oak", ""),
				Recipient: one(t, "recipient's name", "Nora Oak", ""),
				Relation:  one(t, "relation", "daughter", ""),
			},
		},
	}

	if rapid.Bool().Draw(t, "refused") {
		e.Kind = careline.KindRefused
		e.Request.Refusal = one(t, "refusal", careline.RefusedCountry, careline.RefusedRate, careline.RefusedDeceased, "a-newer-one", "")
	}
	return e
}

// anyNote is what a clinician noted, or took back.
func anyNote(t *rapid.T) careline.CallEvent {
	return careline.CallEvent{
		Kind: careline.KindNoted,
		At:   time.Unix(1764000000+rapid.Int64Range(0, 9).Draw(t, "noted at"), 0).UTC(),
		Note: careline.CallNote{
			Outcome: one(t, "came to", careline.CameToPatient, careline.CameToMessage, careline.CameToOther, ""),
			Text:    one(t, "text", "Rings back on Tuesday.\n*Both* hips <b>hurt</b>.", "Zoë", ""),
			By:      one(t, "by", "dr-1", ""),
		},
	}
}

// anyReport is a carrier's report of any kind, which may contradict every other.
func anyReport(t *rapid.T) careline.CallEvent {
	kinds := []careline.Kind{careline.KindProgress, careline.KindProgress, careline.KindProgress, careline.KindDialEnded,
		careline.KindMachineDetection, careline.KindClinicianLeg, careline.KindMemberCalled, "a-newer-kind"}
	e := careline.CallEvent{Kind: one(t, "kind", kinds...), Leg: one(t, "leg", theMember, theMember, theCall), Appointment: one(t, "appointment", "a1", "")}
	e.Word = one(t, "word", "queued", "initiated", "ringing", "ringing", "answered", "in-progress", "in-progress", "completed", "completed",
		"busy", "busy", "failed", "failed", "no-answer", "canceled", "", "levitating", "refused", "on hold")

	e.Status = carriersWords[e.Word]
	if rapid.IntRange(0, 9).Draw(t, "another status") == 0 {
		e.Status = one(t, "status", careline.StatusRinging, careline.StatusInProgress, careline.StatusCompleted, careline.StatusCanceled)
	}

	e.Direction = one(t, "direction", "outbound-dial", "outbound-api", "inbound", "")
	if e.Kind == careline.KindDialEnded {
		e.Leg, e.MemberLeg = theCall, one(t, "member's leg", theMember, theCall, "")
	}

	if e.Kind == careline.KindClinicianLeg {
		e.Leg = theCall
	}
	e.Order = rapid.IntRange(0, 3).Draw(t, "order")
	e.Seconds = careline.SecondsOf(rapid.IntRange(-1, 200).Draw(t, "seconds"))
	e.AnsweredBy = one(t, "answered by", "human", "machine_start", "machine_end_beep", "fax", "unknown", "", "")
	e.Recording = one(t, "recording", "RE1", "RE2", "", "")
	e.EndedBy = one(t, "ended by", careline.SideClinician, careline.SideMember, "")
	e.Failure = careline.Failure{Code: one(t, "code", 13227, 99999, 0), SIP: one(t, "sip", 404, 603, 999, 0)}
	return e
}

// anyEvents is a log of one call: any reports, with gaps, in any order.
func anyEvents(t *rapid.T) []careline.CallEvent {
	var events []careline.CallEvent
	if rapid.IntRange(0, 4).Draw(t, "asked for") > 0 {
		events = append(events, anyRequest(t))
	}
	events = append(events, rapid.SliceOfN(rapid.Custom(anyReport), 0, 8).Draw(t, "reports")...)
	if rapid.IntRange(0, 5).Draw(t, "dialled by the API") == 0 {
		for i := range events {
			events[i].Leg, events[i].MemberLeg = theCall, ""
		}
	}

	events = append(events, rapid.SliceOfN(rapid.Custom(anyNote), 0, 2).Draw(t, "notes")...)
	if rapid.IntRange(0, 2).Draw(t, "more than two, or recorded") == 0 {
		events = append(events, ofARoom(t, events)...)
		events = append(events, rapid.SliceOfN(rapid.Custom(anyOfARecording), 0, 8).Draw(t, "of recordings")...)
	}

	for i := range events {
		e := &events[i]
		e.Call, e.ID = theCall, rapid.StringMatching("[a-f]{3}").Draw(t, "id")
		at := rapid.Int64Range(0, 5e9).Draw(t, "at")
		e.Kept = time.Unix(1764000000, at).UTC()
		if rapid.IntRange(0, 3).Draw(t, "timed") > 0 && e.Request == (careline.Request{}) && e.Kind != careline.KindNoted {
			e.At = time.Unix(1764000000+at%100, at%3*5e8).UTC()
		}
		if rapid.IntRange(0, 4).Draw(t, "looked up") == 0 && e.Request == (careline.Request{}) && e.Kind != careline.KindNoted {
			e.ID, e.LookedUp = careline.ReconciledID(e.Leg, e.Status), true
		}
	}
	return events
}

// anyCall is any call that Fold can give and that the record is to hold.
func anyCall(t *rapid.T) careline.Call {
	return rapid.Custom(func(t *rapid.T) careline.Call { return careline.Fold(anyEvents(t)) }).Filter(careline.Call.Recordable).Draw(t, "call")
}

// recorded is what of a call comes back from the record: its times are whole
// seconds, a number is its ending, a name needs somebody whose it is; of legs it has
// the ids of two. Of its room it has what recordedRoom has. That the clinician has left is told where it is what ended the call,
// and so not of one that goes on without them, in a room.
func recorded(c careline.Call) careline.Call {
	c.Clinician, c.To, c.Legs, c.Note.By = "", careline.Phone{}, nil, ""
	for _, at := range []*time.Time{&c.Sent, &c.Received, &c.Ended, &c.At} {
		*at = at.Truncate(time.Second)
	}
	for ref, name := range map[careline.Reference]*string{c.Sender + "s": &c.Names.Sender, c.Patient + "p": &c.Names.Patient, c.Recipient + "r": &c.Names.Recipient} {
		if len(ref) == 1 {
			*name = ""
		}
	}
	recordedRoom(&c)
	said := carriersWords[c.Word] == c.Status && c.Word != ""
	c.ClinicianLeft = c.ClinicianLeft && c.Final() && !said && c.Status != careline.StatusRefused
	return c
}

func TestCallOfReadsWhatWasWritten(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		call := anyCall(t)
		text, err := json.Marshal(fhir.Systems{}.CommunicationOf(call, rapid.Bool().Draw(t, "strict")))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), `""`) || strings.Contains(string(text), "[]") || strings.Contains(string(text), "{}") || strings.Contains(string(text), "null") {
			t.Fatalf("something is written empty: %s", text)
		}
		var m fhir.Communication
		if err := json.Unmarshal(text, &m); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(recorded(call), (fhir.Systems{}).CallOf(m), cmp.AllowUnexported(careline.Seconds{}), cmp.Comparer(careline.Phone.Equal)); diff != "" {
			t.Fatalf("read back (-written +read): %s\n%s", diff, text)
		}
		if got := (fhir.Systems{}).CallOf(m).Summary(); got != call.Summary() {
			t.Fatalf("read back it says %q, before %q", got, call.Summary())
		}
	})
}
