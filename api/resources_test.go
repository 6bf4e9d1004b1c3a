package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
)

const tokenPath = "/bff_clinical/v1/twilio/access-token"

func TestToken(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		token, body string
		spoil       func(*bench)
		status      int
		want        string // the code of a problem, or the whole answer
	}{
		"web":         {token: ada, status: 200, want: `{"status":"success","data":{"token":"jwt-for-` + ada + `","identity":"` + ada + `","fromNumber":"+442079460000"}}`},
		"web, said":   {token: ada, body: `{"platform":"web"}`, status: 200, want: `{"status":"success","data":{"token":"jwt-for-` + ada + `","identity":"` + ada + `","fromNumber":"+442079460000"}}`},
		"mobile":      {token: "a-b", body: `{"platform":"mobile","more":1}`, status: 200, want: `{"status":"success","data":{"token":"jwt-for-a_b","identity":"a_b","fromNumber":"+442079460000"}}`},
		"mobile, dot": {token: "a.b", body: `{"platform":"mobile"}`, status: 400, want: "invalid"},
		"watch":       {token: ada, body: `{"platform":"watch"}`, status: 400, want: "invalid"},
		"not JSON":    {token: ada, body: `platform=web`, status: 400, want: "invalid"},
		"too large":   {token: ada, body: `{"platform":"` + strings.Repeat("w", 5000) + `"}`, status: 413, want: "too-large"},
		"nobody":      {status: 401, want: "unauthenticated"},
		"a porter":    {token: "porter", status: 403, want: "forbidden"},
		"unlinked":    {token: "unlinked", status: 400, want: "invalid"},
		"odd token":   {token: ada, spoil: func(b *bench) { b.cfg.Mint = func(string) (string, error) { return "a\"<b", nil } }, status: 200, want: `{"status":"success","data":{"token":"a\"\u003cb","identity":"` + ada + `","fromNumber":"+442079460000"}}`},
		"cannot mint": {token: ada, spoil: func(b *bench) { b.cfg.Mint = func(string) (string, error) { return "", errSecret } }, status: 500, want: "internal"},
		"no number": {token: ada, spoil: func(b *bench) {
			b.cfg.CallerID = func(context.Context) (careline.Phone, error) { return careline.Phone{}, errSecret }
		}, status: 503, want: "unavailable"},
		"empty number": {token: ada, spoil: func(b *bench) {
			b.cfg.CallerID = func(context.Context) (careline.Phone, error) { return careline.Phone{}, nil }
		}, status: 503, want: "unavailable"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			if tt.spoil != nil {
				tt.spoil(b)
			}
			got := b.ask(http.MethodPost, tokenPath, tt.token, body(tt.body))
			if got.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("Cache-Control %q", got.Header.Get("Cache-Control"))
			}
			if tt.status != 200 {
				b.problem(got, tt.status, tt.want)
				if strings.Contains(got.body, "password") {
					t.Errorf("the cause was told: %s", got.body)
				}
				return
			}
			if diff := cmp.Diff(tt.want, got.body); got.StatusCode != 200 || diff != "" {
				t.Errorf("status %d, answer (-want +got):\n%s", got.StatusCode, diff)
			}
			if strings.Contains(b.log.String(), "jwt-for") || strings.Contains(b.log.String(), "7946") {
				t.Errorf("the log tells too much: %s", b.log.String())
			}
		})
	}
}

