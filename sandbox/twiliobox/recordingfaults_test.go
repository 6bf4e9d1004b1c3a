package twiliobox_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// recorded is a call of a minute with a recording of ten seconds, of which the
// application wants to be told everything.
func (w *world) recorded() (parent, recording string) {
	w.t.Helper()
	parent = w.connect(map[string]string{"To": member})
	pass(5 * time.Second)
	made := w.startRecording(parent, "RecordingStatusCallback="+base+"/rec&RecordingStatusCallbackEvent=in-progress+completed+absent")
	return parent, made.SID
}

func TestRecordingFaultsOfReports(t *testing.T) {
	t.Parallel()
	next := func(event, fault string) map[string]any {
		return map[string]any{"next": []map[string]string{{"event": event, "fault": fault}}}
	}
	for name, tt := range map[string]struct {
		faults map[string]any
		want   string
	}{
		"none":     {map[string]any{}, "in-progress,completed 11 1"},
		"lost":     {next("recording-completed", "drop"), "in-progress"},
		"doubled":  {next("recording-completed", "duplicate"), "in-progress,completed 11 1,completed 11 1"},
		"crossed":  {next("recording-in-progress", "reorder"), "completed 11 1,in-progress"},
		"unsigned": {next("recording-completed", "badSignature"), "in-progress,completed 11 1!"},
		"late":     {map[string]any{"delayMs": 45_000, "only": []string{"recording-completed"}}, "in-progress,completed 11 1"},
		"all":      {map[string]any{"drop": 1}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, dialTo(member, "", ""), func(w *world) {
				if code := w.do("PUT", "/sandbox/v1/faults", tt.faults, nil); code != http.StatusOK {
					t.Fatal(code)
				}
				w.recorded()
				pass(time.Minute)
				got := reported(w.at("/rec"))
				for _, s := range w.at("/rec") {
					if !s.signed {
						got += "!"
					}
				}
				if got != tt.want {
					t.Errorf("reports %q, want %q", got, tt.want)
				}
				if name == "late" && w.at("/rec")[1].at.Sub(w.one("/parent").at) < 40*time.Second {
					t.Error("the recording's report is not behind the call's")
				}
			})
		})
	}
}

func TestRecordingFaultsOfTheSound(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo(member, "", ""), func(w *world) {
		w.do("PUT", "/sandbox/v1/faults", map[string]any{"recordings": map[string]any{"processingMs": 20_000, "media": []string{"404", "xml", "empty", ""}}}, nil)
		parent, sid := w.recorded()
		pass(time.Second)
		w.steer(parent, sid, "Status=stopped")
		pass(19 * time.Second)
		if now, _ := w.recording(sid); now.Status != "processing" {
			t.Errorf("after 19 s of 20: %+v", now)
		}
		pass(2 * time.Second)
		if rec := w.sound(sid); rec.Code != http.StatusNotFound {
			t.Errorf("404: %d", rec.Code)
		}
		if rec := w.sound(sid); rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "application/xml" || !strings.Contains(rec.Body.String(), "RestException") {
			t.Errorf("xml: %d %v %s", rec.Code, rec.Header(), rec.Body)
		}
		if rec := w.sound(sid); rec.Code != http.StatusOK || rec.Header().Get("Content-Type") != "audio/x-wav" || rec.Body.Len() != 0 {
			t.Errorf("empty: %d %v", rec.Code, rec.Header())
		}
		for range 2 {
			if rec := w.sound(sid); rec.Code != http.StatusOK || rec.Body.Len() != 44+50*320 {
				t.Errorf("as it should be: %d, %d octets", rec.Code, rec.Body.Len())
			}
		}
	})
}

func TestRecordingFaultsOfRequests(t *testing.T) {
	t.Parallel()
	inTalk(t, func(w *world, parent, _ string) {
		w.do("PUT", "/sandbox/v1/faults", map[string]any{"recordings": map[string]any{"start": []string{"21220", "21220", "lost"}, "control": []string{"408", "408-done", ""}}}, nil)
		path := "/Calls/" + parent + "/Recordings"
		for range 2 {
			var fault struct{ Code int }
			if code := w.rest("POST", path+".json", "", &fault); code != http.StatusBadRequest || fault.Code != 21220 {
				t.Errorf("start: %d %d", code, fault.Code)
			}
		}
		if got := w.recordings(path + ".json"); len(got) != 0 {
			t.Errorf("refused, and %v started", got)
		}
		w.lost(path + ".json")
		got := w.recordings(path + ".json")
		if len(got) != 1 {
			t.Fatalf("lost, and %v started", got)
		}

		for _, after := range []string{"in-progress", "paused"} {
			var now struct{ Status string }
			if code := w.rest("POST", path+"/"+got[0]+".json", "Status=paused", nil); code != http.StatusRequestTimeout {
				t.Errorf("pause: %d", code)
			}
			if w.do("GET", "/sandbox/v1/recordings/"+got[0], nil, &now); now.Status != after {
				t.Errorf("after a timeout it is %s, want %s", now.Status, after)
			}
		}
		w.steer(parent, got[0], "Status=stopped")
		var all struct {
			Recordings []struct{ SID, Status string }
		}
		if w.do("GET", "/sandbox/v1/recordings", nil, &all); len(all.Recordings) != 1 || all.Recordings[0].Status != "stopped" {
			t.Errorf("all: %+v", all)
		}
	})
}

// lost starts a recording, over a connection that breaks.
func (w *world) lost(path string) {
	w.t.Helper()
	defer func() {
		if broken := recover(); broken != http.ErrAbortHandler {
			w.t.Errorf("the connection is as it should be: %v", broken)
		}
	}()
	r := httptest.NewRequest("POST", api+path, nil)
	r.SetBasicAuth(account, authToken)
	w.box.Handler().ServeHTTP(httptest.NewRecorder(), r)
}

func TestRecordingFaultsAreRefusedWhenWrong(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		for _, wrong := range []map[string]any{
			{"processingMs": -1}, {"start": []string{"408"}}, {"control": []string{"lost"}}, {"media": []string{"json"}}, {"encryption": []string{"16106"}},
		} {
			if code := w.do("PUT", "/sandbox/v1/faults", map[string]any{"recordings": wrong}, nil); code != http.StatusBadRequest {
				t.Errorf("%v: %d", wrong, code)
			}
		}
		if code := w.do("PUT", "/sandbox/v1/recordings/RE00000000000000000000000000000001", map[string]any{"ageDays": 3}, nil); code != http.StatusNotFound {
			t.Errorf("age: %d", code)
		}
	})
}
