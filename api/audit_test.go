package api_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/calls"
)

// auditLog is what an audit reads: calls in the order of their asking, the newest first.
type auditLog struct {
	calls []careline.Asked
	err   error
	asked []careline.AskedFor
}

func (l *auditLog) CallsAsked(_ context.Context, q careline.AskedFor, limit int) (found []careline.Asked, err error) {
	l.asked = append(l.asked, q)
	for _, c := range l.calls {
		if q.Patient != "" && c.Events[0].Request.Patient != q.Patient {
			continue
		}
		after := q.After.At.IsZero() || c.Place.At.Before(q.After.At) || c.Place.At.Equal(q.After.At) && c.Place.Number < q.After.Number
		if after && !c.Place.At.Before(q.From) && c.Place.At.Before(q.To) && len(found) < limit {
			found = append(found, c)
		}
	}
	return found, l.err
}

func (l *auditLog) Callers(_ context.Context, from, to time.Time) (found []careline.Asked, err error) {
	seen := map[string]bool{"": true}
	for _, c := range l.calls {
		if who := c.Events[0].Request.Clinician; !seen[who] && !c.Place.At.Before(from) && c.Place.At.Before(to) {
			seen[who], found = true, append(found, c)
		}
	}
	return found, l.err
}

func (l *auditLog) Events(_ context.Context, call string) ([]careline.CallEvent, error) {
	for _, c := range l.calls {
		if c.Key == call {
			return c.Events, l.err
		}
	}
	return nil, l.err
}

func (l *auditLog) Filing(_ context.Context, call string) (careline.Filing, error) {
	for _, c := range l.calls {
		if c.Key == call {
			return c.Filing, l.err
		}
	}
	return careline.Filing{}, l.err
}

// add keeps a call that was asked for n minutes after noon.
func (l *auditLog) add(key string, n int, events ...careline.CallEvent) {
	at := noon.Add(time.Duration(n) * time.Minute)
	for i := range events {
		e := &events[i]
		e.Call, e.Kept, e.ID = key, at.Add(time.Duration(i)*time.Second), fmt.Sprint(key, i)
	}
	one := careline.Asked{Key: key, Place: careline.AskedPlace{At: at, Number: int64(n)}, Events: events, Filing: careline.Filing{Call: key}}
	l.calls = slices.Insert(l.calls, 0, one)
}

// auditing is the API with two calls and two kinds of people.
func auditing(t *testing.T) (*bench, *auditLog) {
	t.Helper()
	b, l := newBench(t), &auditLog{}
	asks := careline.CallEvent{Kind: careline.KindRequested, Leg: "CA1", Appointment: "apt-1", Request: careline.Request{
		Clinician: ada, Patient: "Patient/p1", Recipient: "Patient/p1", To: phone(t, tuna), Names: careline.Names{Sender: "Ada Quill", Patient: "Tuna Kettle", Recipient: "Tuna Kettle"},
	}}
	ringing := careline.CallEvent{Kind: careline.KindProgress, Leg: "CB1", Status: careline.StatusRinging, Word: "ringing", At: noon.Add(time.Second)}
	busy := careline.CallEvent{Kind: careline.KindProgress, Leg: "CB1", Status: careline.StatusBusy, Word: "busy", At: noon.Add(4 * time.Second)}
	l.add("CA1", 0, asks, ringing, busy)
	refused := asks
	refused.Kind, refused.Leg, refused.Request.Refusal = careline.KindRefused, "CA2", careline.RefusedRate
	refused.Request.Clinician = ben
	l.add("CA2", 1, refused)
	l.add("CA3", 2, careline.CallEvent{Kind: careline.KindMemberCalled, Leg: "CA3", Status: careline.StatusCompleted, Direction: "inbound", At: noon.Add(2 * time.Minute)})
	b.cfg.Audit = &calls.Audit{Log: l}
	b.cfg.Recorded = func(context.Context, string) (careline.RecordedCall, error) { return careline.RecordedCall{}, b.fhir }
	return b, l
}

