package twilio_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/twilio"
)

func parse(t testing.TB, form url.Values) twilio.Form {
	t.Helper()
	f, err := twilio.ParseForm([]byte(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// named is an event's id without what its content adds.
func named(e careline.CallEvent) string { return e.ID[:max(0, strings.LastIndex(e.ID, "/"))] }

// told is an event, one line a field that is known, without its report.
func told(e careline.CallEvent) string {
	at := ""
	if !e.At.IsZero() {
		at = e.At.Format(time.RFC3339)
	}
	seconds := ""
	if n, known := e.Seconds.Value(); known {
		seconds = fmt.Sprint(n)
	}
	failure := ""
	if e.Failure != (careline.Failure{}) {
		failure = fmt.Sprint(e.Failure.Code, " ", e.Failure.SIP)
	}
	var s strings.Builder
	for _, field := range [][2]string{{"id", named(e)}, {"kind", string(e.Kind)}, {"role", string(e.Role)}, {"call", e.Call}, {"leg", e.Leg}, {"memberLeg", e.MemberLeg}, {"at", at},
		{"order", fmt.Sprint(e.Order)}, {"status", string(e.Status)}, {"word", e.Word}, {"direction", e.Direction}, {"appointment", e.Appointment},
		{"seconds", seconds}, {"answeredBy", e.AnsweredBy}, {"recording", e.Recording}, {"endedBy", string(e.EndedBy)}, {"failure", failure}} {
		if field[1] != "" {
			fmt.Fprintf(&s, "%s: %s\n", field[0], field[1])
		}
	}
	return s.String()
}

// Each file is a subject, the parameters one a line, "----", and the event or
// the error.
func TestEvent(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/reports/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatal("no cases", err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			text, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			input, want, _ := strings.Cut(string(text), "----\n")
			lines := strings.Split(strings.TrimSpace(input), "\n")
			form := url.Values{}
			for _, line := range lines[1:] {
				name, value, _ := strings.Cut(line, "=")
				form.Add(name, value)
			}
			f := parse(t, form)
			e, err := twilio.Event(twilio.Subject(lines[0]), f)
			got := told(e)
			if err != nil {
				got = fmt.Sprintf("%s: %v\n", careline.CodeOf(err), err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if err == nil {
				sameFromJSON(t, twilio.Subject(lines[0]), e)
			}
		})
	}
}

func sameFromJSON(t testing.TB, s twilio.Subject, e careline.CallEvent) {
	t.Helper()
	again, err := twilio.FormFromJSON(e.Report)
	if err != nil {
		t.Fatalf("%s: %v", e.Report, err)
	}
	e2, err := twilio.Event(s, again)
	if err != nil {
		t.Fatalf("%s: %v", e.Report, err)
	}
	if told(e) != told(e2) || e.ID != e2.ID || !bytes.Equal(e.Report, e2.Report) {
		t.Errorf("event became\n%s%s\nwas\n%s%s", told(e2), e2.Report, told(e), e.Report)
	}
	if twilio.SubjectOf(e.Kind) != s {
		t.Errorf("kind %s is not of subject %s", e.Kind, s)
	}
}

// A repetition is the same content; whatever says something else is another report.
func TestWhatMakesTwoReportsOne(t *testing.T) {
	t.Parallel()
	status := url.Values{"AccountSid": {account}, "CallSid": {childSID}, "ParentCallSid": {parentSID}, "CallStatus": {"completed"}, "SequenceNumber": {"3"}, "Timestamp": {"Mon, 1 Jun 2026 10:15:42 +0000"}}
	amd := url.Values{"AccountSid": {account}, "CallSid": {childSID}, "AnsweredBy": {"unknown"}}
	dial := url.Values{"AccountSid": {account}, "CallSid": {parentSID}, "DialCallStatus": {"completed"}}
	recording := url.Values{"AccountSid": {account}, "CallSid": {parentSID}, "RecordingSid": {"RE00000000000000000000000000000003"}}
	tests := map[string]struct {
		subject     twilio.Subject
		form        url.Values
		name, value string
	}{
		"a length later":            {twilio.SubjectCallStatus, status, "CallDuration", "42"},
		"who answered later":        {twilio.SubjectCallStatus, status, "AnsweredBy", "human"},
		"a recording later":         {twilio.SubjectCallStatus, status, "RecordingSid", "RE00000000000000000000000000000003"},
		"another time":              {twilio.SubjectCallStatus, status, "Timestamp", "Mon, 1 Jun 2026 10:15:43 +0000"},
		"the appointment later":     {twilio.SubjectCallStatus, status, "AppointmentId", "abc123"},
		"a reason later":            {twilio.SubjectCallStatus, status, "SipResponseCode", "404"},
		"unknown, then human":       {twilio.SubjectMachineDetection, amd, "AnsweredBy", "human"},
		"a dial's length later":     {twilio.SubjectDialResult, dial, "DialCallDuration", "42"},
		"two recordings of one leg": {twilio.SubjectCallStatus, recording, "RecordingSid", "RE00000000000000000000000000000004"},
	}
	for name, test := range tests {
		event := func(form url.Values) careline.CallEvent {
			e, err := twilio.Event(test.subject, parse(t, form))
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		other := maps.Clone(test.form)
		other.Set(test.name, test.value)
		one, again, two := event(test.form), event(test.form), event(other)
		if one.ID != again.ID || one.ID == two.ID || named(one) != named(two) {
			t.Errorf("%s: the ids are %s, repeated %s, then %s", name, one.ID, again.ID, two.ID)
		}
		if one.Reconciled() || two.Reconciled() {
			t.Errorf("%s: it looks as if it was looked up", name)
		}
	}
}

// A report's word may be any text, but not make it what was looked up.
func TestNoReportLooksLookedUp(t *testing.T) {
	t.Parallel()
	e, err := twilio.Event(twilio.SubjectCallStatus, parse(t, url.Values{"CallSid": {childSID}, "CallStatus": {"x/reconciled"}}))
	if err != nil || e.Reconciled() {
		t.Errorf("%s, %v", e.ID, err)
	}
}

func TestTimesOfReports(t *testing.T) {
	t.Parallel()
	want := time.Date(2026, 6, 1, 10, 15, 42, 0, time.UTC)
	for _, text := range []string{"Mon, 1 Jun 2026 10:15:42 +0000", "Mon, 01 Jun 2026 11:15:42 +0100", "Mon, 1 Jun 2026 10:15:42 GMT", "Mon, 01 Jun 2026 10:15:42 UTC",
		"Mon, 1 Jun 2026 10:15:42 UT", "Mon, 1 Jun 2026 10:15:42 Z", "Mon, 1 Jun 2026 05:15:42 EST", "Mon, 1 Jun 2026 03:15:42 PDT", "1 Jun 2026 10:15:42 +0000"} {
		e, err := twilio.Event(twilio.SubjectCallStatus, parse(t, url.Values{"CallSid": {childSID}, "Timestamp": {text}}))
		if err != nil || !e.At.Equal(want) {
			t.Errorf("%q is %v, %v", text, e.At, err)
		}
	}
	for _, text := range []string{"yesterday", "", "Mon, 1 Jun 2026 10:15:42", "Mon, 1 Jun 2026 10:15:42 BST", "Xyz, 1 Jun 2026 10:15:42 GMT", "2026-06-01T10:15:42Z", "GMT", ", GMT",
		"Mon, 31 Jun 2026 10:15:42 +0000", "Mon, 00 Jun 2026 10:15:42 +0000", "Mon, 01 Jun 2026 24:15:42 +0000", "Mon, 01 Jun 2026 10:60:42 +0000", "Mon, 01 Jun 2026 10:15:60 +0000",
		"Xyz, 01 Jun 2026 10:15:42 +0000", "Mon, 01 Jux 2026 10:15:42 +0000", "Mon, 01 Jun 2o26 10:15:42 +0000", "Mon, 01 Jun 2026 10-15-42 +0000"} {
		e, err := twilio.Event(twilio.SubjectCallStatus, parse(t, url.Values{"CallSid": {childSID}, "Timestamp": {text}}))
		if err != nil || !e.At.IsZero() {
			t.Errorf("%q is %v, %v", text, e.At, err)
		}
	}
}

func TestFormJSON(t *testing.T) {
	t.Parallel()
	f := parse(t, url.Values{"b": {"2", "1", "1"}, "a": {"é\"\\\n<😀"}, "c": {""}, "": {"0"}, "bad": {"x\xffy"}})
	want := `{"":"0","a":"é\"\\\u000a<😀","b":["1","1","2"],"bad":"x` + "\uFFFD" + `y","c":""}`
	if diff := cmp.Diff(want, string(f.JSON())); diff != "" {
		t.Error(diff)
	}
	if f.Get("b") != "" || f.Get("absent") != "" || f.Get("c") != "" || f.Get("a") != "é\"\\\n<😀" {
		t.Error("Get")
	}
	for _, bad := range []string{"", "null", "[]", `{"a":{}}`, `{"a":[{}]}`, `{"a":[[1]]}`, `{"a":"x"`, `{"a":"x"}{`} {
		if _, err := twilio.FormFromJSON([]byte(bad)); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// What others make of a form on its way is still that form.
func TestFormOfPlainValues(t *testing.T) {
	t.Parallel()
	for object, want := range map[string]string{
		`{"a":1}`: `{"a":"1"}`, `{"a":42.0}`: `{"a":"42"}`, `{"a":1.5,"b":-0.0}`: `{"a":"1.5","b":"-0.0"}`, `{"a":12345678901234567890}`: `{"a":"12345678901234567890"}`,
		`{"a":null,"b":""}`: `{"b":""}`, `{"a":[1,null,"1",true]}`: `{"a":["1","1","true"]}`, `{"a":false}`: `{"a":"false"}`, `{"a":[]} `: `{}`,
	} {
		form, err := twilio.FormFromJSON([]byte(object))
		if err != nil || string(form.JSON()) != want {
			t.Errorf("%s is read as %s, %v; want %s", object, form.JSON(), err, want)
		}
	}
}

func FuzzEvent(f *testing.F) {
	f.Add(childForm().Encode(), 0)
	f.Add("AccountSid=x&CallSid="+childSID+"&AnsweredBy=human", 2)
	f.Add("CallSid="+parentSID+"&DialCallStatus=busy&a=%ff&a=%fe&a=x", 1)
	subjects := []twilio.Subject{twilio.SubjectCallStatus, twilio.SubjectDialResult, twilio.SubjectMachineDetection}
	f.Fuzz(func(t *testing.T, body string, subject int) {
		form, err := twilio.ParseForm([]byte(body))
		if err != nil {
			return
		}
		if !json.Valid(form.JSON()) {
			t.Fatalf("%q became %s", body, form.JSON())
		}
		again, err := twilio.FormFromJSON(form.JSON())
		if err != nil {
			t.Fatalf("%s: %v", form.JSON(), err)
		}
		// Bytes that are not UTF-8 change once, and their order with them;
		// from then on nothing does.
		third, err := twilio.FormFromJSON(again.JSON())
		if err != nil || !bytes.Equal(again.JSON(), third.JSON()) {
			t.Errorf("%s became %s", again.JSON(), third.JSON())
		}
		s := subjects[uint(subject)%3]
		if e, err := twilio.Event(s, again); err == nil {
			sameFromJSON(t, s, e)
		}
	})
}

// Whom the REST API dialled is known from the report alone; of every other leg the
// request tells it.
func TestWhatTheAPIDialled(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]string{
		"Direction=outbound-api&To=%2B447700900143&AppointmentId=a1":  "+447700900143",
		"Direction=outbound-api&To=client%3Anurse&AppointmentId=a1":   "",
		"Direction=outbound-api&AppointmentId=a1":                     "",
		"Direction=outbound-dial&To=%2B447700900143&AppointmentId=a1": "",
	} {
		f, err := twilio.ParseForm([]byte("CallSid=CA00000000000000000000000000000009&CallStatus=ringing&" + form))
		if err != nil {
			t.Fatal(err)
		}
		e, err := twilio.Event(twilio.SubjectCallStatus, f)
		if err != nil || e.Request.To.E164() != want {
			t.Errorf("%s: dialled %q, %v; want %q", form, e.Request.To.E164(), err, want)
		}
	}
}
