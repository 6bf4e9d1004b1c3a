package main

import (
	"net/http"
	"net/url"
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
