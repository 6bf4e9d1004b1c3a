package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/calls"
)

const (
	ada  = "0d8cb9b7-6e1c-4a3a-9df5-6f8b7c0f7a11"
	ben  = "1d8cb9b7-6e1c-4a3a-9df5-6f8b7c0f7a22"
	tuna = "+447700900142"
)

// noon is a day on which British clocks are an hour ahead of UTC.
var noon = time.Date(2026, 7, 1, 23, 30, 0, 0, time.UTC)

// bench is the API with its surroundings in memory.
type bench struct {
	t    testing.TB
	cfg  api.Config
	log  *lockedBuffer
	seen []string // what Observe was told
	mu   sync.Mutex

	appointments map[string]careline.Appointment
	recorded     map[string][]careline.RecordedCall
	last         map[string]careline.RecordedVersion
	fhir         error
	shown        []string
	asked        [2]time.Time
	events       *eventLog
}

func newBench(t testing.TB) *bench {
	t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, log: new(lockedBuffer), appointments: map[string]careline.Appointment{}, recorded: map[string][]careline.RecordedCall{}, events: newEventLog()}
	b.cfg = api.Config{
		Log: slog.New(slog.NewJSONHandler(b.log, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: func() time.Time { return noon }, Location: london,
		AllowedOrigins: []string{"https://app.example.org"},
		Session:        session, Visitor: visitor, Mint: func(identity string) (string, error) { return "jwt-for-" + identity, nil },
		Policy:       careline.Policy{Regions: []string{"GB"}, PerMinute: 10, Concurrent: 1},
		CallerID:     func(context.Context) (careline.Phone, error) { return phone(t, "+442079460000"), nil },
		Appointments: b, Calls: records{b},
		Shown: func(a careline.Appointment) { b.shown = append(b.shown, a.ID) },
		Live:  calls.NewLive(b.events),
		Observe: func(route string, status int, _ time.Duration) {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.seen = append(b.seen, route+" "+http.StatusText(status))
		},
	}
	b.appointments["apt-1"] = appointment(t, "apt-1", ada)
	b.appointments["apt-2"] = appointment(t, "apt-2", ben)
	return b
}

// session takes the bearer token for the practitioner's id.
func session(_ context.Context, r *http.Request) (careline.Clinician, error) {
	switch token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); token {
	case "":
		return careline.Clinician{}, careline.NewError(careline.CodeUnauthenticated, "You are not signed in. Please sign in.", nil)
	case "porter":
		return careline.Clinician{}, careline.NewError(careline.CodeForbidden, "Only clinicians may use this.", nil)
	case "unlinked":
		return careline.Clinician{}, careline.NewError(careline.CodeInvalid, "Your account is not linked to a practitioner.", nil)
	default:
		return careline.Clinician{ID: token}, nil
	}
}