func TestAppointmentsOfADay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.last = map[string]careline.RecordedVersion{"apt-1": {ID: "3", At: noon, Call: careline.Call{Status: careline.StatusCompleted, Word: "completed", Seconds: careline.SecondsOf(180), AnsweredBy: "human", Sent: noon.Add(-4 * time.Minute), At: noon.Add(-time.Second),
		Patient: "Patient/p1", Recipient: "Patient/p1", Names: careline.Names{Patient: "Tuna Kettle", Recipient: "Tuna Kettle"}, ToEnding: "0142", EndedBy: careline.SideClinician}}}
	got := b.ask(http.MethodGet, "/bff_clinical/v1/appointments", ada)
	want := `{"date":"2026-07-02","timeZone":"Europe/London","appointments":[{"id":"apt-1","start":"2026-07-01T23:30:00Z","end":"2026-07-02T00:00:00Z","status":"booked","reason":"Follow-up",` +
		`"patient":{"id":"p1","name":"Tuna Kettle","birthDate":"1980-02-29","phones":[{"ending":"0142"}]},` +
		`"patients":[{"id":"p1","name":"Tuna Kettle","birthDate":"1980-02-29","phones":[{"ending":"0142"}]}],` +
		`"lastCall":{"status":"completed","word":"completed","final":true,"summary":"Answered by a person, lasted 3 min","sent":"2026-07-01T23:26:00Z","at":"2026-07-01T23:29:59Z","durationSeconds":180,"answeredBy":"human",` +
		`"recipient":{"ref":"Patient/p1","name":"Tuna Kettle"},"subject":{"ref":"Patient/p1","name":"Tuna Kettle"},"ending":"0142","endedBy":"clinician"},"numbers":2}]}`
	if diff := cmp.Diff(want, got.body); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	// Half past eleven at night in UTC is the next day already in London.
	wantDay := [2]time.Time{time.Date(2026, 7, 1, 23, 0, 0, 0, time.UTC), time.Date(2026, 7, 2, 23, 0, 0, 0, time.UTC)}
	if !b.asked[0].Equal(wantDay[0]) || !b.asked[1].Equal(wantDay[1]) {
		t.Errorf("asked for %v; want %v", b.asked, wantDay)
	}
	if diff := cmp.Diff([]string{"apt-1"}, b.shown); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	if strings.Contains(b.log.String(), "Kettle") || strings.Contains(b.log.String(), "0142") {
		t.Errorf("the log names a patient: %s", b.log.String())
	}
}

// The day on which clocks go forward has 23 hours.
func TestAppointmentsOfAShortDay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.ask(http.MethodGet, "/bff_clinical/v1/appointments?date=2026-03-29", ada)
	if got := b.asked[1].Sub(b.asked[0]); got != 23*time.Hour {
		t.Errorf("the day has %v", got)
	}
}

func TestOneAppointment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	got := b.ask(http.MethodGet, "/bff_clinical/v1/appointments/apt-1", ada)
	want := `{"id":"apt-1","start":"2026-07-01T23:30:00Z","end":"2026-07-02T00:00:00Z","status":"booked","reason":"Follow-up",` +
		`"patient":{"id":"p1","name":"Tuna Kettle","birthDate":"1980-02-29","phones":[{"ending":"0142"}]},` +
		`"patients":[{"id":"p1","name":"Tuna Kettle","birthDate":"1980-02-29","phones":[{"ending":"0142"}]}],"lastCall":null,"numbers":2,` +
		`"phones":[{"number":"+447700900142","ending":"0142","of":"Patient/p1","name":"Tuna Kettle","patient":"Patient/p1"},` +
		`{"number":"+442079460007","ending":"0007","of":"RelatedPerson/r1","name":"Perch Kettle","patient":"Patient/p1"}]}`
	if diff := cmp.Diff(want, got.body); got.StatusCode != 200 || diff != "" {
		t.Errorf("status %d, answer (-want +got):\n%s", got.StatusCode, diff)
	}
	if diff := cmp.Diff([]string{"apt-1"}, b.shown); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
}

