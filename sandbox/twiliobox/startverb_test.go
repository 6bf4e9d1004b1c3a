package twiliobox_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"perci.health/careline/sandbox/media"
)

const toldOfRecording = `recordingStatusCallback="/rec?x=y" recordingStatusCallbackEvent="in-progress completed absent"`

// A Start records what follows it, from the answer on, until a Stop of its name.
func TestStartVerb(t *testing.T) {
	t.Parallel()
	twiml := `<Response><Start><Recording name="one" channels="dual" ` + toldOfRecording + `/></Start><Pause length="2"/><Play digits="1ww"/><Pause length="1"/>` +
		`<Stop><Recording name="one"/></Stop><Stop><Recording name="two"/></Stop><Pause length="2"/></Response>`
	inWorld(t, twiml, func(w *world) {
		parent := w.connect(nil)
		pass(time.Minute)
		all := w.at("/rec")
		if len(all) != 2 || all[0].get("RecordingStatus") != "in-progress" || all[1].get("RecordingStatus") != "completed" || all[1].get("x") != "y" {
			t.Fatalf("reports %v", all)
		}
		last := all[1]
		if last.get("RecordingSource") != "StartCallRecordingTwiML" || last.get("CallSid") != parent || last.get("RecordingChannels") != "2" {
			t.Errorf("reported %v", last.form)
		}
		// The first Pause does not answer; what comes after it does.
		first, second := w.heard(last.get("RecordingSid"))
		if len(second) != 2250/20 || !quiet(first) || media.Power(second[:5], 697) < 0.3 || !quiet(second[10:]) {
			t.Errorf("%d frames; key %.2f", len(second), media.Power(second[:5], 697))
		}
		if codes := w.call(parent).codes(); len(codes) != 1 || codes[0] != 0 {
			t.Errorf("a Stop of what there is not: %v", codes)
		}
	})
}

func TestStartVerbVariants(t *testing.T) {
	t.Parallel()
	record := func(attrs string) string {
		return `<Start><Recording ` + attrs + ` ` + toldOfRecording + `/></Start>`
	}
	tests := []struct {
		name, twiml string
		reports     string
		codes       int
		status      string
	}{
		{"alone it ends the call", `<Response>` + record("") + `</Response>`, "in-progress,absent", 0, "completed"},
		{"one track is mono", `<Response>` + record(`channels="dual" track="inbound"`) + `<Say>a</Say></Response>`, "in-progress,completed 1 1", 0, "completed"},
		{"trimmed", `<Response>` + record(`trim="trim-silence"`) + `<Play digits="wwww"/><Play digits="1"/><Play digits="wwww"/></Response>`, "in-progress,completed 0 1", 0, "completed"},
		{"wrong values", `<Response>` + record(`channels="2" track="left" trim="a"`) + `<Say>a</Say></Response>`, "in-progress,completed 1 1", 3, "completed"},
		{"a stream", `<Response><Start><Stream url="wss://a.example"/></Start><Say>a</Say></Response>`, "", 1, "failed"},
		{"the end of a stream", `<Response><Stop><Stream name="a"/></Stop><Say>a</Say></Response>`, "", 1, "failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, tt.twiml, func(w *world) {
				sid := w.connect(nil)
				pass(time.Minute)
				if got := reported(w.at("/rec")); got != tt.reports {
					t.Errorf("reports %q, want %q", got, tt.reports)
				}
				if v := w.call(sid); v.Status != tt.status || len(v.Notices) != tt.codes {
					t.Errorf("%s, notices %v", v.Status, v.Notices)
				}
			})
		})
	}
}

// reported is what recordings' reports say: the status, and of what is complete the
// seconds and channels.
func reported(all []seen) string {
	var got []string
	for _, s := range all {
		status := s.get("RecordingStatus")
		if status == "completed" {
			status += " " + s.get("RecordingDuration") + " " + s.get("RecordingChannels")
		}
		got = append(got, status)
	}
	return strings.Join(got, ",")
}

// In a whisper there is no Start.
func TestStartVerbInAWhisper(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo(member, "", `url="/announce"`), func(w *world) {
		w.pages["/announce"] = xmlPage(`<Response><Start><Recording/></Start><Say>Hello.</Say></Response>`)
		w.pages["/result"] = xmlPage(`<Response/>`)
		sid := w.connect(map[string]string{"To": member})
		pass(time.Minute)
		if got := w.recordings("/Recordings.json"); len(got) != 0 || len(w.call(sid).codes()) != 1 {
			t.Errorf("recordings %v, notices %v", got, w.call(sid).Notices)
		}
	})
}

// A Dial's own recording is of the bridge, and ends with the Dial; one that the REST
// API began goes on, unless the box is told otherwise.
func TestDialRecords(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		record     string
		endsByREST bool
		dial, rest string
	}{
		"not":                     {"do-not-record", false, "", "15"},
		"from the answer":         {"record-from-answer", false, "in-progress,completed 12 1", "15"},
		"two channels":            {"record-from-answer-dual", false, "in-progress,completed 12 2", "15"},
		"from ringing":            {"record-from-ringing-dual", false, "in-progress,completed 12 2", "15"},
		"all ends with the Dial":  {"record-from-answer-dual", true, "in-progress,completed 12 2", "11"},
		"an older word for true":  {"true", false, "in-progress,completed 12 1", "15"},
		"an older word for false": {"false", false, "", "15"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, dialTo(member, `record="`+tt.record+`" `+toldOfRecording, ""), func(w *world) {
				w.pages["/result"] = xmlPage(`<Response><Pause length="4"/></Response>`)
				w.do("PUT", "/sandbox/v1/unproven", map[string]any{"recordingEndsWithDial": tt.endsByREST}, nil)
				parent := w.connect(map[string]string{"To": member})
				pass(5 * time.Second)
				made := w.startRecording(parent, "")
				pass(time.Minute)
				if got := reported(w.at("/rec")); got != tt.dial {
					t.Errorf("the Dial's: %q, want %q", got, tt.dial)
				}
				if now, _ := w.recording(made.SID); now.Duration != tt.rest {
					t.Errorf("the other: %+v, want %s s", now, tt.rest)
				}
				if has := w.one("/result").form.Has("RecordingUrl"); has != (tt.dial != "") {
					t.Errorf("the action has a recording: %v", has)
				}
			})
		})
	}
}

// Nobody answers: nothing was recorded.
func TestDialRecordsNothing(t *testing.T) {
	t.Parallel()
	inWorld(t, dialTo("+447700900486", `record="record-from-ringing" `+toldOfRecording, ""), func(w *world) {
		w.connect(nil)
		pass(time.Minute)
		if got := reported(w.at("/rec")); got != "in-progress,absent" {
			t.Errorf("reports %q", got)
		}
		if code := w.rest("GET", "/Recordings.json", "", nil); code != http.StatusOK {
			t.Error(code)
		}
	})
}
