package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestServeWithoutRecordingStillTellsOfWhatWas: a clinic that does not record any more
// still hears what it has, tells the record who does, and deletes what is taken back.
func TestServeWithoutRecordingStillTellsOfWhatWas(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, recordingBy("asked"))
	a, key := s.speaks(manual)
	for _, step := range []struct{ action, state string }{{"start", "in-progress"}, {"stop", "completed"}} {
		s.wants(a, key, step.action)
		s.stands(a, key, "given", step.state)
	}
	own := s.session(a.Practitioner)
	sid := s.audible(own, key)
	var there []communication
	eventually(t, "the Media", func() bool { there = s.media(sid); return len(there) == 1 })

	s.stop()
	delete(s.set, "RECORDING")
	s.start()
	if res, body := s.bff(own, http.MethodPost, "/calls/"+key+"/recording", `{"action":"start"}`); res.StatusCode != http.StatusNotFound {
		t.Errorf("start: %s %s", res.Status, body)
	}
	if res, body := s.bff(own, http.MethodGet, "/recordings/"+sid+"/audio", ""); res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s", res.Status, body)
	}
	eventually(t, "who listened", func() bool {
		return len(s.search("AuditEvent?entity="+url.QueryEscape("Media/"+there[0].ID))) == 1
	})

	s.wants(a, key, "withdraw")
	eventually(t, "the Media to go", func() bool { return len(s.media(sid)) == 0 })
	if tapes := s.tapes(); len(tapes) != 1 || tapes[0] != "deleted" {
		t.Errorf("the carrier has %v", tapes)
	}
	s.logTellsNobody()
}

// TestServeWithoutRecordingStillEndsWhatRuns: recording is switched off in the middle of a
// call that is recorded. Its clinician sees that it is, a hold still pauses it, and it can
// be stopped; of the next call there is nothing to see.
func TestServeWithoutRecordingStillEndsWhatRuns(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, conferring(recordingBy("asked")))
	a, key := s.speaks(manual)
	s.wants(a, key, "start")
	s.stands(a, key, "given", "in-progress")

	s.stop()
	delete(s.set, "RECORDING")
	s.start()
	own := s.session(a.Practitioner)
	s.stands(a, key, "given", "in-progress")
	for _, hold := range []struct{ on, state string }{{"true", "paused"}, {"false", "in-progress"}} {
		s.commands(own, http.MethodPatch, key+"/participants/p2-member", `{"hold":`+hold.on+`}`, http.StatusOK)
		s.stands(a, key, "given", hold.state)
	}
	if res, body := s.bff(own, http.MethodPost, "/calls/"+key+"/recording", `{"action":"start"}`); res.StatusCode != http.StatusNotFound || !strings.Contains(body, "feature-off") {
		t.Errorf("start: %s %s", res.Status, body)
	}
	s.wants(a, key, "stop")
	// Its last report goes to where the service was before, and its sound may still be made.
	s.stands(a, key, "given", "stopped")
	if tapes := s.tapes(); len(tapes) != 1 || tapes[0] != "stopped" && tapes[0] != "completed" {
		t.Errorf("the carrier has %v", tapes)
	}

	b := s.reaching(answers)
	next := s.call(b, answers)
	s.record(next, func(v []communication) bool { return len(v) > 0 })
	if res, body := s.bff(s.session(b.Practitioner), http.MethodGet, "/calls/"+next+"/recording", ""); res.StatusCode != http.StatusNotFound || !strings.Contains(body, "feature-off") {
		t.Errorf("of a call that was never recorded: %s %s", res.Status, body)
	}
}
