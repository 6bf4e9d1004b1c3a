package fhir_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline"
	"perci.health/careline/fhir"
)

// publicURL is where recordings are heard.
const publicURL = "https://backend.perci.health"

func recording(c *fhir.Config) { c.Recording, c.PublicURL = true, publicURL }

// aSound is a recording that is made of the call completed().
func aSound() careline.Recording {
	return careline.Recording{
		Sid:      "RE1",
		State:    careline.RecordingCompleted,
		Channels: 2,
		Seconds:  careline.SecondsOf(42),
		Started:  tenFifteen,
	}
}

func TestMediaOf(t *testing.T) {
	t.Parallel()
	call := completed()
	call.Names = careline.Names{Sender: "Dr Hale", Patient: "Axel Oak"}
	text, err := json.Marshal(fhir.Systems{}.MediaOf(call, aSound(), "c1", publicURL))
	if err != nil {
		t.Fatal(err)
	}
	want := `{"resourceType":"Media","meta":{"tag":[{"system":"https://perci.health/fhir/tag","code":"call-recording","display":"Call recording"}]},` +
		`"identifier":[{"system":"https://www.twilio.com/","value":"RE1"}],"partOf":[{"reference":"Communication/c1"}],"status":"completed",` +
		`"type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/media-type","code":"audio","display":"Audio"}]},` +
		`"subject":{"reference":"Patient/m1","display":"Axel Oak"},"createdDateTime":"2025-11-24T10:15:00Z","operator":{"reference":"PractitionerRole/r1","display":"Dr Hale"},"duration":42,` +
		`"content":{"contentType":"audio/mpeg","url":"https://backend.perci.health/bff_clinical/v1/recordings/RE1/audio","title":"Call recording"}}`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Error(diff)
	}
}

// The status of a recording's Media says whether there is sound, and nothing is written
// that is not known.
func TestMediaOfEachState(t *testing.T) {
	t.Parallel()
	for state, want := range map[careline.RecordingState]string{
		careline.RecordingNone:      "preparation",
		careline.RecordingStarting:  "preparation",
		careline.RecordingRunning:   "preparation",
		careline.RecordingPaused:    "preparation",
		careline.RecordingStopped:   "preparation",
		careline.RecordingCompleted: "completed",
		careline.RecordingAbsent:    "not-done",
		careline.RecordingFailed:    "not-done",
		careline.RecordingDeleted:   "entered-in-error",
	} {
		m := fhir.Systems{}.MediaOf(careline.Call{Clinician: "p1"}, careline.Recording{Sid: "RE1", State: state}, "", publicURL)
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if m.Status != want || m.Operator.Reference != "Practitioner/p1" {
			t.Errorf("%s: %s", state, text)
		}
		for _, unknown := range []string{`""`, "null", "partOf", "subject", "createdDateTime", "duration"} {
			if strings.Contains(string(text), unknown) {
				t.Errorf("%s is in %s", unknown, text)
			}
		}
	}
	if gone := (fhir.Systems{}).MediaOf(careline.Call{}, careline.Recording{Sid: "RE1", State: careline.RecordingCompleted, Gone: "expired"}, "", publicURL); gone.Status != "entered-in-error" {
		t.Errorf("%+v", gone)
	}
}

func TestRecordingsAgainstFhirbox(t *testing.T) {
	t.Parallel()
	filesRecordings(t, box)
}

func TestRecordingsAgainstMedplumLike(t *testing.T) {
	t.Parallel()
	filesRecordings(t, medplumLike(t))
}

