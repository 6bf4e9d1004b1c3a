package main

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// roomsInLoad is how many calls are held at once: the room-to-be of each is asked for in
// the same moment.
const roomsInLoad = 50

// Fifty calls are put on hold in the same moment, each in a room of its own, of which the
// member hangs up in the end: nobody's leg is moved twice, and no clinician is left alone.
func TestServeConferenceOfManyCalls(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, conferring(map[string]string{"CALLS_AT_ONCE": "100", "CALLS_PER_MINUTE": "1000"}))
	holdsAll(s)
}

// The same on two instances, of which either may be asked or told.
func TestServeConferenceOfManyCallsOnTwoInstances(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, conferring(map[string]string{"CALLS_AT_ONCE": "100", "CALLS_PER_MINUTE": "1000", "DATABASE_URL": newDatabase(t)}))
	s.beside()
	holdsAll(s)
}

func holdsAll(s *system) {
	s.t.Helper()
	a := s.reaching(answers)
	session := s.session(a.Practitioner)
	keys := make([]string, roomsInLoad)
	for i := range keys {
		keys[i] = s.call(a, answers)
	}
	for _, key := range keys {
		s.record(key, func(v []communication) bool { return v[len(v)-1].says("callStatus") == "in-progress" })
	}

	var holding sync.WaitGroup
	var late atomic.Int32 // on a slow machine: the member has hung up, or may have before they are held
	for _, key := range keys {
		holding.Go(func() {
			status, body := s.command(session, http.MethodPatch, key+"/participants/p2-member", `{"hold":true}`)
			switch {
			case status == http.StatusConflict && strings.Contains(string(body), `"over"`), status == http.StatusAccepted:
				late.Add(1)
			case status != http.StatusOK || !strings.Contains(string(body), `"held":true`):
				s.t.Errorf("%s: %d %s", key, status, body)
			}
		})
	}
	holding.Wait()

	eventually(s.t, "all legs to end", func() bool { return s.legsAlive() == 0 })
	rooms := int32(0)
	for _, key := range keys {
		last := s.record(key, final)
		said := last[len(last)-1]
		if said.says("callStatus") != "completed" {
			s.t.Errorf("ended as %s", said.raw)
		}
		if said.says("conferenceSid") != "" {
			rooms++
		}
	}
	if rooms < max(1, roomsInLoad-late.Load()) {
		s.t.Errorf("%d calls were in a room, %d too late for it", rooms, late.Load())
	}
	s.logTellsNobody()
}
