package fhir_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// keptCall is completed() with RE1, which is kept as the Media of that id, and with RE2,
// which is not yet.
func keptCall(media string) careline.Call {
	call := completed()
	call.Recording = "RE1"
	call.Recordings = []careline.Recording{
		{Sid: "RE1", State: careline.RecordingCompleted, Media: media},
		{Sid: "RE2", State: careline.RecordingStopped},
	}
	return call
}

// payloads are those of the record's newest version: texts, and references.
func payloads(t *testing.T, s *server, id string) (all []string) {
	t.Helper()
	for _, p := range versions(t, s, id)[0].Payload {
		if p.ContentReference != nil {
			all = append(all, p.ContentReference.Reference)
			continue
		}
		all = append(all, p.ContentString)
	}
	return all
}

func wantPayloads(t *testing.T, s *server, id string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, payloads(t, s, id)); diff != "" {
		t.Errorf("payloads (-want +got):\n%s", diff)
	}
}

const (
	theText   = "Outbound Twilio voice call; status=completed; answeredBy=human; duration=180s"
	nobodysID = "00000000-0000-4000-8000-000000000000"
)

// filedWithSound files a call, its recording and the link to that.
func filedWithSound(t *testing.T, s *server) (call, sound careline.Filing) {
	t.Helper()
	call = file(t, s.recordings(t), completed(), careline.Filing{Call: completed().Key})
	sound = fileSound(t, s.recordings(t), aSound(), call.ID, careline.Filing{})
	return file(t, s.recordings(t), keptCall(sound.ID), call), sound
}

// linksRecordings has a recording kept and deleted after its call was over: each is a
// version of the call, whose status stays.
func linksRecordings(t *testing.T, s *server) {
	f, sound := filedWithSound(t, s)
	wantPayloads(t, s, f.ID, theText, "Media/"+sound.ID)
	read := fhir.Systems{}.CallOf(versions(t, s, f.ID)[0])
	want := []careline.Recording{{Sid: "RE1", Media: sound.ID}, {Sid: "RE2"}}
	if diff := cmp.Diff(want, read.Recordings, cmp.AllowUnexported(careline.Seconds{})); diff != "" || read.Recording != "RE1" {
		t.Error(read.Recording, diff)
	}
	if again := file(t, s.recordings(t), keptCall(sound.ID), f); again.Version != f.Version {
		t.Error("the same made a version")
	}

	gone := keptCall("")
	gone.Recordings[0].State, gone.Recordings[0].Gone = careline.RecordingDeleted, "expired"
	f = file(t, s.recordings(t), gone, f)
	wantPayloads(t, s, f.ID, theText)
	for _, v := range versions(t, s, f.ID) {
		if v.Status != "completed" {
			t.Errorf("a version is %s", v.Status)
		}
	}
}

