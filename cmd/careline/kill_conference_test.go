package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"perci.health/careline/sandbox"
)

// tollgate stands between the service and Twilio's REST API. At one request it stops: the
// service is killed before Twilio has it, or after Twilio has carried it out and before
// the service knows.
type tollgate struct {
	proxy *httputil.ReverseProxy

	mu    sync.Mutex
	at    int  // how many changes are let through before that; below 0: all
	after bool // Twilio has it
	fell  chan struct{}
	dead  chan struct{}
}

func (g *tollgate) set(at int, after bool) (fell <-chan struct{}) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at, g.after, g.fell, g.dead = at, after, make(chan struct{}), make(chan struct{})
	return g.fell
}

func (g *tollgate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	here := false
	if r.Method != http.MethodGet && g.at >= 0 {
		here = g.at == 0
		g.at--
	}
	after, fell, dead := g.after, g.fell, g.dead
	g.mu.Unlock()
	if !here {
		g.proxy.ServeHTTP(w, r)
		return
	}

	if after {
		g.proxy.ServeHTTP(httptest.NewRecorder(), r)
	}
	close(fell)
	<-dead
	panic(http.ErrAbortHandler)
}

// newGated is a service that runs with the settings, and asks Twilio through a tollgate.
func newGated(t *testing.T, settings map[string]string) (*victim, *tollgate) {
	t.Helper()
	world, err := sandbox.Start(t.Context(), sandbox.Config{Pace: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := world.Close(); err != nil {
			t.Error(err)
		}
	})
	to, err := url.Parse(world.TwilioURL)
	if err != nil {
		t.Fatal(err)
	}
	gate := &tollgate{proxy: httputil.NewSingleHostReverseProxy(to), at: -1}
	front := httptest.NewServer(gate)
	t.Cleanup(front.Close)

	v := newVictim(t, world)
	v.system.url = v.url
	v.env = append(v.env, "TWILIO_API_BASE_URL="+front.URL)
	for name, value := range settings {
		v.env = append(v.env, name+"="+value)
	}
	if err := world.SetApp(v.url); err != nil {
		t.Fatal(err)
	}
	v.start()
	return v, gate
}

// The service is a real process, killed at each request that it makes of Twilio while it
// brings an interpreter into a call and holds the member: before the request, and after
// Twilio has carried it out. Twilio cannot ask the dead process either, so that a call may
// end with it; but there is one call, one record, the interpreter is dialled at most once,
// and nobody's leg goes on alone.
func TestKilledWhileACallMoves(t *testing.T) {
	t.Parallel()
	v, gate := newGated(t, conferring(nil))
	dialled := 0
	for at := range 3 {
		for _, after := range []bool{false, true} {
			what := fmt.Sprintf("request %d, done %t", at, after)
			now := gate.dialled(t, v, at, after)
			if n := v.system.legsTo(answers) - dialled; n > 1 {
				t.Errorf("%s: the interpreter was dialled %d times", what, n)
			}
			dialled = v.system.legsTo(answers)
			last := v.system.record(now, final)
			if len(last) == 0 {
				t.Fatalf("%s: nothing is recorded", what)
			}
			if end := last[len(last)-1]; end.Status != "completed" && end.Status != "not-done" {
				t.Errorf("%s: recorded as %s", what, end.raw)
			}
			eventually(t, what+": nobody's leg to go on", func() bool { return v.system.legsAlive() == 0 })
		}
	}
	v.kill()
}

// dialled is a call in which the service dies at that request and is started again. It
// is over by the end.
func (g *tollgate) dialled(t *testing.T, v *victim, at int, after bool) (key string) {
	t.Helper()
	_, key, session := v.system.speaking()
	fell := g.set(at, after)
	v.system.commands(session, http.MethodPost, key+"/participants", polish, http.StatusAccepted)
	go func() { // its answer may never come
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPatch, v.url+"/bff_clinical/v1/calls/"+key+"/participants/p2-member", strings.NewReader(`{"hold":true}`))
		if err != nil {
			return
		}
		r.Header.Set("Authorization", "Bearer "+session)
		if res, err := http.DefaultClient.Do(r); err == nil {
			res.Body.Close()
		}
	}()
	v.await(fell)
	v.kill()
	close(g.dead)
	v.start()

	v.system.participants(session, key, "what was begun to be finished", func(i inCall) bool {
		return i.Room == "over" || strings.Contains(i.states(), "p3-interpreter connected") || strings.Contains(i.states(), "p2-member left")
	})
	status, body := v.system.command(session, http.MethodPost, key+"/end", "")
	if status != http.StatusAccepted && status != http.StatusConflict {
		t.Fatalf("end: %d %s", status, body)
	}
	return key
}

// legs are those that Twilio has, by a filter.
func (s *system) legs(filter string) (all []struct{ SID, Status string }) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.world.TwilioURL+"/2010-04-01/Accounts/"+s.world.AccountSID+"/Calls.json?PageSize=200&"+filter, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.SetBasicAuth(s.world.AccountSID, s.world.AuthToken)
	_, body := s.sent(r)
	var page struct {
		Calls []struct{ SID, Status string }
	}
	if err := json.Unmarshal(body, &page); err != nil {
		s.t.Fatal(err)
	}
	return page.Calls
}

func (s *system) legsTo(number string) int { return len(s.legs("To=" + url.QueryEscape(number))) }

func (s *system) legsAlive() (n int) {
	for _, l := range s.legs("") {
		if l.Status == "in-progress" || l.Status == "ringing" {
			n++
		}
	}
	return n
}
