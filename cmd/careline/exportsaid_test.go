package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/store"
)

// With the log alone it is all there: what the clinician noted, who was in the call, what
// was decided of recording it, and who looked, also where the record has no AuditEvents.
func TestExportOfTheLogAloneIsWhole(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.call("CA1", "Patient/1")
	at := time.Now().UTC().Truncate(time.Microsecond).Add(-time.Minute)
	keep := func(e careline.CallEvent) {
		t.Helper()
		if _, _, err := s.store.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	keep(careline.CallEvent{ID: "CA1/noted", Call: "CA1", Kind: careline.KindNoted, At: at, Note: careline.CallNote{
		Outcome: careline.CameToMessage,
		Text:    "Rings back at five.",
		By:      "c1",
	}})
	keep(careline.CallEvent{ID: "CA1/consent", Call: "CA1", Kind: careline.KindConsent, At: at, Consent: careline.Consent{
		Decision: careline.ConsentDeclined,
		By:       "key",
	}})
	keep(careline.CallEvent{ID: "CA1/add", Call: "CA1", Kind: careline.KindPartyAsked, Role: careline.RoleInterpreter, At: at, Room: careline.RoomSaid{
		Act:   careline.ActAdd,
		Label: "p3-interpreter",
		Name:  "Sam Okoye",
		Entry: "interpreters",
	}})
	seen := careline.Look{
		Clinician:   "c2",
		Appointment: "a1",
		Patients:    []careline.Reference{"Patient/1", "Patient/2"},
		What:        careline.LookOpened,
		Outcome:     careline.LookRefused,
		At:          at,
	}
	keep(seen.Event())
	other := seen
	other.Appointment, other.Patients = "a9", []careline.Reference{"Patient/2"}
	keep(other.Event())

	whole := exportedBy(t, &exporting{store: s.store, now: time.Now().Add(time.Second)}, "1")
	if len(whole.Calls) != 1 {
		t.Fatalf("%d calls", len(whole.Calls))
	}
	call := whole.Calls[0].Call
	if diff := cmp.Diff(&exportedNote{Outcome: "left-message", Text: "Rings back at five.", By: "c1", At: at}, call.Note); diff != "" {
		t.Errorf("the note (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(&exportedConsent{Decision: "declined", By: "key", At: at}, call.Consent); diff != "" {
		t.Errorf("the consent (-want +got):\n%s", diff)
	}
	if n := len(call.Participants); n < 3 || call.Participants[n-1].Label != "p3-interpreter" || call.Participants[n-1].Name != "Sam Okoye" {
		t.Errorf("the participants: %+v", call.Participants)
	}

	seen.Patients = seen.Patients[:1] // whoever else has the appointment is not told of
	if len(whole.Looks) != 1 {
		t.Fatalf("%d looks: %+v", len(whole.Looks), whole.Looks)
	}
	if look := whole.Looks[0]; look.Key == "" || look.Kept.IsZero() || !cmp.Equal(look.Look, seen) {
		t.Errorf("the look: %s", cmp.Diff(seen, look.Look))
	}
}

// The Media of a recording that was heard, with who heard it.
func TestExportHasWhatWasRecorded(t *testing.T) {
	t.Parallel()
	s := newSystemAt(t, 1, recordingBy("asked"))
	a, key := s.speaks(manual)
	s.stands(a, key, "none", "none")
	s.wants(a, key, "start")
	s.stands(a, key, "given", "in-progress")
	s.wants(a, key, "stop")
	s.stands(a, key, "given", "completed")
	own := s.session(a.Practitioner)
	sid := s.audible(own, key)
	eventually(t, "the Media", func() bool { return len(s.media(sid)) == 1 })
	if res, body := s.bff(own, http.MethodGet, "/calls/"+key+"/recordings/"+sid+"/audio", ""); res.StatusCode != http.StatusOK {
		t.Fatalf("%s %s", res.Status, body)
	}
	s.phone(manual, "hangup")
	s.record(key, final)
	s.stop()

	log, err := openLog(t.Context(), store.Config{URL: s.setting("DATABASE_URL"), Consumers: []string{chart}})
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	record, err := recordOf(newReader(s.setting))
	if err != nil {
		t.Fatal(err)
	}
	whole := exportedBy(t, &exporting{store: log, record: record, now: time.Now(), out: new(bytes.Buffer)}, a.Patient)
	if media := whole.Record.Media; len(media) != 1 || whole.Record.MediaUnread != "" || !strings.Contains(string(media[0].Versions[0]), sid) {
		t.Errorf("the Media: %+v, %s", media, whole.Record.MediaUnread)
	}
	if told := whole.Calls[0].Call.Recordings; len(told) != 1 || told[0].SID != sid || told[0].Seconds == nil {
		t.Errorf("the recordings of the call: %+v", told)
	}
	heard := false
	for _, l := range whole.Looks {
		heard = heard || l.What == careline.LookHeard && l.Recording == sid
	}
	if !heard {
		t.Errorf("nobody heard it: %+v", whole.Looks)
	}
}
