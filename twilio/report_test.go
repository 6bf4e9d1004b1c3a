package twilio_test

import (
	"bytes"
	"encoding/json"
	"fmt"
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
	var s strings.Builder
	for _, field := range [][2]string{{"id", e.ID}, {"kind", string(e.Kind)}, {"call", e.Call}, {"leg", e.Leg}, {"memberLeg", e.MemberLeg}, {"at", at},
		{"order", fmt.Sprint(e.Order)}, {"status", string(e.Status)}, {"word", e.Word}, {"direction", e.Direction}, {"appointment", e.Appointment},
		{"seconds", seconds}, {"answeredBy", e.AnsweredBy}, {"recording", e.Recording}} {
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
	if told(e) != told(e2) || !bytes.Equal(e.Report, e2.Report) {
		t.Errorf("event became\n%s%s\nwas\n%s%s", told(e2), e2.Report, told(e), e.Report)
	}
	if twilio.SubjectOf(e.Kind) != s {
		t.Errorf("kind %s is not of subject %s", e.Kind, s)
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