func TestRefusedReading(t *testing.T) {
	t.Parallel()
	down := careline.NewError(careline.CodeUnavailable, "The health record cannot be reached. Please try again.", errSecret)
	tests := map[string]struct {
		path, token string
		fhir        error
		status      int
		code        string
	}{
		"list, nobody":           {"/bff_clinical/v1/appointments", "", nil, 401, "unauthenticated"},
		"list, a bad date":       {"/bff_clinical/v1/appointments?date=01/07/2026", ada, nil, 400, "invalid"},
		"list, no such day":      {"/bff_clinical/v1/appointments?date=2026-02-30", ada, nil, 400, "invalid"},
		"list, record down":      {"/bff_clinical/v1/appointments", ada, down, 503, "unavailable"},
		"one, not a participant": {"/bff_clinical/v1/appointments/apt-2", ada, nil, 403, "forbidden"},
		"one, none":              {"/bff_clinical/v1/appointments/apt-9", ada, nil, 404, "not-found"},
		"one, not an id":         {"/bff_clinical/v1/appointments/a_b", ada, nil, 404, "not-found"},
		"one, record down":       {"/bff_clinical/v1/appointments/apt-1", ada, down, 503, "unavailable"},
		"one, unforeseen":        {"/bff_clinical/v1/appointments/apt-1", ada, errSecret, 500, "internal"},
		"calls, nobody":          {"/bff_clinical/v1/appointments/apt-1/calls", "", nil, 401, "unauthenticated"},
		"calls, not theirs":      {"/bff_clinical/v1/appointments/apt-2/calls", ada, nil, 403, "forbidden"},
		"calls, record down":     {"/bff_clinical/v1/appointments/apt-1/calls", ada, down, 503, "unavailable"},
		"stream, nobody":         {"/bff_clinical/v1/calls/events", "", nil, 401, "unauthenticated"},
		"stream, a bad place":    {"/bff_clinical/v1/calls/events?lastEventId=x", ada, nil, 400, "invalid"},
		"stream, before all":     {"/bff_clinical/v1/calls/events?lastEventId=-1", ada, nil, 400, "invalid"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.fhir = tt.fhir
			got := b.ask(http.MethodGet, tt.path, tt.token)
			b.problem(got, tt.status, tt.code)
			if (tt.status == 503) != (got.Header.Get("Retry-After") != "") || (tt.status == 401) != (got.Header.Get("WWW-Authenticate") != "") {
				t.Errorf("headers %v", got.Header)
			}
			if strings.Contains(got.body, "password") || len(b.shown) > 0 {
				t.Errorf("told too much: %s, shown %v", got.body, b.shown)
			}
		})
	}
}

