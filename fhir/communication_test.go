package fhir_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"perci.health/careline"
	"perci.health/careline/fhir"
)

// told is a call as the text files tell it.
type told struct {
	Strict                                              bool
	ClinicianLeg, MemberLeg                             string
	Status                                              careline.Status
	Word, Direction, Appointment, AnsweredBy, Recording string
	Sender, Patient, Recipient                          careline.Reference
	Refusal                                             careline.Refusal
	Sent, Received                                      time.Time
	Seconds                                             *int
	Reconciled, ClinicianLeft, Declined, Household      bool
	Ended, At                                           time.Time
	ToEnding                                            string
	EndedBy                                             careline.Side
	Failure                                             careline.Failure
	Names                                               careline.Names

	Conference string
	Parties    []careline.Party
	Recordings []careline.Recording
	Consent    careline.Consent
}

func (c told) call() careline.Call {
	call := careline.Call{
		Key:           c.ClinicianLeg,
		ClinicianLeg:  c.ClinicianLeg,
		MemberLeg:     c.MemberLeg,
		Status:        c.Status,
		Word:          c.Word,
		Direction:     c.Direction,
		Appointment:   c.Appointment,
		AnsweredBy:    c.AnsweredBy,
		Recording:     c.Recording,
		Sender:        c.Sender,
		Patient:       c.Patient,
		Recipient:     c.Recipient,
		Refusal:       c.Refusal,
		Sent:          c.Sent,
		Received:      c.Received,
		Reconciled:    c.Reconciled,
		ClinicianLeft: c.ClinicianLeft,
		Declined:      c.Declined,
		Household:     c.Household,
		Ended:         c.Ended,
		At:            c.At,
		ToEnding:      c.ToEnding,
		EndedBy:       c.EndedBy,
		Failure:       c.Failure,
		Names:         c.Names,
		Conference:    c.Conference,
		Parties:       c.Parties,
		Recordings:    c.Recordings,
		Consent:       c.Consent,
	}

	if c.Seconds != nil {
		call.Seconds = careline.SecondsOf(*c.Seconds)
	}
	return call
}

func TestCommunicationOf(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no test cases: %v", err)
	}

	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			in, want, ok := strings.Cut(string(text), "\n----\n")
			if !ok {
				t.Fatal("no ---- line")
			}
			var c told
			d := json.NewDecoder(strings.NewReader(in))
			d.DisallowUnknownFields()
			if err := d.Decode(&c); err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			e := json.NewEncoder(&got)
			e.SetIndent("", "  ")
			e.SetEscapeHTML(false)
			if err := e.Encode((fhir.Systems{}).CommunicationOf(c.call(), c.Strict)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCallOfTheFormerSystem(t *testing.T) {
	t.Parallel()
	c := fhir.Systems{}.CallOf(fhir.Communication{Status: "completed", Identifier: []fhir.Identifier{{System: "https://www.twilio.com/", Value: "CA9"}},
		Extension: []fhir.Extension{{URL: "https://perci.health/fhir/StructureDefinition/twilio-call",
			Extension: []fhir.Extension{{URL: "callSid", ValueString: "CA9"}, {URL: "callStatus", ValueString: "no-answer"}}}}})
	if c.Key != "CA9" || c.MemberLeg != "CA9" || c.Status != careline.StatusNoAnswer {
		t.Errorf("%+v", c)
	}
}