// visitor takes the bearer token for who it is.
func visitor(_ context.Context, r *http.Request) (careline.Visitor, error) {
	c, err := session(context.Background(), r)
	switch token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); {
	case careline.CodeOf(err) == careline.CodeUnauthenticated && err != nil:
		return careline.Visitor{}, err
	case token == "auditor":
		return careline.Visitor{ID: "U-auditor", Auditor: true}, nil
	case token == "both":
		return careline.Visitor{ID: "U-both", Auditor: true, Clinician: careline.Clinician{ID: ada}}, nil
	}
	return careline.Visitor{ID: "U-other", Clinician: c}, nil
}

const auditToday = "/bff_clinical/v1/audit/calls?from=2026-07-01&to=2026-07-02"

func TestWhoMayAudit(t *testing.T) {
	t.Parallel()
	const me, one = "/bff_clinical/v1/me", "/bff_clinical/v1/audit/calls/CA1"
	for who, want := range map[string]struct {
		status int
		code   string
		me     string
	}{
		"":        {401, "unauthenticated", ""},
		ada:       {403, "forbidden", `{"clinician":true,"auditor":false}`},
		"porter":  {403, "forbidden", `{"clinician":false,"auditor":false}`},
		"auditor": {200, "", `{"clinician":false,"auditor":true}`},
		"both":    {200, "", `{"clinician":true,"auditor":true}`},
	} {
		b, _ := auditing(t)
		for _, path := range []string{auditToday, one, auditWho} {
			got := b.ask(http.MethodGet, path, who)
			if want.code == "" && got.StatusCode != want.status {
				t.Errorf("%q at %s: %d %s", who, path, got.StatusCode, got.body)
			} else if want.code != "" {
				b.problem(got, want.status, want.code)
			}
			if got.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%q at %s: the answer may be stored", who, path)
			}
		}
		if got := b.ask(http.MethodGet, me, who); want.me != "" && (got.StatusCode != 200 || got.body != want.me) {
			t.Errorf("%q is told %d %s, want %s", who, got.StatusCode, got.body, want.me)
		} else if want.me == "" {
			b.problem(got, 401, "unauthenticated")
		}

		// Where nobody is an auditor there is nothing to see, for nobody.
		b.cfg.Audit = nil
		if who != "" {
			b.problem(b.ask(http.MethodGet, auditToday, who), 404, "not-found")
			b.problem(b.ask(http.MethodGet, one, who), 404, "not-found")
			b.problem(b.ask(http.MethodGet, auditWho, who), 404, "not-found")
			if got := b.ask(http.MethodGet, me, who); strings.Contains(got.body, `"auditor":true`) {
				t.Errorf("%q is an auditor where there are none: %s", who, got.body)
			}
		}
	}
}

// An auditor who is no clinician has no way to dial, nor to anybody's appointments.
func TestAuditorsCannotDial(t *testing.T) {
	t.Parallel()
	b, _ := auditing(t)
	b.cfg.Session = func(ctx context.Context, r *http.Request) (careline.Clinician, error) {
		v, err := visitor(ctx, r)
		if err == nil && v.Clinician.ID == "" {
			err = careline.NewError(careline.CodeForbidden, "Only clinicians may use this.", nil)
		}
		return v.Clinician, err
	}
	for _, e := range api.Endpoints() {
		if e.Who == api.Clinician {
			b.problem(b.ask(e.Method, strings.NewReplacer("{id}", "apt-1", "{key}", "CA1").Replace(e.Path), "auditor"), 403, "forbidden")
		}
	}
	if got := b.ask(http.MethodPost, "/bff_clinical/v1/twilio/access-token", "both"); got.StatusCode != 200 {
		t.Errorf("one who is both: %d %s", got.StatusCode, got.body)
	}
}

