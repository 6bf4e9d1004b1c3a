package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/calls"
)

const cat = "2d8cb9b7-6e1c-4a3a-9df5-6f8b7c0f7a33"

// Append keeps an event, once.
func (l *eventLog) Append(_ context.Context, e careline.CallEvent) (careline.CallEvent, bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return e, false, l.err
	}
	for _, kept := range l.events {
		if kept.ID == e.ID {
			return kept, true, nil
		}
	}
	e.Seq, e.Kept = int64(len(l.events)+1), noon
	l.events = append(l.events, e)
	return e, false, nil
}

func (l *eventLog) AppendAll(ctx context.Context, all ...careline.CallEvent) (kept []careline.CallEvent, repeated []bool, err error) {
	for _, e := range all {
		e, known, err := l.Append(ctx, e)
		if err != nil {
			return nil, nil, err
		}
		kept, repeated = append(kept, e), append(repeated, known)
	}
	return kept, repeated, nil
}

// conferring is the API of a clinic with rooms. CA1 is ada's, in a room with its member
// and cat; CA2 is ada's, of two; CA3 was hers, and is over.
func conferring(t *testing.T) *bench {
	t.Helper()
	b := newBench(t)
	room := &calls.Rooms{
		Log: b.events, Appointments: b.Appointment, Most: 5, Alone: time.Minute, Now: func() time.Time { return noon }, Policy: b.cfg.Policy,
		Directory: []calls.Entry{{ID: "polish", Name: "Interpreter, Polish", Role: careline.RoleInterpreter, Number: phone(t, "+441614960301"), Language: "pl"}},
		Present: func(context.Context) ([]calls.Ringable, error) {
			return []calls.Ringable{{Clinician: ben, Name: "Ben", Identity: ben}}, nil
		},
	}
	keeper := &calls.Keeper{Now: func() time.Time { return noon }}
	b.cfg.Conference, b.cfg.Rooms, b.cfg.RoomsLive = true, room, calls.NewRoomsLive(room, keeper)
	b.cfg.Available = func(_ context.Context, who, device string, ready bool) error {
		b.shown = append(b.shown, fmt.Sprint(who, " ", device, " ", ready))
		return nil
	}
	b.cfg.Visitor = func(ctx context.Context, r *http.Request) (careline.Visitor, error) {
		switch strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ") {
		case "reviewer":
			return careline.Visitor{ID: "U-reviewer", Reviewer: true}, nil
		case "supervisor":
			return careline.Visitor{ID: "U-supervisor", Supervisor: true}, nil
		}
		return visitor(ctx, r)
	}
	b.cfg.Session = func(ctx context.Context, r *http.Request) (careline.Clinician, error) {
		if who := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); who == "reviewer" || who == "supervisor" {
			return careline.Clinician{}, careline.NewError(careline.CodeForbidden, "Only clinicians may use this.", nil)
		}
		return session(ctx, r)
	}

	asked := careline.Request{Clinician: ada, Patient: "Patient/p1", Recipient: "Patient/p1", To: phone(t, tuna), CallerID: phone(t, "+442079460000"), Names: careline.Names{Recipient: "Tuna Kettle"}}
	for _, key := range []string{"CA1", "CA2", "CA3"} {
		b.keep(careline.CallEvent{ID: key + "/request", Call: key, Leg: key, Kind: careline.KindRequested, Appointment: "apt-1", Request: asked})
		b.keep(careline.CallEvent{ID: key + "/up", Call: key, Leg: key + "m", Kind: careline.KindProgress, Status: careline.StatusInProgress, Word: "in-progress", At: noon})
	}
	b.keep(careline.CallEvent{ID: "CA3/over", Call: "CA3", Leg: "CA3m", Kind: careline.KindProgress, Status: careline.StatusCompleted, Word: "completed", At: noon})
	b.keep(careline.CallEvent{ID: "CA1/room/1", Call: "CA1", Kind: careline.KindRoomAsked, At: noon})
	b.keep(careline.CallEvent{ID: "CA1/room/1/answered", Call: "CA1", Kind: careline.KindPartyAnswered, Room: careline.RoomSaid{Answers: "CA1/room/1"}})
	b.keep(careline.CallEvent{ID: "CA1/add/3", Call: "CA1", Kind: careline.KindPartyAsked, At: noon, Room: careline.RoomSaid{Act: careline.ActAdd, Label: "p3-second-clinician", Ref: "Practitioner/" + cat, Name: "Cat"}})
	b.keep(careline.CallEvent{ID: "CA1/add/3/answered", Call: "CA1", Leg: "CA1c", Kind: careline.KindPartyAnswered, Room: careline.RoomSaid{Answers: "CA1/add/3", Label: "p3-second-clinician"}})
	for n, leg := range []string{"CA1", "CA1m", "CA1c"} {
		label := []string{"p1-clinician", "p2-member", "p3-second-clinician"}[n]
		b.keep(careline.CallEvent{ID: fmt.Sprint("CF1/", n+1), Call: "CA1", Leg: leg, Kind: careline.KindRoom, At: noon, Order: n + 1, Room: careline.RoomSaid{Conference: "CF1", Act: careline.ActJoin, Label: label}})
	}
	return b
}

