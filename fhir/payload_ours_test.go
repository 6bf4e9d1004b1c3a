package fhir

// In the package, because whose a text is shows from outside only by what becomes of
// it after a second version.

import (
	"encoding/json"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"perci.health/careline"
)

// recordSaying is the record of a call in JSON, as an element.
func recordSaying(t interface{ Fatal(...any) }, c Communication) *element {
	text, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	record, err := decode(text)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// Texts of releases, of the system before them, and of people who begin alike.
func TestOurPayloadIsKnownByItsWholeForm(t *testing.T) {
	t.Parallel()
	const head = "Outbound Twilio voice call"
	refused := recordSaying(t, Communication{StatusReason: &CodeableConcept{Text: "An older sentence."}})
	onHold := recordSaying(t, Systems{}.CommunicationOf(careline.Call{Key: "CA1", Word: "on hold; for long", AnsweredBy: "a choir"}, false))
	for text, want := range map[string]bool{
		head:                      true, // the first releases, also of a refusal
		head + "; status=ringing": true,
		head + "; status=completed; answeredBy=human; duration=180s":                                                    true, // the system before careline
		head + "; status=completed; answeredBy=machine_end_beep; duration=66s; summary=Left for voicemail, lasted 66 s": true,
		head + "; duration=3s":                          true,
		head + "; summary=Ended before it was answered": true,
		head + "; status=busy; summary=Declined":        true,
		head + "; status=failed; summary=Could not be connected: The number does not exist, or is not in service.": true,
		"Entered in error: " + head:                                            true,
		"Entered in error: " + head + "; status=ringing":                       true,
		"Not placed: Calls to this country are not allowed.":                   true,
		"Not placed: Calls to Bosnia & Herzegovina are not allowed.":           true,
		"Not placed: This call could not be placed. Please try again.":         true,
		"Entered in error: Not placed: Calls to this country are not allowed.": true,

		"":                                     false,
		"Entered in error: ":                   false,
		"Entered in error: please ignore":      false,
		head + "s":                             false,
		head + ".":                             false,
		head + ": the patient will ring back.": false,
		head + "; status=completed. She rings back.":           false,
		head + "; status=completed; see my note":               false,
		head + "; status=":                                     false,
		head + "; status=completed; answeredBy=":               false,
		head + "; status=completed; duration=3 min":            false,
		head + "; answeredBy=human; status=completed":          false, // not in our order
		head + "; status=completed; summary=He will ring back": false,
		head + "; status=completed; summary=No answer; ring":   false,
		head + "; status=on hold":                              false,
		head + "\n; status=ringing":                            false,
		" " + head:                                             false,
		"Inbound Twilio voice call":                            false,
		"Not placed: the flowers":                              false,
		"Not placed: ":                                         false,
		"Not placed: An older sentence.":                       false,
	} {
		if got := (Systems{}).ourPayload(text, true, newElement()); got != want {
			t.Errorf("%q is ours: %t, want %t", text, got, want)
		}
	}

	if !(Systems{}).ourPayload("Not placed: An older sentence.", true, refused) || (Systems{}).ourPayload("Not placed: An older sentence.", false, refused) {
		t.Error("a refusal in the words of its release is known by the record's reason, and only in the first place")
	}
	if !(Systems{}).ourPayload(head+"; status=on hold; for long; answeredBy=a choir", true, onHold) || (Systems{}).ourPayload(head+"; status=on hold", true, onHold) {
		t.Error("a word that is new to us is known by the record's extension")
	}
}

// TestOurPayloadKnowsWhateverIsWritten: of whatever call, with whatever words.
func TestOurPayloadKnowsWhateverIsWritten(t *testing.T) {
	t.Parallel()
	statuses := []careline.Status{"", "refused", "requested", "queued", "initiated", "ringing", "in-progress", "completed", "busy", "failed", "no-answer", "canceled"}
	words := []string{"ringing", "completed", "in-progress", "failed", "", "on hold", "a; status=b", "x; summary=No answer", "; duration=1s", " é "}
	rapid.Check(t, func(t *rapid.T) {
		call := careline.Call{
			Key:        "CA1",
			Status:     rapid.SampledFrom(statuses).Draw(t, "status"),
			Word:       rapid.SampledFrom(words).Draw(t, "word"),
			AnsweredBy: rapid.SampledFrom([]string{"human", "machine_start", "fax", "unknown", "", "a choir", "x; answeredBy=y"}).Draw(t, "by"),
			Seconds:    careline.SecondsOf(rapid.IntRange(-1, 200).Draw(t, "seconds")),
			Declined:   rapid.Bool().Draw(t, "declined"),
			EndedBy:    rapid.SampledFrom([]careline.Side{"", careline.SideClinician, careline.SideMember}).Draw(t, "side"),
			Failure:    careline.Failure{Code: rapid.SampledFrom([]int{0, 13227, 13223, 20003, 99999}).Draw(t, "code"), SIP: rapid.IntRange(0, 699).Draw(t, "sip")},
			Refusal:    rapid.SampledFrom([]careline.Refusal{"", careline.RefusedRate, careline.RefusedCountry, "a-newer-one"}).Draw(t, "refusal"),
			Told:       rapid.SampledFrom([]string{"", "Calls to Spain are not allowed.", "Whatever was said then."}).Draw(t, "told"),
		}
		written := Systems{}.CommunicationOf(call, false)
		text, record := written.Payload[0].ContentString, recordSaying(t, written)
		if !(Systems{}).ourPayload(text, true, record) {
			t.Fatalf("%q is not taken for ours", text)
		}

		Systems{}.withdrawPayload(record)
		Systems{}.withdrawPayload(record)
		if got := record.items("payload"); len(got) != 1 || got[0].(*element).text("contentString") != payloadInError+text {
			t.Fatalf("withdrawn twice: %v, want one that is %q", plainly(got), payloadInError+text)
		}
	})
}

// TestOverlayLeavesTextsThatBeginLikeOurs: what people wrote stays, ours is
// replaced, whichever stands first.
func TestOverlayLeavesTextsThatBeginLikeOurs(t *testing.T) {
	t.Parallel()
	const theirs = "Outbound Twilio voice call; status=completed. The patient will ring back."
	call := careline.Call{
		Key:          "CA1",
		ClinicianLeg: "CA1",
		Status:       careline.StatusCompleted,
		Word:         "completed",
	}

	for _, have := range []string{
		`{"payload":[{"contentString":"Outbound Twilio voice call; status=ringing"},{"contentString":%q}]}`,
		`{"payload":[{"contentString":%q},{"contentString":"Outbound Twilio voice call; status=ringing"}]}`,
	} {
		got, _ := overlaid(t, Systems{}.CommunicationOf(call, true), fmt.Appendf(nil, have, theirs))
		var now Communication
		if err := json.Unmarshal(got, &now); err != nil {
			t.Fatal(err)
		}
		if len(now.Payload) != 2 || now.Payload[0].ContentString != "Outbound Twilio voice call; status=completed" || now.Payload[1].ContentString != theirs {
			t.Errorf("over %s: %+v", have, now.Payload)
		}
	}
}

// A mistyped element costs only itself: the record tells of its call all the same.
func TestTellsOfReadsPastMistypedElements(t *testing.T) {
	t.Parallel()
	ids := []Identifier{{System: systemTwilio, Value: "CA1"}, {System: systemTwilio, Value: "CA2"}}

	for text, want := range map[string]bool{
		`{"identifier":[7,{"system":8,"value":"CA1"},{"system":"https://www.twilio.com/","value":"CA2"}]}`:                                                     true,
		`{"identifier":{"system":"https://www.twilio.com/","value":"CA2"}}`:                                                                                    false,
		`{"identifier":[{"system":"urn:other","value":"CA2"}],"extension":"none"}`:                                                                             false,
		`{"extension":[{"url":"` + Systems{}.call() + `","extension":[{"url":"durationSeconds","valueInteger":"12"},{"url":"callSid","valueString":"CA1"}]}]}`: true,
		`{"extension":[{"url":"urn:y","extension":[{"url":"callSid","valueString":"CA1"}]}]}`:                                                                  false,
		`{"extension":[{"url":"` + Systems{}.call() + `","extension":[{"url":"recordingSid","valueString":"CA1"}]}]}`:                                          false,
		`{}`: false,
	} {
		record, err := decode([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := callKind((Systems{})).tellsOf(ids, record); got != want {
			t.Errorf("%s tells of the call: %t, want %t", text, got, want)
		}
	}
}
