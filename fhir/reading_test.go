package fhir_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

type object = map[string]any

// seed stores a resource and returns its reference.
func seed(t *testing.T, c *fhir.Client, resource object) string {
	t.Helper()
	body, err := json.Marshal(resource)
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Create(t.Context(), resource["resourceType"].(string), body, "")
	if err != nil {
		t.Fatal(err)
	}
	return r.Type + "/" + r.ID
}

func takesPart(status string, refs ...string) []object {
	var all []object
	for _, r := range refs {
		all = append(all, object{"actor": object{"reference": r}, "status": status})
	}
	return all
}

func id(ref string) string {
	for i := range ref {
		if ref[i] == '/' {
			return ref[i+1:]
		}
	}
	return ref
}

func phone(t *testing.T, text string) careline.Phone {
	t.Helper()
	p, err := careline.ParsePhone(text, "GB")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func readsAppointment(t *testing.T, s *server) {
	c := s.client(t)
	nurse := seed(t, c, object{"resourceType": "Practitioner"})
	absent := seed(t, c, object{"resourceType": "Practitioner"})
	doctor := seed(t, c, object{"resourceType": "Practitioner"})
	role := seed(t, c, object{"resourceType": "PractitionerRole", "practitioner": object{"reference": doctor}})
	former := seed(t, c, object{"resourceType": "PractitionerRole", "active": false, "practitioner": object{"reference": absent}})
	patient := seed(t, c, object{"resourceType": "Patient", "birthDate": "1980-02-03",
		"name": []object{{"use": "nickname", "text": "Al"}, {"use": "usual", "given": []string{"Alex"}, "family": "Meyer"}},
		"telecom": []object{
			{"system": "phone", "value": "020 7946 0001", "rank": 2},
			{"system": "phone", "value": "+447700900001", "rank": 1},
			{"system": "email", "value": "a@example.org"},
			{"system": "phone", "value": "ask at reception"},
			{"system": "phone", "value": "+447700900002", "use": "old"},
			{"system": "phone", "value": "+447700900003", "period": object{"end": "2020-01-01"}},
			{"system": "sms", "value": "07700 900004"},
		}})

	other := seed(t, c, object{"resourceType": "Patient"})
	mother := seed(t, c, object{"resourceType": "RelatedPerson", "patient": object{"reference": patient},
		"name": []object{{"text": "Robin Meyer"}}, "telecom": []object{{"system": "phone", "value": "07700900005"}}})
	stranger := seed(t, c, object{"resourceType": "RelatedPerson", "patient": object{"reference": other}})
	booked := object{"resourceType": "Appointment", "status": "booked", "start": "2025-11-24T10:00:00Z", "end": "2025-11-24T10:30:00+00:00",
		"reasonCode":  []object{{"text": "Follow-up"}},
		"participant": append(takesPart("accepted", nurse, role, former, patient, mother, stranger), takesPart("declined", absent)...)}

	ref := seed(t, c, booked)
	got, err := c.Appointment(t.Context(), id(ref))
	if err != nil {
		t.Fatal(err)
	}

	want := careline.Appointment{
		ID:         id(ref),
		Status:     "booked",
		Reason:     "Follow-up",
		Start:      tenFifteen.Add(-15 * time.Minute),
		End:        tenFifteen.Add(15 * time.Minute),
		Clinicians: []careline.Participant{{Clinician: id(nurse), As: careline.Reference(nurse)}, {Clinician: id(doctor), As: careline.Reference(role)}},
		Patients: []careline.Person{{Ref: careline.Reference(patient), Patient: careline.Reference(patient), Name: "Alex Meyer", BirthDate: "1980-02-03",
			Phones:     []careline.Phone{phone(t, "+447700900001"), phone(t, "+442079460001"), phone(t, "+447700900004")},
			Unreadable: []string{"ask at reception"}}},
		Relatives: []careline.Person{{Ref: careline.Reference(mother), Patient: careline.Reference(patient), Name: "Robin Meyer",
			Phones: []careline.Phone{phone(t, "+447700900005")}}},
	}

	if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b careline.Phone) bool { return a == b })); diff != "" {
		t.Error(diff)
	}
	booked["status"] = "cancelled" // the patient may have to be told
	if a, err := c.Appointment(t.Context(), id(seed(t, c, booked))); err != nil || a.Status != "cancelled" || !a.TakesPart(id(nurse)) {
		t.Errorf("a cancelled appointment: %+v, %v", a, err)
	}

	booked["status"] = "entered-in-error"
	for _, missing := range []string{"8f0c62b1-53a6-4a5f-9a6e-8f4f3f0c9a11", "", "../Patient", id(seed(t, c, booked))} {
		_, err := c.Appointment(t.Context(), missing)
		wantCode(t, err, careline.CodeNotFound)
	}
}