func TestAuditTellsEveryCall(t *testing.T) {
	t.Parallel()
	b, l := auditing(t)
	l.calls[2].Filing.ID = "comm-1"
	got := b.ask(http.MethodGet, auditToday, "auditor")
	var page struct {
		Calls []map[string]any
		Next  *string
	}
	if err := json.Unmarshal([]byte(got.body), &page); err != nil || page.Next != nil || len(page.Calls) != 3 {
		t.Fatalf("%s (error: %v)", got.body, err)
	}
	for i, want := range []map[string]any{
		{"key": "CA3", "outcome": "called-back", "asked": "2026-07-01T23:32:00Z", "kept": "2026-07-01T23:32:00Z", "direction": "inbound", "status": "completed", "clinician": nil, "record": nil},
		{"key": "CA2", "outcome": "refused", "asked": "2026-07-01T23:31:00Z", "kept": "2026-07-01T23:31:00Z", "clinician": ben, "clinicianName": "Ada Quill", "record": nil},
		{"key": "CA1", "outcome": "declined", "asked": "2026-07-01T23:30:00Z", "kept": "2026-07-01T23:30:02Z", "clinician": ada, "sent": "2026-07-01T23:30:01Z", "ended": "2026-07-01T23:30:04Z", "record": "comm-1", "ending": "0142"},
	} {
		for name, value := range want {
			if page.Calls[i][name] != value {
				t.Errorf("call %d says %v of %s, want %v", i, page.Calls[i][name], name, value)
			}
		}
	}
	if strings.Contains(got.body, "7700900142") {
		t.Error("a number is told in full")
	}

	for query, want := range map[string]string{
		"&outcome=refused":     `{"calls":[{"key":"CA2"`,
		"&refusal=unknown":     `{"calls":[]}`,
		"&outcome=declined":    `{"calls":[{"key":"CA1"`,
		"&outcome=called-back": `{"calls":[{"key":"CA3"`,
	} {
		a := b.ask(http.MethodGet, auditToday+query, "auditor")
		if a.StatusCode != 200 || !strings.HasPrefix(a.body, want) || strings.Count(a.body, `"key"`) > 1 {
			t.Errorf("%s: %d %s", query, a.StatusCode, a.body)
		}
	}
	a := b.ask(http.MethodGet, auditToday+"&refusal="+string(careline.RefusedRate)+"&clinician="+ben, "auditor")
	if strings.Count(a.body, `"key"`) != 1 || l.asked[len(l.asked)-1].Clinician != ben {
		t.Errorf("a clinician's of a refusal: %s", a.body)
	}
	// The clinic's midnight, an hour before UTC's.
	if q := l.asked[0]; !q.From.Equal(time.Date(2026, 6, 30, 23, 0, 0, 0, time.UTC)) || !q.To.Equal(time.Date(2026, 7, 2, 23, 0, 0, 0, time.UTC)) {
		t.Errorf("the days are from %s to %s", q.From, q.To)
	}
}

func TestAuditRefusesWhatItCannotRead(t *testing.T) {
	t.Parallel()
	b, _ := auditing(t)
	for _, query := range []string{"", "?from=2026-07-01", "?from=01.07.2026&to=2026-07-02", "?from=2026-07-02&to=2026-07-01", "?from=2025-01-01&to=2026-07-01",
		"?from=2026-07-01&to=2026-07-01&after=x", "?from=2026-07-01&to=2026-07-01&after=1.x", "?from=2026-07-01&to=2026-07-01&clinician=a%20b", "?from=2026-07-01&to=2026-07-01&outcome=%3D1",
		"?from=2026-07-01&to=2026-07-01&patient=p1", "?from=2026-07-01&to=2026-07-01&patient=Patient/", "?from=2026-07-01&to=2026-07-01&patient=Practitioner/p1"} {
		b.problem(b.ask(http.MethodGet, "/bff_clinical/v1/audit/calls"+query, "auditor"), 400, "invalid")
	}
	b.problem(b.ask(http.MethodGet, "/bff_clinical/v1/audit/calls/CA9", "auditor"), 404, "not-found")
	b.problem(b.ask(http.MethodGet, "/bff_clinical/v1/audit/calls/a_b", "auditor"), 400, "invalid")
}