func TestCallsOfAnAppointment(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	call := careline.Call{Key: "CA1", ClinicianLeg: "CA1", MemberLeg: "CA2", Direction: "outbound-dial", ToEnding: phone(t, tuna).Ending(),
		Patient: "Patient/p1", Recipient: "RelatedPerson/q1", Names: careline.Names{Patient: "Tuna Kettle", Recipient: "Nora Kettle", Relation: "daughter"}, Household: true}
	ringing, done := call, call
	ringing.Status, ringing.Word, ringing.Sent = careline.StatusRinging, "ringing", at(1)
	done.Status, done.Word, done.Sent, done.Received, done.Ended, done.Seconds, done.AnsweredBy = careline.StatusCompleted, "completed", at(1), at(4), at(70), careline.SecondsOf(66), "machine_start"
	done.Reconciled, done.EndedBy, done.At = true, careline.SideMember, at(70)
	refused := careline.Call{Key: "CA3", Status: careline.StatusRefused, Refusal: careline.RefusedCountry, Told: "Calls to Jersey are not allowed.", Sent: at(-1), At: at(-1)}
	failed := careline.Call{Key: "CA5", Status: careline.StatusFailed, Word: "failed", Failure: careline.Failure{Code: 99999, SIP: 499}, Recipient: "Patient/p1"}
	b.recorded["apt-1"] = []careline.RecordedCall{
		{ID: "com-2", Versions: []careline.RecordedVersion{{ID: "9", At: at(0), Call: refused}}},
		{ID: "com-3", Versions: []careline.RecordedVersion{{ID: "4", At: at(0), Call: failed}}},
		{ID: "com-1", Versions: []careline.RecordedVersion{{ID: "2", At: at(71), Call: done}, {ID: "1", At: at(1), Call: ringing}}},
	}
	got := b.ask(http.MethodGet, "/bff_clinical/v1/appointments/apt-1/calls", ada)
	want := `{"calls":[` +
		`{"id":"com-2","key":"CA3","status":"refused","final":true,"summary":"Not placed: Calls to Jersey are not allowed.","sent":"2026-07-01T23:29:59Z","refusal":{"code":"country-not-allowed","sentence":"Calls to Jersey are not allowed."},` +
		`"own":false,"timeline":[{"version":"9","at":"2026-07-01T23:29:59Z","recordedAt":"2026-07-01T23:30:00Z","status":"refused","summary":"Not placed: Calls to Jersey are not allowed."}]},` +
		`{"id":"com-3","key":"CA5","status":"failed","word":"failed","final":true,"summary":"Could not be connected","recipient":{"ref":"Patient/p1"},"failure":{"code":99999,"sip":499,"kind":"unknown","reason":"The carrier could not connect the call."},` +
		`"own":false,"timeline":[{"version":"4","at":"2026-07-01T23:30:00Z","recordedAt":"2026-07-01T23:30:00Z","status":"failed","word":"failed","summary":"Could not be connected"}]},` +
		`{"id":"com-1","key":"CA1","clinicianLeg":"CA1","memberLeg":"CA2","status":"completed","word":"completed","final":true,"summary":"Left for voicemail, lasted 1 min 6 s","direction":"outbound-dial",` +
		`"sent":"2026-07-01T23:30:01Z","received":"2026-07-01T23:30:04Z","ended":"2026-07-01T23:31:10Z","durationSeconds":66,"answeredBy":"machine_start",` +
		`"recipient":{"ref":"RelatedPerson/q1","name":"Nora Kettle","relation":"daughter"},"subject":{"ref":"Patient/p1","name":"Tuna Kettle"},"ending":"0142","endedBy":"member","householdConfirmed":true,"own":false,"timeline":[` +
		`{"version":"1","at":"2026-07-01T23:30:01Z","recordedAt":"2026-07-01T23:30:01Z","status":"ringing","word":"ringing","summary":"Ringing"},` +
		`{"version":"2","at":"2026-07-01T23:31:10Z","recordedAt":"2026-07-01T23:31:11Z","status":"completed","word":"completed","durationSeconds":66,"answeredBy":"machine_start","summary":"Left for voicemail, lasted 1 min 6 s","reconciled":true}]}]}`
	if diff := cmp.Diff(want, got.body); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if got := b.ask(http.MethodGet, "/bff_clinical/v1/appointments/apt-1/calls", ada); strings.Contains(got.body, tuna) {
		t.Error("the calls tell the number")
	}
}

func TestSummaryOfEveryStatus(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	all := []careline.Status{careline.StatusUnknown, careline.StatusRequested, careline.StatusQueued, careline.StatusInitiated, careline.StatusRinging,
		careline.StatusInProgress, careline.StatusCompleted, careline.StatusBusy, careline.StatusFailed, careline.StatusNoAnswer, careline.StatusCanceled}
	var versions []careline.RecordedVersion
	for _, s := range all {
		versions = append(versions, careline.RecordedVersion{Call: careline.Call{Status: s}})
	}
	b.recorded["apt-1"] = []careline.RecordedCall{{ID: "c", Versions: versions}}
	var got struct {
		Calls []struct{ Timeline []struct{ Summary string } }
	}
	if err := json.Unmarshal([]byte(b.ask(http.MethodGet, "/bff_clinical/v1/appointments/apt-1/calls", ada).body), &got); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range got.Calls[0].Timeline {
		if m.Summary == "" || seen[m.Summary] {
			t.Errorf("summary %q is empty or stands for two statuses", m.Summary)
		}
		seen[m.Summary] = true
	}
}

var errProbe = errors.New("no route to host")
