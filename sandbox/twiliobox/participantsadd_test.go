package twiliobox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"perci.health/careline/sandbox/media"
)

// add dials somebody into the room.
func (w *world) add(form ...string) (made inRoomNow, code int) {
	w.t.Helper()
	values := url.Values{"From": {ours}, "To": {member}, "StatusCallback": {base + "/status?AppointmentId=abc"}}
	for i := 0; i+1 < len(form); i += 2 {
		values[form[i]] = append(values[form[i]], form[i+1])
	}
	if len(values["To"]) > 1 {
		values["To"] = values["To"][1:]
	}
	code = w.rest("POST", "/Conferences/ward/Participants.json", values.Encode(), &made)
	return made, code
}

var allEvents = []string{"StatusCallbackEvent", "initiated", "StatusCallbackEvent", "ringing", "StatusCallbackEvent", "answered", "StatusCallbackEvent", "completed"}

// Somebody is dialled into a room, answers, and goes.
func TestAddParticipant(t *testing.T) {
	t.Parallel()
	inRoom(t, []string{`participantLabel="a"`}, func(w *world, _ []string) {
		made, code := w.add(append([]string{"Label", "i", "EarlyMedia", "false", "EndConferenceOnExit", "true"}, allEvents...)...)
		waits := made.Status == "queued" || made.Status == "connecting" // its turn may have come before the answer was written
		if code != http.StatusCreated || !waits || made.Label != "i" || !made.Ends {
			t.Fatalf("%d %+v", code, made)
		}
		pass(2 * time.Second)
		if diff := cmp.Diff([]string{"a connected", "i ringing"}, w.people("ward")); diff != "" {
			t.Error(diff)
		}
		pass(5 * time.Second)
		w.wantReports("1 participant-join a", "2 participant-join i", "3 conference-start")
		pass(15 * time.Second) // it hangs up after twelve
		if diff := cmp.Diff([]string{"0 initiated", "1 ringing", "2 in-progress", "3 completed"}, statuses(w.at("/status"))); diff != "" {
			t.Error(diff)
		}
		last := w.at("/status")[3]
		if last.get("Direction") != "outbound-api" || last.form.Has("ParentCallSid") || last.get("CallSid") != made.CallSid || last.get("CallDuration") != "12" {
			t.Errorf("%v", last.form)
		}
		w.report("conference-end")
	})
}

// Nobody answers, the number is busy, or it is taken back: reported, and the room
// goes on.
func TestAddParticipantFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, to, status, last string }{
		{"no answer", "+447700900487", "no-answer", "no-answer"},
		{"busy", "+447700900486", "busy", "busy"},
		{"failed", "+447700900404", "failed", "failed"},
		{"removed", "+447700900800", "canceled", "canceled"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inRoom(t, []string{`participantLabel="a"`}, func(w *world, sids []string) {
				made, _ := w.add("To", tt.to, "Label", "i", "Timeout", "10")
				pass(3 * time.Second)
				if tt.name == "removed" {
					w.rest("DELETE", "/Conferences/ward/Participants/"+made.CallSid+".json", "", nil)
				}
				pass(20 * time.Second)
				left := w.report("participant-leave")
				if left.get("ReasonParticipantLeft") != "participant_add_failed" || left.get("ParticipantCallStatus") != tt.status || left.get("CallSid") != made.CallSid {
					t.Errorf("%v", left.form)
				}
				if got := w.one("/status").get("CallStatus"); got != tt.last {
					t.Errorf("its own report: %s", got)
				}
				if w.state(sids[0]) != "in-progress" {
					t.Error("the room ended")
				}
			})
		})
	}
}

// Who never came in is not the first participant: the reports go where the first who
// does come wants them.
func TestAddParticipantWhoIsNotTheFirst(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		w.add("To", "+447700900801", "Label", "m")
		w.add("To", "+447700900404", "Label", "x")
		pass(5 * time.Second)
		w.enter(`participantLabel="a"`)
		w.wantReports("1 participant-join a")
	})
}

