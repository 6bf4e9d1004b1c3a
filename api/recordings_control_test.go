package api_test

import (
	"errors"
	"strings"
	"testing"

	"perci.health/careline"
)

func TestControlRecording(t *testing.T) {
	t.Parallel()
	const path = "/bff_clinical/v1/calls/CA1/recording"
	over := careline.CallEvent{ID: "e", Leg: "CB1", Kind: careline.KindProgress, Status: careline.StatusCompleted, Word: "completed", Order: 9, At: noon}
	is := func(d careline.Decision, by string) careline.CallEvent {
		return careline.CallEvent{ID: "consent " + string(d), Kind: careline.KindConsent, At: noon, Consent: careline.Consent{Decision: d, By: by}}
	}
	runs, stopped := recording(whole, "in-progress"), recording(whole, "stopped")
	paused := recording(whole, "paused")
	paused.Sound.Act, paused.Sound.Answers = careline.RecordPause, "asked"
	for name, test := range map[string]struct {
		mode, action string
		told         []careline.CallEvent
		status       int
		reason       string // or what the answer holds
	}{
		"start":                      {"asked", "start", nil, 202, `"consent":"given","state":"starting"`},
		"start of one that is over":  {"asked", "start", []careline.CallEvent{over}, 409, "not-in-progress"},
		"start of one that runs":     {"asked", "start", []careline.CallEvent{is(careline.ConsentGiven, ada), runs}, 409, "already"},
		"start of what was declined": {"announced", "start", []careline.CallEvent{is(careline.ConsentDeclined, "key")}, 409, "consent-declined"},
		"start against the record":   {"asked", "start", []careline.CallEvent{is(careline.ConsentDeclined, "standing")}, 409, "consent-declined"},
		"start unannounced":          {"announced", "start", nil, 409, "consent-missing"},
		"start again":                {"announced", "start", []careline.CallEvent{is(careline.ConsentAnnounced, "key"), stopped}, 202, `"state":"starting"`},
		"pause":                      {"asked", "pause", []careline.CallEvent{is(careline.ConsentGiven, ada), runs}, 202, `"state":"in-progress"`},
		"pause of nothing":           {"asked", "pause", nil, 409, "not-in-progress"},
		"resume":                     {"asked", "resume", []careline.CallEvent{is(careline.ConsentGiven, ada), runs, paused}, 202, `"state":"paused"`},
		"resume of one that runs":    {"asked", "resume", []careline.CallEvent{is(careline.ConsentGiven, ada), runs}, 409, "already"},
		"stop":                       {"asked", "stop", []careline.CallEvent{is(careline.ConsentGiven, ada), runs}, 202, `"state":"in-progress"`},
		"stop of one that stopped":   {"asked", "stop", []careline.CallEvent{is(careline.ConsentGiven, ada), stopped}, 409, "already"},
		"withdraw":                   {"announced", "withdraw", []careline.CallEvent{is(careline.ConsentAnnounced, "key"), runs}, 202, `"consent":"withdrawn"`},
		"withdraw when it is over":   {"asked", "withdraw", []careline.CallEvent{is(careline.ConsentGiven, ada), runs, over}, 202, `"consent":"withdrawn"`},
		"withdraw twice":             {"asked", "withdraw", []careline.CallEvent{is(careline.ConsentWithdrawn, ada)}, 409, "already"},
		"delete":                     {"asked", "delete", nil, 400, ""},
		"nothing":                    {"asked", "", nil, 400, ""},
	} {
		b, d := recordingBench(t, test.mode)
		for _, e := range test.told {
			d.told(e)
		}
		before := len(d.events)
		got := b.ask("POST", path, ada, body(`{"action":"`+test.action+`"}`))
		if got.StatusCode != test.status || !strings.Contains(got.body, test.reason) {
			t.Errorf("%s: %d %s, want %d %s", name, got.StatusCode, got.body, test.status, test.reason)
		}
		if kept := len(d.events) > before; kept != (test.status == 202) {
			t.Errorf("%s: kept %d events", name, len(d.events)-before)
		}
	}
}

// A start asks the record once more: what it cannot tell is no consent.
func TestControlRecordingAsksTheRecord(t *testing.T) {
	t.Parallel()
	const path, start = "/bff_clinical/v1/calls/CA1/recording", `{"action":"start"}`
	b, d := recordingBench(t, "asked")
	d.unread = errors.New("the record is down")
	before := len(d.events)
	if b.problem(b.ask("POST", path, ada, body(start)), 503, "unavailable"); len(d.events) != before {
		t.Error("something was kept")
	}
	d.unread, d.refuses = nil, true
	p := b.problem(b.ask("POST", path, ada, body(start)), 409, "conflict")
	if last := d.events[len(d.events)-1]; p["reason"] != "consent-declined" || len(d.events) != before+1 || last.Consent.By != "standing" {
		t.Errorf("%v, kept %+v", p, last)
	}
	if got := b.ask("GET", path, ada); !strings.Contains(got.body, `"mayStart":false,"refused":"The patient’s record says`) {
		t.Error(got.body)
	}
}

func TestRecordingsAreOff(t *testing.T) {
	t.Parallel()
	b, d := recordingBench(t, "")
	d.withRecordings()
	const call = "/bff_clinical/v1/calls/CA1"
	if p := b.problem(b.ask("POST", call+"/recording", ada, body(`{"action":"start"}`)), 404, "not-found"); p["reason"] != "feature-off" {
		t.Error(p)
	}
	for action, want := range map[string]int{"resume": 404, "pause": 202, "stop": 202, "withdraw": 202} {
		b, d := recordingBench(t, "")
		d.withRecordings()
		d.told(recording(nowhere, "in-progress"))
		if got := b.ask("POST", call+"/recording", ada, body(`{"action":"`+action+`"}`)); got.StatusCode != want || strings.Contains(got.body, `"mayStart":true`) || want == 202 && !strings.Contains(got.body, `"mode":"off"`) {
			t.Errorf("%s of what runs: %d %s", action, got.StatusCode, got.body)
		}
	}
	if got := b.ask("GET", call+"/recordings", ada); got.StatusCode != 200 {
		t.Errorf("what was recorded before: %d", got.StatusCode)
	}
	b.cfg.Recordings = nil
	if p := b.problem(b.ask("GET", call+"/recordings/"+whole+"/audio", ada), 404, "not-found"); p["reason"] != "feature-off" {
		t.Error(p)
	}
}
