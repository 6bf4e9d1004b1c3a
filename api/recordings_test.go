package api_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"perci.health/careline"
	"perci.health/careline/api"
	"perci.health/careline/calls"
)

// The recordings of call CA1, which is Ada's.
const (
	whole   = "RE00000000000000000000000000000001" // completed
	making  = "RE00000000000000000000000000000002" // its sound is being made
	erased  = "RE00000000000000000000000000000003"
	absent  = "RE00000000000000000000000000000004"
	nowhere = "RE00000000000000000000000000000009"
)

// deck is the log of call CA1, and the carrier's sound.
type deck struct {
	events  []careline.CallEvent
	looks   []careline.Look
	refuses bool
	fail    error // of keeping who listens
	unread  error // of the record's word
	sound   error
	closed  int
	asked   string // Range
}

func (d *deck) Events(_ context.Context, call string) ([]careline.CallEvent, error) {
	if call != "CA1" {
		return nil, nil
	}
	return d.events, nil
}

func (d *deck) Append(_ context.Context, e careline.CallEvent) (careline.CallEvent, bool, error) {
	e.Seq, e.Kept = int64(len(d.events)+1), noon
	d.events = append(d.events, e)
	return e, false, nil
}

func (d *deck) AppendFor(ctx context.Context, _ string, e careline.CallEvent) (careline.CallEvent, bool, error) {
	return d.Append(ctx, e)
}

func (d *deck) CallOf(_ context.Context, leg string) (string, error) {
	if leg == "CA1" || leg == "CA2" {
		return "CA1", nil
	}
	return "", nil
}

func (d *deck) told(e careline.CallEvent) {
	e.Call = "CA1"
	_, _, _ = d.Append(context.Background(), e)
}

// closing counts the bodies that were closed.
type closing struct {
	io.Reader
	d *deck
}

func (c closing) Close() error {
	c.d.closed++
	return nil
}

func (d *deck) Sound(_ context.Context, _, part string) (calls.Sound, error) {
	d.asked = part
	switch {
	case d.sound != nil:
		return calls.Sound{}, d.sound
	case part == "bytes=99-":
		return calls.Sound{Beyond: true, Part: "bytes */9"}, nil
	case part != "":
		return calls.Sound{Type: "audio/mpeg", Length: 3, Part: "bytes 1-3/9", Body: closing{strings.NewReader("ear"), d}}, nil
	}
	return calls.Sound{Type: "audio/mpeg", Length: 9, Body: closing{strings.NewReader("hear this"), d}}, nil
}

func recording(sid, state string) careline.CallEvent {
	return careline.CallEvent{ID: sid + state, Leg: "CA1", Kind: careline.KindRecording, Recording: sid, Sound: careline.RecordingSaid{State: careline.RecordingState(state), Channels: 2, Started: noon}}
}

// recordingBench is the API of a clinic that records, and call CA1 of Ada's.
func recordingBench(t testing.TB, mode string) (*bench, *deck) {
	b, d := newBench(t), &deck{}
	d.told(careline.CallEvent{ID: "r", Leg: "CA1", Kind: careline.KindRequested, Appointment: "apt-1", Request: careline.Request{Clinician: ada, Patient: "Patient/p1"}})
	d.told(careline.CallEvent{ID: "p", Leg: "CB1", Kind: careline.KindProgress, Status: careline.StatusInProgress, Word: "in-progress", At: noon})
	b.cfg.Recording = mode
	b.cfg.Visitor = func(ctx context.Context, r *http.Request) (careline.Visitor, error) {
		v, err := visitor(ctx, r)
		if r.Header.Get("Authorization") == "Bearer reviewer" {
			v = careline.Visitor{ID: "U-reviewer", Reviewer: true}
		}
		return v, err
	}
	b.cfg.Recordings = &calls.Recordings{
		Log: d, Mode: mode, Now: func() time.Time { return noon.Add(time.Minute) }, Sound: d.Sound,
		Consents: calls.Consents{Log: d, Now: func() time.Time { return noon }, Refuses: func(context.Context, careline.Reference) (bool, error) { return d.refuses, d.unread }},
		Heard: func(_ context.Context, l careline.Look) error {
			d.looks = append(d.looks, l)
			return d.fail
		},
		LegOf: func(_ context.Context, sid string) (string, error) {
			if sid == nowhere {
				return "", careline.NewError(careline.CodeNotFound, "None.", nil)
			}
			return "CA2", nil
		},
	}
	return b, d
}

