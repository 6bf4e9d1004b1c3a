package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

// sids are the carrier's recordings, the oldest first.
func (s *system) sids() (all []string) {
	s.t.Helper()
	var seen struct{ Recordings []struct{ Sid string } }
	decode(s.t, s.get(s.world.TwilioURL+"/sandbox/v1/recordings", ""), &seen)
	for _, r := range seen.Recordings {
		all = append([]string{r.Sid}, all...)
	}
	return all
}

// between has the service stopped, and something done with its parts.
func (s *system) between(do func(p *parts)) {
	s.t.Helper()
	s.stop()
	c, err := readConfig(s.setting)
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := assemble(s.t.Context(), c, io.Discard)
	if err != nil {
		s.t.Fatal(err)
	}
	do(p)
	if err := p.store.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.start()
}

// TestServeDeletesWhatWasKeptLongEnough: two recordings of a call become old, and one of
// them is under legal hold.
func TestServeDeletesWhatWasKeptLongEnough(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, recordingBy("asked"))
	a, key := s.speaks(manual)
	for range 2 {
		s.wants(a, key, "start")
		s.stands(a, key, "given", "in-progress")
		s.wants(a, key, "stop")
		s.stands(a, key, "given", "completed")
	}
	sids := s.sids()
	eventually(t, "both Media", func() bool { return len(s.media(sids[0])) == 1 && len(s.media(sids[1])) == 1 })
	s.phone(manual, "hangup")
	s.record(key, final)
	s.hold(s.media(sids[0])[0])

	sweeps := func() {
		s.between(func(p *parts) {
			if err := p.recordings.sweep.Look(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	sweeps()
	for _, sid := range sids {
		s.put(s.world.TwilioURL+"/sandbox/v1/recordings/"+sid, map[string]int{"ageDays": 31})
	}
	sweeps()
	eventually(t, "one to be deleted", func() bool { return strings.Join(s.tapes(), " ") == "completed deleted" })
	eventually(t, "its Media to go", func() bool { return len(s.media(sids[1])) == 0 })
	if len(s.media(sids[0])) != 1 {
		t.Error("the Media under legal hold is gone")
	}
	_, list := s.bff(s.session(a.Practitioner), http.MethodGet, "/calls/"+key+"/recordings", "")
	if !strings.Contains(list, `"gone":"expired"`) {
		t.Error(list)
	}
}

// hold puts a Media under legal hold, as a person does.
func (s *system) hold(media communication) {
	s.t.Helper()
	var whole map[string]any
	decode(s.t, media.raw, &whole)
	meta := whole["meta"].(map[string]any)
	meta["tag"] = append(meta["tag"].([]any), map[string]string{"system": "https://perci.health/fhir/tag", "code": "legal-hold"})
	body, err := json.Marshal(whole)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), http.MethodPut, s.world.FHIRURL+"/Media/"+media.ID, strings.NewReader(string(body)))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+s.fhirToken())
	req.Header.Set("Content-Type", "application/fhir+json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, err := io.ReadAll(res.Body)
		s.t.Fatalf("%s %s %v", res.Status, text, err)
	}
}

// TestServeRecordsThroughTrouble: the answer to a start is lost, a pause times out though
// it was done, reports come twice and late, and the sound is an error of XML at first. It
// is one recording, with one Media.
func TestServeRecordsThroughTrouble(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, recordingBy("asked"))
	s.put(s.world.TwilioURL+"/sandbox/v1/faults", map[string]any{"recordings": map[string]any{
		"start": []string{"21220", "lost"}, "control": []string{"408-done", "408"}, "media": []string{"xml", "404"},
	}})
	a, key := s.speaks(manual)
	s.wants(a, key, "start")
	s.stands(a, key, "given", "in-progress")
	s.wants(a, key, "pause")
	s.stands(a, key, "given", "paused")
	s.wants(a, key, "resume")
	s.stands(a, key, "given", "in-progress")
	s.wants(a, key, "stop")
	own := s.session(a.Practitioner)
	sid := s.audible(own, key)
	if tapes := s.tapes(); len(tapes) != 1 {
		t.Errorf("the carrier has %v", tapes)
	}
	for _, want := range []int{http.StatusBadGateway, http.StatusConflict, http.StatusOK} {
		if res, body := s.bff(own, http.MethodGet, "/calls/"+key+"/recordings/"+sid+"/audio", ""); res.StatusCode != want {
			t.Errorf("%s %.200s, want %d", res.Status, body, want)
		}
	}
	eventually(t, "the Media", func() bool { return len(s.media(sid)) == 1 })
}