func TestAuditLeavesALine(t *testing.T) {
	t.Parallel()
	b, _ := auditing(t)
	b.ask(http.MethodGet, auditToday+"&outcome=refused", "auditor")
	b.ask(http.MethodGet, "/bff_clinical/v1/audit/calls/CA1", "both")
	b.ask(http.MethodGet, auditToday, "auditor", header("Accept", "text/csv"))
	b.ask(http.MethodGet, auditToday, "porter")
	log := b.log.String()
	for _, want := range []string{
		`"auditor":"U-auditor","audit_from":"2026-07-01","audit_to":"2026-07-02","audit_outcome":"refused"`,
		`"auditor":"U-both","audited_call":"CA1"`,
		`"auditor":"U-auditor","audit_from":"2026-07-01","audit_to":"2026-07-02","audit_rows":3`,
		`"person":"U-other"`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("no line says %s:\n%s", want, log)
		}
	}
	if strings.Contains(log, "Tuna") || strings.Contains(log, "0142") {
		t.Errorf("the log tells of a patient:\n%s", log)
	}
}

func TestAuditedCallIsTheLogsWhenTheRecordIsDown(t *testing.T) {
	t.Parallel()
	b, l := auditing(t)
	type history struct {
		Call   map[string]any
		Events []struct {
			Kind, Summary, Status, At string
			Kept                      time.Time
		}
		Versions     []map[string]any
		RecordUnread bool
	}
	ask := func(key string) (h history) {
		t.Helper()
		got := b.ask(http.MethodGet, "/bff_clinical/v1/audit/calls/"+key, "auditor")
		if err := json.Unmarshal([]byte(got.body), &h); err != nil || got.StatusCode != 200 {
			t.Fatalf("%d %s (error: %v)", got.StatusCode, got.body, err)
		}
		return h
	}
	unfiled := ask("CA1")
	if unfiled.RecordUnread || unfiled.Versions == nil || len(unfiled.Versions) != 0 || len(unfiled.Events) != 3 {
		t.Errorf("before it is in the record: %+v", unfiled)
	}
	if e := unfiled.Events[1]; e.Kind != "progress" || e.Summary != "Ringing" || e.At != "2026-07-01T23:30:01Z" || !e.Kept.Equal(noon.Add(time.Second)) {
		t.Errorf("its second event is %+v", e)
	}

	l.calls[2].Filing.ID = "comm-1"
	b.fhir = careline.NewError(careline.CodeUnavailable, "The health record does not answer.", nil)
	if got := ask("CA1"); !got.RecordUnread || len(got.Versions) != 0 || len(got.Events) != 3 || got.Call["outcome"] != "declined" {
		t.Errorf("while the record is down: %+v", got)
	}
	b.cfg.Recorded = func(_ context.Context, id string) (careline.RecordedCall, error) {
		return careline.RecordedCall{ID: id, Versions: []careline.RecordedVersion{{ID: "2", At: noon}, {ID: "1", At: noon}}}, nil
	}
	if got := ask("CA1"); got.RecordUnread || len(got.Versions) != 2 || got.Versions[0]["version"] != "1" {
		t.Errorf("with its record: %+v", got)
	}
}