// withRecordings adds what was recorded, the first of which is in the record.
func (d *deck) withRecordings() {
	d.told(careline.CallEvent{ID: "given", Kind: careline.KindConsent, At: noon, Consent: careline.Consent{Decision: careline.ConsentGiven, By: ada}})
	for sid, state := range map[string]string{whole: "completed", making: "stopped", erased: "completed", absent: "absent"} {
		d.told(recording(sid, state))
	}
	d.told(careline.CallEvent{ID: "kept", Kind: careline.KindRecordingKept, Recording: whole, Sound: careline.RecordingSaid{Media: "m1"}})
	d.told(careline.CallEvent{ID: "gone", Kind: careline.KindRecordingGone, Recording: erased, Sound: careline.RecordingSaid{Why: "It was the wrong person."}})
}

// TestWhoMayHearRecordings is the access matrix: its clinician, another one, a reviewer,
// an auditor, nobody; each route.
func TestWhoMayHearRecordings(t *testing.T) {
	t.Parallel()
	const call = "/bff_clinical/v1/calls/CA1"
	reason := `{"reason":"Wrong person"}`
	for _, test := range []struct {
		method, path, body                    string
		own, other, reviewer, auditor, nobody int
	}{
		{"GET", call + "/recording", "", 200, 404, 404, 404, 401},
		{"POST", call + "/recording", `{"action":"withdraw"}`, 202, 404, 404, 404, 401},
		{"GET", call + "/recordings", "", 200, 404, 200, 404, 401},
		{"GET", call + "/recordings/" + whole + "/audio", "", 200, 404, 200, 404, 401},
		{"GET", "/bff_clinical/v1/recordings/" + whole + "/audio", "", 200, 404, 200, 404, 401},
		{"GET", "/bff_clinical/v1/recordings/" + nowhere + "/audio", "", 404, 404, 404, 404, 401},
		{"GET", "/bff_clinical/v1/calls/CA7/recordings", "", 404, 404, 404, 404, 401},
		{"GET", call + "/recordings/" + nowhere + "/audio", "", 404, 404, 404, 404, 401},
		{"DELETE", call + "/recordings/" + whole, reason, 403, 404, 202, 404, 401},
		{"DELETE", call + "/recordings/" + nowhere, reason, 404, 404, 404, 404, 401},
	} {
		for who, want := range map[string]int{ada: test.own, ben: test.other, "reviewer": test.reviewer, "auditor": test.auditor, "": test.nobody} {
			b, d := recordingBench(t, "asked")
			d.withRecordings()
			before := len(d.events)
			got := b.ask(test.method, test.path, who, body(test.body))
			if got.StatusCode != want {
				t.Errorf("%s %s by %q: %d %s, want %d", test.method, test.path, who, got.StatusCode, got.body, want)
			}
			if want >= 400 && (len(d.looks) > 0 || len(d.events) != before) {
				t.Errorf("%s %s by %q: %v was noted, %d events kept", test.method, test.path, who, d.looks, len(d.events)-before)
			}
		}
	}
}

