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
	"pgregory.net/rapid"

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
	Reconciled                                          bool
}

func (c told) call() careline.Call {
	call := careline.Call{
		Key: c.ClinicianLeg, ClinicianLeg: c.ClinicianLeg, MemberLeg: c.MemberLeg, Status: c.Status, Word: c.Word,
		Direction: c.Direction, Appointment: c.Appointment, AnsweredBy: c.AnsweredBy, Recording: c.Recording,
		Sender: c.Sender, Patient: c.Patient, Recipient: c.Recipient, Refusal: c.Refusal, Sent: c.Sent, Received: c.Received,
		Reconciled: c.Reconciled,
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
			if err := e.Encode(fhir.CommunicationOf(c.call(), c.Strict)); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

var words = []careline.Status{careline.StatusQueued, careline.StatusInitiated, careline.StatusRinging, careline.StatusInProgress,
	careline.StatusCompleted, careline.StatusBusy, careline.StatusFailed, careline.StatusNoAnswer, careline.StatusCanceled}

// anyCall is a call with what the record can hold.
func anyCall(t *rapid.T) careline.Call {
	maybe := func(label string, values ...string) string {
		return rapid.SampledFrom(append(values, "")).Draw(t, label)
	}
	at := func(label string) time.Time {
		if n := rapid.Int64Range(0, 4e9).Draw(t, label); n > 0 {
			return time.Unix(n, 0).UTC()
		}
		return time.Time{}
	}
	c := careline.Call{
		Key: "CA1", ClinicianLeg: "CA1", MemberLeg: maybe("member", "CA2"), Direction: maybe("direction", "outbound-dial"),
		Sender: careline.Reference(maybe("sender", "Practitioner/p", "PractitionerRole/r")), Patient: careline.Reference(maybe("patient", "Patient/m")),
		Recipient: careline.Reference(maybe("recipient", "Patient/m", "RelatedPerson/q")), Appointment: maybe("appointment", "a1"),
		AnsweredBy: maybe("answeredBy", "human", "machine_start"), Recording: maybe("recording", "RE1"),
		Sent: at("sent"), Received: at("received"), Seconds: careline.SecondsOf(rapid.IntRange(-1, 9999).Draw(t, "seconds")),
		Reconciled: rapid.Bool().Draw(t, "reconciled"),
	}
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		c.Status = careline.StatusRequested
	case 1:
		c.Status, c.Refusal = careline.StatusRefused, careline.RefusedNumberNotOnFile
	case 2:
		c.Word = "a-word-new-to-us"
	default:
		c.Status = rapid.SampledFrom(words).Draw(t, "status")
		c.Word = string(c.Status)
	}
	return c
}

func TestCallOfReadsWhatWasWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := anyCall(t)
		text, err := json.Marshal(fhir.CommunicationOf(want, rapid.Bool().Draw(t, "strict")))
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
		if got := fhir.CallOf(m); got != want {
			t.Fatalf("got  %+v\nwant %+v", got, want)
		}
	})
}

func TestCallOfTheFormerSystem(t *testing.T) {
	t.Parallel()
	c := fhir.CallOf(fhir.Communication{Status: "completed", Identifier: []fhir.Identifier{{System: "https://www.twilio.com/", Value: "CA9"}},
		Extension: []fhir.Extension{{URL: "https://perci.health/fhir/StructureDefinition/twilio-call",
			Extension: []fhir.Extension{{URL: "callSid", ValueString: "CA9"}, {URL: "callStatus", ValueString: "no-answer"}}}}})
	if c.Key != "CA9" || c.MemberLeg != "CA9" || c.Status != careline.StatusNoAnswer {
		t.Errorf("%+v", c)
	}
}
