package fhir

// In the package, because overlaying is what Chart does inside and its promises
// (nothing foreign lost, twice is once) are checked best on any input at all.

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"perci.health/careline"
)

func TestOverlayKeepsWhatOthersWrote(t *testing.T) {
	t.Parallel()
	have := []byte(`{"resourceType":"Communication","id":"1","meta":{"versionId":"3","lastUpdated":"2025-11-24T10:00:00Z","tag":[{"code":"t"}]},
		"identifier":[{"system":"https://www.twilio.com/","value":"CA1"},{"system":"urn:x","value":"9"}],
		"status":"not-done","statusReason":{"text":"refused"},"about":[{"reference":"Condition/1"}],"note":[{"text":"n"}],
		"category":[{"text":"mine"},{"coding":[{"system":"https://perci.health/communication-category","code":"twilio-voice"}]}],
		"subject":{"reference":"Patient/m"},"recipient":[{"reference":"Patient/old"},{"reference":"CareTeam/c"}],
		"basedOn":[{"reference":"ServiceRequest/s"}],
		"payload":[{"contentString":"Outbound Twilio voice call; status=queued"},{"contentString":"Please read"}],
		"extension":[{"url":"urn:y","valueDecimal":1.50},{"url":"https://perci.health/fhir/StructureDefinition/twilio-call","extension":[{"url":"callStatus","valueString":"queued"},{"url":"mood","valueString":"good"}]}]}`)

	call := careline.Call{
		Key:          "CA1",
		ClinicianLeg: "CA1",
		MemberLeg:    "CA2",
		Status:       careline.StatusBusy,
		Word:         "busy",
		Recipient:    "RelatedPerson/q",
		Appointment:  "a",
	}

	got, _ := overlaid(t, Systems{}.CommunicationOf(call, true), have)
	want := `{"resourceType":"Communication","id":"1","meta":{"tag":[{"code":"t"}]},
		"identifier":[{"system":"https://www.twilio.com/","value":"CA2"},{"system":"https://www.twilio.com/","value":"CA1"},{"system":"urn:x","value":"9"}],
		"status":"completed","about":[{"reference":"Condition/1"}],"note":[{"text":"n"}],
		"category":[{"coding":[{"system":"https://perci.health/communication-category","code":"twilio-voice","display":"Twilio voice call"}]},{"text":"mine"}],
		"medium":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode","code":"PHONE","display":"telephone"}]}],
		"subject":{"reference":"Patient/m"},"recipient":[{"reference":"RelatedPerson/q"},{"reference":"Patient/old"},{"reference":"CareTeam/c"}],
		"basedOn":[{"reference":"Appointment/a"},{"reference":"ServiceRequest/s"}],
		"payload":[{"contentString":"Outbound Twilio voice call; status=busy"},{"contentString":"Please read"}],
		"extension":[{"url":"https://perci.health/fhir/StructureDefinition/twilio-call","extension":[{"url":"callSid","valueString":"CA2"},{"url":"parentCallSid","valueString":"CA1"},{"url":"callStatus","valueString":"busy"},{"url":"mood","valueString":"good"}]},{"url":"urn:y","valueDecimal":1.50}]}`

	if !saysTheSame(t, got, []byte(want)) {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestOverlayKeepsWhatOthersAddedToOurElements(t *testing.T) {
	t.Parallel()
	call := careline.Call{
		Key:          "CA1",
		ClinicianLeg: "CA1",
		Status:       careline.StatusRinging,
		Word:         "ringing",
		Patient:      "Patient/m",
		Sender:       "Practitioner/p",
		Recipient:    "Patient/m",
		Appointment:  "a",
	}

	for name, c := range map[string]struct{ have, want string }{
		"recipient":             {`{"recipient":[{"reference":"Patient/m"},{"reference":"RelatedPerson/hand"}]}`, `[{"reference":"Patient/m"},{"reference":"RelatedPerson/hand"}]`},
		"recipient's name":      {`{"recipient":[{"reference":"Patient/m","display":"A"}]}`, `[{"reference":"Patient/m","display":"A"}]`},
		"ours first":            {`{"recipient":[{"reference":"RelatedPerson/hand"},{"reference":"Patient/m"}]}`, `[{"reference":"Patient/m"},{"reference":"RelatedPerson/hand"}]`},
		"basedOn":               {`{"basedOn":[{"reference":"Appointment/a"},{"reference":"Appointment/b"}]}`, `[{"reference":"Appointment/a"},{"reference":"Appointment/b"}]`},
		"category, own system":  {`{"category":[{"coding":[{"system":"https://perci.health/communication-category","code":"urgent"}]}]}`, `[{"coding":[{"system":"https://perci.health/communication-category","code":"twilio-voice","display":"Twilio voice call"}]},{"coding":[{"system":"https://perci.health/communication-category","code":"urgent"}]}]`},
		"category, more coding": {`{"category":[{"text":"t","coding":[{"system":"urn:s","code":"1"},{"system":"https://perci.health/communication-category","code":"twilio-voice"}]}]}`, `[{"text":"t","coding":[{"system":"https://perci.health/communication-category","code":"twilio-voice","display":"Twilio voice call"},{"system":"urn:s","code":"1"}]}]`},
		"medium, other way":     {`{"medium":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode","code":"VIDEOCONF"}]}]}`, `[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode","code":"PHONE","display":"telephone"}]},{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode","code":"VIDEOCONF"}]}]`},
		"medium, now strict":    {`{"medium":[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode","code":"TEL"},{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode","code":"PHONE"}]}]}`, `[{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ParticipationMode","code":"PHONE","display":"telephone"}]}]`},
		"identifier":            {`{"identifier":[{"system":"https://www.twilio.com/","value":"CA1","use":"official"},{"system":"https://www.twilio.com/","value":"CA9"}]}`, `[{"system":"https://www.twilio.com/","value":"CA1","use":"official"},{"system":"https://www.twilio.com/","value":"CA9"}]`},
		"payload":               {`{"payload":[{"contentString":"Outbound Twilio voice call; status=queued","id":"x"},{"contentReference":{"reference":"Binary/1"}}]}`, `[{"contentString":"Outbound Twilio voice call; status=ringing","id":"x"},{"contentReference":{"reference":"Binary/1"}}]`},
		"extension":             {`{"extension":[{"url":"urn:y"},{"url":"urn:y"}]}`, `[{"url":"https://perci.health/fhir/StructureDefinition/twilio-call","extension":[{"url":"callSid","valueString":"CA1"},{"url":"parentCallSid","valueString":"CA1"},{"url":"callStatus","valueString":"ringing"}]},{"url":"urn:y"},{"url":"urn:y"}]`},
		"subject":               {`{"subject":{"reference":"Patient/m","display":"A"}}`, `{"reference":"Patient/m","display":"A"}`},
		"sender":                {`{"sender":{"reference":"Practitioner/other","display":"O"}}`, `{"reference":"Practitioner/p"}`},
		"what was not placed":   {`{"payload":[{"contentString":"Not placed: Calls to this country are not allowed."},{"contentString":"Not placed: the flowers"}]}`, `[{"contentString":"Outbound Twilio voice call; status=ringing"},{"contentString":"Not placed: the flowers"}]`},
		"what was withdrawn":    {`{"payload":[{"contentString":"Entered in error: Outbound Twilio voice call; status=busy"}]}`, `[{"contentString":"Outbound Twilio voice call; status=ringing"}]`},
		"an earlier version's": {`{"extension":[{"url":"https://perci.health/fhir/StructureDefinition/twilio-call","extension":[{"url":"outcome","valueString":"canceled"},{"url":"clinicianLeft","valueBoolean":true},{"url":"ended","valueDateTime":"2025-11-24T10:00:00Z"},{"url":"failureReason","valueString":"x"},{"url":"recordingSid","valueString":"RE1"},{"url":"dialledEnding","valueString":"0123"}]}]}`,
			`[{"url":"https://perci.health/fhir/StructureDefinition/twilio-call","extension":[{"url":"callSid","valueString":"CA1"},{"url":"parentCallSid","valueString":"CA1"},{"url":"callStatus","valueString":"ringing"},{"url":"recordingSid","valueString":"RE1"},{"url":"dialledEnding","valueString":"0123"}]}]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := []byte(c.have)
			for range 3 {
				got, _ = overlaid(t, Systems{}.CommunicationOf(call, true), got)
			}
			var have, record map[string]any
			var want any
			for text, into := range map[string]any{c.have: &have, string(got): &record, c.want: &want} {
				if err := json.Unmarshal([]byte(text), into); err != nil {
					t.Fatal(err)
				}
			}
			for element := range have {
				if diff := cmp.Diff(want, record[element]); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

// A name that careline knows is the record's; one that it does not know is left to
// whoever put it there, for as long as the reference is the same.
func TestOverlayNamesPeople(t *testing.T) {
	t.Parallel()
	call := careline.Call{
		Key:          "CA1",
		ClinicianLeg: "CA1",
		Status:       careline.StatusRinging,
		Word:         "ringing",
		Patient:      "Patient/m",
		Sender:       "Practitioner/p",
		Recipient:    "RelatedPerson/q",
	}

	named := call
	named.Names = careline.Names{Sender: "Dr Hale", Patient: "Axel Oak", Recipient: "Nora Oak"}
	theirs := `{"subject":{"reference":"Patient/m","display":"A. O."},"sender":{"reference":"Practitioner/other","display":"Somebody"},"recipient":[{"reference":"RelatedPerson/q","display":"N."},{"reference":"CareTeam/c","display":"Team"}]}`
	for name, test := range map[string]struct {
		call careline.Call
		want [3]string
	}{
		"known":     {named, [3]string{`{"display":"Axel Oak","reference":"Patient/m"}`, `{"display":"Dr Hale","reference":"Practitioner/p"}`, `[{"display":"Nora Oak","reference":"RelatedPerson/q"},{"display":"Team","reference":"CareTeam/c"}]`}},
		"not known": {call, [3]string{`{"display":"A. O.","reference":"Patient/m"}`, `{"reference":"Practitioner/p"}`, `[{"display":"N.","reference":"RelatedPerson/q"},{"display":"Team","reference":"CareTeam/c"}]`}},
	} {
		got, _ := overlaid(t, Systems{}.CommunicationOf(test.call, true), []byte(theirs))
		var record map[string]json.RawMessage
		if err := json.Unmarshal(got, &record); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(test.want, [3]string{string(record["subject"]), string(record["sender"]), string(record["recipient"])}); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestOverlayTwiceIsOnce(t *testing.T) {
	t.Parallel()

	rapid.Check(t, func(t *rapid.T) {
		draw := func(label string) Communication {
			word := rapid.SampledFrom([]string{"", "ringing", "busy", "completed", string(careline.StatusRefused)}).Draw(t, label)
			return Systems{}.CommunicationOf(careline.Call{
				Key:          "CA1",
				ClinicianLeg: "CA1",
				MemberLeg:    rapid.SampledFrom([]string{"", "CA2"}).Draw(t, label+" member"),
				Status:       careline.Status(word),
				Word:         word,
				Refusal:      careline.RefusedRate,
				Recipient:    careline.Reference(rapid.SampledFrom([]string{"", "Patient/m", "RelatedPerson/q"}).Draw(t, label+" recipient")),
				Appointment:  rapid.SampledFrom([]string{"", "a"}).Draw(t, label+" appointment"),
				Patient:      "Patient/m",
				Sender:       "Practitioner/p",
				Sent:         time.Unix(rapid.Int64Range(0, 2).Draw(t, label+" sent"), 0),
				Received:     time.Unix(3, 0),
				Direction:    "outbound-dial",
				Seconds:      careline.SecondsOf(rapid.IntRange(0, 2).Draw(t, label+" seconds")),
				Recording:    "RE1",
				Reconciled:   rapid.Bool().Draw(t, label+" reconciled"),
				AnsweredBy:   rapid.SampledFrom([]string{"", "human", "machine_start"}).Draw(t, label+" by"),
				Ended:        time.Unix(rapid.Int64Range(0, 2).Draw(t, label+" ended"), 0),
				At:           time.Unix(rapid.Int64Range(0, 2).Draw(t, label+" at"), 0),
				Names:        careline.Names{Recipient: rapid.SampledFrom([]string{"", "Nora Oak"}).Draw(t, label+" name")},
				EndedBy:      careline.Side(rapid.SampledFrom([]string{"", "member"}).Draw(t, label+" side")),
				ToEnding:     "0123",
				Failure:      careline.Failure{SIP: rapid.SampledFrom([]int{0, 404}).Draw(t, label+" sip")},
			}, rapid.Bool().Draw(t, label+" strict"))
		}
		have, err := json.Marshal(draw("have"))
		if err != nil {
			t.Fatal(err)
		}
		ours := draw("ours")
		text, err := json.Marshal(ours)
		if err != nil {
			t.Fatal(err)
		}
		if read, err := decode(text); err != nil || !equal(read, ours.element()) {
			t.Fatalf("as an element %v\nas JSON %s (error: %v)", ours.element(), text, err)
		}
		once, changed := overlaid(t, ours, have)
		if changed == saysTheSame(t, have, once) {
			t.Fatalf("changed: %t\nbefore %s\nafter  %s", changed, have, once)
		}
		twice, changed := overlaid(t, ours, once)
		if changed || string(once) != string(twice) {
			t.Fatalf("changed again: %t\nonce  %s\ntwice %s", changed, once, twice)
		}
	})
}

func overlaid(t interface{ Fatal(...any) }, ours Communication, have []byte) (text []byte, changed bool) {
	record, err := decode(have)
	if err != nil {
		t.Fatal(err)
	}
	changed = callKind(Systems{}).overlay(ours.element(), record)
	if text, err = json.Marshal(record); err != nil {
		t.Fatal(err)
	}
	return text, changed
}

func saysTheSame(t interface{ Fatal(...any) }, a, b []byte) bool {
	var both [2]any
	for i, text := range [][]byte{a, b} {
		if err := json.Unmarshal(text, &both[i]); err != nil {
			t.Fatal(err)
		}
	}
	return cmp.Equal(both[0], both[1])
}