func filesRecordings(t *testing.T, open func(*testing.T) *server) {
	for name, test := range map[string]func(*testing.T, *server){
		"its life":                            filesARecording,
		"a legal hold":                        keepsALegalHold,
		"the answer to the making is lost":    filesARecordingOnce,
		"a twin that is stored late":          settlesARecording,
		"somebody writes in between":          dropsBesideOthers,
		"it is deleted, or nobody knows it":   dropsWhatIsGone,
		"the record is down in the middle":    dropsInSteps,
		"what is linked in a call":            linksRecordings,
		"what is told late of a call":         addsWhatIsLate,
		"what others have put beside a sound": keepsTheirPayload,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

func (s *server) recordings(t *testing.T) *fhir.Chart {
	t.Helper()
	return newChart(t, s.client(t, recording))
}

func fileSound(t *testing.T, chart *fhir.Chart, r careline.Recording, communication string, f careline.Filing) careline.Filing {
	t.Helper()
	f, err := chart.FileRecording(t.Context(), completed(), r, communication, f)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// media is what the tests read of one.
type media struct {
	ID, Status string
	Meta       struct{ Tag []fhir.Coding }
	Duration   int
	PartOf     []fhir.Reference
}

func readMedia(t *testing.T, s *server, id string) (m media) {
	t.Helper()
	r, err := s.client(t).Read(t.Context(), "Media", id)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(r.JSON, &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// sounds are the Media of RE1 that are not entered in error.
func sounds(t *testing.T, s *server) (live []string) {
	t.Helper()
	found, err := s.client(t).Search(t.Context(), "Media", url.Values{"identifier": {"https://www.twilio.com/|RE1"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range found {
		if statusIn(t, e.Resource) != "entered-in-error" {
			live = append(live, e.Resource.ID)
		}
	}
	return live
}

func filesARecording(t *testing.T, s *server) {
	runs := careline.Recording{Sid: "RE1", State: careline.RecordingRunning, Started: tenFifteen}
	f := fileSound(t, s.recordings(t), runs, "c1", careline.Filing{})
	if f.Of != "Media/RE1" || f.Call != completed().Key || readMedia(t, s, f.ID).Status != "preparation" {
		t.Errorf("filed as %+v, %+v", f, readMedia(t, s, f.ID))
	}

	f = fileSound(t, s.recordings(t), aSound(), "c1", f)
	if m := readMedia(t, s, f.ID); m.Status != "completed" || m.Duration != 42 || len(m.PartOf) != 1 || m.PartOf[0].Reference != "Communication/c1" {
		t.Errorf("%+v", m)
	}
	if found, err := s.recordings(t).FindRecording(t.Context(), "RE1"); err != nil || len(found) != 1 || found[0] != f.ID {
		t.Errorf("found %v, %v, want %s", found, err, f.ID)
	}
	if found, err := s.recordings(t).FindRecording(t.Context(), "RE2"); err != nil || len(found) != 0 {
		t.Errorf("found %v, %v of another", found, err)
	}
	if again := fileSound(t, s.recordings(t), aSound(), "c1", f); again.Version != f.Version {
		t.Error("the same made a version")
	}
	if late := fileSound(t, s.recordings(t), runs, "c1", f); late.Version != f.Version || readMedia(t, s, f.ID).Status != "completed" {
		t.Error("what came late set it back")
	}

	gone := aSound()
	gone.State, gone.Gone = careline.RecordingDeleted, "withdrawn"
	if f = fileSound(t, s.recordings(t), gone, "c1", f); readMedia(t, s, f.ID).Status != "entered-in-error" {
		t.Error("its sound is gone, and the record says it is there")
	}
}

func keepsALegalHold(t *testing.T, s *server) {
	f := fileSound(t, s.recordings(t), careline.Recording{Sid: "RE1"}, "c1", careline.Filing{})
	held := func(want bool) {
		t.Helper()
		if got, err := s.recordings(t).Held(t.Context(), f.ID); got != want || err != nil {
			t.Errorf("held: %t, %v", got, err)
		}
	}
	held(false)

	tag := func(system, code string) {
		r, err := s.client(t).Read(t.Context(), "Media", f.ID)
		if err != nil {
			t.Fatal(err)
		}
		r.JSON = edit(t, r.JSON, func(m map[string]any) {
			meta := m["meta"].(map[string]any)
			meta["tag"] = append(meta["tag"].([]any), object{"system": system, "code": code})
		})
		if _, err := s.client(t).Update(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	tag("urn:theirs", "legal-hold")
	tag("https://perci.health/fhir/tag", "urgent")
	held(false)

	tag("https://perci.health/fhir/tag", "legal-hold")
	held(true)
	f = fileSound(t, s.recordings(t), aSound(), "c1", f)
	if m := readMedia(t, s, f.ID); len(m.Meta.Tag) != 4 || m.Status != "completed" {
		t.Errorf("%+v", m)
	}
	held(true)
}

func filesARecordingOnce(t *testing.T, s *server) {
	s.fail(t, fault{
		Method: http.MethodPost,
		Path:   "/fhir/R4/Media",
		After:  true,
		Times:  1,
		Status: http.StatusServiceUnavailable,
	})
	f, err := s.recordings(t).FileRecording(t.Context(), completed(), aSound(), "c1", careline.Filing{})
	wantCode(t, err, careline.CodeUnavailable)
	if !f.Tried || f.Of != "Media/RE1" {
		t.Fatalf("%+v", f)
	}
	f = fileSound(t, s.recordings(t), aSound(), "c1", f)
	if live := sounds(t, s); len(live) != 1 || live[0] != f.ID || !f.Doubted {
		t.Errorf("%v, %+v", live, f)
	}
}

func settlesARecording(t *testing.T, s *server) {
	f := fileSound(t, s.recordings(t), aSound(), "c1", careline.Filing{})
	fileSound(t, s.recordings(t), aSound(), "c1", careline.Filing{}) // stored late
	if live := sounds(t, s); len(live) != 2 {
		t.Fatal(live)
	}
	f.Doubted = true
	if err := s.recordings(t).Settle(t.Context(), completed(), f); err != nil {
		t.Fatal(err)
	}
	if live := sounds(t, s); len(live) != 1 || live[0] != f.ID {
		t.Errorf("%v, want %s", live, f.ID)
	}
}