// The REST API dials one a second, and makes the room of a name.
func TestAddParticipantsOneASecond(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		room := []string{"ConferenceStatusCallback", base + "/room?call=1", "ConferenceStatusCallbackEvent", "start end join leave"}
		for i, label := range []string{"a", "b", "c"} {
			to := []string{"+447700900801", "+447700900802", "+447700900803"}[i]
			if _, code := w.add(append([]string{"To", to, "Label", label}, room...)...); code != http.StatusCreated {
				t.Fatalf("add: %d", code)
			}
		}
		if got, code := w.add("Label", "c"); code != http.StatusBadRequest || got.Code != 16025 {
			t.Errorf("a label twice: %d, %+v", code, got)
		}
		pass(500 * time.Millisecond)
		if diff := cmp.Diff([]string{"a connecting", "b queued", "c queued"}, w.people("ward")); diff != "" {
			t.Error(diff)
		}
		if all := w.conferences(""); len(all) != 1 || all[0].Status != "init" {
			t.Errorf("%+v", all)
		}
		var c inRoomNow
		w.rest("GET", "/Conferences/ward/Participants/c.json", "", &c)
		if c.Waited != "2000" {
			t.Errorf("queue_time %s", c.Waited)
		}
		pass(time.Second)
		if diff := cmp.Diff([]string{"a ringing", "b connecting", "c queued"}, w.people("ward")); diff != "" {
			t.Error(diff)
		}
		pass(5 * time.Second)
		for _, to := range []string{"+447700900801", "+447700900802"} {
			w.do("POST", "/sandbox/v1/phones/"+to+"/answer", nil, nil)
			pass(100 * time.Millisecond)
		}
		w.wantReports("1 participant-join a", "2 participant-join b", "3 conference-start")
		w.rest("POST", "/Conferences/"+w.conferences("")[0].SID+".json", "Status=completed", nil)
		pass(time.Second)
		w.report("conference-end")
		if v := w.at("/status"); len(v) != 3 {
			t.Errorf("%d legs ended, want 3", len(v))
		}
	})
}

func TestAddParticipantRefusals(t *testing.T) {
	t.Parallel()
	inWorld(t, "", func(w *world) {
		for _, tt := range []struct {
			name, value string
			code        int
		}{
			{"To", "", 21201}, {"To", "07700900142", 21211}, {"To", "sip:a@b", 21211}, {"From", "", 21213}, {"From", "+447700900001", 21210},
			{"Timeout", "4", 20001}, {"TimeLimit", "0", 20001}, {"Label", "a/b", 20001}, {"MaxParticipants", "0", 20001},
			{"MachineDetection", "Maybe", 20001}, {"AmdStatusCallback", "/x", 21205}, {"StatusCallback", "/x", 21205}, {"StatusCallbackEvent", "sung", 21205}, {"ConferenceStatusCallbackEvent", "sung", 21205},
		} {
			form := url.Values{"From": {ours}, "To": {member}}
			form.Set(tt.name, tt.value)
			var got struct{ Code int }
			if status := w.rest("POST", "/Conferences/ward/Participants.json", form.Encode(), &got); status != http.StatusBadRequest || got.Code != tt.code {
				t.Errorf("%s=%s: %d, code %d", tt.name, tt.value, status, got.Code)
			}
		}
		if len(w.conferences("")) != 0 {
			t.Error("a refused one made a room")
		}
	})
}

// What answers is found out, and what has no effect says so.
func TestAddParticipantWithDetection(t *testing.T) {
	t.Parallel()
	inRoom(t, []string{""}, func(w *world, _ []string) {
		made, _ := w.add("To", "+447700900703", "MachineDetection", "Enable", "AmdStatusCallback", base+"/amd", "Record", "true", "JitterBufferSize", "small")
		pass(20 * time.Second)
		if got := w.one("/amd"); got.get("AnsweredBy") != "machine_start" || got.get("CallSid") != made.CallSid {
			t.Errorf("%v", got.form)
		}
		if v := w.call(made.CallSid); len(v.Notices) != 1 || v.Notices[0].Code != 0 || !strings.Contains(v.Notices[0].Message, "Record of a participant") {
			t.Errorf("%+v", v.Notices)
		}
	})
}

// A client is rung in its browsers, and told what stands behind its name; one that
// is nowhere fails.
func TestAddClient(t *testing.T) {
	t.Parallel()
	w := newWired(t, "")
	a := w.come(500, `participantLabel="a"`)
	p := w.reachable("dr_jones")
	add := func(to string) (made inRoomNow) {
		form := url.Values{"From": {ours}, "To": {to}, "EarlyMedia": {"false"}, "Beep": {"false"}, "Timeout": {"600"}}
		if code := w.rest("POST", "/Conferences/hall/Participants.json", form.Encode(), &made); code != http.StatusCreated {
			t.Fatalf("%s: %d %+v", to, code, made)
		}
		return made
	}
	made := add("client:dr_jones?call=CA1")
	invite := p.next("invite").Payload
	if invite.CallSID != made.CallSid || invite.Parameters["From"] != ours || invite.Parameters["To"] != "client:dr_jones" || invite.Parameters["Params"] != "call=CA1" {
		t.Errorf("%+v", invite)
	}
	b := newBrowser(t)
	p.send("answer", map[string]any{"callsid": invite.CallSID, "sdp": b.answer(invite.SDP)})
	b.say(media.Tone(900))
	a.hears("the one who was added", 900)
	b.hears("the one who was there", 500)
	add("client:nobody")
	eventually(t, "the failure of one who is nowhere", func() bool {
		all := w.at("/room")
		return all[len(all)-1].get("ReasonParticipantLeft") == "participant_add_failed"
	})
}