func readsDay(t *testing.T, s *server) {
	c := s.client(t)
	nurse := seed(t, c, object{"resourceType": "Practitioner"})
	role := seed(t, c, object{"resourceType": "PractitionerRole", "practitioner": object{"reference": nurse}})
	other := seed(t, c, object{"resourceType": "Practitioner"})
	patient := seed(t, c, object{"resourceType": "Patient"})
	day := time.Date(2025, 11, 24, 0, 0, 0, 0, time.UTC)
	book := func(at time.Time, clinician, answer string) string {
		return id(seed(t, c, object{"resourceType": "Appointment", "status": "booked",
			"start": at.Format(time.RFC3339), "end": at.Add(5 * time.Minute).Format(time.RFC3339),
			"participant": append(takesPart(answer, clinician), takesPart("accepted", patient)...)}))
	}

	const n = 120 // more than one page
	want := make([]string, n)
	for i := n - 1; i >= 0; i-- {
		want[i] = book(day.Add(time.Duration(i)*10*time.Minute), []string{nurse, role}[i%2], "accepted")
	}

	book(day.Add(-time.Minute), nurse, "accepted")
	book(day.Add(24*time.Hour), nurse, "accepted")
	book(day.Add(time.Hour), other, "accepted")
	book(day.Add(time.Hour), seed(t, c, object{"resourceType": "PractitionerRole", "active": false, "practitioner": object{"reference": nurse}}), "accepted")
	book(day.Add(time.Hour), nurse, "declined")
	all, err := c.AppointmentsOn(t.Context(), id(nurse), day, day.Add(24*time.Hour))
	if err != nil {
		t.Fatal(err)
	}

	var got []string
	for _, a := range all {
		got = append(got, a.ID)
		if len(a.Patients) != 1 {
			t.Fatalf("an appointment of %d patients", len(a.Patients))
		}
	}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func readsCalls(t *testing.T, s *server) {
	chart, c := s.chart(t), s.client(t)
	appointments := []string{"a1", "a2", "a3"}
	var filed []careline.Filing
	for i := range 3 {
		call := ringing()
		call.Key, call.ClinicianLeg, call.MemberLeg = fmt.Sprintf("CAp%d", i), fmt.Sprintf("CAp%d", i), fmt.Sprintf("CAm%d", i)
		call.Sent = tenFifteen.Add(time.Duration(i) * time.Hour)
		call.Appointment = appointments[i/2] // two calls for a1, one for a2
		f := file(t, chart, call, careline.Filing{Call: call.Key})
		call.Status, call.Word = careline.StatusBusy, "busy"
		filed = append(filed, file(t, chart, call, f))
	}

	seed(t, c, object{"resourceType": "Communication", "status": "completed", "basedOn": []object{{"reference": "Appointment/a1"}}})
	calls, err := c.Calls(t.Context(), "a1")
	if err != nil {
		t.Fatal(err)
	}

	if len(calls) != 2 || calls[0].ID != filed[1].ID || calls[1].ID != filed[0].ID {
		t.Fatalf("calls of a1: %+v", calls)
	}
	if v := calls[0].Versions; len(v) != 2 || v[0].Call.Status != careline.StatusBusy || v[1].Call.Status != careline.StatusRinging ||
		v[0].ID != filed[1].Version || v[0].At.IsZero() {
		t.Errorf("versions, newest first: %+v", v)
	}

	last, err := c.LastCalls(t.Context(), appointments)
	if err != nil {
		t.Fatal(err)
	}

	if len(last) != 2 || last["a1"].Call.Key != "CAp1" || last["a2"].Call.Key != "CAp2" {
		t.Errorf("last calls: %+v", last)
	}
}

// A refused call has no time of the carrier's: it counts from when the record
// first took it, however often somebody edits it later.
func ordersCalls(t *testing.T, s *server) {
	chart, c := s.chart(t), s.client(t)
	now := time.Now().UTC()
	filed := map[string]careline.Filing{}
	for key, sent := range map[string]time.Time{"CAbefore": now.Add(-time.Hour), "CAafter": now.Add(time.Hour), "CAnone": {}} {
		call := ringing()
		call.Key, call.ClinicianLeg, call.MemberLeg, call.Sent = key, key, "", sent
		if sent.IsZero() {
			call.Status, call.Word, call.Refusal = careline.StatusRefused, "", careline.RefusedRate
		}
		filed[key] = file(t, chart, call, careline.Filing{Call: key})
	}

	noted, err := c.Read(t.Context(), "Communication", filed["CAnone"].ID)
	if err != nil {
		t.Fatal(err)
	}

	noted.JSON = edit(t, noted.JSON, func(m map[string]any) { m["note"] = []any{map[string]any{"text": "Sorry."}} })
	if _, err := c.Update(t.Context(), noted); err != nil {
		t.Fatal(err)
	}

	calls, err := c.Calls(t.Context(), "a1")
	if err != nil {
		t.Fatal(err)
	}

	var got []string
	for _, call := range calls {
		got = append(got, call.ID)
	}

	if diff := cmp.Diff([]string{filed["CAafter"].ID, filed["CAnone"].ID, filed["CAbefore"].ID}, got); diff != "" {
		t.Error(diff)
	}
	last, err := c.LastCalls(t.Context(), []string{"a1"})
	if err != nil || last["a1"].Call.Key != "CAafter" {
		t.Errorf("last calls: %+v, %v", last, err)
	}
}

// Both readings name the same call the newest, also where one was begun before
// the other was refused but its record was written later.
func TestOneCallIsNewest(t *testing.T) {
	t.Parallel()
	record := func(id, version, at, sent string) string {
		return fmt.Sprintf(`{"resource":{"resourceType":"Communication","id":%q,"meta":{"versionId":%q,"lastUpdated":%q},"status":"completed","sent":%q,"category":[{"coding":[{"system":"https://perci.health/communication-category","code":"twilio-voice"}]}],"basedOn":[{"reference":"Appointment/a1"}]}}`, id, version, at, sent)
	}

	refused := []string{record("refused", "2", "2025-11-24T12:00:00Z", ""), record("refused", "1", "2025-11-24T10:00:00Z", "")}
	dialled := []string{record("dialled", "2", "2025-11-24T11:30:00Z", "2025-11-24T11:00:00Z"), record("dialled", "1", "2025-11-24T09:00:00Z", "")}
	var histories atomic.Int32 // two are read at once
	c := offline(t, func(r *http.Request) (int, http.Header, string) {
		entries := []string{refused[0], dialled[0]}
		if strings.HasSuffix(r.URL.Path, "/_history") {
			histories.Add(1)
			entries = map[bool][]string{true: refused, false: dialled}[strings.Contains(r.URL.Path, "/refused/")]
		}
		return 200, nil, `{"resourceType":"Bundle","entry":[` + strings.Join(entries, ",") + `]}`
	}, false)

	for range 3 {
		last, err := c.LastCalls(t.Context(), []string{"a1"})
		if err != nil || last["a1"].ID != "2" || last["a1"].Call.Sent.IsZero() {
			t.Fatalf("last call: %+v, %v", last, err)
		}
	}

	if n := histories.Load(); n != 1 {
		t.Errorf("%d histories read to order two calls three times, want 1", n)
	}
	calls, err := c.Calls(t.Context(), "a1")
	if err != nil || len(calls) != 2 || calls[0].ID != "dialled" {
		t.Errorf("calls: %+v, %v", calls, err)
	}
}