func TestAuditTableIsWholeAndHarmless(t *testing.T) {
	t.Parallel()
	b, l := auditing(t)
	wicked := []string{`=HYPERLINK("http://evil.example")`, "+44", "-1", "@SUM(A1)", "\tTab", "\rReturn", `quo"te`, "a,b", "two\nlines", "Ada;=1+1", "two\n\n=1+1"}
	for i, name := range wicked {
		l.add(fmt.Sprint("CW", i), 10+i, careline.CallEvent{Kind: careline.KindRequested, Request: careline.Request{Clinician: ada, Patient: "Patient/p1", Names: careline.Names{Patient: name}}})
	}
	for i := range 350 { // of more than one page, the newest first
		l.add(fmt.Sprintf("CP%03d", i), 30+i/7, careline.CallEvent{Kind: careline.KindRequested, Request: careline.Request{Clinician: ada}})
		l.calls[0].Place.Number = int64(1000 + i)
	}
	got := b.ask(http.MethodGet, auditToday, "auditor", header("Accept", "text/csv, */*;q=0.1"))
	if kind, name := got.Header.Get("Content-Type"), got.Header.Get("Content-Disposition"); kind != "text/csv; charset=utf-8; header=present" ||
		name != `attachment; filename="calls-2026-07-01-to-2026-07-02.csv"` || !strings.Contains(got.body, "\r\n") {
		t.Errorf("it is %s, %s", kind, name)
	}

	rows, err := csv.NewReader(strings.NewReader(got.body)).ReadAll()
	if err != nil || len(rows) != 1+350+len(wicked)+3 {
		t.Fatalf("%d rows (error: %v)", len(rows), err)
	}
	column := func(name string) int { return slices.Index(rows[0], name) }
	seen := map[string]bool{}
	for _, row := range rows[1:] {
		seen[row[0]] = true
		for i, cell := range row {
			if regexp.MustCompile(`^[\t\r]|(^|[;\t\r\n])[=+\-@]`).MatchString(cell) {
				t.Errorf("%s of %s begins as a formula does: %q", rows[0][i], row[0], cell)
			}
		}
	}
	if len(seen) != len(rows)-1 {
		t.Errorf("%d calls are told in %d rows", len(seen), len(rows)-1)
	}
	last := rows[len(rows)-1]
	want := map[string]string{
		"call": "CA1", "asked_utc": "2026-07-01T23:30:00Z", "asked_clinic": "2026-07-02 00:30:00", "ended_utc": "2026-07-01T23:30:04Z", "ended_clinic": "2026-07-02 00:30:04",
		"recorded_utc": "2026-07-01T23:30:02Z", "outcome": "declined", "patient": "Patient/p1", "patient_name": "Tuna Kettle", "number_ending": "0142", "clinician": ada,
	}
	said := map[string]string{}
	for name := range want {
		said[name] = last[column(name)]
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("the first call (-want +got):\n%s", diff)
	}
	if refused := rows[len(rows)-2]; refused[column("refusal")] != string(careline.RefusedRate) || refused[column("refusal_sentence")] == "" {
		t.Errorf("the refused one: %q", refused)
	}
}

// What ends in the middle must not pass for the whole.
func TestAuditTableIsCutOffByAnError(t *testing.T) {
	t.Parallel()
	b, l := auditing(t)
	b.problem(func() answer {
		l.err = errSecret
		return b.ask(http.MethodGet, auditToday, "auditor", header("Accept", "text/csv"))
	}(), 500, "internal")
	l.err = nil
	for i := range 350 {
		l.add(fmt.Sprintf("CP%03d", i), 30+i, careline.CallEvent{Kind: careline.KindRequested})
	}
	b.cfg.Audit = &calls.Audit{Log: failingLater{l}}
	srv := httptest.NewServer(api.New(b.cfg))
	defer srv.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, srv.URL+auditToday, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer auditor")
	r.Header.Set("Accept", "text/csv")
	res, err := srv.Client().Do(r)
	if err != nil {
		return // before anything of it was sent
	}
	defer res.Body.Close()
	if _, err := csv.NewReader(res.Body).ReadAll(); err == nil {
		t.Error("a part of the calls passes for all")
	}
}

// failingLater cannot be read after its first page.
type failingLater struct{ *auditLog }

func (l failingLater) CallsAsked(ctx context.Context, q careline.AskedFor, limit int) ([]careline.Asked, error) {
	if !q.After.At.IsZero() {
		return nil, errSecret
	}
	return l.auditLog.CallsAsked(ctx, q, limit)
}