func (b *bench) keep(e careline.CallEvent) {
	b.t.Helper()
	if _, _, err := b.events.Append(b.t.Context(), e); err != nil {
		b.t.Fatal(err)
	}
}

// Who may do what with a call: each route, asked by each who there is.
func TestWhoMayChangeACall(t *testing.T) {
	t.Parallel()
	const polish = `{"kind":"directory","id":"polish"}`
	people := []string{ada, ben, cat, "reviewer", "supervisor", "porter", ""}
	for name, test := range map[string]struct {
		method, path, body string
		status             []int // of each of people
	}{
		"who is in":             {http.MethodGet, "CA1/participants", "", []int{200, 404, 200, 404, 200, 404, 401}},
		"who is in, of two":     {http.MethodGet, "CA2/participants", "", []int{200, 404, 404, 404, 200, 404, 401}},
		"who was in":            {http.MethodGet, "CA3/participants", "", []int{200, 404, 404, 404, 404, 404, 401}},
		"who is in no call":     {http.MethodGet, "CA9/participants", "", []int{404, 404, 404, 404, 404, 404, 401}},
		"candidates":            {http.MethodGet, "CA1/participants/candidates", "", []int{200, 404, 404, 403, 403, 403, 401}},
		"add":                   {http.MethodPost, "CA1/participants", polish, []int{202, 404, 404, 403, 403, 403, 401}},
		"hold":                  {http.MethodPatch, "CA1/participants/p2-member", `{"hold":true}`, []int{202, 404, 404, 403, 403, 403, 401}},
		"mute oneself":          {http.MethodPatch, "CA1/participants/p3-second-clinician", `{"muted":true}`, []int{202, 404, 202, 403, 403, 403, 401}},
		"hold oneself":          {http.MethodPatch, "CA1/participants/p3-second-clinician", `{"hold":true}`, []int{202, 404, 403, 403, 403, 403, 401}},
		"remove":                {http.MethodDelete, "CA1/participants/p1-clinician", "", []int{204, 404, 404, 403, 403, 403, 401}},
		"remove oneself":        {http.MethodDelete, "CA1/participants/p3-second-clinician", "", []int{204, 404, 204, 403, 403, 403, 401}},
		"remove the only other": {http.MethodDelete, "CA1/participants/p2-member", "", []int{409, 404, 404, 403, 403, 403, 401}},
		"end":                   {http.MethodPost, "CA1/end", "", []int{202, 404, 404, 403, 403, 403, 401}},
		"end what is over":      {http.MethodPost, "CA3/end", "", []int{409, 404, 404, 403, 403, 403, 401}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i, who := range people {
				b := conferring(t)
				if got := b.ask(test.method, "/bff_clinical/v1/calls/"+test.path, who, body(test.body)); got.StatusCode != test.status[i] {
					t.Errorf("%q: %d %s, want %d", who, got.StatusCode, got.body, test.status[i])
				}
			}
		})
	}
}

