package api_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/api"
)

const livePath = "/bff_clinical/v1/calls/live"

// CallsAsked are the calls of the log, the newest first: the page is all there is.
func (l *eventLog) CallsAsked(ctx context.Context, _ careline.AskedFor, _ int) (asked []careline.Asked, err error) {
	for _, key := range []string{"CA3", "CA2", "CA1"} {
		events, err := l.Events(ctx, key)
		if err != nil {
			return nil, err
		}
		asked = append(asked, careline.Asked{Key: key, Place: careline.AskedPlace{At: noon}, Events: events})
	}
	return asked, nil
}

// supervising is the API of conferring, with the calls that go on, and conference or not.
func supervising(t *testing.T, conference bool) *bench {
	t.Helper()
	b := conferring(t)
	b.cfg.Conference = conference
	b.cfg.Rooms.Asked = b.events.CallsAsked
	return b
}

// The list of what goes on is for supervisors alone, and what they see of a call has no
// number in it and nothing that they could do.
func TestWhoMaySeeLiveCalls(t *testing.T) {
	t.Parallel()
	for _, conference := range []bool{true, false} {
		for who, status := range map[string]int{ada: 403, cat: 403, "reviewer": 403, "porter": 403, "auditor": 403, "supervisor": 200, "": 401} {
			b := supervising(t, conference)
			got := b.ask(http.MethodGet, livePath, who)
			if got.StatusCode != status {
				t.Errorf("%q, conference %t: %d %s, want %d", who, conference, got.StatusCode, got.body, status)
			}
			if status == 403 {
				b.problem(got, 403, "forbidden")
			}
		}
	}

	b := supervising(t, false)
	got := b.ask(http.MethodGet, livePath, "supervisor")
	var list struct {
		Calls []struct {
			Call, Room, Asked string
			Mine              bool
			Participants      []struct {
				Role, Name, State string
				Held              bool
			}
		}
	}
	if err := json.Unmarshal([]byte(got.body), &list); err != nil {
		t.Fatal(err)
	}
	keys := []string{}
	for _, one := range list.Calls {
		keys = append(keys, one.Call)
		if one.Mine || one.Asked != "2026-07-01T23:30:00Z" || one.Participants[1].Name != "Tuna Kettle" {
			t.Errorf("told %+v", one)
		}
	}
	if diff := cmp.Diff([]string{"CA2", "CA1"}, keys); diff != "" || strings.Contains(got.body, tuna) {
		t.Errorf("told %s (-want +got):\n%s", got.body, diff)
	}

	b.events.err = errSecret
	b.problem(b.ask(http.MethodGet, livePath, "supervisor"), 500, "internal")
}

// Who may follow the stream: clinicians, and supervisors who are none; not an auditor or a
// reviewer who is neither.
func TestWhoMayFollow(t *testing.T) {
	t.Parallel()
	for who, status := range map[string]int{ada: 200, "supervisor": 200, "reviewer": 403, "auditor": 403, "porter": 403, "": 401} {
		b := supervising(t, true)
		b.cfg.Session = func(ctx context.Context, r *http.Request) (careline.Clinician, error) {
			v, err := b.cfg.Visitor(ctx, r)
			if err == nil && (v.Supervisor || v.Reviewer || v.Auditor) {
				err = careline.NewError(careline.CodeForbidden, "Only clinicians may use this.", nil)
			}
			if err != nil {
				return careline.Clinician{}, err
			}
			return session(ctx, r)
		}
		if got := b.ask(http.MethodHead, streamPath, who); got.StatusCode != status {
			t.Errorf("%q: %d %s, want %d", who, got.StatusCode, got.body, status)
		}
	}
}

// A supervisor who is no clinician is told who is in every call that goes on, also where
// nobody can be brought into one; and nothing of anybody's own.
func TestStreamTellsASupervisorOfEveryCall(t *testing.T) {
	t.Parallel()
	b := supervising(t, false)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go b.cfg.RoomsLive.Run(ctx)
	srv := httptest.NewServer(api.New(b.cfg))
	t.Cleanup(srv.Close)

	next, closeIt := b.listenAs(srv.Client(), srv.URL, "supervisor", "")
	t.Cleanup(closeIt)
	if line := next(); line != "retry: 2000" {
		t.Fatalf("it begins with %s", line)
	}
	var told []string
	for len(told) < 2 {
		name, data, _ := strings.Cut(next()+"\n"+next(), "\n")
		var room struct{ Call string }
		if err := json.Unmarshal([]byte(strings.TrimPrefix(data, "data: ")), &room); err != nil || name != "event: party" {
			t.Fatalf("told %s %s (%v)", name, data, err)
		}
		told = append(told, room.Call)
	}
	slices.Sort(told)
	if diff := cmp.Diff([]string{"CA1", "CA2"}, told); diff != "" {
		t.Errorf("told of (-want +got):\n%s", diff)
	}
}

// A supervisor's stream ends with the session, and one person has no more of them than any.
func TestASupervisorsStreamIsLikeAnyOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := supervising(t, true)
		b.cfg.Now = time.Now
		until := time.Now().Add(10 * time.Minute)
		b.cfg.Visitor = func(context.Context, *http.Request) (careline.Visitor, error) {
			return careline.Visitor{ID: "U-supervisor", Supervisor: true, Until: until}, nil
		}
		h, began := api.New(b.cfg), time.Now()
		ended := make(chan int)
		for range api.StreamsEach {
			go func() { ended <- as(t.Context(), h, "supervisor", http.MethodGet, streamPath).Code }()
		}
		synctest.Wait()
		if one := as(t.Context(), h, "supervisor", http.MethodGet, streamPath); one.Code != 429 {
			t.Errorf("one more: %d", one.Code)
		}
		for range api.StreamsEach {
			if code := <-ended; code != 200 {
				t.Errorf("status %d", code)
			}
		}
		if took := time.Since(began); took != 10*time.Minute {
			t.Errorf("they ended after %v", took)
		}
	})
}