func phone(t testing.TB, text string) careline.Phone {
	t.Helper()
	p, err := careline.ParsePhone(text, "GB")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func appointment(t testing.TB, id, clinician string) careline.Appointment {
	return careline.Appointment{
		ID: id, Status: "booked", Start: noon, End: noon.Add(30 * time.Minute), Reason: "Follow-up",
		Clinicians: []careline.Participant{{Clinician: clinician, As: careline.Reference("Practitioner/" + clinician)}},
		Patients:   []careline.Person{{Ref: "Patient/p1", Patient: "Patient/p1", Name: "Tuna Kettle", BirthDate: "1980-02-29", Phones: []careline.Phone{phone(t, tuna)}}},
		Relatives:  []careline.Person{{Ref: "RelatedPerson/r1", Patient: "Patient/p1", Name: "Perch Kettle", Phones: []careline.Phone{phone(t, "+442079460007")}}},
	}
}

func (b *bench) Appointment(_ context.Context, id string) (careline.Appointment, error) {
	if b.fhir != nil {
		return careline.Appointment{}, b.fhir
	}
	a, ok := b.appointments[id]
	if !ok {
		return careline.Appointment{}, careline.NewError(careline.CodeNotFound, "There is no such appointment.", nil)
	}
	return a, nil
}

func (b *bench) AppointmentsOn(_ context.Context, _ string, from, to time.Time) ([]careline.Appointment, error) {
	b.asked = [2]time.Time{from, to}
	if b.fhir != nil {
		return nil, b.fhir
	}
	return []careline.Appointment{b.appointments["apt-1"], b.appointments["apt-2"]}, nil
}

type records struct{ b *bench }

func (r records) Calls(_ context.Context, appointment string) ([]careline.RecordedCall, error) {
	return r.b.recorded[appointment], r.b.fhir
}

func (r records) LastCalls(context.Context, []string) (map[string]careline.RecordedVersion, error) {
	return r.b.last, r.b.fhir
}

// answer is what a request got.
type answer struct {
	*http.Response
	body string
}

// ask sends a request straight to the handler.
func (b *bench) ask(method, path, token string, more ...func(*http.Request)) answer {
	b.t.Helper()
	return b.askOf(b.handler(), method, path, token, more...)
}

// handler is one service, which remembers who asked how often.
func (b *bench) handler() http.Handler { return api.New(b.cfg) }

func (b *bench) askOf(h http.Handler, method, path, token string, more ...func(*http.Request)) answer {
	b.t.Helper()
	r := httptest.NewRequest(method, path, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for _, m := range more {
		m(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Result(), w.Body.String()}
}

func body(text string) func(*http.Request) {
	return func(r *http.Request) {
		r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	}
}

func header(key, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(key, value) }
}

// problem checks that an answer is a problem whose incident is in the log.
func (b *bench) problem(a answer, status int, code string) map[string]any {
	b.t.Helper()
	var p map[string]any
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		b.t.Fatalf("status %d: not a problem: %q", a.StatusCode, a.body)
	}
	incident, _ := p["incident"].(string)
	detail, _ := p["detail"].(string)
	if a.StatusCode != status || p["code"] != code || p["type"] != "urn:careline:problem:"+code || p["status"] != float64(status) ||
		a.Header.Get("Content-Type") != "application/problem+json" || p["title"] == "" || !strings.HasSuffix(strings.TrimSpace(detail), ".") {
		b.t.Errorf("answer %d %v; want a problem %d %s", a.StatusCode, p, status, code)
	}
	if incident == "" || !strings.Contains(b.log.String(), incident) || a.Header.Get("X-Request-Id") != incident {
		b.t.Errorf("incident %q is not in the log and the header", incident)
	}
	return p
}

// lockedBuffer is a log that may be written and read at once.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// eventLog is what Live reads.
type eventLog struct {
	mu     sync.Mutex
	events []careline.CallEvent
	err    error
}

func newEventLog() *eventLog { return new(eventLog) }

// add keeps an event of the clinician's call and returns its place.
func (l *eventLog) add(e careline.CallEvent) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	e.Seq = int64(len(l.events) + 1)
	e.ID = e.Call + "/" + string(e.Status)
	l.events = append(l.events, e)
	return e.Seq
}

func (l *eventLog) Events(_ context.Context, call string) (found []careline.CallEvent, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.events {
		if e.Call == call {
			found = append(found, e)
		}
	}
	return found, l.err
}

func (l *eventLog) CallsSince(_ context.Context, clinician string, seq int64) (keys []string, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	newest := map[string]int64{}
	for _, e := range l.events {
		if e.Seq > seq && strings.HasPrefix(e.Call, clinician) {
			newest[e.Call] = e.Seq
		}
	}
	for _, e := range l.events {
		if newest[e.Call] == e.Seq {
			keys = append(keys, e.Call)
		}
	}
	return keys, l.err
}

func (l *eventLog) Clinician(_ context.Context, call string) (string, error) {
	clinician, _, _ := strings.Cut(call, "/")
	return clinician, nil
}

var errSecret = errors.New("pq: password authentication failed for user careline")