func TestHearRecording(t *testing.T) {
	t.Parallel()
	const audio = "/bff_clinical/v1/calls/CA1/recordings/" + whole + "/audio"
	b, d := recordingBench(t, "asked")
	d.withRecordings()
	got := b.ask("GET", audio, ada)
	if got.StatusCode != 200 || got.body != "hear this" || got.Header.Get("Content-Type") != "audio/mpeg" || got.Header.Get("Content-Length") != "9" ||
		got.Header.Get("Cache-Control") != "no-store" || got.Header.Get("Accept-Ranges") != "bytes" || d.closed != 1 {
		t.Errorf("%d %s %q, closed %d", got.StatusCode, got.Header, got.body, d.closed)
	}
	if want := fmt.Sprint([]careline.Look{{Clinician: ada, Appointment: "apt-1", Patients: []careline.Reference{"Patient/p1"}, What: careline.LookHeard, Recording: whole, Media: "Media/m1", Outcome: careline.LookShown}}); fmt.Sprint(d.looks) != want {
		t.Errorf("noted %v, want %v", d.looks, want)
	}
	if got := b.ask("GET", audio, "reviewer"); got.StatusCode != 200 || d.looks[1].Visitor != "U-reviewer" || d.looks[1].Clinician != "" {
		t.Errorf("%d, noted %+v", got.StatusCode, d.looks[1])
	}

	got = b.ask("GET", audio, ada, header("Range", "bytes=1-3"))
	if got.StatusCode != 206 || got.body != "ear" || got.Header.Get("Content-Range") != "bytes 1-3/9" || d.asked != "bytes=1-3" {
		t.Errorf("%d %s %q", got.StatusCode, got.Header, got.body)
	}
	looks := len(d.looks)
	got = b.ask("GET", audio, ada, header("Range", "bytes=99-"))
	if b.problem(got, 416, "range-not-satisfiable"); got.Header.Get("Content-Range") != "bytes */9" || len(d.looks) != looks {
		t.Errorf("%s", got.Header)
	}
	for _, odd := range []string{"bytes=1-2,4-5", "lines=1-2", "bytes=-", "x"} {
		if got := b.ask("GET", audio, ada, header("Range", odd)); got.StatusCode != 200 || d.asked != "" {
			t.Errorf("%s: %d, asked for %q", odd, got.StatusCode, d.asked)
		}
	}
}

// Only what a reviewer deleted is told to be so.
func TestListRecordingsTellsWhyOneIsGone(t *testing.T) {
	t.Parallel()
	for why, want := range map[string]string{"It was the wrong person.": "reviewer", calls.WhyTwice: "twice", calls.WhyExpired: "expired"} {
		b, d := recordingBench(t, "asked")
		d.told(recording(whole, "completed"))
		d.told(careline.CallEvent{ID: "gone", Kind: careline.KindRecordingGone, Recording: whole, Sound: careline.RecordingSaid{Why: why}})
		if got := b.ask("GET", "/bff_clinical/v1/calls/CA1/recordings", ada); !strings.Contains(got.body, `"gone":"`+want+`"`) {
			t.Errorf("%s: %s", why, got.body)
		}
	}
}

// Nobody who may not hear a recording learns from the answer that there is one.
func TestHearRecordingTellsNobodyThatItIsThere(t *testing.T) {
	t.Parallel()
	b, d := recordingBench(t, "asked")
	d.withRecordings()
	for _, path := range []string{"/bff_clinical/v1/recordings/", "/bff_clinical/v1/calls/CA1/recordings/"} {
		there := b.problem(b.ask("GET", path+whole+"/audio", ben), 404, "not-found")
		none := b.problem(b.ask("GET", path+nowhere+"/audio", ben), 404, "not-found")
		if there["detail"] != none["detail"] {
			t.Errorf("%s: %v, and where there is none %v", path, there["detail"], none["detail"])
		}
	}
}

// A carrier who stops in the middle is not waited for without end.
func TestHearRecordingThatStalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, d := recordingBench(t, "asked")
		d.withRecordings()
		b.cfg.Recordings.Sound = func(ctx context.Context, _, _ string) (calls.Sound, error) {
			return calls.Sound{Type: "audio/mpeg", Length: 9, Body: closing{stalling{ctx, strings.NewReader("hear")}, d}}, nil
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/bff_clinical/v1/calls/CA1/recordings/"+whole+"/audio", nil)
		r.Header.Set("Authorization", "Bearer "+ada)
		w, began := httptest.NewRecorder(), time.Now()
		func() {
			defer func() {
				if broken := recover(); broken != http.ErrAbortHandler {
					t.Errorf("%v, want the answer broken off", broken)
				}
			}()
			api.New(b.cfg).ServeHTTP(w, r)
		}()
		if took := time.Since(began); w.Body.String() != "hear" || took < 10*time.Second || took > time.Minute || d.closed != 1 {
			t.Errorf("%q after %v, closed %d", w.Body, took, d.closed)
		}
	})
}

// stalling is sound that comes to a stop, until nobody waits for it.
type stalling struct {
	ctx context.Context
	io.Reader
}

func (s stalling) Read(p []byte) (int, error) {
	if n, err := s.Reader.Read(p); err == nil {
		return n, nil
	}
	select {
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	case <-time.After(time.Hour):
		return 0, errors.New("waited for an hour")
	}
}

