package main

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"perci.health/careline"
)

// note has the appointment's clinician note what came of a call.
func (s *system) note(practitioner, key, body string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPut, s.url+"/bff_clinical/v1/calls/"+key+"/note", strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.session(practitioner))
	answer, err := http.DefaultClient.Do(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		s.t.Fatalf("%v, %v", answer, err)
	}
	if err := answer.Body.Close(); err != nil {
		s.t.Error(err)
	}
}

// What a clinician notes of a call that is over becomes a version of it in the record.
func TestServeRecordsWhatAClinicianNotes(t *testing.T) {
	t.Parallel()
	recordsWhatIsNoted(newSystem(t, nil))
}

// A note is none of Twilio's reports and takes no way over Pub/Sub: it is in the log
// before it is answered, wherever the reports come from.
func TestServeRecordsWhatAClinicianNotesBesidePubSub(t *testing.T) {
	t.Parallel()
	topic, subscription := newTopic(t, "perci-noted")
	recordsWhatIsNoted(newSystem(t, over(topic, map[string]string{"PUBSUB_SUBSCRIPTION": subscription})))
}

func recordsWhatIsNoted(s *system) {
	s.t.Helper()
	a := s.reaching(busy)
	key := s.call(a, busy)
	s.record(key, final)
	s.note(a.Practitioner, key, `{"outcome":"not-reached","text":"Rings on Xylophone day."}`)

	versions := s.record(key, func(v []communication) bool { return strings.Contains(string(v[len(v)-1].raw), "Xylophone") })
	last := versions[len(versions)-1]
	if last.Status != "completed" || !strings.Contains(string(last.raw), `"code":"not-reached"`) {
		s.t.Errorf("recorded as %s", last.raw)
	}
	s.logTellsNobody()
}

// A note is filed again with its call, and forgotten with it.
func TestReplayAndPurgeOfANotedCall(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.call("CA1", "Patient/1")
	s.drain("CA1")
	before, err := s.store.Events(t.Context(), "CA1")
	if err != nil {
		t.Fatal(err)
	}

	noted := careline.CallEvent{
		ID:   "CA1/noted/1",
		Call: "CA1",
		Kind: careline.KindNoted,
		At:   time.Now(),
		Note: careline.CallNote{Outcome: careline.CameToNobody, Text: "Rings on Xylophone day.", At: time.Now()},
	}
	if _, _, err := s.store.Append(t.Context(), noted); err != nil {
		t.Fatal(err)
	}
	s.drain("CA1")
	wantText(t, s.replay("calls", "CA1", "--whole", "--apply"), "1 call will be filed again")
	if pending, _ := s.backlog(); pending != len(before)+1 {
		t.Errorf("%d pending after --whole, of %d reports and a note", pending, len(before))
	}
	s.drain("CA1")

	p := &purging{open: kept{s.store}.open, now: time.Now()}
	if err := typedOf(t.Context(), p.command, s.get, s.out, "--patient", "Patient/1", "--apply"); err != nil {
		t.Fatal(err)
	}
	if left, err := s.store.Events(t.Context(), "CA1"); err != nil || len(left) != 0 {
		t.Errorf("left %v, %v", left, err)
	}
	if out := s.out.String(); strings.Contains(out, "Xylophone") {
		t.Errorf("the note is told: %s", out)
	}
}