// What is wrong with a request is said, and nothing is kept of it.
func TestConferenceRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method, path, body string
		status             int
		code, reason       string
	}{
		"no call's key":         {http.MethodPost, "CA-1/participants", `{}`, 404, "not-found", "no-such-call"},
		"a number":              {http.MethodPost, "CA1/participants", `{"kind":"number","id":"+447700900999"}`, 400, "invalid", "number-not-on-file"},
		"no JSON":               {http.MethodPost, "CA1/participants", `{`, 400, "invalid", ""},
		"another field":         {http.MethodPost, "CA1/participants", `{"kind":"directory","id":"polish","to":"1"}`, 400, "invalid", ""},
		"who is in":             {http.MethodPost, "CA1/participants", `{"kind":"clinician","id":"` + cat + `"}`, 400, "invalid", "number-not-on-file"},
		"a call that is over":   {http.MethodPost, "CA3/participants", `{"kind":"directory","id":"polish"}`, 409, "conflict", "over"},
		"nothing to change":     {http.MethodPatch, "CA1/participants/p2-member", `{}`, 400, "invalid", ""},
		"null":                  {http.MethodPatch, "CA1/participants/p2-member", `null`, 400, "invalid", ""},
		"nobody":                {http.MethodPatch, "CA1/participants/p7-other", `{"hold":true}`, 404, "not-found", "no-such-party"},
		"no label":              {http.MethodPatch, "CA1/participants/x", `{"hold":true}`, 404, "not-found", "no-such-party"},
		"the last on that side": {http.MethodDelete, "CA1/participants/p2-member", ``, 409, "conflict", "last-member"},
		"a long body":           {http.MethodPost, "CA1/participants", `{"kind":"` + strings.Repeat("x", 5<<10) + `"}`, 413, "too-large", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := conferring(t)
			before := len(b.events.events)
			p := b.problem(b.ask(test.method, "/bff_clinical/v1/calls/"+test.path, ada, body(test.body)), test.status, test.code)
			if reason, _ := p["reason"].(string); reason != test.reason || len(b.events.events) != before {
				t.Errorf("reason %q; %d events kept", reason, len(b.events.events)-before)
			}
		})
	}
	b := conferring(t)
	b.events.err = careline.NewError(careline.CodeUnavailable, "The log does not answer.", nil)
	b.problem(b.ask(http.MethodPost, "/bff_clinical/v1/calls/CA1/end", ada), 503, "unavailable")
}

func TestConferenceIsOff(t *testing.T) {
	t.Parallel()
	b := conferring(t)
	b.cfg.Conference = false
	for _, route := range []string{"GET CA1/participants", "POST CA1/participants", "GET CA1/participants/candidates", "PATCH CA1/participants/p2-member", "DELETE CA1/participants/p2-member"} {
		method, path, _ := strings.Cut(route, " ")
		if p := b.problem(b.ask(method, "/bff_clinical/v1/calls/"+path, ada, body(`{}`)), 404, "not-found"); p["reason"] != "feature-off" {
			t.Errorf("%s: %v", route, p)
		}
	}
	b.problem(b.ask(http.MethodPut, "/bff_clinical/v1/availability", ada, body(`{"ready":true,"device":"d"}`)), 404, "not-found")
	if got := b.ask(http.MethodPost, "/bff_clinical/v1/calls/CA2/end", ada); got.StatusCode != 202 {
		t.Errorf("end: %d %s", got.StatusCode, got.body)
	}
}

func TestParticipants(t *testing.T) {
	t.Parallel()
	b := conferring(t)
	got := b.ask(http.MethodGet, "/bff_clinical/v1/calls/CA1/participants", cat)
	want := `{"call":"CA1","room":"open","mine":false,"most":5,"participants":[` +
		`{"label":"p1-clinician","role":"clinician","state":"connected","held":false,"muted":false,"self":false,"joined":"2026-07-01T23:30:00Z"},` +
		`{"label":"p2-member","role":"member","reference":"Patient/p1","name":"Tuna Kettle","ending":"0142","state":"connected","held":false,"muted":false,"self":false,"joined":"2026-07-01T23:30:00Z"},` +
		`{"label":"p3-second-clinician","role":"second-clinician","reference":"Practitioner/` + cat + `","name":"Cat","state":"connected","held":false,"muted":false,"self":true,"joined":"2026-07-01T23:30:00Z"}]}`
	if diff := cmp.Diff(want, got.body); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(b.log.String(), "Tuna") || strings.Contains(b.log.String(), "Cat") {
		t.Error("a name is in the log")
	}

	var all struct {
		Full       bool
		Candidates []struct {
			Kind, ID, Name, Ending string
			In                     bool
		}
	}
	if err := json.Unmarshal([]byte(b.ask(http.MethodGet, "/bff_clinical/v1/calls/CA1/participants/candidates", ada).body), &all); err != nil {
		t.Fatal(err)
	}
	told := ""
	for _, c := range all.Candidates {
		told += fmt.Sprintf("%s %s %s %s %t; ", c.Kind, c.ID, c.Name, c.Ending, c.In)
	}
	if want := "related r1 Perch Kettle 0007 false; directory polish Interpreter, Polish 0301 false; clinician " + ben + " Ben  false; "; told != want || all.Full {
		t.Errorf("%s, full %t", told, all.Full)
	}
}