// TestHearRecordingThatCannotBe: what has no sound, or has none yet, or of which it cannot
// be kept who listens.
func TestHearRecordingThatCannotBe(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		sid    string
		set    func(*deck)
		status int
		code   string
		reason string
	}{
		"being made":    {making, func(*deck) {}, 409, "conflict", "not-ready"},
		"deleted":       {erased, func(*deck) {}, 410, "not-found", "gone"},
		"absent":        {absent, func(*deck) {}, 404, "not-found", ""},
		"not durable":   {whole, func(d *deck) { d.fail = errors.New("disk full") }, 503, "unavailable", ""},
		"no sound":      {whole, func(d *deck) { d.sound = careline.NewError(careline.CodeRejected, "It is XML.", nil) }, 502, "rejected", ""},
		"not there yet": {whole, func(d *deck) { d.sound = careline.NewReasoned(careline.CodeConflict, careline.ReasonNotReady, "Wait.") }, 409, "conflict", "not-ready"},
		"taken back": {whole, func(d *deck) {
			d.told(careline.CallEvent{ID: "w", Kind: careline.KindConsent, Consent: careline.Consent{Decision: careline.ConsentWithdrawn, By: ada}})
		}, 410, "not-found", "gone"},
		"about to be deleted": {whole, func(d *deck) {
			d.told(careline.CallEvent{ID: "x", Kind: careline.KindRecordingAsked, Recording: whole, Sound: careline.RecordingSaid{Act: careline.RecordDelete, Why: "expired"}})
		}, 410, "not-found", "gone"},
		"no id of one": {"RE1", func(*deck) {}, 404, "not-found", ""},
	} {
		b, d := recordingBench(t, "asked")
		d.withRecordings()
		test.set(d)
		got := b.ask("GET", "/bff_clinical/v1/calls/CA1/recordings/"+test.sid+"/audio", ada)
		t.Log(name)
		if p := b.problem(got, test.status, test.code); test.reason != "" && p["reason"] != test.reason {
			t.Errorf("%s: %v", name, p)
		}
		if name == "not durable" && d.closed != 1 {
			t.Error("the sound was left open")
		}
	}
}

func TestListRecordings(t *testing.T) {
	t.Parallel()
	b, d := recordingBench(t, "asked")
	d.withRecordings()
	got := b.ask("GET", "/bff_clinical/v1/calls/CA1/recordings", ada)
	for _, want := range []string{
		`"consent":"given","mayDelete":false`, `"sid":"` + whole + `","state":"completed","ready":true,"channels":2`,
		`"sid":"` + making + `","state":"stopped","ready":false`, `"state":"deleted","ready":false,"channels":2,"started":"2026-07-01T23:30:00Z","gone":"reviewer"`,
	} {
		if !strings.Contains(got.body, want) {
			t.Errorf("%s\nlacks %s", got.body, want)
		}
	}
	if strings.Contains(got.body, "wrong person") {
		t.Error("what the reviewer wrote is told to all")
	}
}

func TestDeleteRecordingNeedsAReason(t *testing.T) {
	t.Parallel()
	for _, odd := range []string{``, `{}`, `{"reason":"  "}`, `{"reason":1}`, `{"reason":"x","more":1}`, `null`, `{"reason":"` + strings.Repeat("ä", 301) + `"}`} {
		b, d := recordingBench(t, "asked")
		d.withRecordings()
		before := len(d.events)
		b.problem(b.ask("DELETE", "/bff_clinical/v1/calls/CA1/recordings/"+whole, "reviewer", body(odd)), 400, "invalid")
		if len(d.events) != before {
			t.Errorf("%s: it was kept", odd)
		}
	}
	b, d := recordingBench(t, "asked")
	d.withRecordings()
	got := b.ask("DELETE", "/bff_clinical/v1/calls/CA1/recordings/"+whole, "reviewer", body(`{"reason":" Wrong person "}`))
	last := d.events[len(d.events)-1]
	if got.StatusCode != 202 || last.Kind != careline.KindRecordingAsked || last.Sound.Why != "Wrong person" || last.Sound.By != "U-reviewer" || last.Recording != whole || d.looks[0].What != careline.LookDeleted {
		t.Errorf("%d %s, kept %+v, noted %v", got.StatusCode, got.body, last, d.looks)
	}
	b.problem(b.ask("DELETE", "/bff_clinical/v1/calls/CA1/recordings/"+whole, "reviewer", body(`{"reason":"Again"}`)), 410, "not-found")
}