// addsWhatIsLate has a log that does not know that the call is over tell what the record
// lacks: that, and nothing else.
func addsWhatIsLate(t *testing.T, s *server) {
	first := completed()
	first.Conference = "CF1"
	first.Consent = careline.Consent{Decision: careline.ConsentWithdrawn, By: "p1", At: tenFifteen}
	first.Parties = []careline.Party{{Label: "p3-interpreter", Role: careline.RoleInterpreter, Name: "Interpreter, Polish", Outcome: "left"}}
	f := file(t, s.recordings(t), first, careline.Filing{Call: first.Key})

	late := ringing()
	late.Recording = "RE1"
	late.Recordings = []careline.Recording{{Sid: "RE1", State: careline.RecordingCompleted, Media: "m1"}}
	late.Conference, late.Consent = "CF2", careline.Consent{Decision: careline.ConsentAnnounced, By: "key", At: tenFifteen}
	late.Parties = []careline.Party{
		{Label: "p3-interpreter", Role: careline.RoleInterpreter, Name: "Interpreter, Polish"},
		{Label: "p4-family", Role: careline.RoleFamily, Ref: "RelatedPerson/d", Name: "Nora Oak"},
	}
	for range 2 {
		f = file(t, s.recordings(t), late, f)
	}

	all := versions(t, s, f.ID)
	if len(all) != 2 || all[0].Status != "completed" {
		t.Errorf("%d versions, the last one %s", len(all), all[0].Status)
	}
	wantPayloads(t, s, f.ID, theText, "Media/m1")
	want := first
	want.Recording, want.Recordings = "RE1", []careline.Recording{{Sid: "RE1", Media: "m1"}}
	want.Parties = append(want.Parties, late.Parties[1])
	want.Clinician = ""
	if diff := cmp.Diff(want, fhir.Systems{}.CallOf(all[0]), cmp.AllowUnexported(careline.Seconds{}), cmp.Comparer(careline.Phone.Equal)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// keepsTheirPayload has others write beside ours: what is theirs stays in every version.
func keepsTheirPayload(t *testing.T, s *server) {
	f, sound := filedWithSound(t, s)
	r, err := s.client(t).Read(t.Context(), "Communication", f.ID)
	if err != nil {
		t.Fatal(err)
	}
	r.JSON = edit(t, r.JSON, func(m map[string]any) {
		m["payload"] = append(m["payload"].([]any),
			object{"contentString": "Please read."},
			object{"contentReference": object{"reference": "Media/theirs"}},
			object{"contentReference": object{"reference": "Media/named", "identifier": object{"system": "urn:theirs", "value": "RE1"}}},
			object{"contentReference": object{"reference": "DocumentReference/letter"}})
	})
	if _, err := s.client(t).Update(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	theirs := []string{"Please read.", "Media/theirs", "Media/named", "DocumentReference/letter"}

	noted := keptCall(sound.ID)
	noted.Reconciled = true
	f = file(t, s.recordings(t), noted, f)
	wantPayloads(t, s, f.ID, append([]string{theText, "Media/" + sound.ID}, theirs...)...)

	// A log that has forgotten the recordings takes no link away; one that knows that a
	// recording is gone takes that one.
	f = file(t, s.recordings(t), completed(), f)
	wantPayloads(t, s, f.ID, append([]string{theText}, append(theirs[:0:0], "Media/"+sound.ID, theirs[0], theirs[1], theirs[2], theirs[3])...)...)
	gone := keptCall("")
	f = file(t, s.recordings(t), gone, f)
	wantPayloads(t, s, f.ID, append([]string{theText}, theirs...)...)
}

// dropsBesideOthers has somebody add to the call while its recording is deleted.
func dropsBesideOthers(t *testing.T, s *server) {
	f, sound := filedWithSound(t, s)
	s.fail(t, fault{
		Method: http.MethodPut,
		Path:   "/fhir/R4/Communication/" + f.ID,
		Times:  1,
		Status: http.StatusPreconditionFailed,
		Body:   outcome("conflict", "Precondition Failed"),
	})
	for range 2 { // safe to repeat
		if err := s.recordings(t).DropRecording(t.Context(), sound.ID); err != nil {
			t.Fatal(err)
		}
	}

	wantPayloads(t, s, f.ID, theText)
	if v := versions(t, s, f.ID); len(v) != 3 || v[0].Status != "completed" {
		t.Errorf("%d versions, the last one %s", len(v), v[0].Status)
	}
	if _, err := s.client(t).Read(t.Context(), "Media", sound.ID); careline.CodeOf(err) != careline.CodeNotFound {
		t.Errorf("its Media is there: %v", err)
	}
	if held, err := s.recordings(t).Held(t.Context(), sound.ID); held || err != nil {
		t.Errorf("what is deleted is held: %t, %v", held, err)
	}
}

func dropsWhatIsGone(t *testing.T, s *server) {
	if err := s.recordings(t).DropRecording(t.Context(), nobodysID); err != nil {
		t.Error(err)
	}
	_, err := s.recordings(t).Held(t.Context(), nobodysID)
	wantCode(t, err, careline.CodeNotFound)

	// One whose call is deleted, and one of no call.
	f, sound := filedWithSound(t, s)
	if err := s.client(t).Delete(t.Context(), "Communication", f.ID); err != nil {
		t.Fatal(err)
	}
	alone := careline.Recording{Sid: "RE9", State: careline.RecordingCompleted}
	for _, id := range []string{sound.ID, fileSound(t, s.recordings(t), alone, "", careline.Filing{}).ID} {
		if err := s.recordings(t).DropRecording(t.Context(), id); err != nil {
			t.Error(err)
		}
		if _, err := s.client(t).Read(t.Context(), "Media", id); careline.CodeOf(err) != careline.CodeNotFound {
			t.Errorf("it is there: %v", err)
		}
	}
}

// dropsInSteps has each step fail once: the next try goes on from there.
func dropsInSteps(t *testing.T, s *server) {
	f, sound := filedWithSound(t, s)
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodDelete} {
		s.fail(t, fault{
			Method: method,
			Path:   "/fhir/R4/",
			Times:  1,
			Status: http.StatusServiceUnavailable,
		})
		err := s.recordings(t).DropRecording(t.Context(), sound.ID)
		wantCode(t, err, careline.CodeUnavailable)
		if _, err := s.client(t).Read(t.Context(), "Media", sound.ID); err != nil {
			t.Fatalf("after %s: %v", method, err)
		}
	}
	if err := s.recordings(t).DropRecording(t.Context(), sound.ID); err != nil {
		t.Fatal(err)
	}
	wantPayloads(t, s, f.ID, theText)
}