// What was done is answered as done, though Twilio's report of it is still on the way.
func TestConferenceAnswersAsItIsNow(t *testing.T) {
	t.Parallel()
	b := conferring(t)
	b.cfg.Rooms.Wait = func(context.Context, string, int64) { // the keeper
		for _, e := range b.events.events {
			if e.Kind == careline.KindPartyAsked && e.Room.Label == "p2-member" {
				b.keep(careline.CallEvent{ID: e.ID + "/answered", Call: "CA1", Kind: careline.KindPartyAnswered, Room: careline.RoomSaid{Answers: e.ID}})
			}
		}
	}
	got := b.ask(http.MethodPatch, "/bff_clinical/v1/calls/CA1/participants/p2-member", ada, body(`{"hold":true,"muted":true}`))
	if got.StatusCode != http.StatusOK || !strings.Contains(got.body, `"held":true,"heldSince":"`) || !strings.Contains(got.body, `"muted":true`) {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
}

func TestAvailability(t *testing.T) {
	t.Parallel()
	for text, status := range map[string]int{
		`{"ready":true,"device":"d1"}`:                              204,
		`{"ready":false,"device":"d1"}`:                             204,
		`{"ready":true,"device":""}`:                                400,
		`{"ready":true,"device":"` + strings.Repeat("d", 65) + `"}`: 400,
		`{"device":"d1"}`:                                           400,
		`{}`:                                                        400,
	} {
		b := conferring(t)
		if got := b.ask(http.MethodPut, "/bff_clinical/v1/availability", ada, body(text)); got.StatusCode != status || (status == 204) != (len(b.shown) == 1) {
			t.Errorf("%s: %d %s, said %q", text, got.StatusCode, got.body, b.shown)
		}
	}
}

// The stream tells a clinician who is in a call of theirs, and in one that they joined.
func TestStreamTellsWhoIsInACall(t *testing.T) {
	t.Parallel()
	for _, who := range []string{ada, cat} {
		b := conferring(t)
		ctx, stop := context.WithCancel(t.Context())
		t.Cleanup(stop)
		go b.cfg.RoomsLive.Run(ctx)
		srv := httptest.NewServer(api.New(b.cfg))
		t.Cleanup(srv.Close)
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+"/bff_clinical/v1/calls/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+who)
		told := make(chan string, 1)
		go func() {
			res, err := srv.Client().Do(r)
			if err != nil {
				return
			}
			defer res.Body.Close()
			text := make([]byte, 16<<10)
			read := ""
			for !strings.Contains(read, "event: party\n") || !strings.HasSuffix(read, "\n\n") {
				n, err := res.Body.Read(text)
				if err != nil {
					return
				}
				read += string(text[:n])
			}
			told <- read
		}()
		deadline := time.After(time.Minute)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for heard := false; !heard; {
			select {
			case text := <-told:
				heard = true
				mine := fmt.Sprintf(`"mine":%t`, who == ada)
				if !strings.Contains(text, `"call":"CA1","room":"open",`+mine) || strings.Contains(text, tuna) {
					t.Errorf("%s: %s", who, text)
				}
			case <-tick.C:
				b.cfg.RoomsLive.Changed([]string{"CA1", "CA2"})
			case <-deadline:
				t.Fatal("nobody was told")
			}
		}
	}
}
